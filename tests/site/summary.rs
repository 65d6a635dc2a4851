//! `docs/SUMMARY.md`, the list of the site's pages: each page below `docs` is in it, once.

use crate::markdown::links;
use crate::pages::{files, read, resolved};

const SUMMARY: &str = "docs/SUMMARY.md";

/// What the list lacks, or has twice.
fn check(summary: &str) -> Vec<String> {
    let listed: Vec<_> = links(summary)
        .iter()
        .filter_map(|link| resolved(SUMMARY, link))
        .collect();
    let mut pages = files(&[".md"]);
    pages.retain(|page| page.starts_with("docs/") && page != SUMMARY);
    let times = |page: &String| listed.iter().filter(|listed| *listed == page).count();
    let wrong = |page: &String| match times(page) {
        0 => Some(format!(
            "{page} is not in {SUMMARY}: add a line where a reader needs it"
        )),
        1 => None,
        _ => Some(format!("{page} is in {SUMMARY} twice")),
    };
    pages.iter().chain(&listed).filter_map(wrong).collect()
}

#[test]
fn each_page_is_in_the_summary_once() {
    let wrong = check(&read(SUMMARY));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_page_that_is_missing_or_there_twice_is_noticed() {
    let summary = read(SUMMARY);
    let line = "- [Metrics](metrics.md)\n";
    assert!(summary.contains(line));
    let said = |summary: &str| check(summary).join("\n");
    assert!(said(&summary.replace(line, "")).contains("docs/metrics.md is not in"));
    let twice = summary.replace(line, &line.repeat(2));
    assert!(said(&twice).contains("docs/metrics.md is in docs/SUMMARY.md twice"));
}
