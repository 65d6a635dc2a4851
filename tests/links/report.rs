//! `report`: what it says in each form, and how it ends.

use serde_json::{Value, json};

use crate::common::several::Several;
use crate::common::{clear_fault, set_fault};
use crate::said::{Said, name_camera, open_stream, run, run_at};
use crate::site::{LIST, Site, in_seconds, now, open_page, reference, uuid};

/// A site with an open page for three days, a stream that is open for ever, and a page with a password that
/// has ended.
async fn site() -> Site {
    let site = Site::new();
    name_camera(&site).await;
    let mut page = open_page(3 * 86_400 + 900);
    page["title"] = json!("=Dock, \"north\"");
    page["sharedClips"] = json!([{ "durationSec": 4_800, "startTime": now() * 1000,
        "deviceUuidMap": { "OTHERAAAAAAAAAAAAAAAAA.v0": { "region": "us" } } }]);
    site.put(LIST, &uuid(1), page).await;
    site.put("live_streams", &uuid(2), open_stream()).await;
    let mut ended = open_page(-86_400 * 4);
    (ended["isSecured"], ended["title"]) = (json!(true), json!("Old"));
    ended["createdAtMillis"] = json!((now() - 86_400 * 9) * 1000);
    site.put(LIST, &uuid(3), ended).await;
    site.configure("", "");
    site
}

async fn report(site: &Site, args: &[&str]) -> Said {
    run_at(site, &[&["report"], args].concat()).await
}

#[tokio::test]
async fn a_table_in_a_pipe_has_a_line_a_link_the_worst_first_and_nothing_for_terminals() {
    let site = site().await;
    let said = report(&site, &[]).await;
    assert_eq!(
        (said.code, said.stderr.as_str()),
        (0, ""),
        "{}",
        said.stdout
    );
    let refs = [1, 2, 3].map(reference);
    let today = &in_seconds(0)[.."2027-01-31".len()];
    let lines: Vec<_> = said.stdout.lines().collect();
    for (line, parts) in [
        (
            0,
            &[
                "REF",
                "KIND",
                "PROTECTION",
                "ENDS",
                "CREATED",
                "FOOTAGE",
                "CAMERAS",
                "TITLE",
                "BREAKS",
            ][..],
        ),
        (
            1,
            &[
                &refs[1],
                "live_stream  none",
                "never",
                "live +past",
                r"Vault \u{1b}[31m",
                r"Dock\u{202e}",
                "no-expiry, ",
            ],
        ),
        (
            2,
            &[
                &refs[0],
                "clip_group   none",
                "in 3d",
                today,
                "1h",
                "OTHERAAAAAAAAAAAAAAAAA",
                "=Dock, \"north\"",
                "unsecured",
            ],
        ),
        (3, &[&refs[2], "clip_group   password", "4d ago", "Old"]),
        (4, &[]),
        (
            5,
            &["3 links: 2 open to anyone, 1 of them without expiry; 1 ended"],
        ),
        (
            6,
            &["links that break a rule without an exception: 3; only with one: 0"],
        ),
        (7, &["as of "]),
    ] {
        let mut rest = lines[line];
        for part in parts {
            let at = rest.find(part);
            let at = at.unwrap_or_else(|| panic!("{part} in {line}\n{}", said.stdout));
            rest = &rest[at + part.len()..];
        }
    }
    assert_eq!(lines.len(), 8, "{}", said.stdout);
    assert!(!said.stdout.contains('\u{1b}') && !said.stdout.contains("ORG"));
    // Neither what opens a link.
    let is_secret = |secret: &str| said.stdout.contains(secret);
    assert!(!is_secret("SECRETADDRESS") && !(1..=3).any(|it| is_secret(&uuid(it))));
}

