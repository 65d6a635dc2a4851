//! What is wrong with a configuration, as its author reads it: where, which key, what it is, what
//! was expected, what to do. A check pushes to a [`Report`] and goes on, so that one run shows all
//! that is wrong. The value of a key, or of what may be one, is never part of a message.

use std::fmt;

use super::{Config, Loaded};

/// Everything that is wrong with a configuration; never empty. It displays one problem a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: `file:line: key`, a flag, a variable, or an organisation.
    place: String,
    /// What it is, what was expected, what to do.
    text: String,
}

/// What the checks found so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    problems: Vec<Problem>,
    warnings: Vec<String>,
}

impl ConfigError {
    /// How many problems are displayed before the rest is only counted.
    const SHOWN: usize = 50;

    /// The problems, in the order in which they were found.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().take(Self::SHOWN).enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        match self.problems.len().saturating_sub(Self::SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more"),
        }
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

impl Report {
    /// Adds a problem: `place` as in [`Problem`], `text` without a final stop.
    pub(super) fn problem(&mut self, place: impl fmt::Display, text: impl fmt::Display) {
        self.problems.push(Problem {
            place: place.to_string(),
            text: text.to_string(),
        });
    }

    /// Adds something that is not wrong, but should be known.
    pub(super) fn warn(&mut self, text: impl fmt::Display) {
        self.warnings.push(text.to_string());
    }

    /// How many problems there are so far.
    pub(super) fn problems(&self) -> usize {
        self.problems.len()
    }

    /// Everything that is wrong; there is something.
    pub(super) fn into_error(self) -> ConfigError {
        ConfigError {
            problems: self.problems,
        }
    }

    /// What was made, with the warnings, or everything that is wrong with it.
    pub(super) fn finish_with<T>(self, made: T) -> Result<(T, Vec<String>), ConfigError> {
        match self.problems {
            problems if problems.is_empty() => Ok((made, self.warnings)),
            problems => Err(ConfigError { problems }),
        }
    }

    /// The configuration with the warnings, or everything that is wrong. None stands for a
    /// configuration that a problem kept from being made.
    pub(super) fn finish(self, config: Option<Config>) -> Result<Loaded, ConfigError> {
        match config {
            Some(config) if self.problems.is_empty() => Ok(Loaded {
                config,
                warnings: self.warnings,
            }),
            _ => Err(ConfigError {
                problems: self.problems,
            }),
        }
    }
}

/// The one of `known` that `text` was probably meant to be.
pub(super) fn nearest<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |name: &&str| strsim::damerau_levenshtein(text, name);
    known
        .min_by_key(distance)
        .filter(|name| distance(name) <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_cut_and_the_rest_counted() {
        let problem = Problem {
            place: "f:1: k".into(),
            text: "wrong".into(),
        };
        let error = ConfigError {
            problems: vec![problem; 53],
        };
        let text = error.to_string();
        assert_eq!(text.lines().count(), 51);
        assert!(text.starts_with("f:1: k: wrong\nf:1: k: wrong\n"));
        assert!(text.ends_with("\n… and 3 more"));
    }
}
