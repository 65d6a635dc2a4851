//! Users of the web configuration file, and `web.share_viewers`.

use std::time::{Duration, Instant};

use reqwest::Method;

use crate::asking::{API, Answer, PAGES, at, get, here, outcome, refused_to_start, request, sent};
use crate::common::files::Files;
use crate::common::process::{PATIENCE, Process};

/// The files of an exporter with these users, whose passwords are `password of NAME`.
struct Site(Files);

impl Site {
    fn new(users: &[&str], viewers: &str) -> Self {
        let site = Self(Files::new());
        site.set_users(users);
        site.set_viewers(viewers);
        site
    }

    fn set_users(&self, users: &[&str]) {
        let mut text = "basic_auth_users:\n".to_owned();
        for user in users {
            let hash = bcrypt::hash(format!("password of {user}"), 4).unwrap();
            text += &format!("  {user}: {hash}\n");
        }
        self.0.write("web.yml", &text);
    }

    fn set_viewers(&self, viewers: &str) {
        self.0.write("config.yml", viewers);
    }

    fn flags(&self) -> [String; 2] {
        [self.web(), self.config()]
    }

    fn web(&self) -> String {
        format!("--web.config.file={}", self.0.path("web.yml").display())
    }

    fn config(&self) -> String {
        format!("--config.file={}", self.0.path("config.yml").display())
    }
}

async fn ask(exporter: &Process, user: &str, path: &str) -> Answer {
    let asked = get(exporter, path);
    sent(asked.basic_auth(user, Some(format!("password of {user}")))).await
}

async fn reload(exporter: &Process) -> Answer {
    let asked = request(exporter, Method::POST, "/-/reload");
    sent(asked.basic_auth("scraper", Some("password of scraper"))).await
}

const ANN: &str = "web: {share_viewers: [ann]}\n";

#[tokio::test]
async fn a_password_opens_them_on_every_address() {
    let site = Site::new(&["ann"], "");
    let exporter = at("0.0.0.0:0", &[&site.web()]);
    for path in PAGES.iter().chain(&API) {
        ask(&exporter, "ann", path).await.is_shown(path);
        assert_eq!(ask(&exporter, "eve", path).await.status, 401, "{path}");
        assert_eq!(sent(get(&exporter, path)).await.status, 401, "{path}");
        // Whoever has logged in may come by any name and through any proxy.
        let proxied = get(&exporter, path).header("Host", "exporter.example");
        let proxied = proxied.header("X-Forwarded-For", "192.0.2.1");
        let proxied = proxied.basic_auth("ann", Some("password of ann"));
        sent(proxied).await.is_shown(path);
    }
}

#[tokio::test]
async fn the_scraper_s_password_shows_no_link() {
    let site = Site::new(&["ann", "scraper"], ANN);
    for address in ["0.0.0.0:0", "127.0.0.1:0"] {
        let [web, config] = site.flags();
        let exporter = at(address, &[&web, &config]);
        for path in PAGES.iter().chain(&API) {
            ask(&exporter, "ann", path).await.is_shown(path);
            let refused = ask(&exporter, "scraper", path).await;
            refused.is_refused(path, "web.share_viewers");
            assert!(!refused.text.contains("ann"), "{}", refused.text);
        }
        let metrics = ask(&exporter, "scraper", "/metrics").await;
        assert_eq!(metrics.status, 200);
        assert!(metrics.text.contains("rhombus_share_exporter_build_info"));
        for header in ["Via", "X-Forwarded-For"] {
            let asked = get(&exporter, "/metrics").header(header, "x");
            let asked = asked.header("Host", "exporter.example");
            let asked = asked.basic_auth("scraper", Some("password of scraper"));
            assert_eq!(sent(asked).await.status, 200);
        }
    }
}

