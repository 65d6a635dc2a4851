//! `basic_auth_users`: who may see the pages. A bcrypt hash costs tens of milliseconds to check, so
//! that is done off the threads that serve, a few at a time, and once for each password: what
//! passed is remembered by a keyed digest, never as itself.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bcrypt::HashParts;
use tokio::sync::Semaphore;

/// How many hashes are checked at once.
const CHECKS_AT_ONCE: usize = 2;

/// A bcrypt hash that was checked to be one. No `Debug`: it is a secret of a kind.
#[derive(Clone)]
pub(super) struct PasswordHash {
    text: String,
    cost: u32,
}

impl PasswordHash {
    /// A higher cost would keep a core busy for a minute at each wrong password.
    pub(super) const MAX_COST: u32 = 18;

    /// `None` where `text` is no bcrypt hash, or costs more than [`Self::MAX_COST`].
    pub(super) fn parse(text: &str) -> Option<Self> {
        let cost = text.parse::<HashParts>().ok()?.get_cost();
        (4..=Self::MAX_COST).contains(&cost).then(|| Self {
            text: text.to_owned(),
            cost,
        })
    }
}

/// The users, and the passwords that were seen to be right.
pub(super) struct BasicAuth {
    users: BTreeMap<String, PasswordHash>,
    /// Checked where the user is unknown, so that the time tells nobody who is.
    decoy: PasswordHash,
    /// By user, the digest of the password that passed last.
    passed: Mutex<HashMap<String, hmac::Tag>>,
    digest_key: hmac::Key,
    checks: Arc<Semaphore>,
}

impl BasicAuth {
    /// None where there are no users: then nobody is asked.
    pub(super) fn new(users: BTreeMap<String, PasswordHash>) -> Option<Self> {
        let decoy = users.values().max_by_key(|hash| hash.cost)?.clone();
        let digest_key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new())
            .expect("the system's random numbers never run out");
        Some(Self {
            users,
            decoy,
            passed: Mutex::default(),
            digest_key,
            checks: Arc::new(Semaphore::new(CHECKS_AT_ONCE)),
        })
    }

    /// Whether the request bears the name of a user and that user's password.
    pub(super) async fn admits(&self, headers: &HeaderMap) -> bool {
        let Some((user, password)) = credentials(headers) else {
            return false;
        };
        let digest = self.digest(&password);
        if self.has_passed(&user, &digest) {
            return true;
        }
        let known = self.users.get(&user);
        let hash = known.unwrap_or(&self.decoy).text.clone();
        let Ok(_slot) = self.checks.acquire().await else {
            return false;
        };
        let check = move || bcrypt::verify(password, &hash).unwrap_or(false);
        let right = tokio::task::spawn_blocking(check).await.unwrap_or(false);
        if right && known.is_some() {
            self.passed().insert(user, digest);
            return true;
        }
        false
    }

    fn digest(&self, password: &[u8]) -> hmac::Tag {
        hmac::sign(&self.digest_key, password)
    }

    fn has_passed(&self, user: &str, digest: &hmac::Tag) -> bool {
        // The key is random, so that how long the comparison takes tells nothing of the password.
        self.passed()
            .get(user)
            .is_some_and(|passed| passed.as_ref() == digest.as_ref())
    }

    fn passed(&self) -> std::sync::MutexGuard<'_, HashMap<String, hmac::Tag>> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name and the password of `Authorization: Basic …`.
fn credentials(headers: &HeaderMap) -> Option<(String, Vec<u8>)> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = BASE64_STANDARD.decode(encoded.trim()).ok()?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    let user = std::str::from_utf8(&decoded[..colon]).ok()?.to_owned();
    Some((user, decoded[colon + 1..].to_vec()))
}
