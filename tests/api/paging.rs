//! Following `next_cursor` to its end, while links come and go.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::asking::{get, names};
use crate::common::links::{Links, reference, uuid};
use crate::common::process::Process;

/// Follows the cursor from the beginning to the end, in steps of `limit`; `between` two answers something else
/// happens. Gives how often each link was seen.
async fn followed<F: Future<Output = ()>>(
    exporter: &Process,
    (filters, limit): (&str, usize),
    mut between: impl FnMut(usize) -> F,
) -> BTreeMap<(String, String, String), usize> {
    let (mut seen, mut cursor, mut steps) = (BTreeMap::new(), String::new(), 0);
    loop {
        let path = format!("/api/v1/shares?{filters}&limit={limit}&cursor={cursor}");
        let answer = get(exporter, &path).await;
        let names = names(&answer);
        assert!(names.len() <= limit, "{path}: {}", names.len());
        for name in names.iter().cloned() {
            *seen.entry(name).or_insert(0) += 1;
        }
        let Value::String(next) = &answer["next_cursor"] else {
            return seen;
        };
        assert_eq!(names.len(), limit, "{path}");
        cursor.clone_from(next);
        steps += 1;
        assert!(steps < 500, "it never ends");
        between(steps).await;
    }
}

/// Which organisation has the link of this number.
const fn org_of(number: u16) -> &'static str {
    if number.is_multiple_of(2) {
        "acme"
    } else {
        "bell"
    }
}

const STAYING: std::ops::Range<u16> = 100..130;
const GOING: std::ops::Range<u16> = 200..230;

#[tokio::test]
async fn a_link_that_is_there_all_the_time_is_seen_exactly_once() {
    let links = Links::all().await;
    for number in STAYING.chain(GOING) {
        let org = org_of(number);
        links.put_page(org, number, "x").await;
    }
    let exporter = links.exporter(8.0, &[]).await;
    for limit in 1..=7 {
        // Some come and some go at each step, and the exporter looks as often as it likes.
        let change = |step: usize| {
            let links = &links;
            async move {
                let number = GOING.start + u16::try_from(step % GOING.len()).unwrap();
                let org = org_of(number);
                let path = format!("clip_groups/{}", uuid(number));
                let there = format!("/simulator/{path}?org={}", crate::common::files::key(org));
                let (status, _) = links.several.simulator.send("DELETE", &there, "").await;
                if status == 404 {
                    links.put_page(org, number, "x").await;
                }
            }
        };
        let seen = followed(&exporter, ("kind=clip_group", limit), change).await;
        for number in STAYING {
            let org = org_of(number);
            let name = (org.to_owned(), "clip_group".to_owned(), reference(number));
            assert_eq!(seen.get(&name), Some(&1), "limit {limit}: {name:?}");
        }
        // One that has no ref, and one ref in two organisations.
        for (org, reference) in [
            ("acme", "-"),
            ("acme", &*reference(1)),
            ("bell", &reference(1)),
        ] {
            let name = (
                org.to_owned(),
                "clip_group".to_owned(),
                reference.to_owned(),
            );
            assert_eq!(seen.get(&name), Some(&1), "limit {limit}: {name:?}");
        }
    }
}

#[tokio::test]
async fn a_cursor_that_was_kept_goes_on_after_a_restart() {
    let links = Links::all().await;
    let exporter = links.exporter(8.0, &[]).await;
    let all = names(&get(&exporter, "/api/v1/shares").await);
    let first = get(&exporter, "/api/v1/shares?limit=5").await;
    drop(exporter);
    let exporter = links.exporter(8.0, &[]).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = get(&exporter, &format!("/api/v1/shares?cursor={cursor}")).await;
    assert_eq!([names(&first), names(&rest)].concat(), all);
    assert!(all.is_sorted(), "{all:?}");
    for secret in [uuid(1), "acme".to_owned()] {
        assert!(!cursor.contains(&secret));
    }
}
