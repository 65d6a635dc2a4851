//! What there can't be is refused, with what to do.

use std::fs;

use crate::common::process::command;
use crate::store::{CLAIM, Said, Trail, run};

const READERS: [&[&str]; 5] = [
    &["log"],
    &["show", CLAIM],
    &["export"],
    &["checkpoint"],
    &["register"],
];

#[test]
fn a_directory_without_a_trail_is_told() {
    let trail = Trail::empty();
    let nothing = trail.files.path("nothing");
    fs::create_dir(&nothing).unwrap();
    let foreign = trail.files.path("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("store.db"), "SQLite format 2").unwrap();
    for (directory, told) in [
        (
            trail.files.path("nowhere"),
            "there is no such file; expected the directory",
        ),
        (nothing, "there is no such file; expected the directory"),
        (foreign, "no SQLite database"),
    ] {
        let path = format!("--storage.path={}", directory.display());
        for args in READERS {
            let said = run(&[args, &[&path]].concat());
            assert_eq!((said.code, &*said.stdout), (2, ""), "{args:?}");
            assert!(said.stderr.contains(told), "{told}\n{}", said.stderr);
        }
    }
    for args in READERS {
        let said = run(args);
        assert_eq!(said.code, 2, "{args:?}");
        assert!(
            said.stderr.contains("--storage.path <DIR>"),
            "{}",
            said.stderr
        );
    }
}

#[test]
fn a_store_of_another_version_is_told() {
    let trail = Trail::empty();
    for (version, told) in [(1, "an earlier version"), (99, "a later version")] {
        let database = trail.directory().join("store.db");
        let connection = rusqlite::Connection::open(database).unwrap();
        connection
            .pragma_update(None, "user_version", version)
            .unwrap();
        drop(connection);
        for args in READERS {
            let said = trail.audit(args);
            assert_eq!((said.code, &*said.stdout), (2, ""), "{args:?}");
            assert!(said.stderr.contains(told), "{told}\n{}", said.stderr);
        }
    }
}

#[test]
fn a_variable_says_where_the_trail_is_and_never_what_is_erased() {
    let trail = Trail::with_lives();
    let path = trail.directory().display().to_string();
    let where_it_is = ("RHOMBUS_SHARE_EXPORTER_STORAGE_PATH", &*path);
    let said = Said::of(
        command(&["audit", "checkpoint"], &[where_it_is])
            .output()
            .unwrap(),
    );
    assert_eq!(said.code, 0, "{}", said.stderr);
    let share = format!("--share={CLAIM}");
    let yes = ("RHOMBUS_SHARE_EXPORTER_YES", "true");
    let mut erase = command(&["audit", "erase", &share], &[where_it_is, yes]);
    let said = Said::of(erase.output().unwrap());
    assert_eq!(said.code, 2);
    assert!(
        said.stderr.contains("RHOMBUS_SHARE_EXPORTER_YES"),
        "{}",
        said.stderr
    );
}

#[test]
fn what_is_asked_for_wrongly_is_told_with_what_was_expected() {
    let trail = Trail::with_lives();
    for (args, told) in [
        (&["show", "3f9a"][..], "12 hexadecimal digits"),
        (&["log", "--share=x"], "12 hexadecimal digits"),
        (
            &["log", "--since=yesterday"],
            "expected a day such as 2027-01-31",
        ),
        (
            &["register", "--until=7"],
            "expected a day such as 2027-01-31",
        ),
        (
            &["log", "--event=create"],
            "a similar value exists: 'created'",
        ),
        (&["log", "--kind=clips"], "clip_group"),
        (&["log", "--limit=0"], "1..=100000"),
        (
            &["log", "--since=2026-11-29", "--until=2026-11-28"],
            "nothing is between them",
        ),
        (&["log", "--org=akme"], "expected one of acme, bell"),
        (&["register", "--org=akme"], "expected one of acme, bell"),
        (&["annotate", CLAIM, "--purpose=a"], "--recipient <TEXT>"),
        (
            &["annotate", CLAIM, "--purpose=a", "--recipient= "],
            "expected a text of 1",
        ),
        (&["erase", "--yes"], "--share <REF>|--text-file <FILE>"),
        (
            &["erase", "--yes", "--text-file=/nowhere"],
            "cannot read /nowhere",
        ),
        (&["reanchor", "--yes", "--anchor-file=/"], "--anchor-file"),
    ] {
        let said = trail.audit(args);
        assert!(
            said.stderr.contains(told),
            "{args:?}: {told}\n{}",
            said.stderr
        );
        assert_ne!((said.code, &*said.stdout), (0, ""), "{args:?}");
    }
}

#[test]
fn what_is_not_there_is_told() {
    let trail = Trail::empty();
    for (args, told) in [
        (
            &["show", CLAIM][..],
            "no line of the trail is about a link with the ref",
        ),
        (
            &["checkpoint"],
            "the trail has 0 lines, and no checkpoint yet",
        ),
        (
            &["annotate", CLAIM, "--purpose=a", "--recipient=b"],
            "no event of the trail",
        ),
        (&["erase", "--yes", "--share", CLAIM], "nothing to forget"),
    ] {
        let said = trail.audit(args);
        assert_eq!((said.code, &*said.stdout), (1, ""), "{args:?}");
        assert!(said.stderr.contains(told), "{told}\n{}", said.stderr);
    }
    let said = trail.audit(&["log"]);
    assert_eq!((said.code, &*said.stdout), (0, ""));
    assert_eq!(said.stderr, "no event of the trail is so\n");
}
