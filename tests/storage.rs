//! `--storage.path`, as the one who runs the exporter meets it: what is refused at the start and how that
//! is said, what is left where it was, and what a process that is killed, or a disk that is full, leaves
//! behind.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod common;
#[path = "storage/writer.rs"]
mod writer;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::files::Files;
use common::process::{BINARY, Process, command};
use common::{KEY, exporter, simulator};

const ERRORS: &str = "rhombus_share_exporter_storage_write_errors_total";
const PENDING: &str = "rhombus_share_exporter_storage_pending_lists";
const LAST_SUCCESS: &str = "rhombus_share_exporter_storage_last_success_timestamp_seconds";
const FORGOTTEN: &str = "open violations are forgotten at a restart";

fn flag(directory: &Path) -> String {
    format!("--storage.path={}", directory.display())
}

/// The exporter with this directory, of an organisation that does not answer.
fn try_start(directory: &Path) -> Result<Process, String> {
    let flag = flag(directory);
    let args = ["serve", "--web.listen-address=127.0.0.1:0", &flag];
    let env = [
        ("RHOMBUS_API_KEY", KEY),
        ("RHOMBUS_ENDPOINT_URL", "http://127.0.0.1:1"),
    ];
    ended(Process::try_start(&args, &env))
}

/// What a process that has ended with 2 said: one line, after what it logged.
fn ended(started: Result<Process, (std::process::ExitStatus, String)>) -> Result<Process, String> {
    started.map_err(|(status, output)| {
        assert_eq!(status.code(), Some(2), "{output}");
        assert!(!output.contains("listening"), "{output}");
        let said = output
            .lines()
            .filter(|line| line.starts_with("rhombus-share-exporter: "));
        let [said] = &said.collect::<Vec<_>>()[..] else {
            panic!("not one clear message:\n{output}");
        };
        (*said).to_owned()
    })
}

/// What is said where the directory is refused, and no file of it is touched.
fn refused(directory: &Path) -> String {
    let files = || {
        let files = fs::read_dir(directory).unwrap().map(|file| {
            let path = file.unwrap().path();
            (path.clone(), fs::read(path).unwrap())
        });
        let mut files: Vec<_> = files
            .filter(|(path, _)| !path.ends_with("store.db-shm"))
            .collect();
        files.sort();
        files
    };
    // SQLite's own memory of what is in the log is made anew.
    let before = files();
    let said = try_start(directory).err().expect("it is refused");
    assert!(files() == before, "it was touched: {said}");
    said
}

#[tokio::test]
async fn it_begins_with_nothing_and_comes_back() {
    let files = Files::new();
    let directory = files.path("var/lib/exporter");
    for _ in 0..2 {
        let exporter = try_start(&directory).unwrap();
        let metrics = exporter.metrics().await;
        assert_eq!((metrics.value(ERRORS), metrics.value(PENDING)), (0.0, 0.0));
        assert!(metrics.value(LAST_SUCCESS) > 1.7e9);
        let said = exporter.output();
        assert!(said.contains("remembered over the restart"), "{said}");
        assert!(said.contains("lists=0"), "{said}");
        assert!(!said.contains(FORGOTTEN), "{said}");
        exporter.signal("TERM");
        let (status, output) = exporter.ended().await;
        assert_eq!(status.code(), Some(0), "{output}");
        let left = fs::read_dir(&directory)
            .unwrap()
            .map(|file| file.unwrap().file_name());
        let mut left: Vec<_> = left.collect();
        left.sort();
        let expected = ["audit.key", "audit.pub", "lock", "store.db"];
        assert_eq!(left, expected, "the log is in the database");
    }
}

#[tokio::test]
async fn without_it_a_line_at_the_start_says_what_is_lost() {
    let simulator = simulator(0);
    let exporter = exporter(&simulator, &[]);
    let said = exporter.output();
    assert_eq!(said.matches(FORGOTTEN).count(), 1, "{said}");
    assert!(said.contains("--storage.path"), "{said}");
    assert!(
        exporter
            .metrics()
            .await
            .starting("rhombus_share_exporter_storage")
            .is_empty()
    );
}

#[test]
fn a_variable_gives_it_too() {
    let files = Files::new();
    let directory = files.path("by-variable");
    let variable = "RHOMBUS_SHARE_EXPORTER_STORAGE_PATH";
    let env = [
        ("RHOMBUS_API_KEY", KEY),
        (variable, directory.to_str().unwrap()),
    ];
    let _exporter = Process::start(&["serve", "--web.listen-address=127.0.0.1:0"], &env);
    assert!(directory.join("store.db").exists());
}

#[test]
fn the_files_have_the_names_that_are_promised() {
    let files = Files::new();
    let directory = files.path("data");
    drop(try_start(&directory).unwrap());
    let entries = directory.read_dir().unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    // What SQLite has beside its file is its own.
    let mut names: Vec<_> = names
        .filter(|name| !name.starts_with("store.db-"))
        .collect();
    names.sort();
    assert_eq!(names, ["audit.key", "audit.pub", "lock", "store.db"]);
}