#[tokio::test]
async fn without_a_password_nobody_is_one_of_some_users() {
    let site = Site::new(&["ann"], ANN);
    for flags in [&[][..], &["--web.shares=on"]] {
        let config = site.config();
        let exporter = here(&[flags, &[config.as_str()]].concat());
        for path in PAGES.iter().chain(&API) {
            let answer = sent(get(&exporter, path)).await;
            answer.is_refused(path, "basic_auth_users");
        }
        assert!(
            exporter
                .output()
                .contains("nobody can see details of links")
        );
    }
}

#[tokio::test]
async fn a_reload_says_who_may_see_them() {
    let site = Site::new(&["ann", "scraper"], "");
    let [web, config] = site.flags();
    let exporter = at("0.0.0.0:0", &[&web, &config, "--web.enable-lifecycle"]);
    let path = "/shares";
    ask(&exporter, "scraper", path).await.is_shown(path);

    site.set_viewers(ANN);
    assert_eq!(reload(&exporter).await.status, 200);
    ask(&exporter, "ann", path).await.is_shown(path);
    ask(&exporter, "scraper", path)
        .await
        .is_refused(path, "This user");

    // Somebody who is no user: all stays as it was.
    site.set_viewers("web: {share_viewers: [ann, bob, scraper]}\n");
    let refused = reload(&exporter).await;
    assert_eq!(refused.status, 500);
    assert!(refused.text.contains("`bob`"), "{}", refused.text);
    ask(&exporter, "ann", path).await.is_shown(path);
    ask(&exporter, "scraper", path)
        .await
        .is_refused(path, "This user");

    // With a password for that name in the same reload it is right.
    site.set_users(&["ann", "bob", "scraper"]);
    assert_eq!(reload(&exporter).await.status, 200);
    for user in ["ann", "bob", "scraper"] {
        ask(&exporter, user, path).await.is_shown(path);
    }

    site.set_viewers("web: {share_viewers: []}\n");
    let refused = reload(&exporter).await;
    assert!(
        refused.text.contains("the list is empty"),
        "{}",
        refused.text
    );
    ask(&exporter, "scraper", path).await.is_shown(path);

    site.set_viewers("web: {}\n");
    assert_eq!(reload(&exporter).await.status, 200);
    ask(&exporter, "scraper", path).await.is_shown(path);
}

/// A user who is taken out of the web file is out at once, whoever else is named.
#[tokio::test]
async fn a_viewer_who_is_no_user_any_more_is_out() {
    let site = Site::new(&["ann", "scraper"], ANN);
    let [web, config] = site.flags();
    let exporter = here(&[&web, &config]);
    ask(&exporter, "ann", "/shares").await.is_shown("/shares");
    site.set_users(&["scraper"]);
    let started = Instant::now();
    while ask(&exporter, "ann", "/shares").await.status != 401 {
        assert!(started.elapsed() < PATIENCE, "{}", exporter.output());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let refused = ask(&exporter, "scraper", "/shares").await;
    refused.is_refused("/shares", "This user");
    exporter
        .wait_for_output("web.share_viewers names a user who has no password")
        .await;
}

#[tokio::test]
async fn a_viewer_who_is_no_user_is_refused_at_the_start() {
    let site = Site::new(&["ann"], "web: {share_viewers: [ann, bob]}\n");
    let [web, config] = site.flags();
    for (status, text) in [
        outcome(&["check-config", &web, &config]),
        refused_to_start(&[&web, &config]),
    ] {
        assert_eq!(status, Some(2), "{text}");
        let expected = "rhombus-share-exporter: web.share_viewers: `bob`: expected a user of";
        assert!(text.contains(expected), "{text}");
        assert!(!text.contains("`ann`"), "{text}");
    }
    let (status, text) = outcome(&["check-config", &config]);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("warning: nobody can see details"), "{text}");
    site.set_viewers(ANN);
    let (status, text) = outcome(&["check-config", &web, &config]);
    assert_eq!((status, text.as_str()), (Some(0), ""));
}
