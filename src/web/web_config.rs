//! The web configuration while it is in use: TLS, users, headers. It is read again when it or a
//! file that it names changes; a version that is wrong changes nothing and shows in
//! [`WebConfig::outcomes`]. The format is in `web_file`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::sources::Sources;
use super::web_error::WebConfigError;
use super::web_file::{Loaded, load};

/// A web configuration file, live.
pub struct WebConfig {
    file: PathBuf,
    active: ArcSwap<Loaded>,
    /// What the last attempt read, whether it succeeded or not.
    sources: Mutex<Sources>,
    /// Whether that was right.
    outcome: watch::Sender<bool>,
}

/// A new version that was read and is right, and is not in use yet.
pub struct Checked {
    loaded: Loaded,
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
            sources: Mutex::new(sources),
            outcome: watch::Sender::new(true),
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
    /// When the new version is wrong, adds or removes TLS, or removes every user; the old one then
    /// stays in use.
    pub async fn reload(self: &Arc<Self>) -> Result<(), WebConfigError> {
        self.off_thread(Self::read_again).await
    }

    /// Reads everything again, and leaves the old version in use until [`Self::activate`].
    ///
    /// # Errors
    /// As [`Self::reload`].
    pub async fn check(self: &Arc<Self>) -> Result<Checked, WebConfigError> {
        self.off_thread(Self::read).await
    }

    /// Uses a new version. Should the files have changed since it was read, [`Self::watch`] sees it.
    pub fn activate(&self, new: Checked) {
        let mut sources = self.sources();
        *sources = new.sources;
        self.active.store(Arc::new(new.loaded));
        self.outcome.send_replace(true);
    }

    /// Reads everything again whenever something changed, looking every `interval`, until
    /// `shutdown`. A version that is wrong is logged once.
    pub async fn watch(self: Arc<Self>, interval: Duration, shutdown: CancellationToken) {
        let pause = || shutdown.run_until_cancelled(tokio::time::sleep(interval));
        while pause().await.is_some() {
            match self.off_thread(Self::read_if_changed).await {
                None => {}
                Some(Ok(())) => info!(file = %self.file.display(), "web configuration reloaded"),
                Some(Err(error)) => error!(
                    %error,
                    "the new web configuration is wrong; the old one stays in use"
                ),
            }
        }
    }

    /// What is in use now.
    pub(super) fn active(&self) -> Arc<Loaded> {
        self.active.load_full()
    }

    async fn off_thread<T: Send + 'static>(self: &Arc<Self>, work: fn(&Self) -> T) -> T {
        let this = self.clone();
        tokio::task::spawn_blocking(move || work(&this))
            .await
            .expect("reading the web configuration does not panic")
    }

    fn read_if_changed(&self) -> Option<Result<(), WebConfigError>> {
        let changed = self.sources().changed();
        changed.then(|| self.read_again())
    }

    fn read_again(&self) -> Result<(), WebConfigError> {
        self.read().map(|new| self.activate(new))
    }

    fn read(&self) -> Result<Checked, WebConfigError> {
        let mut sources = Sources::default();
        let loaded = load(&self.file, &mut sources).and_then(|loaded| self.may_follow(loaded));
        match loaded {
            Ok(loaded) => Ok(Checked { loaded, sources }),
            Err(error) => {
                *self.sources() = sources;
                self.outcome.send_replace(false);
                Err(error)
            }
        }
    }

    /// Refuses what must not come to pass without a restart.
    fn may_follow(&self, loaded: Loaded) -> Result<Loaded, WebConfigError> {
        let file = || self.file.clone();
        let before = self.active();
        if loaded.tls.is_some() != before.tls.is_some() {
            return Err(WebConfigError::NeedsRestart { file: file() });
        }
        if loaded.is_empty && !before.is_empty {
            return Err(WebConfigError::Emptied { file: file() });
        }
        if loaded.auth.is_none() && before.auth.is_some() {
            return Err(WebConfigError::UsersGone { file: file() });
        }
        Ok(loaded)
    }

    fn sources(&self) -> std::sync::MutexGuard<'_, Sources> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
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

/// Why a request is not answered.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    /// No user's name and password.
    Unauthorized,
    /// More requests than `rate_limit` lets through.
    TooMany,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                [(WWW_AUTHENTICATE, "Basic")],
                "Unauthorized\n",
            )
                .into_response(),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "Too Many Requests\n").into_response(),
        }
    }
}

impl Loaded {
    /// Whether a request with these headers may be answered.
    pub(super) async fn admit(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        if self
            .limiter
            .as_ref()
            .is_some_and(|limiter| limiter.check().is_err())
        {
            return Err(Refusal::TooMany);
        }
        match &self.auth {
            Some(auth) if !auth.admits(headers).await => Err(Refusal::Unauthorized),
            _ => Ok(()),
        }
    }
}
