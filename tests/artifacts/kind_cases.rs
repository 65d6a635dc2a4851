//! What the panels show of kinds of links side by side: one list that can't be read hides nothing of the
//! others. What the key can't see is for `blind_cases`, what else can be wrong for `panel_cases`.

use crate::exported::KINDS;
use crate::situation::{LATER, Query, SOON, Situation};

const OPEN: Query = ("overview", "Open links", "A");
const OPEN_CHOSEN: Query = ("overview", "Open links, chosen", "A");
const NEXT: Query = ("overview", "Next expiry in", "A");
const OLDEST: Query = ("overview", "Oldest link", "A");
const FAILING: Query = ("overview", "Failing", "A");
const NOT_SHOWN: Query = ("overview", "Not shown", "A");
const NOT_FRESH: Query = ("overview", "Not fresh", "A");
const NOT_LISTED: Query = ("overview", "Links not listed", "A");

/// The columns of the table.
pub(crate) const OPEN_OF: Query = ("overview", "Kinds side by side", "A");
const SIGN_IN_OF: Query = ("overview", "Kinds side by side", "C");
const LISTS_OF: Query = ("overview", "Kinds side by side", "G");
const DOUBTS_OF: Query = ("overview", "Kinds side by side", "H");

/// What the table of lists in doubt has of each: its age, why it fails, whether it is not shown.
const AGE_IN_DOUBT: Query = ("overview", "Lists in doubt", "A");
const REASON: Query = ("overview", "Lists in doubt", "B");
const WITHDRAWN: Query = ("overview", "Lists in doubt", "C");

const LAST_SUCCESS: &str = "rhombus_collect_last_success_timestamp_seconds";

/// A value that stays.
pub(crate) fn always(value: &str) -> String {
    format!("{value}x{LATER}")
}

/// The same of every kind.
pub(crate) const fn each(shown: &str) -> [(&str, &str); 4] {
    let [a, b, c, d] = KINDS;
    [(a, shown), (b, shown), (c, shown), (d, shown)]
}

/// All kinds are watched, and the key may not read the walls.
fn forbidden(name: &'static str) -> Situation {
    let reason = r#",org="acme",source="video_walls",reason="forbidden""#;
    let of_walls =
        |situation: Situation, metric, label| situation.with_labels(metric, label, "a", "_");
    let gauges = [
        "rhombus_shares",
        "rhombus_shares_without_expiry",
        "rhombus_shares_expiring",
        "rhombus_shares_expired",
        "rhombus_shared_devices",
        "rhombus_shares_unlisted",
    ];
    gauges
        .iter()
        .fold(Situation::all_kinds(name), |all, metric| {
            of_walls(all, metric, "video_wall")
        })
        .with_labels("rhombus_collect_partial", "video_walls", "a", "_")
        .with_labels("rhombus_collect_success", "video_walls", "a", &always("0"))
        .with_labels(LAST_SUCCESS, "video_walls", "a", &always("0"))
        .and("rhombus_collect_failing", "a", reason, &always("1"))
}

#[test]
fn each_kind_has_its_own_number() {
    Situation::all_kinds("some of each")
        .with_labels(
            "rhombus_shares",
            r#"live_stream",protection="none"#,
            "a",
            &always("2"),
        )
        .with_labels(
            "rhombus_shares",
            r#"live_stream",protection="sso"#,
            "a",
            &always("5"),
        )
        .with_labels(
            "rhombus_shares",
            r#"video_wall",protection="none"#,
            "a",
            &always("1"),
        )
        .shows(SOON, &[(OPEN, Some("3")), (OPEN_CHOSEN, Some("3"))])
        .shows_by_kind(
            SOON,
            OPEN_OF,
            &[
                ("clip_group", "0"),
                ("live_stream", "2"),
                ("timelapse_group", "0"),
                ("video_wall", "1"),
            ],
        )
        .shows_by_kind(SOON, SIGN_IN_OF, &[("live_stream", "5")])
        .shows_by_kind(SOON, LISTS_OF, &each("1"))
        .shows_by_kind(SOON, DOUBTS_OF, &each("0"))
        .of_kind("live_stream")
        .shows(SOON, &[(OPEN, Some("2"))])
        .of_kind("(clip_group|timelapse_group)")
        .shows(SOON, &[(OPEN, Some("0"))]);
}

#[test]
fn a_list_that_may_not_be_read_hides_nothing_of_the_others() {
    let doubts = [
        ("clip_group", "0"),
        ("live_stream", "0"),
        ("timelapse_group", "0"),
        ("video_wall", "1"),
    ];
    let open = [
        ("clip_group", "0"),
        ("live_stream", "0"),
        ("timelapse_group", "0"),
        ("video_wall", "NaN"),
    ];
    forbidden("the walls are forbidden")
        .shows(
            SOON,
            &[
                (OPEN, None),
                (NEXT, None),
                (FAILING, Some("1")),
                (NOT_SHOWN, Some("1")),
                (NOT_FRESH, Some("1")),
                (NOT_LISTED, None),
                // Half an hour since 1970.
                (AGE_IN_DOUBT, Some("1800")),
                (REASON, Some("1")),
                (WITHDRAWN, Some("0")),
            ],
        )
        .shows_by_kind(SOON, OPEN_OF, &open)
        .shows_by_kind(SOON, SIGN_IN_OF, &[("live_stream", "0")])
        .shows_by_kind(SOON, LISTS_OF, &each("1"))
        .shows_by_kind(SOON, DOUBTS_OF, &doubts)
        .of_kind("clip_group")
        .shows(
            SOON,
            &[(OPEN, Some("0")), (NEXT, Some("NaN")), (FAILING, Some("0"))],
        )
        .of_kind("video_wall")
        .shows(SOON, &[(OPEN, None), (FAILING, Some("1"))]);
}

