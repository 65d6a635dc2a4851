//! `/shares`: the list of links.

use crate::checks;
use crate::chromium::Chromium;
use crate::common::links::{Links, reference};
use crate::common::process::Process;
use crate::partner::{Partner, clients};

/// The refs of the rows, in their order, where they have one.
const REFS: &str = "[...document.querySelectorAll('.links tbody .ref')].map(it => it.textContent)";

fn refs(chromium: &mut Chromium) -> Vec<String> {
    serde_json::from_value(chromium.evaluate(REFS)).unwrap()
}

/// Those of the file with the same address.
async fn in_file(exporter: &Process, query: &str) -> Vec<String> {
    let (status, file) = exporter.get(&format!("/shares.csv?{query}")).await;
    assert_eq!(status, 200, "{file}");
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let refs = reader.records().map(|record| record.unwrap()[0].to_owned());
    refs.filter(|it| !it.is_empty()).collect()
}

fn click(chromium: &mut Chromium, selector: &str) {
    chromium.follow(|it| {
        it.evaluate(&format!("document.querySelector(`{selector}`).click()"));
    });
}

/// What is asked in the address.
fn asked(chromium: &mut Chromium) -> String {
    chromium.text("location.pathname + location.search")
}

#[tokio::test]
async fn every_link_is_a_row_and_what_could_not_be_seen_is_above_them() {
    let links = Links::all().await;
    let fault = r#"{"fault":"forbidden","operation":"live_streams"}"#;
    links.several.order("PUT", "fault", "bell", fault).await;
    let exporter = links.exporter(7.0, &[]).await;
    exporter
        .wait_for("the list has failed", |it| {
            it.sum("rhombus_collect_failing") == 1.0
        })
        .await;
    let mut chromium = Chromium::start();
    checks::hold(&mut chromium, &exporter.url("/shares"));
    assert_eq!(
        chromium.text("document.querySelector('h1').textContent"),
        "18 known links"
    );
    let blind = chromium.text("document.querySelector('.blind').innerText");
    assert!(blind.contains("bell: live streams: forbidden"), "{blind}");
    let shown = chromium.text("document.querySelector('main').innerText");
    for title in [
        r"report \u{202e}fdp.exe",
        "<script>alert(1)</script><b>\"bold'",
        r"🚚🚚 Ramp 4 👩\u{200d}👩\u{200d}👧",
        "שער ראשי / البوابة الرئيسية",
        r"a\u{0}b\u{7}c\u{a}d",
        "Clip page without a title",
        "excepted by lobby-on-website",
        "Unreadable: treated as open",
        "Front Door, Süd",
    ] {
        assert!(shown.contains(title), "{title} is not in:\n{shown}");
    }
    let html = chromium.html();
    assert!(!html.contains("/share/live/"), "an address is in:\n{html}");
    assert_eq!(refs(&mut chromium), in_file(&exporter, "").await);
}

#[tokio::test]
async fn where_there_is_no_row_it_says_why() {
    let links = Links::none();
    let exporter = links.exporter(8.0, &[]).await;
    let mut chromium = Chromium::start();
    for (path, expected) in [
        ("/shares", "Rhombus lists no link in what is watched."),
        ("/shares?text=x", "No known link matches the filters."),
    ] {
        checks::hold(&mut chromium, &exporter.url(path));
        assert_eq!(
            chromium.text("document.querySelector('.nothing').innerText"),
            expected
        );
    }
}

#[tokio::test]
async fn the_form_leads_to_the_rows_that_it_asks_for_and_the_address_says_which() {
    let links = Links::all().await;
    let exporter = links.exporter(8.0, &[]).await;
    let mut chromium = Chromium::start();
    chromium.open(&exporter.url("/shares?ref=ffffffffffff&sort=-ends&state=expired"));
    assert_eq!(refs(&mut chromium), [""; 0]);
    chromium.open(&exporter.url("/shares?sort=-ends&older_than=1d"));
    chromium.evaluate("document.querySelector('[name=protection]').value = 'none'");
    chromium.evaluate("document.querySelector('[name=text]').focus()");
    chromium.types("É & <script>");
    chromium.follow(|it| it.press("Enter", 13));
    let query = "protection=none&older_than=1d&text=%C3%89+%26+%3Cscript%3E&sort=-ends";
    assert_eq!(asked(&mut chromium), format!("/shares?{query}"));
    assert_eq!(refs(&mut chromium), [""; 0]);

    chromium.evaluate("document.querySelector('[name=text]').value = ''");
    click(&mut chromium, "form button");
    let query = "protection=none&older_than=1d&sort=-ends";
    assert_eq!(asked(&mut chromium), format!("/shares?{query}"));
    let shown = refs(&mut chromium);
    assert_eq!(shown, in_file(&exporter, query).await);
    assert_eq!(shown.len(), 11, "{shown:?}");
    checks::hold_here(&mut chromium);

    // What is asked can be taken away, one at a time and at once.
    click(&mut chromium, ".asked li:nth-child(2) a");
    assert_eq!(asked(&mut chromium), "/shares?protection=none&sort=-ends");
    click(&mut chromium, ".asked .all a");
    assert_eq!(asked(&mut chromium), "/shares");
    click(&mut chromium, "form button");
    assert_eq!(asked(&mut chromium), "/shares");
}

