//! Where the alerts lead: to the rows or lines that each is about, on the pages of the exporter that has them. The
//! link ends the description, in one of the forms below, and is not there where the exporter doesn't say
//! where it is. What it looks like in the end is for the cases (`alerts/tests/pages.yml`).

use std::collections::BTreeSet;

use rhombus_share_exporter::audit::Event;
use rhombus_share_exporter::view::{PARAMETERS, Query};

use crate::dashboards::{read, root};
use crate::findings::{Findings, broken};
use crate::promql;
use crate::rule_file::{Alert, FILE, alerts, text, with_recorded};

/// How an alert finds the exporter that has its rows.
enum Exporter {
    /// It keeps no `instance`: one that asks for the organisation.
    OfOrg,
    /// The one that it names.
    Named,
    /// Each at which the metric of this label is above 0.
    Each(&'static str, &'static str),
}

use Exporter::{Each, Named, OfOrg};

/// The rows of one list of links.
const LIST: &str =
    "/shares?org={{ $labels.org | urlquery }}&kind={{ $labels.source | reReplaceAll \"s$\" \"\" }}";
const LINK: &str = "/shares/{{ $labels.share }}";
const OPEN: &str =
    "/shares?org={{ $labels.org | urlquery }}&kind={{ $labels.kind }}&protection=none&state=active";

const ACTIVE: &str =
    "/shares?org={{ $labels.org | urlquery }}&kind={{ $labels.kind }}&state=active";

/// The lines of the audit trail that a finding is in.
const MADE: &str = "/audit?org={{ $labels.org | urlquery }}&event=made_by";
const VIEWED: &str = "/audit?org={{ $labels.org | urlquery }}&event=viewed";
const SENT: &str = "/audit?org={{ $labels.org | urlquery }}&event=link_sent";
const GRANTED: &str = "/audit?org={{ $labels.org | urlquery }}&event=access_granted";
const KEYS: &str = "/audit?org={{ $labels.org | urlquery }}&event=key_made";

/// Each alert that leads somewhere; all others lead nowhere, since they are about no link that can be seen.
const LEADS: [(&str, Exporter, &str); 24] = [
    ("RhombusShareOpen", OfOrg, LINK),
    ("RhombusShareNeverExpires", OfOrg, LINK),
    ("RhombusSharePolicyViolated", OfOrg, LINK),
    (
        "RhombusShareViolationsHidden",
        OfOrg,
        "/shares?org={{ $labels.org | urlquery }}&excepted=no \
         {{- range printf \"count by (policy) (last_over_time(rhombus_share_violations{job=%q,org=%q,severity=%q}[5m]) > 0)\" \
         $labels.job $labels.org $labels.severity | query | sortByLabel \"policy\" -}} \
         &rule={{ .Labels.policy | urlquery }}{{ end }}",
    ),
    (
        "RhombusShareExpiresSoon",
        OfOrg,
        "/shares?org={{ $labels.org | urlquery }}&kind={{ $labels.kind }}&protection={{ $labels.protection }}&ends=24h",
    ),
    ("RhombusOpenSharesRise", OfOrg, OPEN),
    (
        "RhombusPolicyExceptionEndsSoon",
        Each("rhombus_policy_exception_shares", "exception"),
        "/shares?exception={{ $labels.exception | urlquery }}",
    ),
    (
        "RhombusPolicyErrors",
        Each("rhombus_policy_errors", "policy"),
        "/shares?rule={{ $labels.policy | urlquery }}",
    ),
    ("RhombusCollectFailing", Named, LIST),
    ("RhombusKeyRejected", Named, LIST),
    ("RhombusListForbidden", Named, LIST),
    ("RhombusThrottled", Named, LIST),
    ("RhombusDataStale", Named, LIST),
    ("RhombusMalformedRecords", Named, LIST),
    ("RhombusAnswerPartial", Named, LIST),
    (
        "RhombusSharesUnlisted",
        Named,
        "/shares?org={{ $labels.org | urlquery }}&kind={{ $labels.kind }}",
    ),
    ("RhombusShareUnsecured", OfOrg, ACTIVE),
    ("RhombusShareExpiryExtended", OfOrg, ACTIVE),
    ("RhombusShareMadeByOther", OfOrg, MADE),
    ("RhombusShareViewedOften", OfOrg, VIEWED),
    ("RhombusShareViewedElsewhere", OfOrg, VIEWED),
    ("RhombusShareLinkSent", OfOrg, SENT),
    ("RhombusAccessGranted", OfOrg, GRANTED),
    ("RhombusKeyMade", OfOrg, KEYS),
];

