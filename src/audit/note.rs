//! Checkpoints of the trail, and the signed notes in which they are published, as C2SP has them
//! (c2sp.org/tlog-checkpoint, c2sp.org/signed-note): three lines of text, a blank one, signatures. What is read
//! is read strictly, so that there is one way to write a checkpoint down; `signature` has the keys.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::signature::{KEY_ID_BYTES, VerifierKey, is_key_name};
use crate::store::Hash;

/// How many signatures a note may have: as many as the format asks to accept.
const MAX_SIGNATURES: usize = 16;
/// What a signature begins with.
const EM_DASH: &str = "— ";

/// What the trail was at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose trail it is: the name of the key that signs it.
    pub origin: String,
    /// How many lines there were.
    pub size: u64,
    /// The root of the tree over them (RFC 6962).
    pub root: Hash,
}

impl Checkpoint {
    /// The three lines that are signed.
    pub fn text(&self) -> String {
        let root = BASE64_STANDARD.encode(self.root);
        format!("{}\n{}\n{root}\n", self.origin, self.size)
    }
}

/// A signature below a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) name: String,
    pub(super) key_id: [u8; KEY_ID_BYTES],
    pub(super) bytes: Vec<u8>,
}

/// A checkpoint and its signatures, which nobody has verified yet. Displayed as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    checkpoint: Checkpoint,
    signatures: Vec<Signature>,
    /// The line it begins with, from 1.
    line: usize,
}

/// Why a text holds no checkpoint that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// A line is not what it should be.
    #[error("line {line}: expected {expected}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What should be there.
        expected: &'static str,
    },
    /// The key that is asked for has not signed it.
    #[error(
        "line {line}: the checkpoint that begins here is not signed by the key {key}; expected a signature of it: \
         give the public key of this trail"
    )]
    Unsigned {
        /// The first line of the checkpoint, from 1.
        line: usize,
        /// The name of the key.
        key: String,
    },
    /// The key's signature is of something else.
    #[error(
        "line {line}: the signature by the key {key} is not of the checkpoint that begins here; expected the \
         checkpoint as it was signed"
    )]
    Forged {
        /// The first line of the checkpoint, from 1.
        line: usize,
        /// The name of the key.
        key: String,
    },
    /// There is nothing of the kind.
    #[error(
        "there is no checkpoint in it; expected signed notes, or samples of rhombus_audit_checkpoint_info copied \
         from Prometheus"
    )]
    Nothing,
}

impl SignedNote {
    pub(super) fn new(checkpoint: Checkpoint, signature: Signature) -> Self {
        Self {
            checkpoint,
            signatures: vec![signature],
            line: 1,
        }
    }

    /// Reads a text that is one note, exactly as it is written.
    ///
    /// # Errors
    /// When it is anything else: which line, and what is expected there.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let [note] = <[Self; 1]>::try_from(Self::parse_all(text)?).map_err(|notes| {
            notes.get(1).map_or(NoteError::Nothing, |second| {
                expected(second.line, "the end after one signed note")
            })
        })?;
        if note.to_string() == text {
            Ok(note)
        } else {
            Err(expected(1, "a signed note with nothing around it"))
        }
    }

    /// Reads signed notes one after the other, with blank lines between: what a file of anchors holds. Of an
    /// empty text, none.
    ///
    /// # Errors
    /// When one of them can't be read: which line, and what is expected there.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, NoteError> {
        let mut lines = Lines::new(text);
        let mut notes = Vec::new();
        while lines.skip_blank() {
            notes.push(lines.note()?);
        }
        Ok(notes)
    }

    /// What it says, whoever has signed it.
    pub const fn unverified(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// What it says, if this key has signed it.
    ///
    /// # Errors
    /// When it has not, or a signature that claims to be by it is not of this checkpoint.
    pub fn verified(&self, key: &VerifierKey) -> Result<&Checkpoint, NoteError> {
        let (line, text) = (self.line, self.checkpoint.text());
        let mut signatures = self.signatures.iter().filter(|it| key.is_named_by(it));
        let Some(first) = signatures.next() else {
            let key = key.name().to_owned();
            return Err(NoteError::Unsigned { line, key });
        };
        let are_right =
            key.has_signed(&text, first) && signatures.all(|it| key.has_signed(&text, it));
        if are_right && self.checkpoint.origin == key.name() {
            return Ok(&self.checkpoint);
        }
        let key = key.name().to_owned();
        Err(NoteError::Forged { line, key })
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.checkpoint.text())?;
        self.signatures.iter().try_for_each(|signature| {
            let bytes = [&signature.key_id[..], &signature.bytes].concat();
            let bytes = BASE64_STANDARD.encode(bytes);
            writeln!(f, "{EM_DASH}{} {bytes}", signature.name)
        })
    }
}

const fn expected(line: usize, expected: &'static str) -> NoteError {
    NoteError::Line { line, expected }
}

/// The lines of a text, and where in it we are.
struct Lines<'a> {
    rest: std::iter::Peekable<std::str::Lines<'a>>,
    /// The next one, from 1.
    number: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text.lines().peekable(),
            number: 1,
        }
    }

    /// Whether there is a line after the blank ones.
    fn skip_blank(&mut self) -> bool {
        while self.rest.next_if(|line| line.is_empty()).is_some() {
            self.number += 1;
        }
        self.rest.peek().is_some()
    }

    /// The next line, as what `read` makes of it.
    fn read<T>(
        &mut self,
        what: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, NoteError> {
        let line = self.rest.next().and_then(read);
        let line = line.ok_or_else(|| expected(self.number, what))?;
        self.number += 1;
        Ok(line)
    }

    fn note(&mut self) -> Result<SignedNote, NoteError> {
        let line = self.number;
        let checkpoint = Checkpoint {
            origin: self.read("the origin of a checkpoint", origin)?,
            size: self.read("the size of a checkpoint, a decimal number", size)?,
            root: self.read("the root of a checkpoint, 32 bytes in base64", root)?,
        };
        self.read("a blank line after the root", |line| {
            line.is_empty().then_some(())
        })?;
        let mut signatures = vec![self.signature()?];
        while self.rest.peek().is_some_and(|line| !line.is_empty()) {
            if signatures.len() == MAX_SIGNATURES {
                return Err(expected(self.number, "no more than 16 signatures"));
            }
            signatures.push(self.signature()?);
        }
        Ok(SignedNote {
            checkpoint,
            signatures,
            line,
        })
    }

    fn signature(&mut self) -> Result<Signature, NoteError> {
        self.read("a signature: —, the name of a key, base64", signature)
    }
}

fn origin(line: &str) -> Option<String> {
    let is_one = !line.is_empty() && !line.contains(|it: char| it < ' ');
    is_one.then(|| line.to_owned())
}

/// A number as it is written in one way only.
fn size(line: &str) -> Option<u64> {
    let size: u64 = line.parse().ok()?;
    (size.to_string() == line).then_some(size)
}

/// The root of a tree, in base64.
pub(super) fn root(text: &str) -> Option<Hash> {
    BASE64_STANDARD.decode(text).ok()?.try_into().ok()
}

fn signature(line: &str) -> Option<Signature> {
    let (name, bytes) = line.strip_prefix(EM_DASH)?.split_once(' ')?;
    let bytes = BASE64_STANDARD.decode(bytes).ok()?;
    let (key_id, bytes) = bytes.split_first_chunk()?;
    is_key_name(name).then(|| Signature {
        name: name.to_owned(),
        key_id: *key_id,
        bytes: bytes.to_vec(),
    })
}

#[cfg(test)]
#[path = "note_tests.rs"]
mod tests;
