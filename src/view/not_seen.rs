//! What could not be seen: beside the links, so that nobody takes a part for all.

use std::fmt;

use serde::Serialize;

use super::Filter;
use crate::inventory::{Failure, Look, PartnerLook, Snapshot, Standing};
use crate::share::{self, Reason, ShareKind, UnixMillis};

/// Something that is not seen, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotSeen {
    /// The organisation; none where it is a partner's list of clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// The partner whose clients can't be listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner: Option<String>,
    /// The list, by the value of its label `source`; none where it is all of the organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'static str>,
    /// Why, in a word: one of [`Self::reasons`].
    pub reason: &'static str,
    /// Why, in a sentence that is free of secrets and of what people wrote.
    pub detail: String,
    /// When it was last seen whole; none: never, or it is not asked for.
    #[serde(serialize_with = "super::json::optional_moment")]
    pub last_seen: Option<UnixMillis>,
}

impl NotSeen {
    /// Whether links that this filter asks for could be there.
    pub fn concerns(&self, filter: &Filter) -> bool {
        let is_of = |org: &String| filter.orgs.is_empty() || filter.orgs.contains(org);
        let is_list = |list: &str| {
            let kinds = filter.kinds.iter();
            let mut lists = kinds.map(|kind| kind.list());
            let is_list = ShareKind::ALL.iter().any(|kind| kind.list() == list);
            !is_list || filter.kinds.is_empty() || lists.any(|it| it == list)
        };
        self.org.as_ref().is_none_or(is_of) && self.source.is_none_or(is_list)
    }
}

/// Why something is not seen though no poll of it has failed, in a word.
#[derive(Clone, Copy)]
pub(super) enum Unseen {
    Clock,
    Duplicate,
    Emptied,
    LimitedKey,
    Lookback,
    NoCameraNames,
    NoClient,
    NoOrganization,
    NoTitles,
    NotAllowed,
    NotAsked,
    NotWatched,
    Partial,
    Shard,
    Stale,
    Unlisted,
    UnreadClients,
    Waiting,
}

impl Unseen {
    const ALL: [Self; 18] = [
        Self::Clock,
        Self::Duplicate,
        Self::Emptied,
        Self::LimitedKey,
        Self::Lookback,
        Self::NoCameraNames,
        Self::NoClient,
        Self::NoOrganization,
        Self::NoTitles,
        Self::NotAllowed,
        Self::NotAsked,
        Self::NotWatched,
        Self::Partial,
        Self::Shard,
        Self::Stale,
        Self::Unlisted,
        Self::UnreadClients,
        Self::Waiting,
    ];

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Duplicate => "duplicate",
            Self::Emptied => "emptied",
            Self::LimitedKey => "limited_key",
            Self::Lookback => "lookback",
            Self::NoCameraNames => "no_camera_names",
            Self::NoClient => "no_client",
            Self::NoOrganization => "no_organization",
            Self::NoTitles => "no_titles",
            Self::NotAllowed => "not_allowed",
            Self::NotAsked => "not_asked",
            Self::NotWatched => "not_watched",
            // As of a poll that fails by that.
            Self::Partial => Reason::Partial.label(),
            Self::Shard => "shard",
            Self::Stale => "stale",
            Self::Unlisted => "unlisted",
            Self::UnreadClients => "unread_clients",
            Self::Waiting => "waiting",
        }
    }
}

impl NotSeen {
    /// All reasons that there are: those of the label `reason` of metrics, then the others.
    pub fn reasons() -> impl Iterator<Item = &'static str> {
        let failures = Reason::ALL.into_iter().map(Reason::label);
        failures.chain(Unseen::ALL.into_iter().map(Unseen::label))
    }
}

