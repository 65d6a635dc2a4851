//! `basic_auth_users`: who may see the pages. A bcrypt hash costs tens of milliseconds to check, so
//! that is done off the threads that serve, a few at a time, and once for each password: whether
//! it was right is remembered by a keyed digest, never by itself. Those that have to be checked
//! wait in a queue in which the peers take turns, so that guessing keeps no other peer out.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bcrypt::HashParts;

use crate::fair_queue::FairQueue;
use crate::peer::Peer;
use crate::rejection::Rejection;

/// How many hashes are checked at once.
const CHECKS_AT_ONCE: usize = 2;

/// How many more may wait for that: at cost 10, the usual one, less than the ten seconds that
/// Prometheus waits for a scrape.
const CHECKS_WAITING: usize = 256;

/// How many wrong passwords are remembered. Who is configured with one asks again and again.
const WRONG_REMEMBERED: usize = 1_000;

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

    /// Whether `password` is what this was made from.
    fn verify(&self, password: &[u8]) -> bool {
        bcrypt::verify(password, &self.text).unwrap_or(false)
    }
}

/// The users, and how their passwords are checked.
pub(super) struct BasicAuth {
    users: BTreeMap<String, PasswordHash>,
    /// One of the usual cost. Checked where the user is unknown, so that the time does not tell who
    /// is a user: of those whose hash is as costly as most, at least.
    decoy: PasswordHash,
    checks: Arc<Checks>,
}

/// What lasts while users change.
struct Checks {
    known: Mutex<Known>,
    digest_key: hmac::Key,
    queue: Arc<FairQueue>,
}

/// What was found out.
#[derive(Default)]
struct Known {
    /// By user, the password that was right last.
    right: HashMap<String, Digest>,
    /// The wrong ones, the newest last.
    wrong: VecDeque<Digest>,
}

/// Of a user, their hash and a password: with another hash, or none, it is another password.
type Digest = [u8; 32];

impl BasicAuth {
    /// None where there are no users: then nobody is asked.
    pub(super) fn new(users: BTreeMap<String, PasswordHash>) -> Option<Self> {
        let decoy = of_usual_cost(&users)?.clone();
        let queue = FairQueue::new(CHECKS_AT_ONCE, CHECKS_WAITING);
        Some(Self {
            users,
            decoy,
            checks: Arc::new(Checks::new(queue)),
        })
    }

    /// Remembers what was found out under `before`: the same password is not checked again.
    pub(super) fn follow(&mut self, before: &Self) {
        self.checks = before.checks.clone();
    }

    /// The names of the users.
    pub(super) fn users(&self) -> impl Iterator<Item = &str> {
        self.users.keys().map(String::as_str)
    }

    /// The user whose name and password the request has.
    pub(super) async fn admit(&self, headers: &HeaderMap, peer: Peer) -> Result<String, Rejection> {
        let (user, password) = credentials(headers).ok_or(Rejection::Unauthorized)?;
        let known = self.users.get(&user);
        let attempt = Attempt {
            digest: self.checks.digest(&user, known, &password),
            hash: known.unwrap_or(&self.decoy).clone(),
            is_known: known.is_some(),
            user: user.clone(),
            password,
        };
        if self.checks.is_right(attempt, peer).await? {
            Ok(user)
        } else {
            Err(Rejection::Unauthorized)
        }
    }
}

/// A hash of the median cost, of two the lower one: a few costly hashes make no other dearer.
fn of_usual_cost(users: &BTreeMap<String, PasswordHash>) -> Option<&PasswordHash> {
    let mut hashes: Vec<_> = users.values().collect();
    hashes.sort_by_key(|hash| hash.cost);
    hashes.get(hashes.len().checked_sub(1)? / 2).copied()
}

/// A name and a password that somebody sent. No `Debug`: they are secrets.
struct Attempt {
    user: String,
    password: Vec<u8>,
    /// That of the user, or the decoy.
    hash: PasswordHash,
    is_known: bool,
    digest: Digest,
}

