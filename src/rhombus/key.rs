//! The API key: a secret that can't be printed.

use std::fmt;
use std::hash::{Hash, Hasher};

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use super::placeholder::{self, Placeholder};

/// An organisation's API key. Non-empty, visible ASCII. `Debug` shows `[REDACTED]`.
#[derive(Clone)]
pub struct ApiKey(SecretString);

/// Why a text can't be a key. Never holds the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// Nothing but white space.
    #[error("the API key is empty")]
    Empty,
    /// A character that no HTTP header may carry.
    #[error("the API key has a space, a control character or a non-ASCII character inside")]
    Character,
    /// Larger than any key: most likely the wrong file.
    #[error("the API key is longer than {} bytes", ApiKey::MAX_BYTES)]
    TooLong,
}

impl ApiKey {
    /// The longest text that is taken for a key.
    pub const MAX_BYTES: usize = 4096;

    /// Takes a key as people store it: white space around it (a trailing newline, say) is dropped.
    ///
    /// # Errors
    /// When what is left is empty, too long, or has a character that no header may carry.
    pub fn new(text: &str) -> Result<Self, ApiKeyError> {
        let key = text.trim_matches([' ', '\t', '\r', '\n']);
        if key.is_empty() {
            Err(ApiKeyError::Empty)
        } else if key.len() > Self::MAX_BYTES {
            Err(ApiKeyError::TooLong)
        } else if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            Err(ApiKeyError::Character)
        } else {
            Ok(Self(SecretString::from(key)))
        }
    }

    /// What the text looks like instead of a key, if it looks like something else: a template that
    /// nobody filled in, say. Rhombus alone knows whether it is a key.
    pub fn placeholder(&self) -> Option<Placeholder> {
        placeholder::recognise(self.0.expose_secret())
    }

    /// Whether `text` repeats it.
    pub(super) fn is_in(&self, text: &str) -> bool {
        text.contains(self.0.expose_secret())
    }

    /// The value of the header `x-auth-apikey`, marked sensitive.
    pub(super) fn header(&self) -> HeaderValue {
        let mut value = HeaderValue::from_str(self.0.expose_secret())
            .expect("visible ASCII is checked when the key is made");
        value.set_sensitive(true);
        value
    }
}

impl PartialEq for ApiKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for ApiKey {}

impl Hash for ApiKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.expose_secret().hash(state);
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_around_a_key_is_dropped() {
        assert_eq!(ApiKey::new(" abc\r\n"), ApiKey::new("abc"));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert_eq!(ApiKey::new("\n "), Err(ApiKeyError::Empty));
        assert_eq!(ApiKey::new("a b"), Err(ApiKeyError::Character));
        assert_eq!(ApiKey::new("a\nb"), Err(ApiKeyError::Character));
        assert_eq!(ApiKey::new("clé"), Err(ApiKeyError::Character));
        assert_eq!(ApiKey::new(&"k".repeat(5000)), Err(ApiKeyError::TooLong));
    }

    #[test]
    fn a_key_is_never_printed() {
        let key = ApiKey::new("s3cret").unwrap();
        assert_eq!(format!("{key:?}"), "[REDACTED]");
        assert_eq!(format!("{:?}", key.header()), "Sensitive");
    }
}
