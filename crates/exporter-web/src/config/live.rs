//! The web configuration while it is in use: TLS, users, headers. It is read again when it or a
//! file that it names changes; a version that is wrong changes nothing and shows in
//! [`WebConfig::outcomes`]. The format is in `file`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::error::WebConfigError;
use super::file::{WebSettings, load};
use super::sources::Sources;
use crate::peer::Peer;
use crate::rejection::Rejection;

/// For reading the file and all that it names. A disk that hangs must not look like one that was
/// read.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// A web configuration file, live.
pub struct WebConfig {
    file: PathBuf,
    active: ArcSwap<WebSettings>,
    /// What the last attempt read, whether it succeeded or not.
    sources: ArcSwap<Sources>,
    /// Whether that was right.
    outcome: watch::Sender<bool>,
    /// Held from before the files are read until what they held is in use or refused: an attempt
    /// that hangs costs one thread, however many follow, and none overtakes another.
    turn: Turn,
    read_timeout: Duration,
}

type Turn = Arc<Mutex<()>>;

/// A new version that was read and is right, and is not in use yet.
pub struct Checked {
    loaded: WebSettings,
    sources: Sources,
    _turn: OwnedMutexGuard<()>,
}

/// What an attempt has read, and whether it can be used.
struct Attempt {
    loaded: Result<WebSettings, WebConfigError>,
    sources: Sources,
}

impl WebConfig {
    /// Reads `file` and the certificates, keys and authorities that it names, whose paths are
    /// relative to it. Blocks on the disk.
    ///
    /// # Errors
    /// When something can't be read or honoured: file, line, key, value, what was expected.
    pub fn load(file: &Path) -> Result<Self, WebConfigError> {
        let mut sources = Sources::default();
        let loaded = load(file, &mut sources)?;
        Ok(Self {
            file: file.to_owned(),
            active: ArcSwap::from_pointee(loaded),
            sources: ArcSwap::from_pointee(sources),
            outcome: watch::Sender::new(true),
            turn: Turn::default(),
            read_timeout: READ_TIMEOUT,
        })
    }

    /// Whether connections are TLS. This never changes while it runs.
    pub fn is_tls(&self) -> bool {
        self.active.load().tls.is_some()
    }

    /// Whether the newest version of the file is the one in use.
    pub fn last_reload_ok(&self) -> bool {
        *self.outcome.borrow()
    }

    /// Tells, each time that it was read again, whether the newest version is the one in use.
    pub fn outcomes(&self) -> watch::Receiver<bool> {
        self.outcome.subscribe()
    }

    /// Reads everything again, now. New connections and requests see the new version.
    ///
    /// # Errors
    /// When the new version can't be read in time, is wrong, adds or removes TLS, checks less of
    /// clients' certificates, or removes every user; the old one then stays in use.
    pub async fn reload(self: &Arc<Self>) -> Result<(), WebConfigError> {
        self.check().await.map(|new| self.activate(new))
    }

    /// Reads everything again, and leaves the old version in use until [`Self::activate`].
    ///
    /// # Errors
    /// As [`Self::reload`].
    pub async fn check(self: &Arc<Self>) -> Result<Checked, WebConfigError> {
        let (attempt, turn) = self.off_thread(Self::read).await?;
        self.judge(attempt, turn)
    }

    /// Uses a new version. Should the files have changed since it was read, [`Self::watch`] sees it.
    pub fn activate(&self, new: Checked) {
        self.sources.store(Arc::new(new.sources));
        self.active.store(Arc::new(new.loaded));
        self.outcome.send_replace(true);
    }

    /// Reads everything again whenever something changed, looking every `interval`, until
    /// `shutdown`. A version that is wrong, or can't be read in time, is logged once.
    pub async fn watch(self: Arc<Self>, interval: Duration, shutdown: CancellationToken) {
        let pause = || shutdown.run_until_cancelled(tokio::time::sleep(interval));
        while pause().await.is_some() {
            let was_ok = self.last_reload_ok();
            match self.follow().await {
                Ok(false) => {}
                Ok(true) => info!(file = %self.file.display(), "web configuration reloaded"),
                // Said when it began.
                Err(WebConfigError::TooSlow { .. }) if !was_ok => {}
                Err(error) => error!(
                    %error,
                    "the new web configuration is not used; the old one stays in use"
                ),
            }
        }
    }

    /// Uses the newest version if there is one; gives whether there was.
    async fn follow(self: &Arc<Self>) -> Result<bool, WebConfigError> {
        match self.off_thread(Self::read_if_changed).await? {
            (None, _) => Ok(false),
            (Some(attempt), turn) => {
                self.activate(self.judge(attempt, turn)?);
                Ok(true)
            }
        }
    }

