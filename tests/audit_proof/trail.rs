//! A trail as the exporter makes it: events, some of which were dropped after their time, and seals.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rhombus_share_exporter::audit::Signer;
use rhombus_share_exporter::store::{Hash, Tree, leaf_hash};

/// How many events there are.
pub(crate) const LINES: u64 = 130;
/// After how many there is a seal each time; the last ones have none.
const SEALED: u64 = 40;
/// How many of the first were dropped.
const DROPPED: u64 = 7;

pub(crate) struct Trail {
    signer: Signer,
    /// After each event, from none on.
    roots: Vec<Hash>,
    /// The lines of the export.
    pub(crate) lines: Vec<String>,
}

impl Trail {
    pub(crate) fn new() -> Self {
        let mut trail = Self {
            signer: signer(1),
            roots: vec![Tree::default().root()],
            lines: Vec::new(),
        };
        let mut tree = Tree::default();
        for seq in 1..=LINES {
            let event = event(seq, 0);
            let leaf = leaf_hash(event.as_bytes());
            tree.push(leaf);
            trail.roots.push(tree.root());
            trail.lines.push(if seq <= DROPPED {
                format!(r#"{{"dropped":{seq},"hash":"{}"}}"#, hex(&leaf))
            } else {
                event
            });
            if seq % SEALED == 0 {
                trail.lines.push(seal(seq / SEALED, &trail.note(seq)));
            }
        }
        trail
    }

    pub(crate) fn export(&self) -> Vec<u8> {
        text(&self.lines)
    }

    pub(crate) fn public_key(&self) -> String {
        format!("{}\n", self.signer.verifier())
    }

    /// The signed checkpoint of that size.
    pub(crate) fn note(&self, size: u64) -> String {
        self.signer
            .sign(size, self.roots[size as usize])
            .to_string()
    }

    /// The same, by a key that someone else has given the same name.
    pub(crate) fn forged(&self, size: u64) -> String {
        signer(2).sign(size, self.roots[size as usize]).to_string()
    }

    /// What the right key has signed of that size, though it is not so.
    pub(crate) fn wrong(&self, size: u64) -> String {
        self.signer.sign(size, [1; 32]).to_string()
    }

    /// The right checkpoint of that size with the right key's signature, of someone else's trail by its first line.
    pub(crate) fn of_another_origin(&self, size: u64) -> String {
        let right = self.note(size);
        let (text, signature) = right.split_once("\n\n").expect("a note");
        let (name, rest) = text.split_once('\n').expect("an origin");
        let text = format!("someone-else\n{rest}\n");
        let bytes = signature.trim().rsplit(' ').next().expect("base64");
        let key_id = &BASE64_STANDARD.decode(bytes).expect("base64")[..4];
        let signed = [key_id, pair(1).sign(text.as_bytes()).as_ref()].concat();
        format!("{text}\n— {name} {}\n", BASE64_STANDARD.encode(signed))
    }

    /// The checkpoint of that size, as Prometheus has it.
    pub(crate) fn sample(&self, size: u64, exponent: &str) -> String {
        let root = BASE64_STANDARD.encode(self.roots[size as usize]);
        format!(
            "rhombus_audit_checkpoint_info{{instance=\"a:1\", root=\"{root}\"}} {size}{exponent}\n"
        )
    }
}

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a seed")
}

fn signer(seed: u8) -> Signer {
    Signer::new("rhombus-share-exporter/6f1f0b0c5a7e4d21", pair(seed)).expect("a name")
}

/// An event, three in a minute, and so many hours later.
pub(crate) fn event(seq: u64, hours: u64) -> String {
    let (minute, second) = (seq / 3, seq % 3 * 17);
    let hour = 10 + hours;
    format!(
        r#"{{"seq":{seq},"noticed":"2026-11-29T{hour}:{minute:02}:{second:02}.250Z","org":"Größe 学校","kind":"clip_group","share":"0123456789ab","n":{seq},"event":"renamed","is":{{"title":{{"digest":"{}"}}}}}}"#,
        "5e".repeat(32)
    )
}

pub(crate) fn seal(number: u64, note: &str) -> String {
    let note = serde_json::to_string(note).expect("a text");
    format!(r#"{{"seal":{number},"note":{note}}}"#)
}

/// Lines, each of which is ended.
pub(crate) fn text(lines: &[String]) -> Vec<u8> {
    let ended = lines.iter().map(|line| format!("{line}\n"));
    ended.collect::<String>().into_bytes()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
