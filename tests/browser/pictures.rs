//! The README's pictures: a walk through the demo, and its two pages that stand still. The clock of the demo is set
//! by hand, so that they are the same each time.
//!
//! Without `PICTURES` in the environment this only finds its way, which it has to; with `PICTURES=DIR`, it keeps
//! what it sees in that directory, and `tests/pictures` makes the files of it.

use std::path::PathBuf;

use crate::common::fake_clock::FakeClock;
use crate::common::metrics::Metrics;
use crate::common::process::{Process, command};
use crate::film::{Film, View};

/// Wide enough for tables, and high enough for the whole overview with a caption below.
const MOVING: View = View {
    width: 1130,
    height: 830,
    scale: 1.5,
};
const STILL: View = View {
    width: 1200,
    height: 950,
    scale: 2.0,
};

/// When it starts: for libfaketime, and in seconds since 1970.
const START: (&str, f64) = ("2026-11-30 09:00:00", 1_796_029_200.0);
/// When enough has changed to be worth a second look, and before one of the demo's lists fails.
const LATER: (&str, f64) = ("2026-11-30 09:01:40", START.1 + 100.0);

#[expect(
    clippy::disallowed_methods,
    reason = "whether a person wants the pictures"
)]
fn directory() -> Option<PathBuf> {
    std::env::var_os("PICTURES").map(PathBuf::from)
}

/// The demo, on a clock that shows when it starts.
async fn demo(clock: &FakeClock) -> Process {
    let args = [
        "demo",
        "--web.listen-address=127.0.0.1:0",
        "--collect.interval=1s",
    ];
    let demo = Process::spawn(clock.of(command(&args, &[]))).unwrap();
    all_is_read(&demo, START.1).await;
    demo
}

/// Waits until each list has been read at this moment. The list of a partner's clients is read more seldom.
async fn all_is_read(demo: &Process, moment: f64) {
    const READ: &str = "rhombus_collect_last_success_timestamp_seconds";
    const LISTS: f64 = 12.0;
    let clients = format!(r#"{READ}{{org="north-shore-it",source="partner_clients"}}"#);
    let read = |metrics: &Metrics| {
        metrics.sum(READ) - metrics.get(&clients).unwrap_or_default() == LISTS * moment
    };
    demo.wait_for("each list has been read", read).await;
}

/// Opens the overview; gives how many links are open to anyone.
fn overview(film: &mut Film, demo: &Process) -> i64 {
    film.open(&demo.url("/"));
    let tile = "document.querySelector('.tiles dd').textContent";
    let number = film.chromium.text(tile);
    number.trim_start_matches(['≥', ' ']).parse().unwrap()
}

#[tokio::test]
async fn each_step_through_the_demo_finds_what_it_looks_for() {
    let clock = FakeClock::stopped_at(START.0);
    let demo = demo(&clock).await;
    let mut film = Film::new(directory(), MOVING);

    let before = overview(&mut film, &demo);
    film.caption("Every link to your camera footage, as it changes");
    film.holds(2600);
    clock.stop_at(LATER.0);
    all_is_read(&demo, LATER.1).await;
    let new = overview(&mut film, &demo) - before;
    assert!(new > 1, "{new}");
    film.caption(&format!("Soon after: {new} more are open to anyone"));
    film.marks("document.querySelector('.tiles div')");
    film.holds(2600);

    list(&mut film);
    one_link(&mut film);

    film.open(&demo.url("/metrics"));
    film.shows_from("# HELP rhombus_shares Active");
    film.caption("And for Prometheus, with alerts, runbooks and dashboards");
    film.holds(3200);

    stills(&demo);
}

/// From the overview to the list, and to those of one organisation that are open.
fn list(film: &mut Film) {
    film.clicks("document.querySelector('nav [href=shares]')");
    film.caption("Which links those are, the worst first");
    film.holds(2200);
    film.chooses("org", "oakfield-school");
    film.chooses("protection", "none");
    film.clicks("document.querySelector('form.ask button')");
    film.caption("Filters are part of the address: send it to a colleague");
    film.scrolls(230);
    film.holds(2400);
}

/// From the list to one of its links.
fn one_link(film: &mut Film) {
    film.clicks("[...document.querySelectorAll('.links th a')].find(it => it.innerText.startsWith('Playground fence'))");
    film.hides_pointer();
    film.caption("One link: which cameras it shows, and when that was");
    film.holds(2800);
    film.caption("Which rules it breaks, and what to do about it");
    film.scrolls(430);
    film.holds(3000);
}

fn stills(demo: &Process) {
    let mut film = Film::new(directory(), STILL);
    let pages = [("landing", "/"), ("shares", "/shares?org=oakfield-school")];
    for (name, path) in pages {
        film.open(&demo.url(path));
        let rows = film
            .chromium
            .evaluate("document.querySelectorAll('main tbody tr').length");
        assert!(rows.as_i64() > Some(5), "{path}: {rows}");
        film.keeps(name);
    }
}
