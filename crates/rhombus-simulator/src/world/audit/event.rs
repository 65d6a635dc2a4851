//! One thing that happened. Small, so that thousands can be kept, and many more be gone through; it is
//! written out only where it is told.

use std::sync::Arc;

use fastrand::Rng;
use serde_json::Value;

use super::time::written;
use super::who::{By, or_null};
use crate::world::base::Base;
use crate::world::generated::uuid;
use crate::world::unstated::{AuditNames, Unstated};
use crate::world::{Uuid, object};

#[derive(Clone)]
pub(super) struct Event {
    /// Epoch milliseconds.
    pub(super) at: i64,
    pub(super) action: &'static str,
    pub(super) by: By,
    pub(super) target: Option<Target>,
    /// Whether it was tried in vain.
    pub(super) failure: bool,
    /// What its uuid is made from, and where it came from.
    pub(super) seed: u64,
}

/// What something happened to.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) uuid: Arc<str>,
    pub(super) name: Arc<str>,
}

/// What an event's record has that is not its own.
#[derive(Clone, Copy)]
pub(super) struct Teller {
    pub(super) org: Uuid,
    pub(super) base: Base,
    pub(super) unstated: Unstated,
}

impl Event {
    pub(super) fn uuid(&self) -> Uuid {
        uuid(&mut Rng::with_seed(self.seed))
    }

    /// What the record names as its target; not every one says it.
    pub(super) fn told_target(&self, unstated: Unstated) -> Option<&str> {
        let is_view = matches!(self.by, By::Viewer(..));
        let is_told = !is_view || unstated.audit_names != AuditNames::Principal;
        let target = self.target.as_ref().filter(|_| is_told)?;
        Some(&target.uuid)
    }

    /// The name and the uuid of who did it.
    fn principal(&self, teller: Teller) -> (Value, Value) {
        match self.by.named(teller.base) {
            Some((name, uuid)) => (name.into(), uuid.into()),
            None if teller.unstated.audit_names == AuditNames::Target => (Value::Null, Value::Null),
            None => {
                let share = self.target.as_ref().map(|target| &*target.uuid);
                (Value::Null, or_null(share))
            }
        }
    }

    /// As the API describes it.
    pub(super) fn record(&self, teller: Teller) -> Value {
        let rng = &mut Rng::with_seed(self.seed);
        let event_uuid = uuid(rng);
        let source = self.by.source(rng);
        let (principal_name, principal_uuid) = self.principal(teller);
        let name = self.target.as_ref().map(|target| &*target.name);
        let [city, state, country] = source.place;
        object([
            ("uuid", event_uuid.into()),
            ("orgUuid", teller.org.into()),
            ("action", self.action.into()),
            ("timestamp", written(self.at).into()),
            ("displayText", self.text(name).into()),
            ("failure", self.failure.into()),
            ("principalName", principal_name),
            ("principalUuid", principal_uuid),
            ("principalType", self.by.principal_type().into()),
            ("clientType", self.by.client_type().into()),
            ("sourceIp", source.ip.into()),
            ("sourceCity", city.into()),
            ("sourceState", state.into()),
            ("sourceCountry", country.into()),
            ("userAgent", source.user_agent.into()),
            ("targetUuid", or_null(self.told_target(teller.unstated))),
            ("targetName", or_null(name)),
            ("selectiveUpdateStr", Value::Null),
            ("asi", Value::Null),
            ("FOOBAR", Value::Null),
        ])
    }

    fn text(&self, name: Option<&str>) -> String {
        let action = self.action.replace('_', " ").to_lowercase();
        match name {
            Some(name) => format!("{action}: {name}"),
            None => action,
        }
    }
}
