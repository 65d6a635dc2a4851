//! What the tasks of one organisation were started with, and what they share with each other and with
//! those before and after them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::beside::KeyFacts;
use super::credential::CurrentCredential;
use super::judge;
use super::partner::PartnerAccess;
use super::schedule::Schedule;
use crate::clock::ServerClock;
use crate::config::{Collect, CredentialSource};
use crate::inventory::{Organization, PartnerClient, Standing};
use crate::rhombus::{Endpoint, ExpirationTime, OfPartner, Pace};
use crate::share::{Id, Identity, Reason, ShareKind};

/// What its tasks share, while they run.
pub(super) struct Running {
    pub(super) settings: Settings,
    pub(super) organization: Arc<Organization>,
    pub(super) pace: Arc<Pace>,
    pub(super) of_partner: Option<OfPartner>,
    pub(super) schedules: BTreeMap<ShareKind, Arc<Schedule>>,
    pub(super) feed_schedule: Arc<Schedule>,
    pub(super) credential: Arc<Mutex<CurrentCredential>>,
    pub(super) key_facts: Arc<KeyFacts>,
    pub(super) stop: CancellationToken,
}

/// All that the tasks of an organisation need to know; when it changes, they are others.
#[derive(Clone, PartialEq)]
pub(super) struct Settings {
    /// The value of the label `org`.
    pub(super) name: String,
    pub(super) access: Access,
    pub(super) endpoint: Endpoint,
    pub(super) collect: Arc<Collect>,
}

/// Why it is asked which tasks are to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// A person has asked for it.
    Reload,
    /// A partner's clients are listed.
    Look,
}

/// By whose key an organisation is asked.
#[derive(Clone, PartialEq)]
pub(super) enum Access {
    /// Its own.
    Own {
        credential: CredentialSource,
        /// The organisation that the key must belong to.
        org_uuid: Option<Id>,
    },
    /// A partner's.
    Client {
        partner: Arc<PartnerAccess>,
        uuid: Id,
        /// What Rhombus calls it.
        name: Option<String>,
        is_allowed: bool,
    },
}

impl Running {
    /// Tasks to be started. Where others before them watch the same organisation, they go on with the
    /// pace and the schedules of these, and with their picture if these settings would have made it too.
    /// `recall` gives what was known of a list when the last process ended.
    pub(super) fn new(
        settings: Settings,
        before: Option<&Self>,
        server_clock: Arc<ServerClock>,
        credential: Arc<Mutex<CurrentCredential>>,
        recall: impl Fn(&Organization, ShareKind) -> Option<Standing>,
    ) -> Self {
        let rate = settings.collect.requests_per_second;
        let kinds = &settings.collect.sources;
        let known = before.filter(|before| !before.is_another(Occasion::Reload));
        if let Some(another) = before.filter(|before| before.is_another(Occasion::Reload)) {
            judge::tell_unwatched(&another.organization);
        }
        let before = before.filter(|before| before.settings.endpoint == settings.endpoint);
        let picture = before.and_then(|before| before.picture_of(&settings));
        let organization = picture.unwrap_or_else(|| {
            // What is open stays so until it is seen mended, however it is asked for.
            Organization::new(&settings.name, kinds, server_clock.clone())
                .knowing(|kind| Some(known?.organization.standing(kind).asked_anew()))
        });
        let organization = match settings.access.client() {
            Some((client, identity)) => organization.of_partner(client, identity),
            None => organization,
        };
        // Of what is watched already, nothing is left to recall.
        let organization = organization
            .recalling(recall)
            .with_feed(settings.collect.audit_feed);
        let organization = match settings.collect.keep_titles {
            true => organization,
            false => organization.without_titles(),
        };
        let (pace, key_facts) = match before {
            Some(before) => (before.pace.at(rate), before.key_facts.clone()),
            None => (Pace::new(rate), Arc::default()),
        };
        let schedule = |kind: &ShareKind| {
            let known = before.and_then(|before| before.schedules.get(kind));
            (*kind, known.cloned().unwrap_or_default())
        };
        Self {
            organization: Arc::new(organization),
            pace,
            of_partner: settings.access.of_partner(),
            schedules: kinds.iter().map(schedule).collect(),
            feed_schedule: before
                .map(|before| before.feed_schedule.clone())
                .unwrap_or_default(),
            credential,
            key_facts,
            settings,
            stop: CancellationToken::new(),
        }
    }

