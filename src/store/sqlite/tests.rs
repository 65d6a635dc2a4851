use std::fs;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;
use crate::share::{ShareKind, UnixMillis};
use crate::store::samples::{exception, key, list, seen};
use crate::store::{KeptList, ListKey};

mod trail;

/// A directory that is gone when dropped, with what has been committed there.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// One that is not there yet, below another.
    fn path(&self) -> PathBuf {
        self.0.path().join("a/b")
    }

    fn database(&self) -> PathBuf {
        self.path().join("store.db")
    }

    fn open(&self) -> Sqlite {
        Sqlite::open(&self.path()).unwrap()
    }

    /// With these changes, by a process that has ended.
    fn with(changes: Vec<Change>) -> Self {
        let place = Self::new();
        place.open().commit(changes).unwrap();
        place
    }

    fn load(&self) -> Kept {
        self.open().load().unwrap()
    }

    /// What is said of it; its files must be as they were.
    fn refused(&self) -> StoreError {
        let before = self.files();
        let opened = Sqlite::open(&self.path()).and_then(|mut store| store.load());
        let why = opened.expect_err("it is refused");
        assert!(
            why.to_string().contains(self.path().to_str().unwrap()),
            "{why}"
        );
        assert!(
            self.files().get("store.db") == before.get("store.db"),
            "it was written to: {why}"
        );
        why
    }

    fn files(&self) -> std::collections::BTreeMap<String, Vec<u8>> {
        let files = fs::read_dir(self.path()).unwrap().map(|file| {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            (name, fs::read(file.path()).unwrap())
        });
        files.collect()
    }

    /// Does something to the database that we would not.
    fn execute(&self, sql: &str) {
        let connection = Connection::open(self.database()).unwrap();
        connection.execute_batch(sql).unwrap();
    }
}

#[test]
fn sqlite_is_one_without_the_bug_that_loses_what_a_log_holds() {
    // 3.7.0 to 3.51.2 may corrupt a database when its log is reset: https://sqlite.org/wal.html
    assert!(
        rusqlite::version_number() >= 3_051_003,
        "{}",
        rusqlite::version()
    );
}

#[test]
fn what_is_committed_is_there_for_the_next_process() {
    let client = ListKey {
        partner: Some("msp".into()),
        kind: ShareKind::VideoWall,
        ..key("acme")
    };
    let nobodys = ListKey {
        partner: Some(String::new()),
        ..key("acme")
    };
    let place = Place::with(vec![
        seen("acme", 1, 3),
        Change::List(client.clone(), list(2, PIECE * 2 + 1)),
        Change::List(nobodys.clone(), list(3, 0)),
        Change::Exception("lobby\0".into(), exception(i64::MAX)),
    ]);
    let expected = Kept {
        lists: [
            (key("acme"), list(1, 3)),
            (client, list(2, PIECE * 2 + 1)),
            (nobodys, list(3, 0)),
        ]
        .into(),
        exceptions: [("lobby\0".to_owned(), exception(i64::MAX))].into(),
        trail: place.load().trail,
    };
    assert_eq!(place.load(), expected);
    assert_eq!(place.load(), expected);
}

#[test]
fn changes_take_effect_in_their_order() {
    let place = Place::with(vec![
        seen("acme", 1, 3),
        seen("acme", 2, 1),
        seen("globex", 1, PIECE + 1),
        Change::Gone(key("globex")),
        seen("globex", 3, 1),
        Change::Exception("a".into(), exception(1)),
        Change::Exception("a".into(), exception(2)),
        Change::Exception("b".into(), exception(2)),
    ]);
    let mut store = place.open();
    let changes = vec![
        seen("globex", 4, 2),
        seen("initech", 1, 2),
        Change::Gone(key("initech")),
        Change::Gone(key("never there")),
        Change::ExceptionGone("b".into()),
    ];
    store.commit(changes).unwrap();
    let kept = store.load().unwrap();
    let lists = [(key("acme"), list(2, 1)), (key("globex"), list(4, 2))];
    assert_eq!(kept.lists, lists.into());
    assert_eq!(kept.exceptions, [("a".to_owned(), exception(2))].into());
}

