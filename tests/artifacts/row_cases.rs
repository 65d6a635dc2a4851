//! Where the rows of the tables lead: to the exporter that has them, once, and nowhere where it doesn't say
//! where its pages are. What the links ask for there is for the files (`links`).

use crate::kind_cases::always;
use crate::situation::{Query, SOON, Situation};

const WHAT_TO_DO: Query = ("overview", "What to do next", "F");
const BY_PROTECTION: Query = ("overview", "By kind and protection", "I");
const OF_ORG: Query = ("policy", "Organisations with most violations", "F");
const OLDEST: Query = ("policy", "Oldest violations", "A");
const EXCEPTIONS: Query = ("policy", "Exceptions", "D");

const SINCE: &str = "rhombus_share_violation_since_timestamp_seconds";

/// With the address of that exporter's pages.
fn at(all: Situation, instance: &str, address: &str) -> Situation {
    let label = format!(r#",external_url="https://{address}.example""#);
    let metric = "rhombus_share_exporter_web_info";
    all.and(metric, instance, &label, &always("1"))
}

/// With an open link there, and its violation.
fn open(all: Situation, instance: &str, org: &str, share: &str) -> Situation {
    let labels = format!(
        r#",org="{org}",kind="clip_group",policy="unsecured",severity="warning",share="{share}""#
    );
    all.with_labels(
        "rhombus_share_violations",
        "unsecured",
        instance,
        &always("1"),
    )
    .and(SINCE, instance, &labels, &always("0"))
}

fn two(name: &'static str, org_of_b: &str) -> Situation {
    let all = Situation::all_is_well(name).and_exporter("b", org_of_b);
    open(
        open(all, "a", "acme", "11111111"),
        "b",
        org_of_b,
        "22222222",
    )
}

#[test]
fn each_row_leads_to_the_exporter_that_has_it() {
    let each = [("https://a.example", "1"), ("https://b.example", "1")];
    let known_for = [("https://a.example", "1800"), ("https://b.example", "1800")];
    at(at(two("two shards", "globex"), "a", "a"), "b", "b")
        .shows_by("external_url", SOON, WHAT_TO_DO, &each)
        .shows_by("external_url", SOON, OF_ORG, &each)
        .shows_by("external_url", SOON, OLDEST, &known_for);
    at(Situation::all_is_well("one exporter"), "a", "a").shows_by(
        "protection",
        SOON,
        BY_PROTECTION,
        &[("none", "1"), ("password", "1")],
    );
}

#[test]
fn what_replicas_have_is_one_row() {
    let of_two = [("11111111", "1800"), ("22222222", "1800")];
    let both = at(at(two("two replicas", "acme"), "a", "a"), "b", "b");
    open(both, "b", "acme", "11111111")
        .shows_by("org", SOON, WHAT_TO_DO, &[("acme", "1")])
        .shows_by("org", SOON, OF_ORG, &[("acme", "1")])
        .shows_by("share", SOON, OLDEST, &of_two);
}

#[test]
fn without_an_address_there_is_no_link_and_every_row() {
    let one = at(two("one of two says where it is", "globex"), "b", "b");
    one.shows_by("org", SOON, WHAT_TO_DO, &[("globex", "1")])
        .shows_by(
            "share",
            SOON,
            OLDEST,
            &[("11111111", "1800"), ("22222222", "1800")],
        );
    two("none does", "globex")
        .shows_by("org", SOON, WHAT_TO_DO, &[])
        .shows_by("protection", SOON, BY_PROTECTION, &[])
        .shows_by("org", SOON, OF_ORG, &[]);
}

#[test]
fn an_exception_leads_to_what_it_covers_where_one_exporter_has_all_of_that() {
    let covers = |all: Situation, instance, links: &str| {
        let metric = "rhombus_policy_exception_shares";
        all.and(metric, instance, r#",exception="lobby""#, &always(links))
    };
    let shards = |name| at(at(two(name, "globex"), "a", "a"), "b", "b");
    covers(covers(shards("at one of two"), "a", "2"), "b", "0").shows_by(
        "external_url",
        SOON,
        EXCEPTIONS,
        &[("https://a.example", "1")],
    );
    covers(covers(shards("at both"), "a", "2"), "b", "1").shows_by(
        "exception",
        SOON,
        EXCEPTIONS,
        &[],
    );
}
