//! The trail in the database: an earlier form, what a disk has bent, and what was taken from between two seals.

use std::sync::Arc;
use std::time::Instant;

use super::*;
use crate::share::{Id, Ref};
use crate::store::samples::Handler;
use crate::store::{Entry, KeptPicture, Looks, NewLine, Place as Where, Text, TrailList};

/// The form that version 1 had.
const VERSION_1: &str = "
PRAGMA application_id = 1919447909;
PRAGMA user_version = 1;
PRAGMA journal_mode = wal;
CREATE TABLE lists (
    id INTEGER PRIMARY KEY,
    partner TEXT,
    organization TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    org_uuid TEXT,
    seen INTEGER NOT NULL,
    shares INTEGER NOT NULL,
    violations INTEGER NOT NULL,
    sum BLOB NOT NULL
) STRICT;
CREATE TABLE pieces (
    list INTEGER NOT NULL REFERENCES lists (id),
    what TEXT NOT NULL,
    part INTEGER NOT NULL,
    sum BLOB NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (list, what, part)
) STRICT;
CREATE TABLE exceptions (
    name TEXT NOT NULL PRIMARY KEY,
    first_seen INTEGER NOT NULL,
    last_match INTEGER NOT NULL,
    sum BLOB NOT NULL
) STRICT;
";

/// A change of one share of the list `acme`.
#[derive(Debug)]
struct Told(u32);

impl Entry for Told {
    fn line(&self) -> NewLine {
        let reference = Ref::of(&Id::parse(&format!("share-{}", self.0)));
        NewLine {
            noticed: UnixMillis(i64::from(self.0)),
            place: Where {
                org: Some("acme".into()),
                kind: Some(ShareKind::ClipGroup),
                share: Some(reference),
            },
            event: "created",
            is_counted: true,
            is_news: true,
            members: format!("\"share\":\"{reference}\""),
            texts: vec![Text {
                field: "is.title",
                salt: [7; 16],
                text: "secret-name".into(),
            }],
            picture: Some((
                key("acme"),
                KeptPicture {
                    reference,
                    number: 1,
                    content: b"{}".as_slice().into(),
                },
            )),
            viewer: None,
            findings: Vec::new(),
        }
    }
}

fn trail_list() -> Change {
    let list = TrailList {
        name: "acme".into(),
        org_uuid: Some(Id::parse("org")),
        is_watched: true,
        looks: Looks {
            first: UnixMillis(1),
            last: UnixMillis(9),
            count: 3,
        },
        nameless: 2,
    };
    Change::TrailList(key("acme"), list)
}

fn entries(numbers: std::ops::Range<u32>) -> Vec<Change> {
    let entries = numbers.map(|number| Change::Entry(Arc::new(Told(number))));
    [trail_list()].into_iter().chain(entries).collect()
}

fn with_trail() -> Place {
    let place = Place::with(vec![seen("acme", 1, 2)]);
    let mut store = place.open();
    store.commit(entries(0..40)).unwrap();
    let sealed = store.seal(&Handler, UnixMillis(50)).unwrap();
    assert!(matches!(sealed, Sealing::Sealed(it) if it.size == 40));
    store.commit(entries(40..60)).unwrap();
    drop(store);
    place
}

/// A database of version 1 that knows what this one does beside its trail.
fn version_1(present: &Place) -> Place {
    let place = Place::new();
    fs::create_dir_all(place.path()).unwrap();
    let copied = ["lists", "pieces", "exceptions"]
        .map(|table| format!("INSERT INTO {table} SELECT * FROM present.{table};"))
        .concat();
    let present = present.database();
    let attach = format!("ATTACH '{}' AS present;", present.display());
    place.execute(&format!("{VERSION_1}{attach}{copied}"));
    place
}

fn version_of(place: &Place) -> i64 {
    let connection = Connection::open(place.database()).unwrap();
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0));
    version.unwrap()
}

#[test]
fn what_version_1_has_kept_stays_and_gets_a_trail() {
    let present = Place::with(vec![
        seen("acme", 1, 3),
        seen("globex", 2, PIECE + 1),
        Change::Exception("lobby".into(), exception(7)),
    ]);
    let place = version_1(&present);
    let (mut kept, expected) = (place.load(), present.load());
    assert_eq!(kept.lists, expected.lists);
    assert_eq!(kept.exceptions, expected.exceptions);
    assert_eq!((kept.trail.size, version_of(&place)), (0, 2));
    assert_ne!(kept.trail.origin, expected.trail.origin);
    place.open().commit(entries(0..3)).unwrap();
    // It is the same trail from then on.
    kept.trail.size = 3;
    let later = place.load().trail;
    assert_eq!(
        (later.origin, later.size),
        (kept.trail.origin, kept.trail.size)
    );
}

#[test]
fn a_damaged_file_of_version_1_is_left_as_one() {
    let place = version_1(&Place::with(vec![seen("acme", 1, 3)]));
    place.execute("UPDATE lists SET seen = 2");
    assert!(matches!(place.refused(), StoreError::Torn { .. }));
    assert_eq!(version_of(&place), 1);
}

