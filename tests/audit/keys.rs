//! The key that seals: one that is none, one that is lost, one of one's own.

use std::fs;

use crate::site::{Site, copy, end};

#[tokio::test]
async fn a_key_that_is_none_is_refused_by_name_and_nothing_changes() {
    let site = Site::new();
    end(site.start()).await;
    let lines = site.trail().lines;
    let ours = site.directory().join("audit.key");
    let other = site
        .files
        .write("other.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n");
    for (key, settings) in [(&ours, ""), (&other, "audit: { key_file: other.pem }\n")] {
        fs::write(key, "a letter").unwrap();
        site.configure("sources: [clip_groups]", settings);
        let said = site.refused();
        assert!(said.contains("audit.key_file"), "{said}");
        assert!(said.contains(key.to_str().unwrap()), "{said}");
        assert!(said.contains("holds no private key"), "{said}");
        assert!(!said.contains("a letter"), "{said}");
        assert_eq!(fs::read(key).unwrap(), b"a letter");
        assert_eq!(site.trail().lines, lines);
    }
}

#[tokio::test]
async fn a_key_that_is_lost_seals_nothing_more_and_what_it_sealed_can_be_checked() {
    let site = Site::new();
    site.put(1, true).await;
    let exporter = site.start();
    site.wait_until_told(&exporter, "baseline", 1).await;
    end(exporter).await;
    let public = fs::read(site.directory().join("audit.pub")).unwrap();
    copy(&site.directory(), &site.files.path("backup"));
    fs::remove_file(site.directory().join("audit.key")).unwrap();
    let exporter = site.start();
    exporter
        .wait_for_output("is not signed by the key in use")
        .await;
    site.put(2, true).await;
    site.wait_until_told(&exporter, "created", 1).await;
    end(exporter).await;
    assert_eq!(
        fs::read(site.directory().join("audit.pub")).unwrap(),
        public
    );
    // The key is found again.
    let key = "audit.key";
    fs::copy(
        site.files.path("backup").join(key),
        site.directory().join(key),
    )
    .unwrap();
    end(site.start()).await;
    let trail = site.trail();
    let sealed = trail.seals.last().unwrap().size;
    assert_eq!(sealed, trail.lines.len() as u64);
}
