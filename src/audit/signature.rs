//! The keys that sign checkpoints and verify them: Ed25519, named and written as in C2SP's signed notes
//! (c2sp.org/signed-note). `key` has the file of the private one.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::note::{Checkpoint, Signature, SignedNote};

/// How many bytes tell a key from others of its name.
pub(super) const KEY_ID_BYTES: usize = 4;
const PUBLIC_KEY_BYTES: usize = 32;
/// What the format calls Ed25519.
const ALGORITHM: u8 = 1;

/// A public key and its name. Read and displayed as `<name>+<key id, 8 hex digits>+<base64>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key_id: [u8; KEY_ID_BYTES],
    public_key: [u8; PUBLIC_KEY_BYTES],
}

/// Why a text is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifierKeyError {
    /// It is written in another way.
    #[error(
        "no public key of an audit trail; expected one line `<name>+<8 hex digits>+<base64>`, as the exporter \
         writes it beside its key"
    )]
    Form,
    /// Its name can't be that of a key.
    #[error(
        "the name of the key can't be one; expected one that is not empty, without spaces and without `+`"
    )]
    Name,
    /// It is a key, but not for this.
    #[error("a key of another algorithm; expected Ed25519")]
    Algorithm,
    /// Its parts don't belong together.
    #[error(
        "the 8 hex digits are not those of this name and key; expected the key as it was written"
    )]
    KeyId,
}

/// Whether a key may be called so.
pub(super) fn is_key_name(name: &str) -> bool {
    let is_wrong = |it: char| it.is_whitespace() || it < ' ' || it == '+';
    !name.is_empty() && !name.contains(is_wrong)
}

impl VerifierKey {
    fn new(name: &str, public_key: [u8; PUBLIC_KEY_BYTES]) -> Result<Self, VerifierKeyError> {
        if !is_key_name(name) {
            return Err(VerifierKeyError::Name);
        }
        let hashed = [name.as_bytes(), b"\n", &[ALGORITHM], &public_key].concat();
        let hash = digest(&SHA256, &hashed);
        let mut key_id = [0; KEY_ID_BYTES];
        key_id.copy_from_slice(&hash.as_ref()[..KEY_ID_BYTES]);
        Ok(Self {
            name: name.to_owned(),
            key_id,
            public_key,
        })
    }

    /// What it is called, which is the origin of the checkpoints that it signs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a signature says that it is by this key.
    pub(super) fn is_named_by(&self, signature: &Signature) -> bool {
        self.name == signature.name && self.key_id == signature.key_id
    }

    /// Whether this is the key's signature of that text.
    pub(super) fn has_signed(&self, text: &str, signature: &Signature) -> bool {
        UnparsedPublicKey::new(&ED25519, self.public_key)
            .verify(text.as_bytes(), &signature.bytes)
            .is_ok()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ALGORITHM], &self.public_key[..]].concat();
        let key_id = u32::from_be_bytes(self.key_id);
        write!(
            f,
            "{}+{key_id:08x}+{}",
            self.name,
            BASE64_STANDARD.encode(key)
        )
    }
}

impl FromStr for VerifierKey {
    type Err = VerifierKeyError;

    /// Reads it with the white space that people leave around it.
    fn from_str(text: &str) -> Result<Self, VerifierKeyError> {
        let text = text.trim();
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VerifierKeyError::Form);
        };
        let key = BASE64_STANDARD.decode(key);
        let key = key.map_err(|_| VerifierKeyError::Form)?;
        let Some((&ALGORITHM, key)) = key.split_first() else {
            return Err(VerifierKeyError::Algorithm);
        };
        let key = key.try_into().map_err(|_| VerifierKeyError::Form)?;
        let key = Self::new(name, key)?;
        if key.to_string() == text {
            Ok(key)
        } else {
            Err(VerifierKeyError::KeyId)
        }
    }
}

/// A private key and its name. Never shown.
pub struct Signer {
    pair: Ed25519KeyPair,
    verifier: VerifierKey,
}

impl Signer {
    /// A key under this name.
    ///
    /// # Errors
    /// When a key can't be called so.
    pub fn new(name: &str, pair: Ed25519KeyPair) -> Result<Self, VerifierKeyError> {
        let mut public_key = [0; PUBLIC_KEY_BYTES];
        public_key.copy_from_slice(pair.public_key().as_ref());
        let verifier = VerifierKey::new(name, public_key)?;
        Ok(Self { pair, verifier })
    }

    /// What others verify its signatures with.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The signed checkpoint of a trail that has this size and this root; its origin is the name of the key.
    /// The caller sees to it that it is consistent with every one that was signed before.
    pub fn sign(&self, size: u64, root: crate::store::Hash) -> SignedNote {
        let origin = self.verifier.name.clone();
        let checkpoint = Checkpoint { origin, size, root };
        let bytes = self.pair.sign(checkpoint.text().as_bytes());
        let signature = Signature {
            name: self.verifier.name.clone(),
            key_id: self.verifier.key_id,
            bytes: bytes.as_ref().to_vec(),
        };
        SignedNote::new(checkpoint, signature)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.verifier)
    }
}
