//! The log at its most talkative, in both forms: while all goes well, while Rhombus fails in words that repeat
//! what people wrote, and while people ask for what they may not see, or write titles into what they ask.

use reqwest::Method;
use serde_json::{Value, json};

use crate::canary::{Canary, assert_holds_none};
use crate::common::process::Process;
use crate::silent::PLAIN;
use crate::site::{FOREIGN, SCRAPER, Site, VIEWER, ask, request, wait_for_polls};
use crate::world::{BESIDE, LISTS};

/// Ways to fail in these words.
fn faults(words: &str) -> Vec<Value> {
    let url = format!("https://console.example.com/{}", words.replace(' ', "/"));
    let object = |of: Value| json!({"fault": "raw", "body": of.to_string()});
    vec![
        json!({"fault": "raw", "status": 400, "body": words,
               "headers": {"content-type": format!("text/{}", &words[..words.find(' ').unwrap()])}}),
        json!({"fault": "raw", "status": 403, "body": json!({"errorMsg": words}).to_string()}),
        object(json!({"error": true, "errorMsg": words})),
        object(json!([words])),
        object(
            json!({"sharedClipGroups": words, "sharedLiveVideoStreams": words,
                      "sharedTimelapseGroups": words, "videoWalls": words}),
        ),
        json!({"fault": "raw", "body": words}),
        json!({"fault": "redirect", "to": url}),
    ]
}

/// Lets every list fail in each of these ways, and asks what can be asked meanwhile.
async fn fail_in_words(site: &Site, exporter: &Process, secrets: &[Canary]) {
    for fault in faults(&site.world.words()) {
        site.world.fail(&LISTS, &fault).await;
        wait_for_polls(exporter, "failure", 2).await;
        for path in PLAIN {
            let said = ask(exporter, Some(SCRAPER), path).await.all();
            assert_holds_none(&format!("{path} under {fault}"), &said, secrets);
        }
        let blind = ask(exporter, Some(VIEWER), "/api/v1/organizations")
            .await
            .all();
        assert_holds_none("what is not seen", &blind, secrets);
    }
    site.world.mend(&LISTS).await;
}

/// Asks for everything, as everybody, in right and in wrong ways, with a word of the asker's own.
async fn ask_for_everything(site: &Site, exporter: &Process, typed: &Canary) {
    let word = &typed.text;
    for path in site.details() {
        let and = if path.contains('?') { '&' } else { '?' };
        for query in [
            String::new(),
            format!("{and}text={word}"),
            format!("{and}camera={word}&org={word}"),
            format!("{and}kind={word}"),
            format!("{and}{word}=1"),
            format!("{and}cursor={word}"),
            format!("{and}text={word}%ff%00%0a&text={word}"),
        ] {
            for user in [Some(VIEWER), Some(SCRAPER), Some(word.as_str()), None] {
                ask(exporter, user, &format!("{path}{query}")).await;
            }
        }
        for header in FOREIGN {
            let to = format!("{path}?text={word}");
            request(exporter, None, Method::GET, &to, &[header]).await;
        }
        let with_word = [
            ("referer", word.as_str()),
            ("origin", word),
            ("x-forwarded-for", word),
        ];
        request(exporter, None, Method::POST, &path, &with_word).await;
    }
    for path in [
        format!("/{word}"),
        format!("/shares/{word}"),
        format!("/?q={word}"),
    ] {
        ask(exporter, Some(VIEWER), &path).await;
    }
    // Those who look for a link by what they know of it.
    for canary in site.world.all() {
        for path in ["/shares/", "/shares?text=", "/api/v1/shares?x=", "/"] {
            ask(exporter, Some(VIEWER), &format!("{path}{}", canary.text)).await;
        }
    }
}

async fn run(format: &str) {
    let site = Site::new().await;
    let (secrets, typed) = (site.secrets(), Canary::word("xqtypedbypeople"));
    let exporter = site
        .with_passwords(&[&format!("--log.format={format}")])
        .await;
    ask_for_everything(&site, &exporter, &typed).await;
    fail_in_words(&site, &exporter, &secrets).await;
    exporter.reload().await;
    site.world
        .put("clip_groups", "x", json!({"title": 7}))
        .await;
    exporter.signal("TERM");
    let (status, log) = exporter.ended().await;
    assert!(status.success(), "{status}");
    // It does tell of all of this.
    for said in ["a poll failed", "values could not be understood", "eloaded"] {
        assert!(log.contains(said), "{said}:\n{log}");
    }
    assert_holds_none("the log", &log, secrets.iter().chain(&[typed]));
}

#[tokio::test]
async fn the_log_holds_nothing_of_a_link_or_of_a_request() {
    run("logfmt").await;
}

#[tokio::test]
async fn nor_does_the_log_as_json() {
    run("json").await;
}

/// What is asked beside the lists is asked at the start.
#[tokio::test]
async fn nor_what_rhombus_says_of_what_is_asked_beside_the_lists() {
    let site = Site::new().await;
    let secrets = site.secrets();
    for fault in faults(&site.world.words()) {
        site.world.fail(&BESIDE, &fault).await;
        let exporter = site.started(&[]);
        wait_for_polls(&exporter, "success", 1).await;
        for path in PLAIN {
            let said = ask(&exporter, Some(SCRAPER), path).await.all();
            assert_holds_none(&format!("{path} under {fault}"), &said, &secrets);
        }
        exporter.signal("TERM");
        let (_, log) = exporter.ended().await;
        assert_holds_none(&format!("the log under {fault}"), &log, &secrets);
    }
}
