//! Whose key it is: an empty list names nobody, so Rhombus is asked. It may not say; then only lists
//! with records tell.

use std::time::Duration;

use tokio::time::Instant;
use tracing::debug;

use crate::rhombus::{ApiKey, Error};
use crate::share::Identity;

/// How long what was said holds, while the key is the same.
const HOLDS: Duration = Duration::from_secs(60 * 60);
/// The longest that asking may take, and the part of a poll's time: it is the list that matters.
const LONGEST: Duration = Duration::from_secs(10);
const PART: u32 = 4;

/// What was last said of the key in use.
#[derive(Default)]
pub(super) struct KeyOwner {
    asked: Option<LastAnswer>,
}

struct LastAnswer {
    key: ApiKey,
    again: Instant,
    owner: Owner,
}

/// What is known of whose key it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// Somebody has said it.
    Known(Identity),
    /// Rhombus does not say.
    Untold,
    /// Rhombus could not be asked, and may say it yet.
    NotAsked,
}

impl KeyOwner {
    /// Whose key `key` is. `ask` asks Rhombus, until the moment it is given: when the key changes,
    /// hourly, and where it could not be reached at the next poll, or when it wants to be asked again.
    pub(super) async fn of(
        &mut self,
        key: &ApiKey,
        deadline: Instant,
        ask: impl AsyncFnOnce(Instant) -> Result<Identity, Error>,
    ) -> &Owner {
        let now = Instant::now();
        let last = self.asked.take().filter(|asked| asked.key == *key);
        let asked = match last {
            Some(last) if now < last.again => last,
            last => {
                let time = deadline.saturating_duration_since(now) / PART;
                let answer = ask(now + time.min(LONGEST)).await;
                let known = last.map_or(Owner::NotAsked, |last| last.owner);
                let (owner, holds) = judge(answer, known);
                LastAnswer {
                    key: key.clone(),
                    again: now + holds,
                    owner,
                }
            }
        };
        &self.asked.insert(asked).owner
    }

    /// Learns from a list that it gave whose key `key` is, where Rhombus could not be asked.
    pub(super) fn learn(&mut self, key: &ApiKey, owner: &Identity) {
        if let Some(asked) = &mut self.asked
            && asked.key == *key
            && asked.owner == Owner::NotAsked
        {
            asked.owner = Owner::Known(owner.clone());
        }
    }
}

/// What is known after `answer` of a key of which this was `known`, and how long that holds. What is
/// known stays known when it is asked in vain.
fn judge(answer: Result<Identity, Error>, known: Owner) -> (Owner, Duration) {
    match (answer, known) {
        (Ok(owner), _) if owner.uuid.is_some() => (Owner::Known(owner), HOLDS),
        (Ok(_), known @ Owner::Known(_)) => (known, HOLDS),
        (Ok(nameless), _) => (Owner::Known(nameless), HOLDS),
        (Err(error), known) => {
            debug!(%error, "Rhombus does not say whose key it is");
            let holds = match error.retry_after() {
                Some(pause) => pause.min(HOLDS),
                None if error.is_transient() => Duration::ZERO,
                None => HOLDS,
            };
            match known {
                Owner::NotAsked if !error.is_transient() => (Owner::Untold, holds),
                known => (known, holds),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::Id;

    const POLL: Duration = Duration::from_secs(60);

    fn acme() -> Identity {
        Identity {
            uuid: Some(Id::parse("acme")),
            name: None,
        }
    }

    fn globex() -> Identity {
        Identity {
            uuid: Some(Id::parse("globex")),
            name: None,
        }
    }

    /// What is known after asking for `key`, where Rhombus answers `answer`; and whether it was asked.
    async fn known(
        owner: &mut KeyOwner,
        key: &str,
        answer: Result<Identity, Error>,
    ) -> (Owner, bool) {
        let mut asked = false;
        let ask = async |until: Instant| {
            asked = true;
            assert!(until <= Instant::now() + LONGEST);
            answer
        };
        let key = ApiKey::new(key).unwrap();
        let known = owner.of(&key, Instant::now() + POLL, ask).await.clone();
        (known, asked)
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_asked_at_the_start_hourly_and_when_the_key_changes() {
        let mut owner = KeyOwner::default();
        assert_eq!(
            known(&mut owner, "a", Ok(acme())).await,
            (Owner::Known(acme()), true)
        );
        tokio::time::advance(HOLDS - Duration::from_millis(1)).await;
        let other = || Ok(globex());
        assert_eq!(
            known(&mut owner, "a", other()).await,
            (Owner::Known(acme()), false)
        );
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(
            known(&mut owner, "a", other()).await,
            (Owner::Known(globex()), true)
        );
        assert_eq!(
            known(&mut owner, "b", Ok(acme())).await,
            (Owner::Known(acme()), true)
        );
    }

    fn forbidden() -> Result<Identity, Error> {
        Err(Error::Status {
            status: 403,
            retry_after: None,
        })
    }

    fn slow() -> Result<Identity, Error> {
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
        assert_eq!(
            known(&mut owner, "b", Ok(acme())).await,
            (Owner::Known(acme()), true)
        );
        // What is known of a key outlasts a failure or an answer that names nobody, and not the key.
        for vain in [slow(), Ok(Identity::default()), forbidden()] {
            tokio::time::advance(HOLDS).await;
            assert_eq!(
                known(&mut owner, "b", vain).await,
                (Owner::Known(acme()), true)
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
                (Owner::Known(acme()), true)
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_tells_where_rhombus_could_not_be_asked() {
        let mut owner = KeyOwner::default();
        let key = ApiKey::new("a").unwrap();
        known(&mut owner, "b", slow()).await;
        owner.learn(&key, &acme());
        assert_eq!(
            known(&mut owner, "a", slow()).await,
            (Owner::NotAsked, true)
        );
        owner.learn(&key, &acme());
        assert_eq!(
            known(&mut owner, "a", slow()).await,
            (Owner::Known(acme()), true)
        );
    }
}
