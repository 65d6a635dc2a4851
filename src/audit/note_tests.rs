use aws_lc_rs::signature::Ed25519KeyPair;
use proptest::prelude::*;

use super::*;
use crate::audit::{Signer, VerifierKey, VerifierKeyError};

/// The key with which the reference implementation of signed notes is tested
/// (`golang.org/x/mod/sumdb/note`, `note_test.go`): its seed, and how it is published.
const SEED: &str = "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM=";
const PUBLISHED: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n";
const LINE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqf\
                    qdngotpRZb6KE6RyyBwJnAM=";

fn signer(name: &str) -> Signer {
    let seed = BASE64_STANDARD.decode(SEED).unwrap();
    Signer::new(name, Ed25519KeyPair::from_seed_unchecked(&seed).unwrap()).unwrap()
}

fn peter() -> VerifierKey {
    PUBLISHED.parse().unwrap()
}

#[test]
fn its_keys_and_signatures_are_those_of_the_reference() {
    let signer = signer("PeterNeumann");
    assert_eq!(signer.verifier(), &peter());
    assert_eq!(peter().to_string(), PUBLISHED);
    let signature = signature(LINE).unwrap();
    assert!(peter().is_named_by(&signature) && peter().has_signed(TEXT, &signature));
    let other = TEXT.replace("your", "the");
    assert!(!peter().has_signed(&other, &signature));
}

/// The example of c2sp.org/tlog-checkpoint.
#[test]
fn the_example_of_the_format_is_read() {
    let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
                — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q\
                1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
    let note = SignedNote::parse(text).unwrap();
    assert_eq!(note.unverified().origin, "example.com/behind-the-sofa");
    assert_eq!(note.unverified().size, 20_852_163);
    assert_eq!(note.to_string(), text);
    let error = note.verified(&peter()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 1: the checkpoint that begins here is not signed by the key PeterNeumann; expected a signature of \
         it: give the public key of this trail"
    );
}

#[test]
fn a_public_key_is_read_as_a_whole_or_not_at_all() {
    for start in 0..PUBLISHED.len() {
        for end in start..PUBLISHED.len() {
            assert!(PUBLISHED[start..end].parse::<VerifierKey>().is_err());
        }
    }
    let refused = |text: &str| text.parse::<VerifierKey>().unwrap_err();
    let other = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(refused(other), VerifierKeyError::Algorithm);
    let long = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==";
    assert_eq!(refused(long), VerifierKeyError::Form);
    assert_eq!(
        refused(&PUBLISHED.replace("Peter", "P ter")),
        VerifierKeyError::Name
    );
    assert_eq!(
        refused(&PUBLISHED.replace("c7", "c8")),
        VerifierKeyError::KeyId
    );
    assert_eq!(format!(" {PUBLISHED}\n").parse(), Ok(peter()));
}

#[test]
fn a_note_says_where_it_is_wrong() {
    let text = signer("a/b").sign(7, [1; 32]).to_string();
    let error = |text: &str| SignedNote::parse(text).unwrap_err().to_string();
    let at = |line: usize, with: &str| {
        let mut lines: Vec<_> = text.lines().collect();
        lines[line - 1] = with;
        error(&(lines.join("\n") + "\n"))
    };
    let size = "line 2: expected the size of a checkpoint, a decimal number";
    for wrong in ["", "07", "+7", "7 ", "-1", "18446744073709551616", "7.0"] {
        assert_eq!(at(2, wrong), size, "{wrong}");
    }
    let root = "line 3: expected the root of a checkpoint, 32 bytes in base64";
    for wrong in ["", "AQEB", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF="] {
        assert_eq!(at(3, wrong), root, "{wrong}");
    }
    assert_eq!(
        at(4, "more"),
        "line 4: expected a blank line after the root"
    );
    let signature = "line 5: expected a signature: —, the name of a key, base64";
    for wrong in [
        "",
        "- a/b AAAAAAAA",
        "— a/b",
        "— a+b AAAAAAAA",
        "—  AAAAAAAA",
    ] {
        assert_eq!(at(5, wrong), signature, "{wrong}");
    }
    let around = "line 1: expected a signed note with nothing around it";
    assert_eq!(error(&format!("{text}\n")), around);
    assert_eq!(error(text.trim_end()), around);
    assert_eq!(error(&text.replace('\n', "\r\n")), around);
    let twice = format!("{text}\n{text}");
    assert_eq!(
        error(&twice),
        "line 7: expected the end after one signed note"
    );
    assert_eq!(SignedNote::parse(""), Err(NoteError::Nothing));
}

#[test]
fn who_else_has_signed_it_does_not_matter() {
    let signer = signer("a/b");
    let note = signer.sign(7, [1; 32]).to_string();
    let checkpoint = |text: &str| {
        let note = SignedNote::parse(text).unwrap();
        note.verified(signer.verifier()).cloned()
    };
    let others = format!("{note}— a/b AAAAAAAA\n— witness {}\n", "AAAA".repeat(20));
    assert_eq!(checkpoint(&others), checkpoint(&note));
    let forged = NoteError::Forged {
        line: 1,
        key: "a/b".to_owned(),
    };
    assert_eq!(
        checkpoint(&note.replace("\n7\n", "\n8\n")),
        Err(forged.clone())
    );
    let line = note.lines().last().unwrap();
    // One that is not of this checkpoint, beside one that is.
    let of_another = signer.sign(8, [1; 32]).to_string();
    let beside = format!("{note}{}\n", of_another.lines().last().unwrap());
    assert_eq!(checkpoint(&beside), Err(forged));
    let most = format!("{note}{}", format!("{line}\n").repeat(MAX_SIGNATURES - 1));
    assert!(checkpoint(&most).is_ok());
    let error = SignedNote::parse(&format!("{most}{line}\n")).unwrap_err();
    assert_eq!(error, expected(21, "no more than 16 signatures"));
}

#[test]
fn a_key_signs_what_it_is_named_for_only() {
    let signer = signer("a/b");
    let text = "someone/else\n7\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n";
    let seed = BASE64_STANDARD.decode(SEED).unwrap();
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    let id = signature(signer.sign(1, [1; 32]).to_string().lines().last().unwrap());
    let bytes = [&id.unwrap().key_id[..], pair.sign(text.as_bytes()).as_ref()].concat();
    let note = format!("{text}\n— a/b {}\n", BASE64_STANDARD.encode(bytes));
    let note = SignedNote::parse(&note).unwrap();
    assert!(matches!(
        note.verified(signer.verifier()),
        Err(NoteError::Forged { .. })
    ));
}

proptest! {
    #[test]
    fn what_is_signed_is_read_as_it_was_and_any_change_of_it_is_found(
        size: u64, root: [u8; 32], at: prop::sample::Index, bit in 0..8_u32,
    ) {
        let signer = signer("rhombus-share-exporter/6f1f0b0c5a7e4d21");
        let text = signer.sign(size, root).to_string();
        let note = SignedNote::parse(&text).unwrap();
        let read = note.verified(signer.verifier()).unwrap();
        prop_assert_eq!((read.size, read.root), (size, root));
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let Ok(text) = String::from_utf8(bytes) else { return Ok(()) };
        let read = SignedNote::parse(&text).map(|note| note.verified(signer.verifier()).is_ok());
        prop_assert!(read != Ok(true), "{}", text);
    }
}
