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

/// A list of images of which a browser loads one, each before what it is for.
static SET: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"\ssrcset="([^"]*)""#).unwrap());
/// What an element in a page of Markdown links to or loads.
static IN_MARKDOWN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"<[^>]*?\s(?:src|href)="([^"]*)""#).unwrap());

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
    let mut found = all(&LOADED, page);
    found.extend(sets(page));
    found
}

/// The images of all lists.
fn sets(page: &str) -> Vec<String> {
    let sets = all(&SET, page);
    let images = sets.iter().flat_map(|set| set.split(','));
    let addresses = images.filter_map(|image| image.split_whitespace().next());
    addresses.map(str::to_owned).collect()
}

/// The targets of elements that a page of Markdown has among its text, code aside.
pub(crate) fn targets_in_markdown(prose: &str) -> Vec<String> {
    let elements = prose.split_inclusive('>');
    let mut found: Vec<_> = elements
        .flat_map(|element| all(&IN_MARKDOWN, element))
        .collect();
    found.extend(sets(prose));
    found
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
    let page = r#"<link rel="icon" href="a.svg"><script src="b.js"></script><a href="c.html?x&amp;y">
        <source srcset="f.png, g.png 2x">"#;
    assert_eq!(loaded(page), ["a.svg", "b.js", "f.png", "g.png"]);
    let all = ["a.svg", "b.js", "c.html?x&y", "f.png", "g.png"];
    assert_eq!(targets_in_markdown(page), all);
    assert!(targets(page).contains(&"c.html?x&y".to_owned()));
    let sheet = "@import 'd.css'; a { background: url(e.png) url(data:x) }";
    assert_eq!(loaded_by_style(sheet), ["d.css", "e.png"]);
    assert!(is_elsewhere("https://a.test/b") && is_elsewhere("//a.test") && is_elsewhere("data:x"));
    assert!(!is_elsewhere("a.html#b:c"));
}
