//! What is wrong with a web configuration, and where. A message never repeats the value of a key
//! that holds a secret.

use std::path::PathBuf;

use serde_saphyr::Spanned;

/// Why a web configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum WebConfigError {
    /// The file itself can't be read.
    #[error("cannot read {}: {cause}", file.display())]
    Read {
        /// The web configuration.
        file: PathBuf,
        /// Why. Part of the message, and no `source`, which would be printed once more.
        cause: std::io::Error,
    },
    /// Something in the file is wrong.
    #[error("{}{}: {message}", file.display(), colon(*line))]
    Wrong {
        /// The web configuration.
        file: PathBuf,
        /// The line, from 1; 0 where it is not known.
        line: u64,
        /// The key, the value, and what was expected.
        message: String,
    },
    /// Nothing is in the file any more: more likely cut short than meant.
    #[error(
        "{}: the file is empty, expected {{}} where nothing is wanted; the running configuration \
         is kept",
        file.display()
    )]
    Emptied {
        /// The web configuration.
        file: PathBuf,
    },
    /// The file names no user any more, so that nobody would be asked for a password.
    #[error(
        "{}: the last of basic_auth_users can be removed only by a restart; the running \
         configuration is kept",
        file.display()
    )]
    UsersGone {
        /// The web configuration.
        file: PathBuf,
    },
    /// Clients that were refused for their certificates would be let in.
    #[error(
        "{}: client_auth_type and client_allowed_sans can be made to check less only by a restart; \
         the running configuration is kept",
        file.display()
    )]
    ClientsUnchecked {
        /// The web configuration.
        file: PathBuf,
    },
    /// The file is right, but asks for what only a restart can do.
    #[error(
        "{}: TLS can be added or removed only by a restart; the running configuration is kept",
        file.display()
    )]
    NeedsRestart {
        /// The web configuration.
        file: PathBuf,
    },
}

/// The part of a message that gives the line, where it is known.
fn colon(line: u64) -> String {
    match line {
        0 => String::new(),
        line => format!(":{line}"),
    }
}

/// Something wrong on one line.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) line: u64,
    pub(super) message: String,
}

impl Problem {
    /// Something wrong with the value of `key`, which is at `place`.
    pub(super) fn new<T>(place: &Spanned<T>, key: &str, message: impl std::fmt::Display) -> Self {
        Self {
            line: place.referenced.line(),
            message: format!("{key}: {message}"),
        }
    }

    /// What the YAML parser found wrong in `text`. What stood there is not repeated: where a value
    /// has the wrong type, that value may be a password in the wrong place.
    pub(super) fn of_parser(text: &[u8], error: &serde_saphyr::Error) -> Self {
        use serde_saphyr::Error;
        let line = error.location().map_or(0, |location| location.line());
        let message = match error {
            Error::Unexpected { expected, .. } => format!("expected {}", plain(expected)),
            Error::SerdeInvalidType { expected, .. }
            | Error::SerdeInvalidValue { expected, .. } => format!("expected {}", plain(expected)),
            Error::InvalidBooleanStrict { .. } => "expected true or false".to_owned(),
            Error::InvalidScalar { ty: "u32", .. } => "expected a whole number".to_owned(),
            Error::NullIntoString { .. } => "expected a text, found nothing".to_owned(),
            Error::MultipleDocuments { .. } => "expected one YAML document".to_owned(),
            Error::DuplicateMappingKey { .. } => "given twice, expected once".to_owned(),
            other => {
                let message = other.to_string();
                let message = message.split(" at line ").next().unwrap_or_default();
                message.replace('\n', " ")
            }
        };
        let key = key_on_line(text, line).map_or_else(String::new, |key| format!("{key}: "));
        Self {
            line,
            message: format!("{key}{message}"),
        }
    }

    pub(super) fn in_file(self, file: PathBuf) -> WebConfigError {
        WebConfigError::Wrong {
            file,
            line: self.line,
            message: self.message,
        }
    }
}

/// What the parser expected, without its jargon.
fn plain(expected: &str) -> &str {
    match expected {
        "mapping start" => "a mapping",
        "string scalar" => "a text",
        other => other,
    }
}

/// The key on a line, if one does.
fn key_on_line(text: &[u8], line: u64) -> Option<&str> {
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    let line = std::str::from_utf8(text).ok()?.lines().nth(index)?;
    let (key, _) = line.trim_start_matches([' ', '-']).split_once(':')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    (!key.is_empty() && key.chars().all(plain)).then_some(key)
}
