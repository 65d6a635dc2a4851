//! How far the audit trail has got, whether it holds, and what it has said of links. All of it is read where the
//! trail keeps it in memory, so that a scrape asks no disk.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::families::{Family, Spec, as_value};
use crate::audit::{Event, Progress};
use crate::share::{ShareKind, UnixMillis, Viewer};
use crate::store::KeeperStats;

static EVENTS: Spec = Spec::counter(
    "rhombus_share_events_total",
    &["kind", "event"],
    "Events of links in the audit trail, in all organisations, since the trail began.",
);
static LAST_EVENT: Spec = Spec::gauge(
    "rhombus_share_last_event_timestamp_seconds",
    &["org", "kind", "event"],
    "When such an event was last noticed; absent until it was.",
);
static VIEWS: Spec = Spec::counter(
    "rhombus_share_views_total",
    &["org", "viewer"],
    "Views of links that the audit feed told of, since the trail began; absent until it told of one.",
);
static LAST_FINDING: Spec = Spec::gauge(
    "rhombus_audit_last_finding_timestamp_seconds",
    &["org", "finding"],
    "When what should be looked into last happened, by what Rhombus says; absent until it did.",
);
static SIZE: Spec = Spec::gauge(
    "rhombus_audit_size",
    &[],
    "Lines of the audit trail that are on the disk.",
);
static CHECKPOINT: Spec = Spec::gauge(
    "rhombus_audit_checkpoint_info",
    &["root"],
    "Lines of the audit trail at its last seal; the label is the root of the tree over them, in base64.",
);
static CHECK_SUCCESS: Spec = Spec::gauge(
    "rhombus_audit_check_success",
    &[],
    "1 if the audit trail is what was sealed, by the last check; else 0. Absent until it was checked.",
);
static HEARTBEAT: Spec = Spec::gauge(
    "rhombus_audit_heartbeat_timestamp_seconds",
    &[],
    "When the audit trail last said that the exporter runs: at the start, then daily.",
);
static QUEUE: Spec = Spec::gauge(
    "rhombus_audit_queue_events",
    &[],
    "Events that are not on the disk yet.",
);
static WRITE_ERRORS: Spec = Spec::counter(
    "rhombus_audit_write_errors_total",
    &[],
    "Writes of the audit trail that failed; what was to be written is held, and tried again.",
);
static DROPPED: Spec = Spec::counter(
    "rhombus_audit_dropped_events_total",
    &[],
    "Events that had no room in the queue; their looks are compared again once there is room.",
);

/// What can be said of the trail, of which `queue` waits for the disk.
pub(super) fn families(progress: &Arc<Progress>, queue: KeeperStats) -> [Family<'_>; 11] {
    [
        events(progress),
        last_events(progress),
        views(progress),
        last_findings(progress),
        Family::of(&SIZE, as_value(progress.read(|reached| reached.size))),
        checkpoint(progress),
        check_success(progress),
        heartbeat(progress),
        Family::of(&QUEUE, as_value(queue.entries as u64)),
        Family::of(&WRITE_ERRORS, as_value(queue.write_errors)),
        Family::of(&DROPPED, as_value(progress.read(|reached| reached.dropped))),
    ]
}

/// Each kind and event from the start, so that the first one is an increase.
fn events(progress: &Progress) -> Family<'_> {
    Family::new(&EVENTS, |series| {
        progress.read(|reached| {
            for kind in ShareKind::ALL {
                for event in Event::COUNTED.map(Event::label) {
                    let count = reached.counts.get(&(kind, event)).copied();
                    series.push_count(&[kind.label(), event], count.unwrap_or_default());
                }
            }
        });
    })
}

fn last_events(progress: &Progress) -> Family<'_> {
    Family::new(&LAST_EVENT, |series| {
        progress.read(|reached| {
            for (of, noticed) in &reached.last {
                if let (Some(org), Some(kind)) = (&of.org, of.kind) {
                    series.push(&[org, kind.label(), &of.event], noticed.as_secs_f64());
                }
            }
        });
    })
}

/// Each viewer of an organisation once there was any, so that the first of another sort is an increase.
fn views(progress: &Progress) -> Family<'_> {
    Family::new(&VIEWS, |series| {
        progress.read(|reached| {
            let orgs: BTreeSet<_> = reached.views.keys().map(|(org, _)| org).collect();
            for org in orgs {
                for viewer in Viewer::ALL.map(Viewer::label) {
                    let count = reached.views.get(&(org.clone(), viewer)).copied();
                    series.push_count(&[org, viewer], count.unwrap_or_default());
                }
            }
        });
    })
}

fn last_findings(progress: &Progress) -> Family<'_> {
    Family::new(&LAST_FINDING, |series| {
        progress.read(|reached| {
            for ((org, finding), at) in &reached.findings {
                series.push(&[org, finding], at.as_secs_f64());
            }
        });
    })
}

fn checkpoint(progress: &Progress) -> Family<'_> {
    Family::new(&CHECKPOINT, |series| {
        if let Some((size, root)) = progress.read(|reached| reached.seal.clone()) {
            series.push_count(&[&root], size);
        }
    })
}

