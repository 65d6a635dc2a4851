use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use super::*;
use crate::store::samples::{Handler, exception, key, list};
use crate::store::{Kept, Sealing, Sqlite, TrailStore, WrittenLine};

/// Far longer than anything takes that is not broken, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);
const SOON: Pauses = Pauses {
    gather: Duration::ZERO,
    first: Duration::from_millis(1),
    longest: Duration::from_millis(4),
};
const NOW: UnixMillis = UnixMillis(7_000);

/// A store in memory, with a disk that can be full, and one that can hang.
#[derive(Clone, Default)]
struct Disk {
    kept: Arc<Mutex<Kept>>,
    is_full: Arc<AtomicBool>,
    crashes: Arc<AtomicBool>,
    commits: Arc<AtomicUsize>,
    hang: Arc<Mutex<()>>,
}

impl Store for Disk {
    fn load(&mut self) -> Result<Kept, StoreError> {
        Ok(self.kept.lock().unwrap().clone())
    }

    fn commit(&mut self, changes: Vec<Change>) -> Result<Vec<WrittenLine>, StoreError> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        drop(self.hang.lock());
        assert!(!self.crashes.load(Ordering::SeqCst), "on purpose");
        if self.is_full.load(Ordering::SeqCst) {
            let why = io::ErrorKind::StorageFull.into();
            return Err(StoreError::file("/disk".as_ref(), "write the file", why));
        }
        let mut kept = self.kept.lock().unwrap();
        for change in changes {
            match change {
                Change::List(key, list) => drop(kept.lists.insert(key, list)),
                Change::Gone(key) => drop(kept.lists.remove(&key)),
                Change::Exception(name, it) => drop(kept.exceptions.insert(name, it)),
                Change::ExceptionGone(name) => drop(kept.exceptions.remove(&name)),
                Change::TrailList(key, list) => drop(kept.trail.lists.insert(key, (list, vec![]))),
                Change::Entry(_) => kept.trail.size += 1,
                Change::ForgetTitles | Change::Feed(..) | Change::Attribution(..) => {}
            }
        }
        Ok(Vec::new())
    }
}

impl TrailStore for Disk {
    fn seal(&mut self, _: &dyn TrailHandler, _: UnixMillis) -> Result<Sealing, StoreError> {
        Ok(Sealing::Nothing)
    }

    fn drop_before(&mut self, _: UnixMillis, _: u32) -> Result<u64, StoreError> {
        Ok(0)
    }
}

impl Disk {
    fn keeper(&self) -> Keeper {
        Keeper::start_with(Box::new(self.clone()), || NOW, Box::new(Handler), SOON).unwrap()
    }

