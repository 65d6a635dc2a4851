//! What it takes to verify an exported trail: half a million events of the usual length, from a file.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

use aws_lc_rs::signature::Ed25519KeyPair;
use rhombus_share_exporter::audit::{Evidence, OutsideCheckpoint, Signer, verify};
use rhombus_share_exporter::store::{Tree, leaf_hash};

use crate::usage::Usage;

const EVENTS: u64 = 500_000;
/// After so many a seal, as in an hour in which much happens.
const SEALED: u64 = 500;

/// Prints what it takes, and what memory.
pub(crate) fn measure() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("export");
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a seed");
    let signer = Signer::new("rhombus-share-exporter/6f1f0b0c5a7e4d21", pair).expect("a name");
    let evidence = Evidence {
        key: Some(signer.verifier().clone()),
        checkpoints: vec![write(&path, &signer)],
    };
    let bytes = path.metadata().expect("it is there").len();
    let before = Usage::of(std::process::id());
    let started = Instant::now();
    let file = BufReader::with_capacity(1 << 16, File::open(&path).expect("it is there"));
    let report = verify(file, &evidence).expect("it can be read");
    let (took, after) = (started.elapsed(), Usage::of(std::process::id()));
    assert!(report.is_right() && report.proved_to == EVENTS, "{report}");
    let rate = EVENTS as f64 / took.as_secs_f64();
    let memory = after.resident_bytes as f64 / 1e6 - before.resident_bytes as f64 / 1e6;
    println!("\n| events | export | seals | to verify it | events a second | memory |");
    println!("|---|---|---|---|---|---|");
    println!(
        "| {EVENTS} | {:.0} MB | {} | {took:.2?} | {rate:.0} | {memory:.1} MB more |",
        bytes as f64 / 1e6,
        report.seals
    );
}

/// Writes a trail, and gives what someone else keeps of it.
fn write(path: &Path, signer: &Signer) -> OutsideCheckpoint {
    let mut file = BufWriter::new(File::create(path).expect("it can be made"));
    let mut tree = Tree::default();
    for seq in 1..=EVENTS {
        let event = event(seq);
        tree.push(leaf_hash(event.as_bytes()));
        writeln!(file, "{event}").expect("it can be written");
        if seq % SEALED == 0 {
            let note = signer.sign(seq, tree.root()).to_string();
            let note = serde_json::to_string(&note).expect("a text");
            writeln!(file, r#"{{"seal":{},"note":{note}}}"#, seq / SEALED)
                .expect("it can be written");
        }
    }
    file.flush().expect("it can be written");
    OutsideCheckpoint {
        size: EVENTS,
        root: tree.root(),
    }
}

fn event(seq: u64) -> String {
    let (hour, minute) = (seq / 60_000 % 24, seq / 1000 % 60);
    format!(
        r#"{{"seq":{seq},"noticed":"2026-11-29T{hour:02}:{minute:02}:07.123Z","org":"oakfield-school","kind":"clip_group","share":"{seq:012x}","n":3,"event":"renamed","between":["2026-11-29T{hour:02}:{minute:02}:02.000Z","2026-11-29T{hour:02}:{minute:02}:07.000Z"],"was":{{"title":{{"digest":"{}"}}}},"is":{{"title":{{"digest":"{}"}}}}}}"#,
        "5e".repeat(32),
        "e5".repeat(32)
    )
}
