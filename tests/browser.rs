//! The landing page of the real binary, in the real Chromium: what a person sees, and what the
//! browser has to say about it. A case belongs here if it takes a browser to see it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod common;

use std::fs;
use std::process::Command;

use common::files::{Files, serve};
use common::metrics::Metrics;
use common::process::Process;
use common::{KEY, exporter, put_some_groups, set_fault, simulator};

const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--dump-dom",
];

/// A telephone held upright, in CSS pixels.
const NARROW: u32 = 400;

/// A page as Chromium has it, with what it made Chromium say on its console: errors, and what its
/// policy forbade.
struct Seen {
    dom: String,
    console: Vec<String>,
}

impl Seen {
    /// Opens `url` in a Chromium of its own.
    fn open(url: &str) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let output = Command::new("timeout")
            .args(["--kill-after=5", "60", "chromium"])
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(url)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "chromium: {} (`make test` installs it)\n{said}",
            output.status
        );
        Self {
            dom: String::from_utf8(output.stdout).unwrap(),
            console: said
                .lines()
                .filter(|line| line.contains(":CONSOLE"))
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Opens the landing page and holds it to what is true of it at any time.
    async fn landing(exporter: &Process) -> Self {
        Self::filtered(exporter, "").await
    }

    /// The same with what the landing page is asked for behind its path.
    async fn filtered(exporter: &Process, query: &str) -> Self {
        let path = format!("/{query}");
        let page = Self::open(&exporter.url(&path));
        assert_eq!(page.console, [""; 0], "{}", page.dom);
        for secret in [KEY, "Front"] {
            assert!(!page.dom.contains(secret), "{secret} in:\n{}", page.dom);
        }
        let (_, html) = exporter.get(&path).await;
        assert_fits(&html);
        page
    }

    /// The text between the first `start` and the `end` after it.
    fn between(&self, start: &str, end: &str) -> &str {
        let rest = self.dom.split_once(start).map(|(_, rest)| rest);
        let found = rest.and_then(|rest| rest.split_once(end));
        found
            .unwrap_or_else(|| panic!("no {start:?} in:\n{}", self.dom))
            .0
    }

    fn headline(&self) -> &str {
        self.between(r#"<h1 id="answer">"#, "</h1>")
    }

    /// The number above a label.
    fn tile(&self, label: &str) -> &str {
        self.between(&format!("<dt>{label}</dt><dd>"), "</dd>")
    }
}

/// Nothing of the page reaches beyond a narrow frame, which is how a window narrower than Chromium
/// makes them is had. A copy is measured, by a script: the policy of the page itself allows neither.
fn assert_fits(html: &str) {
    const MEASURE: &str = r#"<pre></pre><script>
        onload = () => {
            const page = document.querySelector('iframe').contentDocument.documentElement;
            document.querySelector('pre').textContent = [page.clientWidth, page.scrollWidth];
        };
    </script>"#;
    let directory = tempfile::tempdir().unwrap();
    let copy = directory.path().join("copy.html");
    let html = html.replace('&', "&amp;").replace('"', "&quot;");
    let frame = format!(r#"<iframe width="{NARROW}" height="900" srcdoc="{html}"></iframe>"#);
    fs::write(&copy, format!("<meta charset=utf-8>{frame}{MEASURE}")).unwrap();
    let measured = Seen::open(&format!("file://{}", copy.display()));
    assert_eq!(
        measured.between("<pre>", "</pre>"),
        format!("{NARROW},{NARROW}"),
        "the widths of frame and page differ"
    );
}

/// Serves two organisations, each on a simulator of its own. The second has a long name, with no
/// place to break it.
fn serve_two(first: &Process, second: &Process) -> (Files, Process) {
    let files = Files::new();
    let long = "x".repeat(64);
    let config = files.write_config(&[("clinic", first), (&long, second)]);
    let exporter = serve(&config, &[]);
    (files, exporter)
}

/// As an exporter watches that nobody has told what to.
const ALL_LISTS: [&str; 2] = [
    "--collect.sources=clip_groups,live_streams,timelapse_groups,video_walls",
    "--collect.requests-per-second=100",
];

async fn all_lists_are_read(exporter: &Process) {
    let read = |metrics: &Metrics| metrics.sum("rhombus_collect_success") == 4.0;
    exporter.wait_for("all lists are read", read).await;
}

/// Else the other cases could not fail by it.
#[test]
fn what_chromium_says_on_its_console_is_heard() {
    let page = Seen::open(
        "data:text/html,<meta http-equiv=Content-Security-Policy content=\"style-src 'none'\">\
         <style>p{}</style><script>console.error('said')</script>",
    );
    let heard = page.console.join("\n");
    assert!(heard.contains("Content Security Policy"), "{heard:?}");
    assert!(heard.contains("said"), "{heard:?}");
}

#[tokio::test]
async fn what_is_open_is_at_the_top() {
    let simulator = simulator(0);
    put_some_groups(&simulator).await;
    let exporter = exporter(&simulator, &ALL_LISTS);
    all_lists_are_read(&exporter).await;
    let page = Seen::landing(&exporter).await;
    assert_eq!(page.headline(), "1 open link");
    assert_eq!(page.tile("open to anyone"), "1");
    assert_eq!(page.tile("links in all"), "2");
    assert_eq!(page.tile("organisations fresh"), "1 / 1");
    assert_eq!(page.between(r#"scope="row">"#, "</th>"), "Clip pages");
    let row = r#"scope="row">default<"#;
    assert!(page.dom.contains(row), "{}", page.dom);
    let version = page.between("exporter <span>", "</span>");
    assert!(version.starts_with(env!("CARGO_PKG_VERSION")), "{version}");
}

#[tokio::test]
async fn nothing_open_among_new_pages_is_no_all_clear() {
    let simulator = simulator(0);
    let flags = [&["--collect.lookback=7d"][..], &ALL_LISTS].concat();
    let exporter = exporter(&simulator, &flags);
    all_lists_are_read(&exporter).await;
    let page = Seen::landing(&exporter).await;
    let bound = "No open link, without clip pages older than 7 d";
    assert_eq!(page.headline(), bound);
    assert_eq!(page.tile("open to anyone"), "≥ 0");
    assert!(!page.dom.contains(r#"class="answer good""#), "{}", page.dom);
}

#[tokio::test]
async fn an_organisation_that_could_not_be_looked_at_is_named_before_any_count() {
    let (healthy, failing) = (simulator(0), simulator(0));
    put_some_groups(&failing).await;
    set_fault(&failing, r#"{"fault":"echo_key"}"#).await;
    let (_files, exporter) = serve_two(&healthy, &failing);
    exporter
        .wait_for("one has failed and one has not", |metrics| {
            metrics.sum("rhombus_collect_errors_total") >= 1.0
                && metrics.sum("rhombus_collect_success") == 1.0
        })
        .await;
    let page = Seen::landing(&exporter).await;
    let bound = "1 of 2 organisations could not be looked at; no open link among clip pages in what is known";
    assert_eq!(page.headline(), bound);
    assert_eq!(page.tile("open to anyone"), "≥ 0");
    assert_eq!(page.tile("organisations fresh"), "1 / 2");
}

#[tokio::test]
async fn one_of_many_organisations_can_be_found() {
    let simulator = simulator(0);
    put_some_groups(&simulator).await;
    let names: Vec<_> = (10..31).map(|number| format!("client-{number}")).collect();
    let all: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), &simulator))
        .collect();
    let files = Files::new();
    let exporter = serve(&files.write_config(&all), &[]);
    let read = |metrics: &Metrics| metrics.sum("rhombus_collect_success") == 21.0;
    exporter.wait_for("all are read", read).await;
    let page = Seen::filtered(&exporter, "?q=NT-17&show=all").await;
    let (_, organisations) = page.dom.split_once("<caption>Organisations").unwrap();
    assert_eq!(
        organisations.matches("rowheader").count(),
        1,
        "{organisations}"
    );
    assert!(
        organisations.contains(r#"scope="row">client-17<"#),
        "{organisations}"
    );
    assert_eq!(
        page.between("</button>", "</form>")
            .matches("1 of 21")
            .count(),
        1
    );
    assert_eq!(page.tile("open to anyone"), "21");
}

#[tokio::test]
async fn where_nothing_could_be_looked_at_there_is_no_number() {
    let simulator = simulator(0);
    set_fault(&simulator, r#"{"fault":"unauthorized"}"#).await;
    let exporter = exporter(&simulator, &[]);
    exporter
        .wait_for("it has failed", |metrics| {
            metrics.sum("rhombus_collect_errors_total") >= 1.0
        })
        .await;
    let page = Seen::landing(&exporter).await;
    assert_eq!(page.headline(), "No organisation could be looked at");
    assert_eq!(page.tile("open to anyone"), "–");
    assert!(!page.dom.contains("No open link"), "{}", page.dom);
}