fn check_success(progress: &Progress) -> Family<'_> {
    Family::new(&CHECK_SUCCESS, |series| {
        if let Some(is_whole) = progress.read(|reached| reached.is_whole()) {
            series.push_count(&[], is_whole.into());
        }
    })
}

fn heartbeat(progress: &Progress) -> Family<'_> {
    Family::new(&HEARTBEAT, |series| {
        if let Some(noticed) = progress.read(|reached| reached.heartbeat) {
            series.push(&[], UnixMillis::as_secs_f64(noticed));
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::store::{Checkpoint, KeptTrail, LastOf};

    fn text(kept: &KeptTrail) -> String {
        let progress = Arc::new(Progress::new(kept));
        let queue = KeeperStats {
            entries: 3,
            write_errors: 2,
            ..KeeperStats::default()
        };
        families(&progress, queue).map(|it| it.text()).concat()
    }

    fn samples(text: &str) -> Vec<&str> {
        text.lines().filter(|line| !line.starts_with('#')).collect()
    }

    #[test]
    fn a_trail_without_a_line_has_counters_at_0_and_no_times() {
        let text = text(&KeptTrail::default());
        let counts = samples(&text)
            .into_iter()
            .filter(|line| line.starts_with("rhombus_share_events_total"));
        let counts: Vec<_> = counts.collect();
        assert_eq!(counts.len(), 48);
        assert!(counts.iter().all(|line| line.ends_with(" 0")), "{counts:?}");
        assert!(counts.is_sorted());
        let others: Vec<_> = samples(&text).split_off(48);
        assert_eq!(
            others,
            [
                "rhombus_audit_size 0",
                "rhombus_audit_queue_events 3",
                "rhombus_audit_write_errors_total 2",
                "rhombus_audit_dropped_events_total 0",
            ]
        );
    }

    #[test]
    fn what_was_kept_goes_on() {
        let last = |org: Option<&str>, kind, event: &str| LastOf {
            org: org.map(Into::into),
            kind,
            event: event.to_owned(),
        };
        let clips = Some(ShareKind::ClipGroup);
        let kept = KeptTrail {
            size: 70,
            counts: BTreeMap::from([((clips, "unsecured".to_owned()), 5)]),
            last: BTreeMap::from([
                (last(None, None, "heartbeat"), UnixMillis(2_500)),
                (last(Some("a\"b"), clips, "unsecured"), UnixMillis(1_500)),
                (last(Some("a\"b"), clips, "baseline"), UnixMillis(1_000)),
            ]),
            checkpoint: Some(Checkpoint {
                number: 1,
                size: 60,
                root: [1; 32],
                made: UnixMillis(0),
                note: String::new(),
            }),
            ..KeptTrail::default()
        };
        let text = text(&kept);
        for line in [
            r#"rhombus_share_events_total{kind="clip_group",event="unsecured"} 5"#,
            r#"rhombus_share_last_event_timestamp_seconds{org="a\"b",kind="clip_group",event="unsecured"} 1.5"#,
            "rhombus_audit_size 70",
            "rhombus_audit_heartbeat_timestamp_seconds 2.5",
        ] {
            assert!(samples(&text).contains(&line), "{line}: {text}");
        }
        let times = samples(&text)
            .into_iter()
            .filter(|line| line.starts_with("rhombus_share_last_event"));
        assert_eq!(times.count(), 1);
    }

    #[test]
    fn whoever_has_looked_is_counted_beside_those_who_have_not() {
        let org = |label: &str| ("acme".to_owned(), label.to_owned());
        let kept = KeptTrail {
            views: BTreeMap::from([(org("raw"), 3), (org("by magic"), 9)]),
            findings: BTreeMap::from([
                (org("link_sent"), UnixMillis(1_500)),
                (org("not_known"), UnixMillis(2_500)),
            ]),
            ..KeptTrail::default()
        };
        let text = text(&kept);
        let of = |metric: &str| {
            let lines = samples(&text).into_iter();
            lines
                .filter_map(|line| Some(line.strip_prefix(metric)?.to_owned()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            of("rhombus_share_views_total"),
            [
                r#"{org="acme",viewer="anonymous"} 0"#,
                r#"{org="acme",viewer="other"} 0"#,
                r#"{org="acme",viewer="raw"} 3"#,
                r#"{org="acme",viewer="sso"} 0"#,
            ]
        );
        assert_eq!(
            of("rhombus_audit_last_finding_timestamp_seconds"),
            [r#"{org="acme",finding="link_sent"} 1.5"#]
        );
    }

    #[test]
    fn a_seal_and_a_check_are_told_once_there_was_one() {
        let progress = Arc::new(Progress::new(&KeptTrail::default()));
        let text = || {
            families(&progress, KeeperStats::default())
                .map(|it| it.text())
                .concat()
        };
        let said = |line: &str| samples(&text()).contains(&line);
        progress.sealed(7, "AQ==".to_owned());
        assert!(said(r#"rhombus_audit_checkpoint_info{root="AQ=="} 7"#));
        progress.checked(true);
        assert!(said("rhombus_audit_check_success 1"));
    }
}
