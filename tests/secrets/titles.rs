//! `collect.keep_titles: false`, for those who must not hold what people called their links.

use std::fs;

use crate::canary::{Canary, assert_holds_all, assert_holds_none};
use crate::common::process::Process;
use crate::site::{Site, VIEWER, ask, wait_for_polls};
use crate::world::LISTS;

/// What anybody can be shown of links.
async fn shown(site: &Site, exporter: &Process) -> String {
    let mut all = String::new();
    for path in site.details() {
        let answer = ask(exporter, Some(VIEWER), &path).await;
        all += &format!("{path}\n{}", answer.all());
    }
    all
}

/// The bytes of all files in the storage, as they would be read from its disk.
fn stored(site: &Site) -> String {
    let files = fs::read_dir(site.files.path("storage")).unwrap();
    let files = files.map(|file| fs::read(file.unwrap().path()).unwrap());
    let files = files.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    files.collect()
}

async fn ended(exporter: Process) {
    exporter.signal("TERM");
    let (status, log) = exporter.ended().await;
    assert!(status.success(), "{status}:\n{log}");
}

#[tokio::test]
async fn without_titles_none_is_shown_or_stored() {
    let site = Site::new().await;
    site.configure("false");
    let exporter = site.with_passwords(&[]).await;
    let titles = &site.world.titles;
    let all = shown(&site, &exporter).await;
    assert_holds_none("what is shown", &all, titles);
    // All else is.
    assert_holds_all("what is shown", &all, &site.world.names);
    assert_holds_all("what is shown", &all, &site.world.addresses);
    ended(exporter).await;
    assert_holds_none("the storage", &stored(&site), titles);
}

#[tokio::test]
async fn a_reload_drops_the_titles_at_once() {
    let site = Site::new().await;
    let exporter = site.with_passwords(&[]).await;
    let titles: &[Canary] = &site.world.titles;
    assert_holds_all("what is shown", &shown(&site, &exporter).await, titles);
    // No poll brings them to an end: none succeeds any more.
    let fault = serde_json::json!({"fault": "client_error"});
    site.world.fail(&LISTS, &fault).await;
    site.configure("false");
    exporter.reload().await;
    let all = shown(&site, &exporter).await;
    assert_holds_none("what is shown", &all, titles);
    let reference = &site.references()[0];
    assert!(all.contains(reference), "the links are gone too:\n{all}");

    site.world.mend(&LISTS).await;
    wait_for_polls(&exporter, "success", 2).await;
    ended(exporter).await;
    assert_holds_none("the storage", &stored(&site), titles);
}

#[tokio::test]
async fn a_restart_reads_none_back() {
    let site = Site::new().await;
    let exporter = site.with_passwords(&[]).await;
    ended(exporter).await;
    let titles = &site.world.titles;
    assert_holds_all("the storage", &stored(&site), titles);
    let fault = serde_json::json!({"fault": "client_error"});
    site.world.fail(&LISTS, &fault).await;
    site.configure("false");
    let exporter = site.started(&[]);
    let all = shown(&site, &exporter).await;
    assert_holds_none("what is shown", &all, titles);
    assert!(all.contains(&site.references()[0]), "{all}");
    site.world.mend(&LISTS).await;
    wait_for_polls(&exporter, "success", 2).await;
    ended(exporter).await;
    assert_holds_none("the storage", &stored(&site), titles);
}