/// What the page of the audit trail can be asked for.
const OF_AUDIT: [&str; 6] = ["org", "kind", "event", "share", "since", "until"];

impl Exporter {
    /// The template before the path: who is asked, and the address that it gives.
    fn template(&self) -> String {
        let first = "}} See {{ . | first | label \"external_url\" }}";
        match self {
            OfOrg => format!(
                "{{{{- with printf \"job_org:rhombus_share_exporter_web_info:watching{{job=%q,org=%q}}\" \
                 $labels.job $labels.org | query {first}"
            ),
            Named => format!(
                "{{{{- with printf \"last_over_time(rhombus_share_exporter_web_info{{job=%q,instance=%q}}[5m])\" \
                 $labels.job $labels.instance | query {first}"
            ),
            Each(metric, label) => format!(
                "{{{{- range printf \"group by (external_url) \
                 (last_over_time(rhombus_share_exporter_web_info{{job=%q}}[5m]) \
                 and on (job, instance) last_over_time({metric}{{{label}=%q}}[5m]) > 0)\" \
                 $labels.job $labels.{label} | query | sortByLabel \"external_url\" }}}} \
                 See {{{{ .Labels.external_url }}}}"
            ),
        }
    }
}

fn check(text: &str) -> Findings {
    let mut findings = Findings::about(FILE);
    for alert in alerts(text) {
        let name = &alert.alert;
        let (before, link) = split(&alert);
        findings.require(
            !["web_info", "/shares", "/audit"]
                .iter()
                .any(|part| before.contains(part)),
            format!("{name}: a link is not at the end"),
        );
        match LEADS.iter().find(|(of, ..)| of == name) {
            Some((_, exporter, path)) => {
                let wanted = format!("{}{path}{{{{ end }}}}", exporter.template());
                findings.require(
                    link == wanted,
                    format!("{name}: leads to\n  {link}\nnot to\n  {wanted}"),
                );
            }
            None => findings.require(link.is_empty(), format!("{name}: leads to {link}")),
        }
        check_filters(&mut findings, name, link);
    }
    check_queries(&mut findings, text);
    findings
}

/// What the description says, and the link at its end.
fn split(alert: &Alert) -> (&str, &str) {
    let description = &alert.annotations.description;
    let asked = description.find("rhombus_share_exporter_web_info");
    let begins = asked.and_then(|asked| description[..asked].rfind("{{"));
    let (before, link) = description.split_at(begins.unwrap_or(description.len()));
    (before, link)
}

/// The link asks for what the page can be asked for.
fn check_filters(findings: &mut Findings, name: &str, link: &str) {
    let of_audit = link.contains("/audit?");
    for part in link.split(['?', '&']).skip(1) {
        let filter = part.split('=').next().unwrap_or_default();
        let known = match of_audit {
            true => OF_AUDIT.contains(&filter),
            false => PARAMETERS.iter().any(|known| known.name == filter),
        };
        findings.require(known, format!("{name}: the page has no filter {filter:?}"));
    }
}

/// What the texts ask Prometheus for can be asked, of metrics that exist.
fn check_queries(findings: &mut Findings, text: &str) {
    let metrics = with_recorded(text);
    for alert in alerts(text) {
        for asked in queries(&alert.annotations.description) {
            let Ok(parsed) = promql::parse(&asked) else {
                findings.require(false, format!("{}: no query: {asked}", alert.alert));
                continue;
            };
            for selected in promql::selected(&parsed) {
                findings.require(
                    metrics.contains_key(&selected.name),
                    format!("{}: no such metric: {}", alert.alert, selected.name),
                );
            }
        }
    }
}

