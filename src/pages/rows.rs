//! From a number to the rows that it counts.

use std::fmt;

use askama::filters::HtmlSafe;
use url::form_urlencoded;

/// The pages with details of links, as links to them are made.
#[derive(Clone, Copy)]
pub(super) struct RowLinks {
    /// Whether there are such pages.
    pub(super) are_there: bool,
}

/// A number, which leads to the rows that it counts where somebody may see them. As HTML.
pub(super) struct Linked {
    text: String,
    query: Option<String>,
}

impl Linked {
    /// A text that leads nowhere, without what means something to HTML.
    pub(super) fn text(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            query: None,
        }
    }
}

impl RowLinks {
    /// `text`, which counts the rows that these filters let through.
    pub(super) fn to(self, text: String, filters: &[(&str, &str)]) -> Linked {
        let query = || {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(filters).finish()
        };
        Linked {
            text,
            query: self.are_there.then(query),
        }
    }
}

/// Numbers and what is encoded for an address: only `&` means something to HTML.
impl fmt::Display for Linked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.query {
            Some(query) => {
                let query = query.replace('&', "&amp;");
                write!(f, r#"<a href="shares?{query}">{}</a>"#, self.text)
            }
            None => f.write_str(&self.text),
        }
    }
}

impl HtmlSafe for Linked {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_leads_to_rows_where_there_are_pages_of_them() {
        let filters = [("org", "A&B \"<x>"), ("rule", "*")];
        let linked = |are_there| RowLinks { are_there }.to("1,234".to_owned(), &filters);
        let expected = r#"<a href="shares?org=A%26B+%22%3Cx%3E&amp;rule=*">1,234</a>"#;
        assert_eq!(linked(true).to_string(), expected);
        assert_eq!(linked(false).to_string(), "1,234");
    }
}
