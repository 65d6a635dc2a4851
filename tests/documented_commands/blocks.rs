//! The blocks of code of the pages that people read, with the mark in the line before, where there is one:
//!
//! - `<!-- not run: a cluster -->`: these commands can't be run by a test, for one of [`REASONS`];
//! - `<!-- checked by: tests/deploy -->`: what is in the block is held by another test.

use std::fs;
use std::path::Path;

use crate::common::dashboards::root;

/// Why a command can't be run by a test.
pub(crate) const REASONS: [&str; 7] = [
    "a container engine",
    "a cluster",
    "root",
    "a release build",
    "minutes of measuring",
    "the network",
    "another test runs it",
];

/// One block of code.
#[derive(Debug)]
pub(crate) struct Block {
    /// Where it is: the page, and the line of its first fence.
    pub(crate) page: String,
    pub(crate) line: usize,
    /// What the fence calls it, or nothing.
    pub(crate) language: String,
    pub(crate) mark: Option<Mark>,
    pub(crate) text: String,
}

/// What a page says of the block below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    NotRun(String),
    CheckedBy(String),
}

impl Block {
    /// The place, as an editor opens it.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.page, self.line)
    }

    /// Whether it holds commands.
    pub(crate) fn is_of_commands(&self) -> bool {
        ["sh", "console"].contains(&&*self.language)
    }
}

/// The pages, by their path from the root: those at the root, those below `docs`, and each `README.md` of `deploy`.
pub(crate) fn pages() -> Vec<String> {
    let mut pages = [
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
    ]
    .map(str::to_owned)
    .to_vec();
    add_pages(&root().join("docs"), ".md", &mut pages);
    add_pages(&root().join("deploy"), "README.md", &mut pages);
    pages.sort();
    pages
}

fn add_pages(directory: &Path, ending: &str, pages: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap();
        if path.is_dir() {
            add_pages(&path, ending, pages);
        } else if name.ends_with(ending) {
            pages.push(name.to_owned());
        }
    }
}

/// The text of a page.
pub(crate) fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// All blocks of all pages, in their order.
pub(crate) fn all() -> Vec<Block> {
    pages()
        .iter()
        .flat_map(|page| blocks(page, &read(page)))
        .collect()
}

/// The blocks of one page.
pub(crate) fn blocks(page: &str, text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut before = "";
    let mut lines = (1..).zip(text.lines());
    while let Some((line, start)) = lines.next() {
        assert!(
            !is_other_fence(start),
            "{page}:{line}: fence it with ```, by which tests find it"
        );
        let Some(language) = start.trim_start().strip_prefix("```") else {
            before = if start.trim().is_empty() {
                before
            } else {
                start.trim()
            };
            continue;
        };
        // Those in a list are indented.
        let indent = start.len() - start.trim_start().len();
        let inner = lines
            .by_ref()
            .map(|(_, line)| line.get(indent..).unwrap_or_default());
        let inner: Vec<_> = inner.take_while(|line| !line.starts_with("```")).collect();
        found.push(Block {
            page: page.to_owned(),
            line,
            language: language.trim().to_owned(),
            mark: mark(before),
            text: inner.join("\n"),
        });
        before = "";
    }
    found
}

/// Whether it begins a block as no page here does.
fn is_other_fence(line: &str) -> bool {
    line.trim_start().starts_with("~~~")
}

fn mark(line: &str) -> Option<Mark> {
    let said = line.strip_prefix("<!-- ")?.strip_suffix(" -->")?;
    let not_run = said
        .strip_prefix("not run: ")
        .map(|why| Mark::NotRun(why.to_owned()));
    not_run.or_else(|| {
        Some(Mark::CheckedBy(
            said.strip_prefix("checked by: ")?.to_owned(),
        ))
    })
}

/// Whether what the mark says can be: a reason of the list, a test that there is.
pub(crate) fn check_mark(block: &Block) {
    let place = block.place();
    match &block.mark {
        Some(Mark::NotRun(why)) => {
            assert!(
                REASONS.contains(&&**why),
                "{place}: {why:?} is none of {REASONS:?}"
            );
            assert!(block.is_of_commands(), "{place}: a block without commands");
        }
        Some(Mark::CheckedBy(test)) => {
            let is_there = [format!("{test}.rs"), format!("{test}/main.rs")];
            let is_there = is_there.iter().any(|path| root().join(path).is_file());
            assert!(is_there, "{place}: there is no {test}");
        }
        None => {}
    }
}

#[test]
#[should_panic(expected = "p.md:2: fence it with ```")]
fn a_block_that_would_not_be_found_is_noticed() {
    blocks("p.md", "a\n~~~sh\nrhombus-share-exporter x\n~~~\n");
}

#[test]
fn blocks_are_found_with_their_marks() {
    let text = "a\n<!-- not run: root -->\n\n```sh\nsudo x\n```\n- b\n  ```yaml\n  c:\n    d\n  ```\n```\ne\n```\n";
    let found = blocks("p.md", text);
    let parts = |block: &Block| (block.line, block.language.clone(), block.text.clone());
    let expected = [(4, "sh", "sudo x"), (8, "yaml", "c:\n  d"), (12, "", "e")];
    let expected =
        expected.map(|(line, language, text)| (line, language.to_owned(), text.to_owned()));
    assert_eq!(found.iter().map(parts).collect::<Vec<_>>(), expected);
    let marks: Vec<_> = found.iter().map(|block| block.mark.clone()).collect();
    assert_eq!(marks, [Some(Mark::NotRun("root".to_owned())), None, None]);
    assert_eq!(
        mark("<!-- checked by: tests/e2e -->"),
        Some(Mark::CheckedBy("tests/e2e".to_owned()))
    );
}
