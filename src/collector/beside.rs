//! What is asked beside a list: what the key may do, who else may enter, what cameras are called, and how
//! many shares Rhombus counts elsewhere. It may be refused or fail, which is no failure of the list.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::asked::{Asked, Holds, Known, Statement, hourly};
use super::poller::Poller;
use crate::rhombus::{Credential, Error};
use crate::share::{CameraNames, OrganizationRecord, Permissions, Share, ShareKind};

/// What was said of the key of an organisation, for all its lists.
#[derive(Default)]
pub(super) struct KeyFacts {
    pub(super) owner: Mutex<Asked<OrganizationRecord>>,
    permissions: Mutex<Asked<Permissions>>,
    camera_names: Mutex<Asked<Arc<CameraNames>>>,
    /// The key of which the last list that named somebody named another organisation.
    others: Mutex<Option<Credential>>,
}

impl KeyFacts {
    /// Notes whether a list of `credential` names the organisation that it should.
    pub(super) async fn note_list(&self, credential: &Credential, is_right: bool) {
        *self.others.lock().await = (!is_right).then(|| credential.clone());
    }

    /// Why a list of `credential` that names nobody may be another organisation's.
    pub(super) async fn doubt(&self, credential: &Credential) -> Option<&'static str> {
        let owner = self.owner.lock().await.known(credential);
        if owner == Known::NotAsked {
            return Some("whose the key is could not be asked, and the next poll asks again");
        }
        let is_said = owner
            .said()
            .is_some_and(|said| said.identity.uuid.is_some());
        let is_others = !is_said && self.others.lock().await.as_ref() == Some(credential);
        is_others.then_some("another list of this key is of another organisation")
    }
}

/// How many shares were counted and not listed, beside how many that were, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unlisted {
    number: u64,
    listed: usize,
    counted: Instant,
}

/// The last number counts.
impl Statement for Unlisted {
    fn over(self, _: Self) -> Self {
        self
    }
}

impl Poller {
    /// Takes in who else may enter. While that can't be asked, what is known stays.
    pub(super) fn learn_access(&self, owner: &Known<OrganizationRecord>) {
        if *owner != Known::NotAsked && !self.running.stop.is_cancelled() {
            let record = owner.said().cloned().unwrap_or_default();
            self.fleet.grant(&self.running.organization, record.access);
        }
    }

    /// How long what is said of the key holds.
    pub(super) fn hourly(&self) -> Holds {
        hourly(self.running.settings.collect.interval)
    }

    /// Takes in what the key may do. It is asked for one list, and the others do not wait.
    pub(super) async fn learn_permissions(&self, credential: &Credential) {
        let Ok(mut permissions) = self.running.key_facts.permissions.try_lock() else {
            return;
        };
        let ask = async |until| self.client.permissions(credential, until).await;
        let known = permissions
            .of(credential, self.hourly(), self.deadline(), ask)
            .await;
        // What another key might do says nothing of this one.
        let known = known.said().cloned().unwrap_or_default();
        if !self.running.stop.is_cancelled() {
            self.fleet.permit(&self.running.organization, known);
        }
    }

    /// What cameras are called, as far as `credential` was told: none where that is not known. It is asked
    /// for one list. Where rules go by it, the others wait while nothing is known, since they would take
    /// what they don't know to be broken.
    pub(super) async fn ask_camera_names(
        &self,
        credential: &Credential,
    ) -> Option<Arc<CameraNames>> {
        let names = &self.running.key_facts.camera_names;
        let is_unknown = self.running.organization.camera_names().is_empty();
        let mut names = match is_unknown && self.judge.awaits_camera_names() {
            true => names.lock().await,
            false => names.try_lock().ok()?,
        };
        let ask = async |until| {
            let names = self.client.camera_names(credential, until).await;
            names.map(Arc::new)
        };
        let known = names
            .of(credential, self.hourly(), self.deadline(), ask)
            .await;
        known.said().cloned()
    }

    /// Takes in what cameras are called, before what shows them is published.
    pub(super) fn learn_camera_names(&self, names: Option<Arc<CameraNames>>) {
        if let Some(names) = names.filter(|_| !self.running.stop.is_cancelled()) {
            let organization = &self.running.organization;
            if self.fleet.name_cameras(organization, names) {
                self.judge.judge_lists_anew(organization, self.here());
            }
        }
    }

    /// How many shares Rhombus counts elsewhere and has not `listed`, where that is asked beside the
    /// list. Both are taken at one time, and the number holds for a while: the cameras are many.
    pub(super) async fn count_unlisted(
        &mut self,
        credential: &Credential,
        listed: &[Share],
    ) -> Option<u64> {
        if self.kind != ShareKind::LiveStream {
            return None;
        }
        // What is listed no more may be there all the same.
        let is_shorter = |known: &Unlisted| listed.len() < known.listed;
        if self.unlisted.said().is_some_and(is_shorter) {
            self.unlisted = Asked::default();
        }
        let (deadline, max_age) = (self.deadline(), self.running.settings.collect.max_staleness);
        let holds = Holds {
            said: max_age / 2,
            failed: max_age / 8,
        };
        let ask = async |until| -> Result<Unlisted, Error> {
            let counts = self.client.stream_counts(credential, until).await?;
            Ok(Unlisted {
                number: counts.unlisted(listed),
                listed: listed.len(),
                counted: Instant::now(),
            })
        };
        let known = self.unlisted.of(credential, holds, deadline, ask).await;
        known.said()?.at_most(max_age)
    }
}

impl Unlisted {
    /// The number, unless it is older than this.
    fn at_most(&self, max_age: Duration) -> Option<u64> {
        (self.counted.elapsed() <= max_age).then_some(self.number)
    }
}
