//! The links in the tables: each leads to a dashboard that ships, with the variables kept, and to the
//! organisation of its row, whatever that is called; or to the row's links on the pages of the exporter
//! that has them, from a column that is there only where the exporter says where its pages are.

use std::collections::BTreeMap;

use rhombus_share_exporter::view::Query;
use serde_json::Value;

use crate::dashboards::{dashboards, expressions, links, list, panels, parse, text};
use crate::findings::{Findings, broken};
use crate::grafana::{EXTERNAL_URL, ODD_NAMES, followed};
use crate::whole_dashboards;

/// Every link of every column of the dashboard.
pub(crate) fn check(findings: &mut Findings, dashboard: &Value) {
    let paths = paths();
    for panel in panels(dashboard) {
        let title = text(panel, "title");
        for url in links(panel) {
            let encoded = url
                .split("${__data.fields.")
                .skip(1)
                .all(|field| field.split('}').next().is_some_and(percent_encodes));
            findings.require(
                encoded,
                format!("{title}: a link has a field without :percentencode"),
            );
            let to_rows = url.starts_with("${__value.raw}");
            for name in ODD_NAMES {
                let checked = match to_rows {
                    true => check_rows(url, name),
                    false => check_target(url, name, &paths),
                };
                if let Err(wrong) = checked {
                    findings.require(false, format!("{title}: the link of {name:?}: {wrong}"));
                }
            }
            findings.require(
                !to_rows || has_addresses(panel, url),
                format!("{title}: a link to rows is not in the column of the addresses"),
            );
        }
    }
}

/// The link leads to the page of one link, or to the list with filters that it has, by what the row says.
fn check_rows(url: &str, name: &str) -> Result<(), String> {
    let address = followed(url, name)?;
    let Some(path) = address.as_str().strip_prefix(EXTERNAL_URL) else {
        return Err(format!("not on the pages of the exporter: {address}"));
    };
    if address.fragment().is_some() {
        return Err(format!("a part of the page: {address}"));
    }
    let asked: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    if asked.is_empty() {
        let one = path.starts_with("/shares/") && !path[8..].contains('/');
        return one.then_some(()).ok_or(format!("not one link: {path}"));
    }
    let of_row = url.matches("=${__data.fields.").count();
    let found = asked.iter().filter(|(_, value)| value == name).count();
    match path.starts_with("/shares?") && of_row > 0 && found == of_row {
        true => understood(url),
        false => Err(format!("asks for {asked:?} at {path}")),
    }
}

/// The page knows the filters, and the values that are not the row's.
fn understood(url: &str) -> Result<(), String> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query
        .replace("${__data.fields.Kind:percentencode}", "clip_group")
        .replace("${__data.fields.Protection:percentencode}", "none");
    let asked = Query::parse(&query).map_err(|wrong| wrong.to_string())?;
    match asked.filter.is_empty() {
        true => Err("asks for nothing".to_owned()),
        false => Ok(()),
    }
}

/// Whether the link is in the column of `external_url`, which no query has where no exporter says it.
fn has_addresses(panel: &Value, url: &str) -> bool {
    let renamed = list(panel, "transformations")
        .iter()
        .map(|step| text(&step["options"]["renameByName"], "external_url"))
        .find(|name| !name.is_empty());
    let columns = list(&panel["fieldConfig"], "overrides").iter();
    let mut of_link = columns.filter(|column| {
        let properties = list(column, "properties").iter();
        let mut links = properties.flat_map(|property| list(property, "value"));
        links.any(|link| text(link, "url") == url)
    });
    let asked = expressions(panel)
        .iter()
        .any(|expr| expr.contains("group_left (external_url)"));
    asked && of_link.all(|column| Some(text(&column["matcher"], "options")) == renamed)
}

/// Where the dashboards are.
fn paths() -> Vec<String> {
    let all = dashboards().into_iter();
    all.filter_map(|dashboard| parse(&dashboard.text).ok())
        .map(|json| format!("/d/{}", text(&json, "uid")))
        .collect()
}

fn percent_encodes(field: &str) -> bool {
    field.ends_with(":percentencode")
}

fn check_target(url: &str, name: &str, paths: &[String]) -> Result<(), String> {
    let address = followed(url, name)?;
    if !paths.iter().any(|path| path == address.path()) {
        return Err(format!("no dashboard at {}", address.path()));
    }
    let asked: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
    let all = Some("$__all");
    for (key, value) in [
        ("var-datasource", all),
        ("var-job", all),
        ("var-instance", all),
        ("var-kind", all),
        ("var-org", Some(name)),
        ("from", Some("now-6h")),
        ("to", Some("now")),
    ] {
        let found = asked.get(key).map(String::as_str);
        if found != value {
            return Err(format!("{key} is {found:?}"));
        }
    }
    if address.fragment().is_some() || asked.len() != address.query_pairs().count() {
        return Err(format!("more than asked for: {address}"));
    }
    Ok(())
}

#[test]
fn there_are_links_to_hold() {
    for dashboard in dashboards() {
        let json = parse(&dashboard.text).expect("a dashboard is JSON");
        let links: Vec<&str> = panels(&json).into_iter().flat_map(links).collect();
        let to_rows = links.iter().filter(|url| url.starts_with("${__value.raw}"));
        let wanted = match &*dashboard.file {
            "rhombus-shares-overview.json" => 5,
            "rhombus-shares-policy.json" => 3,
            _ => 0,
        };
        assert_eq!(to_rows.count(), wanted, "{}", dashboard.file);
        assert!(links.len() > wanted, "{}", dashboard.file);
    }
}

#[test]
fn each_link_that_leads_elsewhere_is_noticed() {
    for dashboard in dashboards() {
        for (from, to, words) in [
            (":percentencode}", "}", "without :percentencode"),
            (
                ":percentencode}",
                "}",
                "the link of \"A+B\": var-org is Some(\"A B\")",
            ),
            (":percentencode}", ":json}", "is not known here"),
            (
                "/d/rhombus-shares-overview?",
                "/d/rhombus?",
                "no dashboard at /d/rhombus",
            ),
            ("${job:queryparam}&", "", "var-job is None"),
            ("&${__url_time_range}", "", "from is None"),
            ("&var-org=", "&org=", "var-org is None"),
        ] {
            let text = broken(&dashboard.text, from, to);
            whole_dashboards::check_part(&dashboard.file, &text, check).must_say(words);
        }
    }
}

#[test]
fn each_link_to_the_wrong_rows_is_noticed() {
    for dashboard in dashboards() {
        if !dashboard.text.contains("${__value.raw}") {
            continue;
        }
        for (from, to, words) in [
            (
                "${__value.raw}/shares",
                "https://rhombus.test/shares",
                "no dashboard at /shares",
            ),
            (
                "${__value.raw}/shares",
                "${__value.raw}/links",
                "the link of \"A+B\"",
            ),
            ("/shares?org=", "/shares?organisation=", "organisation"),
            (
                "\"external_url\": \"See the links\"",
                "\"external_url\": \"Address\"",
                "not in the column of the addresses",
            ),
            (
                "group_left (external_url)",
                "group_left ()",
                "not in the column of the addresses",
            ),
        ] {
            let text = broken(&dashboard.text, from, to);
            whole_dashboards::check_part(&dashboard.file, &text, check).must_say(words);
        }
    }
}
