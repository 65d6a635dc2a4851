//! One rendering of the metrics, as text and compressed. It is made in the form that is asked for first,
//! and the other one is made of that when it is first asked for: so the text of thousands of
//! organisations, tens of megabytes, is not held where all take gzip.

use std::io::{Read, Write};
use std::sync::OnceLock;

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

const MEMORY: &str = "memory takes all that is written";

/// In which form the text is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is, in the text format 0.0.4.
    Text,
    /// Compressed.
    Gzip,
}

/// One rendering.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    text: OnceLock<Bytes>,
    gzip: OnceLock<Bytes>,
    /// Of the text.
    length: usize,
}

impl Rendered {
    /// Made in `form` of the text that `write` hands on piece by piece.
    pub(super) fn new(form: Form, write: impl FnOnce(&mut dyn FnMut(&str))) -> Self {
        match form {
            Form::Text => {
                let mut text = String::new();
                write(&mut |piece| text.push_str(piece));
                Self {
                    length: text.len(),
                    text: OnceLock::from(Bytes::from(text)),
                    ..Self::default()
                }
            }
            Form::Gzip => {
                let (mut encoder, mut length) = (encoder(), 0);
                write(&mut |piece| {
                    length += piece.len();
                    encoder.write_all(piece.as_bytes()).expect(MEMORY);
                });
                Self {
                    length,
                    gzip: OnceLock::from(finished(encoder)),
                    ..Self::default()
                }
            }
        }
    }

    /// How many bytes the text has.
    pub(super) const fn length(&self) -> usize {
        self.length
    }

    /// In this form, where that was made before.
    pub(super) fn made_in(&self, form: Form) -> Option<Bytes> {
        match form {
            Form::Text => self.text.get().cloned(),
            Form::Gzip => self.gzip.get().cloned(),
        }
    }

    /// In this form.
    pub(super) fn in_form(&self, form: Form) -> Bytes {
        match form {
            Form::Text => self.text.get_or_init(|| self.decompressed()).clone(),
            Form::Gzip => self.gzip.get_or_init(|| self.compressed()).clone(),
        }
    }

    fn compressed(&self) -> Bytes {
        let mut encoder = encoder();
        let text = self.text.get().map(Bytes::as_ref);
        encoder.write_all(text.unwrap_or_default()).expect(MEMORY);
        finished(encoder)
    }

    fn decompressed(&self) -> Bytes {
        let mut text = Vec::with_capacity(self.length);
        let gzip = self.gzip.get().map(Bytes::as_ref);
        let mut decoder = GzDecoder::new(gzip.unwrap_or_default());
        decoder.read_to_end(&mut text).expect("it was made here");
        text.into()
    }
}

fn encoder() -> GzEncoder<Vec<u8>> {
    GzEncoder::new(Vec::new(), Compression::fast())
}

fn finished(encoder: GzEncoder<Vec<u8>>) -> Bytes {
    encoder.finish().expect(MEMORY).into()
}
