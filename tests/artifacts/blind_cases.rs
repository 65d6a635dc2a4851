//! What the panels show of what the key can't see, and of who may enter without a link.

use crate::kind_cases::{OPEN_OF, always, each};
use crate::situation::{Query, SOON, Situation};

const OPEN: Query = ("overview", "Open links", "A");
const OPEN_CHOSEN: Query = ("overview", "Open links, chosen", "A");
const NOT_LISTED: Query = ("overview", "Links not listed", "A");
const NOT_LISTED_OF: Query = ("overview", "Kinds side by side", "F");
const KEYS: Query = ("overview", "Keys that may not see all", "A");
const SUPPORT: Query = ("overview", "Support may enter", "A");
const PARTNERS: Query = ("overview", "Partners may enter", "A");
const ENDS_IN: Query = ("overview", "Who may enter without a link", "A");

#[test]
fn links_that_are_counted_and_not_listed_leave_no_0() {
    Situation::all_kinds("three streams are not listed")
        .with_labels("rhombus_shares_unlisted", "live_stream", "a", &always("3"))
        .shows(SOON, &[(OPEN, None), (NOT_LISTED, Some("3"))])
        .shows_by_kind(
            SOON,
            OPEN_OF,
            &[
                ("clip_group", "0"),
                ("live_stream", "NaN"),
                ("timelapse_group", "0"),
                ("video_wall", "0"),
            ],
        )
        .shows_by_kind(
            SOON,
            NOT_LISTED_OF,
            &[("live_stream", "3"), ("video_wall", "0")],
        )
        .of_kind("video_wall")
        .shows(SOON, &[(OPEN, Some("0")), (NOT_LISTED, Some("0"))]);
    // That it could not be counted is no reason to doubt the list: it is said on its own.
    Situation::all_kinds("the cameras may not be asked")
        .with_labels("rhombus_shares_unlisted", "live_stream", "a", "_")
        .shows(SOON, &[(OPEN, Some("0")), (NOT_LISTED, None)])
        .shows_by_kind(SOON, NOT_LISTED_OF, &[("video_wall", "0")]);
}

#[test]
fn a_key_that_may_not_see_all_leaves_no_0() {
    let limited = r#",org="acme",super_admin="false""#;
    Situation::all_kinds("a key that is no super admin")
        .with("rhombus_key_info", "a", "_")
        .and("rhombus_key_info", "a", limited, &always("1"))
        .shows(
            SOON,
            &[(OPEN, None), (OPEN_CHOSEN, None), (KEYS, Some("1"))],
        )
        .shows_by_kind(SOON, OPEN_OF, &each("NaN"));
    Situation::all_kinds("a key that may not ask what it may do")
        .with("rhombus_key_info", "a", "_")
        .shows(SOON, &[(OPEN, Some("0")), (KEYS, None)]);
    Situation::all_kinds("one of two keys has not said")
        .and_exporter("b", "globex")
        .with("rhombus_key_info", "b", "_")
        .shows(SOON, &[(KEYS, None)]);
}

#[test]
fn doors_that_are_open_are_told_until_they_close() {
    let metric = "rhombus_org_access_until_timestamp_seconds";
    let who = |who| format!(r#",org="acme",who="{who}""#);
    Situation::all_kinds("doors")
        .shows(
            SOON,
            &[(SUPPORT, Some("0")), (PARTNERS, Some("0")), (ENDS_IN, None)],
        )
        .and(metric, "a", &who("support"), &always("2400"))
        .shows(
            SOON,
            &[
                (SUPPORT, Some("1")),
                (PARTNERS, Some("0")),
                (ENDS_IN, Some("600")),
            ],
        )
        // Ended.
        .shows(41, &[(SUPPORT, Some("0")), (ENDS_IN, None)]);
    Situation::all_kinds("an end that can't be understood")
        .and(metric, "a", &who("partner"), &"+Inf ".repeat(SOON + 5))
        .shows(
            SOON,
            &[(PARTNERS, Some("1")), (ENDS_IN, Some("10000000000"))],
        );
    Situation::all_kinds("Rhombus has not said who it is")
        .with("rhombus_org_info", "a", "_")
        .shows(SOON, &[(SUPPORT, None), (PARTNERS, None)])
        .and(metric, "a", &who("support"), &always("2400"))
        .shows(SOON, &[(SUPPORT, Some("1")), (PARTNERS, None)]);
}
