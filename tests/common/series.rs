//! The names of series that many tests look at.

pub(crate) const SHARES: &str = "rhombus_shares";

/// Links of `org` that are open to anyone.
pub(crate) fn open(org: &str) -> String {
    shares(org, "none")
}

/// Active links of `org` with this protection.
pub(crate) fn shares(org: &str, protection: &str) -> String {
    format!(r#"rhombus_shares{{org="{org}",kind="clip_group",protection="{protection}"}}"#)
}

/// Links of `org` whose end was read like this.
pub(crate) fn readings(org: &str, reading: &str) -> String {
    format!(r#"rhombus_share_expiry_readings{{org="{org}",kind="clip_group",reading="{reading}"}}"#)
}

pub(crate) fn success(org: &str) -> String {
    of_list("rhombus_collect_success", org, "")
}

pub(crate) fn last_success(org: &str) -> String {
    of_list("rhombus_collect_last_success_timestamp_seconds", org, "")
}

pub(crate) fn partial(org: &str) -> String {
    of_list("rhombus_collect_partial", org, "")
}

/// 1 while the polls of `org` fail for this reason.
pub(crate) fn failing(org: &str, reason: &str) -> String {
    of_list(
        "rhombus_collect_failing",
        org,
        &format!(r#",reason="{reason}""#),
    )
}

/// Polls of `org` that ended so.
pub(crate) fn polls(org: &str, outcome: &str) -> String {
    of_list(
        "rhombus_collect_polls_total",
        org,
        &format!(r#",outcome="{outcome}""#),
    )
}

/// Values in the last good answer of `org` that could not be understood.
pub(crate) fn malformed(org: &str, field: &str) -> String {
    of_list(
        "rhombus_malformed_records",
        org,
        &format!(r#",field="{field}""#),
    )
}

/// Polls of all organisations that failed for this reason.
pub(crate) fn errors(reason: &str) -> String {
    format!(r#"rhombus_collect_errors_total{{source="clip_groups",reason="{reason}"}}"#)
}

/// How many organisations are in this state.
pub(crate) fn organizations(state: &str) -> String {
    format!(r#"rhombus_organizations{{state="{state}"}}"#)
}

fn of_list(metric: &str, org: &str, more: &str) -> String {
    format!(r#"{metric}{{org="{org}",source="clip_groups"{more}}}"#)
}
