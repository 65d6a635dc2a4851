//! A configuration with one thing changed: a value of another sort or out of bounds, a key that is unknown, one
//! that is missing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// What is put in the place of a value.
fn others() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(7),
        json!(-1),
        json!(1.5),
        json!(5_000),
        json!(2_000_000),
        json!(99_999_999_999_u64),
        json!(""),
        json!("x"),
        json!(" x y "),
        json!("All"),
        json!("*"),
        json!("true"),
        json!(" 90s "),
        json!("1d"),
        json!("500ms"),
        json!("400y"),
        json!("0s"),
        json!("0/4"),
        json!("2026-12-31"),
        json!("2099-12-31"),
        json!("NOT_SET_API_KEY"),
        json!("https://rhombus.example/x"),
        json!("http://127.0.0.1:8080"),
        json!("http://rhombus.example"),
        json!("http://LOCALHOST"),
        json!("https://x:99999"),
        json!("https://[::1"),
        json!("https://256.1.1.1"),
        json!("True"),
        json!("0.9d"),
        json!("é".repeat(65)),
        json!("a\u{202e}b"),
        json!("x".repeat(600)),
        json!([]),
        json!(["x"]),
        json!([[]]),
        json!({}),
        json!({ "x": 1 }),
    ]
}

/// All that one change makes of these, each with what was changed. A key is changed in the smallest of them
/// that has it, and not again where another has it too: whatever its neighbours are, it is read the same way.
pub(crate) fn mutants(mut good: Vec<(String, Value)>) -> Vec<(String, Value)> {
    good.sort_by_key(|(_, value)| value.to_string().len());
    let mut seen = BTreeSet::new();
    let mut mutants = Vec::new();
    for (name, value) in &good {
        let mut places = Vec::new();
        add_places(value, String::new(), &mut places);
        places.retain(|place| seen.insert(without_numbers(place)));
        for place in &places {
            let changed = changed(value, place);
            mutants.extend(changed.map(|(change, value)| (format!("{name}: {change}"), value)));
        }
    }
    mutants
}

/// The place in the schema of a place in a value.
fn without_numbers(place: &str) -> String {
    let parts = place.split('/');
    let parts = parts.map(|part| {
        if part.parse::<u8>().is_ok() {
            "-"
        } else {
            part
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// All changes at one place.
fn changed(of: &Value, place: &str) -> impl Iterator<Item = (String, Value)> {
    let others = others().into_iter().map(move |other| {
        let mut mutant = of.clone();
        let change = format!("{place} = {other}");
        *mutant.pointer_mut(place).unwrap() = other;
        (change, mutant)
    });
    others
        .chain(without(of, place))
        .chain(with_unknown(of, place))
}

/// The JSON pointers of all values.
fn add_places(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(keys) => {
            for (key, value) in keys {
                add_places(value, format!("{at}/{key}"), places);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                add_places(value, format!("{at}/{index}"), places);
            }
        }
        _ => {}
    }
    places.push(at);
}

fn without(of: &Value, place: &str) -> Option<(String, Value)> {
    let (parent, key) = place.rsplit_once('/')?;
    let mut mutant = of.clone();
    match mutant.pointer_mut(parent)? {
        Value::Object(keys) => drop(keys.remove(key)?),
        Value::Array(items) => drop(items.remove(key.parse().ok()?)),
        _ => return None,
    }
    Some((format!("without {place}"), mutant))
}

fn with_unknown(of: &Value, place: &str) -> Option<(String, Value)> {
    let mut mutant = of.clone();
    let keys = mutant.pointer_mut(place)?.as_object_mut()?;
    keys.insert("unknown".to_owned(), json!("x"));
    Some((format!("{place} with an unknown key"), mutant))
}