/// The queries in a text, with a value in place of each label's.
fn queries(description: &str) -> Vec<String> {
    let description = description.replace("\\\"", "'");
    let begun = description.split("printf \"").skip(1);
    begun
        .filter_map(|rest| rest.split('"').next())
        .map(|query| query.replace("%q", "'x'"))
        .collect()
}

#[test]
fn each_alert_about_links_leads_to_them() {
    check(&text()).none();
    let names: BTreeSet<&str> = LEADS.iter().map(|(name, ..)| *name).collect();
    let rules = alerts(&text());
    let there = names
        .iter()
        .all(|name| rules.iter().any(|rule| rule.alert == *name));
    assert!(there && names.len() == LEADS.len(), "{names:?}");
}

/// What the cases expect is what the page can be asked for: names, values and how they are written.
#[test]
fn the_page_understands_each_link_of_the_cases() {
    let cases = read(&root().join("alerts/tests/pages.yml"));
    let links = cases.split_whitespace().filter(|word| {
        let there = ["https://a.example/", "https://b.example/"];
        there.iter().any(|pages| word.starts_with(pages)) && !word.contains("/audit?")
    });
    let asked: Vec<&str> = links
        .filter_map(|link| Some(link.split_once('?')?.1))
        .collect();
    assert!(asked.len() > 15, "{asked:?}");
    for text in asked {
        let query = Query::parse(text).unwrap_or_else(|wrong| panic!("{text}: {wrong}"));
        assert!(!query.filter.is_empty(), "{text}");
        for org in &query.filter.orgs {
            assert_eq!(org, "A & B \"+ü/#1", "{text}");
        }
    }
}

/// What the cases expect of the audit trail are events that it has, of the organisation.
#[test]
fn the_trail_has_the_events_that_the_cases_lead_to() {
    let cases = read(&root().join("alerts/tests/pages.yml"));
    let of_audit = "https://a.example/audit?org=A+%26+B+%22%2B%C3%BC%2F%231&event=";
    let asked: Vec<&str> = cases
        .split_whitespace()
        .filter(|word| word.contains("/audit?"))
        .map(|link| link.strip_prefix(of_audit).unwrap_or(link))
        .collect();
    assert_eq!(asked.len(), 6, "{asked:?}");
    for event in asked {
        let known = Event::ALL.iter().any(|known| known.label() == event);
        assert!(known, "{event}");
    }
}

#[test]
fn each_link_that_leads_elsewhere_is_noticed() {
    let good = text();
    for (from, to, words) in [
        (
            "/shares/{{ $labels.share }}",
            "/shares/{{ $labels.policy }}",
            "RhombusShareOpen: leads to",
        ),
        (
            "org={{ $labels.org | urlquery }}",
            "org={{ $labels.org }}",
            "RhombusShareExpiresSoon: leads to",
        ),
        (
            "watching{job=%q,org=%q}\" $labels.job $labels.org",
            "watching{org=%q}\" $labels.org",
            "RhombusOpenSharesRise: leads to",
        ),
        (
            "&event=link_sent",
            "&event=viewed",
            "RhombusShareLinkSent: leads to",
        ),
        (
            "&event=key_made",
            "&protection=none",
            "RhombusKeyMade: the page has no filter \"protection\"",
        ),
        ("&ends=24h", "&ends_within=24h", "no filter \"ends_within\""),
        (
            "Support can see footage without any link.",
            "Support can see footage without any link. {{ query \"rhombus_share_exporter_web_info\" }}",
            "RhombusSupportAccess: leads to",
        ),
        (
            "and can pass it on.",
            "and can pass it on, as /shares shows.",
            "RhombusShareOpen: a link is not at the end",
        ),
        (
            "sum_over_time(rhombus_collect_failing{job=%q",
            "sum_over_time(rhombus_collect_fails{job=%q",
            "no such metric: rhombus_collect_fails",
        ),
        (
            "{job=%q,instance=%q,org=%q,source=%q}[15m]",
            "{",
            "no query",
        ),
    ] {
        check(&broken(&good, from, to)).must_say(words);
    }
}
