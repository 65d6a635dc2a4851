//! The tables of `docs/api.md`, read: which fields an object has, of which type, and when they are null. They
//! are held to answers, and remember what of them has been seen.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub(crate) const DOCUMENT: &str = include_str!("../../docs/api.md");

/// What a value may be.
#[derive(Clone, Debug)]
enum Form {
    Text,
    Number,
    Boolean,
    Time,
    /// One of these.
    Word(BTreeSet<String>),
    /// Each element is this.
    List(Box<Form>),
    /// Each value is this object.
    Map(String),
    Object(String),
}

/// A field.
struct Field {
    form: Form,
    may_be_null: bool,
    may_be_left_out: bool,
}

/// All tables of fields, by the heading above each.
pub(crate) struct Document {
    objects: BTreeMap<String, BTreeMap<String, Field>>,
    seen: RefCell<BTreeSet<String>>,
}

/// The rows below a line that begins with `header`, up to the first that is none, as cells.
pub(crate) fn table<'a>(section: &'a str, header: &str) -> Vec<Vec<&'a str>> {
    let lines = section.lines().skip_while(|line| !line.starts_with(header));
    let rows = lines.skip(2).take_while(|line| line.starts_with('|'));
    let cells = |row: &'a str| row.trim_matches('|').split('|').map(str::trim).collect();
    rows.map(cells).collect()
}

/// What stands in backticks.
pub(crate) fn words(cell: &str) -> BTreeSet<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(ToOwned::to_owned)
        .collect()
}

/// The part of the document below a heading.
pub(crate) fn section(heading: &str) -> &'static str {
    let (_, rest) = DOCUMENT
        .split_once(&format!("# {heading}\n"))
        .unwrap_or_else(|| panic!("docs/api.md has no {heading}"));
    rest.split("\n#").next().unwrap()
}

impl Document {
    pub(crate) fn read() -> Self {
        let headings = DOCUMENT.lines().filter(|line| line.starts_with('#'));
        let headings = headings.map(|line| line.trim_start_matches('#').trim());
        let mut objects = BTreeMap::new();
        for heading in headings {
            let rows = table(section(heading), "| field |");
            let fields: BTreeMap<_, _> = rows.iter().map(|cells| field(cells)).collect();
            assert_eq!(fields.len(), rows.len(), "{heading}: a field twice");
            if !fields.is_empty() {
                objects.insert(anchor(heading), fields);
            }
        }
        assert_eq!(objects.len(), 13, "{:?}", objects.keys());
        Self {
            objects,
            seen: RefCell::default(),
        }
    }

    /// An object has each field that is said of it and no other, and each is as is said.
    pub(crate) fn hold(&self, object: &str, answer: &Value) {
        let fields = &self.objects[object];
        let answer = answer
            .as_object()
            .unwrap_or_else(|| panic!("{object}: {answer}"));
        for name in answer.keys() {
            assert!(
                fields.contains_key(name),
                "{object}.{name} is not in docs/api.md"
            );
        }
        for (name, field) in fields {
            let place = format!("{object}.{name}");
            match answer.get(name) {
                None => {
                    assert!(field.may_be_left_out, "{place} is missing");
                    self.see(place, "left out");
                }
                Some(Value::Null) => {
                    assert!(field.may_be_null, "{place} is null");
                    self.see(place, "null");
                }
                Some(value) => {
                    self.hold_value(&place, &field.form, value);
                    self.see(place, "there");
                }
            }
        }
    }

    fn hold_value(&self, place: &str, form: &Form, value: &Value) {
        let is_right = match form {
            Form::Text => value.is_string(),
            Form::Number => value.is_u64(),
            Form::Boolean => value.is_boolean(),
            Form::Time => value.as_str().is_some_and(is_time),
            Form::Word(words) => value.as_str().is_some_and(|it| words.contains(it)),
            Form::List(of) => {
                let list = value.as_array();
                let list = list.unwrap_or_else(|| panic!("{place}: {value}"));
                list.iter().for_each(|it| self.hold_value(place, of, it));
                true
            }
            Form::Map(object) => {
                let map = value.as_object();
                let map = map.unwrap_or_else(|| panic!("{place}: {value}"));
                map.values().for_each(|it| self.hold(object, it));
                true
            }
            Form::Object(object) => {
                self.hold(object, value);
                true
            }
        };
        assert!(is_right, "{place}: {value} is no {form:?}");
        if let Form::Word(_) = form {
            self.see(place.to_owned(), value.as_str().unwrap());
        }
    }

    fn see(&self, place: String, what: &str) {
        self.seen.borrow_mut().insert(format!("{place}: {what}"));
    }

    /// The words of a field.
    pub(crate) fn words(&self, object: &str, field: &str) -> BTreeSet<String> {
        let mut form = &self.objects[object][field].form;
        while let Form::List(of) = form {
            form = of;
        }
        match form {
            Form::Word(words) => words.clone(),
            form => panic!("{object}.{field}: {form:?}"),
        }
    }

    /// What may be and has not been, without what is `excused`.
    pub(crate) fn unseen(&self, excused: &[&str]) -> BTreeSet<String> {
        let mut unseen = BTreeSet::new();
        for (object, fields) in &self.objects {
            for (name, field) in fields {
                let place = format!("{object}.{name}");
                unseen.insert(format!("{place}: there"));
                if field.may_be_null {
                    unseen.insert(format!("{place}: null"));
                }
                if field.may_be_left_out {
                    unseen.insert(format!("{place}: left out"));
                }
            }
        }
        let seen = self.seen.borrow();
        unseen.retain(|it| !seen.contains(it) && !excused.contains(&it.as_str()));
        unseen
    }

    /// The words that have been seen in a field.
    pub(crate) fn seen_words(&self, place: &str) -> BTreeSet<String> {
        let seen = self.seen.borrow();
        let of_it = seen
            .iter()
            .filter_map(|it| it.strip_prefix(place)?.strip_prefix(": "));
        let words = of_it.filter(|it| !["there", "null", "left out"].contains(it));
        words.map(ToOwned::to_owned).collect()
    }
}

/// As the links to a heading have it.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}

fn field(cells: &[&str]) -> (String, Field) {
    let [name, form, null, _] = cells else {
        panic!("{cells:?}: expected a field, its type, when it is null and what it means")
    };
    let name = words(name).pop_first().unwrap();
    let field = Field {
        form: if *form == "see below" {
            reasons()
        } else {
            read_form(form)
        },
        may_be_null: !null.starts_with("never"),
        may_be_left_out: null.contains("left out"),
    };
    (name, field)
}

/// The words of the table of reasons.
fn reasons() -> Form {
    let rows = table(section("What is not seen"), "| reason |");
    Form::Word(rows.iter().flat_map(|cells| words(cells[0])).collect())
}

fn read_form(cell: &str) -> Form {
    if let Some(of) = cell.strip_prefix("list of ") {
        return Form::List(Box::new(read_form(of)));
    }
    if let Some((_, link)) = cell.split_once("](#") {
        let object = link.trim_end_matches(')').to_owned();
        return match cell.starts_with("map of ") {
            true => Form::Map(object),
            false => Form::Object(object),
        };
    }
    match cell {
        "text" => Form::Text,
        "number" => Form::Number,
        "boolean" => Form::Boolean,
        "time" => Form::Time,
        _ => {
            let words = words(cell);
            assert!(!words.is_empty(), "{cell}: expected a type");
            Form::Word(words)
        }
    }
}

fn is_time(text: &str) -> bool {
    text.ends_with('Z') && humantime::parse_rfc3339(text).is_ok()
}
