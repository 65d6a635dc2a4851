//! The environment as a value. `main` takes it from the process, once; a test makes its own.
//! Nothing else reads the process's environment.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

/// Environment variables, by name. `Debug` shows no value: there are keys among them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<OsString, OsString>);

/// Why a variable that is set can't be used. Never holds the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// Set to nothing, as a template does that found no value.
    #[error("it is set but empty: give it a value, or unset it")]
    Empty,
    /// Not UTF-8.
    #[error("its value is not UTF-8 text: set it anew")]
    NotUnicode,
}

impl Environment {
    /// The environment of this process.
    #[expect(
        clippy::disallowed_methods,
        reason = "called by `main` alone, which hands the value down"
    )]
    pub fn from_process() -> Self {
        std::env::vars_os().collect()
    }

    /// The value of a variable; none when it is not set.
    ///
    /// # Errors
    /// When it is set but empty, or not UTF-8.
    pub fn get(&self, name: &str) -> Result<Option<&str>, EnvironmentError> {
        match self.0.get(OsStr::new(name)) {
            None => Ok(None),
            Some(value) if value.is_empty() => Err(EnvironmentError::Empty),
            Some(value) => match value.to_str() {
                Some(text) => Ok(Some(text)),
                None => Err(EnvironmentError::NotUnicode),
            },
        }
    }

    /// The value of a variable that may be anything, e.g. a path; none when it is not set.
    pub fn get_os(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// Whether the variable is set, to whatever value.
    pub fn is_set(&self, name: &str) -> bool {
        self.0.contains_key(OsStr::new(name))
    }

    /// The names of all variables that are UTF-8.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(|name| name.to_str())
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_name_and_an_empty_one_is_an_error() {
        let env: Environment = [("A", "1"), ("B", "")].into_iter().collect();
        assert_eq!(env.get("A"), Ok(Some("1")));
        assert_eq!(env.get("B"), Err(EnvironmentError::Empty));
        assert_eq!(env.get("C"), Ok(None));
        assert!(env.is_set("B") && !env.is_set("C"));
    }

    #[test]
    fn a_value_is_never_printed() {
        let env: Environment = [("KEY", "s3cret")].into_iter().collect();
        assert_eq!(format!("{env:?}"), r#"["KEY"]"#);
    }
}
