//! `event/getSharedClipGroupsV2`: the pages of saved clips, within the bounds that were asked for.

use serde_json::{Map, Value};

use super::api::Rejection;
use super::world::Filter;

pub(super) const PATH: &str = "/api/event/getSharedClipGroupsV2";

/// The bounds that a request asks for. Fields that are not known are let pass.
pub(super) fn filter(fields: &Map<String, Value>) -> Result<Filter, Rejection> {
    let bound = |name| match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_i64() {
            Some(millis) => Ok(Some(millis)),
            None => Err(Rejection::bad_request(
                "createdAfterMs and createdBeforeMs have to be int64 or null.",
            )),
        },
    };
    Ok(Filter {
        created_after: bound("createdAfterMs")?,
        created_before: bound("createdBeforeMs")?,
    })
}
