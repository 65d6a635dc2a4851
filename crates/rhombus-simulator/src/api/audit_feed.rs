//! `report/getAuditFeed`: what happened, by action and within bounds; and
//! `report/getAuditFeedForTarget`: what happened to one thing, which only some versions have.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::{Ask, Asked, Change, Rejection, Tells, no_such_operation};
use crate::clock::UnixMillis;
use crate::document::Content;
use crate::operation::Operation;
use crate::world::{Wanted, World};

pub(super) const ASK: Ask = Ask {
    operation: Operation::AuditFeed,
    path: "/api/report/getAuditFeed",
    read,
    change: |world, _| check_permission(world),
    content: Tells::Organization(content),
};

pub(super) const FOR_TARGET: Ask = Ask {
    operation: Operation::AuditFeedForTarget,
    path: "/api/report/getAuditFeedForTarget",
    read: read_for_target,
    change: check_for_target,
    content: Tells::Organization(content),
};

const ACTIONS: [&str; 2] = ["includeActions", "excludeActions"];
const BOUNDS: [&str; 2] = ["timestampMsAfter", "timestampMsBefore"];
const TARGET: [&str; 2] = ["targetUuid", "maxResults"];

/// How many actions each of two lists may have.
const MOST_ACTIONS: usize = 50;

/// How many events of a target are told where it isn't said.
const RESULTS: usize = 50;

fn read(fields: &Map<String, Value>) -> Result<Asked, Rejection> {
    let actions = ACTIONS.map(|name| Ok((name, actions(fields.get(name))?)));
    let bounds = BOUNDS.map(|name| Ok((name, bound(fields.get(name))?)));
    actions.into_iter().chain(bounds).collect()
}

/// What happens to more than the documented 50 is not stated: they are refused.
fn actions(value: Option<&Value>) -> Result<Value, Rejection> {
    let is_right =
        |list: &Vec<Value>| list.len() <= MOST_ACTIONS && list.iter().all(Value::is_string);
    match value {
        None | Some(Value::Null) => Ok(Value::Null),
        Some(Value::Array(list)) if is_right(list) => Ok(list.clone().into()),
        Some(_) => Err(Rejection::bad_request(
            "includeActions and excludeActions have to be lists of at most 50 actions, or null.",
        )),
    }
}

fn bound(value: Option<&Value>) -> Result<Value, Rejection> {
    match value {
        None | Some(Value::Null) => Ok(Value::Null),
        Some(value) if value.is_i64() => Ok(value.clone()),
        Some(_) => Err(Rejection::bad_request(
            "timestampMsAfter and timestampMsBefore have to be int64 or null.",
        )),
    }
}

/// Takes what comes: where there is no such operation, nothing is wrong with its fields.
#[expect(clippy::unnecessary_wraps, reason = "others refuse")]
fn read_for_target(fields: &Map<String, Value>) -> Result<Asked, Rejection> {
    let field = |name| (name, fields.get(name).cloned().unwrap_or_default());
    Ok(TARGET.map(field).into())
}

fn check_for_target(world: &mut World, change: &Change<'_>) -> Result<(), Rejection> {
    if !world.unstated.has_feed_for_target {
        return Err(no_such_operation());
    }
    let [target, most] = TARGET.map(|name| &change.asked[name]);
    if !target.is_string() || !(most.is_null() || most.as_u64().is_some_and(|most| most > 0)) {
        return Err(Rejection::bad_request(
            "targetUuid has to be a uuid, and maxResults a number above 0 or null.",
        ));
    }
    check_permission(world)
}

fn check_permission(world: &World) -> Result<(), Rejection> {
    match world.may_read_reports() {
        true => Ok(()),
        false => Err(Rejection(StatusCode::FORBIDDEN, "Not permitted.".into())),
    }
}

fn content(world: &World, now: UnixMillis, asked: &Asked) -> Content {
    Content::list("auditEvents", world.audit_feed(now, &wanted(asked)))
}

/// What a request asks for that was read.
fn wanted(asked: &Asked) -> Wanted {
    let [include, exclude] = ACTIONS.map(|name| {
        let actions = asked.get(name).and_then(Value::as_array);
        let actions = actions.into_iter().flatten().filter_map(Value::as_str);
        actions.map(str::to_owned).collect::<BTreeSet<_>>()
    });
    let [after, before] = BOUNDS.map(|name| asked.get(name).and_then(Value::as_i64));
    let target = asked.get(TARGET[0]).and_then(Value::as_str);
    let most = asked.get(TARGET[1]).and_then(Value::as_u64);
    let most = most.and_then(|most| usize::try_from(most).ok());
    Wanted {
        include,
        exclude,
        after,
        before,
        target: target.map(str::to_owned),
        most: target.map(|_| most.unwrap_or(RESULTS)),
    }
}
