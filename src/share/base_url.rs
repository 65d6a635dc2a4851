//! Addresses of pages, after which paths are put: those of the exporter itself, as `--web.external-url` has
//! it, and of Rhombus's console.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// The longest, in bytes: it becomes a label value.
const MAX_BYTES: usize = 1024;

/// The address of a page as a browser has it, without the slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

/// Why a text is not an [`BaseUrl`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Another scheme, no host, or no URL at all.
    #[error("expected a URL such as https://exporter.example or https://example.com/rhombus")]
    NotAnAddress,
    /// It becomes part of alerts and pages, which many read.
    #[error("expected a URL without a user and a password, which all who read an alert would see")]
    User,
    /// A path is put after it.
    #[error("expected a URL without ? and #, since paths such as /shares are put after it")]
    MoreThanAPath,
    /// A label value has a limit too.
    #[error("expected a URL of at most {MAX_BYTES} bytes")]
    TooLong,
}

impl BaseUrl {
    /// The address, without a slash at its end: `/shares` can be put after it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        // The parser would pass over them.
        let is_odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
        let scheme = ["http://", "https://"];
        let begins = |start: &&str| {
            let is_same = |text: &str| text.eq_ignore_ascii_case(start);
            text.get(..start.len()).is_some_and(is_same)
        };
        if text.contains(is_odd) || !scheme.iter().any(begins) {
            return Err(BaseUrlError::NotAnAddress);
        }
        let url = Url::parse(text).map_err(|_| BaseUrlError::NotAnAddress)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::User);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::MoreThanAPath);
        }
        let address = url.as_str().trim_end_matches('/');
        if address.len() > MAX_BYTES {
            return Err(BaseUrlError::TooLong);
        }
        Ok(Self(address.to_owned()))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_without_its_last_slash() {
        for (text, expected) in [
            ("http://localhost:10063", "http://localhost:10063"),
            ("https://exporter.example/", "https://exporter.example"),
            ("HTTPS://Exporter.example:443", "https://exporter.example"),
            ("https://a.example/rhombus/", "https://a.example/rhombus"),
            ("https://a.example/r//", "https://a.example/r"),
            ("http://[::1]:80/x", "http://[::1]/x"),
            (
                "https://a.example/\"<ü>",
                "https://a.example/%22%3C%C3%BC%3E",
            ),
        ] {
            let url: BaseUrl = text.parse().unwrap();
            assert_eq!(url.as_str(), expected);
        }
    }

    #[test]
    fn what_no_path_can_be_put_after_is_refused() {
        use BaseUrlError::{MoreThanAPath, NotAnAddress, TooLong, User};
        let long = format!("http://a.example/{}", "x".repeat(MAX_BYTES));
        for (text, error) in [
            ("", NotAnAddress),
            ("exporter.example", NotAnAddress),
            ("//exporter.example", NotAnAddress),
            ("/rhombus", NotAnAddress),
            ("http:exporter.example", NotAnAddress),
            ("http://", NotAnAddress),
            ("ftp://exporter.example", NotAnAddress),
            ("javascript://exporter.example/%0aalert(1)", NotAnAddress),
            ("https://exporter .example", NotAnAddress),
            ("https://exporter.example\n", NotAnAddress),
            ("https:\\\\exporter.example", NotAnAddress),
            ("https://exporter.example:99999", NotAnAddress),
            ("https://ann@exporter.example", User),
            ("https://ann:one@exporter.example", User),
            ("https://exporter.example?", MoreThanAPath),
            ("https://exporter.example/?a=b", MoreThanAPath),
            ("https://exporter.example/#a", MoreThanAPath),
            (&long, TooLong),
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(error), "{text:?}");
        }
    }
}
