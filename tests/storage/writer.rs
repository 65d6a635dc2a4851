//! A process that does nothing but keep things, to be killed, or to be given a full disk. It is this test
//! binary again, which knows by a variable that it is one.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rhombus_share_exporter::share::{
    Expiry, ExpiryReading, Media, Protection, Share, ShareKind, Traits, UnixMillis, Unread,
};
use rhombus_share_exporter::store::{
    Change, Checkpoint, Keeper, Kept, KeptList, ListKey, Sqlite, Store, StoreError, TrailHandler,
    Tree, WrittenLine,
};

use crate::common::files::Files;
use crate::common::process::PATIENCE;

const DIRECTORY: &str = "STORAGE_WRITER";
const KEEPER: &str = "STORAGE_KEEPER";
const LISTS: usize = 20;
const SHARES: usize = 50;
const ROUNDS_ALONE: i64 = 3;

/// One list of so many as are seen in a round: what it has in it tells which.
fn list(number: usize, round: i64) -> (ListKey, KeptList) {
    let share = |index: usize| Share {
        id: None,
        kind: ShareKind::ClipGroup,
        title: Some(format!("{round} {index}").into()),
        address: None,
        parent: None,
        protection: Protection::None,
        created: Some(UnixMillis(round)),
        expiry: Expiry::Never,
        expiry_reading: ExpiryReading::Never,
        media: Media::default(),
        traits: Traits::default(),
        stream_type: None,
        unread: Unread::default(),
    };
    let key = ListKey {
        partner: None,
        organization: format!("organization-{number}"),
        kind: ShareKind::ClipGroup,
    };
    let kept = KeptList {
        name: "acme".to_owned(),
        org_uuid: None,
        seen: UnixMillis(round),
        shares: Arc::new((0..SHARES).map(share).collect()),
        violations: Arc::default(),
    };
    (key, kept)
}

fn round(round: i64) -> Vec<Change> {
    let lists = (0..LISTS).map(|number| list(number, round));
    lists.map(|(key, kept)| Change::List(key, kept)).collect()
}

/// Signs nothing.
struct Nobody;

impl TrailHandler for Nobody {
    fn sign(&self, _: &str, _: &Tree, _: Option<&Checkpoint>) -> Option<String> {
        None
    }

    fn is_ours(&self, _: &Checkpoint) -> bool {
        false
    }

    fn retention(&self) -> Option<Duration> {
        None
    }

    fn written(&self, _: &[WrittenLine]) {}

    fn sealed(&self, _: &Checkpoint) {}

    fn broken(&self, _: &str) {}
}

/// The round that all of it is of: whole, and nothing of another.
fn round_of(kept: &Kept) -> i64 {
    let Some(first) = kept.lists.values().next() else {
        return 0;
    };
    let lists = (0..LISTS)
        .map(|number| list(number, first.seen.0))
        .collect();
    assert!(kept.lists == lists, "not all of one round");
    first.seen.0
}

fn open(directory: &Path) -> Sqlite {
    let started = Instant::now();
    loop {
        match Sqlite::open(directory) {
            // Whoever had it has a moment left to live.
            Err(StoreError::InUse { .. }) if started.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(5));
            }
            opened => return opened.unwrap(),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how it is told that it is the other process"
)]
fn told(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from)
}

/// Writes round after round where it is told to, and says when each is on the disk; a few of them where
/// nobody has told it, which must be there then.
#[expect(clippy::print_stdout, reason = "what the one who started it reads")]
#[test]
fn rounds_are_written() {
    let alone = Files::new();
    let told = told(DIRECTORY);
    let directory = told.clone().unwrap_or_else(|| alone.path("data"));
    let mut store = open(&directory);
    let mut last = round_of(&store.load().unwrap());
    while told.is_some() || last < ROUNDS_ALONE {
        last += 1;
        store.commit(round(last)).unwrap();
        println!("\nround {last}");
    }
    drop(store);
    assert_eq!(round_of(&open(&directory).load().unwrap()), ROUNDS_ALONE);
}

