//! Links and organisations as JSON: the answers of the API, and what `report` prints. The form is an
//! interface: `docs/api.md` has it, and a test holds the two together. Times are RFC 3339, in UTC.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::not_seen::{NotSeen, last_seen, not_seen};
use super::row::{Breach, Row, every_list};
use super::{Cursor, Filter, limits};
use crate::inventory::{Belief, Look, Snapshot, Standing};
use crate::policy::{Policy, Rule};
use crate::share::{
    Act, Attribution, Expiry, Id, Maker, Private, Protection, ShareKind, UnixMillis, Unread, Viewer,
};

/// Links that were asked for.
#[derive(Serialize)]
pub struct Shares<'a> {
    /// When the oldest of the lists was read; none: none was.
    #[serde(serialize_with = "optional_moment")]
    pub as_of: Option<UnixMillis>,
    /// The links.
    pub shares: Vec<ShareJson<'a>>,
    /// Where the next answer begins; none: this was the last.
    pub next_cursor: Option<String>,
    /// What could not be seen, or is not asked for.
    pub not_seen: Vec<NotSeen>,
}

/// One link, and others of the same ref if there are any.
#[derive(Serialize)]
pub struct OneShare<'a> {
    /// One, as a rule.
    pub shares: Vec<ShareJson<'a>>,
    /// What could not be seen, or is not asked for.
    pub not_seen: Vec<NotSeen>,
}

/// One link.
#[derive(Serialize)]
pub struct ShareJson<'a> {
    r#ref: Option<String>,
    org: &'a str,
    kind: &'static str,
    protection: &'static str,
    state: &'static str,
    title: Option<&'a str>,
    #[serde(serialize_with = "optional_moment")]
    created: Option<UnixMillis>,
    #[serde(serialize_with = "optional_moment")]
    ends: Option<UnixMillis>,
    clips: Option<u32>,
    duration_seconds: Option<u64>,
    cameras: Vec<CameraJson<'a>>,
    url: Option<String>,
    past_footage: bool,
    sound: bool,
    talk: bool,
    scheduled: bool,
    monitored: bool,
    stream_type: Option<&'a str>,
    made_by: &'static str,
    created_by: Option<MakerJson<'a>>,
    views: Option<ViewsJson>,
    #[serde(serialize_with = "optional_moment")]
    last_view: Option<UnixMillis>,
    sent: Option<u64>,
    not_read: Vec<&'static str>,
    violations: Vec<ViolationJson<'a>>,
    #[serde(serialize_with = "moment")]
    seen: UnixMillis,
    /// Whether it was in the last good answer, which can still be believed.
    current: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    footage: Option<Vec<ClipJson>>,
}

/// Who made it, as the audit feed tells.
#[derive(Serialize)]
struct MakerJson<'a> {
    name: Option<&'a str>,
    principal: &'a str,
    #[serde(serialize_with = "moment")]
    at: UnixMillis,
}

/// How often it was looked at, by the viewer.
#[derive(Serialize)]
struct ViewsJson {
    anonymous: u64,
    other: u64,
    raw: u64,
    sso: u64,
}

#[derive(Serialize)]
struct CameraJson<'a> {
    uuid: String,
    name: Option<&'a str>,
    location: Option<&'a str>,
}

#[derive(Serialize)]
struct ViolationJson<'a> {
    rule: &'a str,
    severity: Option<&'static str>,
    #[serde(serialize_with = "moment")]
    since: UnixMillis,
    exception: Option<&'a str>,
}

#[derive(Serialize)]
struct ClipJson {
    #[serde(serialize_with = "optional_moment")]
    start: Option<UnixMillis>,
    #[serde(serialize_with = "optional_moment")]
    end: Option<UnixMillis>,
    duration_seconds: u32,
    camera: Option<String>,
}

/// Organisations.
#[derive(Serialize)]
pub struct Organizations<'a> {
    organizations: Vec<OrganizationJson<'a>>,
    not_seen: Vec<NotSeen>,
}

#[derive(Serialize)]
struct OrganizationJson<'a> {
    org: &'a str,
    org_uuid: Option<String>,
    org_name: Option<&'a str>,
    partner: Option<&'a str>,
    lists: BTreeMap<&'static str, ListJson>,
}

