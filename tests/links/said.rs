//! Running a command over the site, and links for it to speak of.

use std::path::Path;

use serde_json::{Value, json};

use crate::common::process::command;
pub(crate) use crate::common::said::Said;
use crate::site::{Site, now};

/// Runs the binary with these arguments over a configuration.
pub(crate) async fn run(config: &Path, args: &[&str]) -> Said {
    let config = format!("--config.file={}", config.display());
    let args: Vec<String> = args.iter().map(ToString::to_string).collect();
    let run = move || {
        let mut args: Vec<_> = args.iter().map(String::as_str).collect();
        args.push(&config);
        command(&args, &[]).output().unwrap()
    };
    Said::of(tokio::task::spawn_blocking(run).await.unwrap())
}

/// The same over the configuration of the site.
pub(crate) async fn run_at(site: &Site, args: &[&str]) -> Said {
    run(&site.files.path("config.yml"), args).await
}

/// A stream that is open for ever, with past footage, of a camera that has a name.
pub(crate) fn open_stream() -> Value {
    json!({
        "timestampMs": (now() - 90) * 1000, "cameraUuid": "CAMERAAAAAAAAAAAAAAAAA.v0",
        "passwordProtected": false, "vodEnabled": true, "name": "Dock\u{202e}",
        "sharedLiveVideoStreamUrl": "https://console.example/share/live/SECRETADDRESS",
    })
}

/// Gives that camera its name.
pub(crate) async fn name_camera(site: &Site) {
    let camera = json!({ "name": "Vault \u{1b}[31m", "locationName": "HQ" }).to_string();
    let path = "/simulator/cameras/CAMERAAAAAAAAAAAAAAAAA";
    let (status, text) = site.simulator.send("PUT", path, &camera).await;
    assert_eq!(status, 204, "{text}");
}
