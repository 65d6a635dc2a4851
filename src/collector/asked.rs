//! What Rhombus says of the key in use when it is asked beside a list. It may not say, and no list waits
//! long for it: what is known stays known while it is asked in vain.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::debug;

use crate::rhombus::{Credential, Error};
use crate::share::{CameraNames, OrganizationRecord, Permissions, Reason};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// For what is said of a key. Where Rhombus could not be reached, the next poll asks again, and not each
/// list that is polled at the same time: one after another, they would wait for the same answer in vain.
pub(super) fn hourly(interval: Duration) -> Holds {
    Holds {
        said: HOUR,
        failed: interval / 2,
    }
}

/// The longest that asking may take, and the part of a poll's time: it is the list that matters.
const LONGEST: Duration = Duration::from_secs(10);
const PART: u32 = 4;

/// How long nobody asks again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holds {
    /// After an answer, and after an error that will not pass.
    pub(super) said: Duration,
    /// After an error that may pass.
    pub(super) failed: Duration,
}

/// What was last said of the key in use.
pub(super) struct Asked<T> {
    last: Option<LastAnswer<T>>,
}

struct LastAnswer<T> {
    credential: Credential,
    again: Instant,
    known: Known<T>,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known<T> {
    /// It was said.
    Said(T),
    /// Rhombus does not say.
    Untold,
    /// Rhombus could not be asked, and may say it yet.
    NotAsked,
}

/// What may be said.
pub(super) trait Statement: Sized {
    /// What is known after it was said, where `before` was known of the same key.
    #[must_use]
    fn over(self, before: Self) -> Self;

    /// What is still known of a key that may not ask any more: all of it, unless the refusal speaks against
    /// it.
    #[must_use]
    fn refused(self) -> Self {
        self
    }
}

/// Who it is stays known where it is said no more.
impl Statement for OrganizationRecord {
    fn over(mut self, before: Self) -> Self {
        if self.identity.uuid.is_none() {
            self.identity = before.identity;
        }
        self
    }
}

impl Statement for Permissions {
    fn over(self, before: Self) -> Self {
        Self {
            super_admin: self.super_admin.or(before.super_admin),
            role: self.role.or(before.role),
        }
    }

    /// A super admin would be told.
    fn refused(mut self) -> Self {
        self.super_admin = self.super_admin.filter(|is_one| !is_one);
        self
    }
}

/// An answer that names no camera takes back no name.
impl Statement for Arc<CameraNames> {
    fn over(self, before: Self) -> Self {
        if self.is_empty() { before } else { self }
    }
}

/// Nothing.
impl<T> Default for Asked<T> {
    fn default() -> Self {
        Self { last: None }
    }
}

impl<T> Known<T> {
    /// What was said, where something was.
    pub(super) fn said(&self) -> Option<&T> {
        match self {
            Self::Said(said) => Some(said),
            Self::Untold | Self::NotAsked => None,
        }
    }
}

impl<T: Statement> Asked<T> {
    /// What is known of `credential`. `ask` asks Rhombus, until the moment it is given: when the key changes, when
    /// the last answer or error holds no more, and where Rhombus says when it wants to be asked again, then.
    pub(super) async fn of(
        &mut self,
        credential: &Credential,
        holds: Holds,
        deadline: Instant,
        ask: impl AsyncFnOnce(Instant) -> Result<T, Error>,
    ) -> &Known<T> {
        let now = Instant::now();
        let last = self
            .last
            .take()
            .filter(|last| last.credential == *credential);
        let last = match last {
            Some(last) if now < last.again => last,
            last => {
                let time = deadline.saturating_duration_since(now) / PART;
                let answer = ask(now + time.min(LONGEST)).await;
                LastAnswer {
                    credential: credential.clone(),
                    again: Instant::now() + holds.after(answer.as_ref().err()),
                    known: after(answer, last.map_or(Known::NotAsked, |last| last.known)),
                }
            }
        };
        &self.last.insert(last).known
    }

    /// What is known of `credential`, without asking.
    pub(super) fn known(&self, credential: &Credential) -> Known<T>
    where
        T: Clone,
    {
        let last = self
            .last
            .as_ref()
            .filter(|last| last.credential == *credential);
        last.map_or(Known::NotAsked, |last| last.known.clone())
    }

    /// What was said of the key in use, where something was.
    pub(super) fn said(&self) -> Option<&T> {
        self.last.as_ref()?.known.said()
    }

