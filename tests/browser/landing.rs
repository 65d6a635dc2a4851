//! The landing page: what a person sees first.

use crate::checks;
use crate::chromium::Chromium;
use crate::common::files::{Files, serve};
use crate::common::metrics::Metrics;
use crate::common::process::Process;
use crate::common::{exporter, put_some_groups, set_fault, simulator};

/// The landing page as Chromium has it.
struct Seen {
    chromium: Chromium,
    html: String,
}

impl Seen {
    /// Opens the landing page and holds it to what is true of it at any time.
    fn landing(exporter: &Process) -> Self {
        Self::filtered(exporter, "")
    }

    /// The same with what the landing page is asked for behind its path.
    fn filtered(exporter: &Process, query: &str) -> Self {
        let mut chromium = Chromium::start();
        checks::hold(&mut chromium, &exporter.url(&format!("/{query}")));
        let html = chromium.html();
        assert!(!html.contains("Front"), "a title is in:\n{html}");
        Self { chromium, html }
    }

    /// The text between the first `start` and the `end` after it.
    fn between(&self, start: &str, end: &str) -> &str {
        let rest = self.html.split_once(start).map(|(_, rest)| rest);
        let found = rest.and_then(|rest| rest.split_once(end));
        found
            .unwrap_or_else(|| panic!("no {start:?} in:\n{}", self.html))
            .0
    }

    fn headline(&self) -> &str {
        self.between(r#"<h1 id="answer">"#, "</h1>")
    }

    /// The number above a label.
    fn tile(&mut self, label: &str) -> String {
        let tiles = "[...document.querySelectorAll('.tiles div')]";
        self.chromium.text(&format!(
            "{tiles}.find(it => it.querySelector('dt').textContent == '{label}').querySelector('dd').textContent"
        ))
    }
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

#[tokio::test]
async fn what_is_open_is_at_the_top() {
    let simulator = simulator(0);
    put_some_groups(&simulator).await;
    let exporter = exporter(&simulator, &ALL_LISTS);
    all_lists_are_read(&exporter).await;
    let mut page = Seen::landing(&exporter);
    assert_eq!(page.headline(), "1 open link");
    assert_eq!(page.tile("open to anyone"), "1");
    assert_eq!(page.tile("links in all"), "2");
    assert_eq!(page.tile("organisations up to date"), "1 / 1");
    assert_eq!(page.between(r#"scope="row">"#, "</th>"), "Clip pages");
    let row = r#"scope="row">default<"#;
    assert!(page.html.contains(row), "{}", page.html);
    let version = page.between("exporter <span>", "</span>");
    assert!(version.starts_with(env!("CARGO_PKG_VERSION")), "{version}");
}

#[tokio::test]
async fn nothing_open_among_new_pages_is_no_all_clear() {
    let simulator = simulator(0);
    let flags = [&["--collect.lookback=7d"][..], &ALL_LISTS].concat();
    let exporter = exporter(&simulator, &flags);
    all_lists_are_read(&exporter).await;
    let mut page = Seen::landing(&exporter);
    let bound = "No open link, without clip pages older than 7 d";
    assert_eq!(page.headline(), bound);
    assert_eq!(page.tile("open to anyone"), "≥ 0");
    assert!(
        !page.html.contains(r#"class="answer good""#),
        "{}",
        page.html
    );
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
    let mut page = Seen::landing(&exporter);
    let bound = "1 of 2 organisations could not be read; no known open link among clip pages";
    assert_eq!(page.headline(), bound);
    assert_eq!(page.tile("open to anyone"), "≥ 0");
    assert_eq!(page.tile("organisations up to date"), "1 / 2");
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
    let mut page = Seen::filtered(&exporter, "?q=NT-17&show=all");
    let (_, organisations) = page.html.split_once("<caption>Organisations").unwrap();
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
    let mut page = Seen::landing(&exporter);
    assert_eq!(page.headline(), "No organisation could be read");
    assert_eq!(page.tile("open to anyone"), "–");
    assert!(!page.html.contains("No open link"), "{}", page.html);
}

#[tokio::test]
async fn it_reads_itself_again_only_where_that_is_asked_for() {
    let simulator = simulator(0);
    let exporter = exporter(&simulator, &ALL_LISTS);
    all_lists_are_read(&exporter).await;
    let mut chromium = Chromium::start();
    chromium.open(&exporter.url("/"));
    let refresh = "document.querySelectorAll('meta[http-equiv=refresh][content=\"15\"]').length";
    assert_eq!(chromium.evaluate(refresh), 0);
    for (expected, address) in [(1, "/?refresh=on"), (0, "/?")] {
        chromium.follow(|it| {
            it.evaluate("document.querySelector('footer a').click()");
        });
        assert_eq!(chromium.evaluate(refresh), expected);
        let here = chromium
            .text("location.href")
            .replace(&exporter.url(""), "");
        assert_eq!(here, address);
    }
}
