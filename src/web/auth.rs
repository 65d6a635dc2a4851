//! `basic_auth_users`: who may see the pages. A bcrypt hash costs tens of milliseconds to check, so
//! that is done off the threads that serve, a few at a time, and once for each password: what
//! passed is remembered by a keyed digest, never as itself. So wrong passwords keep only those
//! waiting who were not admitted yet, and not for long.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// How many more may wait for that: a second or so at the usual costs. Whoever comes then is told
/// at once to come again.
const CHECKS_WAITING: usize = 30;

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

    /// Whether `password` is what this was made from. To say no takes as long as for a hash of the
    /// cost `most`, so that the time tells nobody whose hash this is.
    fn verify(&self, password: &[u8], most: u32) -> bool {
        let is_right = bcrypt::verify(password, &self.text).unwrap_or(false);
        if !is_right {
            for cost in missing_costs(self.cost, most) {
                // How long it takes is all that is wanted of it.
                let _ = bcrypt::hash_with_salt(password, cost, [0; 16]);
            }
        }
        is_right
    }
}

/// The costs that together with `cost` take as long as `most`: each takes twice as long as the one
/// below it, so that e.g. 4, 4, 5 and 6 are as long as 7.
fn missing_costs(cost: u32, most: u32) -> Range<u32> {
    cost..most
}

/// The users, and how their passwords are checked.
pub(super) struct BasicAuth {
    users: BTreeMap<String, PasswordHash>,
    /// The one of the highest cost. Checked where the user is unknown, so that the time tells nobody
    /// who is.
    decoy: PasswordHash,
    checks: Arc<Checks>,
}

/// What lasts while users change.
struct Checks {
    /// By user, the password that passed last.
    passed: Mutex<HashMap<String, Passed>>,
    digest_key: hmac::Key,
    /// For those that are checked now.
    at_once: Arc<Semaphore>,
    /// For those, and those that wait for it.
    queue: Arc<Semaphore>,
}

/// A password that passed.
struct Passed {
    digest: hmac::Tag,
    /// What it passed against: with another hash it is another password.
    hash: String,
}

/// Whether a request may be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It bears the name of a user and that user's password.
    Right,
    /// It does not.
    Wrong,
    /// Too many passwords wait for being checked already.
    Unchecked,
}

impl BasicAuth {
    /// None where there are no users: then nobody is asked.
    pub(super) fn new(users: BTreeMap<String, PasswordHash>) -> Option<Self> {
        let decoy = users.values().max_by_key(|hash| hash.cost)?.clone();
        Some(Self {
            users,
            decoy,
            checks: Arc::new(Checks::new()),
        })
    }

    /// Remembers what was right under `before`: who has the same password is not checked again.
    pub(super) fn follow(&mut self, before: &Self) {
        self.checks = before.checks.clone();
    }

    /// Whether the request bears the name of a user and that user's password.
    pub(super) async fn judge(&self, headers: &HeaderMap) -> Verdict {
        let Some((user, password)) = credentials(headers) else {
            return Verdict::Wrong;
        };
        let known = self.users.get(&user);
        let digest = self.checks.digest(&password);
        if known.is_some_and(|hash| self.checks.has_passed(&user, &digest, hash)) {
            return Verdict::Right;
        }
        let hash = known.unwrap_or(&self.decoy).clone();
        let most = self.decoy.cost;
        let Some(is_right) = self.checks.check(password, hash.clone(), most).await else {
            return Verdict::Unchecked;
        };
        if !is_right || known.is_none() {
            return Verdict::Wrong;
        }
        let hash = hash.text;
        self.checks.passed().insert(user, Passed { digest, hash });
        Verdict::Right
    }
}