#[derive(Serialize)]
struct ListJson {
    state: &'static str,
    #[serde(serialize_with = "optional_moment")]
    seen: Option<UnixMillis>,
    active: Option<u64>,
    expired: Option<u64>,
    open: Option<u64>,
}

/// For whom links are written.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// Whether this reader may see the addresses of links.
    pub sees_addresses: bool,
    /// By which rules they were judged.
    pub policy: &'a Policy,
}

impl<'a> Shares<'a> {
    /// These rows, where others come `next` if there are more.
    pub fn new(
        (snapshot, filter): (&Snapshot, &Filter),
        rows: &[Row<'a>],
        next: Option<&Cursor>,
        reader: Reader<'_>,
    ) -> Self {
        let rows = rows.iter();
        Self {
            as_of: as_of(snapshot),
            shares: rows.map(|row| ShareJson::new(row, reader)).collect(),
            next_cursor: next.map(Cursor::text),
            not_seen: gaps(snapshot, filter),
        }
    }
}

impl<'a> OneShare<'a> {
    /// These rows with all that is known of them.
    pub fn new(snapshot: &Snapshot, rows: &[Row<'a>], reader: Reader<'_>) -> Self {
        let rows = rows.iter();
        Self {
            shares: rows.map(|row| ShareJson::whole(row, reader)).collect(),
            not_seen: gaps(snapshot, &Filter::default()),
        }
    }
}

impl<'a> ShareJson<'a> {
    /// One link, for this reader.
    pub fn new(row: &Row<'a>, reader: Reader<'_>) -> Self {
        let share = row.share;
        let has_clips = share.kind.has_clips();
        let address = reader.sees_addresses.then(|| row.address()).flatten();
        let violations = row.violations().into_iter();
        let told = row.attributed().ok();
        Self {
            r#ref: row.reference.map(|it| it.to_string()),
            org: row.org(),
            kind: share.kind.label(),
            protection: share.protection.label(),
            state: row.state().label(),
            title: share.title.as_ref().map(Private::reveal),
            created: share.created,
            ends: match share.expiry {
                Expiry::At(end) => Some(end),
                Expiry::Never => None,
            },
            clips: has_clips.then_some(share.media.clips),
            duration_seconds: has_clips.then_some(share.media.duration_secs),
            cameras: cameras(row),
            url: address.map(|address| address.reveal().to_owned()),
            past_footage: share.traits.past_footage,
            sound: share.traits.sound,
            talk: share.traits.talk,
            scheduled: share.traits.scheduled,
            monitored: share.traits.monitored,
            stream_type: share.stream_type.as_deref(),
            made_by: match share.traits.maker {
                Maker::Unknown => "unknown",
                Maker::Person => "person",
                Maker::Service => "service",
            },
            created_by: row.made_by().map(MakerJson::from),
            views: told.map(ViewsJson::from),
            last_view: told.and_then(|told| told.last_view),
            sent: told.map(|told| told.sent),
            not_read: not_read(share.unread),
            violations: violations
                .map(|it| ViolationJson::new(it, reader))
                .collect(),
            seen: row.seen(),
            current: row.is_current(),
            footage: None,
        }
    }

    /// The same with its clips.
    pub fn whole(row: &Row<'a>, reader: Reader<'_>) -> Self {
        let media = &row.share.media;
        let camera = |place: u16| media.cameras.get(usize::from(place)).map(Id::to_string);
        let clips = media.footage.iter().map(|clip| ClipJson {
            start: clip.start(),
            end: clip.end(),
            duration_seconds: clip.duration_secs(),
            camera: clip.camera().and_then(camera),
        });
        Self {
            footage: row.share.kind.has_clips().then(|| clips.collect()),
            ..Self::new(row, reader)
        }
    }
}

impl<'a> From<&'a Act> for MakerJson<'a> {
    fn from(act: &'a Act) -> Self {
        Self {
            name: act.name.as_ref().map(Private::reveal),
            principal: &act.principal,
            at: act.at,
        }
    }
}

impl From<&Attribution> for ViewsJson {
    fn from(told: &Attribution) -> Self {
        let by = |viewer: Viewer| told.views.get(viewer.label()).copied().unwrap_or(0);
        Self {
            anonymous: by(Viewer::Anonymous),
            other: by(Viewer::Other),
            raw: by(Viewer::Raw),
            sso: by(Viewer::Sso),
        }
    }
}

fn cameras<'a>(row: &Row<'a>) -> Vec<CameraJson<'a>> {
    let said = |text: &'a str| Some(text).filter(|text| !text.is_empty());
    let names = row.camera_names();
    let cameras = row.share.media.cameras.iter();
    let camera = |id: &'a Id| {
        let name = names.get(id);
        CameraJson {
            uuid: id.to_string(),
            name: name.and_then(|it| said(&it.camera)),
            location: name.and_then(|it| said(&it.location)),
        }
    };
    cameras.map(camera).collect()
}

