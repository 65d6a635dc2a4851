//! How far the trail has got, for metrics: what is on the disk, and nothing that is not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::event::Event;
use super::findings::FINDINGS;
use crate::share::{ShareKind, UnixMillis, Viewer};
use crate::store::{KeptTrail, LastOf, WrittenLine};

/// How far it has got.
#[derive(Debug, Default)]
pub struct Progress(Mutex<Reached>);

/// Where it is at one moment.
#[derive(Debug, Default)]
pub struct Reached {
    /// How many lines it has.
    pub size: u64,
    /// How many there are of each kind and event that is counted, since it began.
    pub counts: BTreeMap<(ShareKind, &'static str), u64>,
    /// When the last of each event that is counted was noticed.
    pub last: BTreeMap<LastOf, UnixMillis>,
    /// How often links of each organisation were looked at, by the viewer.
    pub views: BTreeMap<(Arc<str>, &'static str), u64>,
    /// When what should be looked into last happened, by organisation and finding.
    pub findings: BTreeMap<(Arc<str>, &'static str), UnixMillis>,
    /// Until when the exporter has said that it runs.
    pub heartbeat: Option<UnixMillis>,
    /// The newest seal: over how many lines, and the root in base64.
    pub seal: Option<(u64, String)>,
    /// How the last check has ended; none: there was none yet.
    checked: Option<bool>,
    /// Whether it was not signed since, as it contradicts what was sealed or anchored.
    is_refused: bool,
    /// How many events found no room while the disk took none.
    pub dropped: u64,
}

impl Reached {
    /// Whether all of it is what was sealed, as far as that was checked; none: not yet. A trail that must not be
    /// signed is not, whatever a check of it alone says.
    pub fn is_whole(&self) -> Option<bool> {
        match self.is_refused {
            true => Some(false),
            false => self.checked,
        }
    }
}

impl Progress {
    /// That of a trail of which this was kept.
    pub fn new(kept: &KeptTrail) -> Self {
        let counts = kept
            .counts
            .iter()
            .filter_map(|((kind, event), count)| Some((((*kind)?, counted(event)?), *count)));
        let last = kept.last.iter();
        let last = last.filter(|(of, _)| counted(&of.event).is_some());
        let beats = [Event::Heartbeat, Event::Started].map(Event::label);
        let beats = kept
            .last
            .iter()
            .filter(|(of, _)| beats.contains(&&*of.event));
        Self(Mutex::new(Reached {
            size: kept.size,
            counts: counts.collect(),
            last: last.map(|(of, noticed)| (of.clone(), *noticed)).collect(),
            heartbeat: beats.map(|(_, noticed)| *noticed).max(),
            views: labelled(&kept.views, &Viewer::ALL.map(Viewer::label)),
            findings: labelled(&kept.findings, &FINDINGS),
            ..Reached::default()
        }))
    }

    /// Where it is now.
    pub fn read<T>(&self, read: impl FnOnce(&Reached) -> T) -> T {
        read(&self.lock())
    }

    pub(super) fn written(&self, lines: &[WrittenLine]) {
        let mut reached = self.lock();
        for line in lines {
            reached.size = line.seq;
            if let Some(kind) = line.place.kind.filter(|_| line.is_counted) {
                *reached.counts.entry((kind, line.event)).or_default() += 1;
                let of = LastOf {
                    org: line.place.org.clone(),
                    kind: line.place.kind,
                    event: line.event.to_owned(),
                };
                reached.last.insert(of, line.noticed);
            }
            if let Some(org) = &line.place.org {
                if let Some(viewer) = line.viewer {
                    *reached.views.entry((org.clone(), viewer)).or_default() += 1;
                }
                for (finding, at) in &line.findings {
                    let last = reached
                        .findings
                        .entry((org.clone(), finding))
                        .or_insert(*at);
                    *last = (*last).max(*at);
                }
            }
            if [Event::Heartbeat, Event::Started]
                .map(Event::label)
                .contains(&line.event)
            {
                reached.heartbeat = Some(line.noticed);
            }
        }
    }

    /// Takes in a seal, which there is only over what contradicts none before it.
    pub(crate) fn sealed(&self, size: u64, root: String) {
        let mut reached = self.lock();
        reached.seal = Some((size, root));
        reached.is_refused = false;
    }

    /// Takes in that it must not be signed.
    pub(crate) fn refused(&self) {
        self.lock().is_refused = true;
    }

    /// Takes in how a check has ended.
    pub(crate) fn checked(&self, is_whole: bool) {
        self.lock().checked = Some(is_whole);
    }

    pub(crate) fn dropped(&self, events: usize) {
        self.lock().dropped += events as u64;
    }

    fn lock(&self) -> MutexGuard<'_, Reached> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same by labels that are known here.
fn labelled<T: Copy>(
    kept: &BTreeMap<(String, String), T>,
    labels: &[&'static str],
) -> BTreeMap<(Arc<str>, &'static str), T> {
    let known = kept.iter().filter_map(|((org, label), value)| {
        let label = labels.iter().find(|known| *known == label)?;
        Some(((org.as_str().into(), *label), *value))
    });
    known.collect()
}

/// The label of an event that is counted, where this is one.
fn counted(label: &str) -> Option<&'static str> {
    let mut labels = Event::COUNTED.into_iter().map(Event::label);
    labels.find(|known| *known == label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_that_must_not_be_signed_does_not_hold_whatever_a_check_says() {
        let progress = Progress::new(&KeptTrail::default());
        let is_whole = || progress.read(|reached| reached.is_whole());
        progress.refused();
        assert_eq!(is_whole(), Some(false));
        progress.checked(true);
        assert_eq!(is_whole(), Some(false));
        progress.sealed(7, "AQ==".to_owned());
        assert_eq!(is_whole(), Some(true));
    }
}
