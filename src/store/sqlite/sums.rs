//! The checksum of each row, over all that it says: the first 16 bytes of a SHA-256. It tells what a disk
//! has bent, not what a person has.

use aws_lc_rs::digest::{Context, SHA256};

/// A checksum.
pub(super) type Sum = [u8; 16];

/// The checksum of a row while its columns are added.
pub(super) struct Summing(Context);

impl Summing {
    pub(super) fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    pub(super) fn number(mut self, number: i64) -> Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    /// With its length first, so that two texts that touch are not another two.
    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    pub(super) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    pub(super) fn sum(self) -> Sum {
        let mut sum = Sum::default();
        let length = sum.len();
        sum.copy_from_slice(&self.0.finish().as_ref()[..length]);
        sum
    }
}
