//! The ref of a share: what names it where its uuid may not stand, since whoever knows the uuid of an open
//! share can watch.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};

use super::Id;

/// The first 12 hexadecimal digits of the SHA-256 of a share's uuid: of its 16 bytes, or of the text where
/// it is no documented uuid. The value of the label `share`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref([u8; Self::BYTES]);

impl Ref {
    const BYTES: usize = 6;

    /// The ref of the share of this id.
    pub fn of(id: &Id) -> Self {
        let hash = match id {
            Id::Uuid(bytes) => digest(&SHA256, bytes),
            Id::Text(text) => digest(&SHA256, text.as_bytes()),
        };
        let mut first = [0; Self::BYTES];
        first.copy_from_slice(&hash.as_ref()[..Self::BYTES]);
        Self(first)
    }

    /// The number that its digits are, below 2 to the 48th.
    pub fn number(self) -> i64 {
        self.0
            .iter()
            .fold(0, |number, byte| number << 8 | i64::from(*byte))
    }

    /// The one of this number; none where it is no ref's.
    pub fn of_number(number: i64) -> Option<Self> {
        let [0, 0, bytes @ ..] = number.to_be_bytes() else {
            return None;
        };
        Some(Self(bytes))
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Not 12 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a share's ref: 12 hexadecimal digits, such as 3f9a0c51d2e7")]
pub struct NotARef;

impl FromStr for Ref {
    type Err = NotARef;

    fn from_str(text: &str) -> Result<Self, NotARef> {
        let is_hex = text.len() == 2 * Self::BYTES && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = is_hex.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        let bytes = number.ok_or(NotARef)?.to_be_bytes();
        let mut last = [0; Self::BYTES];
        last.copy_from_slice(&bytes[bytes.len() - Self::BYTES..]);
        Ok(Self(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_beginning_of_the_hash_of_what_the_id_holds() {
        // printf '\0%.0s' {1..16} | sha256sum; printf short | sha256sum
        let uuid = Ref::of(&Id::parse("AAAAAAAAAAAAAAAAAAAAAA")).to_string();
        assert_eq!(uuid, "374708fff771");
        assert_eq!(Ref::of(&Id::parse("short")).to_string(), "f9b0078b5df5");
    }

    #[test]
    fn it_is_read_as_it_is_written() {
        for text in ["374708fff771", "000000000000", "ffffffffffff"] {
            let read: Ref = text.parse().unwrap();
            assert_eq!(read.to_string(), text);
            assert_eq!(Ref::of_number(read.number()), Some(read));
        }
        assert_eq!(Ref::of_number(-1).or(Ref::of_number(1 << 48)), None);
        assert_eq!("374708FFF771".parse::<Ref>(), "374708fff771".parse());
        for bad in [
            "",
            "374708fff77",
            "374708fff7711",
            "374708fff77g",
            "+74708fff771",
            "é74708fff77",
        ] {
            assert_eq!(bad.parse::<Ref>(), Err(NotARef), "{bad}");
        }
    }
}
