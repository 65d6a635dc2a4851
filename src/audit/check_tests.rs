use std::path::Path;

use rusqlite::{Connection, params};
use tempfile::TempDir;

use super::*;
use crate::audit::{Remembering, Settings};
use crate::clock::Clock;

const LONG: Duration = Duration::from_secs(60);
/// How many times the exporter has run: two lines and a seal each.
const RUNS: u64 = 3;

/// The trail of an exporter that was started and ended some times.
struct Place {
    directory: TempDir,
    check: TrailCheck,
}

fn run(directory: &Path) -> TrailCheck {
    let settings = Settings {
        key_file: None,
        anchor_file: None,
        retention: Duration::from_secs(1_000_000_000),
        log_titles: false,
    };
    let it = Remembering::open(directory, &settings, &Clock::system()).unwrap();
    it.keeper.keep(it.trail.start("1"));
    it.keeper.keep(it.trail.stop());
    assert!(it.keeper.finish(LONG));
    it.check
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut checks = (0..RUNS).map(|_| run(directory.path()));
        let check = checks.by_ref().last().unwrap();
        Self { directory, check }
    }

    fn database(&self) -> Connection {
        Connection::open(self.directory.path().join("store.db")).unwrap()
    }

    fn execute(&self, sql: &str) {
        self.database().execute_batch(sql).unwrap();
    }

    /// What is found, which is also told.
    fn found(&self) -> Result<Checked, String> {
        self.check.look(|| false);
        let found = self.check.check(|| false);
        let is_whole = self.check.progress.read(|reached| reached.is_whole());
        assert_eq!(is_whole, Some(found.is_ok()));
        found.map_err(|why| why.to_string())
    }

    /// What is found after this was done to a trail that holds.
    fn after(sql: &str) -> String {
        let place = Self::new();
        place.execute(sql);
        place.found().unwrap_err()
    }
}

#[test]
fn a_trail_that_was_left_alone_holds() {
    let place = Place::new();
    let whole = Checked {
        lines: 2 * RUNS,
        seals: RUNS,
    };
    assert_eq!(place.found(), Ok(whole));
    // What was dropped for its age is known by its hash.
    place.execute("UPDATE lines SET line = NULL WHERE seq <= 3");
    assert_eq!(place.found(), Ok(whole));
    // What is not sealed yet is there too.
    place.execute("DELETE FROM checkpoints WHERE number = 3");
    assert_eq!(place.found().unwrap().seals, RUNS - 1);
}

#[test]
fn a_flipped_byte_is_found_wherever_it_is() {
    for seq in 1..=2 * RUNS {
        let sql = format!(
            "UPDATE lines SET line = replace(line, '\"noticed\"', '\"noticee\"') WHERE seq = {seq}"
        );
        let found = Place::after(&sql);
        let altered = format!("line {seq} is altered: ");
        assert!(found.starts_with(&altered), "{found}");
    }
}

#[test]
fn a_line_that_was_altered_with_its_hash_differs_from_the_seal() {
    for (seq, expected) in [
        (1, "lines 1 to 2 are not those that seal 1 is over"),
        (4, "lines 3 to 4 are not those that seal 2 is over"),
    ] {
        let place = Place::new();
        let line = format!("{{\"seq\":{seq}}}");
        let hash = leaf_hash(line.as_bytes());
        let sql = "UPDATE lines SET line = ?1, hash = ?2 WHERE seq = ?3";
        let altered = place.database().execute(sql, params![line, hash, seq]);
        assert_eq!(altered, Ok(1));
        assert_eq!(place.found().unwrap_err(), expected);
    }
}

#[test]
fn what_is_cut_moved_or_signed_by_others_is_found() {
    for (sql, expected) in [
        (
            "DELETE FROM lines WHERE seq = 1",
            "line 1 is missing: the next one is line 2",
        ),
        (
            "DELETE FROM lines WHERE seq = 4",
            "line 4 is missing: the next one is line 5",
        ),
        (
            "UPDATE lines SET seq = 9 WHERE seq = 3; UPDATE lines SET seq = 3 WHERE seq = 4;
             UPDATE lines SET seq = 4 WHERE seq = 9",
            "lines 3 to 4 are not those that seal 2 is over",
        ),
        (
            "DELETE FROM lines WHERE seq = 6",
            "seal 3 is over 6 lines, and comes after 5",
        ),
        (
            "DELETE FROM lines WHERE seq = 6; DELETE FROM checkpoints WHERE number = 3",
            "it has 5 lines, and its head says 6",
        ),
        (
            "DELETE FROM checkpoints WHERE number = 2",
            "seal 2 is missing: the next one is seal 3",
        ),
        (
            "UPDATE checkpoints SET note = replace(note, '— ', '— x') WHERE number = 2",
            "seal 2 is not signed by the key in use",
        ),
        (
            "UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE number = 1) WHERE number = 3",
            "seal 3 is not signed by the key in use",
        ),
    ] {
        assert_eq!(Place::after(sql), expected, "{sql}");
    }
}

#[test]
fn what_can_not_be_read_does_not_hold() {
    let found = Place::after("ALTER TABLE lines RENAME TO other");
    assert!(found.contains("store.db: the file is damaged"), "{found}");
    let place = Place::new();
    std::fs::remove_file(place.directory.path().join("store.db")).unwrap();
    assert!(place.found().is_err());
}

#[test]
fn a_check_that_is_stopped_says_nothing_of_the_trail() {
    let place = Place::new();
    place.execute("DELETE FROM lines WHERE seq = 4");
    place.check.look(|| true);
    let is_whole = || place.check.progress.read(|reached| reached.is_whole());
    assert_eq!(is_whole(), None);
    place.check.look(|| false);
    assert_eq!(is_whole(), Some(false));
}

#[test]
fn it_ends_when_nobody_wants_it_any_more() {
    let Place { check, .. } = Place::new();
    let progress = check.progress.clone();
    let (stop, stopped) = mpsc::channel::<()>();
    let running = thread::spawn(move || check.run(&stopped));
    drop(stop);
    running.join().unwrap();
    assert_eq!(progress.read(|reached| reached.is_whole()), None);
}
