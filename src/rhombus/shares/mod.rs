//! The lists of shares: a file a kind, each with the record as it is documented and what it says. What
//! is the same for each is here.

pub mod clip_groups;
pub mod live_streams;
#[cfg(test)]
mod samples;
pub mod timelapses;
pub mod video_walls;

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::expiry::LAST_EPOCH_SECOND;
use super::field::{Address, Lenient, Title};
use super::list::{ListReader, Sink};
use super::optional::repeats;
use super::{ApiKey, ExpirationTime};
use crate::share::{
    Clip, Expiry, ExpiryReading, Id, Listing, MalformedCounts, Media, Private, Protection, Share,
    ShareKind, Traits, UnixMillis, Unread,
};

/// What is read of one element of a list; fields that are not needed are passed over.
pub trait Record: DeserializeOwned + Default {
    /// What it is a record of.
    const KIND: ShareKind;
    /// The path of the operation below `/api/`.
    const PATH: &'static str;
    /// The name of the list in the answer.
    const LIST: &'static str;

    /// The share that it is. What of it can't be understood is counted by `reading`, and read so that it
    /// hides nothing.
    fn share(self, reading: &mut Reading) -> Share;
}

/// Reads an answer as it arrives.
pub type SharesReader<R> = ListReader<Shares<R>>;

/// How the records of an answer are read.
#[derive(Clone, Debug)]
pub struct Options {
    /// How an expiry is read.
    pub expiration_time: ExpirationTime,
    /// Whether what people called a share is kept.
    pub keep_titles: bool,
    /// What no text that is kept may repeat.
    pub key: ApiKey,
}

impl Options {
    /// What people called a share, where that is kept.
    fn title(&self, title: Private) -> Option<Private> {
        self.keep_titles.then(|| self.kept(title))?
    }

    /// A text as it is kept, unless whoever answers for Rhombus has put the key into it.
    fn kept(&self, text: Private) -> Option<Private> {
        (!repeats(text.reveal(), &self.key)).then_some(text)
    }
}

/// A reader of an answer that began to arrive at `now`; a single value in it may have
/// `max_value_bytes`.
pub fn reader<R: Record>(
    options: Options,
    now: UnixMillis,
    max_value_bytes: usize,
) -> SharesReader<R> {
    let reading = Reading {
        options,
        now,
        listing: Listing::default(),
    };
    let shares = Shares {
        reading,
        kept_bytes: 0,
        record: PhantomData,
    };
    ListReader::new(R::LIST, max_value_bytes, shares)
}

/// The shares that were read so far.
pub struct Shares<R> {
    reading: Reading,
    kept_bytes: u64,
    record: PhantomData<R>,
}

impl<R> Shares<R> {
    /// What was read: to be believed only from an answer that was whole.
    pub fn into_listing(self) -> Listing {
        self.reading.listing
    }
}

impl<R: Record> Sink for Shares<R> {
    type Record = R;

    /// What is no record is an open share for ever: the reading that hides nothing.
    fn take(&mut self, record: Lenient<R>) {
        let record = record.0.ok().flatten();
        let is_record = record.is_some();
        if !is_record {
            self.reading.count("record");
        }
        let mut share = record.unwrap_or_default().share(&mut self.reading);
        if !is_record {
            share.unread = Unread::RECORD;
        }
        let listing = &mut self.reading.listing;
        debug_assert!(
            listing
                .malformed
                .keys()
                .all(|field| R::KIND.fields().contains(field))
        );
        self.kept_bytes += share.bytes();
        listing.shares.push(share);
    }

    fn kept_bytes(&self) -> u64 {
        self.kept_bytes
    }
}

/// What each record says, whatever its fields are called.
struct Terms {
    uuid: Lenient<Id>,
    title: Lenient<Title>,
    org_uuid: Lenient<Id>,
    created: Lenient<i64>,
    expiration: Lenient<i64>,
    password: Lenient<bool>,
}

/// What the fields of [`Terms`] are called that have two names.
struct Names {
    title: &'static str,
    created: &'static str,
    expiration: &'static str,
    password: &'static str,
}

/// Of clip and timelapse pages.
const PAGE: Names = Names {
    title: "title",
    created: "createdAtMillis",
    expiration: "expirationTimeSecs",
    password: "isSecured",
};
/// Of live streams and video walls.
const STREAM: Names = Names {
    title: "name",
    created: "timestampMs",
    expiration: "expirationTime",
    password: "passwordProtected",
};

/// How the values of an answer are read, and what was read of it.
pub struct Reading {
    options: Options,
    now: UnixMillis,
    listing: Listing,
}

impl Reading {
    /// The value of a field, after counting it if it could not be understood.
    fn known<T>(&mut self, field: &'static str, value: Lenient<T>) -> Option<T> {
        value.known(field, &mut self.listing.malformed)
    }

    /// Counts what was malformed in a part of the record.
    fn add(&mut self, malformed: MalformedCounts) {
        for (field, count) in malformed {
            *self.listing.malformed.entry(field).or_default() += count;
        }
    }

