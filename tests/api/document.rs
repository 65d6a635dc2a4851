//! `docs/api.md` and the answers of the binary, held to each other.

use std::collections::BTreeSet;

use rhombus_share_exporter::inventory::Belief;
use rhombus_share_exporter::policy::Severity;
use rhombus_share_exporter::share::{Protection, ShareKind};
use rhombus_share_exporter::view::{NotSeen, PARAMETERS, State};
use serde_json::Value;

use crate::asking::{ask, get};
use crate::common::audited::Audited;
use crate::common::links::{Links, reference, uuid};
use crate::common::process::Process;
use crate::common::{exporter, set_fault, simulator};
use crate::fields::{Document, section, table, words};
use crate::partner::{Partner, clients, of_list};

#[test]
fn the_filters_are_those_that_there_are() {
    let rows = table(section("Filters"), "| parameter |");
    let documented: Vec<_> = rows.iter().map(|cells| cells.join(" | ")).collect();
    let filter = |it: &rhombus_share_exporter::view::Parameter| {
        let repeats = if it.repeats { "yes" } else { "no" };
        format!("`{}` | {} | {} | {repeats}", it.name, it.value, it.meaning)
    };
    let there_are: Vec<_> = PARAMETERS.iter().map(filter).collect();
    assert_eq!(documented, there_are);
}

#[test]
fn the_words_are_those_that_there_are() {
    let document = Document::read();
    let all = |words: &[&str]| {
        words
            .iter()
            .map(|it| (*it).to_owned())
            .collect::<BTreeSet<_>>()
    };
    let kinds = ShareKind::ALL.map(ShareKind::label);
    assert_eq!(document.words("a-link", "kind"), all(&kinds));
    let protections = Protection::ALL.map(Protection::label);
    assert_eq!(document.words("a-link", "protection"), all(&protections));
    let states = State::ALL.map(State::label);
    assert_eq!(document.words("a-link", "state"), all(&states));
    let severities = Severity::ALL.map(Severity::label);
    assert_eq!(document.words("a-violation", "severity"), all(&severities));
    let beliefs = Belief::ALL.map(Belief::label);
    assert_eq!(document.words("a-list", "state"), all(&beliefs));
    let reasons: Vec<_> = NotSeen::reasons().collect();
    assert_eq!(document.words("what-is-not-seen", "reason"), all(&reasons));
    let mut lists = ShareKind::ALL.map(ShareKind::list).to_vec();
    lists.push("partner_clients");
    assert_eq!(document.words("what-is-not-seen", "source"), all(&lists));
}

/// All that the API answers about this exporter.
async fn hold_all(document: &Document, exporter: &Process) -> Value {
    let shares = get(exporter, "/api/v1/shares?limit=1000").await;
    document.hold("the-links", &shares);
    document.hold("the-links", &get(exporter, "/api/v1/shares?limit=1").await);
    document.hold(
        "organisations",
        &get(exporter, "/api/v1/organizations").await,
    );
    for link in shares["shares"].as_array().unwrap() {
        if let Some(reference) = link["ref"].as_str() {
            let path = format!("/api/v1/shares/{reference}");
            document.hold("one-link", &get(exporter, &path).await);
        }
    }
    document.hold("errors", &ask(exporter, "/api/v1/shares?x=y").await.json());
    let file = ask(exporter, "/shares.json").await;
    document.hold("the-links", &file.json());
    shares
}