#[test]
fn a_list_that_is_as_it_was_is_not_written_again() {
    let place = Place::new();
    let mut store = place.open();
    let pieces = |store: &Sqlite| {
        let sql = "SELECT list, what, part, rowid FROM pieces ORDER BY 1, 2, 3";
        let mut statement = store.connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
        });
        rows.unwrap().map(Result::unwrap).collect::<Vec<_>>()
    };
    let grown = |seen, shares| KeptList {
        name: "acme".to_owned(),
        org_uuid: None,
        seen: UnixMillis(seen),
        ..list(1, shares)
    };
    store
        .commit(vec![Change::List(key("acme"), grown(1, PIECE + 1))])
        .unwrap();
    assert_eq!(pieces(&store).len(), 4);
    let written = |store: &Sqlite| store.connection.total_changes();
    let before = written(&store);
    store
        .commit(vec![Change::List(key("acme"), grown(2, PIECE + 1))])
        .unwrap();
    assert_eq!(written(&store) - before, 1, "when it was seen");
    let before = written(&store);
    store
        .commit(vec![Change::List(key("acme"), grown(3, PIECE + 2))])
        .unwrap();
    assert_eq!(written(&store) - before, 3, "and the last pieces");
    store
        .commit(vec![Change::List(key("acme"), grown(4, PIECE))])
        .unwrap();
    assert_eq!(pieces(&store).len(), 2);
    assert_eq!(store.load().unwrap().lists[&key("acme")], grown(4, PIECE));
}

#[test]
fn nobody_else_can_read_it() {
    let place = Place::with(vec![seen("acme", 1, 1)]);
    let _open = place.open();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.path()), 0o700);
    for file in fs::read_dir(place.path()).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn one_process_at_a_time() {
    let place = Place::with(vec![seen("acme", 1, 1)]);
    let first = place.open();
    assert!(matches!(place.refused(), StoreError::InUse { .. }));
    drop(first);
    assert_eq!(place.load().lists.len(), 1);
}

#[test]
fn a_first_start_that_was_cut_short_is_begun_anew() {
    let place = Place::new();
    fs::create_dir_all(place.path()).unwrap();
    for end in ["", "-wal", "-journal"] {
        fs::write(place.path().join(format!("store.db.new{end}")), "half").unwrap();
    }
    assert!(place.load().lists.is_empty());
    assert!(!place.path().join("store.db.new").exists());
}

#[test]
fn what_is_not_ours_is_refused_and_left_as_it_is() {
    let text = Place::new();
    fs::create_dir_all(text.path()).unwrap();
    fs::write(
        text.database(),
        "a note to myself, longer than any header of a database ".repeat(9),
    )
    .unwrap();
    assert!(matches!(text.refused(), StoreError::Foreign { .. }));

    let others = Place::new();
    fs::create_dir_all(others.path()).unwrap();
    others.execute("PRAGMA journal_mode = wal; CREATE TABLE mine (a)");
    let why = others.refused();
    assert!(matches!(why, StoreError::Foreign { .. }), "{why}");

    let directory = Place::new();
    fs::create_dir_all(directory.database()).unwrap();
    let why = Sqlite::open(&directory.path()).unwrap_err();
    assert!(matches!(why, StoreError::File { .. }), "{why}");

    let file = Place::new();
    fs::create_dir(file.0.path().join("a")).unwrap();
    fs::write(file.path(), "").unwrap();
    let why = Sqlite::open(&file.path()).unwrap_err();
    assert!(matches!(why, StoreError::Directory { .. }), "{why}");
}

#[test]
fn a_later_version_is_refused_and_left_as_it_is() {
    let place = Place::with(vec![seen("acme", 1, 1)]);
    place.execute("PRAGMA user_version = 3");
    let why = place.refused();
    assert!(
        matches!(
            why,
            StoreError::Newer {
                found: 3,
                known: 2,
                ..
            }
        ),
        "{why}"
    );
    place.execute("PRAGMA user_version = 0");
    assert!(matches!(place.refused(), StoreError::Torn { .. }));
}

#[test]
fn a_file_that_is_cut_short_is_refused_wherever() {
    let place = Place::with(vec![seen("acme", 1, 300), seen("globex", 1, 300)]);
    let whole = fs::read(place.database()).unwrap();
    for length in (0..whole.len()).step_by(509) {
        fs::write(place.database(), &whole[..length]).unwrap();
        assert!(
            matches!(place.refused(), StoreError::Torn { .. }),
            "{length}"
        );
    }
    fs::write(place.database(), &whole).unwrap();
    assert_eq!(place.load().lists.len(), 2);
    fs::remove_file(place.database()).unwrap();
    fs::write(place.path().join("store.db-wal"), "what is left").unwrap();
    assert!(matches!(place.refused(), StoreError::Torn { .. }));
}

