//! A text that must not be printed by accident: what people wrote, and the address of a link.

use std::fmt;

/// Such a text. Its `Debug` says nothing of it, and it has no `Display`: who shows it asks for it by name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Private(Box<str>);

impl Private {
    /// The text, for one who may see it.
    pub const fn reveal(&self) -> &str {
        &self.0
    }

    /// How many bytes it has.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is empty.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Into<Box<str>>> From<T> for Private {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[private]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_it_is_printed() {
        let title = Private::from("Front door");
        assert_eq!(
            format!("{title:?} {:?}", Some(&title)),
            "[private] Some([private])"
        );
        assert_eq!((title.reveal(), title.len()), ("Front door", 10));
    }
}
