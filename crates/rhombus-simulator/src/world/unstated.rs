//! How the API acts where its documentation says nothing. What a control route put may be left out
//! by it, and is otherwise sent as it came.

use std::num::NonZeroUsize;

use serde::Deserialize;
use serde_json::Value;

use super::{Fields, List, Record};
use crate::clock::UnixMillis;

/// What can be either way. Without any of it, the likelier way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Unstated {
    /// Shares that have ended are listed no more.
    hides_ended: bool,
    /// Cameras and walls don't count the shares that have ended.
    pub(super) counts_no_ended: bool,
    /// How a share says that it asks for no password; as it comes otherwise.
    unprotected: Option<Said>,
    /// How a share says that it never ends; as it comes otherwise.
    never: Option<Said>,
    /// How a share says when it ends; as it comes otherwise.
    expiration: Option<Expiration>,
    /// How an answer says that it lists nothing.
    pub(crate) nothing: Option<Said>,
    /// The bounds of a request leave out their own moment.
    pub(crate) excludes_bounds: bool,
    /// The moments of a timelapse are in seconds.
    timelapses_in_seconds: bool,
    /// The durations of timelapses are in milliseconds.
    durations_in_millis: bool,
    /// Which of its two fields for a device a stream has, instead of both.
    stream_names: Option<Named>,
    /// The streams of doorbells are not among those of all devices.
    pub(crate) hides_doorbells: bool,
    /// Walls that their owner shares with nobody are not listed.
    hides_private_walls: bool,
    /// Cameras are named by their facets.
    names_facets: bool,
    /// No wall and no camera says how many shares it has.
    hides_share_counts: bool,
    /// A key that is no super admin is not told the shares that show a camera outside its locations.
    pub(super) limits_shares: bool,
    /// A key that is no super admin is not told the cameras outside its locations.
    pub(super) limits_cameras: bool,
    /// Whose budget a partner's call spends that is made as a client.
    pub(crate) partner_spends: Spends,
    /// No client says whether it lets its partner in.
    pub(crate) hides_client_access: bool,
    /// No client says how much it has.
    pub(crate) hides_client_counts: bool,
    /// Which events an answer of the audit feed has, where there are more.
    pub(super) audit_page: AuditPage,
    /// In which order they come.
    pub(super) audit_order: AuditOrder,
    /// The bounds of the audit feed leave out their own moment.
    pub(super) audit_excludes_bounds: bool,
    /// In which fields the event of a view names the share.
    pub(super) audit_names: AuditNames,
    /// A wrong password at a share is an event, of a view that failed.
    pub(super) audit_wrong_passwords: bool,
    /// How many seconds pass before an event is told.
    pub(super) audit_late_seconds: u32,
    /// The audit feed can be asked for by target.
    pub(crate) has_feed_for_target: bool,
}

/// How many events an answer of the audit feed has, and which, where there are more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AuditPage {
    /// The newest ones.
    Newest(NonZeroUsize),
    /// The oldest ones.
    Oldest(NonZeroUsize),
}

impl Default for AuditPage {
    fn default() -> Self {
        Self::Newest(NonZeroUsize::MIN.saturating_add(999))
    }
}

/// In which order the events of an answer come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AuditOrder {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// In none.
    Shuffled,
}

/// In which fields the event of a view names the share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AuditNames {
    /// As who did it, and as what it was done to.
    #[default]
    Both,
    /// As who did it.
    Principal,
    /// As what it was done to.
    Target,
}

/// How a plain value is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Said {
    /// As false, 0 or an empty list.
    Plain,
    /// As null.
    Null,
    /// Not at all.
    Absent,
}

/// Whose budget a call spends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Spends {
    /// The client's.
    #[default]
    Client,
    /// The partner's.
    Partner,
    /// That of each.
    Both,
}

/// What the number in a field for the end means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expiration {
    /// Epoch seconds.
    Epoch,
    /// Seconds after the creation.
    Ttl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Named {
    Camera,
    Device,
}

