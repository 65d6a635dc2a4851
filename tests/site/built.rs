//! The site as `docs/build-site` makes it: each link leads to a file of it and to an anchor that is there, nothing is
//! loaded from another host, and the anchors that the forge gives a page lead to the same place here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::html::{ids, is_elsewhere, loaded, loaded_by_style, targets};
use crate::markdown::anchors;
use crate::pages::{below, files, read, relative, resolved, root};

/// A site, whole in memory.
struct Site {
    files: BTreeSet<String>,
    pages: BTreeMap<String, String>,
}

impl Site {
    fn build(directory: &Path) -> Self {
        let mut build = Command::new(root().join("docs/build-site"));
        let built = build.arg(directory).output().unwrap();
        let said = String::from_utf8_lossy(&built.stderr);
        // What mdBook warns of is an error here.
        assert!(
            built.status.success() && said.is_empty(),
            "{said}: `make test` gets mdBook"
        );
        let mut found = Vec::new();
        below(directory, &mut found);
        let files: BTreeSet<_> = found.iter().map(|path| relative(directory, path)).collect();
        let pages = files.iter().filter(|path| path.ends_with(".html"));
        let read = |path: &String| fs::read_to_string(directory.join(path)).unwrap();
        let pages = pages.map(|path| (path.clone(), read(path))).collect();
        Self { files, pages }
    }

    fn check(&self) -> Vec<String> {
        let ids: BTreeMap<_, _> = self
            .pages
            .iter()
            .map(|(path, text)| (path.as_str(), ids(text)))
            .collect();
        let each = |(path, text): (&String, &String)| {
            let targets = targets(text).into_iter();
            let own = targets
                .filter(|target| !is_elsewhere(target))
                .collect::<BTreeSet<_>>();
            let wrong = own
                .into_iter()
                .filter_map(|target| self.wrong(&ids, path, &target));
            wrong.collect::<Vec<_>>()
        };
        // The page for what isn't there is shown at any address: its links begin at the address of the site.
        let pages = self.pages.iter().filter(|(path, _)| *path != "404.html");
        pages.flat_map(each).collect()
    }

    /// What is wrong with a target of a page.
    fn wrong(
        &self,
        ids: &BTreeMap<&str, BTreeSet<String>>,
        page: &str,
        target: &str,
    ) -> Option<String> {
        let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
        let path = match path {
            "" => Some(page.to_owned()),
            path => resolved(page, path.split('?').next().unwrap()),
        };
        let path = match path {
            Some(path) if self.files.contains(&path) => path,
            Some(path) if self.files.contains(&format!("{path}/index.html")) => return None,
            _ => {
                return Some(format!(
                    "{page}: ({target}): the site has no such file; docs/build-site says which it has"
                ));
            }
        };
        let known = ids.get(path.as_str())?;
        let is_there = anchor.is_empty() || known.contains(anchor);
        (!is_there).then(|| format!("{page}: ({target}): nothing there has this id"))
    }
}

#[test]
fn the_site_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    Site::build(directory.path());
    // Where one is already, it is replaced.
    let mut site = Site::build(directory.path());
    assert!(site.pages.len() > 20, "{:?}", site.pages.keys());
    let wrong = site.check();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    nothing_is_loaded_from_elsewhere(directory.path(), &site);
    the_anchors_of_the_forge_are_there(&site);
    what_is_broken_is_noticed(&mut site);
}

/// What mdBook removes must have been a site.
#[test]
fn a_directory_of_something_else_is_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let kept = directory.path().join("kept.txt");
    fs::write(&kept, "x").unwrap();
    let mut build = Command::new(root().join("docs/build-site"));
    let built = build.arg(directory.path()).output().unwrap();
    assert_eq!(built.status.code(), Some(2));
    let said = String::from_utf8(built.stderr).unwrap();
    assert!(said.contains("is not empty and holds no site"), "{said}");
    assert!(kept.exists());
}

fn nothing_is_loaded_from_elsewhere(directory: &Path, site: &Site) {
    let sheets = site.files.iter().filter(|path| path.ends_with(".css"));
    let sheets: Vec<_> = sheets
        .map(|path| fs::read_to_string(directory.join(path)).unwrap())
        .collect();
    let by_sheets = sheets.iter().flat_map(|sheet| loaded_by_style(sheet));
    let all: Vec<_> = site
        .pages
        .values()
        .flat_map(|page| loaded(page))
        .chain(by_sheets)
        .collect();
    assert!(all.len() > 100, "{all:?}");
    for address in all {
        assert!(
            !is_elsewhere(&address),
            "{address} is loaded from another host"
        );
    }
}

/// A link such as that of an alert to its runbook is the same on both, but for the name of the file.
fn the_anchors_of_the_forge_are_there(site: &Site) {
    let mut compared = 0;
    for page in files(&[".md"]) {
        let built = PathBuf::from(&page).with_extension("html");
        let Some(text) = site.pages.get(built.to_str().unwrap()) else {
            continue;
        };
        let ids = ids(text);
        for anchor in anchors(&read(&page)) {
            assert!(ids.contains(&anchor), "{page}: the site has no #{anchor}");
            compared += 1;
        }
    }
    assert!(compared > 150, "{compared}");
}

fn what_is_broken_is_noticed(site: &mut Site) {
    for (link, words) in [
        ("no.html", "(no.html): the site has no such file"),
        (
            "audit.html#no",
            "(audit.html#no): nothing there has this id",
        ),
        ("#no", "(#no): nothing there has this id"),
        (
            "../../README.html",
            "(../../README.html): the site has no such file",
        ),
    ] {
        let page = site.pages.get_mut("docs/metrics.html").unwrap();
        let whole = page.clone();
        *page += &format!("<a href=\"{link}\">");
        let wrong = site.check().join("\n");
        assert!(wrong.contains(words), "{link}: {wrong}");
        site.pages.insert("docs/metrics.html".to_owned(), whole);
    }
}