    /// Learns in another way what is known of `credential`, where Rhombus could not be asked.
    pub(super) fn learn(&mut self, credential: &Credential, said: T) {
        if let Some(last) = &mut self.last
            && last.credential == *credential
            && matches!(last.known, Known::NotAsked)
        {
            last.known = Known::Said(said);
        }
    }
}

impl Holds {
    /// How long nobody asks again after an answer, or after this error.
    fn after(self, error: Option<&Error>) -> Duration {
        match error {
            Some(error) if error.is_transient() => match error.retry_after() {
                Some(pause) => pause.min(HOUR),
                None => self.failed,
            },
            _ => self.said,
        }
    }
}

/// What is known after `answer` of a key of which this was known before.
fn after<T: Statement>(answer: Result<T, Error>, before: Known<T>) -> Known<T> {
    match (answer, before) {
        (Ok(said), Known::Said(before)) => Known::Said(said.over(before)),
        (Ok(said), _) => Known::Said(said),
        (Err(error), before) => {
            debug!(%error, "Rhombus does not say what it was asked beside the list");
            match before {
                Known::NotAsked if !error.is_transient() => Known::Untold,
                Known::Said(before) if is_refusal(&error) => Known::Said(before.refused()),
                before => before,
            }
        }
    }
}

/// Whether it is the key that may not ask.
const fn is_refusal(error: &Error) -> bool {
    matches!(error.reason(), Reason::Auth | Reason::Forbidden)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rhombus::{ApiKey, Endpoint, Holder, Transport};
    use crate::share::{AccessUntil, CameraName, Expiry, Id, Identity};

    fn credential(key: &str) -> Credential {
        let endpoint = Endpoint::parse("http://127.0.0.1:1").unwrap();
        let (holder, key) = (Holder::Organization, ApiKey::new(key).unwrap());
        Credential::new(&Transport::default(), &endpoint, holder, key, None).unwrap()
    }

    type Owner = Known<OrganizationRecord>;
    type KeyOwner = Asked<OrganizationRecord>;

    const POLL: Duration = Duration::from_secs(60);

    fn named(uuid: Option<&str>) -> OrganizationRecord {
        OrganizationRecord::of(Identity {
            uuid: uuid.map(Id::parse),
            name: None,
        })
    }

    fn acme() -> OrganizationRecord {
        named(Some("acme"))
    }

    fn globex() -> OrganizationRecord {
        named(Some("globex"))
    }

    /// What is known after asking for `credential`, where Rhombus answers `answer`; and whether it was asked.
    async fn known(
        owner: &mut KeyOwner,
        key: &str,
        answer: Result<OrganizationRecord, Error>,
    ) -> (Owner, bool) {
        let mut asked = false;
        let ask = async |until: Instant| {
            asked = true;
            assert!(until <= Instant::now() + LONGEST);
            answer
        };
        let known = owner
            .of(&credential(key), hourly(POLL), Instant::now() + POLL, ask)
            .await
            .clone();
        (known, asked)
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_asked_at_the_start_hourly_and_when_the_key_changes() {
        let mut owner = KeyOwner::default();
        assert_eq!(
            known(&mut owner, "a", Ok(acme())).await,
            (Owner::Said(acme()), true)
        );
        tokio::time::advance(HOUR - Duration::from_millis(1)).await;
        let other = || Ok(globex());
        assert_eq!(
            known(&mut owner, "a", other()).await,
            (Owner::Said(acme()), false)
        );
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(
            known(&mut owner, "a", other()).await,
            (Owner::Said(globex()), true)
        );
        assert_eq!(
            known(&mut owner, "b", Ok(acme())).await,
            (Owner::Said(acme()), true)
        );
    }

    fn forbidden() -> Result<OrganizationRecord, Error> {
        Err(Error::Status {
            status: 403,
            retry_after: None,
        })
    }

    fn slow() -> Result<OrganizationRecord, Error> {
        Err(Error::Timeout { within: POLL })
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_holds_for_an_hour_and_what_may_pass_until_the_next_poll() {
        let mut owner = KeyOwner::default();
        let untold = || Owner::Untold;
        assert_eq!(known(&mut owner, "a", forbidden()).await, (untold(), true));
        assert_eq!(known(&mut owner, "a", Ok(acme())).await, (untold(), false));
        assert_eq!(
            known(&mut owner, "b", slow()).await,
            (Owner::NotAsked, true)
        );
        // The other lists of the same time don't wait for it too.
        tokio::time::advance(POLL / 4).await;
        let not_asked = (Owner::NotAsked, false);
        assert_eq!(known(&mut owner, "b", Ok(acme())).await, not_asked);
        tokio::time::advance(POLL - POLL / 4).await;
        assert_eq!(
            known(&mut owner, "b", Ok(acme())).await,
            (Owner::Said(acme()), true)
        );
        // What is known of a key outlasts a failure or an answer that names nobody, and not the key.
        for vain in [slow(), Ok(OrganizationRecord::default()), forbidden()] {
            tokio::time::advance(HOUR).await;
            assert_eq!(
                known(&mut owner, "b", vain).await,
                (Owner::Said(acme()), true)
            );
        }
        assert_eq!(known(&mut owner, "c", forbidden()).await, (untold(), true));
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_not_asked_again_before_rhombus_wants_it() {
        let pause = Duration::from_secs(600);
        for error in [
            Error::Throttled {
                retry_after: Some(pause),
            },
            Error::Status {
                status: 503,
                retry_after: Some(pause),
            },
        ] {
            let mut owner = KeyOwner::default();
            assert_eq!(
                known(&mut owner, "a", Err(error)).await,
                (Owner::NotAsked, true)
            );
            tokio::time::advance(pause - Duration::from_millis(1)).await;
            assert_eq!(
                known(&mut owner, "a", Ok(acme())).await,
                (Owner::NotAsked, false)
            );
            tokio::time::advance(Duration::from_millis(1)).await;
            assert_eq!(
                known(&mut owner, "a", Ok(acme())).await,
                (Owner::Said(acme()), true)
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_tells_where_rhombus_could_not_be_asked() {
        let mut owner = KeyOwner::default();
        let key = credential("a");
        known(&mut owner, "b", slow()).await;
        owner.learn(&key, acme());
        assert_eq!(
            known(&mut owner, "a", slow()).await,
            (Owner::NotAsked, true)
        );
        owner.learn(&key, acme());
        tokio::time::advance(POLL).await;
        assert_eq!(
            known(&mut owner, "a", slow()).await,
            (Owner::Said(acme()), true)
        );
    }

    #[test]
    fn what_is_said_no_more_stays_known_and_the_rest_is_as_it_is_said() {
        let access = AccessUntil {
            support: Some(Expiry::Never),
            partner: None,
        };
        let nameless = OrganizationRecord {
            access,
            ..named(None)
        };
        let expected = OrganizationRecord { access, ..acme() };
        assert_eq!(nameless.clone().over(acme()), expected);
        assert_eq!(acme().over(nameless), acme());
        let permissions = |super_admin, role: Option<&str>| Permissions {
            super_admin,
            role: role.map(Into::into),
        };
        let before = permissions(Some(true), Some("Super Admin"));
        assert_eq!(
            permissions(Some(false), None).over(before.clone()),
            permissions(Some(false), Some("Super Admin"))
        );
        assert_eq!(permissions(None, None).over(before.clone()), before);
    }

    #[test]
    fn names_outlast_an_answer_that_has_none_and_give_way_to_others() {
        let named = |camera: &str| {
            let mut names = CameraNames::default();
            let name = CameraName {
                camera: camera.into(),
                ..CameraName::default()
            };
            names.add(Id::parse("a"), name);
            Arc::new(names)
        };
        let none = Arc::new(CameraNames::default());
        assert_eq!(none.over(named("Lobby")), named("Lobby"));
        assert_eq!(named("Hall").over(named("Lobby")), named("Hall"));
    }

    #[test]
    fn a_key_that_may_ask_no_more_is_no_longer_called_a_super_admin() {
        let permissions = |super_admin| Permissions {
            super_admin,
            role: Some("Guards".into()),
        };
        let answer = |error| Err::<Permissions, _>(error);
        let refusal = || forbidden().expect_err("it is one");
        let may_pass = || slow().expect_err("it is one");
        for (before, error, expected) in [
            (Some(true), refusal(), None),
            (Some(false), refusal(), Some(false)),
            (Some(true), may_pass(), Some(true)),
        ] {
            let known = after(answer(error), Known::Said(permissions(before)));
            assert_eq!(known, Known::Said(permissions(expected)));
        }
    }

    #[test]
    fn an_error_that_may_pass_holds_for_less_long() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        let holds = Holds {
            said: minutes(5),
            failed: minutes(1),
        };
        assert_eq!(holds.after(None), minutes(5));
        assert_eq!(holds.after(forbidden().err().as_ref()), minutes(5));
        assert_eq!(holds.after(slow().err().as_ref()), minutes(1));
        let throttled = |pause| Error::Throttled {
            retry_after: Some(pause),
        };
        assert_eq!(holds.after(Some(&throttled(minutes(2)))), minutes(2));
        assert_eq!(holds.after(Some(&throttled(minutes(90)))), HOUR);
    }
}
