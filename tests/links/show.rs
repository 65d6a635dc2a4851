//! `show`: one link whole.

use serde_json::{Value, json};

use crate::common::audited::{Audited, first};
use crate::common::process::command;
use crate::common::{KEY, set_fault};
use crate::said::{Said, name_camera, open_stream, run_at};
use crate::site::{LIST, Site, now, open_page, reference, uuid};

#[tokio::test]
async fn a_link_is_told_whole_and_its_address_only_when_asked() {
    let site = Site::new();
    name_camera(&site).await;
    site.put("live_streams", &uuid(2), open_stream()).await;
    site.configure("", "");
    let said = run_at(&site, &["show", &reference(2)]).await;
    assert_eq!(
        (said.code, said.stderr.as_str()),
        (0, ""),
        "{}",
        said.stdout
    );
    for line in [
        &format!("ref           {}", reference(2)),
        "organisation  acme",
        "kind          live_stream",
        r"title         Dock\u{202e}",
        "ends          never",
        r"cameras       Vault \u{1b}[31m at HQ",
        "past footage  yes",
        "monitored     no",
        "made by       not said",
        "breaks unsecured (warning)",
    ] {
        said.has_line(line);
    }
    assert!(!said.stdout.contains("SECRETADDRESS") && !said.stdout.contains(&uuid(2)));
    let said = run_at(&site, &["show", &reference(2), "--address"]).await;
    said.has_line("address       https://console.example/share/live/SECRETADDRESS");
    for (flag, url) in [
        (None, Value::Null),
        (
            Some("--address"),
            json!("https://console.example/share/live/SECRETADDRESS"),
        ),
    ] {
        let reference = reference(2);
        let args = ["show", &reference, "--output=json"]
            .into_iter()
            .chain(flag);
        let said = run_at(&site, &args.collect::<Vec<_>>()).await;
        let json: Value = serde_json::from_str(&said.stdout).unwrap();
        assert_eq!(json["shares"][0]["url"], url);
        assert_eq!(json["shares"].as_array().unwrap().len(), 1);
        assert_eq!(json["not_seen"], json!([]));
    }
}

#[tokio::test]
async fn its_clips_are_listed_as_far_as_anybody_reads() {
    let site = Site::new();
    name_camera(&site).await;
    let clips: Vec<_> = (0..53)
        .map(|number| {
            json!({ "durationSec": 90, "startTime": (now() - 3_600) * 1000 + number * 60_000,
                "deviceUuidMap": { "CAMERAAAAAAAAAAAAAAAAA.v0": { "region": "us" } } })
        })
        .collect();
    let mut page = open_page(3_600);
    page["sharedClips"] = json!(clips);
    site.put(LIST, &uuid(1), page).await;
    site.configure("", "");
    let said = run_at(&site, &["show", &reference(1)]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    let clips = said
        .stdout
        .lines()
        .filter(|line| line.starts_with("clip 20"));
    let ended = clips.filter(|line| line.ends_with(r", 1m 30s, Vault \u{1b}[31m at HQ"));
    assert_eq!(ended.count(), 50, "{}", said.stdout);
    said.has_line("and 3 more");
    said.has_line("footage       clips: 53, 1h 19m in all");
}

#[tokio::test]
async fn one_that_is_not_found_is_told_from_one_that_may_not_have_been_seen() {
    let site = Site::new();
    site.configure("", "");
    let said = run_at(&site, &["show", "000000000000"]).await;
    assert_eq!((said.code, said.stdout.as_str()), (1, ""));
    assert!(said.stderr.contains("no link has the ref 000000000000"));
    let fault = json!({ "fault": "forbidden", "operation": "live_streams" }).to_string();
    set_fault(&site.simulator, &fault).await;
    let said = run_at(&site, &["show", "000000000000"]).await;
    assert_eq!((said.code, said.stdout.as_str()), (4, ""));
    assert!(
        said.stderr
            .contains("not read: acme: live_streams: forbidden: ")
    );
    assert_eq!(run_at(&site, &["show", "link"]).await.code, 2);
}

/// Beside the exporter that runs, whose trail has it.
#[tokio::test]
async fn who_made_it_and_who_looked_is_told_where_the_exporter_has_read_it() {
    let audited = Audited::new().await;
    let endpoint = audited.simulator.url("");
    let env = [
        ("RHOMBUS_API_KEY", KEY),
        ("RHOMBUS_ENDPOINT_URL", &endpoint),
    ];
    let storage = format!("--storage.path={}", audited.storage().display());
    let sources = "--collect.sources=clip_groups";
    let reference = first();
    let show = |flags: &[&str]| {
        let args = [&["show", &*reference, sources], flags].concat();
        Said::of(command(&args, &env).output().unwrap())
    };
    let said = show(&[&storage]);
    assert!(
        said.stdout
            .contains("\ncreated by    Ann Öther <ann> (USER), 20"),
        "{}\n{}",
        said.stdout,
        said.stderr
    );
    said.has_line("views         1 (anonymous 1)");
    said.has_line("sent on       0 times");
    let json = show(&[&storage, "--output=json"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["shares"][0]["created_by"]["principal"], "USER");
    assert_eq!(json["shares"][0]["views"]["anonymous"], 1);
    let said = show(&[]);
    said.has_line("created by    not asked for (--storage.path)");
    assert!(!said.stdout.contains("Ann"), "{}", said.stdout);
}
