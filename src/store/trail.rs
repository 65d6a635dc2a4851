//! What the store knows of the audit trail: lines that are only ever added, a tree over them, and seals. What
//! a line says is the business of `audit`; here it is bytes, and what it is found by.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::tree::{Hash, Tree};
use super::{ListKey, StoreError};
use crate::share::{ActivityKey, Id, Private, Ref, ShareKind, UnixMillis};

/// Something that is to be entered in the trail. It is written out only when it is, so that what waits for the
/// disk is small.
pub trait Entry: fmt::Debug + Send + Sync {
    /// What is to be written.
    fn line(&self) -> NewLine;
}

/// A line that is to be added.
#[derive(Clone, Debug, PartialEq)]
pub struct NewLine {
    /// When it was noticed.
    pub noticed: UnixMillis,
    /// What it is about.
    pub place: Place,
    /// What happened: the value of the label `event`.
    pub event: &'static str,
    /// Whether it is counted, as one of this kind and event.
    pub is_counted: bool,
    /// Whether it has just happened: what was there before, or happened long ago, is no news.
    pub is_news: bool,
    /// The line, but for its number, which it begins with: a JSON object's members after the first one.
    pub members: String,
    /// The private texts that stand in it as digests.
    pub texts: Vec<Text>,
    /// What is known of the share from now on.
    pub picture: Option<(ListKey, KeptPicture)>,
    /// How a link was looked at, where it was: the value of the label `viewer`.
    pub viewer: Option<&'static str>,
    /// What should be looked into, and when it happened: values of the label `finding`.
    pub findings: Vec<(&'static str, UnixMillis)>,
}

/// What a line is about, and is found by.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The organisation: the value of the label `org`.
    pub org: Option<Arc<str>>,
    /// The kind of the list.
    pub kind: Option<ShareKind>,
    /// The share.
    pub share: Option<Ref>,
}

/// How many bytes of salt a text has.
pub const SALT: usize = 16;

/// A private text beside a line, in which only its digest stands: SHA-256 of the salt and the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Where in the line the digest stands.
    pub field: &'static str,
    /// What makes that the digest says nothing of the text.
    pub salt: [u8; SALT],
    /// The text.
    pub text: Private,
}

/// What the trail last said of a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPicture {
    /// The share.
    pub reference: Ref,
    /// The number of its last change.
    pub number: u32,
    /// How it was then, as `audit` writes it.
    pub content: Box<[u8]>,
}

/// What the trail knows of a list beside its shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailList {
    /// What the organisation is called: the value of the label `org`.
    pub name: Arc<str>,
    /// Which organisation it is, as Rhombus calls it, where that is known.
    pub org_uuid: Option<Id>,
    /// Whether it is watched.
    pub is_watched: bool,
    /// When it was looked at without a gap.
    pub looks: Looks,
    /// How many links without a uuid it had.
    pub nameless: u32,
}

/// Good, whole looks at a list without a gap between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// The first of them.
    pub first: UnixMillis,
    /// The last of them.
    pub last: UnixMillis,
    /// How many there were.
    pub count: u64,
}

/// A line that is in the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenLine {
    /// Its number, from 1.
    pub seq: u64,
    /// When it was noticed.
    pub noticed: UnixMillis,
    /// What it is about.
    pub place: Place,
    /// What happened.
    pub event: &'static str,
    /// Whether it is counted.
    pub is_counted: bool,
    /// Whether it has just happened.
    pub is_news: bool,
    /// The bytes that are hashed.
    pub line: String,
    /// The texts that stand in it as digests.
    pub texts: Vec<Text>,
    /// How a link was looked at, where it was.
    pub viewer: Option<&'static str>,
    /// What should be looked into, and when it happened.
    pub findings: Vec<(&'static str, UnixMillis)>,
}

/// Which organisation an audit feed is of: as in [`ListKey`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedKey {
    /// The name of the partner in the configuration, of whom the organisation is a client.
    pub partner: Option<String>,
    /// The name of the organisation in the configuration; of a partner's client its uuid, as text.
    pub organization: String,
}

/// How far a feed has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedPosition {
    /// Of which organisation it is, as Rhombus calls it, where that is known.
    pub org_uuid: Option<Id>,
    /// All that was told to have happened before this moment has been taken in.
    pub read_until: UnixMillis,
    /// The events that were taken in and will be told again, since what is asked for overlaps: with when they
    /// happened.
    pub seen: BTreeMap<ActivityKey, UnixMillis>,
}

