//! What must outlast the process, behind one trait: the last good look of each list, the violations that
//! were open then, and when each exception was of use. `sqlite` keeps it in a directory, `keeper` writes it
//! there without anybody waiting for the disk. Something else to keep begins as a [`Change`] here.

mod error;
mod keeper;
mod pending;
#[cfg(test)]
mod samples;
mod sqlite;
mod trail;
mod tree;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use error::StoreError;
pub use keeper::{Keeper, KeeperStats};
pub use sqlite::{Exported, FoundLine, FoundText, LineQuery, Sqlite, TrailEditor, TrailReader};
pub use trail::{
    Checkpoint, Entry, Erased, Erasure, FeedKey, FeedPosition, Forget, KeptAttribution,
    KeptPicture, KeptTrail, LastOf, Looks, NewLine, Place, SALT, Sealing, Text, TrailHandler,
    TrailList, TrailStore, WrittenLine,
};
pub use tree::{Hash, Tree, leaf_hash};

use crate::share::{ExceptionUse, Id, Share, ShareKind, UnixMillis, Violation};

/// Which list of which organisation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListKey {
    /// The name of the partner in the configuration, of whom the organisation is a client; none for one
    /// that is in the configuration itself.
    pub partner: Option<String>,
    /// The name of the organisation in the configuration; of a partner's client its uuid, as text.
    pub organization: String,
    /// Which list.
    pub kind: ShareKind,
}

/// What the last good look at a list has seen.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptList {
    /// When that was.
    pub seen: UnixMillis,
    /// What the organisation was called: the value of the label `org`.
    pub name: String,
    /// The organisation that it was of, as Rhombus calls it, where that is known.
    pub org_uuid: Option<Id>,
    /// What was listed.
    pub shares: Arc<Box<[Share]>>,
    /// The violations that were open then.
    pub violations: Arc<[Violation]>,
}

/// All that is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// The lists.
    pub lists: BTreeMap<ListKey, KeptList>,
    /// The exceptions, by name.
    pub exceptions: BTreeMap<String, ExceptionUse>,
    /// The audit trail.
    pub trail: KeptTrail,
}

/// Something that is to be kept from now on, or no longer.
#[derive(Clone, Debug)]
pub enum Change {
    /// A list was seen.
    List(ListKey, KeptList),
    /// A list is watched no more.
    Gone(ListKey),
    /// An exception was of use.
    Exception(String, ExceptionUse),
    /// An exception is there no more.
    ExceptionGone(String),
    /// What the trail knows of a list beside its shares.
    TrailList(ListKey, TrailList),
    /// Something is entered in the trail.
    Entry(Arc<dyn Entry>),
    /// What people called links is to be kept no longer, in the trail neither.
    ForgetTitles,
    /// A feed was read so far.
    Feed(FeedKey, FeedPosition),
    /// Something is known of a share from a feed, of which a position is kept.
    Attribution(FeedKey, KeptAttribution),
}

/// A place in which things outlast the process.
pub trait Store: TrailStore + Send {
    /// All that is kept there.
    ///
    /// # Errors
    /// When it can't be read, or a part of it can't be understood: nothing of it is left out.
    fn load(&mut self) -> Result<Kept, StoreError>;

    /// Keeps these changes, in their order: all of them, on the disk when this returns. Gives the lines that
    /// the trail has got.
    ///
    /// # Errors
    /// When they can't be written. Then none of them is kept, and what was there before is.
    fn commit(&mut self, changes: Vec<Change>) -> Result<Vec<WrittenLine>, StoreError>;
}