#[tokio::test]
async fn each_column_sorts_by_its_name_and_back() {
    let links = Links::all().await;
    let exporter = links.exporter(8.0, &[]).await;
    let mut chromium = Chromium::start();
    chromium.open(&exporter.url("/shares?state=active&page=1"));
    for (column, sort) in [
        (0, "title"),
        (1, "org"),
        (3, "ends"),
        (4, "created"),
        (5, "footage"),
        (6, "cameras"),
    ] {
        let link = format!(".links thead th:nth-child({}) a", column + 1);
        for sort in [sort.to_owned(), format!("-{sort}")] {
            click(&mut chromium, &link);
            let query = format!("state=active&sort={sort}");
            assert_eq!(asked(&mut chromium), format!("/shares?{query}"));
            assert_eq!(
                refs(&mut chromium),
                in_file(&exporter, &query).await,
                "{query}"
            );
            let sorted = chromium.text("document.querySelector('[aria-sort]').ariaSort");
            let expected = if sort.starts_with('-') {
                "descending"
            } else {
                "ascending"
            };
            assert_eq!(sorted, expected, "{query}");
        }
    }
    // The worst first, which is how it is sorted anyhow.
    click(&mut chromium, ".links thead th:nth-child(3) a");
    assert_eq!(asked(&mut chromium), "/shares?state=active");
}

#[tokio::test]
async fn many_links_are_on_several_pages_each_once() {
    let links = Links::none();
    for number in 0_u16..250 {
        let title = format!("Link {number}");
        links
            .put_page(
                if number.is_multiple_of(3) {
                    "bell"
                } else {
                    "acme"
                },
                number,
                &title,
            )
            .await;
    }
    let exporter = links.exporter(8.0, &[]).await;
    exporter
        .wait_for("all are listed", |it| it.sum("rhombus_shares") == 250.0)
        .await;
    let mut chromium = Chromium::start();
    checks::hold(&mut chromium, &exporter.url("/shares?protection=none"));
    let mut seen = refs(&mut chromium);
    let counts = "document.querySelectorAll('.top p')[1].innerText";
    assert!(chromium.text(counts).ends_with("Rows 1 to 100 of 250."));
    for (page, rows) in [
        (2, "Rows 101 to 200 of 250."),
        (3, "Rows 201 to 250 of 250."),
    ] {
        click(&mut chromium, "[rel=next]");
        assert_eq!(
            asked(&mut chromium),
            format!("/shares?protection=none&page={page}")
        );
        assert!(chromium.text(counts).ends_with(rows), "{rows}");
        seen.extend(refs(&mut chromium));
    }
    assert_eq!(
        chromium.evaluate("document.querySelector('[rel=next]')"),
        serde_json::Value::Null
    );
    seen.sort();
    let mut expected: Vec<_> = (0..250).map(reference).collect();
    expected.sort();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn links_of_a_partner_s_clients_are_there_and_those_of_who_gives_no_access_are_told() {
    let partner = Partner::new(3, 8, &[]);
    let path = format!("clients/{}", partner.uuids().await[0]);
    partner
        .order("PUT", &path, r#"{"clientAccessAllowed":false}"#)
        .await;
    let exporter = partner.watched();
    exporter
        .wait_for("the clients are read", |metrics| {
            metrics.get(&clients("not_allowed")) == Some(1.0)
                && metrics.sum("rhombus_collect_success") == 9.0
        })
        .await;
    let mut chromium = Chromium::start();
    checks::hold(&mut chromium, &exporter.url("/shares"));
    let blind = chromium.text("document.querySelector('.blind').innerText");
    assert!(
        blind.contains("not_allowed the client gives the partner no access"),
        "{blind}"
    );
    let shown = refs(&mut chromium);
    assert!(shown.len() > 16, "{shown:?}");
    assert_eq!(shown, in_file(&exporter, "").await);
}
