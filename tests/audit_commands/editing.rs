//! What `annotate`, `erase` and `reanchor` change, and that the proof stays whole.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use rhombus_share_exporter::store::{Sqlite, Store};

use crate::common::process::command;
use crate::store::{CLAIM, DOOR, ODD, Said, Trail};

const NOTED: [&str; 2] = ["--recipient=Ann Example", "--purpose=claim"];

fn erase_text(trail: &Trail, text: &str) -> Said {
    let path = format!("--storage.path={}", trail.directory().display());
    let args = ["audit", "erase", "--text-file=-", "--yes", &path];
    let mut child = command(&args, &[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    Said::of(child.wait_with_output().unwrap())
}

fn is_right(trail: &Trail) {
    let said = trail.audit(&["verify"]);
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.ends_with("YES\n"), "{}", said.stdout);
}

/// What of the store is on the disk.
fn bytes(trail: &Trail) -> Vec<u8> {
    let files = fs::read_dir(trail.directory()).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    paths.flat_map(|path| fs::read(path).unwrap()).collect()
}

fn holds(trail: &Trail, text: &str) -> bool {
    let bytes = bytes(trail);
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

#[test]
fn a_note_is_an_event_whose_texts_are_private() {
    let trail = Trail::with_lives();
    let args = [&["annotate", CLAIM, "--case=CHG-1042"], &NOTED[..]].concat();
    assert_eq!(trail.says(&args), format!("noted: {CLAIM} #12\n"));
    let life = trail.says(&["show", CLAIM]);
    let told = "annotated: a person noted: given to Ann Example; purpose claim; case CHG-1042\n";
    assert!(life.ends_with(told), "{life}");
    let log = trail.says(&["log", "--event=annotated"]);
    assert!(log.contains("acme") && !log.contains("Ann"), "{log}");
    assert!(!trail.says(&["export"]).contains("Ann"));
    is_right(&trail);
}

#[test]
fn what_was_erased_is_nowhere_and_the_proof_is_whole() {
    let trail = Trail::with_lives();
    let share = format!("--share={CLAIM}");
    let before = trail.says(&["export"]);
    let erased = trail.says(&["erase", &share, "--yes"]);
    assert_eq!(
        erased,
        format!("forgotten: 2 private texts of the link {CLAIM}\n")
    );
    let after = trail.says(&["export"]);
    assert!(after.starts_with(&before), "no line has changed");
    let last = after.lines().last().unwrap();
    assert!(last.ends_with(&format!(
        r#""share":"{CLAIM}","event":"erased","texts":2}}"#
    )));
    let life = trail.says(&["show", CLAIM]);
    assert!(
        life.contains("(a text that is not kept any more)"),
        "{life}"
    );
    assert!(!holds(&trail, "Claim 3196") && !holds(&trail, ODD));
    assert!(holds(&trail, "Front door"), "the other link's is kept");
    is_right(&trail);
    assert_eq!(titles_known(&trail), [("acme", false), ("bell", true)]);
}

/// Of which organisations' links it is known what they were called, as far as a number tells.
fn titles_known(trail: &Trail) -> Vec<(&'static str, bool)> {
    let kept = trail.kept();
    let known = |org: &'static str| {
        let mut lists = kept.lists.iter();
        let (_, (_, pictures)) = lists.find(|(key, _)| key.organization == org).unwrap();
        let content = String::from_utf8(pictures[0].content.to_vec()).unwrap();
        assert!(content.contains("\"content\":5"), "{content}");
        (org, content.contains("title"))
    };
    ["acme", "bell"].map(known).to_vec()
}

#[test]
fn a_wording_is_erased_wherever_it_stands() {
    let trail = Trail::with_lives();
    let said = erase_text(&trail, "Front door\n");
    assert_eq!(
        (said.code, &*said.stdout, &*said.stderr),
        (0, "forgotten: 1 private texts of that wording\n", "")
    );
    assert!(!holds(&trail, "Front door") && holds(&trail, "Claim 3196"));
    let last = trail.says(&["log", "--event=erased"]);
    assert!(
        last.contains("private texts of one wording were erased: 1"),
        "{last}"
    );
    is_right(&trail);
    let said = erase_text(&trail, "Front door");
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("nothing to forget"), "{}", said.stderr);
}

