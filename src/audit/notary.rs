//! Signs the trail, where that contradicts nothing that was signed before, and tells others of each seal: in the
//! log, in a metric, and in a file on another disk or machine.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tracing::{error, info};

use super::anchor::Anchor;
use super::entry::TITLE;
use super::note::SignedNote;
use super::progress::Progress;
use super::signature::{Signer, VerifierKey};
use crate::store::{Checkpoint, Hash, KeptTrail, Text, TrailHandler, Tree, WrittenLine};

/// What has been entered in the trail is logged under this target.
pub const LOG_TARGET: &str = "audit";

/// Signs, and tells.
#[derive(Debug)]
pub(super) struct Notary {
    /// The key.
    pub(super) signer: Signer,
    /// The file that gets each seal, where there is one.
    pub(super) anchor: Option<Anchor>,
    /// Who is told how far the trail has got.
    pub(super) progress: Arc<Progress>,
    /// How long what lines say is kept.
    pub(super) retention: Duration,
    /// Whether titles stand in the log.
    pub(super) log_titles: bool,
    /// Whether the anchor knows more than the store, which must not be signed over.
    pub(super) is_behind: AtomicBool,
    /// The root of each seal in the store, by its size.
    pub(super) seals: Mutex<BTreeMap<u64, Hash>>,
}

/// Why a trail must not be signed: the anchor has a seal that the store has not; none where it has.
pub fn contradiction(
    notes: &[SignedNote],
    origin: &str,
    seals: &BTreeMap<u64, Hash>,
) -> Option<String> {
    let anchored = notes.last()?.unverified();
    if anchored.origin != origin {
        return Some(format!(
            "the anchor file is of the trail {}, and the store has the trail {origin}: it was begun anew, or is \
             another one's",
            anchored.origin
        ));
    }
    let size = seals.last_key_value().map_or(0, |(size, _)| *size);
    if anchored.size > size {
        return Some(format!(
            "the anchor file has a seal over {} lines, and the newest one in the store is over {size}: an older \
             backup was put back, or lines were removed",
            anchored.size
        ));
    }
    let is_one = seals.get(&anchored.size) == Some(&anchored.root);
    (!is_one).then(|| {
        let size = anchored.size;
        format!("the anchor file has a seal over {size} lines that the store has not: it was made anew from there")
    })
}

fn not_ours(seal: &Checkpoint) -> String {
    format!("seal {} is not signed by the key in use", seal.number)
}

/// Whether the note of a seal is signed by this key, and says what the seal does.
pub(super) fn is_signed_by(key: &VerifierKey, seal: &Checkpoint) -> bool {
    let note = SignedNote::parse(&seal.note);
    let Ok(Ok(signed)) = note.as_ref().map(|note| note.verified(key)) else {
        return false;
    };
    signed.size == seal.size && signed.root == seal.root
}

impl Notary {
    /// Looks whether the anchor knows more than the store.
    fn look_at_anchor(&self, origin: &str) {
        let Some(anchor) = &self.anchor else { return };
        let contradiction = match anchor.notes() {
            Ok(notes) => contradiction(&notes, origin, &self.seals()),
            Err(error) => Some(error.to_string()),
        };
        let was_behind = self
            .is_behind
            .swap(contradiction.is_some(), Ordering::Relaxed);
        match contradiction {
            Some(why) => self.broken(&why),
            None if was_behind => {
                info!("the audit trail is signed again: its anchor agrees with it")
            }
            None => {}
        }
    }

    /// Takes in what was kept when the last process ended.
    pub(super) fn begin(&self, kept: &KeptTrail) {
        let last = kept.checkpoint.as_ref();
        match last {
            // It is told to whoever keeps it elsewhere.
            Some(last) if self.is_ours(last) => {
                self.progress.sealed(last.size, STANDARD.encode(last.root));
            }
            Some(last) => self.broken(&not_ours(last)),
            None => {}
        }
        self.seals().clone_from(&kept.seals);
        self.look_at_anchor(&kept.origin);
    }