    /// Whether these settings leave it undisturbed.
    pub(super) fn goes_on_with(&self, settings: &Settings, occasion: Occasion) -> bool {
        self.settings == *settings && !self.is_another(occasion)
    }

    /// Whether its key has become another organisation's, and that is accepted: by whoever reloads, where
    /// nobody said which it must be. A look at a partner's clients accepts nothing.
    fn is_another(&self, occasion: Occasion) -> bool {
        occasion == Occasion::Reload
            && self.pinned().is_none()
            && self.organization.fails_for(Reason::OtherOrg)
    }

    /// Which organisation it must be, where that was said before it was asked.
    pub(super) const fn pinned(&self) -> Option<&Id> {
        match &self.settings.access {
            Access::Own { org_uuid, .. } => org_uuid.as_ref(),
            Access::Client { uuid, .. } => Some(uuid),
        }
    }

    /// Which organisation's key and lists it should be, where that is known.
    pub(super) fn expected(&self) -> Option<Id> {
        let pinned = self.pinned().cloned();
        pinned.or_else(|| self.organization.identity().uuid.clone())
    }

    /// Whether it is asked by a partner's key.
    pub(super) const fn is_client(&self) -> bool {
        matches!(self.settings.access, Access::Client { .. })
    }

    /// Asks for the partner's clients anew, where it is one: it may have withdrawn access.
    pub(super) fn look_at_clients(&self) {
        if let Access::Client { partner, .. } = &self.settings.access {
            partner.look_soon.notify_one();
        }
    }

    /// What is known of the organisation, unless it was asked for in another way, or of another one.
    fn picture_of(&self, settings: &Settings) -> Option<Organization> {
        fn asked(settings: &Settings) -> (Option<Duration>, ExpirationTime, bool) {
            let collect = &settings.collect;
            let (lookback, keep_titles) = (collect.lookback, collect.keep_titles);
            (lookback, collect.expiration_time, keep_titles)
        }
        let same = self.settings.access.is_as(&settings.access)
            && asked(&self.settings) == asked(settings)
            && !self.is_another(Occasion::Reload);
        let watching = || {
            self.organization
                .watching(&settings.name, &settings.collect.sources)
        };
        same.then(watching)
    }
}

impl Access {
    /// Whether the same organisation is asked by the same key.
    fn is_as(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Client { partner, uuid, .. },
                Self::Client {
                    partner: other,
                    uuid: as_uuid,
                    ..
                },
            ) => partner.source == other.source && uuid == as_uuid,
            (Self::Own { .. }, Self::Own { .. }) => self == other,
            _ => false,
        }
    }

    fn client(&self) -> Option<(PartnerClient, Identity)> {
        let Self::Client {
            partner,
            uuid,
            name,
            is_allowed,
        } = self
        else {
            return None;
        };
        let client = PartnerClient {
            partner: partner.name.clone(),
            is_allowed: *is_allowed,
        };
        let identity = Identity {
            uuid: Some(uuid.clone()),
            name: name.clone(),
        };
        Some((client, identity))
    }

    fn of_partner(&self) -> Option<OfPartner> {
        match self {
            Self::Own { .. } => None,
            Self::Client { partner, uuid, .. } => Some(OfPartner {
                pace: partner.pace.clone(),
                client: Some(uuid.clone()),
            }),
        }
    }

    /// Whether it may be asked.
    pub(super) const fn is_allowed(&self) -> bool {
        match self {
            Self::Own { .. } => true,
            Self::Client { is_allowed, .. } => *is_allowed,
        }
    }
}
