//! `/audit`, and the history on the page of a link.

use crate::checks;
use crate::chromium::Chromium;
use crate::common::audited::{Audited, first, gone};
use crate::common::links::Links;

#[tokio::test]
async fn the_trail_is_read_by_everybody() {
    let audited = Audited::new().await;
    let mut chromium = Chromium::start();
    for path in [
        "/audit".to_owned(),
        format!("/audit?share={}&event=unsecured", gone()),
        "/audit?org=nobody".to_owned(),
        format!("/shares/{}", first()),
        format!("/shares/{}", gone()),
    ] {
        checks::hold(&mut chromium, &audited.exporter.url(&path));
    }
}

#[tokio::test]
async fn filters_are_in_the_address() {
    let audited = Audited::new().await;
    let mut chromium = Chromium::start();
    chromium.open(&audited.exporter.url("/audit"));
    chromium.follow(|it| {
        it.evaluate("document.querySelector('[name=event]').value = 'unsecured'");
        it.evaluate("document.querySelector('form.ask').requestSubmit()");
    });
    let address = chromium.text("location.pathname + location.search");
    assert_eq!(address, "/audit?event=unsecured");
    let events = "document.querySelectorAll('.trail li').length";
    assert_eq!(chromium.evaluate(events), 1);
    let link = chromium.text("document.querySelector('.trail a').getAttribute('href')");
    assert_eq!(link, format!("shares/{}", gone()));
    chromium.follow(|it| {
        it.evaluate("document.querySelector('.asked a').click()");
    });
    assert_eq!(chromium.text("location.search"), "");
}

#[tokio::test]
async fn where_there_is_no_trail_the_page_says_so() {
    let links = Links::none();
    let exporter = links.exporter(8.0, &[]).await;
    let mut chromium = Chromium::start();
    checks::hold(&mut chromium, &exporter.url("/audit"));
    let text = chromium.text("document.querySelector('main').innerText");
    assert!(text.contains("--storage.path=DIR"), "{text}");
}
