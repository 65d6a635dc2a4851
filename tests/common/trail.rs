//! The audit trail of a storage directory, as a test reads it: checked from its first line to its last.

use std::collections::BTreeMap;
use std::path::Path;

use rhombus_share_exporter::audit::{PUBLIC_KEY, SignedNote, VerifierKey};
use rhombus_share_exporter::store::{
    Checkpoint, Exported, Hash, StoreError, TrailReader, Tree, leaf_hash,
};
use serde_json::Value;

/// A trail without holes, each seal of which is of the lines before it and signed by the key beside it.
pub(crate) struct Trail {
    pub(crate) lines: Vec<Value>,
    pub(crate) seals: Vec<Checkpoint>,
    /// Of the first line, of the first two, and so on.
    roots: Vec<Hash>,
}

impl Trail {
    pub(crate) fn read(directory: &Path) -> Self {
        let mut trail = Self {
            lines: Vec::new(),
            seals: Vec::new(),
            roots: Vec::new(),
        };
        let mut tree = Tree::default();
        let reader = TrailReader::open(directory).expect("a trail");
        let read = reader.export(|exported| {
            match exported {
                Exported::Line(seq, line) => trail.add(seq, line, &mut tree),
                Exported::Dropped(seq, _) => panic!("line {seq} was dropped"),
                Exported::Seal(seal) => trail.seals.push(seal.clone()),
            }
            Ok::<_, StoreError>(())
        });
        read.expect("it is read");
        trail.check_seals(directory);
        trail
    }

    fn add(&mut self, seq: u64, line: &str, tree: &mut Tree) {
        let value: Value = serde_json::from_str(line).expect("a line is JSON");
        assert_eq!(seq, self.lines.len() as u64 + 1, "a line is missing");
        assert_eq!(value["seq"], seq, "{line}");
        tree.push(leaf_hash(line.as_bytes()));
        self.roots.push(tree.root());
        self.lines.push(value);
    }

    fn check_seals(&self, directory: &Path) {
        let key = std::fs::read_to_string(directory.join(PUBLIC_KEY)).expect("a public key");
        let key: VerifierKey = key.trim().parse().expect("a public key");
        for (number, seal) in (1..).zip(&self.seals) {
            assert_eq!(seal.number, number);
            self.assert_has(seal);
            let note = SignedNote::parse(&seal.note).expect("a signed note");
            let signed = note.verified(&key).expect("signed by the key beside it");
            assert_eq!((signed.size, signed.root), (seal.size, seal.root));
        }
        assert!(self.seals.is_sorted_by(|one, next| one.size < next.size));
    }

    /// Whether what was sealed then is what the trail begins with.
    pub(crate) fn assert_has(&self, seal: &Checkpoint) {
        let root = self.roots.get(seal.size as usize - 1);
        assert_eq!(
            root,
            Some(&seal.root),
            "a seal over {} lines is of another trail",
            seal.size
        );
    }

    /// The changes of each share, in their order; that of a rule has its name beside it. Their numbers have no
    /// holes.
    pub(crate) fn by_share(&self) -> BTreeMap<String, Vec<String>> {
        let mut shares: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in &self.lines {
            if let Some(share) = line["share"].as_str().filter(|_| line["n"].is_number()) {
                let events = shares.entry(share.to_owned()).or_default();
                events.push(event(line));
                assert_eq!(line["n"], events.len(), "{line}");
            }
        }
        shares
    }

    /// How often each event of Rhombus's is there, by its uuid.
    pub(crate) fn by_uuid(&self) -> BTreeMap<&str, usize> {
        let mut uuids = BTreeMap::new();
        for uuid in self.lines.iter().filter_map(|line| line["uuid"].as_str()) {
            *uuids.entry(uuid).or_default() += 1;
        }
        uuids
    }

    /// How many lines there are of this event.
    pub(crate) fn count(&self, event: &str) -> usize {
        self.lines
            .iter()
            .filter(|line| line["event"] == event)
            .count()
    }
}

/// What a line tells: the event, and the rule where it is about one.
pub(crate) fn event(line: &Value) -> String {
    let event = line["event"].as_str().expect("each line has one");
    match line["policy"].as_str() {
        Some(policy) => format!("{event} {policy}"),
        None => event.to_owned(),
    }
}