/// All that is not seen, or not whole, in the order in which it is shown.
pub fn not_seen(snapshot: &Snapshot) -> Vec<NotSeen> {
    let partners = snapshot.partners.iter().filter_map(|look| {
        let polls = &look.standing.polls;
        let (reason, detail) = match (polls.failure(), polls.last()) {
            (Some(failure), _) => why_failed(failure),
            (None, None) => waiting(),
            (None, Some(_)) => return None,
        };
        Some(NotSeen {
            org: None,
            partner: Some(look.partner.name().to_owned()),
            source: Some("partner_clients"),
            reason,
            detail: format!("its clients can't be listed: {detail}"),
            last_seen: polls.last_success().map(|moment| moment.time),
        })
    });
    let organizations = snapshot.organizations.iter();
    let unread = snapshot.partners.iter().filter_map(unread_clients);
    partners
        .chain(unread)
        .chain(organizations.flat_map(|look| of_organization(snapshot, look)))
        .collect()
}

/// A partner's clients that can't be asked, because their records could not be understood.
fn unread_clients(look: &PartnerLook) -> Option<NotSeen> {
    let unread = share::unread_clients(&look.standing.malformed);
    (unread > 0).then(|| NotSeen {
        org: None,
        partner: Some(look.partner.name().to_owned()),
        source: Some("partner_clients"),
        reason: Unseen::UnreadClients.label(),
        detail: format!("clients that could not be understood, and are not asked: {unread}"),
        last_seen: None,
    })
}

fn of_organization(snapshot: &Snapshot, look: &Look) -> Vec<NotSeen> {
    let org = || Some(look.name().to_owned());
    if !look.organization.is_allowed() {
        return vec![NotSeen {
            org: org(),
            partner: None,
            source: None,
            reason: Unseen::NotAllowed.label(),
            detail: "the client gives the partner no access".to_owned(),
            last_seen: None,
        }];
    }
    let lists = look.standings.iter().filter_map(|(kind, standing)| {
        let (reason, detail) = of_list(snapshot, look, standing)?;
        Some(NotSeen {
            org: org(),
            partner: None,
            source: Some(ShareKind::list(*kind)),
            reason,
            detail,
            last_seen: last_seen(standing),
        })
    });
    lists.collect()
}

/// Of a list that was kept over a restart, when it was kept.
pub(super) fn last_seen(standing: &Standing) -> Option<UnixMillis> {
    let look = standing.last_look().map(|look| look.obtained());
    look.or(standing.last_success()).map(|moment| moment.time)
}

/// Why a list is not seen, or not all of it.
fn of_list(
    snapshot: &Snapshot,
    look: &Look,
    standing: &Standing,
) -> Option<(&'static str, String)> {
    if let Some(failure) = standing.failure() {
        return Some(why_failed(failure));
    }
    if !look.organization.is_asked() {
        let detail = "it was watched before, and is not asked for now";
        return Some((Unseen::NotAsked.label(), detail.to_owned()));
    }
    if standing.last_poll().is_none() {
        return Some(waiting());
    }
    if standing.is_partial() {
        let detail = "Rhombus warns that its list is not complete";
        return Some((Unseen::Partial.label(), detail.to_owned()));
    }
    if standing.is_emptied() {
        let detail = "it lists no link any more, which the next poll has to confirm";
        return Some((Unseen::Emptied.label(), detail.to_owned()));
    }
    if look.inventory(standing, &snapshot.view).is_none() {
        let detail = "the last good answer is too old";
        return Some((Unseen::Stale.label(), detail.to_owned()));
    }
    let unlisted = standing.last_look().and_then(|look| look.unlisted());
    let unlisted = unlisted.filter(|unlisted| *unlisted > 0)?;
    Some((
        Unseen::Unlisted.label(),
        format!("{unlisted} more are counted than this key is shown"),
    ))
}

fn waiting() -> (&'static str, String) {
    (
        Unseen::Waiting.label(),
        "it was not asked for yet".to_owned(),
    )
}

fn why_failed(failure: &Failure) -> (&'static str, String) {
    (failure.reason.label(), failure.message.clone())
}

/// One line, for a terminal: names that would act on it are for the caller to escape.
impl fmt::Display for NotSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [self.org.as_deref(), self.partner.as_deref(), self.source];
        for name in names.into_iter().flatten() {
            write!(f, "{name}: ")?;
        }
        write!(f, "{}: {}", self.reason, self.detail)
    }
}
