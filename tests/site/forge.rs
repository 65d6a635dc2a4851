//! The links as the forge shows the files: relative ones, and those that name a file of the repository by its
//! address there, wherever they are written: in pages, alerts, templates and code.

use std::sync::LazyLock;

use regex::Regex;

use crate::html::targets_in_markdown;
use crate::markdown::{anchors, links, without_code};
use crate::pages::{files, read, resolved, root};

/// The address of a file of this repository on the forge; a template puts in what is before it.
static ON_THE_FORGE: LazyLock<Regex> = LazyLock::new(|| {
    let form = r"(?:/rhombus-share-exporter|\}\})/(?:blob|tree)/main/([\w./-]*\w)(?:#([\w-]+))?";
    Regex::new(form).unwrap()
});

/// Why a link to this path and anchor leads nowhere.
fn wrong(path: &str, anchor: Option<&str>) -> Option<String> {
    if !root().join(path).exists() {
        return Some(format!("there is no {path}"));
    }
    let anchor = anchor.filter(|_| path.ends_with(".md"))?;
    let has = anchors(&read(path)).iter().any(|own| own == anchor);
    (!has).then(|| format!("{path} has no heading for #{anchor}"))
}

/// What is wrong with the relative links of a page.
fn check(page: &str, text: &str) -> Vec<String> {
    let mut links = links(text);
    links.extend(targets_in_markdown(&without_code(text)));
    let own = links.iter().filter(|link| !link.contains(':'));
    let each = |link: &String| {
        let (path, anchor) = match link.split_once('#') {
            Some((path, anchor)) => (path, Some(anchor)),
            None => (link.as_str(), None),
        };
        let path = match path {
            "" => Some(page.to_owned()),
            path => resolved(page, path),
        };
        let wrong = match path {
            Some(path) => wrong(&path, anchor)?,
            None => "it leads out of the repository".to_owned(),
        };
        Some(format!("{page}: ({link}): {wrong}"))
    };
    own.filter_map(each).collect()
}

#[test]
fn each_link_of_a_page_leads_to_a_file_and_a_heading() {
    let pages = files(&[".md"]);
    assert!(pages.len() > 20, "{pages:?}");
    let wrong: Vec<_> = pages
        .iter()
        .flat_map(|page| check(page, &read(page)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_noticed() {
    let said = |link: &str| check("docs/audit.md", &format!("# T\nSee [it]({link}).")).join("\n");
    assert_eq!(said("links.md#as-json"), "");
    assert_eq!(said("https://rhombus.test/nowhere.md"), "");
    let image = r#"<source srcset="images/none.png">"#;
    let wrong = check("docs/audit.md", image).join("\n");
    assert!(
        wrong.contains("there is no docs/images/none.png"),
        "{wrong}"
    );
    for (link, words) in [
        ("link.md", "there is no docs/link.md"),
        (
            "links.md#as-yaml",
            "docs/links.md has no heading for #as-yaml",
        ),
        ("#nowhere", "docs/audit.md has no heading for #nowhere"),
        ("../../x", "it leads out of the repository"),
    ] {
        assert!(said(link).contains(words), "{link}: {}", said(link));
    }
}

#[test]
fn each_address_on_the_forge_is_that_of_a_file() {
    let sources = files(&[".md", ".yml", ".html", ".rs", ".json", ".tmpl", ".toml"]);
    let mut found = 0;
    for source in sources {
        for address in ON_THE_FORGE.captures_iter(&read(&source)) {
            let anchor = address.get(2).map(|anchor| anchor.as_str());
            assert_eq!(wrong(&address[1], anchor), None, "{source}");
            found += 1;
        }
    }
    // Each alert has its runbook's.
    assert!(found > 40, "{found}");
}
