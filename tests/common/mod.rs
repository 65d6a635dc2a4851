//! What the tests of the real binary share.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

pub(crate) mod audited;
pub(crate) mod certificate;
#[path = "dashboards.rs"]
pub(crate) mod dashboards;
pub(crate) mod fake_clock;
pub(crate) mod files;
pub(crate) mod links;
pub(crate) mod metrics;
pub(crate) mod process;
pub(crate) mod said;
pub(crate) mod series;
pub(crate) mod several;
pub(crate) mod sums;
pub(crate) mod time;
pub(crate) mod toolchains;
pub(crate) mod trail;

use process::Process;

/// The key of every test: what no output may ever hold, nor the last part of it, should it come escaped
/// or cut.
pub(crate) const KEY: &str = "test-key-5d41402abc4b2a76";

/// A simulator that is empty, or has `groups` generated ones.
pub(crate) fn simulator(groups: usize) -> Process {
    Process::start(
        &[
            "simulate",
            "--listen=127.0.0.1:0",
            "--groups",
            &groups.to_string(),
        ],
        &[],
    )
}

/// An exporter that polls `simulator` each second, with a second for a request, and these flags. It
/// says all that it can, so that what it must not say would show.
pub(crate) fn exporter(simulator: &Process, flags: &[&str]) -> Process {
    let mut args = vec!["serve", "--web.listen-address=127.0.0.1:0"];
    for flag in [
        "--collect.sources=clip_groups",
        "--collect.interval=1s",
        "--collect.timeout=1s",
        // At the default pace there is one request a second, which the list needs.
        "--collect.audit-feed=false",
        "--log.level=debug",
    ] {
        let name = flag.split_inclusive('=').next().expect("a name");
        if !flags.iter().any(|given| given.starts_with(name)) {
            args.push(flag);
        }
    }
    args.extend(flags);
    let url = simulator.url("");
    Process::start(
        &args,
        &[("RHOMBUS_API_KEY", KEY), ("RHOMBUS_ENDPOINT_URL", &url)],
    )
}

/// Puts three pages on `simulator`: one open for ever, one with a password that ends in the far
/// future, one that has ended.
pub(crate) async fn put_some_groups(simulator: &Process) {
    let whose = r#"{"uuid":"ORGANIZATIONAAAAAAAAAA"}"#;
    let (status, text) = simulator
        .send("PUT", "/simulator/organization", whose)
        .await;
    assert_eq!(status, 204, "{text}");
    for (uuid, fields) in [
        ("AAAAAAAAAAAAAAAAAAAAAA", r#""isSecured":false"#),
        (
            "AAAAAAAAAAAAAAAAAAAAAQ",
            r#""isSecured":true,"expirationTimeSecs":4102444800"#,
        ),
        (
            "AAAAAAAAAAAAAAAAAAAAAg",
            r#""isSecured":false,"expirationTimeSecs":1600000000"#,
        ),
    ] {
        let group = format!(
            r#"{{"uuid":"{uuid}","orgUuid":"ORGANIZATIONAAAAAAAAAA","title":"Front \"door\"",
            "createdAtMillis":1500000000000,{fields},"sharedClips":[{{"durationSec":60,
            "deviceUuidMap":{{"CAMERAAAAAAAAAAAAAAAAA.v0":{{"region":"us"}}}}}}]}}"#
        );
        put_group(simulator, uuid, &group).await;
    }
}

/// Puts one page on `simulator`.
pub(crate) async fn put_group(simulator: &Process, uuid: &str, group: &str) {
    let (status, text) = simulator
        .send("PUT", &format!("/simulator/clip_groups/{uuid}"), group)
        .await;
    assert_eq!(status, 204, "{text}");
}

/// Makes `simulator` go wrong, e.g. `{"fault":"drop"}`.
pub(crate) async fn set_fault(simulator: &Process, fault: &str) {
    let (status, text) = simulator.send("PUT", "/simulator/fault", fault).await;
    assert_eq!(status, 204, "{text}");
}

/// Makes `simulator` go right again.
pub(crate) async fn clear_fault(simulator: &Process) {
    let (status, text) = simulator.send("DELETE", "/simulator/fault", "").await;
    assert_eq!(status, 204, "{text}");
}