#[tokio::test]
async fn filters_are_flags_and_the_report_says_which() {
    let site = site().await;
    for (args, shown) in [
        (
            &["--kind=clip_group", "--kind=live_stream"][..],
            &[2, 1, 3][..],
        ),
        (&["--protection=none", "--state=active"], &[2, 1]),
        (&["--ends=never"], &[2]),
        (&["--ends=4d", "--older-than=1d"], &[]),
        (&["--camera=hq"], &[2]),
        (&["--text=OLD"], &[3]),
        (&["--rule=unsecured", "--sort=-title"], &[2, 1]),
        (&["--sort=title"], &[1, 2, 3]),
        (&["--sort", "-title"], &[3, 2, 1]),
        (&["--created-before=2020-01-01"], &[]),
    ] {
        let said = report(&site, args).await;
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{args:?}");
        let words = said.words();
        let is_ref = |word: &&str| word.len() == 12 && word.bytes().all(|b| b.is_ascii_hexdigit());
        let refs: Vec<_> = words
            .iter()
            .filter_map(|line| line.first().copied())
            .collect();
        let refs: Vec<_> = refs.into_iter().filter(is_ref).collect();
        let expected: Vec<_> = shown.iter().map(|it| reference(*it)).collect();
        assert_eq!(refs, expected, "{args:?}");
    }
    let said = report(&site, &["--text=old", "--ref", &reference(3)]).await;
    let asked = format!("asked for: --text=old --ref={}", reference(3));
    said.has_line(&asked);
    said.has_line("1 of 3 links: 0 open to anyone, 0 of them without expiry; 1 ended");
}

#[tokio::test]
async fn what_can_not_be_asked_is_told_and_is_no_empty_report() {
    let site = Site::new();
    site.configure(
        "policy: { rules: [{ name: quiet, sound: true, enabled: false }] }\n",
        ", sources: [clip_groups]",
    );
    for (args, expected) in [
        (
            &["--kind=clips"][..],
            "expected one of clip_group, live_stream,",
        ),
        (
            &["--state=active", "--state=active"],
            "cannot be used multiple times",
        ),
        (&["--ends=soon"], "expected a duration with its unit"),
        (&["--older-than=5"], "expected a duration"),
        (
            &["--created-after=1.1.2026"],
            "expected a day such as 2027-01-31",
        ),
        (&["--ref=link"], "expected a share's ref"),
        (&["--text="], "expected a value"),
        (&["--sort=size"], "expected one of risk, ends"),
        (
            &["--output=xml"],
            "[possible values: table, json, csv, html]",
        ),
        (
            &["--org=acne"],
            "--org: no organisation is called \"acne\" here: expected one of acme",
        ),
        (
            &["--rule=unsecure"],
            "--rule: no rule is called \"unsecure\": expected one of unsecured, no-expiry,",
        ),
        (&["--rule=quiet"], "--rule: the rule quiet is switched off"),
        (
            &["--exception=lobby"],
            "--exception: no exception is called \"lobby\"",
        ),
        (
            &["--kind=video_wall"],
            "--kind: video_wall are not watched: add video_walls to collect.sources",
        ),
        (
            &["--fail-on=unsecured,severe"],
            "--fail-on: no rule is called \"severe\": expected one of",
        ),
        (
            &["--fail-on=quiet"],
            "--fail-on: the rule quiet is switched off",
        ),
    ] {
        let said = report(&site, args).await;
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{args:?}");
        assert!(said.stderr.contains(expected), "{args:?}: {}", said.stderr);
    }
    report(&site, &[])
        .await
        .has_line("not asked for: live_streams, timelapse_groups, video_walls (collect.sources)");
}

