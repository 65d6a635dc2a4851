//! Where none of it is: what Prometheus reads, pages without details, refusals, and what others on the machine
//! see of the process.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use reqwest::Method;

use crate::canary::{Canary, assert_holds_none};
use crate::common::process::Process;
use crate::site::{FOREIGN, GZIP, SCRAPER, Site, VIEWER, ask, request};

/// What shows no details, whoever asks.
pub(crate) const PLAIN: [&str; 6] = [
    "/",
    "/?q=acme&show=all",
    "/metrics",
    "/-/healthy",
    "/-/ready",
    "/nowhere",
];
/// What shows them to those who may see them, beside single links.
pub(crate) const DETAILS: [&str; 11] = [
    "/shares",
    "/shares?sort=title&limit=2&page=2",
    "/shares.csv",
    "/shares.json",
    "/audit",
    "/audit?event=created",
    "/api/v1/shares",
    "/api/v1/shares?limit=2",
    "/api/v1/organizations",
    "/api/v1/nowhere",
    "/api/v1",
];

/// An answer that isn't there for who asks holds nothing: neither its headers nor its body.
async fn assert_tells_nothing(
    exporter: &Process,
    asked: (Option<&str>, Method, &str, &[(&str, &str)]),
    statuses: &[u16],
    canaries: &[Canary],
) {
    let (user, method, path, headers) = asked;
    let place = format!("{method} {path} as {user:?}");
    let answer = request(exporter, user, method, path, headers).await;
    let said = answer.all();
    let status = answer.status;
    assert!(statuses.contains(&status), "{place}: {status}: {said}");
    assert_holds_none(&place, &said, canaries);
}

#[tokio::test]
async fn what_shows_no_details_holds_nothing_of_a_link() {
    let site = Site::new().await;
    let exporter = site.with_passwords(&[]).await;
    let secrets = site.secrets();
    for user in [SCRAPER, VIEWER] {
        for path in PLAIN {
            let asked = (Some(user), Method::GET, path, &[][..]);
            assert_tells_nothing(&exporter, asked, &[200, 404], &secrets).await;
        }
    }
    let compressed = request(&exporter, Some(SCRAPER), Method::GET, "/metrics", &[GZIP]).await;
    assert_eq!(compressed.headers["content-encoding"], "gzip");
    assert_holds_none("compressed metrics", &compressed.text(), &secrets);
    // They are about these links all the same.
    let reference = &site.references()[0];
    assert!(
        compressed
            .text()
            .contains(&format!("share=\"{reference}\""))
    );
}

#[tokio::test]
async fn a_refusal_holds_nothing_of_a_link() {
    let site = Site::new().await;
    let exporter = site.with_passwords(&[]).await;
    let secrets = site.secrets();
    for path in site.details() {
        for (user, status) in [(Some(SCRAPER), 403), (Some("nobody"), 401), (None, 401)] {
            for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
                let asked = (user, method, path.as_str(), &[][..]);
                assert_tells_nothing(&exporter, asked, &[status], &secrets).await;
            }
        }
        let asked = (Some(VIEWER), Method::POST, path.as_str(), &[][..]);
        assert_tells_nothing(&exporter, asked, &[404, 405], &secrets).await;
    }
    let open = site.without_passwords().await;
    for path in site.details() {
        for header in FOREIGN {
            let asked = (None, Method::GET, path.as_str(), &[header][..]);
            assert_tells_nothing(&open, asked, &[403], &secrets).await;
        }
    }
}

#[tokio::test]
async fn what_is_not_there_or_not_asked_rightly_holds_nothing_of_a_link() {
    let site = Site::new().await;
    let exporter = site.with_passwords(&[]).await;
    let secrets = site.secrets();
    for path in ["/shares", "/api/v1/shares"] {
        for bad in [
            "?kind=x",
            "?page=0",
            "?cursor=x",
            "?limit=9999",
            "?x=y",
            "?ref=x",
        ] {
            let path = format!("{path}{bad}");
            let asked = (Some(VIEWER), Method::GET, path.as_str(), &[][..]);
            assert_tells_nothing(&exporter, asked, &[400], &secrets).await;
        }
        for unknown in ["/000000000000", "/x", "/000000000000/x"] {
            let path = format!("{path}{unknown}");
            let asked = (Some(VIEWER), Method::GET, path.as_str(), &[][..]);
            assert_tells_nothing(&exporter, asked, &[404], &secrets).await;
        }
    }
    let path = format!("/shares/{}?x=y", site.references()[0]);
    let asked = (Some(VIEWER), Method::GET, path.as_str(), &[][..]);
    assert_tells_nothing(&exporter, asked, &[400], &secrets).await;
}

#[tokio::test]
async fn the_process_shows_nothing_and_keeps_its_files_to_itself() {
    let site = Site::new().await;
    let exporter = site.with_passwords(&[]).await;
    let secrets = site.secrets();
    for file in ["cmdline", "environ", "comm", "status"] {
        let path = format!("/proc/{}/{file}", exporter.id());
        let said = String::from_utf8(fs::read(&path).unwrap()).unwrap();
        assert_holds_none(&path, &said, &secrets);
    }
    for words in [&["check-config"][..], &["policy", "list"]] {
        let said = site.said_by(words);
        assert!(said.contains("attic"), "{words:?}: {said}");
        assert_holds_none(&words.join(" "), &said, &secrets);
    }
    let storage = site.files.path("storage");
    assert_is_private(&storage, 0o700);
    let files = fs::read_dir(&storage).unwrap();
    let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    assert!(files.len() > 1, "{files:?}");
    for file in files {
        // A public key is for everybody who may enter the directory.
        let is_public = file.ends_with("audit.pub");
        assert_is_private(&file, if is_public { 0o644 } else { 0o600 });
    }
    exporter.signal("TERM");
    let (status, _) = exporter.ended().await;
    assert!(status.success(), "{status}");
}

fn assert_is_private(path: &Path, mode: u32) {
    let found = fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(found, mode, "{}: {found:o}", path.display());
}

#[tokio::test]
async fn without_a_password_no_address_is_shown_to_anybody() {
    let site = Site::new().await;
    let exporter = site.without_passwords().await;
    let mut shown = String::new();
    for path in site.details() {
        let answer = ask(&exporter, None, &path).await;
        assert_holds_none(&path, &answer.all(), site.world.opening());
        assert_holds_none(&path, &answer.all(), site.world.for_nobody());
        shown += &answer.text();
    }
    assert!(shown.contains(&site.world.titles[0].text));
}
