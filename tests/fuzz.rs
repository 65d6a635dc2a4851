//! A short run of each fuzz target on a stable toolchain: every seed, and seeds with bytes changed,
//! taken out, put in and spliced, the same ones in each run.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;

const MUTANTS: usize = 20_000;

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let entries = fs::read_dir(&directory).expect("the corpus ships");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    let seeds: Vec<_> = paths
        .iter()
        .map(|path| fs::read(path).expect("readable"))
        .collect();
    assert!(
        seeds.len() >= 5,
        "the corpus of {target} has {} seeds",
        seeds.len()
    );
    seeds
}

/// Bytes that mean something to the parsers.
const TOKENS: [&[u8]; 16] = [
    b"null",
    b"true",
    b"1e999",
    b"-1",
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\\ud800",
    b"99999999999999999999",
    b"\n  ",
    b"- ",
    b"\xff",
];

fn mutant(seeds: &[Vec<u8>], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = seeds[random.usize(..seeds.len())].clone();
    for _ in 0..random.usize(1..4) {
        let at = random.usize(..=bytes.len());
        match random.u8(..5) {
            0 if at < bytes.len() => bytes[at] = random.u8(..),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..(at + random.usize(..8)).min(bytes.len()))),
            3 => {
                let other = &seeds[random.usize(..seeds.len())];
                bytes.truncate(at);
                bytes.extend_from_slice(&other[random.usize(..=other.len())..]);
            }
            _ => {
                let token = TOKENS[random.usize(..TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
        }
    }
    bytes
}

fn run(name: &str, target: fn(&[u8])) {
    run_some(name, target, MUTANTS);
}

fn run_some(name: &str, target: fn(&[u8]), mutants: usize) {
    let seeds = seeds(name);
    seeds.iter().for_each(|seed| target(seed));
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..mutants {
        target(&mutant(&seeds, &mut random));
    }
}

#[test]
fn the_answer_decoder_survives_its_corpus_and_the_neighbourhood() {
    run("answer", targets::answer);
}

#[test]
fn the_configuration_survives_its_corpus_and_the_neighbourhood() {
    run("config", targets::config);
}

#[test]
fn the_timelapse_decoder_survives_its_corpus_and_the_neighbourhood() {
    run("timelapses", targets::timelapses);
}

#[test]
fn the_live_stream_decoder_survives_its_corpus_and_the_neighbourhood() {
    run("live_streams", targets::live_streams);
}

#[test]
fn the_video_wall_decoder_survives_its_corpus_and_the_neighbourhood() {
    run("video_walls", targets::video_walls);
}

#[test]
fn the_decoder_of_the_list_of_walls_survives_its_corpus_and_the_neighbourhood() {
    run("walls", targets::walls);
}

#[test]
fn the_decoder_of_the_list_of_cameras_survives_its_corpus_and_the_neighbourhood() {
    run("cameras", targets::cameras);
}

#[test]
fn the_decoder_of_the_names_of_cameras_survives_its_corpus_and_the_neighbourhood() {
    run("camera_names", targets::camera_names);
}

#[test]
fn the_decoder_of_permissions_survives_its_corpus_and_the_neighbourhood() {
    run("permissions", targets::permissions);
}

#[test]
fn the_decoder_of_the_organisation_survives_its_corpus_and_the_neighbourhood() {
    run("organization", targets::organization);
}

#[test]
fn the_decoder_of_the_audit_feed_survives_its_corpus_and_the_neighbourhood() {
    run("activities", targets::activities);
}

#[test]
fn the_decoder_of_a_partners_clients_survives_its_corpus_and_the_neighbourhood() {
    run("partner_clients", targets::partner_clients);
}

#[test]
fn the_recorded_shares_survive_their_corpus_and_the_neighbourhood() {
    run("policy_tests", targets::policy_tests);
}

#[test]
fn the_questions_of_addresses_survive_their_corpus_and_the_neighbourhood() {
    run("query", targets::query);
}

#[test]
fn the_cursors_survive_their_corpus_and_the_neighbourhood() {
    run("cursor", targets::cursor);
}

#[test]
fn the_checkpoints_from_outside_survive_their_corpus_and_the_neighbourhood() {
    run("checkpoints", targets::checkpoints);
}

#[test]
fn the_exported_trails_survive_their_corpus_and_the_neighbourhood() {
    run("export", targets::export);
}

#[test]
fn the_expressions_of_policies_survive_their_corpus_and_the_neighbourhood() {
    // Each is parsed by a thread of its own, which takes a hundred times as long as an answer.
    run_some(
        "policy_expression",
        targets::policy_expression,
        MUTANTS / 10,
    );
}
