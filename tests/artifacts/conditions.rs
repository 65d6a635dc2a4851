//! What must hold for a 0 to be shown, in the terms of the alerts: once here, and written out in each
//! query, since a dashboard has no other place for it. Which panels need which is for `zeros`.

use crate::{promql, rule_file};

/// The exporters that a dashboard is about.
const CHOSEN: &str = r#"job=~"$job",instance=~"$instance""#;

/// How far back clip pages are asked for; the other lists are always whole. A number is divided by
/// whether it is 0: a 0 becomes NaN, which reads "none made lately", and any other number a bound.
pub(crate) const LOOKBACK: &str = "max(rhombus_collect_lookback_seconds{CHOSEN} and on (job, instance) \
    rhombus_collect_success{LISTS,source=\"clip_groups\"} or 0 * rhombus_collect_lookback_seconds{CHOSEN})";

/// The exporters that Prometheus knows, or knew within the last day, and that don't answer as one now:
/// down, gone, or something else in their place.
pub(crate) const NOT_SEEN: &str = "last_over_time(up{CHOSEN}[1d]) and on (job) \
    last_over_time(rhombus_share_exporter_build_info{CHOSEN}[1w]) \
    unless on (job, instance) rhombus_share_exporter_build_info{CHOSEN}";

/// The lists that an exporter asks for, and of which it shows nothing.
const NOT_SHOWN: &str = "label_replace(time() - \
    rhombus_collect_last_success_timestamp_seconds{LISTS,\
    source=~\"clip_groups|live_streams|timelapse_groups|video_walls\"}, \
    \"kind\", \"$1\", \"source\", \"(.+)s\") \
    unless on (job, instance, org, kind) rhombus_shares{LINKS}";

/// The lists that are old, as RhombusDataStale has it.
const OLD: &str = "abs(time() - rhombus_collect_last_success_timestamp_seconds{LISTS}) \
    > on (job, instance) group_left () \
    (5 * max by (job, instance) (rhombus_collect_interval_seconds{CHOSEN})) \
    unless (abs(time() - rhombus_collect_last_success_timestamp_seconds{LISTS}) \
    <= 5 * rhombus_collect_duration_seconds{LISTS} and rhombus_collect_success{LISTS} == 1)";

/// The lists of which the last good answer, where it is shown, is not all that there is now.
const IN_DOUBT: &str =
    "rhombus_collect_success{LISTS} == 0 or rhombus_collect_partial{LISTS} == 1 or OLD";

/// The same, and those that are not shown, by kind.
const IN_DOUBT_BY_KIND: &str =
    "label_replace(IN_DOUBT, \"kind\", \"$1\", \"source\", \"(.+)s\") or NOT_SHOWN";

/// All that is needed for a number of links that is not 0 to be whole.
pub(crate) const LOOKED_AT: &str = " and min(rhombus_collect_success{LISTS}) == 1 \
    unless count(NOT_SEEN or NOT_SHOWN)";

/// The clients that are not watched: those that give no access, those of a partner whose list can't be
/// read, was never read, or has some that can't be understood.
const CLIENTS_NOT_SEEN: &str = "rhombus_partner_client_info{ORGS,access=\"not_allowed\"} \
    or rhombus_collect_success{ORGS,source=\"partner_clients\"} == 0 \
    or rhombus_partner_refresh_seconds{PARTNERS} \
    unless on (job, instance, partner) rhombus_partner_clients{CHOSEN} \
    or rhombus_malformed_records{ORGS,source=\"partner_clients\",field=~\"clientOrgUuid|record\"} > 0";

/// What makes a 0 of any list one that can't be relied on: the key may not see all, clients are not
/// watched, an organisation is one that another name is too, a clock is wrong, or nothing of it is real.
const WHATEVER_THE_LIST: &str = "rhombus_key_info{ORGS,super_admin=\"false\"} \
    or CLIENTS_NOT_SEEN \
    or rhombus_organizations{CHOSEN,state=\"duplicate\"} != 0 \
    or abs(rhombus_clock_skew_seconds{CHOSEN}) >= 300 \
    or rhombus_share_exporter_demo{CHOSEN}";

