//! The records that the simulated API tells of: clip groups with the documented fields, held as
//! values and written by [`pen`](super::pen). They are the simulator's own, so that a mistake in
//! the exporter's decoder can't hide behind the same mistake here.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Where all footage is said to lie.
pub(super) const REGION: &str = "us-west-2";

/// 16 bytes, written as Rhombus writes them: URL-safe base64 without padding, 22 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Uuid(pub(super) u128);

impl Uuid {
    /// Reads the 22 characters.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(u128::from_be_bytes(bytes.try_into().ok()?)))
    }

    /// The 22 characters.
    pub(super) fn text(self) -> [u8; 22] {
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
        self.text()
            .iter()
            .try_for_each(|&byte| std::fmt::Write::write_char(f, byte.into()))
    }
}

/// A field that may be left out, null or there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field<T> {
    Absent,
    Null,
    Is(T),
}

/// One shared clip page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    pub(super) uuid: Uuid,
    pub(super) org: Uuid,
    pub(super) title: Cow<'static, str>,
    pub(super) description: &'static str,
    /// `createdAtMillis`: epoch milliseconds.
    pub(super) created: i64,
    /// `expirationTimeSecs`: epoch seconds, or seconds after the creation.
    pub(super) expiration: Field<i64>,
    /// `isSecured`: whether a password is asked.
    pub(super) secured: Field<bool>,
    pub(super) clips: Vec<Clip>,
}

/// One clip of a page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clip {
    pub(super) uuid: Uuid,
    /// `startTime` of the footage: epoch milliseconds.
    pub(super) start: i64,
    /// `durationSec`.
    pub(super) seconds: i64,
    pub(super) cameras: Vec<Camera>,
}

/// A key of `deviceUuidMap`: a device, maybe with a facet such as `.v0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Camera {
    pub(super) uuid: Uuid,
    pub(super) facet: &'static str,
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
