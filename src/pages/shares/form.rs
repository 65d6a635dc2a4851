//! The form that asks for links. It has a field for what people ask most; whatever else the address asks
//! stays as it is, and is named above the rows with a link that takes it away.

use crate::inventory::Snapshot;
use crate::pages::form::{Asked, Choices, Field, Form};
use crate::pages::words;
use crate::policy::Policy;
use crate::share::{Protection, ShareKind};
use crate::view::{Query, State};

/// So many organisations can be chosen from a list; of more one types the name.
const MAX_CHOICES: usize = 200;

impl Form {
    /// What `query` asks for.
    pub(super) fn of_links(query: &Query, snapshot: &Snapshot, policy: &Policy) -> Self {
        let mut form = Self {
            label: "Which links",
            fields: Vec::new(),
            hidden: Vec::new(),
            asked: asked(query),
        };
        let values: Vec<_> = query.asked().collect();
        for (name, label, choices) in all_choices(snapshot, policy) {
            let given = values.iter().find(|(known, _)| *known == name);
            let given = given.map_or(&[][..], |(_, values)| values);
            form.add(name, label, choices, given);
        }
        let shown: Vec<_> = form.fields.iter().map(|field| field.name).collect();
        let others = values.iter().filter(|(name, _)| !shown.contains(name));
        for (name, values) in others {
            let values = values.iter().map(|value| (*name, value.clone()));
            form.hidden.extend(values);
        }
        if query.order != crate::view::Order::default() {
            form.hidden.push(("sort", query.order.text()));
        }
        form
    }

    /// Adds a field with the first of its values; the others are kept beside it.
    fn add(&mut self, name: &'static str, label: &'static str, choices: Choices, given: &[String]) {
        let first = given.first().map_or("", String::as_str);
        self.fields.push(Field::new(name, label, choices, first));
        let others = given.iter().skip(1).map(|value| (name, value.clone()));
        self.hidden.extend(others);
    }
}

/// The fields, each with what can be chosen in it.
fn all_choices(
    snapshot: &Snapshot,
    policy: &Policy,
) -> [(&'static str, &'static str, Choices); 10] {
    let same = |text: &str| (text.to_owned(), text.to_owned());
    let pair = |(value, label): (&str, &str)| (value.to_owned(), label.to_owned());
    let kind = |kind: ShareKind| {
        let name = words::capitalized(&format!("{}s", kind.noun()));
        (kind.label().to_owned(), name)
    };
    let protection = |it: Protection| match it {
        Protection::None => pair((it.label(), "open")),
        it => same(it.label()),
    };
    let rules = policy.rules().iter().filter(|rule| rule.is_on);
    let any_rule = [pair(("*", "any rule"))].into_iter();
    let ages = [
        ("1d", "a day"),
        ("7d", "a week"),
        ("30d", "30 days"),
        ("90d", "90 days"),
    ];
    [
        ("text", "Title contains", Vec::new()),
        ("camera", "Camera or location", Vec::new()),
        ("org", "Organisation", organizations(snapshot)),
        ("kind", "Kind", ShareKind::ALL.map(kind).into()),
        (
            "protection",
            "Protection",
            Protection::ALL.map(protection).into(),
        ),
        (
            "state",
            "State",
            State::ALL.map(|state| same(state.label())).into(),
        ),
        (
            "ends",
            "Ends",
            [
                ("never", "never"),
                ("1d", "within a day"),
                ("7d", "within a week"),
                ("30d", "within 30 days"),
            ]
            .map(pair)
            .into(),
        ),
        ("older_than", "Older than", ages.map(pair).into()),
        (
            "rule",
            "Breaks the rule",
            any_rule.chain(rules.map(|rule| same(&rule.name))).collect(),
        ),
        (
            "excepted",
            "Exception",
            [("no", "not excepted"), ("yes", "excepted")]
                .map(pair)
                .into(),
        ),
    ]
}

/// What the organisations are called; nothing where there are too many to choose from.
pub(in crate::pages) fn organizations(snapshot: &Snapshot) -> Choices {
    let names = snapshot
        .organizations
        .iter()
        .map(crate::inventory::Look::name);
    if snapshot.organizations.len() > MAX_CHOICES {
        return Vec::new();
    }
    names
        .map(|name| (name.to_owned(), words::visible(name)))
        .collect()
}

/// What is asked, in the words of the address.
fn asked(query: &Query) -> Vec<Asked> {
    let mut asked = Vec::new();
    for (name, values) in query.asked() {
        for value in values {
            asked.push(Asked {
                text: words::visible(&format!("{name}: {value}")),
                without: format!("?{}", without(query, name, &value)),
            });
        }
    }
    asked
}

/// The same address without one value.
fn without(query: &Query, name: &str, value: &str) -> String {
    let query = Query {
        page: None,
        ..query.clone()
    };
    let text = query.text();
    let pairs = url::form_urlencoded::parse(text.as_bytes());
    let others = pairs.filter(|(known, it)| known != name || it != value);
    let mut rest = url::form_urlencoded::Serializer::new(String::new());
    rest.extend_pairs(others);
    rest.finish()
}
