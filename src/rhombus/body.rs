//! A body as it was before it was packed for the way. Every member of a gzip body is part of it, and
//! what else stands behind them makes it none.

use std::io::Write;

use flate2::write::MultiGzDecoder;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use super::{Error, headers};

/// How much of a packed body is unpacked at once, in bytes: a thousand times as much may come of it.
const PACKED_PIECE: usize = 512;

/// Unpacks a body as it arrives.
pub(super) enum Body {
    Plain,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
}

impl Body {
    /// A body that comes with these headers.
    ///
    /// # Errors
    /// When it is packed in a way that was not asked for.
    pub(super) fn new(headers: &HeaderMap) -> Result<Self, Error> {
        match headers::text(headers, &CONTENT_ENCODING) {
            None => Ok(Self::Plain),
            Some(coding) if coding.is_empty() || coding.eq_ignore_ascii_case("identity") => {
                Ok(Self::Plain)
            }
            Some(coding)
                if ["gzip", "x-gzip"]
                    .iter()
                    .any(|g| coding.eq_ignore_ascii_case(g)) =>
            {
                Ok(Self::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))))
            }
            Some(_) => Err(Error::Decode(
                "it is compressed in a way that was not asked for".into(),
            )),
        }
    }

    /// How much to hand to [`Self::unpack`] at once, where `plain` bytes at once are right for what
    /// comes of it.
    pub(super) fn piece_bytes(&self, plain: usize) -> usize {
        match self {
            Self::Plain => plain,
            Self::Gzip(_) => PACKED_PIECE,
        }
    }

    /// What `bytes`, which come next, unpack to.
    ///
    /// # Errors
    /// When they can't be what comes next.
    pub(super) fn unpack<'a>(&'a mut self, bytes: &'a [u8]) -> Result<&'a [u8], Error> {
        match self {
            Self::Plain => Ok(bytes),
            Self::Gzip(gzip) => {
                gzip.get_mut().clear();
                gzip.write_all(bytes).map_err(corrupt)?;
                Ok(gzip.get_ref())
            }
        }
    }

    /// The last of it, now that no more bytes come.
    ///
    /// # Errors
    /// When there should be more.
    pub(super) fn finish(self) -> Result<Vec<u8>, Error> {
        match self {
            Self::Plain => Ok(Vec::new()),
            Self::Gzip(mut gzip) => {
                gzip.get_mut().clear();
                gzip.finish().map_err(corrupt)
            }
        }
    }
}

fn corrupt(_: std::io::Error) -> Error {
    Error::Decode("its gzip data is corrupt, cut, or followed by something else".into())
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use reqwest::header::HeaderValue;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(coding: &'static str, packed: &[u8], piece: usize) -> Result<Vec<u8>, Error> {
        let headers = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static(coding))]);
        let mut body = Body::new(&headers)?;
        let mut unpacked = Vec::new();
        for piece in packed.chunks(piece) {
            unpacked.extend_from_slice(body.unpack(piece)?);
        }
        unpacked.extend(body.finish()?);
        Ok(unpacked)
    }

    #[test]
    fn every_member_is_part_of_the_body() {
        let members = [gzip(b"{\"a\":"), gzip(b""), gzip(b"1}")].concat();
        for piece in 1..=members.len() {
            let whole = unpacked("gzip", &members, piece);
            assert_eq!(whole.unwrap(), b"{\"a\":1}", "in pieces of {piece}");
        }
    }

    #[test]
    fn what_stands_behind_the_members_makes_it_no_body() {
        let member = gzip(b"{}");
        for behind in [
            &b"\0"[..],
            b"x",
            b"{}",
            b"\x1f",
            b"\x1f\x8b",
            &member[..member.len() - 1],
        ] {
            let body = [&member, behind].concat();
            for piece in [1, 7, body.len()] {
                assert!(unpacked("gzip", &body, piece).is_err(), "{behind:?}");
            }
        }
        for end in 0..member.len() {
            assert!(
                unpacked("gzip", &member[..end], 5).is_err(),
                "cut after {end}"
            );
        }
    }

    #[test]
    fn only_what_was_asked_for_is_unpacked() {
        assert_eq!(unpacked("identity", b"{}", 1).unwrap(), b"{}");
        assert_eq!(unpacked("X-GZIP", &gzip(b"{}"), 1).unwrap(), b"{}");
        for coding in ["br", "zstd", "gzip, gzip"] {
            assert!(unpacked(coding, b"{}", 1).is_err(), "{coding}");
        }
    }
}
