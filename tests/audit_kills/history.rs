//! What the test has done to the links of one organisation: what a whole trail of it says.

use rhombus_share_exporter::share::{Id, Ref};
use serde_json::{Value, json};

const DAY: i64 = 86_400;

/// A link, and what was done to it.
pub(crate) struct Link {
    number: u16,
    /// None where it is not listed.
    page: Option<Page>,
    /// What there is to tell of it, in its order.
    pub(crate) told: Vec<String>,
}

#[derive(Clone, PartialEq)]
struct Page {
    is_secured: bool,
    /// In seconds since 1970.
    ends: Option<i64>,
    title: u32,
    clips: i64,
}

impl Page {
    fn new(now: i64, random: &mut fastrand::Rng) -> Self {
        Self {
            is_secured: random.bool(),
            ends: random.bool().then(|| now + DAY * random.i64(2..60)),
            title: random.u32(..),
            clips: random.i64(1..4),
        }
    }

    /// Changes one thing, or a few at once.
    fn change(&mut self, now: i64, random: &mut fastrand::Rng) {
        let before = self.clone();
        let others = Self::new(now, random);
        while *self == before {
            match random.u8(..5) {
                0 => self.is_secured = !self.is_secured,
                1 => self.ends = others.ends,
                2 => self.title = others.title,
                3 => self.clips = others.clips,
                _ => *self = others.clone(),
            }
        }
    }

    /// The rules that it breaks, in their order.
    fn breaks(&self) -> impl Iterator<Item = &'static str> + use<> {
        let no_expiry = self.ends.is_none().then_some("no-expiry");
        no_expiry
            .into_iter()
            .chain((!self.is_secured).then_some("unsecured"))
    }

    fn record(&self, uuid: &str, now: i64) -> Value {
        let clip = |number: i64| json!({ "startTime": number * 60_000, "durationSec": 60 });
        let clips: Vec<_> = (0..self.clips).map(clip).collect();
        let mut record = json!({
            "uuid": uuid,
            "title": format!("Title {}", self.title),
            "createdAtMillis": now * 1000,
            "isSecured": self.is_secured,
            "sharedClips": clips,
        });
        if let Some(ends) = self.ends {
            record["expirationTimeSecs"] = ends.into();
        }
        record
    }
}

impl Link {
    /// One that is listed before anybody looks, or never was.
    pub(crate) fn new(number: u16, now: i64, random: &mut fastrand::Rng) -> Self {
        let page = random.bool().then(|| Page::new(now, random));
        let told = page.iter().map(|_| "baseline".to_owned()).collect();
        Self { number, page, told }
    }

    pub(crate) fn uuid(&self) -> String {
        let mut bytes = [7; 16];
        bytes[14..].copy_from_slice(&self.number.to_be_bytes());
        Id::Uuid(bytes).to_string()
    }

    pub(crate) fn reference(&self) -> String {
        Ref::of(&Id::parse(&self.uuid())).to_string()
    }

    /// How Rhombus lists it; none where it does not.
    pub(crate) fn record(&self, created: i64) -> Option<Value> {
        let uuid = self.uuid();
        self.page.as_ref().map(|page| page.record(&uuid, created))
    }

    /// Does something to it, and writes down what.
    pub(crate) fn change(&mut self, now: i64, random: &mut fastrand::Rng) {
        let before = self.page.take();
        self.page = match &before {
            None => Some(Page::new(now, random)),
            Some(_) if random.u8(..6) == 0 => None,
            Some(page) => {
                let mut page = page.clone();
                page.change(now, random);
                Some(page)
            }
        };
        self.tell(before.as_ref());
    }

    fn tell(&mut self, before: Option<&Page>) {
        let events = match (before, &self.page) {
            (None, _) => vec!["created"],
            (_, None) => vec!["removed"],
            (Some(before), Some(after)) => differences(before, after),
        };
        self.told.extend(events.into_iter().map(str::to_owned));
        let broken = |page: Option<&Page>| page.map_or(Vec::new(), |it| it.breaks().collect());
        let (was, is) = (broken(before), broken(self.page.as_ref()));
        for rule in ["no-expiry", "unsecured"] {
            let event = match (was.contains(&rule), is.contains(&rule)) {
                (false, true) => "violation_opened",
                (true, false) => "violation_closed",
                _ => continue,
            };
            self.told.push(format!("{event} {rule}"));
        }
    }
}

fn differences(before: &Page, after: &Page) -> Vec<&'static str> {
    let mut events = Vec::new();
    if before.is_secured != after.is_secured {
        events.push(if after.is_secured {
            "secured"
        } else {
            "unsecured"
        });
    }
    let end = |page: &Page| page.ends.unwrap_or(i64::MAX);
    if end(before) != end(after) {
        let is_later = end(after) > end(before);
        events.push(if is_later {
            "expiry_extended"
        } else {
            "expiry_shortened"
        });
    }
    if before.clips != after.clips {
        events.push("content_changed");
    }
    if before.title != after.title {
        events.push("renamed");
    }
    events
}
