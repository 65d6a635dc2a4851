//! The page, the files and the API show the same rows for the same filters.

use std::collections::BTreeSet;

use crate::asking::{ask, get, names, refs};
use crate::common::links::{Links, reference};
use crate::common::process::Process;

/// What is asked, and which links of the first organisation it lets through.
fn queries() -> Vec<(String, usize)> {
    let all = [
        ("", 18),
        ("org=bell", 2),
        ("org=acme&org=bell&kind=clip_group&kind=video_wall", 14),
        ("kind=live_stream", 3),
        ("protection=none&state=active", 14),
        ("protection=password", 2),
        ("protection=sso", 1),
        ("state=expired", 1),
        ("rule=*&excepted=no&kind=live_stream", 3),
        ("exception=lobby-on-website", 1),
        ("rule=unsecured&excepted=yes", 1),
        ("ends=never&org=acme", 13),
        ("ends=7d", 2),
        ("older_than=90d", 9),
        ("newer_than=90d", 2),
        ("created_before=2021-01-01", 8),
        ("camera=FRONT", 3),
        ("camera=CAMERAAAAAAAAAAAAAAAAg", 4),
        ("text=script", 1),
        ("text=%E2%80%AE", 1),
        ("text=nothing+has+this", 0),
    ];
    let mut queries: Vec<_> = all.map(|(query, count)| (query.to_owned(), count)).into();
    queries.push((format!("ref={}&ref={}", reference(1), reference(20)), 3));
    queries
}

/// The refs on the page, in its order, with `-` for each row without one.
async fn on_page(exporter: &Process, query: &str) -> Vec<String> {
    let page = ask(exporter, &format!("/shares?{query}&limit=1000"))
        .await
        .text;
    let rows = page.split(r#"<th role="rowheader""#).skip(1);
    let reference = |row: &str| match row.split_once(r#"<code class="ref">"#) {
        Some((before, rest)) if !before.contains("</tr>") => rest[..12].to_owned(),
        _ => "-".to_owned(),
    };
    rows.map(reference).collect()
}

/// The refs in the file, in its order.
async fn in_csv(exporter: &Process, query: &str) -> Vec<String> {
    let file = ask(exporter, &format!("/shares.csv?{query}")).await.text;
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let reference = |record: csv::StringRecord| match &record[0] {
        "" => "-".to_owned(),
        reference => reference.to_owned(),
    };
    reader
        .records()
        .map(|record| reference(record.unwrap()))
        .collect()
}

#[tokio::test]
async fn the_page_the_files_and_the_api_have_the_same_rows() {
    let links = Links::all().await;
    let exporter = links.exporter(8.0, &[]).await;
    for (query, count) in queries() {
        let api = names(&get(&exporter, &format!("/api/v1/shares?{query}")).await);
        assert_eq!(api.len(), count, "{query}: {api:?}");
        let mut expected: Vec<_> = api.into_iter().map(|(_, _, it)| it).collect();
        expected.sort();
        let (page, csv) = (
            on_page(&exporter, &query).await,
            in_csv(&exporter, &query).await,
        );
        assert_eq!(page, csv, "{query}: the order");
        let json = ask(&exporter, &format!("/shares.json?{query}"))
            .await
            .json();
        let json: Vec<_> = names(&json).into_iter().map(|(_, _, it)| it).collect();
        assert_eq!(page, json, "{query}: the order");
        let mut page = page;
        page.sort();
        assert_eq!(page, expected, "{query}");
    }
}

#[tokio::test]
async fn a_file_is_sorted_and_cut_as_the_page_is() {
    let links = Links::all().await;
    let exporter = links.exporter(8.0, &[]).await;
    for sort in [
        "risk", "ends", "-created", "title", "-org", "cameras", "footage",
    ] {
        let whole = in_csv(&exporter, &format!("sort={sort}")).await;
        assert_eq!(
            whole,
            on_page(&exporter, &format!("sort={sort}")).await,
            "{sort}"
        );
        let mut parts = Vec::new();
        for page in 1..=3 {
            parts.extend(in_csv(&exporter, &format!("sort={sort}&limit=7&page={page}")).await);
        }
        assert_eq!(parts, whole, "{sort}");
    }
    let sorted = on_page(&exporter, "sort=title").await;
    assert_ne!(sorted, on_page(&exporter, "sort=-title").await);
    let all: BTreeSet<_> = sorted.into_iter().collect();
    assert_eq!(all, refs(&get(&exporter, "/api/v1/shares").await));
}