/// Keeps a list that is seen all the time, and says how that goes.
#[expect(clippy::print_stdout, reason = "what the one who started it reads")]
#[test]
fn what_is_seen_is_kept_whatever_the_disk_does() {
    let alone = Files::new();
    let told = told(KEEPER);
    let directory = told.clone().unwrap_or_else(|| alone.path("data"));
    let store = Box::new(open(&directory));
    let keeper = Keeper::start(store, || UnixMillis(1), Box::new(Nobody)).unwrap();
    let started = Instant::now();
    let mut seen = 0;
    while told.is_some() || started.elapsed() < Duration::from_millis(100) {
        seen += 1;
        let (key, kept) = list(0, seen);
        keeper.keep([Change::List(key, kept)]);
        println!("\nerrors {}", keeper.stats().write_errors);
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(keeper.finish(PATIENCE));
    let kept = open(&directory).load().unwrap();
    assert_eq!(kept.lists.into_iter().collect::<Vec<_>>(), [list(0, seen)]);
}

/// The other process, and what it says.
struct Writer {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Writer {
    /// Starts one of the tests above in a process of its own, in which to write is an error where nothing
    /// may be written, and not the end.
    fn start(test: &str, variable: &str, directory: &Path) -> Self {
        let this = std::env::current_exe().unwrap();
        let mut child = Command::new("bash")
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(this)
            .args(["--exact", &format!("writer::{test}"), "--nocapture"])
            .env(variable, directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next number that it says of this.
    fn next(&mut self, what: &str) -> i64 {
        loop {
            let line = self.lines.next().expect("it goes on").unwrap();
            let number = line.strip_prefix(what);
            if let Some(number) = number.and_then(|number| number.trim().parse().ok()) {
                return number;
            }
        }
    }

    /// How large a file it may write from now on, in bytes.
    fn limit(&self, size: &str) {
        let id = self.child.id().to_string();
        let limits = format!("--fsize={size}:unlimited");
        let done = Command::new("prlimit")
            .args(["--pid", &id, &limits])
            .status();
        assert!(done.unwrap().success());
    }

    /// Kills it; gives the last number that it has said.
    fn kill(mut self, what: &str) -> Option<i64> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let lines = self.lines.map_while(Result::ok);
        let numbers = lines.filter_map(|line| line.strip_prefix(what)?.trim().parse().ok());
        numbers.last()
    }
}

#[test]
fn a_process_that_is_killed_has_written_what_it_said_and_nothing_by_half() {
    let files = Files::new();
    let directory = files.path("data");
    let mut before = 0;
    for (kill, pause) in [0, 1, 3, 7, 12, 20].into_iter().enumerate() {
        let mut writer = Writer::start("rounds_are_written", DIRECTORY, &directory);
        let mut said = writer.next("round ");
        assert!(said > before, "it goes on where the one before has ended");
        for _ in 0..kill {
            said = writer.next("round ");
        }
        std::thread::sleep(Duration::from_millis(pause));
        said = writer.kill("round ").unwrap_or(said);
        before = round_of(&open(&directory).load().unwrap());
        // It may have been killed before it could say so.
        assert!(
            (said..=said + 1).contains(&before),
            "{said} said, {before} there"
        );
    }
}

#[test]
fn a_disk_that_becomes_full_harms_nothing_and_is_written_again_when_there_is_room() {
    let files = Files::new();
    let directory = files.path("data");
    let mut writer = Writer::start(
        "what_is_seen_is_kept_whatever_the_disk_does",
        KEEPER,
        &directory,
    );
    assert_eq!(writer.next("errors "), 0);
    std::thread::sleep(Duration::from_millis(1_500));
    writer.limit("0");
    while writer.next("errors ") < 2 {}
    // What was there before is read while it can't be written.
    let copy = files.path("copy");
    std::fs::create_dir(&copy).unwrap();
    for name in ["store.db", "store.db-wal"] {
        std::fs::copy(directory.join(name), copy.join(name)).unwrap();
    }
    let before = open(&copy)
        .load()
        .unwrap()
        .lists
        .into_values()
        .next()
        .unwrap()
        .seen;
    assert!(before.0 > 0);

    writer.limit("unlimited");
    let started = Instant::now();
    let mut errors = writer.next("errors ");
    let mut steady = 0;
    // The pauses between attempts are a few seconds by now.
    while steady < 800 {
        assert!(started.elapsed() < PATIENCE, "it does not come back");
        let now = writer.next("errors ");
        steady = if now == errors { steady + 1 } else { 0 };
        errors = now;
    }
    writer.kill("errors ");
    let after = open(&directory)
        .load()
        .unwrap()
        .lists
        .into_values()
        .next()
        .unwrap()
        .seen;
    assert!(after > before, "{after:?} is not later than {before:?}");
}
