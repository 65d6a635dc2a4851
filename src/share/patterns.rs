//! Patterns of names: regular expressions that must match the whole, as Prometheus has them.

use regex::{Regex, RegexBuilder};

/// Names, each as a pattern.
#[derive(Clone, Debug, Default)]
pub struct Patterns(Vec<(String, Regex)>);

/// What a pattern may take in memory when it is compiled, in bytes.
const MAX_SIZE: usize = 1 << 20;

impl Patterns {
    /// Adds one.
    ///
    /// # Errors
    /// What was expected.
    pub fn add(&mut self, text: &str) -> Result<(), &'static str> {
        if text.is_empty() {
            return Err("expected a pattern: empty, it is the name of nothing");
        }
        // Line breaks and comments could end the group.
        let whole = RegexBuilder::new(&format!("^(?:{text})$"))
            .size_limit(MAX_SIZE)
            .build();
        let alone = Regex::new(text);
        match (alone, whole) {
            (Ok(_), Ok(whole)) => {
                self.0.push((text.to_owned(), whole));
                Ok(())
            }
            _ => Err(
                "expected a regular expression that matches a whole name or uuid, such as `Oak.*`; a \
                 `\\` before a character that means something takes it as it is",
            ),
        }
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them matches all of `text`.
    pub fn any_is(&self, text: &str) -> bool {
        self.0.iter().any(|(_, pattern)| pattern.is_match(text))
    }

    /// Each, as it was written.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(text, _)| text.as_str())
    }
}

impl PartialEq for Patterns {
    fn eq(&self, other: &Self) -> bool {
        self.texts().eq(other.texts())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(texts: &[&str]) -> Patterns {
        let mut patterns = Patterns::default();
        texts.iter().for_each(|text| patterns.add(text).unwrap());
        patterns
    }

    #[test]
    fn a_pattern_matches_the_whole_of_a_name() {
        for (pattern, yes, no) in [
            ("Oak School", "Oak School", "Oak School 2"),
            ("Oak.*", "Oak School", "An Oak"),
            ("a|b", "b", "ab"),
            ("(?i)oak", "OAK", "oaks"),
            (r"Acme \(EU\)", "Acme (EU)", "Acme EU"),
            ("Süd.", "Südö", "Süd"),
            ("AAAAAAAAAAAAAAAAAAAAAQ", "AAAAAAAAAAAAAAAAAAAAAQ", "x"),
        ] {
            let one = patterns(&["never", pattern]);
            assert!(one.any_is(yes) && !one.any_is(no), "{pattern}");
        }
        assert!(!Patterns::default().any_is(""));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for bad in [
            "",
            "(",
            ")",
            "a)|(b",
            "[",
            "*",
            "a{99999999}",
            "\\",
            "(?x) # oak",
        ] {
            let mut patterns = Patterns::default();
            assert!(patterns.add(bad).is_err() || bad == "(?x) # oak", "{bad}");
        }
    }
}
