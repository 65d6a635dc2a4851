//! What a partner's client is called here: its label `org`. Rhombus's name, made one that a query can ask
//! for; where two have the same, with a part of the uuid. The same clients have the same labels in each
//! exporter and after each restart.

use std::collections::HashMap;

use crate::share::ClientRecord;
use crate::telemetry::needs_escape;

/// The longest name, in bytes, before a part of the uuid is added.
const MAX_BYTES: usize = 128;
/// As much of a uuid as tells thousands apart.
const PART: usize = 8;
/// What Grafana calls every organisation.
const ALL: &str = "All";

/// The labels of these clients, each with the name of its partner, beside the names that are `taken`.
pub(super) fn labels<'a>(
    taken: impl Iterator<Item = &'a str>,
    clients: &[(&str, &ClientRecord)],
) -> Vec<String> {
    let taken: Vec<_> = taken.chain([ALL]).collect();
    let bases: Vec<_> = clients.iter().map(|(_, client)| askable(client)).collect();
    let mut precisions = vec![0; clients.len()];
    loop {
        let label =
            |((base, (partner, client)), precision): ((&String, &(&str, &ClientRecord)), &u8)| {
                let uuid = client.uuid.to_string();
                match precision {
                    0 => base.clone(),
                    1 => format!("{base} ({})", &uuid[..PART]),
                    2 => format!("{base} ({uuid})"),
                    _ => format!("{base} ({uuid}, {partner})"),
                }
            };
        let each = bases.iter().zip(clients).zip(&precisions);
        let labels: Vec<_> = each.map(label).collect();
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for name in taken
            .iter()
            .copied()
            .chain(labels.iter().map(String::as_str))
        {
            *counts.entry(name).or_default() += 1;
        }
        let mut is_unique = true;
        for (label, precision) in labels.iter().zip(&mut precisions) {
            if counts[label.as_str()] > 1 && *precision < 3 {
                *precision += 1;
                is_unique = false;
            }
        }
        if is_unique {
            return labels;
        }
    }
}

/// The client's name without what no query can ask for, and its uuid where nothing is left.
pub(super) fn askable(client: &ClientRecord) -> String {
    let name = client.name.as_deref().unwrap_or_default();
    let mut name: String = name
        .chars()
        .filter(|c| !needs_escape(*c))
        .map(|c| if c == '"' { '\'' } else { c })
        .collect();
    while name.contains("$__") {
        name = name.replace("$__", "$_");
    }
    let mut end = name.len().min(MAX_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    match name[..end].trim() {
        "" => client.uuid.to_string(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::config::organization_name;
    use crate::share::Id;

    fn client(number: u8, name: &str) -> ClientRecord {
        ClientRecord {
            uuid: Id::Uuid([number; 16]),
            name: Some(name.to_owned()),
            is_allowed: true,
        }
    }

    fn labels_of(taken: &[&str], names: &[&str]) -> Vec<String> {
        let clients: Vec<_> = (1..).zip(names).map(|(n, name)| client(n, name)).collect();
        let clients: Vec<_> = clients.iter().map(|client| ("msp", client)).collect();
        labels(taken.iter().copied(), &clients)
    }

    #[test]
    fn a_name_of_its_own_is_the_label() {
        assert_eq!(
            labels_of(&["acme"], &["Oak", "Süd", "O'Hara"]),
            ["Oak", "Süd", "O'Hara"]
        );
    }

    #[test]
    fn those_of_one_name_are_told_apart_by_their_uuids() {
        let labels = labels_of(&["acme"], &["Oak", "Oak", "acme", "All"]);
        assert_eq!(
            labels,
            [
                "Oak (AQEBAQEB)",
                "Oak (AgICAgIC)",
                "acme (AwMDAwMD)",
                "All (BAQEBAQE)"
            ]
        );
        // One that is called as another is told apart.
        let labels = labels_of(&[], &["Oak", "Oak", "Oak (AQEBAQEB)"]);
        assert_eq!(
            labels.iter().collect::<BTreeSet<_>>().len(),
            3,
            "{labels:?}"
        );
    }

    #[test]
    fn a_client_of_two_partners_has_a_label_for_each() {
        let oak = client(1, "Oak");
        let labels = labels(std::iter::empty(), &[("a", &oak), ("b", &oak)]);
        assert_eq!(
            labels,
            [
                "Oak (AQEBAQEBAQEBAQEBAQEBAQ, a)",
                "Oak (AQEBAQEBAQEBAQEBAQEBAQ, b)"
            ]
        );
    }

    #[test]
    fn what_no_query_can_ask_for_is_left_out() {
        for (name, label) in [
            ("a\"b", "a'b"),
            (" a\u{200b}\u{202e}\n", "a"),
            ("$__all $$___x", "$_all $$_x"),
            ("", "AQEBAQEBAQEBAQEBAQEBAQ"),
            ("\u{1b}\u{feff}", "AQEBAQEBAQEBAQEBAQEBAQ"),
        ] {
            assert_eq!(labels_of(&[], &[name]), [label], "{name:?}");
        }
        let nameless = ClientRecord {
            name: None,
            ..client(1, "")
        };
        let label = labels(std::iter::empty(), &[("msp", &nameless)]);
        assert_eq!(label, ["AQEBAQEBAQEBAQEBAQEBAQ"]);
    }

    proptest! {
        #[test]
        fn labels_are_unique_and_can_be_asked_for(
            names in prop::collection::vec(prop_oneof!["\\PC{0,60}", "[a$_\" \u{200b}]{0,4}", "a( \\(AQEBAQEB\\))?"], 0..12),
            taken in prop::collection::vec("[a-b]{1,2}", 0..3),
        ) {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let taken: BTreeSet<_> = taken.iter().map(String::as_str).collect();
            let taken: Vec<_> = taken.into_iter().collect();
            let labels = labels_of(&taken, &names);
            let all: BTreeSet<_> = labels.iter().map(String::as_str).chain(taken.iter().copied()).collect();
            prop_assert_eq!(all.len(), labels.len() + taken.len());
            for label in &labels {
                let cut: String = label.chars().take(30).collect();
                prop_assert!(organization_name(cut.trim()).is_ok(), "{label}");
            }
        }
    }
}
