//! The web configuration while it is in use: TLS, users, headers. Another version takes its place
//! only where it is right, and checks no less of clients. When to read it again, and how long that
//! may take, is the caller's to say. The format is in `file`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use super::auth::BasicAuth;
use super::error::WebConfigError;
use super::file::{WebSettings, load};
use super::tls::Tls;
use crate::peer::Peer;
use crate::rejection::Rejection;

/// A web configuration file, live.
pub struct WebConfig {
    file: PathBuf,
    active: ArcSwap<WebSettings>,
}

/// A new version that was read and is right, and is not in use yet.
pub struct Checked(WebSettings);

impl WebConfig {
    /// Reads `file` and the certificates, keys and authorities that it names, whose paths are
    /// relative to it. Blocks on the disk.
    ///
    /// # Errors
    /// When something can't be read or honoured: file, line, key, value, what was expected.
    pub fn load(file: &Path) -> Result<Self, WebConfigError> {
        Ok(Self {
            file: file.to_owned(),
            active: ArcSwap::from_pointee(load(file)?),
        })
    }

    /// Reads everything again, and uses it if it has changed. New connections and requests see the
    /// new version. Blocks on the disk.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn reload(&self) -> Result<(), WebConfigError> {
        if let Some(new) = self.check()? {
            self.activate(new);
        }
        Ok(())
    }

    /// Reads everything again, and leaves the old version in use until [`Self::activate`]. None
    /// where all is as it was. Blocks on the disk.
    ///
    /// # Errors
    /// When the new version can't be read, is wrong, adds or removes TLS, checks less of clients'
    /// certificates, or removes every user; the old one then stays in use.
    pub fn check(&self) -> Result<Option<Checked>, WebConfigError> {
        let new = load(&self.file)?;
        if new.fingerprint == self.active().fingerprint {
            return Ok(None);
        }
        self.may_follow(new).map(|new| Some(Checked(new)))
    }

    /// Uses a new version: the one that was checked last, and no other since.
    pub fn activate(&self, new: Checked) {
        self.active.store(Arc::new(new.0));
    }

    /// Whether whoever is answered has shown who they are: by a password, or by a certificate of an
    /// authority that is trusted for it. Where a certificate may be left out, not everyone has.
    pub fn identifies_clients(&self) -> bool {
        let active = self.active();
        let clients = active.tls.as_ref().map(Tls::requirements);
        active.auth.is_some() || clients.is_some_and(|clients| clients.presence && clients.issuer)
    }

    /// Whether a client may show who they are by a certificate.
    pub fn verifies_certificates(&self) -> bool {
        let active = self.active();
        let tls = active.tls.as_ref();
        tls.is_some_and(|tls| tls.requirements().issuer)
    }

    /// The names of those who have a password; none: nobody is asked for one.
    pub fn users(&self) -> Vec<String> {
        self.active().users()
    }

    /// What is in use now.
    pub(crate) fn active(&self) -> Arc<WebSettings> {
        self.active.load_full()
    }

    /// Refuses what only a restart may change.
    fn may_follow(&self, mut loaded: WebSettings) -> Result<WebSettings, WebConfigError> {
        let file = || self.file.clone();
        let before = self.active();
        let requirements = |loaded: &WebSettings| loaded.tls.as_ref().map(Tls::requirements);
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

impl Checked {
    /// The names of those who will have a password.
    pub fn users(&self) -> Vec<String> {
        self.0.users()
    }
}

impl WebSettings {
    fn users(&self) -> Vec<String> {
        let auth = self.auth.iter();
        auth.flat_map(BasicAuth::users).map(str::to_owned).collect()
    }

    /// Whether a request of `peer` with these headers may be answered. A probe asks whether the
    /// server serves. Gives the user whose password it has, where one is asked for.
    pub(crate) async fn admit(
        &self,
        headers: &HeaderMap,
        peer: Peer,
        is_probe: bool,
    ) -> Result<Option<String>, Rejection> {
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
            Some(auth) => auth.admit(headers, peer).await.map(Some),
            None => Ok(None),
        }
    }
}
