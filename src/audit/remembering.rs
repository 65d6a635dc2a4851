//! All that outlasts the process, opened: the store, what was in it, and the trail that goes on in it.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing::{info, warn};

use super::anchor::Anchor;
use super::check::TrailCheck;
use super::key::{KeyFile, KeyFileError, write_public_key};
use super::notary::Notary;
use super::progress::Progress;
use super::trail::Trail;
use crate::clock::Clock;
use crate::store::{Keeper, Kept, KeptTrail, Sqlite, Store, StoreError, TrailHandler as _};

/// The key that seals, in the storage path.
pub const PRIVATE_KEY: &str = "audit.key";
/// Its public half, for those who verify.
pub const PUBLIC_KEY: &str = "audit.pub";

/// What is used to remember.
#[derive(Debug)]
pub struct Remembering {
    /// Keeps what changes from now on.
    pub keeper: Arc<Keeper>,
    /// What was there at the start; the trail is in `trail`.
    pub kept: Kept,
    /// What has changed is entered here.
    pub trail: Arc<Trail>,
    /// Where all of it is.
    pub directory: PathBuf,
    /// How far the trail has got.
    pub progress: Arc<Progress>,
    /// Looks from time to time whether the trail is as it was written, once it is started.
    pub check: TrailCheck,
}

/// How the trail is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The file of the key that seals; none: one in the storage path.
    pub key_file: Option<PathBuf>,
    /// The file that gets each seal, where there is one.
    pub anchor_file: Option<PathBuf>,
    /// How long what lines say is kept.
    pub retention: Duration,
    /// Whether titles stand in the log.
    pub log_titles: bool,
}

/// Why nothing can be remembered.
#[derive(Debug, thiserror::Error)]
pub enum RememberError {
    /// The store can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key can't be used.
    #[error("audit.key_file")]
    Key(#[from] KeyFileError),
}

impl Remembering {
    /// Opens the directory, which is made where it is missing, reads what is in it, and starts the thread that
    /// writes there.
    ///
    /// # Errors
    /// When it, or the key, can't be used as it is, or the system gives no thread. Nothing in it has changed
    /// then.
    pub fn open(
        directory: &Path,
        settings: &Settings,
        clock: &Clock,
    ) -> Result<Self, RememberError> {
        let mut store = Sqlite::open(directory)?;
        let mut kept = store.load()?;
        let progress = Arc::new(Progress::new(&kept.trail));
        let known = kept.trail.clone();
        let trail = Trail::new(&mut kept, clock.clone(), progress.clone());
        let trail = trail.map_err(|what| StoreError::torn(directory, what))?;
        let notary = notary(directory, settings, &known, progress.clone())?;
        notary.begin(&known);
        let check = TrailCheck {
            directory: directory.to_owned(),
            key: notary.signer.verifier().clone(),
            progress: progress.clone(),
        };
        let now = clock.clone();
        let keeper = Keeper::start(Box::new(store), move || now.now(), Box::new(notary));
        let keeper = keeper.map_err(|error| {
            StoreError::file(directory, "start the thread that writes there", error)
        })?;
        Ok(Self {
            keeper: Arc::new(keeper),
            kept,
            trail: Arc::new(trail),
            directory: directory.to_owned(),
            progress,
            check,
        })
    }
}

fn notary(
    directory: &Path,
    settings: &Settings,
    kept: &KeptTrail,
    progress: Arc<Progress>,
) -> Result<Notary, KeyFileError> {
    let path = settings
        .key_file
        .clone()
        .unwrap_or_else(|| directory.join(PRIVATE_KEY));
    let key = KeyFile::load_or_make(&path, &kept.origin)?;
    let (shown, verifier) = (path.display(), key.signer.verifier());
    if key.is_new {
        info!(key_file = %shown, public_key = %verifier, "a key was made that seals the audit trail");
    }
    if key.others_may_read {
        warn!(key_file = %shown, "others may read the key that seals the audit trail: chmod 0600 it");
    }
    let public_key = verifier.clone();
    let notary = Notary {
        signer: key.signer,
        anchor: settings.anchor_file.as_deref().map(Anchor::new),
        progress,
        retention: settings.retention,
        log_titles: settings.log_titles,
        is_behind: AtomicBool::new(false),
        seals: Mutex::default(),
    };
    let last = kept.checkpoint.as_ref();
    // Without its public half, nobody could check what another key has sealed.
    if last.is_none_or(|last| notary.is_ours(last)) {
        write_public_key(&directory.join(PUBLIC_KEY), &public_key)?;
    }
    Ok(notary)
}
