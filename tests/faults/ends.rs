//! When a link ends: what can't be its end is no end.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::common::metrics::Metrics;
use crate::common::series::{open, readings};
use crate::common::several::{QUICK, Several, numbered};

const DAY: i64 = 86_400;

/// How the end of a page is to be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    /// As one that can't be: open for ever, and counted.
    Impossible,
    /// As never, since that is what it says.
    Never,
    /// As a date that is to come.
    Date,
    /// As a date that has been.
    PastDate,
    /// As a time to live that isn't over.
    Ttl,
    /// As a time to live that is over.
    PastTtl,
}

use End::{Date, Impossible, Never, PastDate, PastTtl, Ttl};

impl End {
    /// The label `reading`.
    fn reading(self) -> &'static str {
        match self {
            Impossible | Never => "never",
            Date | PastDate => "epoch",
            Ttl | PastTtl => "ttl",
        }
    }

    fn has_passed(self) -> bool {
        matches!(self, PastDate | PastTtl)
    }
}

#[expect(clippy::disallowed_methods, reason = "the exporter goes by this clock")]
fn now() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since_epoch.as_secs()).unwrap()
}

/// What is said of a page, and how its end is to be shown.
fn cases() -> Vec<(String, End)> {
    let page = |created: i64, end: &str| {
        format!(
            r#""createdAtMillis":{},"expirationTimeSecs":{end}"#,
            1000 * created
        )
    };
    let days_ago = |days: i64, end: &str| page(now() - days * DAY, end);
    let at = |secs: i64| secs.to_string();
    vec![
        // A time to live, counted from no creation or from one that can't be.
        (page(0, "86400"), Impossible),
        (page(1, "86400"), Impossible),
        (page(1_262_303_999, "86400"), Impossible),
        (days_ago(-2, "86400"), Impossible),
        (r#""expirationTimeSecs":86400"#.to_owned(), Impossible),
        (
            r#""createdAtMillis":null,"expirationTimeSecs":86400"#.to_owned(),
            Impossible,
        ),
        // Fifty years as a time to live would be December 2019 as a date.
        (days_ago(3, "1576800000"), Impossible),
        (page(0, "1576800000"), Impossible),
        // Forty years would be December 2009, before any link was made.
        (r#""expirationTimeSecs":1261440000"#.to_owned(), Impossible),
        // An end at the creation, or before it.
        (page(1_700_000_000, "1700000000"), Impossible),
        (page(1_700_000_000, "1699999999"), Impossible),
        (page(1_700_000_000, "1000000000"), Impossible),
        (days_ago(3, "-1"), Impossible),
        (days_ago(3, "-86400"), Impossible),
        // No whole number, or too large for a date.
        (days_ago(3, "86400.5"), Impossible),
        (days_ago(3, "4.1E99"), Impossible),
        (days_ago(3, "253402300800"), Impossible),
        (days_ago(3, r#""86400""#), Impossible),
        // Milliseconds where seconds are documented.
        (days_ago(3, &at(1000 * (now() + DAY))), Impossible),
        (days_ago(3, "null"), Never),
        (days_ago(3, "0"), Never),
        (days_ago(3, "0.0"), Never),
        (days_ago(3, "-0"), Never),
        (r#""createdAtMillis":1600000000000"#.to_owned(), Never),
        (days_ago(3, "4.1E9"), Date),
        (days_ago(3, "4100000000.0"), Date),
        (days_ago(3, "41e8"), Date),
        (days_ago(3, &format!("{}.0", now() + DAY)), Date),
        (format!(r#""expirationTimeSecs":{}"#, now() + DAY), Date),
        (page(1_700_000_000, "1795575771.0"), PastDate),
        (page(1_700_000_000, "1700000001"), PastDate),
        (days_ago(30, "8640000"), Ttl),
        (days_ago(30, "8.64E6"), Ttl),
        (days_ago(30, "8640000.0"), Ttl),
        (days_ago(30, "999999999"), Ttl),
        (days_ago(3, "86400"), PastTtl),
        (days_ago(3, "8.64e4"), PastTtl),
        (page(1_262_304_000, "86400"), PastTtl),
    ]
}

#[tokio::test]
async fn an_end_that_can_not_be_is_counted_and_is_no_end() {
    let cases = cases();
    let names = numbered(cases.len());
    let several = Several::new(&names);
    for ((fields, _), name) in cases.iter().zip(&names) {
        let group = format!(r#"{{"isSecured":false,{fields}}}"#);
        several
            .order("PUT", "clip_groups/AAAAAAAAAAAAAAAAAAAAAA", name, &group)
            .await;
    }
    let exporter = several.exporter(QUICK, &names);
    let metrics = exporter.wait_for_polls(&names, 1).await;
    for ((fields, end), name) in cases.iter().zip(&names) {
        assert_shown(&metrics, name, *end, fields);
    }
}

fn assert_shown(metrics: &Metrics, org: &str, end: End, fields: &str) {
    let of_org = |metric: &str| {
        let series = metrics.starting(&format!("{metric}{{org=\"{org}\""));
        series.sum(metric)
    };
    let flag = |so: bool| f64::from(u8::from(so));
    let why = format!("{end:?} for {fields}");
    for reading in ["epoch", "ttl", "never"] {
        let expected = flag(reading == end.reading());
        assert_eq!(
            metrics.value(&readings(org, reading)),
            expected,
            "{reading}: {why}"
        );
    }
    assert_eq!(metrics.value(&open(org)), flag(!end.has_passed()), "{why}");
    assert_eq!(
        of_org("rhombus_shares_expired"),
        flag(end.has_passed()),
        "{why}"
    );
    let never = flag(end.reading() == "never");
    assert_eq!(of_org("rhombus_shares_without_expiry"), never, "{why}");
    assert_eq!(
        of_org("rhombus_malformed_records"),
        flag(end == Impossible),
        "{why}"
    );
}