#[test]
fn it_writes_beside_an_exporter_that_has_the_directory() {
    let trail = Trail::with_lives();
    let mut store: Sqlite = trail.open();
    store.load().unwrap();
    let args = [&["annotate", DOOR, "--org=bell"], &NOTED[..]].concat();
    assert_eq!(trail.says(&args), format!("noted: {DOOR} #12\n"));
    let erased = trail.says(&["erase", &format!("--share={DOOR}"), "--yes"]);
    assert!(erased.contains("3 private texts"), "{erased}");
    drop(store);
    assert_eq!(trail.kept().size, 13);
    is_right(&trail);
}

#[test]
fn nothing_is_done_where_nobody_can_be_asked() {
    let trail = Trail::with_lives();
    let share = format!("--share={CLAIM}");
    for args in [&["erase", &share][..], &["reanchor"]] {
        let said = trail.audit(args);
        assert_eq!(said.code, 2);
        assert!(said.stderr.contains("give --yes"), "{}", said.stderr);
    }
    assert_eq!(trail.kept().size, 11);
}

/// An anchor file with a seal that the store has no more, and its path as a flag.
fn restored() -> (Trail, String, String) {
    let trail = Trail::with_lives();
    let backup = trail.directory().join("store.db");
    let old = fs::read(&backup).unwrap();
    trail.heartbeat(20);
    let anchor = trail
        .files
        .write("anchor.txt", &format!("{}\n", trail.seal().note));
    fs::write(&backup, old).unwrap();
    trail.heartbeat(30);
    let content = fs::read_to_string(&anchor).unwrap();
    (
        trail,
        format!("--anchor-file={}", anchor.display()),
        content,
    )
}

#[test]
fn a_backup_that_was_put_back_goes_on_when_a_person_says_so() {
    let (trail, flag, before) = restored();
    let said = trail.audit(&["reanchor", &flag, "--reason=disk replaced", "--yes"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(
        said.stdout.starts_with("sealed: 13 lines, by the key "),
        "{}",
        said.stdout
    );
    let contradiction =
        "the anchor file has a seal over 12 lines, and the newest one in the store is over 11";
    assert!(said.stderr.contains(contradiction), "{}", said.stderr);
    let path = flag.split_once('=').unwrap().1;
    let after = fs::read_to_string(path).unwrap();
    let added = after.strip_prefix(&before).unwrap();
    assert_eq!(added.trim(), trail.says(&["checkpoint"]).trim());
    let log = trail.says(&["log", "--event=reanchored", "--with-texts"]);
    assert!(
        log.contains(contradiction) && log.contains("reason: disk replaced"),
        "{log}"
    );
    is_right(&trail);

    let said = trail.audit(&["reanchor", &flag, "--yes"]);
    assert_eq!(said.code, 1);
    assert!(
        said.stderr.contains("nothing contradicts"),
        "{}",
        said.stderr
    );
    // What was lost is told by the anchor for ever.
    let checkpoint = format!("--checkpoint={path}");
    assert_eq!(trail.audit(&["verify", &checkpoint]).code, 1);
}

#[test]
fn another_key_seals_what_is_there_when_a_person_says_so() {
    let trail = Trail::with_lives();
    let key = trail.directory().join("audit.key");
    fs::remove_file(&key).unwrap();
    let said = trail.audit(&["reanchor", "--yes"]);
    assert_eq!(said.code, 2);
    assert!(
        said.stderr.contains("there is no key file"),
        "{}",
        said.stderr
    );
    let new = trail.files.path("new.key");
    rhombus_share_exporter::audit::KeyFile::load_or_make(&new, "a/b").unwrap();
    let flag = format!("--key-file={}", new.display());
    let said = trail.audit(&["reanchor", &flag, "--yes"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let foreign = "seal 2 is not signed by this key";
    assert!(said.stderr.contains(foreign), "{}", said.stderr);
    assert!(said.stderr.contains("started anew"), "{}", said.stderr);
}
