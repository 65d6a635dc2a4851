//! Those who are told of a link: they open it in a browser, list in a shell what is open, and take one down.

use std::process::Output;

use reqwest::{Response, Url};
use serde_json::Value;

use crate::common::process::{Process, command};
use crate::{Watched, Which};

/// Where people find the exporter: by a name that only they resolve.
pub(crate) const EXPORTER: &str = "http://exporter.example";
/// Who may see details of links, and who only counts them.
pub(crate) const VIEWER: &str = "viewer";
pub(crate) const SCRAPER: &str = "scraper";

pub(crate) fn password(user: &str) -> String {
    format!("password-of-{user}")
}

/// The web configuration file, with both.
pub(crate) fn web_config() -> String {
    let users = [VIEWER, SCRAPER].map(|user| {
        let hash = bcrypt::hash(password(user), 4).expect("a hash");
        format!("  {user}: {hash}\n")
    });
    format!("basic_auth_users:\n{}", users.concat())
}

async fn open(exporter: &Process, way: &str, user: &str) -> Response {
    let url = Url::parse(way).unwrap_or_else(|error| panic!("{way:?}: {error}"));
    let host = url.host_str().expect("a host").to_owned();
    assert_eq!(format!("http://{host}"), EXPORTER, "{way}");
    let client = reqwest::Client::builder().resolve(&host, exporter.address());
    let request = client.build().expect("a client").get(url);
    let request = request.basic_auth(user, Some(password(user)));
    request.send().await.expect("an answer")
}

/// The way in an alert leads to the link that it is about and to no other, and tells who may not see it
/// nothing.
pub(crate) async fn follow(exporter: &Process, way: &str, (_, _, share): Which, title: &str) {
    let page = open(exporter, way, VIEWER).await;
    assert_eq!(page.status(), 200, "{way}");
    let page = page.text().await.expect("a page");
    let heading = format!("<h1>{title}</h1>");
    assert!(
        page.contains(&heading),
        "{heading} is not on {way}:\n{page}"
    );
    let refs = page.match_indices("<code class=\"ref\">");
    let refs: Vec<_> = refs
        .map(|(at, tag)| &page[at + tag.len()..][..12])
        .collect();
    assert_eq!(refs, [share], "{way}");

    let refused = open(exporter, way, SCRAPER).await;
    assert_eq!(refused.status(), 403, "{way}");
    let refused = refused.text().await.expect("a text");
    assert!(
        !refused.contains(title) && !refused.contains(share),
        "{refused}"
    );
}

/// Of what was taken down, only the history is left.
pub(crate) async fn is_gone(exporter: &Process, way: &str) {
    let page = open(exporter, way, VIEWER).await;
    assert_eq!(page.status(), 200, "{way}");
    let page = page.text().await.expect("a text");
    assert!(page.contains("no longer listed"), "{page}");
}

impl Watched {
    /// What somebody who has the configuration runs in a shell.
    async fn run(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let config = format!("--config.file={}", self.files.path("config.yml").display());
        let mut command = command(&[words, &[&config]].concat(), &[]);
        let run = tokio::task::spawn_blocking(move || command.output());
        let Output {
            status,
            stdout,
            stderr,
        } = run.await.expect("no panic").expect("it runs");
        let [stdout, stderr] = [stdout, stderr].map(|it| String::from_utf8(it).expect("text"));
        (status.code(), stdout, stderr)
    }

    /// `report` fails where these links are open without an exception, and tells of no other.
    pub(crate) async fn reports(&self, open: &[Which]) {
        let words = [
            "report",
            "--fail-on=unsecured",
            "--rule=unsecured",
            "--excepted=no",
        ];
        let (status, list, said) = self.run(&[&words[..], &["--output=json"]].concat()).await;
        let expected = if open.is_empty() { 0 } else { 3 };
        assert_eq!(status, Some(expected), "{list}\n{said}");
        let list: Value = serde_json::from_str(&list).expect("JSON");
        let shares = list["shares"].as_array().expect("a list").iter();
        let mut refs: Vec<_> = shares
            .map(|it| it["ref"].as_str().expect("a ref"))
            .collect();
        let mut expected: Vec<_> = open.iter().map(|(_, _, share)| *share).collect();
        refs.sort_unstable();
        expected.sort_unstable();
        assert_eq!(refs, expected, "{said}");
    }

    /// Takes a link down at Rhombus.
    pub(crate) async fn revoke(&self, (_, _, share): Which) {
        let (status, evidence, said) = self.run(&["revoke", share, "--yes"]).await;
        assert_eq!(status, Some(0), "{said}");
        assert!(said.contains("gone"), "{said}");
        assert!(evidence.contains(share), "{evidence}");
        let (_, count) = self.simulator.get("/simulator/live_streams").await;
        assert_eq!(count, r#"{"count":0}"#, "it is listed still");
    }
}
