//! What the parser and the schema say of a configuration. The schema is asked by a validator that is not ours.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// Why the schema refuses each of these, in one process; none where it takes it.
pub(crate) fn by_schema(schema: &Value, values: &[Value]) -> Vec<Option<String>> {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut validator = Command::new("python3")
        .arg(format!("{root}/tests/schema/validate.py"))
        .env("PYTHONPATH", format!("{root}/target/tools/python"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = json!({ "schema": schema, "values": values });
    let mut stdin = validator.stdin.take().unwrap();
    stdin.write_all(asked.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = validator.wait_with_output().unwrap();
    assert!(output.status.success(), "has tests/python run? {output:?}");
    let verdicts: Vec<_> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(verdicts.len(), values.len());
    verdicts
}