/// What of it could not be understood, and was read so that it hides nothing.
fn not_read(unread: Unread) -> Vec<&'static str> {
    let fields = [
        ("record", unread.record),
        ("protection", unread.protection),
        ("ends", unread.end),
        ("cameras", unread.cameras),
        ("stream_type", unread.stream_type),
        ("title", unread.title),
    ];
    let unread = fields.into_iter().filter(|(_, is_unread)| *is_unread);
    unread.map(|(field, _)| field).collect()
}

impl<'a> ViolationJson<'a> {
    fn new(breach: Breach<'a>, reader: Reader<'_>) -> Self {
        let rule: Option<&Rule> = reader.policy.rule(breach.rule);
        Self {
            rule: breach.rule,
            severity: rule.map(|rule| rule.severity.label()),
            since: breach.since,
            exception: breach.exception,
        }
    }
}

impl<'a> Organizations<'a> {
    /// All there are.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        let organizations = snapshot.organizations.iter();
        Self {
            organizations: organizations
                .map(|look| OrganizationJson::new(snapshot, look))
                .collect(),
            not_seen: gaps(snapshot, &Filter::default()),
        }
    }
}

impl<'a> OrganizationJson<'a> {
    fn new(snapshot: &'a Snapshot, look: &'a Look) -> Self {
        let client = look.organization.client();
        let lists = look.standings.iter();
        let list = |(kind, standing): &(ShareKind, Arc<Standing>)| {
            (kind.list(), ListJson::new(snapshot, look, standing))
        };
        Self {
            org: look.name(),
            org_uuid: look.identity.uuid.as_ref().map(Id::to_string),
            org_name: look.identity.name.as_deref(),
            partner: client.map(|client| &*client.partner),
            lists: lists.map(list).collect(),
        }
    }
}

impl ListJson {
    fn new(snapshot: &Snapshot, look: &Look, standing: &Standing) -> Self {
        let inventory = look.inventory(standing, &snapshot.view);
        let now = look.now.time;
        let open = |protection: Protection| {
            let inventory = inventory?;
            Some(inventory.timeline(protection).at(now).active)
        };
        let active = inventory.map(|it| it.active(now));
        let all = inventory.map(|it| it.shares().len() as u64);
        let is_allowed = look.organization.is_allowed();
        let belief = match is_allowed {
            true => Belief::of(standing, &snapshot.view, look.now),
            false => Belief::NotAllowed,
        };
        Self {
            state: belief.label(),
            seen: is_allowed.then(|| last_seen(standing)).flatten(),
            active,
            expired: all.zip(active).map(|(all, active)| all - active),
            open: open(Protection::None),
        }
    }
}

/// What could not be seen, and what is not asked for, for those who ask this.
pub fn gaps(snapshot: &Snapshot, filter: &Filter) -> Vec<NotSeen> {
    let mut gaps = not_seen(snapshot);
    gaps.extend(limits(snapshot, filter));
    gaps
}

/// When the oldest of the lists was read; of one that failed since, when it was last read.
pub fn as_of(snapshot: &Snapshot) -> Option<UnixMillis> {
    every_list(snapshot)
        .map(|inventory| inventory.obtained().time)
        .min()
}

pub(super) fn moment<S: Serializer>(moment: &UnixMillis, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&moment.rfc3339())
}

pub(super) fn optional_moment<S: Serializer>(
    moment: &Option<UnixMillis>,
    to: S,
) -> Result<S::Ok, S::Error> {
    moment.map(UnixMillis::rfc3339).serialize(to)
}
