//! What a report is on a terminal: `script` of util-linux makes one.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::common::process::BINARY;
use crate::said::open_stream;
use crate::site::{LIST, Site, open_page, uuid};

/// What `report` writes to a terminal of this many columns, with this in its environment.
async fn on_terminal(site: &Site, columns: u32, env: &[(&str, &str)]) -> String {
    let config = site.files.path("config.yml");
    let line = format!(
        "stty cols {columns}; exec {BINARY} report --config.file={}",
        config.display()
    );
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    command.env_remove("NO_COLOR").env("TERM", "xterm");
    command.envs(env.iter().copied()).stdin(Stdio::null());
    let run = move || command.output().expect("`make test` installs `script`");
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout)
        .unwrap()
        .replace('\r', "\n")
}

#[tokio::test]
async fn it_has_colours_and_keeps_to_the_width() {
    let site = Site::new();
    let mut page = open_page(3_600);
    page["title"] = json!("駐車場のカメラ ".repeat(20));
    site.put(LIST, &uuid(1), page).await;
    site.put("live_streams", &uuid(2), open_stream()).await;
    site.configure("", "");
    let text = on_terminal(&site, 100, &[]).await;
    let has = |part: &str| assert!(text.contains(part), "{part}\n{text}");
    has("\u{1b}[31m");
    has("\u{1b}[33m");
    has("駐車場のカメラ…");
    for env in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let text = on_terminal(&site, 100, &[env]).await;
        assert!(!text.contains("\u{1b}[3") && text.contains('…'), "{text}");
        let words = text
            .lines()
            .filter(|line| !line.contains('駐') && !line.contains('\u{1b}'));
        words.for_each(|line| assert!(line.chars().count() <= 100, "{line}"));
    }
    let text = on_terminal(&site, 60, &[("NO_COLOR", "1")]).await;
    let left_out = "left out, since the terminal is too narrow: CREATED, FOOTAGE, CAMERAS";
    assert!(text.contains(left_out), "{text}");
    let text = on_terminal(&site, 400, &[("NO_COLOR", "1")]).await;
    assert!(!text.contains('…') && !text.contains("left out"), "{text}");
}
