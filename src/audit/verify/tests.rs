use aws_lc_rs::signature::Ed25519KeyPair;
use proptest::prelude::*;

use super::*;
use crate::audit::Signer;
use crate::store::{Tree, leaf_hash};

const LINES: u64 = 100;
/// Each so many lines a seal, and none after the last ones.
const SEALED: u64 = 30;

fn signer() -> Signer {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    Signer::new("rhombus-share-exporter/6f1f0b0c5a7e4d21", pair).unwrap()
}

fn event(seq: u64) -> String {
    let (hour, minute) = (seq / 60, seq % 60);
    format!(
        r#"{{"seq":{seq},"noticed":"2026-11-29T{hour:02}:{minute:02}:00.000Z","event":"created","n":1}}"#
    )
}

/// A trail of some lines, with the roots that it had.
fn sealed(lines: u64, every: u64) -> (Vec<String>, Vec<OutsideCheckpoint>) {
    let (mut file, mut roots, mut tree) = (Vec::new(), Vec::new(), Tree::default());
    for seq in 1..=lines {
        file.push(event(seq));
        tree.push(leaf_hash(event(seq).as_bytes()));
        let (size, root) = (seq, tree.root());
        roots.push(OutsideCheckpoint { size, root });
        if seq % every == 0 {
            file.push(seal(seq / every, &signer().sign(seq, root).to_string()));
        }
    }
    (file, roots)
}

