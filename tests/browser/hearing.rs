//! That what the other cases listen for is heard: else they could not fail by it.

use crate::checks::{findings, fits};
use crate::chromium::Chromium;

#[test]
fn what_chromium_says_on_its_console_is_heard() {
    let mut chromium = Chromium::start();
    chromium.open(
        "data:text/html,<meta http-equiv=Content-Security-Policy content=\"style-src 'none'\">\
         <style>p{}</style><script>console.error('said')</script>",
    );
    let heard = chromium.console().join("\n");
    assert!(heard.contains("Content Security Policy"), "{heard:?}");
    assert!(heard.contains("said"), "{heard:?}");
}

#[test]
fn what_axe_finds_is_heard() {
    let mut chromium = Chromium::start();
    chromium.open("data:text/html,<html lang=en><title>x</title><main><h1>x</h1><input></main>");
    let found = findings(&mut chromium).join("\n");
    assert!(found.contains("label: <input>"), "{found}");
    assert!(!found.contains("html-has-lang"), "{found}");
}

#[test]
#[should_panic(expected = "400: the page is 500 wide")]
fn what_does_not_fit_is_seen() {
    let mut chromium = Chromium::start();
    chromium.is_wide(400);
    chromium.open("data:text/html,<meta name=viewport content=width=device-width><div style=width:500px;margin:-8px>x");
    fits(&mut chromium, 400);
}