/// What makes a whole answer one that can't be relied on: it said that it is not whole, it is old, Rhombus
/// counts more links than it lists; and what is so whatever the list.
pub(crate) const BELIEVED: &str = " unless count(rhombus_collect_partial{LISTS} == 1 or OLD \
    or rhombus_shares_unlisted{LINKS} > 0 or WHATEVER_THE_LIST)";

/// What a 0 of a kind needs, beside the other kinds of a table.
pub(crate) const BELIEVED_BY_KIND: &str = " unless on (kind) (IN_DOUBT_BY_KIND or rhombus_shares_unlisted{LINKS} > 0 \
    or label_replace(rhombus_collect_lookback_seconds{CHOSEN} > 0, \"kind\", \"clip_group\", \"\", \"\")) \
    unless on () (NOT_SEEN or WHATEVER_THE_LIST)";

/// `condition` with the selectors put in, for the chosen organisations or all of them. The lists and the
/// links are those of the chosen kinds.
pub(crate) fn written(condition: &str, of_org: bool) -> String {
    let (orgs, partners) = match of_org {
        true => (r#"{CHOSEN,org=~"$org""#, r#"{CHOSEN,partner=~"$org""#),
        false => ("{CHOSEN", "{CHOSEN"),
    };
    condition
        .replace("IN_DOUBT_BY_KIND", IN_DOUBT_BY_KIND)
        .replace("IN_DOUBT", IN_DOUBT)
        .replace("NOT_SEEN", NOT_SEEN)
        .replace("NOT_SHOWN", NOT_SHOWN)
        .replace("OLD", OLD)
        .replace("WHATEVER_THE_LIST", WHATEVER_THE_LIST)
        .replace("CLIENTS_NOT_SEEN", CLIENTS_NOT_SEEN)
        .replace("{LISTS", r#"{ORGS,source=~"($kind)s""#)
        .replace("{LINKS", r#"{ORGS,kind=~"$kind""#)
        .replace("{ORGS", orgs)
        .replace("{PARTNERS", partners)
        .replace("CHOSEN", CHOSEN)
}

/// The expression without the conditions, which say nothing of the panel's own thresholds.
pub(crate) fn without_conditions(expr: &str) -> String {
    let mut own = expr.to_owned();
    for of_org in [false, true] {
        for condition in [BELIEVED, BELIEVED_BY_KIND, LOOKED_AT] {
            own = own.replace(&written(condition, of_org), "");
        }
    }
    own
}

#[test]
fn the_conditions_are_written_in_terms_of_the_alerts() {
    let rules = rule_file::alerts(&rule_file::text());
    let compared: Vec<promql::Comparison> = rules
        .iter()
        .filter_map(|alert| promql::parse(&alert.expr).ok())
        .flat_map(|expr| promql::comparisons(&expr))
        .collect();
    let conditions = crate::dashboards::fill(
        &format!(
            "vector(1){}",
            written(&format!("{LOOKED_AT}{BELIEVED}"), true)
        ),
        "1m",
    );
    let own = promql::comparisons(&promql::parse(&conditions).expect("PromQL"));
    let by_size: Vec<&promql::Comparison> = own
        .iter()
        .filter(|(op, _)| op != "==" && op != "!=")
        .collect();
    let wanted = [
        (">", 5.0),
        ("<=", 5.0),
        (">", 0.0),
        (">", 0.0),
        (">=", 300.0),
    ];
    let wanted = wanted.map(|(op, number)| (op.to_owned(), number));
    assert_eq!(by_size, wanted.each_ref());
    for comparison in &wanted[..4] {
        assert!(
            compared.contains(comparison),
            "{comparison:?}: {compared:?}"
        );
    }
}
