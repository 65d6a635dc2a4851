//! What 100,000 links take in memory of which everything is said that is kept: the real binary, polling an
//! answer that is sent from memory.

use std::fmt::Write as _;
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;

use crate::servers::{beside, exporter, listen};
use crate::usage::Usage;

const LINKS: usize = 100_000;
const CAMERAS: u128 = 500;
const CREATED: i64 = 1_700_000_000_000;

/// Prints what is resident while the links are polled again and again, and looked at.
pub(crate) async fn measure() {
    println!("\n| 100,000 links | resident | at most |");
    println!("|---|---|---|");
    for list in ["clip_groups", "live_streams"] {
        let rhombus = beside(&["chrt", "--idle", "0"], &["serve-links", list]);
        let sources = format!("--collect.sources={list}");
        let flags = [&*sources, "--collect.interval=20s", "--collect.timeout=60s"];
        let exporter = exporter(&rhombus, &flags);
        exporter.wait_for_success().await;
        tokio::time::sleep(Duration::from_secs(65)).await;
        for path in [
            "/shares?text=door&sort=title",
            "/shares?page=1000",
            "/api/v1/shares?limit=1000",
        ] {
            assert_eq!(exporter.get(path).await.0, 200, "{path}");
        }
        let metrics = exporter.metrics().await;
        assert_eq!(
            metrics.sum("rhombus_collect_errors_total"),
            0.0,
            "{metrics}"
        );
        let usage = Usage::of(exporter.id());
        let [resident, peak] = [usage.resident_bytes, usage.peak_bytes].map(|it| it as f64 / 1e6);
        println!("| `{list}` | {resident:.0} MB | {peak:.0} MB |");
    }
}

/// Answers with such a list.
pub(crate) async fn serve(list: &str) {
    let (path, name, record): (_, _, fn(usize) -> String) = match list {
        "clip_groups" => (
            "event/getSharedClipGroupsV2",
            "sharedClipGroups",
            clip_group,
        ),
        "live_streams" => (
            "camera/findAllSharedLiveVideoStreams",
            "sharedLiveVideoStreams",
            live_stream,
        ),
        other => panic!("expected clip_groups or live_streams; got {other}"),
    };
    let mut body = format!("{{\"error\":false,\"{name}\":[");
    for number in 0..LINKS {
        let comma = if number == 0 { "" } else { "," };
        write!(body, "{comma}{}", record(number)).expect("a string takes it");
    }
    body += "]}";
    let body = bytes::Bytes::from(body);
    let headers = [(CONTENT_TYPE, "application/json")];
    let app = Router::new().route(&format!("/api/{path}"), post(async move || (headers, body)));
    axum::serve(listen().await, app).await.expect("it serves");
}

/// A page with a title of some 60 bytes, three clips and two cameras. A quarter is open, half never end.
fn clip_group(number: usize) -> String {
    let (uuid, title, cameras) = (uuid(number as u128), title(number), cameras(number));
    let clip = |at: i64| {
        let start = CREATED - 1000 * 60 * (at + 1);
        let [one, two] = &cameras;
        format!(
            r#"{{"startTime":{start},"durationSec":60,"deviceUuidMap":{{"{one}":{{}},"{two}":{{}}}}}}"#
        )
    };
    let clips: Vec<_> = (0..3).map(clip).collect();
    let secured = !number.is_multiple_of(4);
    format!(
        r#"{{"uuid":"{uuid}","title":"{title}","createdAtMillis":{CREATED},"isSecured":{secured}{},"sharedClips":[{}]}}"#,
        end(number, "expirationTimeSecs"),
        clips.join(",")
    )
}

/// A stream with such a title, one camera and its address.
fn live_stream(number: usize) -> String {
    let (uuid, title, [camera, _]) = (uuid(number as u128), title(number), cameras(number));
    let secured = !number.is_multiple_of(4);
    format!(
        r#"{{"uuid":"{uuid}","name":"{title}","timestampMs":{CREATED},"passwordProtected":{secured}{},"deviceUuid":"{camera}","streamType":"USER","sharedLiveVideoStreamUrl":"https://console.rhombussystems.com/share/live/{uuid}"}}"#,
        end(number, "expirationTime")
    )
}

fn title(number: usize) -> String {
    format!("Incident {number:06} at the front door, as asked for by insurer")
}

fn end(number: usize, field: &str) -> String {
    match number % 2 {
        0 => String::new(),
        _ => format!(",\"{field}\":4102444800"),
    }
}

fn cameras(number: usize) -> [String; 2] {
    [number as u128 % CAMERAS, number as u128 / 7 % CAMERAS].map(uuid)
}

/// Another one for each number, in no order.
fn uuid(number: u128) -> String {
    use rhombus_share_exporter::share::Id;
    let seed = u64::try_from(number).expect("a small number");
    Id::Uuid(fastrand::Rng::with_seed(seed).u128(..).to_be_bytes()).to_string()
}
