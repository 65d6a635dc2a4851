//! The audit trail: what has changed, noticed by comparing each good, whole look with what the trail last said;
//! written once, in order, with the store's new picture in one transaction. `compare` and `violations` find what
//! has changed, `entry` writes it, `trail` keeps what was said last, `progress` tells how far it has
//! got, `check` looks once a day whether all of it is as it was written.

mod activity;
mod anchor;
mod attribution;
mod check;
mod compare;
mod edit;
mod entry;
mod event;
mod findings;
mod fingerprint;
mod forgetting;
mod key;
mod known;
mod notary;
mod note;
mod outside;
mod picture;
mod progress;
mod reanchor;
mod record;
mod register;
mod remembering;
mod signature;
mod trail;
mod verify;
mod violations;
mod words;

pub use anchor::{Anchor, AnchorError};
pub use attribution::{Attributions, told_of};
pub use check::{RunningCheck, TrailCheck};
pub use edit::{Annotation, Edit, Edited};
pub use event::Event;
pub use findings::{Expected, FINDINGS};
pub use forgetting::Forgetting;
pub use key::{KeyFile, KeyFileError, write_public_key};
pub use notary::{LOG_TARGET, contradiction};
pub use note::{Checkpoint, NoteError, SignedNote};
pub use outside::OutsideCheckpoint;
pub use progress::{Progress, Reached};
pub use reanchor::Reanchoring;
pub use record::{LinkState, Record, text_of};
pub use register::{Disclosure, End};
pub use remembering::{PRIVATE_KEY, PUBLIC_KEY, RememberError, Remembering, Settings};
pub use signature::{Signer, VerifierKey, VerifierKeyError};
pub use trail::{Heard, Noticed, QUEUE, Trail};
pub use verify::{Disorder, Events, Evidence, Failure, Report, verify};
pub use words::{by_whom, words};
