//! A form that asks for a part of something, as pages have it: its fields, and what is asked with links that take it
//! away. What it asks is in the address of the page, and nowhere else.

use super::words;

/// A form.
pub(super) struct Form {
    /// What it asks for, for who can't see it.
    pub(super) label: &'static str,
    pub(super) fields: Vec<Field>,
    /// What is asked that no field can show.
    pub(super) hidden: Vec<(&'static str, String)>,
    /// What is asked, each with the address that does not ask it.
    pub(super) asked: Vec<Asked>,
}

/// A field.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// What can be chosen; empty: it is typed.
    pub(super) choices: Vec<Choice>,
    /// What is in a field that is typed.
    pub(super) text: String,
}

/// What can be chosen.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

/// Something that is asked.
pub(super) struct Asked {
    pub(super) text: String,
    /// The address without it.
    pub(super) without: String,
}

/// What can be chosen: values, each with what it is called.
pub(super) type Choices = Vec<(String, String)>;

impl Field {
    /// One with this value in it. Without `choices` it is typed; a value that is none of them can be chosen too.
    pub(super) fn new(
        name: &'static str,
        label: &'static str,
        choices: Choices,
        value: &str,
    ) -> Self {
        let is_known = choices.iter().any(|(known, _)| known == value);
        let unknown = (!choices.is_empty() && !value.is_empty() && !is_known)
            .then(|| (value.to_owned(), words::visible(value)));
        let choice = |(known, label): (String, String)| Choice {
            is_chosen: known == value,
            value: known,
            label,
        };
        let any = (!choices.is_empty()).then(|| (String::new(), "any".to_owned()));
        let all = any.into_iter().chain(choices).chain(unknown);
        Self {
            name,
            label,
            choices: all.map(choice).collect(),
            text: value.to_owned(),
        }
    }
}
