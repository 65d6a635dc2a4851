//! `/shares/REF`: one link whole.

use crate::checks;
use crate::chromium::Chromium;
use crate::common::links::{Links, ODD_TITLES, reference};
use crate::common::process::Process;

fn address(exporter: &Process, number: u16) -> String {
    exporter.url(&format!("/shares/{}", reference(number)))
}

fn main_text(chromium: &mut Chromium) -> String {
    chromium.text("document.querySelector('main').innerText")
}

#[tokio::test]
async fn each_kind_of_link_is_shown_whole() {
    let links = Links::all().await;
    let exporter = links.exporter(8.0, &[]).await;
    let mut chromium = Chromium::start();
    for (number, expected) in [
        // One ref, two organisations; with footage of two cameras and of none.
        (
            1,
            &[
                "2 links have the ref",
                "Front Door, Süd 1 clip, 90 s",
                "camera not stated 1 clip",
            ][..],
        ),
        (3, &["has ended", "expired-not-removed"]),
        (5, &[&"x".repeat(200)]),
        (
            20,
            &[
                "Lobby on our website",
                "sound",
                "viewers may talk",
                "Excepted by lobby-on-website: Public <lobby> camera",
            ],
        ),
        (
            22,
            &[
                "Unreadable: treated as open",
                "shown as the worst that it can be",
            ],
        ),
        (30, &["Building site", "1 clip, 40 s"]),
        (40, &["Control room", "Video wall", "Front Door, Süd"]),
    ] {
        checks::hold(&mut chromium, &address(&exporter, number));
        let text = main_text(&mut chromium);
        for part in expected {
            assert!(text.contains(part), "{number}: {part} is not in:\n{text}");
        }
        assert!(text.contains("revoke"), "{text}");
        assert!(
            text.contains("Its address is shown to those who have logged in"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn no_title_is_more_than_a_text() {
    let links = Links::all().await;
    let exporter = links.exporter(8.0, &[]).await;
    let mut chromium = Chromium::start();
    for (number, title) in (10..).zip(ODD_TITLES) {
        chromium.open(&address(&exporter, number));
        assert_eq!(chromium.console(), [""; 0]);
        assert_eq!(
            chromium.evaluate("document.scripts.length + document.querySelectorAll('h1 *').length"),
            0
        );
        let heading = chromium.text("document.querySelector('h1').textContent");
        let acts = |c: char| c.is_control() || ['\u{202e}', '\u{200d}'].contains(&c);
        let written: String = title
            .chars()
            .map(|c| {
                if acts(c) {
                    c.escape_unicode().to_string()
                } else {
                    c.to_string()
                }
            })
            .collect();
        let expected = if title.trim().is_empty() {
            "Clip page without a title"
        } else {
            &written
        };
        assert_eq!(heading, expected);
        for width in checks::WIDTHS {
            chromium.is_wide(width);
            checks::fits(&mut chromium, width);
        }
    }
}

#[tokio::test]
async fn the_clips_open_by_the_keyboard() {
    let links = Links::all().await;
    let exporter = links.exporter(8.0, &[]).await;
    let mut chromium = Chromium::start();
    chromium.open(&address(&exporter, 30));
    assert!(!main_text(&mut chromium).contains("Begins"));
    chromium.evaluate("document.querySelector('summary').focus()");
    chromium.press("Enter", 13);
    assert!(main_text(&mut chromium).contains("Begins"));
    for width in checks::WIDTHS {
        chromium.is_wide(width);
        checks::fits(&mut chromium, width);
        checks::is_accessible(&mut chromium);
    }
}