#[test]
fn no_bit_that_has_turned_is_believed() {
    let changes = vec![
        seen("acme", 1, 40),
        seen("globex", 1, 2),
        Change::Exception("lobby".into(), exception(2)),
    ];
    let place = Place::with(changes);
    let (whole, kept) = (fs::read(place.database()).unwrap(), place.load());
    let mut refusals = 0;
    for at in (0..whole.len()).step_by(97) {
        let mut bent = whole.clone();
        bent[at] ^= 1 << (at % 8);
        fs::write(place.database(), &bent).unwrap();
        // Where nothing is, nothing can be wrong.
        match Sqlite::open(&place.path()).and_then(|mut store| store.load()) {
            Ok(read) => assert_eq!(read, kept, "at {at}"),
            Err(why) => {
                let text = why.to_string();
                assert!(
                    text.contains("damaged") || text.contains("written"),
                    "at {at}: {text}"
                );
                refusals += 1;
            }
        }
        for beside in ["store.db-wal", "store.db-shm"] {
            let _ = fs::remove_file(place.path().join(beside));
        }
    }
    assert!(refusals > 50, "{refusals} of {}", whole.len() / 97);
}

#[test]
fn a_row_that_we_have_not_written_is_named_and_not_left_out() {
    let changes = || {
        vec![
            seen("acme", 1, 3),
            seen("secret-name", 1, PIECE + 1),
            Change::Exception("secret-name".into(), exception(2)),
        ]
    };
    for (sql, expected) in [
        (
            "UPDATE lists SET seen = 2 WHERE id = 1",
            "list 1 (clip_group)",
        ),
        (
            "UPDATE lists SET kind = 'x' WHERE id = 1",
            "list 1 is of no known kind",
        ),
        (
            "UPDATE lists SET partner = '' WHERE id = 1",
            "list 1 (clip_group)",
        ),
        ("UPDATE lists SET sum = x'00' WHERE id = 1", "Blob"),
        (
            "PRAGMA foreign_keys = 0; DELETE FROM lists WHERE id = 1",
            "4 pieces are of no list",
        ),
        (
            "DELETE FROM pieces WHERE list = 1 AND part = 0",
            "piece 0 of the shares of list 1",
        ),
        (
            "DELETE FROM pieces WHERE list = 1 AND part = 1",
            "1000 shares of list 1 (clip_group), expected 1001",
        ),
        (
            "UPDATE pieces SET part = 2 WHERE list = 1 AND part = 1",
            "piece 1 of the shares of list 1",
        ),
        (
            "UPDATE pieces SET what = 'x' WHERE list = 0 AND what = 'shares'",
            "0 shares of list 0",
        ),
        (
            "UPDATE pieces SET content = x'5b5d' WHERE list = 0",
            "piece 0 of the shares of list 0",
        ),
        ("UPDATE exceptions SET last_match = 3", "exception 1"),
        ("DROP TABLE exceptions", "no such table"),
    ] {
        let place = Place::with(changes());
        place.execute(sql);
        let why = place.refused().to_string();
        assert!(
            why.contains(expected) && why.contains("damaged"),
            "{sql}: {why}"
        );
        assert!(
            !why.contains("secret-name") && !why.contains("share-"),
            "{why}"
        );
    }
}

#[test]
fn what_fails_leaves_what_was_there() {
    let place = Place::with(vec![seen("acme", 1, 3)]);
    let mut store = place.open();
    let before = store.load().unwrap();
    store
        .connection
        .execute_batch("PRAGMA max_page_count = 10")
        .unwrap();
    let changes = || {
        vec![
            seen("acme", 2, 1),
            seen("globex", 1, 900),
            Change::Gone(key("acme")),
        ]
    };
    let why = store.commit(changes()).unwrap_err().to_string();
    assert!(why.contains("the disk is full: make room"), "{why}");
    assert_eq!(store.load().unwrap(), before);
    store.commit(vec![seen("acme", 3, 3)]).unwrap();
    store
        .connection
        .execute_batch("PRAGMA max_page_count = 1000000")
        .unwrap();
    store.commit(changes()).unwrap();
    drop(store);
    assert_eq!(place.load().lists, [(key("globex"), list(1, 900))].into());
}