impl Unstated {
    /// What follows the uuid of a camera where its name is told.
    pub(super) fn camera_facet(self) -> &'static str {
        if self.names_facets { ".v0" } else { "" }
    }

    /// Whether the record is left out.
    pub(super) fn hides(self, list: List, record: &Record, now: UnixMillis) -> bool {
        let is_private = || record.field("shared") == Some(&Value::Bool(false));
        (self.hides_private_walls && list == List::VideoWalls && is_private())
            || (self.hides_ended && list.has_ended(record, now))
    }

    /// The record, told in the ways that are set.
    pub(super) fn told(self, list: List, mut record: Value) -> Value {
        if self == Self::default() {
            return record;
        }
        match list {
            List::VideoWalls if self.hides_share_counts => record["numShares"] = Value::Null,
            List::Cameras if self.hides_share_counts => {
                record["liveStreamsSharedCount"] = Value::Null;
            }
            List::VideoWalls | List::Cameras => {}
            _ => self.tell(list, &mut record),
        }
        record
    }

    fn tell(self, list: List, share: &mut Value) {
        let fields = list.fields();
        if share[fields.protected] != true {
            say(share, fields.protected, self.unprotected, false.into());
        }
        match list.end(|name| share[name].as_i64()) {
            None => say(share, fields.expiration, self.never, 0.into()),
            Some(end) => self.tell_end(&fields, share, end),
        }
        match (list, self.stream_names) {
            (List::TimelapseGroups, _) => self.tell_timelapses(share),
            (List::LiveStreams, Some(Named::Camera)) => remove(share, "deviceUuid"),
            (List::LiveStreams, Some(Named::Device)) => remove(share, "cameraUuid"),
            _ => {}
        }
    }

    fn tell_end(self, fields: &Fields, share: &mut Value, end: i64) {
        let created = share[fields.created].as_i64().unwrap_or_default() / 1000;
        match self.expiration {
            None => {}
            Some(Expiration::Epoch) => share[fields.expiration] = end.into(),
            Some(Expiration::Ttl) => share[fields.expiration] = (end - created).max(1).into(),
        }
    }

    fn tell_timelapses(self, group: &mut Value) {
        let timelapses = group["sharedTimelapses"].as_array_mut();
        for timelapse in timelapses.into_iter().flatten() {
            let mut set = |name: &str, factor: fn(i64) -> i64| {
                timelapse[name] = timelapse[name].as_i64().map(factor).into();
            };
            if self.timelapses_in_seconds {
                set("videoStartTime", |millis| millis / 1000);
                set("videoStopTime", |millis| millis / 1000);
            }
            if self.durations_in_millis {
                set("clipDuration", |seconds| seconds * 1000);
            }
        }
    }
}

fn say(record: &mut Value, name: &str, said: Option<Said>, plain: Value) {
    match said {
        None => {}
        Some(Said::Plain) => record[name] = plain,
        Some(Said::Null) => record[name] = Value::Null,
        Some(Said::Absent) => remove(record, name),
    }
}

fn remove(record: &mut Value, name: &str) {
    if let Some(fields) = record.as_object_mut() {
        fields.remove(name);
    }
}

impl List {
    /// When a share of which these are the numbers ends, in epoch seconds, if it does: by a date or
    /// by a time to live.
    pub(super) fn end(self, number: impl Fn(&str) -> Option<i64>) -> Option<i64> {
        let fields = self.fields();
        match number(fields.expiration)? {
            0 => None,
            date @ 1_000_000_000.. => Some(date),
            seconds => Some(number(fields.created)? / 1000 + seconds),
        }
    }

    /// Whether a share has ended.
    pub(super) fn has_ended(self, share: &Record, now: UnixMillis) -> bool {
        let end = self.end(|name| share.field(name).and_then(Value::as_i64));
        end.is_some_and(|end| end <= now.0 / 1000)
    }
}
