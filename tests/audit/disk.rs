//! A disk that takes nothing for a while.

use std::process::Command;
use std::time::Duration;

use rusqlite::Connection;

use crate::common::process::Process;
use crate::site::{ERRORS, Site, end, reference};

const PENDING: &str = "rhombus_share_exporter_storage_pending_lists";

/// Sets how large a file the process may write from now on.
fn limit(exporter: &Process, size: &str) {
    let (id, limits) = (
        exporter.id().to_string(),
        format!("--fsize={size}:unlimited"),
    );
    let done = Command::new("prlimit")
        .args(["--pid", &id, &limits])
        .status();
    assert!(done.unwrap().success());
}

async fn wait_for_errors(exporter: &Process, more_than: f64) {
    let failed = |metrics: &crate::common::metrics::Metrics| metrics.value(ERRORS) > more_than;
    exporter.wait_for("writing fails", failed).await;
}

/// Changes links while `fail` holds, until `mend`; the trail has each change then.
async fn nothing_is_lost(site: &Site, fail: impl FnOnce(&Process), mend: impl FnOnce(&Process)) {
    for number in 1..4 {
        site.put(number, true).await;
    }
    let exporter = site.start();
    site.wait_until_told(&exporter, "baseline", 3).await;
    fail(&exporter);
    site.put(1, false).await;
    wait_for_errors(&exporter, 0.0).await;
    assert_eq!(exporter.get("/-/healthy").await.0, 200);
    // What comes meanwhile comes after what waits.
    site.put(1, true).await;
    site.take_down(2).await;
    for _ in 0..3 {
        exporter.wait_for_success().await;
    }
    site.put(4, true).await;
    exporter.wait_for_success().await;
    mend(&exporter);
    site.wait_until_told(&exporter, "created", 1).await;
    let written = |metrics: &crate::common::metrics::Metrics| metrics.value(PENDING) == 0.0;
    exporter.wait_for("all is written", written).await;
    end(exporter).await;
    let trail = site.trail();
    let shares = trail.by_share();
    let first = [
        "baseline",
        "unsecured",
        "violation_opened unsecured",
        "secured",
    ];
    assert_eq!(shares[&reference(1)][..4], first);
    assert_eq!(shares[&reference(1)][4..], ["violation_closed unsecured"]);
    assert_eq!(shares[&reference(2)], ["baseline", "removed"]);
    assert_eq!(shares[&reference(3)], ["baseline"]);
    assert_eq!(shares[&reference(4)], ["created"]);
    assert_eq!(trail.count("dropped"), 0);
    let sealed = trail.seals.last().unwrap().size;
    assert_eq!(sealed, trail.lines.len() as u64);
}

#[tokio::test]
async fn a_full_disk_delays_what_is_entered_and_loses_nothing() {
    let site = Site::new();
    nothing_is_lost(
        &site,
        |exporter| limit(exporter, "0"),
        |exporter| limit(exporter, "unlimited"),
    )
    .await;
}

#[tokio::test]
async fn a_directory_that_is_gone_for_a_while_delays_it_too() {
    let site = Site::new();
    let (here, away) = (site.directory(), site.files.path("away"));
    nothing_is_lost(
        &site,
        |_| std::fs::rename(&here, &away).unwrap(),
        |_| std::fs::rename(&away, &here).unwrap(),
    )
    .await;
}

#[tokio::test]
async fn another_program_that_holds_the_file_delays_it_too() {
    let site = Site::new();
    let database = site.directory().join("store.db");
    let held = std::cell::RefCell::new(None);
    nothing_is_lost(
        &site,
        |_| {
            let connection = Connection::open(&database).unwrap();
            connection.busy_timeout(Duration::from_secs(10)).unwrap();
            connection.execute_batch("BEGIN IMMEDIATE").unwrap();
            held.replace(Some(connection));
        },
        |_| {
            let connection = held.take().unwrap();
            connection.execute_batch("COMMIT").unwrap();
        },
    )
    .await;
}