    fn seen(&self, organization: &str) -> Option<i64> {
        let kept = self.kept.lock().unwrap();
        kept.lists.get(&key(organization)).map(|list| list.seen.0)
    }
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn what_it_is_told_is_written() {
    let disk = Disk::default();
    let keeper = disk.keeper();
    keeper.keep([Change::List(key("acme"), list(1, 2))]);
    keeper.keep([Change::Exception("lobby".into(), exception(5))]);
    wait_until("it is written", || disk.seen("acme") == Some(1));
    keeper.keep([Change::Gone(key("acme"))]);
    keeper.keep([Change::ExceptionGone("lobby".into())]);
    assert!(keeper.finish(PATIENCE));
    assert_eq!(*disk.kept.lock().unwrap(), Kept::default());
}

#[test]
fn what_comes_together_is_written_together_and_at_the_end_at_once() {
    let disk = Disk::default();
    let gather = PATIENCE * 10;
    let pauses = Pauses { gather, ..SOON };
    let keeper =
        Keeper::start_with(Box::new(disk.clone()), || NOW, Box::new(Handler), pauses).unwrap();
    for seen in 0..100 {
        keeper.keep([Change::List(key("acme"), list(seen, 1))]);
        keeper.keep([Change::List(key("globex"), list(seen, 1))]);
    }
    // Time in which a hasty one would have written.
    thread::sleep(Duration::from_millis(100));
    assert_eq!(keeper.stats().pending, 2);
    assert_eq!(disk.commits.load(Ordering::SeqCst), 0);
    assert!(keeper.finish(PATIENCE));
    assert_eq!(disk.commits.load(Ordering::SeqCst), 1);
    assert_eq!(
        (disk.seen("acme"), disk.seen("globex")),
        (Some(99), Some(99))
    );
}

#[test]
fn a_full_disk_loses_nothing_and_the_newest_is_written_when_there_is_room() {
    let disk = Disk::default();
    disk.is_full.store(true, Ordering::SeqCst);
    let keeper = disk.keeper();
    keeper.keep([Change::List(key("acme"), list(1, 1))]);
    keeper.keep([Change::List(key("globex"), list(1, 1))]);
    wait_until("it has failed some times", || {
        keeper.stats().write_errors > 3
    });
    keeper.keep([Change::List(key("acme"), list(2, 1))]);
    let before = keeper.stats().write_errors;
    wait_until("it has failed again", || {
        keeper.stats().write_errors > before + 1
    });
    wait_until("both are pending", || keeper.stats().pending == 2);
    assert_eq!(disk.seen("acme"), None);

    disk.is_full.store(false, Ordering::SeqCst);
    wait_until("both are written", || keeper.stats().pending == 0);
    assert_eq!((disk.seen("acme"), disk.seen("globex")), (Some(2), Some(1)));
    assert!(keeper.finish(PATIENCE));
}

#[test]
fn what_comes_while_a_write_fails_is_newer_than_what_it_was_to_write() {
    let disk = Disk::default();
    disk.is_full.store(true, Ordering::SeqCst);
    let hanging = disk.hang.lock().unwrap();
    let keeper = disk.keeper();
    keeper.keep([Change::List(key("acme"), list(1, 1))]);
    keeper.keep([Change::Exception("lobby".into(), exception(1))]);
    wait_until("it writes", || disk.commits.load(Ordering::SeqCst) == 1);
    keeper.keep([Change::List(key("acme"), list(2, 1))]);
    keeper.keep([Change::Exception("lobby".into(), exception(2))]);
    drop(hanging);
    wait_until("it has failed", || keeper.stats().write_errors > 0);
    disk.is_full.store(false, Ordering::SeqCst);
    assert!(keeper.finish(PATIENCE));
    assert_eq!(disk.seen("acme"), Some(2));
    let kept = disk.kept.lock().unwrap();
    assert_eq!(kept.exceptions["lobby"], exception(2));
}

#[test]
fn it_waits_ever_longer_for_a_disk_that_takes_nothing() {
    let disk = Disk::default();
    disk.is_full.store(true, Ordering::SeqCst);
    let first = Duration::from_millis(200);
    let pauses = Pauses {
        first,
        longest: PATIENCE * 10,
        ..SOON
    };
    let keeper =
        Keeper::start_with(Box::new(disk.clone()), || NOW, Box::new(Handler), pauses).unwrap();
    let started = Instant::now();
    keeper.keep([Change::List(key("acme"), list(1, 1))]);
    wait_until("the third attempt has failed", || {
        keeper.stats().write_errors == 3
    });
    assert!(started.elapsed() >= first * 3, "{:?}", started.elapsed());
    // The pause before the fourth is no shorter; the end does not wait for it.
    assert!(!keeper.finish(PATIENCE), "it was not written");
    assert_eq!(keeper.stats().write_errors, 4);
    assert_eq!(keeper.stats().pending, 1);
}

#[test]
fn nobody_waits_for_a_disk_that_hangs() {
    let disk = Disk::default();
    let hanging = disk.hang.lock().unwrap();
    let keeper = disk.keeper();
    keeper.keep([Change::List(key("acme"), list(1, 1))]);
    wait_until("it writes", || disk.commits.load(Ordering::SeqCst) == 1);
    keeper.keep([Change::List(key("globex"), list(1, 1))]);
    assert_eq!(keeper.stats().pending, 2);
    assert!(!keeper.finish(Duration::from_millis(10)), "it hangs");
    drop(hanging);
    assert!(keeper.finish(PATIENCE));
    assert_eq!((disk.seen("acme"), disk.seen("globex")), (Some(1), Some(1)));
}

#[test]
fn whoever_forgets_it_loses_nothing() {
    let disk = Disk::default();
    let gather = PATIENCE * 10;
    let pauses = Pauses { gather, ..SOON };
    let keeper =
        Keeper::start_with(Box::new(disk.clone()), || NOW, Box::new(Handler), pauses).unwrap();
    keeper.keep([Change::List(key("acme"), list(1, 1))]);
    drop(keeper);
    wait_until("it is written", || disk.seen("acme") == Some(1));
    let ours = 1;
    wait_until("the thread has ended", || {
        Arc::strong_count(&disk.kept) == ours
    });
}

#[test]
fn a_crash_is_a_failure_like_any_other() {
    let disk = Disk::default();
    disk.crashes.store(true, Ordering::SeqCst);
    let keeper = disk.keeper();
    keeper.keep([Change::List(key("acme"), list(1, 1))]);
    wait_until("it has crashed", || keeper.stats().write_errors > 1);
    disk.crashes.store(false, Ordering::SeqCst);
    assert!(keeper.finish(PATIENCE));
    assert_eq!(disk.seen("acme"), Some(1));
}

#[test]
fn when_it_last_wrote_is_known_from_the_start() {
    let disk = Disk::default();
    let time = Arc::new(Mutex::new(NOW));
    let clock = time.clone();
    let now = move || *clock.lock().unwrap();
    let keeper = Keeper::start_with(Box::new(disk.clone()), now, Box::new(Handler), SOON).unwrap();
    assert_eq!(keeper.stats().last_success, NOW);
    *time.lock().unwrap() = UnixMillis(9_000);
    disk.is_full.store(true, Ordering::SeqCst);
    keeper.keep([Change::List(key("acme"), list(1, 1))]);
    wait_until("it has failed", || keeper.stats().write_errors > 0);
    assert_eq!(keeper.stats().last_success, NOW);
    disk.is_full.store(false, Ordering::SeqCst);
    assert!(keeper.finish(PATIENCE));
    assert_eq!(keeper.stats().last_success, UnixMillis(9_000));
}

#[test]
fn what_a_keeper_has_written_a_later_process_reads() {
    let directory = tempfile::tempdir().unwrap();
    let store = Sqlite::open(directory.path()).unwrap();
    let keeper = Keeper::start(Box::new(store), || NOW, Box::new(Handler)).unwrap();
    keeper.keep([Change::List(key("acme"), list(1, 3))]);
    assert!(keeper.finish(PATIENCE));
    let kept = Sqlite::open(directory.path()).unwrap().load().unwrap();
    assert_eq!(kept.lists[&key("acme")], list(1, 3));
}
