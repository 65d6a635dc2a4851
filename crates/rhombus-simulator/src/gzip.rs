//! Compression: of an answer as it goes out, and of a bomb that was never whole anywhere.

use std::io::Write;

use axum::body::Bytes;
use flate2::write::GzEncoder;
use flate2::{Compress, Compression, Crc, FlushCompress};

/// How many compressed bytes are worth sending.
const CHUNK_BYTES: usize = 16 * 1024;

/// Compresses `source` as it is read.
pub(super) struct Gzip<I> {
    source: I,
    encoder: Option<GzEncoder<Vec<u8>>>,
}

impl<I> Gzip<I> {
    pub(super) fn new(source: I) -> Self {
        Self {
            source,
            encoder: Some(GzEncoder::new(Vec::new(), Compression::fast())),
        }
    }
}

impl<I: Iterator<Item = Bytes>> Iterator for Gzip<I> {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let mut encoder = self.encoder.take()?;
        for chunk in &mut self.source {
            encoder
                .write_all(&chunk)
                .expect("a buffer takes everything");
            if encoder.get_ref().len() >= CHUNK_BYTES {
                let ready = std::mem::take(encoder.get_mut());
                self.encoder = Some(encoder);
                return Some(ready.into());
            }
        }
        let rest = encoder.finish().expect("a buffer takes everything");
        Some(rest.into())
    }
}

/// `bytes` as one gzip member.
pub(super) fn member(bytes: &[u8]) -> Vec<u8> {
    let whole = std::iter::once(Bytes::copy_from_slice(bytes));
    Gzip::new(whole).flatten().collect()
}

/// How much one piece of a bomb expands to: 1 MiB.
const PIECE_BYTES: u64 = 1 << 20;

/// A gzip file that expands to `before`, white space up to at least `bytes` in all, and `after`.
///
/// A piece of white space is compressed once and repeated as it is, so that the bomb costs its
/// sender next to nothing: about 1 KiB a MiB.
pub(super) fn bomb(
    before: &[u8],
    bytes: u64,
    after: &[u8],
) -> impl Iterator<Item = Bytes> + Send + use<> {
    let pieces = bytes.div_ceil(PIECE_BYTES);
    let space = vec![b' '; 1 << 20];
    let mut check = Crc::new();
    check.update(before);
    let mut check_of_piece = Crc::new();
    check_of_piece.update(&space);
    for _ in 0..pieces {
        check.combine(&check_of_piece);
    }
    check.update(after);

    // Magic, deflate, no flags, no time, no extra flags, unknown system: RFC 1952.
    let mut first = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    first.extend(deflated(before));
    let piece = Bytes::from(deflated(&space));
    let mut last = deflated(after);
    // An empty block that says it is the last: RFC 1951.
    last.extend([3, 0]);
    last.extend(check.sum().to_le_bytes());
    last.extend(check.amount().to_le_bytes());
    let pieces = (0..pieces).map(move |_| piece.clone());
    std::iter::once(first.into())
        .chain(pieces)
        .chain(std::iter::once(last.into()))
}

/// `bytes` as deflate blocks that end on a whole byte and refer to nothing before them.
fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 256 + 1024);
    Compress::new(Compression::best(), false)
        .compress_vec(bytes, &mut out, FlushCompress::Full)
        .expect("deflate takes every input");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn unzipped(chunks: impl Iterator<Item = Bytes>) -> Vec<u8> {
        let zipped: Vec<u8> = chunks.flatten().collect();
        let mut out = Vec::new();
        GzDecoder::new(zipped.as_slice())
            .read_to_end(&mut out)
            .unwrap();
        out
    }

    #[test]
    fn what_is_compressed_comes_back() {
        let mut rng = fastrand::Rng::with_seed(1);
        let chunks: Vec<Bytes> = (0..100)
            .map(|_| (0..5000).map(|_| rng.u8(..)).collect())
            .collect();
        let zipped: Vec<_> = Gzip::new(chunks.clone().into_iter()).collect();
        assert!(zipped.len() > 3);
        assert_eq!(unzipped(zipped.into_iter()), chunks.concat());
        assert_eq!(unzipped(Gzip::new(std::iter::empty())), b"");
    }

    #[test]
    fn a_bomb_is_small_and_expands_to_all_that_was_promised() {
        let bytes: usize = bomb(b"[", 50 << 20, b"]").map(|chunk| chunk.len()).sum();
        assert!(bytes < 100 << 10, "{bytes}");
        let out = unzipped(bomb(b"[", (3 << 20) - 5, b"]"));
        assert_eq!(out.len(), (3 << 20) + 2);
        assert!(out.starts_with(b"[ ") && out.ends_with(b" ]"));
    }
}