#[test]
fn what_was_not_written_of_the_trail_is_named_and_not_believed() {
    for (sql, expected) in [
        ("UPDATE trail SET size = 61", "the head of the audit trail"),
        (
            "UPDATE trail SET peaks = zeroblob(128)",
            "the head of the audit trail",
        ),
        ("UPDATE trail SET peaks = x'00'", "the head of the audit"),
        ("UPDATE trail SET origin = 'x'", "the head of the audit"),
        ("DELETE FROM trail", "no rows"),
        (
            "PRAGMA foreign_keys = 0; DELETE FROM lines WHERE seq = 60",
            "the last line of the audit trail is 59, and its head says 60",
        ),
        (
            "INSERT INTO lines (seq, hash, noticed) VALUES (61, x'00', 1)",
            "the last line of the audit trail is 61",
        ),
        ("UPDATE pictures SET number = 2", "of list 1 of the audit"),
        ("UPDATE pictures SET content = x'7b'", "of list 1 of the"),
        (
            "UPDATE pictures SET share = -1 WHERE share = (SELECT min(share) FROM pictures)",
            "of list 1 of the",
        ),
        (
            "UPDATE trail_lists SET watched = 0",
            "list 1 of the audit trail",
        ),
        ("UPDATE trail_lists SET kind = 'x'", "of no known kind"),
        (
            "PRAGMA foreign_keys = 0; DELETE FROM trail_lists",
            "60 shares of the audit trail are of no list",
        ),
        (
            "UPDATE checkpoints SET peaks = x'00'",
            "seal 1 of the audit trail",
        ),
        ("DROP TABLE last_events", "no such table"),
    ] {
        let place = with_trail();
        place.execute(sql);
        let why = place.refused().to_string();
        assert!(
            why.contains(expected) && why.contains("damaged"),
            "{sql}: {why}"
        );
        assert!(!why.contains("secret-name"), "{why}");
    }
}

#[test]
fn no_bit_that_has_turned_in_a_trail_is_believed() {
    let place = with_trail();
    let load = |mut store: Sqlite| {
        let mut kept = store.load()?;
        // What is counted has no checksum, and a seal is signed.
        kept.trail.counts.clear();
        kept.trail.last.clear();
        kept.trail.checkpoint = None;
        kept.trail.seals.clear();
        Ok(kept)
    };
    let (whole, kept) = (
        fs::read(place.database()).unwrap(),
        load(place.open()).unwrap(),
    );
    let mut refusals = 0;
    for at in (0..whole.len()).step_by(197) {
        let mut bent = whole.clone();
        bent[at] ^= 1 << (at % 8);
        fs::write(place.database(), &bent).unwrap();
        match Sqlite::open(&place.path()).and_then(load) {
            Ok(read) => assert_eq!(read, kept, "at {at}"),
            Err(_) => refusals += 1,
        }
        for beside in ["store.db-wal", "store.db-shm"] {
            let _ = fs::remove_file(place.path().join(beside));
        }
    }
    assert!(refusals > 20, "{refusals} of {}", whole.len() / 197);
}

/// What comes of sealing after this.
fn sealing_after(sql: &str) -> Sealing {
    let place = with_trail();
    place.execute(sql);
    let mut store = place.open();
    store.seal(&Handler, UnixMillis(70)).unwrap()
}

#[test]
fn what_does_not_go_on_from_what_was_sealed_is_not_signed() {
    let sealed = sealing_after("SELECT 1");
    assert!(matches!(sealed, Sealing::Sealed(it) if (it.number, it.size) == (2, 60)));
    for (sql, expected) in [
        (
            "PRAGMA foreign_keys = 0; DELETE FROM lines WHERE seq = 50",
            "line 50 is missing",
        ),
        (
            "UPDATE lines SET hash = zeroblob(32) WHERE seq = 41",
            "its lines 41 to 60 are not those that were added",
        ),
        (
            "UPDATE checkpoints SET note = 'another'",
            "seal 1 is not signed by the key in use",
        ),
        (
            "UPDATE checkpoints SET peaks = zeroblob(64)",
            "seal 1 is not signed by the key in use",
        ),
        (
            "UPDATE checkpoints SET size = 96",
            "seal 1 is not signed by the key in use",
        ),
    ] {
        let Sealing::Broken(why) = sealing_after(sql) else {
            panic!("{sql}");
        };
        assert_eq!(why, expected, "{sql}");
    }
}

#[test]
fn whoever_holds_the_file_for_a_while_is_waited_for() {
    let place = Place::with(vec![seen("acme", 1, 2)]);
    let mut store = place.open();
    let others = Connection::open(place.database()).unwrap();
    others.execute_batch("BEGIN IMMEDIATE").unwrap();
    let started = Instant::now();
    let pause = std::time::Duration::from_millis(700);
    let holding = std::thread::spawn(move || {
        std::thread::sleep(pause);
        others.execute_batch("COMMIT").unwrap();
    });
    assert_eq!(store.commit(entries(0..3)).unwrap().len(), 3);
    assert!(started.elapsed() >= pause);
    holding.join().unwrap();
}