/// What is known of a share from the feed, as `audit` writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAttribution {
    /// The share.
    pub reference: Ref,
    /// Who made it, who looked.
    pub content: String,
}

/// What was kept of the trail when the last process ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptTrail {
    /// What its seals call it.
    pub origin: String,
    /// How many lines it has.
    pub size: u64,
    /// When its last line was noticed.
    pub last_noticed: Option<UnixMillis>,
    /// The lists, and what it last said of their shares, sorted by ref.
    pub lists: BTreeMap<ListKey, (TrailList, Vec<KeptPicture>)>,
    /// How many lines there are of each kind and event that is counted.
    pub counts: BTreeMap<(Option<ShareKind>, String), u64>,
    /// When the last of each was noticed.
    pub last: BTreeMap<LastOf, UnixMillis>,
    /// How often links of each organisation were looked at, by the viewer.
    pub views: BTreeMap<(String, String), u64>,
    /// When what should be looked into last happened, by organisation and finding.
    pub findings: BTreeMap<(String, String), UnixMillis>,
    /// How far each feed was read, and what is known from it.
    pub feeds: BTreeMap<FeedKey, (FeedPosition, Vec<KeptAttribution>)>,
    /// The newest seal.
    pub checkpoint: Option<Checkpoint>,
    /// The root of each seal, by its size.
    pub seals: BTreeMap<u64, Hash>,
}

/// Which event of which list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LastOf {
    /// The organisation; none for what is about all.
    pub org: Option<Arc<str>>,
    /// The kind of the list.
    pub kind: Option<ShareKind>,
    /// What happened.
    pub event: String,
}

/// A seal over the lines until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which one it is, from 1.
    pub number: u64,
    /// Over how many lines.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// When it was made.
    pub made: UnixMillis,
    /// The signed note.
    pub note: String,
}

/// Who is told what becomes of the trail, and signs it.
pub trait TrailHandler: Send {
    /// The signed note over this tree, which goes on from the last seal; none where it must not be signed.
    fn sign(&self, origin: &str, tree: &Tree, last: Option<&Checkpoint>) -> Option<String>;

    /// Whether this is a note of ours over a tree of this size and root.
    fn is_ours(&self, checkpoint: &Checkpoint) -> bool;

    /// How long what lines say is kept; none: for ever.
    fn retention(&self) -> Option<Duration>;

    /// Takes in that these lines are on the disk.
    fn written(&self, lines: &[WrittenLine]);

    /// Takes in that this seal is on the disk.
    fn sealed(&self, checkpoint: &Checkpoint);

    /// Takes in that the trail is not what was sealed, and why.
    fn broken(&self, why: &str);
}

/// How an attempt to seal has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sealing {
    /// With a new seal.
    Sealed(Checkpoint),
    /// There is nothing new to seal, or it must not be signed.
    Nothing,
    /// The trail is not what the last seal says.
    Broken(String),
}

/// Which private texts beside the lines are to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// Those of a share.
    Share(Ref),
    /// Those with exactly this wording.
    Text(Private),
}

/// Takes from what is known beside the lines what tells the texts that are to be forgotten.
pub trait Forget {
    /// What is known of a share without that; none where there is nothing to take.
    fn picture(&self, kept: &KeptPicture) -> Option<KeptPicture>;

    /// What is known of a share from the feed without that; none where there is nothing to take.
    fn attribution(&self, kept: &KeptAttribution) -> Option<KeptAttribution>;
}

/// What was forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// How many texts.
    pub texts: u64,
    /// Whether they are gone from the disk too. Else they are in the log beside the database until who reads it
    /// is done, and it is begun anew.
    pub is_overwritten: bool,
}

/// The part of a store that the trail is in.
pub trait TrailStore {
    /// Seals all lines, unless the last seal does, after it has checked that they go on from what that one
    /// sealed.
    ///
    /// # Errors
    /// When the disk can't be read or written. Then there is no new seal.
    fn seal(&mut self, handler: &dyn TrailHandler, now: UnixMillis) -> Result<Sealing, StoreError>;

    /// Drops what lines say that were noticed before this moment, and the texts beside them; their hashes
    /// stay. At most so many of them at a time. Gives how many.
    ///
    /// # Errors
    /// When the disk can't be read or written. Then nothing is dropped.
    fn drop_before(&mut self, moment: UnixMillis, most: u32) -> Result<u64, StoreError>;
}