impl Checks {
    fn new(queue: Arc<FairQueue>) -> Self {
        let digest_key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new())
            .expect("the system's random numbers never run out");
        Self {
            known: Mutex::default(),
            digest_key,
            queue,
        }
    }

    async fn is_right(self: &Arc<Self>, attempt: Attempt, peer: Peer) -> Result<bool, Rejection> {
        if let Some(is_right) = self.remembered(&attempt) {
            return Ok(is_right);
        }
        let turn = self.queue.turn(peer).await.ok_or(Rejection::Busy)?;
        // Somebody may have asked the same before.
        if let Some(is_right) = self.remembered(&attempt) {
            return Ok(is_right);
        }
        let this = self.clone();
        // A client that leaves does not end its check, nor may it begin another.
        let check = move || {
            let is_right = attempt.hash.verify(&attempt.password) && attempt.is_known;
            this.remember(attempt, is_right);
            drop(turn);
            is_right
        };
        Ok(tokio::task::spawn_blocking(check).await.unwrap_or(false))
    }

    fn digest(&self, user: &str, known: Option<&PasswordHash>, password: &[u8]) -> Digest {
        let hash = known.map_or("", |hash| &hash.text);
        let mut context = hmac::Context::with_key(&self.digest_key);
        for part in [user.as_bytes(), hash.as_bytes(), password] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let tag = context.sign();
        tag.as_ref().try_into().expect("SHA-256 has 32 bytes")
    }

    /// Whether it was right, if that is known. The key of the digests is random, so that how long
    /// the comparison takes tells nothing of a password.
    fn remembered(&self, attempt: &Attempt) -> Option<bool> {
        let known = self.known();
        if known.right.get(&attempt.user) == Some(&attempt.digest) {
            return Some(true);
        }
        known.wrong.contains(&attempt.digest).then_some(false)
    }

    fn remember(&self, attempt: Attempt, is_right: bool) {
        let mut known = self.known();
        if is_right {
            known.right.insert(attempt.user, attempt.digest);
            return;
        }
        if known.wrong.len() >= WRONG_REMEMBERED {
            known.wrong.pop_front();
        }
        known.wrong.push_back(attempt.digest);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
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
    use std::net::SocketAddr;
    use std::time::Duration;

    use super::*;

    fn auth(users: &[(&str, &str)]) -> BasicAuth {
        let parsed = users.iter().map(|(user, hash)| {
            let hash = PasswordHash::parse(hash).unwrap();
            ((*user).to_owned(), hash)
        });
        BasicAuth::new(parsed.collect()).unwrap()
    }

    fn hash(password: &str, cost: u32) -> String {
        bcrypt::hash(password, cost).unwrap()
    }

    async fn ask(auth: &BasicAuth, user: &str, password: &str) -> Result<(), Rejection> {
        let encoded = BASE64_STANDARD.encode(format!("{user}:{password}"));
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, format!("Basic {encoded}").parse().unwrap());
        let peer = Peer::from(SocketAddr::from(([192, 0, 2, 1], 1)));
        let admitted = auth.admit(&headers, peer).await?;
        assert_eq!(admitted, user);
        Ok(())
    }

    /// From then on nothing can be checked.
    fn stop_checking(auth: &mut BasicAuth) {
        let checks = Checks {
            queue: FairQueue::new(0, 0),
            digest_key: auth.checks.digest_key.clone(),
            known: Mutex::new(std::mem::take(&mut *auth.checks.known())),
        };
        auth.checks = Arc::new(checks);
    }

    #[tokio::test]
    async fn what_was_found_out_is_remembered_while_the_hash_stays() {
        let (one, again) = (hash("one", 4), hash("one", 4));
        let mut before = auth(&[("ann", &one)]);
        assert_eq!(ask(&before, "ann", "one").await, Ok(()));
        for (user, password) in [("ann", "two"), ("eve", "one")] {
            let asked = ask(&before, user, password).await;
            assert_eq!(asked, Err(Rejection::Unauthorized));
        }
        stop_checking(&mut before);
        let mut same = auth(&[("ann", &one)]);
        same.follow(&before);
        let mut other = auth(&[("ann", &again)]);
        other.follow(&before);
        for (auth, user, password, expected) in [
            (&same, "ann", "one", Ok(())),
            (&same, "ann", "two", Err(Rejection::Unauthorized)),
            (&same, "eve", "one", Err(Rejection::Unauthorized)),
            (&same, "ann", "three", Err(Rejection::Busy)),
            (&same, "bob", "one", Err(Rejection::Busy)),
            (&other, "ann", "one", Err(Rejection::Busy)),
            (&other, "ann", "two", Err(Rejection::Busy)),
        ] {
            let asked = ask(auth, user, password).await;
            assert_eq!(asked, expected, "{user}:{password}");
        }
    }

    #[tokio::test]
    async fn who_is_a_user_may_change_while_the_hashes_stay() {
        let one = hash("one", 4);
        // Both have the same hash, so that the decoy is that of either.
        let both = auth(&[("ann", &one), ("bob", &one)]);
        let mut ann = auth(&[("ann", &one)]);
        ann.follow(&both);
        assert_eq!(ask(&both, "bob", "one").await, Ok(()));
        for _ in 0..2 {
            let asked = ask(&ann, "bob", "one").await;
            assert_eq!(asked, Err(Rejection::Unauthorized));
        }
        assert_eq!(ask(&both, "bob", "one").await, Ok(()));
    }

    #[test]
    fn as_many_wrong_passwords_are_remembered_as_may_be() {
        let auth = auth(&[("ann", &hash("one", 4))]);
        let attempt = |number: usize| Attempt {
            user: "ann".to_owned(),
            password: Vec::new(),
            hash: auth.decoy.clone(),
            is_known: true,
            digest: auth
                .checks
                .digest("ann", Some(&auth.decoy), &number.to_be_bytes()),
        };
        for number in 0..=WRONG_REMEMBERED {
            auth.checks.remember(attempt(number), false);
        }
        assert_eq!(auth.checks.known().wrong.len(), WRONG_REMEMBERED);
        assert_eq!(auth.checks.remembered(&attempt(0)), None);
        for number in [1, WRONG_REMEMBERED] {
            assert_eq!(auth.checks.remembered(&attempt(number)), Some(false));
        }
    }

    #[test]
    fn an_unknown_user_costs_what_the_usual_one_does() {
        for (costs, expected) in [
            (&[18][..], 18),
            (&[10, 18], 10),
            (&[4, 10, 18], 10),
            (&[18, 12, 4, 12], 12),
        ] {
            let users = costs.iter().enumerate().map(|(number, cost)| {
                let text = String::new();
                (number.to_string(), PasswordHash { text, cost: *cost })
            });
            let auth = BasicAuth::new(users.collect()).unwrap();
            assert_eq!(auth.decoy.cost, expected, "{costs:?}");
        }
    }

    #[tokio::test]
    async fn who_leaves_does_not_end_the_check() {
        let auth = auth(&[("ann", &hash("one", 10))]);
        let impatient = tokio::time::timeout(Duration::from_millis(1), ask(&auth, "ann", "two"));
        assert!(impatient.await.is_err());
        // What was found out for nobody is remembered.
        let done = async {
            while auth.checks.known().wrong.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), done)
            .await
            .unwrap();
    }
}