fn seal(number: u64, note: &str) -> String {
    let note = serde_json::to_string(note).unwrap();
    format!(r#"{{"seal":{number},"note":{note}}}"#)
}

fn trail() -> (Vec<String>, Vec<OutsideCheckpoint>) {
    sealed(LINES, SEALED)
}

/// The key, and checkpoints of these sizes.
fn evidence(sizes: &[u64]) -> Evidence {
    let (_, roots) = trail();
    let of = |size: &u64| roots[*size as usize - 1].clone();
    Evidence {
        key: Some(signer().verifier().clone()),
        checkpoints: sizes.iter().map(of).collect(),
    }
}

fn text(file: &[String]) -> Vec<u8> {
    let ended = file.iter().map(|line| format!("{line}\n"));
    ended.collect::<String>().into_bytes()
}

fn verified(file: &[String], evidence: &Evidence) -> Report {
    verify(&text(file)[..], evidence).unwrap()
}

/// What is wrong after this was done to the file.
fn failure(change: impl FnOnce(&mut Vec<String>)) -> Failure {
    let mut file = trail().0;
    change(&mut file);
    let report = verified(&file, &evidence(&[45]));
    report.failure.expect("something is wrong")
}

#[test]
fn what_is_right_is_told_apart_by_who_says_so() {
    let (file, _) = trail();
    let said = |evidence: &Evidence| verified(&file, evidence).to_string();
    assert_eq!(
        said(&evidence(&[45, 12])),
        ("100 lines, 0 of them dropped after their time, 3 seals\n\
             proved by a checkpoint from outside: #1 to #45\n\
             signed only by the exporter: #46 to #90\n\
             neither: #91 to #100\nYES\n")
    );
    assert_eq!(
        said(&Evidence::default()),
        ("100 lines, 0 of them dropped after their time, 3 seals\n\
             proved by a checkpoint from outside: none\n\
             signed only by the exporter: not known without its key\n\
             neither: #1 to #100\nYES\n")
    );
    let report = verified(&file, &evidence(&[100, 1]));
    assert_eq!((report.proved_to, report.signed_to), (100, Some(90)));
    assert!(
        report
            .to_string()
            .contains("only by the exporter: none\nneither: none\n")
    );
}

#[test]
fn lines_that_were_dropped_prove_as_much() {
    let mut file = trail().0;
    for seq in [1, 2, 50] {
        let at = (seq + (seq - 1) / SEALED) as usize - 1;
        let hash = leaf_hash(file[at].as_bytes()).map(|byte| format!("{byte:02x}"));
        file[at] = format!(r#"{{"dropped":{seq},"hash":"{}"}}"#, hash.concat());
    }
    let report = verified(&file, &evidence(&[45]));
    assert!(report.is_right(), "{report}");
    assert_eq!(report.dropped, 3);
    let other = "0".repeat(64);
    file[0] = format!(r#"{{"dropped":1,"hash":"{other}"}}"#);
    let failed = verified(&file, &evidence(&[])).failure.unwrap();
    assert_eq!(
        failed.to_string(),
        "line 31 of the file: seal 1 differs from the lines before it, somewhere in #1 to #30"
    );
}

#[test]
fn a_line_that_was_altered_is_found_between_what_was_kept_of_it() {
    let altered = |seq: usize| {
        let at = seq + (seq - 1) / SEALED as usize - 1;
        failure(|file| file[at] = file[at].replace("created", "removed"))
    };
    let sealed = |seal, line, first, last| Failure::SealRoot {
        line,
        seal,
        altered: Events { first, last },
    };
    assert_eq!(altered(1), sealed(1, 31, 1, 30));
    assert_eq!(altered(30), sealed(1, 31, 1, 30));
    let altered_to = |first, last| Failure::Checkpoint {
        size: last,
        altered: Events { first, last },
    };
    assert_eq!(altered(31), altered_to(31, 45));
    assert_eq!(altered(46), sealed(2, 62, 46, 60));
    assert_eq!(altered(90), sealed(3, 93, 61, 90));
    let unreadable = failure(|file| file[4].push(' '));
    assert_eq!(unreadable, Failure::Unreadable { line: 5 });
    let long = failure(|file| file[4] = " ".repeat(reader::MAX_LINE_BYTES));
    assert_eq!(long, Failure::Unreadable { line: 5 });
    let renumbered = failure(|file| file[4] = event(9));
    assert_eq!(
        renumbered.to_string(),
        "line 5 of the file is #9, where #5 should be: #5 is altered"
    );
    assert_eq!(
        failure(|file| file[4] = event(2)).to_string(),
        "line 5 of the file is #2, where #5 should be: #5 is altered"
    );
}

#[test]
fn lines_that_are_missing_moved_or_doubled_are_told() {
    let said = |change: fn(&mut Vec<String>)| failure(change).to_string();
    assert_eq!(
        said(|file| drop(file.remove(4))),
        "line 5 of the file is #6, where #5 should be: missing: #5"
    );
    assert_eq!(
        said(|file| drop(file.drain(4..9))),
        "line 5 of the file is #10, where #5 should be: missing: #5 to #9"
    );
    assert_eq!(
        said(|file| drop(file.drain(28..=30))),
        "line 29 of the file is #31, where #29 should be: missing: #29 to #30"
    );
    assert_eq!(
        said(|file| file.swap(4, 5)),
        "line 5 of the file is #6, where #5 should be: #6 has been moved here"
    );
    assert_eq!(
        said(|file| {
            let line = file.remove(70);
            file.insert(4, line);
        }),
        "line 5 of the file is #69, where #5 should be: #69 has been moved here"
    );
    assert_eq!(
        said(|file| {
            let line = file.remove(4);
            file.insert(70, line);
        }),
        "line 5 of the file is #6, where #5 should be: #5 has been moved to line 71"
    );
    assert_eq!(
        said(|file| file.insert(70, event(5))),
        "line 71 of the file is #5, where #69 should be: #5 is there twice"
    );
    assert_eq!(
        said(|file| drop(file.remove(29))),
        "line 30 of the file: seal 1 is of 30 lines, but stands after 29 and a seal of 0"
    );
}

#[test]
fn seals_are_as_they_were_made_or_wrong() {
    let said = |change: fn(&mut Vec<String>)| failure(change).to_string();
    assert_eq!(
        said(|file| drop(file.remove(30))),
        "line 61 of the file: seal 2 is where seal 1 should be"
    );
    assert_eq!(
        said(|file| file.insert(31, file[30].clone())),
        "line 32 of the file: seal 1 is where seal 2 should be"
    );
    assert_eq!(
        said(|file| file.insert(31, file[30].replace(":1,", ":2,"))),
        "line 32 of the file: seal 2 is of 30 lines, but stands after 30 and a seal of 30"
    );
    assert_eq!(
        said(|file| file[30] = file[30].replace("\\n30\\n", "\\n31\\n")),
        "line 31 of the file: seal 1 is not signed by the public key that was given"
    );
    assert_eq!(
        said(|file| file[30] = file[30].replace("\\n30\\n", "\\n030\\n")),
        "line 31 of the file: seal 1 is no signed checkpoint"
    );
    assert_eq!(
        said(|file| file.swap(30, 31)),
        "line 32 of the file: seal 1 is of 30 lines, but stands after 31 and a seal of 0"
    );
    // All of it written anew, with a key of the forger's own, or with none given.
    let pair = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).unwrap();
    let forger = Signer::new(signer().verifier().name(), pair).unwrap();
    let (mut file, roots) = trail();
    file[30] = seal(1, &forger.sign(30, roots[29].root).to_string());
    let report = verified(&file, &evidence(&[]));
    assert_eq!(
        report.failure,
        Some(Failure::SealSignature { line: 31, seal: 1 })
    );
    assert!(verified(&file, &Evidence::default()).is_right());
}

#[test]
fn a_seal_that_is_missing_is_no_pass() {
    let without = |lines: std::ops::Range<usize>| {
        let mut file = trail().0;
        file.truncate(lines.end);
        file.drain(..lines.start);
        file
    };
    let none: Vec<String> = (1..=LINES).map(event).collect();
    let said = verified(&none, &evidence(&[45])).failure.unwrap();
    assert_eq!(
        said.to_string(),
        "a seal is missing: #1 to #100 should be sealed, and are not"
    );
    // A line a minute: the last one that is sealed is the 30th.
    let waited = |lines: u64| {
        let mut file = without(0..31);
        file.extend((31..=lines).map(event));
        verified(&file, &evidence(&[])).failure
    };
    assert_eq!(waited(31 + 120), None);
    let said = waited(31 + 121).unwrap().to_string();
    assert_eq!(
        said,
        "a seal is missing: #31 to #152 should be sealed, and are not"
    );
    let mut file = trail().0;
    let hash = "0".repeat(64);
    file.push(format!(r#"{{"dropped":101,"hash":"{hash}"}}"#));
    let found = verified(&file, &evidence(&[])).failure;
    let unsealed = Events {
        first: 91,
        last: 101,
    };
    assert_eq!(found, Some(Failure::SealMissing { unsealed }));
}

#[test]
fn an_end_that_is_missing_is_found_by_what_others_keep() {
    let short = failure(|file| file.truncate(40));
    assert_eq!(
        short.to_string(),
        "the end is missing: a checkpoint from outside is of 45 lines, and here are 39"
    );
    assert_eq!(failure(Vec::clear), Failure::Short { size: 45, lines: 0 });
    let empty = verified(&[], &evidence(&[])).failure.unwrap();
    assert_eq!(empty, Failure::Empty);
    let mut cut = text(&trail().0);
    cut.pop();
    let report = verify(&cut[..], &evidence(&[])).unwrap();
    assert_eq!(report.failure, Some(Failure::Cut { line: 103 }));
}

#[test]
fn checkpoints_from_outside_prove_as_far_as_they_are_right() {
    let (file, roots) = trail();
    let mut evidence = evidence(&[12, 12, 80]);
    evidence.checkpoints.push(OutsideCheckpoint {
        size: 80,
        root: roots[1].root,
    });
    let report = verified(&file, &evidence);
    assert_eq!(
        report.failure.unwrap().to_string(),
        "a checkpoint from outside of 80 lines differs, somewhere in #61 to #80"
    );
    assert_eq!((report.proved_to, report.signed_to), (12, Some(60)));
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_and_no_judgement() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("a disk"))
        }
    }
    assert!(verify(io::BufReader::new(Broken), &Evidence::default()).is_err());
}

proptest! {
    #[test]
    fn any_change_of_what_is_sealed_or_proved_is_found(
        what in 0..4, at: prop::sample::Index, to: prop::sample::Index, bit in 0..8_u32,
        has_key: bool,
    ) {
        let mut evidence = evidence(&[45, 100]);
        evidence.key = evidence.key.filter(|_| has_key);
        let (mut file, _) = trail();
        let (line, other) = (at.index(file.len()), to.index(file.len()));
        let mut is_unsealed = false;
        match what {
            0 => is_unsealed = file.remove(line).starts_with("{\"seal\":3,"),
            1 => file.insert(other, file[line].clone()),
            2 => {
                let taken = file.remove(line);
                file.insert(other, taken);
            }
            _ => {}
        }
        let mut bytes = text(&file);
        let mut is_in_a_seal = false;
        if what == 3 {
            let at = at.index(bytes.len());
            let before = bytes[..at].iter().filter(|byte| **byte == b'\n').count();
            is_in_a_seal = file[before].starts_with("{\"seal\"");
            bytes[at] ^= 1 << bit;
        }
        let report = verify(&bytes[..], &evidence).unwrap();
        let is_same = bytes == text(&trail().0);
        // Who signed a seal is not asked without a key; and the last one may not have been made yet.
        let is_not_asked = is_in_a_seal && !has_key || is_unsealed;
        prop_assert!(report.is_right() == is_same || is_not_asked, "{}", report);
    }

    #[test]
    fn a_file_that_is_cut_anywhere_is_found(at: prop::sample::Index) {
        let bytes = text(&trail().0);
        let report = verify(&bytes[..at.index(bytes.len())], &evidence(&[100])).unwrap();
        prop_assert!(!report.is_right());
    }
}
