//! A storage that was put back to an earlier state, which only what is kept elsewhere can tell.

use rhombus_share_exporter::audit::SignedNote;

use crate::site::{Site, copy, end};

const ANCHOR: &str = "audit: { anchor_file: anchor }\n";

/// A site whose storage is an older backup, after a link was locked that the backup has open.
async fn put_back(more: &str) -> Site {
    let site = Site::new();
    site.configure("sources: [clip_groups]", more);
    site.put(1, false).await;
    let exporter = site.start();
    site.wait_until_told(&exporter, "baseline", 1).await;
    end(exporter).await;
    copy(&site.directory(), &site.files.path("backup"));
    let exporter = site.start();
    site.put(1, true).await;
    site.wait_until_told(&exporter, "violation_closed", 1).await;
    end(exporter).await;
    copy(&site.files.path("backup"), &site.directory());
    site
}

#[tokio::test]
async fn an_older_backup_is_told_by_its_anchor_and_not_signed_over() {
    let site = put_back(ANCHOR).await;
    let anchored = || std::fs::read_to_string(site.files.path("anchor")).unwrap();
    let (before, seals) = (anchored(), site.trail().seals);
    let notes = SignedNote::parse_all(&before).unwrap();
    assert_eq!(notes[..seals.len()].len(), seals.len());
    assert!(notes.len() > seals.len());
    for start in 1..3 {
        let exporter = site.start();
        exporter
            .wait_for_output("an older backup was put back, or lines were removed")
            .await;
        // What happens is entered all the same.
        site.put(start + 1, true).await;
        let count = usize::from(start);
        site.wait_until_told(&exporter, "created", count).await;
        let output = end(exporter).await;
        assert!(!output.contains("is sealed"), "{output}");
        assert_eq!(site.trail().seals, seals);
        assert_eq!(anchored(), before);
    }
}

#[tokio::test]
async fn without_an_anchor_an_older_backup_goes_on() {
    let site = put_back("").await;
    let seals = site.trail().seals.len();
    let exporter = site.start();
    site.wait_until_told(&exporter, "violation_closed", 1).await;
    end(exporter).await;
    let trail = site.trail();
    assert!(trail.seals.len() > seals);
    assert_eq!(trail.count("secured"), 1);
}

#[tokio::test]
async fn the_anchor_of_another_trail_is_told_and_not_added_to() {
    let site = Site::new();
    site.configure("sources: [clip_groups]", ANCHOR);
    site.put(1, true).await;
    end(site.start()).await;
    std::fs::remove_dir_all(site.directory()).unwrap();
    let anchored = || std::fs::read_to_string(site.files.path("anchor")).unwrap();
    let before = anchored();
    let exporter = site.start();
    exporter
        .wait_for_output("the anchor file is of the trail rhombus-share-exporter/")
        .await;
    site.wait_until_told(&exporter, "baseline", 1).await;
    end(exporter).await;
    assert!(site.trail().seals.is_empty());
    assert_eq!(anchored(), before);
}

#[tokio::test]
async fn an_anchor_that_is_none_is_told_and_left_as_it_is() {
    let site = Site::new();
    site.configure("sources: [clip_groups]", ANCHOR);
    site.put(1, true).await;
    let anchor = site.files.write("anchor", "a letter\n");
    let exporter = site.start();
    exporter
        .wait_for_output("expected signed checkpoints")
        .await;
    site.wait_until_told(&exporter, "baseline", 1).await;
    end(exporter).await;
    assert!(site.trail().seals.is_empty());
    assert_eq!(std::fs::read_to_string(anchor).unwrap(), "a letter\n");
}