#[test]
fn what_is_known_beside_a_list_that_is_not_is_a_bound() {
    let moment = r#",org="acme",kind="clip_group",protection="none""#;
    forbidden("links beside walls that are forbidden")
        .with_labels(
            "rhombus_shares",
            r#"clip_group",protection="none"#,
            "a",
            &always("2"),
        )
        .and(
            "rhombus_share_next_expiry_timestamp_seconds",
            "a",
            moment,
            &always("2400"),
        )
        .and(
            "rhombus_share_oldest_created_timestamp_seconds",
            "a",
            moment,
            &always("600"),
        )
        .shows(
            SOON,
            &[
                (OPEN, Some("at least 2")),
                (OPEN_CHOSEN, Some("at least 2")),
                (NEXT, Some("at the latest 600")),
                (OLDEST, Some("at least 1200")),
            ],
        )
        .of_kind("clip_group")
        .shows(
            SOON,
            &[
                (OPEN, Some("2")),
                (NEXT, Some("600")),
                (OLDEST, Some("1200")),
            ],
        );
}

#[test]
fn a_list_that_fails_now_is_shown_as_it_was_and_in_doubt() {
    Situation::all_kinds("the walls fail")
        .with_labels("rhombus_collect_success", "video_walls", "a", "1x10 0x50")
        .with_labels(LAST_SUCCESS, "video_walls", "a", "0+60x10 600x50")
        .shows(
            SOON,
            &[
                (OPEN, None),
                (FAILING, Some("1")),
                (NOT_SHOWN, Some("0")),
                (AGE_IN_DOUBT, Some("1200")),
                (WITHDRAWN, None),
            ],
        )
        .shows_by_kind(
            SOON,
            OPEN_OF,
            &[
                ("clip_group", "0"),
                ("live_stream", "0"),
                ("timelapse_group", "0"),
                ("video_wall", "NaN"),
            ],
        );
}

#[test]
fn a_list_that_takes_long_is_not_old() {
    let slow = Situation::all_kinds("the walls take ten minutes")
        .with_labels(
            "rhombus_collect_duration_seconds",
            "video_walls",
            "a",
            &always("600"),
        )
        .with_labels(LAST_SUCCESS, "video_walls", "a", "0+60x10 600x50")
        .shows(SOON, &[(OPEN, Some("0")), (NOT_FRESH, Some("0"))]);
    // Five times as long as it took.
    slow.shows(51, &[(OPEN, Some("0"))])
        .shows(SOON, &[(AGE_IN_DOUBT, None)]);
    Situation::all_kinds("the walls took two minutes")
        .with_labels(
            "rhombus_collect_duration_seconds",
            "video_walls",
            "a",
            &always("120"),
        )
        .with_labels(LAST_SUCCESS, "video_walls", "a", "0+60x10 600x50")
        .shows(SOON, &[(OPEN, None), (NOT_FRESH, Some("1"))]);
}

#[test]
fn a_list_that_is_switched_off_is_neither_missing_nor_a_0() {
    let without = |situation: Situation, kind: &&str| situation.and_list("a", "acme", kind);
    let kinds = &KINDS[1..3];
    kinds
        .iter()
        .fold(Situation::all_is_well("no walls"), without)
        .shows(
            SOON,
            &[
                (OPEN, Some("0")),
                (NOT_SHOWN, Some("0")),
                (FAILING, Some("0")),
            ],
        )
        .shows_by_kind(SOON, OPEN_OF, &each("0")[..3])
        .shows_by_kind(SOON, DOUBTS_OF, &each("0")[..3])
        .of_kind("video_wall")
        .shows(SOON, &[(OPEN, None), (FAILING, None)])
        .shows_by_kind(SOON, OPEN_OF, &[]);
}

#[test]
fn a_lookback_is_of_clip_pages_only() {
    Situation::all_kinds("a lookback")
        .with("rhombus_collect_lookback_seconds", "a", &always("3600"))
        .shows(SOON, &[(OPEN, Some("NaN"))])
        .shows_by_kind(
            SOON,
            OPEN_OF,
            &[
                ("clip_group", "NaN"),
                ("live_stream", "0"),
                ("timelapse_group", "0"),
                ("video_wall", "0"),
            ],
        )
        .of_kind("clip_group")
        .shows(SOON, &[(OPEN, Some("NaN"))])
        .of_kind("live_stream")
        .shows(SOON, &[(OPEN, Some("0")), (NEXT, Some("NaN"))]);
}

#[test]
fn by_source_each_list_has_a_line() {
    let failing = ("exporter", "By source", "A");
    let longest = ("exporter", "By source", "D");
    forbidden("the walls are forbidden")
        .with_labels(
            "rhombus_collect_duration_seconds",
            "live_streams",
            "a",
            &always("7"),
        )
        .of_kind("video_wall")
        .shows(SOON, &[(failing, Some("1"))])
        .of_kind("live_stream")
        .shows(SOON, &[(failing, Some("0")), (longest, Some("7"))]);
}