#[test]
fn to_check_a_command_line_opens_nothing() {
    let files = Files::new();
    let directory = files.path("not-there");
    let args = ["check-config", &flag(&directory)];
    let output = command(&args, &[("RHOMBUS_API_KEY", KEY)])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!directory.exists());
}

#[test]
fn to_check_a_command_line_says_which_storage_would_be_refused() {
    let files = Files::new();
    let directory = files.path("data");
    drop(try_start(&directory).unwrap());
    let check = || {
        let args = ["check-config", &flag(&directory)];
        let output = command(&args, &[("RHOMBUS_API_KEY", KEY)]).output();
        let output = output.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), said)
    };
    assert_eq!(check(), (Some(0), String::new()));
    let database = directory.join("store.db");
    let with_version = |version: i32| {
        let connection = rusqlite::Connection::open(&database).unwrap();
        let set = connection.pragma_update(None, "user_version", version);
        set.unwrap();
    };
    with_version(1);
    assert_eq!(check(), (Some(0), String::new()), "it is brought forward");
    with_version(3);
    let (status, said) = check();
    assert_eq!(status, Some(2));
    assert!(said.contains("a later version of the exporter"), "{said}");
    fs::write(&database, "what somebody else has put there").unwrap();
    let (status, said) = check();
    assert_eq!(status, Some(2));
    assert!(said.contains("no SQLite database"), "{said}");
    fs::remove_file(&database).unwrap();
    fs::create_dir(&database).unwrap();
    let (status, said) = check();
    assert_eq!(status, Some(0));
    assert!(said.starts_with("warning: --storage.path: "), "{said}");
}

#[tokio::test]
async fn a_second_exporter_is_refused_and_the_first_goes_on() {
    let files = Files::new();
    let directory = files.path("data");
    let first = try_start(&directory).unwrap();
    let said = try_start(&directory).err().expect("it is refused");
    assert!(
        said.contains("another process uses this directory"),
        "{said}"
    );
    assert!(said.contains("a directory of its own"), "{said}");
    assert_eq!(first.get("/-/healthy").await.0, 200);
    // However the first ends, its lock ends with it.
    first.signal("KILL");
    first.ended().await;
    try_start(&directory).unwrap();
}

#[test]
fn what_is_not_ours_or_damaged_is_refused_and_left_where_it_is() {
    let files = Files::new();
    let directory = files.path("data");
    // Killed, so that its log stays beside it.
    drop(try_start(&directory).unwrap());
    assert!(directory.join("store.db-wal").exists());
    let database = directory.join("store.db");
    let whole = fs::read(&database).unwrap();
    let mut bent = whole.clone();
    // The second page: the log has the first one.
    bent[4096..4196].fill(0xff);
    let mut others = whole.clone();
    others[68..72].copy_from_slice(b"else");
    for (content, expected) in [
        (&b"a letter"[..], "no SQLite database"),
        (&others, "a SQLite database of another program"),
        (&whole[..whole.len() / 2], "the file is damaged"),
        (&whole[..50], "it is cut short"),
        (b"", "it is empty"),
        (&bent, "the file is damaged"),
    ] {
        fs::write(&database, content).unwrap();
        let said = refused(&directory);
        assert!(said.contains(expected), "{expected}: {said}");
        assert!(said.contains("It is left as it is"), "{said}");
        assert!(said.contains(database.to_str().unwrap()), "{said}");
    }
    fs::write(&database, &whole).unwrap();
    try_start(&directory).unwrap();
}

#[test]
fn a_directory_that_can_not_be_written_is_refused() {
    let files = Files::new();
    let file = files.write("file", "");
    // Where nobody may write, whoever one is.
    for path in [
        file.as_path(),
        &file.join("below"),
        Path::new("/sys/storage"),
    ] {
        let said = try_start(path).err().expect("it is refused");
        assert!(said.contains("no directory can be made there"), "{said}");
        assert!(said.contains(path.to_str().unwrap()), "{said}");
    }
}

#[test]
fn a_disk_that_is_full_at_the_start_is_a_refusal() {
    let files = Files::new();
    let directory = files.path("data");
    let flag = flag(&directory);
    // To write is an error from here on, and not the end of the process.
    let full =
        "trap '' XFSZ; ulimit -f 0; exec \"$0\" serve --web.listen-address=127.0.0.1:0 \"$@\"";
    let start = || {
        let mut command = Command::new("bash");
        command
            .args(["-c", full, BINARY, &flag])
            .env_clear()
            .env("RHOMBUS_API_KEY", KEY);
        ended(Process::spawn(command)).err().expect("it is refused")
    };
    for _ in 0..2 {
        let said = start();
        assert!(said.contains("can't make the file"), "{said}");
        assert!(said.contains("free space"), "{said}");
    }
    drop(try_start(&directory).unwrap());
    let database = directory.join("store.db");
    let before = fs::read(&database).unwrap();
    let said = start();
    assert!(
        said.contains("can't ") && said.contains("free space"),
        "{said}"
    );
    assert!(fs::read(&database).unwrap() == before);
    try_start(&directory).unwrap();
}
