//! 16 bytes, as Rhombus writes them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// 16 bytes, written as Rhombus writes them: URL-safe base64 without padding, 22 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Uuid(pub(crate) u128);

impl Uuid {
    /// Reads the 22 characters.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(u128::from_be_bytes(bytes.try_into().ok()?)))
    }

    /// The 22 characters.
    fn text(self) -> [u8; 22] {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        std::array::from_fn(|at| {
            // 22 characters of 6 bits are 132 bits: the last 4 are zero.
            let bits = match 122_usize.checked_sub(6 * at) {
                Some(shift) => self.0 >> shift,
                None => self.0 << 4,
            };
            ALPHABET[(bits & 63) as usize]
        })
    }
}

impl std::fmt::Display for Uuid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It is ASCII.
        f.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl From<Uuid> for Value {
    fn from(uuid: Uuid) -> Self {
        uuid.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_url_safe_base64_of_its_16_bytes() {
        // Expected values from `python3 -c 'base64.urlsafe_b64encode(bytes)'`, padding dropped.
        let counting = u128::from_be_bytes(std::array::from_fn(|at| u8::try_from(at).unwrap()));
        assert_eq!(Uuid(0).to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(Uuid(counting).to_string(), "AAECAwQFBgcICQoLDA0ODw");
        assert_eq!(Uuid(u128::MAX).to_string(), "_____________________w");
        for uuid in [Uuid(0), Uuid(counting), Uuid(u128::MAX)] {
            assert_eq!(Uuid::parse(&uuid.to_string()), Some(uuid));
        }
        for text in ["", "AAECAwQFBgcICQoLDA0OD", "AAECAwQFBgcICQoLDA0ODw==", "?"] {
            assert_eq!(Uuid::parse(text), None, "{text}");
        }
    }
}
