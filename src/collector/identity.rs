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
    owner: Option<Identity>,
}

impl KeyOwner {
    /// Whose key `key` is, where Rhombus has said so. `ask` asks it, until the moment it is given: when
    /// the key changes, hourly, and at the next poll where it could not be reached.
    pub(super) async fn of(
        &mut self,
        key: &ApiKey,
        deadline: Instant,
        ask: impl AsyncFnOnce(Instant) -> Result<Identity, Error>,
    ) -> Option<&Identity> {
        let now = Instant::now();
        let last = self.asked.take().filter(|asked| asked.key == *key);
        let asked = match last {
            Some(last) if now < last.again => last,
            last => {
                let time = deadline.saturating_duration_since(now) / PART;
                let answer = ask(now + time.min(LONGEST)).await;
                let mut holds = HOLDS;
                let owner = answer.map_err(|error| {
                    debug!(%error, "Rhombus does not say whose key it is");
                    if error.is_transient() {
                        holds = Duration::ZERO;
                    }
                });
                LastAnswer {
                    key: key.clone(),
                    again: now + holds,
                    // What is known of a key stays known when it is asked in vain.
                    owner: owner.ok().or(last.and_then(|last| last.owner)),
                }
            }
        };
        self.asked.insert(asked).owner.as_ref()
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

    /// What is known after asking for `key`, where Rhombus answers `answer`; and whether it was asked.
    async fn known(
        owner: &mut KeyOwner,
        key: &str,
        answer: Result<Identity, Error>,
    ) -> (Option<Identity>, bool) {
        let mut asked = false;
        let ask = async |until: Instant| {
            asked = true;
            assert!(until <= Instant::now() + LONGEST);
            answer
        };
        let key = ApiKey::new(key).unwrap();
        let known = owner.of(&key, Instant::now() + POLL, ask).await.cloned();
        (known, asked)
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_asked_at_the_start_hourly_and_when_the_key_changes() {
        let mut owner = KeyOwner::default();
        assert_eq!(
            known(&mut owner, "a", Ok(acme())).await,
            (Some(acme()), true)
        );
        tokio::time::advance(HOLDS - Duration::from_millis(1)).await;
        let other = || Ok(Identity::default());
        assert_eq!(known(&mut owner, "a", other()).await, (Some(acme()), false));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(known(&mut owner, "a", other()).await, (other().ok(), true));
        assert_eq!(
            known(&mut owner, "b", Ok(acme())).await,
            (Some(acme()), true)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_holds_for_an_hour_and_what_may_pass_until_the_next_poll() {
        let forbidden = || {
            Err(Error::Status {
                status: 403,
                retry_after: None,
            })
        };
        let mut owner = KeyOwner::default();
        assert_eq!(known(&mut owner, "a", forbidden()).await, (None, true));
        assert_eq!(known(&mut owner, "a", Ok(acme())).await, (None, false));
        let slow = || Err(Error::Timeout { within: POLL });
        assert_eq!(known(&mut owner, "b", slow()).await, (None, true));
        assert_eq!(
            known(&mut owner, "b", Ok(acme())).await,
            (Some(acme()), true)
        );
        // What is known of a key outlasts a failure, and not the key.
        tokio::time::advance(HOLDS).await;
        assert_eq!(known(&mut owner, "b", slow()).await, (Some(acme()), true));
        assert_eq!(known(&mut owner, "c", forbidden()).await, (None, true));
    }
}