    fn seals(&self) -> MutexGuard<'_, BTreeMap<u64, Hash>> {
        self.seals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TrailHandler for Notary {
    fn sign(&self, origin: &str, tree: &Tree, last: Option<&Checkpoint>) -> Option<String> {
        if self.is_behind.load(Ordering::Relaxed) {
            // A person may have said meanwhile that the store goes on as it is.
            self.seals().extend(last.map(|last| (last.size, last.root)));
            self.look_at_anchor(origin);
        }
        if self.is_behind.load(Ordering::Relaxed) {
            return None;
        }
        Some(self.signer.sign(tree.size(), tree.root()).to_string())
    }

    fn is_ours(&self, checkpoint: &Checkpoint) -> bool {
        is_signed_by(self.signer.verifier(), checkpoint)
    }

    fn retention(&self) -> Option<Duration> {
        Some(self.retention)
    }

    fn written(&self, lines: &[WrittenLine]) {
        self.progress.written(lines);
        // One list may have a hundred thousand links that were there before.
        let news = lines.iter().filter(|it| it.is_news);
        news.for_each(|line| self.log(line));
    }

    fn sealed(&self, checkpoint: &Checkpoint) {
        let root = STANDARD.encode(checkpoint.root);
        info!(
            target: LOG_TARGET,
            size = checkpoint.size,
            root,
            note = checkpoint.note,
            "the audit trail is sealed"
        );
        self.progress.sealed(checkpoint.size, root);
        self.seals().insert(checkpoint.size, checkpoint.root);
        if let Some(anchor) = &self.anchor
            && let Err(error) = anchor.add(&checkpoint.note)
        {
            error!(%error, "a seal of the audit trail is in no anchor");
        }
    }

    fn broken(&self, why: &str) {
        self.progress.refused();
        error!(
            why,
            "the audit trail is not signed: it contradicts what was sealed; see `audit reanchor`"
        );
    }
}

impl Notary {
    fn log(&self, line: &WrittenLine) {
        let place = &line.place;
        let title = title_in(&line.texts).filter(|_| self.log_titles);
        info!(
            target: LOG_TARGET,
            seq = line.seq,
            org = place.org.as_deref(),
            kind = place.kind.map(|kind| kind.label()),
            share = place.share.map(tracing::field::display),
            event = line.event,
            title,
            line = line.line,
            "noticed"
        );
    }
}

/// The title of a link among the texts beside a line. Names, cities and addresses of people are never logged.
fn title_in(texts: &[Text]) -> Option<&str> {
    let title = texts.iter().find(|text| text.field == TITLE)?;
    Some(title.text.reveal())
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::Ed25519KeyPair;

    use super::*;
    use crate::audit::Reached;
    use crate::share::{Private, UnixMillis};
    use crate::store::SALT;

    const NAME: &str = "a/b";

    fn signer() -> Signer {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
        Signer::new(NAME, pair).unwrap()
    }

    fn tree(lines: u8) -> Tree {
        let mut tree = Tree::default();
        (0..lines).for_each(|line| tree.push([line; 32]));
        tree
    }

    fn seal(lines: u8) -> Checkpoint {
        let tree = tree(lines);
        Checkpoint {
            number: 1,
            size: tree.size(),
            root: tree.root(),
            made: UnixMillis(0),
            note: signer().sign(tree.size(), tree.root()).to_string(),
        }
    }

    #[test]
    fn only_the_title_of_a_link_is_logged_as_one() {
        let text = |field, text| Text {
            field,
            salt: [0; SALT],
            text: Private::from(text),
        };
        let viewed = [
            text("by.name", "Ada Okafor"),
            text("from.city", "Lagos"),
            text("target_name", "Front door"),
        ];
        assert_eq!(title_in(&viewed), None);
        assert_eq!(title_in(&[text("recipient", "Police")]), None);
        let created = [text("by.name", "Ada"), text("is.title", "Dock 4")];
        assert_eq!(title_in(&created), Some("Dock 4"));
    }

    #[test]
    fn a_trail_is_signed_again_when_a_person_has_reanchored_it() {
        let directory = tempfile::tempdir().unwrap();
        let anchor = Anchor::new(&directory.path().join("anchor.txt"));
        anchor.add(&seal(9).note).unwrap();
        let notary = Notary {
            signer: signer(),
            anchor: Some(anchor.clone()),
            progress: Arc::default(),
            retention: Duration::MAX,
            log_titles: false,
            is_behind: AtomicBool::new(false),
            seals: Mutex::default(),
        };
        let backup = seal(3);
        notary.begin(&KeptTrail {
            origin: NAME.to_owned(),
            checkpoint: Some(backup.clone()),
            ..KeptTrail::default()
        });
        assert_eq!(notary.sign(NAME, &tree(4), Some(&backup)), None);
        assert_eq!(
            notary.progress.read(|reached| reached.is_whole()),
            Some(false)
        );
        let reanchored = seal(5);
        anchor.add(&reanchored.note).unwrap();
        let signed = notary.sign(NAME, &tree(6), Some(&reanchored));
        assert_eq!(signed, Some(seal(6).note));
        notary.sealed(&seal(6));
        let is_whole = notary.progress.read(Reached::is_whole);
        assert_eq!(is_whole, None, "a check says it");
    }
}