#[tokio::test]
async fn rules_that_must_not_be_broken_end_it_with_3_unless_an_exception_covers() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3_600)).await;
    site.configure("", "");
    for (fail_on, code) in [
        (&["--fail-on=any"][..], 3),
        (&["--fail-on=info"], 3),
        (&["--fail-on=warning"], 3),
        (&["--fail-on=critical"], 0),
        (&["--fail-on=no-expiry,unsecured"], 3),
        (&["--fail-on=no-expiry"], 0),
        (&["--fail-on=any", "--protection=password"], 0),
        (&["--fail-on=any", "--text=dock"], 3),
        (&[], 0),
    ] {
        let said = report(&site, fail_on).await;
        assert_eq!(said.code, code, "{fail_on:?} {}", said.stderr);
        let told = "--fail-on: links that break such a rule, without an exception: 1 (unsecured)";
        assert_eq!(said.stderr.contains(told), code == 3, "{}", said.stderr);
    }
    let exception = format!(
        "policy:\n  exceptions:\n    - {{ name: dock, match: {{ share: {} }}, policies: [unsecured], \
         reason: CHG-1042, owner: me, until: {} }}\n",
        reference(1),
        in_seconds(3_600)
    );
    site.configure(&exception, "");
    let said = report(&site, &["--fail-on=any"]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    said.has_line("links that break a rule without an exception: 0; only with one: 1");
    assert!(said.stdout.contains("  (unsecured)\n"), "{}", said.stdout);
}

#[tokio::test]
async fn what_is_not_seen_ends_it_with_4_where_it_matters() {
    let site = site().await;
    let warning = json!({ "fault": "warning", "operation": "live_streams" }).to_string();
    let forbidden = json!({ "fault": "forbidden", "operation": "live_streams" }).to_string();
    for (fault, reason) in [(warning, "partial"), (forbidden, "forbidden")] {
        set_fault(&site.simulator, &fault).await;
        for output in ["table", "json", "csv", "html"] {
            let output = format!("--output={output}");
            let said = report(&site, &[&output, "--fail-on=any"]).await;
            assert_eq!(said.code, 4, "{output}: {}", said.stderr);
            for told in [
                &format!("not seen: acme: live_streams: {reason}: "),
                "not everything could be seen",
                "--fail-on: links that break such a rule",
            ] {
                assert!(said.stderr.contains(told), "{told}: {}", said.stderr);
            }
            assert!(
                output == "--output=csv" || said.stdout.contains(reason),
                "{output}"
            );
        }
        let said = report(&site, &["--state=active"]).await;
        assert_eq!(said.code, 4);
        said.has_line("NOT SEEN (1): this is not all that is shared");
        let least = match reason {
            "partial" => "at least 2 of 3 links: ",
            _ => "at least 1 of 2 links: ",
        };
        assert!(said.stdout.contains(least), "{}", said.stdout);
        // That list can't hold any of these.
        let said = report(&site, &["--kind=clip_group"]).await;
        assert_eq!((said.code, said.stderr.as_str()), (0, ""));
        clear_fault(&site.simulator).await;
    }
    for list in [
        "clip_groups",
        "live_streams",
        "timelapse_groups",
        "video_walls",
    ] {
        let fault = json!({ "fault": "forbidden", "operation": list }).to_string();
        set_fault(&site.simulator, &fault).await;
    }
    let said = report(&site, &[]).await;
    assert_eq!(said.code, 4);
    said.has_line("no list could be read: nothing is known of the links");
    assert!(!said.stdout.contains("0 links"), "{}", said.stdout);
}

#[tokio::test]
async fn links_that_are_counted_and_not_listed_are_not_seen() {
    let site = Site::new();
    site.put("live_streams", &uuid(2), open_stream()).await;
    site.configure("", "");
    let path = format!("/simulator/live_streams/{}/unlisted", uuid(2));
    let (status, text) = site.simulator.send("PUT", &path, "").await;
    assert_eq!(status, 204, "{text}");
    let said = report(&site, &[]).await;
    assert_eq!(said.code, 4, "{}", said.stdout);
    let told = "acme: live_streams: unlisted: 1 more are counted than this key is shown";
    assert!(said.stdout.contains(told), "{}", said.stdout);
}

