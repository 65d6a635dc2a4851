//! What a page in Markdown links to, and which anchors the forge gives it, as far as the pages here use Markdown.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

/// What is written as code, between as many backticks on each side.
static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new("``.+?``|`[^`]+`").unwrap());
static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\]\(([^)\s]+)[^)]*\)").unwrap());
/// A link whose address is in a line of its own.
static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^ {0,3}\[[^\]]+\]:\s*(\S+)").unwrap());
static LINK_TEXT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\[([^\]]*)\]\([^)]*\)").unwrap());

/// The lines that are in no block of code.
pub(crate) fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

/// The text without blocks and spans of code.
pub(crate) fn without_code(text: &str) -> String {
    let prose = prose(text).collect::<Vec<_>>().join("\n");
    CODE.replace_all(&prose, "").into_owned()
}

/// The targets of all links and images.
pub(crate) fn links(text: &str) -> Vec<String> {
    let prose = without_code(text);
    let found = [&*LINK, &*REFERENCE].map(|form| form.captures_iter(&prose));
    let found = found.into_iter().flatten();
    found.map(|link| link[1].to_owned()).collect()
}

/// The anchors of the headings, as GitHub makes them: lower case, a dash for each space, nothing but letters, digits,
/// dashes and underscores; what is there twice gets a number.
pub(crate) fn anchors(text: &str) -> Vec<String> {
    let mut seen = BTreeMap::<String, usize>::new();
    let headings = prose(text).filter(|line| {
        let marks = line.bytes().take_while(|byte| *byte == b'#').count();
        (1..=6).contains(&marks) && line[marks..].starts_with(' ')
    });
    let anchor = |heading: &str| {
        let slug = slug(heading.trim_start_matches('#').trim());
        let before = seen.entry(slug.clone()).or_default();
        *before += 1;
        match *before {
            1 => slug,
            number => format!("{slug}-{}", number - 1),
        }
    };
    headings.map(anchor).collect()
}

fn slug(heading: &str) -> String {
    let text = LINK_TEXT.replace_all(heading, "$1").to_lowercase();
    let kept = text.chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        letter if letter.is_alphanumeric() || "-_".contains(letter) => Some(letter),
        _ => None,
    });
    kept.collect()
}

#[test]
fn links_are_found_and_code_has_none() {
    let text = "See [a](a.md#b) and ![`b`](c.png \"title\"), not `[x](y)`.\n```sh\n[n](n)\n```\n[r]: r.md\n";
    assert_eq!(links(text), ["a.md#b", "c.png", "r.md"]);
}

#[test]
fn anchors_are_those_of_the_forge() {
    let text = "# `report`, `show` and [x](y)\n## A & b_c\n```sh\n# no heading\n```\n## 100,000 links\n## A & b_c\n";
    let expected = ["report-show-and-x", "a--b_c", "100000-links", "a--b_c-1"];
    assert_eq!(anchors(text), expected);
}
