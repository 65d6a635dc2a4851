//! What `verify` says of a store and of an export of it.

use std::fs;
use std::process::Stdio;

use crate::common::process::command;
use crate::store::{Said, Trail, run};

fn flag(name: &str, path: &std::path::Path) -> String {
    format!("--{name}={}", path.display())
}

#[test]
fn what_is_proved_what_is_signed_and_what_is_neither_are_told_apart() {
    let trail = Trail::with_lives();
    let note = trail.says(&["export"]);
    let first: serde_json::Value = serde_json::from_str(note.lines().nth(6).unwrap()).unwrap();
    let checkpoint = trail
        .files
        .write("checkpoint.txt", first["note"].as_str().unwrap());
    trail.heartbeat(20);
    let said = trail.audit(&["verify", &flag("checkpoint", &checkpoint)]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(
        said.stdout,
        "12 lines, 0 of them dropped after their time, 2 seals\n\
         proved by a checkpoint from outside: #1 to #6\n\
         signed only by the exporter: #7 to #11\n\
         neither: #12\n\
         YES\n"
    );
    assert!(
        said.stderr.contains("the key is the store's own"),
        "{}",
        said.stderr
    );

    let export = trail.export();
    let export = export.to_str().unwrap();
    let key = flag("public-key", &trail.directory().join("audit.pub"));
    let of_file = run(&["verify", export, &key, &flag("checkpoint", &checkpoint)]);
    assert_eq!((of_file.code, &*of_file.stderr), (0, ""));
    assert_eq!(of_file.stdout, said.stdout);
    let without = run(&["verify", export]);
    assert_eq!(without.code, 0);
    assert!(
        without.stderr.contains("nobody's signature"),
        "{}",
        without.stderr
    );
}

#[test]
fn an_export_is_read_from_a_pipe_too() {
    let trail = Trail::with_lives();
    let export = fs::File::open(trail.export()).unwrap();
    let key = flag("public-key", &trail.directory().join("audit.pub"));
    let mut command = command(&["audit", "verify", "-", &key], &[]);
    let said = Said::of(command.stdin(Stdio::from(export)).output().unwrap());
    assert_eq!((said.code, &*said.stderr), (0, ""));
    assert!(said.stdout.ends_with("YES\n"));
}

#[test]
fn a_line_that_was_altered_or_cut_is_found() {
    let trail = Trail::with_lives();
    let path = trail.export();
    let key = flag("public-key", &trail.directory().join("audit.pub"));
    let checkpoint = trail
        .files
        .write("checkpoint.txt", &trail.says(&["checkpoint"]));
    let checkpoint = flag("checkpoint", &checkpoint);
    let whole = fs::read_to_string(&path).unwrap();
    let cut: String = whole.split_inclusive('\n').take(7).collect();
    for (text, told) in [
        (
            whole.replace("password", "passw0rd"),
            "NO: line 7 of the file: seal 1 differs",
        ),
        (cut, "NO: the end is missing"),
        (
            whole.replacen("\"seq\":2", "\"seq\":3", 1),
            "NO: line 2 of the file is #3",
        ),
    ] {
        fs::write(&path, text).unwrap();
        let said = run(&["verify", path.to_str().unwrap(), &key, &checkpoint]);
        assert_eq!(said.code, 1, "{told}");
        assert!(said.stdout.contains(told), "{told}\n{}", said.stdout);
        assert!(
            said.stderr.contains("not as it was sealed"),
            "{}",
            said.stderr
        );
    }
}

#[test]
fn what_cannot_be_read_is_no_judgement() {
    let trail = Trail::with_lives();
    let export = trail.export();
    let export = export.to_str().unwrap();
    let other = trail.files.write("other.txt", "PNG\n");
    for (args, told) in [
        (
            vec!["verify"],
            "which trail? Give an exported FILE, or --storage.path",
        ),
        (
            vec!["verify", "/nowhere.jsonl"],
            "cannot read /nowhere.jsonl",
        ),
        (
            vec!["verify", export, "--public-key=/nowhere.pub"],
            "--public-key: /nowhere.pub: No such file",
        ),
        (
            vec!["verify", export, "--checkpoint", other.to_str().unwrap()],
            "expected the size of a checkpoint",
        ),
        (
            vec!["verify", export, "--public-key", other.to_str().unwrap()],
            "no public key of an audit trail",
        ),
        (
            vec!["verify", "--storage.path=/nowhere"],
            "there is no such file",
        ),
    ] {
        let said = run(&args);
        assert_eq!((said.code, &*said.stdout), (2, ""), "{args:?}");
        assert!(said.stderr.contains(told), "{told}\n{}", said.stderr);
    }
}
