//! What is said of links by looks that are no good ones, by a list that is watched no more, and by a clock that
//! jumps.

use crate::common::fake_clock::FakeClock;
use crate::common::process::Process;
use crate::common::series::{partial, success};
use crate::common::{clear_fault, set_fault};
use crate::site::{Site, end, reference};

const HOUR: i64 = 60 * 60;

/// A fault that loses all links once.
const EMPTY_ONCE: &str =
    r#"{"fault":"raw","body":"{\"sharedClipGroups\":[],\"error\":false}","times":1}"#;

#[tokio::test]
async fn looks_that_fail_are_not_whole_or_lose_all_links_once_say_nothing_of_them() {
    let site = Site::new();
    site.put(1, true).await;
    site.put(2, true).await;
    let exporter = site.start();
    site.wait_until_told(&exporter, "baseline", 2).await;
    set_fault(&site.simulator, r#"{"fault":"server_error"}"#).await;
    site.take_down(1).await;
    let failing =
        |metrics: &crate::common::metrics::Metrics| metrics.get(&success("acme")) == Some(0.0);
    exporter.wait_for("it fails", failing).await;
    set_fault(&site.simulator, r#"{"fault":"warning"}"#).await;
    let is_partial =
        |metrics: &crate::common::metrics::Metrics| metrics.get(&partial("acme")) == Some(1.0);
    exporter.wait_for("it is not whole", is_partial).await;
    exporter.wait_for_success().await;
    // Back as it was, before a whole look.
    site.put(1, true).await;
    clear_fault(&site.simulator).await;
    exporter.wait_for_success().await;
    set_fault(&site.simulator, EMPTY_ONCE).await;
    exporter.wait_for_success().await;
    exporter.wait_for_success().await;
    site.put(3, true).await;
    site.wait_until_told(&exporter, "created", 1).await;
    end(exporter).await;
    let shares = site.trail().by_share();
    assert_eq!(shares[&reference(1)], ["baseline"]);
    assert_eq!(shares[&reference(2)], ["baseline"]);
}

#[tokio::test]
async fn a_list_that_is_switched_off_is_unwatched_and_its_links_are_not_removed() {
    let site = Site::new();
    site.put(1, false).await;
    let exporter = site.start();
    site.wait_until_told(&exporter, "baseline", 1).await;
    site.configure("sources: [live_streams]", "");
    exporter.signal("HUP");
    site.wait_until_told(&exporter, "unwatched", 1).await;
    end(exporter).await;
    // Nor is it told again, nor anything of its links, by the next process.
    site.take_down(1).await;
    let exporter = site.start();
    exporter.wait_for_success().await;
    end(exporter).await;
    let trail = site.trail();
    assert_eq!(trail.count("unwatched"), 1);
    assert_eq!(trail.count("reloaded"), 1);
    assert_eq!(trail.by_share()[&reference(1)], ["baseline"]);
    // When it is watched again, what has become of them is told as of then.
    site.configure("sources: [clip_groups]", "");
    let exporter = site.start();
    site.wait_until_told(&exporter, "removed", 1).await;
    end(exporter).await;
    let trail = site.trail();
    let removed = trail.lines.iter().find(|line| line["event"] == "removed");
    assert_eq!(removed.unwrap()["while_unwatched"], true);
}

fn by(site: &Site, clock: &FakeClock) -> Process {
    let started = Process::spawn(clock.of(site.command()));
    started.unwrap_or_else(|(status, output)| panic!("it ended with {status}:\n{output}"))
}

#[tokio::test]
async fn a_clock_that_jumps_forth_and_back_is_told_and_changes_no_link() {
    let site = Site::new();
    site.put(1, true).await;
    let clock = FakeClock::ahead(0);
    let exporter = by(&site, &clock);
    site.wait_until_told(&exporter, "baseline", 1).await;
    // It is looked at each few seconds.
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    clock.jump_to(HOUR);
    site.wait_until_told(&exporter, "clock_set", 1).await;
    clock.jump_to(-HOUR);
    site.wait_until_told(&exporter, "clock_set", 2).await;
    site.put(2, true).await;
    site.wait_until_told(&exporter, "created", 1).await;
    end(exporter).await;
    // The next process begins at an earlier time than the last has ended.
    clock.jump_to(-2 * HOUR);
    let exporter = by(&site, &clock);
    site.put(3, true).await;
    site.wait_until_told(&exporter, "created", 2).await;
    end(exporter).await;
    let trail = site.trail();
    let shares = trail.by_share();
    assert_eq!(shares[&reference(1)], ["baseline"]);
    assert_eq!(shares[&reference(2)], ["created"]);
    let sealed = trail.seals.last().unwrap().size;
    assert_eq!(sealed, trail.lines.len() as u64);
}