impl Checks {
    fn new() -> Self {
        let digest_key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new())
            .expect("the system's random numbers never run out");
        Self {
            passed: Mutex::default(),
            digest_key,
            at_once: Arc::new(Semaphore::new(CHECKS_AT_ONCE)),
            queue: Arc::new(Semaphore::new(CHECKS_AT_ONCE + CHECKS_WAITING)),
        }
    }

    /// Whether `password` is what `hash` was made from; none where too many wait already.
    async fn check(&self, password: Vec<u8>, hash: PasswordHash, most: u32) -> Option<bool> {
        let place = self.queue.clone().try_acquire_owned().ok()?;
        let turn = self.at_once.clone().acquire_owned().await.ok()?;
        // Both go along: a client that leaves does not end its check, nor may it begin another.
        let check = move || {
            let is_right = hash.verify(&password, most);
            drop((turn, place));
            is_right
        };
        Some(tokio::task::spawn_blocking(check).await.unwrap_or(false))
    }

    fn digest(&self, password: &[u8]) -> hmac::Tag {
        hmac::sign(&self.digest_key, password)
    }

    fn has_passed(&self, user: &str, digest: &hmac::Tag, hash: &PasswordHash) -> bool {
        // The key is random, so that how long the comparison takes tells nothing of the password.
        self.passed().get(user).is_some_and(|passed| {
            passed.hash == hash.text && passed.digest.as_ref() == digest.as_ref()
        })
    }

    fn passed(&self) -> MutexGuard<'_, HashMap<String, Passed>> {
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// One user, with this hash.
    fn auth(hash: &str) -> BasicAuth {
        let hash = PasswordHash::parse(hash).unwrap();
        BasicAuth::new(BTreeMap::from([("ann".to_owned(), hash)])).unwrap()
    }

    fn hash(password: &str, cost: u32) -> String {
        bcrypt::hash(password, cost).unwrap()
    }

    fn asking(password: &str) -> HeaderMap {
        asking_as("ann", password)
    }

    fn asking_as(user: &str, password: &str) -> HeaderMap {
        let encoded = BASE64_STANDARD.encode(format!("{user}:{password}"));
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, format!("Basic {encoded}").parse().unwrap());
        headers
    }

    #[tokio::test]
    async fn a_right_password_is_remembered_while_its_hash_stays() {
        let (one, again) = (hash("one", 4), hash("one", 4));
        let before = auth(&one);
        assert_eq!(before.judge(&asking("one")).await, Verdict::Right);
        let mut same = auth(&one);
        same.follow(&before);
        let mut other = auth(&again);
        other.follow(&before);
        // From here on nothing can be checked.
        let all = CHECKS_AT_ONCE + CHECKS_WAITING;
        let _taken = before.checks.queue.try_acquire_many(all as u32).unwrap();
        assert_eq!(same.judge(&asking("one")).await, Verdict::Right);
        assert_eq!(same.judge(&asking("two")).await, Verdict::Unchecked);
        assert_eq!(other.judge(&asking("one")).await, Verdict::Unchecked);
    }

    #[test]
    fn what_is_missing_adds_up() {
        let work = |cost: u32| 1_u64 << cost;
        for most in 4..=PasswordHash::MAX_COST {
            for cost in 4..=most {
                let missing: u64 = missing_costs(cost, most).map(work).sum();
                assert_eq!(work(cost) + missing, work(most));
            }
        }
    }

    #[tokio::test]
    async fn the_time_of_a_refusal_does_not_tell_who_is_a_user() {
        let users = [("ann", hash("one", 4)), ("bob", hash("two", 10))];
        let parsed =
            users.map(|(user, hash)| (user.to_owned(), PasswordHash::parse(&hash).unwrap()));
        let auth = BasicAuth::new(parsed.into()).unwrap();
        let time = async |user: &str| {
            let began = Instant::now();
            let verdict = auth.judge(&asking_as(user, "wrong")).await;
            assert_eq!(verdict, Verdict::Wrong);
            began.elapsed()
        };
        // Were they told apart, one would take 64 times as long as the other.
        let (known, unknown) = (time("ann").await, time("eve").await);
        let range = unknown / 4..unknown * 4;
        assert!(range.contains(&known), "{known:?}, {unknown:?}");
    }

    #[tokio::test]
    async fn who_leaves_keeps_a_place_until_the_check_is_done() {
        let auth = auth(&hash("one", 10));
        let impatient = tokio::time::timeout(Duration::from_millis(1), async {
            auth.judge(&asking("two")).await
        });
        assert!(impatient.await.is_err());
        assert_eq!(auth.checks.at_once.available_permits(), CHECKS_AT_ONCE - 1);
    }
}
