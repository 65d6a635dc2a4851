//! The verifier in Python, asked about many files in one process.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Answer, Question};

/// Reads a list of lists of arguments, and writes a list of exit statuses and outputs.
const ASK_ALL: &str = r#"
import contextlib, io, json, sys
sys.path.insert(0, sys.argv[1])
import verify_audit
answers = []
for arguments in json.load(sys.stdin):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        try:
            status = verify_audit.main(arguments)
        except SystemExit as end:
            status = end.code
    answers.append((status, out.getvalue()))
json.dump(answers, sys.stdout)
"#;

/// What it says to each of them.
pub(crate) fn answers(questions: &[Question]) -> Vec<Answer> {
    let directory = tempfile::tempdir().expect("a directory");
    let arguments: Vec<_> = questions
        .iter()
        .enumerate()
        .map(|(number, question)| arguments(directory.path(), number, question))
        .collect();
    let root = env!("CARGO_MANIFEST_DIR");
    let mut python = Command::new("python3")
        .args(["-c", ASK_ALL, &format!("{root}/docs")])
        .env("PYTHONPATH", format!("{root}/target/tools/python"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 (`make test` installs it)");
    let mut stdin = python.stdin.take().expect("piped");
    let asked = serde_json::to_vec(&arguments).expect("texts");
    stdin.write_all(&asked).expect("it reads");
    drop(stdin);
    let output = python.wait_with_output().expect("it ends");
    assert!(
        output.status.success(),
        "`make test` installs the package `cryptography`"
    );
    serde_json::from_slice(&output.stdout).expect("a list of answers")
}

/// Writes its files, and names them.
fn arguments(directory: &Path, number: usize, question: &Question) -> Vec<String> {
    let write = |name: &str, content: &[u8]| {
        let path = directory.join(format!("{number}.{name}"));
        fs::write(&path, content).expect("it can be written");
        path.to_str().expect("a name").to_owned()
    };
    let mut arguments = vec![write("export", &question.export)];
    for (at, checkpoint) in question.checkpoints.iter().enumerate() {
        arguments.push("--checkpoint".to_owned());
        arguments.push(write(&format!("{at}.checkpoint"), checkpoint.as_bytes()));
    }
    if let Some(key) = &question.public_key {
        arguments.extend(["--public-key".to_owned(), write("pub", key.as_bytes())]);
    }
    arguments
}
