//! What a page of the site links to, loads and can be linked to, as far as mdBook's HTML needs it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"\shref="([^"]*)""#).unwrap());
static ID: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"\sid="([^"]*)""#).unwrap());
/// An element that makes a browser load something by itself.
static LOADED: LazyLock<Regex> = LazyLock::new(|| {
    let form = r#"<(?:link\s[^>]*?href|(?:script|img|iframe|source|video)\s[^>]*?src)="([^"]*)""#;
    Regex::new(form).unwrap()
});
/// The same in a style sheet.
static STYLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?:url\(|@import)\s*['"]?([^'")\s;]+)"#).unwrap());

fn all(form: &Regex, text: &str) -> Vec<String> {
    let found = form.captures_iter(text);
    found.map(|part| part[1].replace("&amp;", "&")).collect()
}

/// The targets of all links, and all that is loaded.
pub(crate) fn targets(page: &str) -> Vec<String> {
    let mut targets = all(&LINK, page);
    targets.extend(loaded(page));
    targets
}

/// What a browser loads for a page.
pub(crate) fn loaded(page: &str) -> Vec<String> {
    all(&LOADED, page)
}

/// What a browser loads for a style sheet, beside what is written in it.
pub(crate) fn loaded_by_style(sheet: &str) -> Vec<String> {
    let mut found = all(&STYLE, sheet);
    found.retain(|address| !address.starts_with("data:"));
    found
}

/// What a link can name a part of the page by.
pub(crate) fn ids(page: &str) -> BTreeSet<String> {
    all(&ID, page).into_iter().collect()
}

/// Whether the address is one of another host, or no address of a page at all.
pub(crate) fn is_elsewhere(target: &str) -> bool {
    target.starts_with("//") || target.split(['/', '#']).next().unwrap().contains(':')
}

#[test]
fn what_is_loaded_is_found() {
    let page =
        r#"<link rel="icon" href="a.svg"><script src="b.js"></script><a href="c.html?x&amp;y">"#;
    assert_eq!(loaded(page), ["a.svg", "b.js"]);
    assert!(targets(page).contains(&"c.html?x&y".to_owned()));
    let sheet = "@import 'd.css'; a { background: url(e.png) url(data:x) }";
    assert_eq!(loaded_by_style(sheet), ["d.css", "e.png"]);
    assert!(is_elsewhere("https://a.test/b") && is_elsewhere("//a.test") && is_elsewhere("data:x"));
    assert!(!is_elsewhere("a.html#b:c"));
}
