//! Values that are wrong: each is refused, and the message says what to write instead.

use crate::chart::sets;
use crate::kept;

#[test]
fn bad_values_are_refused_with_what_to_do() {
    let sets = sets();
    assert!(sets.bad.len() >= 30, "{} sets", sets.bad.len());
    for (name, error) in &sets.bad {
        let error = error
            .as_deref()
            .unwrap_or_else(|| panic!("{name} is taken"));
        kept::same(
            &format!("tests/helm/values/bad/{name}.err"),
            &message(error),
        );
    }
}

/// The message without the line of the template, which says nothing to whoever wrote the values.
fn message(error: &str) -> String {
    let text = match error.strip_prefix("execution error at (") {
        Some(rest) => rest.split_once("): ").expect("a place").1,
        None => error,
    };
    format!("{}\n", text.trim())
}
