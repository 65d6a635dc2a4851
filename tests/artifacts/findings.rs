//! What a check found: sentences about one file. A check goes on after the first, so that one run
//! says everything.

/// What is wrong with one file.
pub(crate) struct Findings {
    about: String,
    found: Vec<String>,
}

impl Findings {
    /// Nothing yet, about the file called `about`.
    pub(crate) fn about(about: &str) -> Self {
        Self {
            about: about.to_owned(),
            found: Vec::new(),
        }
    }

    /// Unless `holds`, `sentence` is wrong with the file.
    pub(crate) fn require(&mut self, holds: bool, sentence: impl AsRef<str>) {
        if !holds {
            let sentence = sentence.as_ref();
            self.found.push(format!("{}: {sentence}", self.about));
        }
    }

    /// Ends the test where anything was found.
    pub(crate) fn none(&self) {
        assert!(self.found.is_empty(), "\n{}\n", self.found.join("\n"));
    }

    /// Ends the test unless something with these words was found.
    pub(crate) fn must_say(&self, words: &str) {
        assert!(
            self.found.iter().any(|found| found.contains(words)),
            "expected {words:?} among {:#?}",
            self.found
        );
    }
}

/// Breaks `text` at every `from`, which must be in it.
pub(crate) fn broken(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from:?} is not in the file");
    text.replace(from, to)
}