#[tokio::test]
async fn each_field_that_is_documented_is_answered_and_no_other() {
    let document = Document::read();

    let links = Links::all().await;
    let fault = r#"{"fault":"forbidden","operation":"live_streams"}"#;
    links.several.order("PUT", "fault", "bell", fault).await;
    let watched = links.exporter(7.0, &[]).await;
    let shares = hold_all(&document, &watched).await;
    let title = |reference: &str| {
        let all = shares["shares"].as_array().unwrap().iter();
        let of_it: Vec<_> = all.filter(|it| it["ref"] == reference).collect();
        assert_eq!(of_it.len(), 1, "{reference}");
        of_it[0]["title"].clone()
    };
    assert_eq!(title(&reference(5)), "x".repeat(200));
    assert_eq!(title(&reference(2)), Value::Null);

    // Somebody who has logged in is shown addresses.
    let users = links.several.files.write("web.yml", &users());
    let flag = format!("--web.config.file={}", users.display());
    let logged_in = links.start(&[&flag]);
    let client = reqwest::Client::new();
    let mine = loop {
        let asked = client
            .get(logged_in.url("/api/v1/shares"))
            .basic_auth("ann", Some("secret"));
        let text = asked.send().await.unwrap().text().await.unwrap();
        if text.contains(&uuid(20)) {
            break text;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    document.hold("the-links", &serde_json::from_str(&mine).unwrap());

    // Where the audit feed is read, it is known who made a link and who looked.
    let audited = Audited::new().await;
    hold_all(&document, &audited.exporter).await;

    let (_partner, of_partner) = partner().await;
    hold_all(&document, &of_partner).await;

    let failing = simulator(0);
    for operation in ["clip_groups", "organization"] {
        let fault = format!(r#"{{"fault":"unauthorized","operation":"{operation}"}}"#);
        set_fault(&failing, &fault).await;
    }
    let unread = exporter(&failing, &[]);
    unread
        .wait_for("it has failed", |metrics| {
            metrics.sum("rhombus_collect_errors_total") >= 1.0
        })
        .await;
    let nothing = hold_all(&document, &unread).await;
    assert_eq!(nothing["as_of"], Value::Null);

    // It takes a reload at the right moment.
    let excused = ["a-violation.severity: null"];
    assert_eq!(document.unseen(&excused), BTreeSet::new());
    for (place, object, field) in [
        ("a-link.kind", "a-link", "kind"),
        ("a-link.protection", "a-link", "protection"),
        ("a-link.state", "a-link", "state"),
        ("a-link.made_by", "a-link", "made_by"),
        ("a-link.not_read", "a-link", "not_read"),
    ] {
        let mut unseen = document.words(object, field);
        unseen.retain(|it| !document.seen_words(place).contains(it));
        // No element of these lists is anything but a record.
        unseen.remove("record");
        assert_eq!(unseen, BTreeSet::new(), "{place}");
    }
}

/// What watches a partner whose clients were listed, and can't be any more; one of them has withdrawn access.
async fn partner() -> (Partner, Process) {
    let partner = Partner::new(2, 4, &[]);
    let exporter = partner.watched();
    exporter
        .wait_for("its clients are read", |metrics| {
            metrics.sum("rhombus_collect_success") == 9.0
        })
        .await;
    let path = format!("clients/{}", partner.uuids().await[0]);
    let withdrawn = r#"{"clientAccessAllowed":false}"#;
    partner.order("PUT", &path, withdrawn).await;
    exporter
        .wait_for("access is withdrawn", |metrics| {
            metrics.value(&clients("not_allowed")) == 1.0
        })
        .await;
    let fault = r#"{"fault":"unauthorized","operation":"clients"}"#;
    partner.order("PUT", "fault", fault).await;
    exporter
        .wait_for("the list fails", |metrics| {
            metrics.value(&of_list("rhombus_collect_success", "")) == 0.0
        })
        .await;
    (partner, exporter)
}

/// A user `ann` with the password `secret`.
fn users() -> String {
    let hash = bcrypt::hash("secret", 4).unwrap();
    format!("basic_auth_users:\n  ann: {hash}\n")
}

#[tokio::test]
async fn the_columns_of_a_file_are_documented() {
    let links = Links::all().await;
    let exporter = links.exporter(8.0, &[]).await;
    let file = ask(&exporter, "/shares.csv").await;
    assert_eq!(file.media_type, "text/csv; charset=utf-8");
    let (_, columns) = section("Files")
        .split_once("has these columns:\n\n")
        .unwrap();
    let (columns, _) = columns.split_once("\n\n").unwrap();
    let columns = columns.split(',').map(|it| it.trim().trim_matches('`'));
    let documented: Vec<_> = columns.collect();
    assert_eq!(file.text.lines().next().unwrap(), documented.join(","));
    let statuses = table(section("Errors"), "| status |");
    assert!(
        statuses.iter().all(|cells| words(cells[0]).is_empty()),
        "numbers"
    );
}
