//! The exporter is killed at random moments while links change, some of them while it is down. At the end its
//! trail is what the test has done, each change once and in its order, and every seal that was seen on the way
//! is of what the trail begins with.
//!
//! `AUDIT_KILLS=200 cargo test --test audit_kills` kills it more often.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod common;
#[path = "audit_kills/history.rs"]
mod history;
#[path = "audit_kills/lane.rs"]
mod lane;

use lane::Lane;

/// So many exporters at once: most of the time they wait for the next poll.
const LANES: u32 = 4;
const KILLS: u32 = 40;

#[expect(
    clippy::disallowed_methods,
    reason = "how long a run a person asks for"
)]
fn kills() -> u32 {
    let told = std::env::var("AUDIT_KILLS");
    told.map_or(KILLS, |told| told.parse().expect("AUDIT_KILLS is a number"))
}

fn run(lane: u32, kills: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .unwrap()
        .block_on(async { Lane::new(lane.into()).await.run(kills).await });
}

#[test]
fn a_trail_has_each_change_once_however_often_the_exporter_is_killed() {
    let each = kills().div_ceil(LANES);
    std::thread::scope(|scope| {
        for lane in 0..LANES {
            scope.spawn(move || run(lane, each));
        }
    });
}
