//! Links' own addresses, in the browser of who has logged in and of who has not.

use crate::checks;
use crate::chromium::Chromium;
use crate::common::links::{Links, reference, uuid};
use crate::common::process::Process;

/// Waits until a page of somebody who has logged in is there.
fn opened(chromium: &mut Chromium, exporter: &Process, path: &str) {
    let url = format!("http://ann:secret@{}{path}", exporter.address());
    for _ in 0..600 {
        chromium.open(&url);
        if chromium
            .text("document.body.innerText")
            .contains("What to do")
        {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{}", exporter.output());
}

#[tokio::test]
async fn an_address_is_shown_to_who_has_logged_in_and_asks_for_it() {
    let links = Links::all().await;
    let hash = bcrypt::hash("secret", 4).unwrap();
    let users = links
        .several
        .files
        .write("web.yml", &format!("basic_auth_users:\n  ann: {hash}\n"));
    let exporter = links.start(&[&format!("--web.config.file={}", users.display())]);
    let path = format!("/shares/{}", reference(20));
    let mut chromium = Chromium::start();
    opened(&mut chromium, &exporter, &path);
    let html = chromium.html();
    assert!(!html.contains(&uuid(20)), "an address is in:\n{html}");
    chromium.follow(|it| {
        it.evaluate("[...document.links].find(it => it.search == '?address=show').click()");
    });
    let address = chromium.text("document.querySelector('a.address').href");
    assert_eq!(
        address,
        format!("https://console.rhombussystems.com/share/live/{}", uuid(20))
    );
    assert_eq!(
        chromium.text("document.querySelector('a.address').rel"),
        "noreferrer"
    );
    checks::hold_here(&mut chromium);
    // It is not in the address of the page, nor kept.
    assert_eq!(
        chromium.text("location.pathname + location.search"),
        format!("{path}?address=show")
    );
}

#[tokio::test]
async fn without_a_login_nobody_is_shown_an_address() {
    let links = Links::all().await;
    let exporter = links.exporter(8.0, &[]).await;
    let mut chromium = Chromium::start();
    for query in ["", "?address=show"] {
        chromium.open(&exporter.url(&format!("/shares/{}{query}", reference(20))));
        let html = chromium.html();
        assert!(
            html.contains("Its address is shown to those who have logged in"),
            "{html}"
        );
        assert!(!html.contains(&uuid(20)), "an address is in:\n{html}");
    }
}