#[tokio::test]
async fn what_a_key_may_not_see_is_told() {
    let site = Site::new();
    site.configure("", "");
    let permissions = json!({ "superAdmin": false }).to_string();
    let (status, text) = site
        .simulator
        .send("PUT", "/simulator/permissions", &permissions)
        .await;
    assert_eq!(status, 204, "{text}");
    let said = report(&site, &[]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    said.has_line("the key is no super admin, and may not be told all links: acme");
}

#[tokio::test]
async fn only_who_can_have_such_links_is_asked() {
    let several = Several::new(&["acme", "bell"]);
    several.put_open("acme").await;
    let config = several.configure("{sources: [clip_groups], timeout: 1s}", &["acme", "bell"]);
    let said = run(&config, &["report"]).await;
    let words = said.words();
    assert_eq!(words[0][..3], ["REF", "ORG", "KIND"], "{}", said.stdout);
    assert_eq!(words[1][1..3], ["acme", "clip_group"], "{}", said.stdout);
    several.set_fault("bell", r#"{"fault":"forbidden"}"#).await;
    several.order("DELETE", "requests", "bell", "").await;
    let said = run(&config, &["report", "--org=acme"]).await;
    assert_eq!(
        (said.code, said.stderr.as_str()),
        (0, ""),
        "{}",
        said.stdout
    );
    assert!(several.arrivals("bell").await.is_empty());
    assert_eq!(run(&config, &["report", "--org=bell"]).await.code, 4);
    assert_eq!(run(&config, &["report"]).await.code, 4);
}

#[tokio::test]
async fn json_is_what_the_api_says_with_addresses_for_who_has_the_key() {
    let site = site().await;
    let said = report(&site, &["--output=json", "--state=active"]).await;
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(json["next_cursor"], Value::Null);
    assert_eq!(json["not_seen"], json!([]));
    assert!(json["as_of"].is_string());
    let (stream, page) = (&json["shares"][0], &json["shares"][1]);
    assert_eq!(stream["ref"], reference(2));
    assert_eq!(
        stream["url"],
        "https://console.example/share/live/SECRETADDRESS"
    );
    assert_eq!(stream["cameras"][0]["location"], "HQ");
    assert_eq!(page["title"], "=Dock, \"north\"");
    assert_eq!(page["violations"][0]["exception"], Value::Null);
    assert_eq!(json["shares"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn csv_has_a_line_a_link_and_no_formula() {
    let site = site().await;
    let said = report(&site, &["--output=csv"]).await;
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    let lines: Vec<_> = said.stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{}", said.stdout);
    assert!(lines[0].starts_with("ref,org,kind,"), "{}", said.stdout);
    assert!(
        lines[2].contains(r#","'=Dock, ""north""","#),
        "{}",
        lines[2]
    );
    assert!(lines[1].contains("/SECRETADDRESS,"), "{}", lines[1]);
}

#[tokio::test]
async fn the_page_to_mail_has_everything_but_what_opens_a_link() {
    let site = site().await;
    let mut odd = open_page(3_600);
    odd["title"] = json!("<script>alert(1)</script>");
    site.put(LIST, &uuid(4), odd).await;
    let exception = format!(
        "policy:\n  exceptions:\n    - {{ name: dock, match: {{ share: {} }}, policies: [unsecured], \
         reason: \"CHG-1042 & more\", owner: me, until: {} }}\n",
        reference(1),
        in_seconds(86_400)
    );
    site.configure(&exception, "");
    let said = report(&site, &["--output=html"]).await;
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    let page = &said.stdout;
    for part in [
        reference(1).as_str(),
        "=Dock, &#34;north&#34;",
        "&#60;script&#62;alert(1)",
        r"Vault \u{1b}[31m",
        "unsecured (warning)<span class=\"note\">excepted by dock until ",
        ": CHG-1042 &#38; more (me)",
        "4 links: 3 open to anyone, 1 of them without expiry; 1 ended",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    for part in [
        "SECRETADDRESS",
        "<script",
        "http://",
        "https://",
        "<link",
        "src=",
    ] {
        assert!(!page.contains(part), "{part}\n{page}");
    }
    (1..=4).for_each(|it| assert!(!page.contains(&uuid(it)), "{page}"));
}
