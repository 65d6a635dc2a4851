//! What it takes to keep a trail: to compare a look with what was known, to write what comes of it, and to find
//! a page of it again.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rhombus_share_exporter::audit::{Noticed, Progress, Trail};
use rhombus_share_exporter::clock::Clock;
use rhombus_share_exporter::inventory::Inventory;
use rhombus_share_exporter::policy::Policy;
use rhombus_share_exporter::share::{
    Expiry, ExpiryReading, Id, Listing, Media, Moment, Protection, Ref, Share, ShareKind, Traits,
    UnixMillis, Unread,
};
use rhombus_share_exporter::store::{
    Change, Entry, Kept, LineQuery, ListKey, NewLine, Place, Sqlite, Store, TrailReader,
};

const LINKS: usize = 100_000;
/// So many are written in a transaction, as in a second in which much happens.
const BATCH: u64 = 10_000;
const WRITTEN: u64 = 200_000;

/// Prints what it takes to compare and to write.
pub(crate) fn measure() {
    compare();
    let directory = tempfile::tempdir().expect("a directory");
    let began = Instant::now();
    write(directory.path(), WRITTEN);
    let rate = WRITTEN as f64 / began.elapsed().as_secs_f64();
    println!("\n| events written, {BATCH} in a transaction | a second |");
    println!("|---|---|");
    println!("| {WRITTEN} | {rate:.0} |");
}

/// Compares a look at many links with what was known, where none or one in a hundred has changed.
fn compare() {
    println!("\n| links | of them changed | to compare them |");
    println!("|---|---|---|");
    let progress = Arc::new(Progress::default());
    let trail = Trail::new(&mut Kept::default(), Clock::system(), progress).expect("nothing");
    // So many are protected in each look.
    for (number, protected) in (0..).zip([0, 0, LINKS / 100, LINKS / 100, 0]) {
        let look = look(number, protected);
        let began = Instant::now();
        let changes = notice(&trail, &look);
        let took = began.elapsed();
        if number > 0 {
            println!("| {LINKS} | {changes} | {took:.1?} |");
        }
    }
}

fn notice(trail: &Trail, look: &Inventory) -> usize {
    let key = key();
    let noticed = Noticed {
        key: &key,
        org: "acme",
        org_uuid: None,
        look: Some(look),
        made_since: None,
        violations: None,
        policy: &Policy::default(),
        max_staleness: Duration::from_secs(600),
    };
    let changes = trail.notice(noticed, 0).unwrap_or_default();
    let entries = changes.iter().filter(|it| matches!(it, Change::Entry(_)));
    entries.count()
}

fn key() -> ListKey {
    ListKey {
        partner: None,
        organization: "acme".to_owned(),
        kind: ShareKind::ClipGroup,
    }
}

/// A look in which so many links are protected.
fn look(number: i64, protected: usize) -> Arc<Inventory> {
    let shares = (0..LINKS).map(|index| {
        let protection = match index < protected {
            true => Protection::Password,
            false => Protection::None,
        };
        share(index, protection)
    });
    let listing = Listing {
        shares: shares.collect(),
        ..Listing::default()
    };
    let obtained = Moment {
        time: UnixMillis::from_secs(1_000_000 + 60 * number),
        uptime: Duration::ZERO,
    };
    Inventory::new(listing, obtained)
}

fn share(index: usize, protection: Protection) -> Share {
    let mut uuid = [0; 16];
    uuid[..8].copy_from_slice(&(index as u64).to_be_bytes());
    Share {
        id: Some(Id::Uuid(uuid)),
        kind: ShareKind::ClipGroup,
        title: Some(format!("Delivery {index}").into()),
        address: None,
        parent: None,
        protection,
        created: Some(UnixMillis::from_secs(900_000)),
        expiry: Expiry::Never,
        expiry_reading: ExpiryReading::Never,
        media: Media {
            clips: 2,
            duration_secs: 120,
            cameras: [Id::Uuid([1; 16]), Id::Uuid([2; 16])].into(),
            footage: Box::default(),
        },
        traits: Traits::default(),
        stream_type: None,
        unread: Unread::default(),
    }
}

/// One of many events: of some hundred organisations and a hundred thousand shares.
#[derive(Debug)]
struct Event(u64);

impl Entry for Event {
    fn line(&self) -> NewLine {
        let events = ["created", "removed", "renamed", "unsecured", "viewed"];
        let event = events[(self.0 % 5) as usize];
        let share = Ref::of_number((self.0 * 7_919 % 100_000) as i64).expect("below 2 to the 48th");
        let org = format!("organisation {}", self.0 % 97);
        let noticed = UnixMillis::from_secs(1_000_000 + self.0 as i64);
        NewLine {
            noticed,
            members: format!(
                r#""noticed":"{}","org":"{org}","kind":"clip_group","share":"{share}","n":3,"event":"{event}","was":{{"protection":"password"}},"is":{{"protection":"none"}}"#,
                noticed.rfc3339_millis()
            ),
            place: Place {
                org: Some(org.into()),
                kind: Some(ShareKind::ClipGroup),
                share: Some(share),
            },
            event,
            is_counted: true,
            is_news: true,
            texts: Vec::new(),
            picture: None,
            viewer: None,
            findings: Vec::new(),
        }
    }
}

fn write(directory: &Path, events: u64) {
    let mut store = Sqlite::open(directory).expect("opened");
    for batch in 0..events / BATCH {
        let entries = (0..BATCH).map(|index| {
            let event: Arc<dyn Entry> = Arc::new(Event(batch * BATCH + index));
            Change::Entry(event)
        });
        store.commit(entries.collect()).expect("written");
    }
}

/// Prints how long a page of a trail of so many events takes.
pub(crate) fn pages(events: &str) {
    let events: u64 = events.parse().expect("a number of events");
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path(), events);
    let size = directory
        .path()
        .join("store.db")
        .metadata()
        .expect("a file")
        .len();
    println!(
        "\n| of {events} events ({} MB), 100 | took |",
        size / 1_000_000
    );
    println!("|---|---|");
    let reader = TrailReader::open(directory.path()).expect("opened");
    let any = LineQuery {
        limit: 100,
        ..LineQuery::default()
    };
    let org = Some("organisation 42".to_owned());
    let (early, late) = (1_000_000 + events as i64 / 4, 1_000_000 + events as i64 / 2);
    let queries = [
        ("newest", any.clone()),
        (
            "newest of an organisation",
            LineQuery {
                org: org.clone(),
                ..any.clone()
            },
        ),
        (
            "of one share",
            LineQuery {
                share: Ref::of_number(4_711),
                ..any.clone()
            },
        ),
        (
            "of two events in an organisation",
            LineQuery {
                org: org.clone(),
                events: vec!["unsecured", "removed"],
                ..any.clone()
            },
        ),
        (
            "of an event",
            LineQuery {
                events: vec!["unsecured"],
                ..any.clone()
            },
        ),
        (
            "of an organisation, between two moments",
            LineQuery {
                org,
                since: Some(UnixMillis::from_secs(early)),
                until: Some(UnixMillis::from_secs(late)),
                ..any.clone()
            },
        ),
        (
            "of a kind there is not",
            LineQuery {
                kinds: vec![ShareKind::VideoWall],
                until: Some(UnixMillis::from_secs(early)),
                ..any
            },
        ),
    ];
    for (what, query) in queries {
        let began = Instant::now();
        let lines = reader.lines(&query).expect("read");
        println!(
            "| {what} ({} found) | {:.2?} |",
            lines.len(),
            began.elapsed()
        );
    }
}