    /// What is so unless it is said not to be: what can't be understood may be so.
    fn may_be(&mut self, field: &'static str, value: Lenient<bool>) -> bool {
        let is_malformed = value.0.is_err();
        self.known(field, value).unwrap_or(is_malformed)
    }

    fn count(&mut self, field: &'static str) {
        self.known(field, Lenient::<()>::MALFORMED);
    }

    /// The share of these terms, which shows nothing yet.
    fn share(&mut self, kind: ShareKind, names: &Names, terms: Terms) -> Share {
        self.learn_org_uuid(terms.org_uuid);
        let created = self.created(names.created, terms.created);
        let end = self.expiry(names.expiration, terms.expiration, created);
        let (expiry, expiry_reading) = end.unwrap_or((Expiry::Never, ExpiryReading::Never));
        let unread = Unread {
            title: terms.title.0.is_err(),
            protection: terms.password.0.is_err(),
            end: end.is_none(),
            ..Unread::default()
        };
        Share {
            id: self.id(terms.uuid),
            kind,
            title: self.title(names.title, terms.title),
            address: None,
            parent: None,
            protection: self.password(names.password, terms.password),
            created,
            expiry,
            expiry_reading,
            media: Media::default(),
            traits: Traits::default(),
            stream_type: None,
            unread,
        }
    }

    /// What people called it, where that is kept.
    fn title(&mut self, field: &'static str, title: Lenient<Title>) -> Option<Private> {
        let title = self.known(field, title).and_then(Title::said)?;
        self.options.title(title)
    }

    /// Where its page is.
    fn address(&mut self, field: &'static str, address: Lenient<Address>) -> Option<Private> {
        let address = self.known(field, address)?;
        self.options.kept(address.into_text())
    }

    /// A moment of footage; 0 says nothing.
    fn moment(millis: Lenient<i64>) -> Lenient<UnixMillis> {
        let is_one = 0..=LAST_EPOCH_SECOND * 1000;
        let moment = millis.and_then(|millis| is_one.contains(&millis).then_some(millis));
        Lenient(moment.0.map(|it| it.filter(|it| *it > 0).map(UnixMillis)))
    }

    /// Every share has an id.
    fn id(&mut self, uuid: Lenient<Id>) -> Option<Id> {
        let id = uuid.0.ok().flatten();
        if id.is_none() {
            self.count("uuid");
        }
        id
    }

    /// All records are of one organisation; one that says another is not understood.
    fn learn_org_uuid(&mut self, uuid: Lenient<Id>) {
        match (uuid.0, &self.listing.org_uuid) {
            (Ok(None), _) => {}
            (Ok(Some(uuid)), Some(known)) if uuid == *known => {}
            // It becomes a label value, so that only a documented one will do.
            (Ok(Some(uuid @ Id::Uuid(_))), None) => self.listing.org_uuid = Some(uuid),
            _ => self.count("orgUuid"),
        }
    }

    /// A creation between 1970 and the year 9999.
    fn created(&mut self, field: &'static str, millis: Lenient<i64>) -> Option<UnixMillis> {
        let created = millis.and_then(|millis| {
            (0..=LAST_EPOCH_SECOND * 1000)
                .contains(&millis)
                .then_some(UnixMillis(millis))
        });
        self.known(field, created)
    }

    /// The end of a share that was made at `created`; none where it could not be understood.
    fn expiry(
        &mut self,
        field: &'static str,
        value: Lenient<i64>,
        created: Option<UnixMillis>,
    ) -> Option<(Expiry, ExpiryReading)> {
        let (reading, now) = (self.options.expiration_time, self.now);
        let expiry = value.0.and_then(|value| reading.read(value, created, now));
        if expiry.is_err() {
            self.count(field);
        }
        expiry.ok()
    }

    /// Both of Rhombus's example reports take null and absent for "no password".
    fn password(&mut self, field: &'static str, is_asked: Lenient<bool>) -> Protection {
        match self.known(field, is_asked) {
            Some(true) => Protection::Password,
            Some(false) | None => Protection::None,
        }
    }
}

/// Clips with the cameras that they show first.
#[derive(Debug, Default)]
struct Footage {
    clips: Vec<(Clip, Option<Id>)>,
}

impl Footage {
    /// Each clip with the place of its camera among all of the page.
    fn among(self, cameras: &[Id]) -> Box<[Clip]> {
        let place = |camera: &Id| u16::try_from(cameras.binary_search(camera).ok()?).ok();
        let clips = self.clips.into_iter();
        clips
            .map(|(clip, camera)| clip.of_camera(camera.as_ref().and_then(place)))
            .collect()
    }
}

/// Each camera once.
fn distinct(mut cameras: Vec<Id>) -> Box<[Id]> {
    cameras.sort_unstable();
    cameras.dedup();
    cameras.into_boxed_slice()
}
