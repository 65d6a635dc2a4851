//! A trail over a store in memory: what is not committed is gone where the process crashes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::Value;

use super::*;
use crate::share::{Listing, Protection, Ref, Share, ShareKey, ShareKind, Violation};
use crate::store::{KeptList, KeptPicture, NewLine};

/// More than passes in a test.
pub(super) const LONG: Duration = Duration::from_secs(1_000_000);
pub(super) const SECOND: i64 = 1_000;

/// What is on the disk.
#[derive(Clone, Default)]
struct Disk {
    kept: Kept,
    pictures: BTreeMap<ListKey, BTreeMap<Ref, KeptPicture>>,
    lines: Vec<NewLine>,
}

pub(super) struct Bench {
    now: Arc<AtomicI64>,
    disk: Disk,
    /// What waits for the disk.
    pub(super) waiting: Vec<Change>,
    pub(super) trail: Trail,
    pub(super) progress: Arc<Progress>,
    pub(super) policy: Policy,
    pub(super) max_staleness: Duration,
    pub(super) made_since: Option<UnixMillis>,
    pub(super) org: &'static str,
    pub(super) org_uuid: Option<Id>,
    violations: Violations,
}

pub(super) fn key() -> ListKey {
    ListKey {
        partner: None,
        organization: "acme".into(),
        kind: ShareKind::ClipGroup,
    }
}

impl Bench {
    pub(super) fn new() -> Self {
        let now = Arc::new(AtomicI64::new(0));
        let (trail, progress) = begun(&Disk::default(), &now);
        Self {
            now,
            disk: Disk::default(),
            waiting: Vec::new(),
            trail,
            progress,
            policy: Policy::default(),
            max_staleness: LONG,
            made_since: None,
            org: "acme",
            org_uuid: Some(Id::parse("one")),
            violations: Violations::default(),
        }
    }

    pub(super) fn at(&self, second: i64) {
        self.now.store(second * SECOND, Ordering::Relaxed);
    }

    fn moment(&self) -> Moment {
        Moment {
            time: UnixMillis(self.now.load(Ordering::Relaxed)),
            uptime: Duration::ZERO,
        }
    }

    /// A good, whole look: what it shows is noticed, and waits for the disk. `unsecured` is the one rule.
    pub(super) fn look(&mut self, second: i64, shares: Vec<Share>) -> bool {
        self.look_where(second, shares, 0)
    }

    /// The same where so many entries wait already.
    pub(super) fn look_where(&mut self, second: i64, shares: Vec<Share>, waiting: usize) -> bool {
        self.at(second);
        let open = shares
            .iter()
            .filter(|it| it.protection == Protection::None)
            .filter_map(|it| {
                Some(Violation {
                    rule: "unsecured".into(),
                    share: ShareKey::Id(it.id.clone()?),
                    since: UnixMillis(0),
                    exception: None,
                    has_series: false,
                })
            });
        let mut open: Vec<_> = open.collect();
        open.sort();
        self.violations.open = open.into();
        let listing = Listing {
            shares,
            ..Listing::default()
        };
        let look = Inventory::new(listing, self.moment());
        self.notice(Some(&look), waiting)
    }

    /// What rules say is noticed, and no look.
    pub(super) fn judge(&mut self, violations: Violations) -> bool {
        self.violations = violations;
        self.notice(None, 0)
    }

    fn notice(&mut self, look: Option<&Inventory>, waiting: usize) -> bool {
        let key = key();
        let noticed = Noticed {
            key: &key,
            org: self.org,
            org_uuid: self.org_uuid.as_ref(),
            look,
            made_since: self.made_since,
            violations: Some(&self.violations),
            policy: &self.policy,
            max_staleness: self.max_staleness,
        };
        let Some(changes) = self.trail.notice(noticed, waiting) else {
            return false;
        };
        self.waiting.extend(changes);
        let kept = KeptList {
            seen: self.moment().time,
            name: self.org.into(),
            org_uuid: self.org_uuid.clone(),
            shares: Arc::default(),
            violations: self.violations.open.clone(),
        };
        self.waiting.push(Change::List(key, kept));
        true
    }

    pub(super) fn enter(&mut self, changes: Vec<Change>) {
        self.waiting.extend(changes);
    }

    /// All that waits is on the disk now.
    pub(super) fn commit(&mut self) {
        for change in std::mem::take(&mut self.waiting) {
            self.disk.commit(change);
        }
    }

    /// The process ends here, and another goes on with what is on the disk.
    pub(super) fn crash(&mut self) {
        self.waiting.clear();
        (self.trail, self.progress) = begun(&self.disk, &self.now);
    }

    /// What is on the disk of what was entered.
    pub(super) fn lines(&self) -> Vec<Value> {
        let object = |line: &NewLine| serde_json::from_str(&format!("{{{}}}", line.members));
        self.disk
            .lines
            .iter()
            .map(object)
            .map(Result::unwrap)
            .collect()
    }

    /// The events, each with the number of the change where it is of a share.
    pub(super) fn events(&mut self) -> Vec<String> {
        self.commit();
        self.lines().iter().map(told).collect()
    }

    /// The same of those since this one.
    pub(super) fn events_after(&mut self, count: usize) -> Vec<String> {
        self.events().split_off(count)
    }
}

/// The event, and which change of a share it is.
pub(super) fn told(line: &Value) -> String {
    let event = line["event"].as_str().unwrap();
    match line["n"].as_u64() {
        Some(number) => format!("{event} {number}"),
        None => event.to_owned(),
    }
}

fn begun(disk: &Disk, now: &Arc<AtomicI64>) -> (Trail, Arc<Progress>) {
    let now = now.clone();
    let clock = Clock::from_fn(move || Moment {
        time: UnixMillis(now.load(Ordering::Relaxed)),
        uptime: Duration::ZERO,
    });
    let mut kept = disk.kept.clone();
    for (key, pictures) in &disk.pictures {
        let (_, of_list) = kept.trail.lists.get_mut(key).unwrap();
        *of_list = pictures.values().cloned().collect();
    }
    let progress = Arc::new(Progress::new(&kept.trail));
    let trail = Trail::new(&mut kept, clock, progress.clone());
    (trail.unwrap(), progress)
}

impl Disk {
    fn commit(&mut self, change: Change) {
        match change {
            Change::List(key, list) => drop(self.kept.lists.insert(key, list)),
            Change::Gone(key) => drop(self.kept.lists.remove(&key)),
            Change::TrailList(key, list) => {
                drop(self.kept.trail.lists.insert(key, (list, Vec::new())));
            }
            Change::Entry(entry) => {
                let line = entry.line();
                if let Some((key, picture)) = line.picture.clone() {
                    let of_list = self.pictures.entry(key).or_default();
                    of_list.insert(picture.reference, picture);
                }
                self.lines.push(line);
            }
            Change::Exception(..)
            | Change::ExceptionGone(_)
            | Change::ForgetTitles
            | Change::Feed(..)
            | Change::Attribution(..) => {}
        }
    }
}
