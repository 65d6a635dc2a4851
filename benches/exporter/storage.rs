//! What it costs to keep what must outlast the process: a minute of 5,000 organisations, each list of which
//! is seen once, in a transaction a second.

use std::fs;
use std::time::{Duration, Instant};

use rhombus_share_exporter::share::{
    Expiry, ExpiryReading, Id, Media, Protection, Share, ShareKey, ShareKind, Traits, UnixMillis,
    Unread, Violation,
};
use rhombus_share_exporter::store::{Change, KeptList, ListKey, Sqlite, Store};

use crate::usage::Usage;

const ORGANIZATIONS: usize = 5_000;
/// In each of the four lists of an organisation.
const SHARES: usize = 20;
const SECONDS: usize = 60;

/// What happens to a list within the minute.
#[derive(Clone, Copy)]
struct Minute {
    what: &'static str,
    number: u64,
    /// How many of its shares are other ones than in the minute before.
    changed: usize,
}

/// Measures minutes in which nothing changes, something, and everything; then a start.
pub(crate) fn measure() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut store = Sqlite::open(directory.path()).expect("opened");
    println!(
        "\n| a minute of {ORGANIZATIONS} organisations | CPU | a transaction | the longest | written |"
    );
    println!("|---|---|---|---|---|");
    for (number, what, changed) in [
        (1, "the first", SHARES),
        (2, "nothing has changed", 0),
        (3, "one link a list has", 1),
        (4, "every link has", SHARES),
    ] {
        let minute = Minute {
            what,
            number,
            changed,
        };
        measure_one(&mut store, minute);
    }
    drop(store);
    let size = fs::metadata(directory.path().join("store.db"))
        .expect("a file")
        .len();
    let began = Instant::now();
    let kept = Sqlite::open(directory.path())
        .expect("opened")
        .load()
        .expect("read");
    let shares: usize = kept.lists.values().map(|list| list.shares.len()).sum();
    println!("\n| links | file | a start |");
    println!("|---|---|---|");
    println!(
        "| {shares} | {} MB | {:.2?} |",
        size / 1_000_000,
        began.elapsed()
    );
}

fn measure_one(store: &mut Sqlite, minute: Minute) {
    let kinds = ShareKind::ALL.into_iter();
    let lists: Vec<_> = (0..ORGANIZATIONS)
        .flat_map(|organization| kinds.clone().map(move |kind| (organization, kind)))
        .map(|(organization, kind)| list(organization, kind, minute))
        .collect();
    let (before, written_before) = (Usage::of(std::process::id()), written());
    let mut took = Vec::new();
    for batch in lists.chunks(lists.len().div_ceil(SECONDS)) {
        let began = Instant::now();
        store.commit(batch.to_vec()).expect("written");
        took.push(began.elapsed());
    }
    let cpu = Usage::of(std::process::id()).cpu - before.cpu;
    let longest = took.iter().max().expect("some");
    let mean = took.iter().sum::<Duration>() / took.len() as u32;
    let megabytes = (written() - written_before) / 1_000_000;
    println!(
        "| {} | {cpu:.2?} | {mean:.1?} | {longest:.1?} | {megabytes} MB |",
        minute.what
    );
}

fn list(organization: usize, kind: ShareKind, minute: Minute) -> Change {
    let ids: Vec<Id> = (0..SHARES)
        .map(|index| id(organization, kind, index, minute))
        .collect();
    let share = |id: &Id| Share {
        id: Some(id.clone()),
        kind,
        title: Some("Loading dock, Tuesday night".into()),
        address: None,
        parent: None,
        protection: Protection::None,
        created: Some(UnixMillis(1_760_000_000_000)),
        expiry: Expiry::At(UnixMillis(1_790_000_000_000)),
        expiry_reading: ExpiryReading::Epoch,
        media: Media {
            clips: 2,
            duration_secs: 120,
            cameras: [Id::Uuid([1; 16]), Id::Uuid([2; 16])].into(),
            ..Media::default()
        },
        traits: Traits::default(),
        stream_type: None,
        unread: Unread::default(),
    };
    let violation = |id: &Id| Violation {
        rule: "unsecured".into(),
        share: ShareKey::Id(id.clone()),
        since: UnixMillis(1_760_000_000_000),
        exception: None,
        has_series: true,
    };
    let key = ListKey {
        partner: Some("msp".to_owned()),
        organization: Id::Uuid((organization as u128).to_le_bytes()).to_string(),
        kind,
    };
    let kept = KeptList {
        name: "acme".to_owned(),
        org_uuid: None,
        seen: UnixMillis(minute.number as i64),
        shares: std::sync::Arc::new(ids.iter().map(share).collect()),
        violations: ids.iter().map(violation).collect(),
    };
    Change::List(key, kept)
}

/// The id of a link, which is another one in this minute where the link is one of those that change.
fn id(organization: usize, kind: ShareKind, index: usize, minute: Minute) -> Id {
    let number = if index < minute.changed {
        minute.number
    } else {
        1
    };
    let bytes = [
        organization as u32,
        kind as u32,
        index as u32,
        number as u32,
    ];
    let mut id = [0; 16];
    for (to, from) in id.chunks_mut(4).zip(bytes) {
        to.copy_from_slice(&from.to_le_bytes());
    }
    Id::Uuid(id)
}

/// How many bytes this process has had written to disks.
fn written() -> u64 {
    let io = fs::read_to_string("/proc/self/io").expect("/proc");
    let line = io
        .lines()
        .find_map(|line| line.strip_prefix("write_bytes: "));
    line.expect("a field").parse().expect("a number")
}