    /// What is in use now.
    pub(crate) fn active(&self) -> Arc<WebSettings> {
        self.active.load_full()
    }

    /// Does `work`, which may block, and waits for it no longer than is reasonable. It changes
    /// nothing by itself, so that what comes too late is as if it had never been.
    async fn off_thread<T: Send + 'static>(
        self: &Arc<Self>,
        work: fn(&Self) -> T,
    ) -> Result<(T, OwnedMutexGuard<()>), WebConfigError> {
        let done = async {
            let turn = self.turn.clone().lock_owned().await;
            let this = self.clone();
            tokio::task::spawn_blocking(move || (work(&this), turn))
                .await
                .expect("reading the web configuration does not panic")
        };
        tokio::time::timeout(self.read_timeout, done)
            .await
            .map_err(|_| self.too_slow())
    }

    fn too_slow(&self) -> WebConfigError {
        self.refuse(Sources::unread(&self.file));
        WebConfigError::TooSlow {
            file: self.file.clone(),
            limit: self.read_timeout,
        }
    }

    fn read_if_changed(&self) -> Option<Attempt> {
        let changed = self.sources.load().changed();
        changed.then(|| self.read())
    }

    fn read(&self) -> Attempt {
        let mut sources = Sources::default();
        let loaded = load(&self.file, &mut sources).and_then(|loaded| self.may_follow(loaded));
        Attempt { loaded, sources }
    }

    fn judge(&self, read: Attempt, turn: OwnedMutexGuard<()>) -> Result<Checked, WebConfigError> {
        let Attempt { loaded, sources } = read;
        match loaded {
            Ok(loaded) => Ok(Checked {
                loaded,
                sources,
                _turn: turn,
            }),
            Err(error) => {
                self.refuse(sources);
                Err(error)
            }
        }
    }

    /// The newest version, which is made of `sources`, is not used.
    fn refuse(&self, sources: Sources) {
        self.sources.store(Arc::new(sources));
        self.outcome.send_replace(false);
    }

    /// Refuses what only a restart may change.
    fn may_follow(&self, mut loaded: WebSettings) -> Result<WebSettings, WebConfigError> {
        let file = || self.file.clone();
        let before = self.active();
        let requirements = |loaded: &WebSettings| loaded.tls.as_ref().map(|tls| tls.requirements);
        match (requirements(&loaded), requirements(&before)) {
            (None, None) => {}
            (Some(new), Some(before)) if new.cover(before) => {}
            (Some(_), Some(_)) => {
                return Err(WebConfigError::ClientsUnchecked { file: file() });
            }
            _ => return Err(WebConfigError::NeedsRestart { file: file() }),
        }
        if loaded.is_empty && !before.is_empty {
            return Err(WebConfigError::Emptied { file: file() });
        }
        match (&mut loaded.auth, &before.auth) {
            (None, Some(_)) => return Err(WebConfigError::UsersGone { file: file() }),
            (Some(auth), Some(before)) => auth.follow(before),
            (_, None) => {}
        }
        Ok(loaded)
    }
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked").finish_non_exhaustive()
    }
}

impl fmt::Debug for WebConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebConfig")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl WebSettings {
    /// Whether a request of `peer` with these headers may be answered. A probe asks whether the
    /// server serves.
    pub(crate) async fn admit(
        &self,
        headers: &HeaderMap,
        peer: Peer,
        is_probe: bool,
    ) -> Result<(), Rejection> {
        // Whoever restarts what is not healthy must not do so because others ask too often. With a
        // password it could be guessed there.
        let is_free = is_probe && !headers.contains_key(AUTHORIZATION);
        if let Some(limiter) = &self.limiter
            && !is_free
            && limiter.check().is_err()
        {
            return Err(Rejection::TooMany);
        }
        match &self.auth {
            Some(auth) => auth.admit(headers, peer).await,
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What hangs holds the turn, as a read from a disk that does not answer would.
    #[tokio::test]
    async fn a_read_that_hangs_fails_and_is_made_up_for_once_it_ends() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("web.yml");
        std::fs::write(&file, "{}\n").unwrap();
        let web = Arc::new(WebConfig {
            read_timeout: Duration::from_millis(20),
            ..WebConfig::load(&file).unwrap()
        });
        let mut outcomes = web.outcomes();
        let hanging = web.turn.clone().lock_owned().await;
        let watch = web
            .clone()
            .watch(Duration::from_millis(1), CancellationToken::new());
        let watch = tokio::spawn(watch);
        outcomes.wait_for(|ok| !ok).await.unwrap();
        let error = web.reload().await.unwrap_err().to_string();
        assert!(error.contains("could not be read within 20ms"), "{error}");
        drop(hanging);
        outcomes.wait_for(|ok| *ok).await.unwrap();
        watch.abort();
    }
}
