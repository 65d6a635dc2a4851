//! Which organisations the landing page shows, as its address asks: `?q=TEXT&show=CHOICE`, and whether it
//! reads itself again (`&refresh=on`). Whatever is
//! written there is read as something; the totals and the answer never depend on it.

use url::form_urlencoded;

use super::standings::Row;
use crate::telemetry::needs_escape;

/// So many characters of a text are looked for.
const MAX_TEXT: usize = 200;

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// A part of the name, in any case; empty: any name.
    pub(super) text: String,
    pub(super) show: Show,
    /// Whether the page is to read itself again. Not unless it is asked for: who reads slowly, or by ear,
    /// would begin anew each time.
    pub(super) refreshes: bool,
}

/// Which organisations are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Show {
    /// Those that are not as they should be.
    #[default]
    Attention,
    /// Those with a link that is open to anyone.
    Open,
    /// All.
    All,
}

impl Show {
    pub(super) const ALL: [Self; 3] = [Self::Attention, Self::Open, Self::All];

    /// The value of `show`.
    pub(super) const fn value(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::Open => "open",
            Self::All => "all",
        }
    }

    /// How the choice is called.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Attention => "that need a look",
            Self::Open => "with open links",
            Self::All => "all",
        }
    }

    fn matches(self, row: &Row) -> bool {
        match self {
            Self::Attention => row.needs_a_look(),
            Self::Open => row.open() > 0,
            Self::All => true,
        }
    }
}

impl Filter {
    /// All there are.
    pub(super) fn all() -> Self {
        Self {
            text: String::new(),
            show: Show::All,
            refreshes: false,
        }
    }

    /// What the part after `?` asks for. Of what is there twice, the last counts; what is not known is
    /// left out. A text finds what it names, whatever it looks like: without a choice it is looked for
    /// in all.
    pub(super) fn parse(query: &str) -> Self {
        let (mut text, mut show, mut refreshes) = (String::new(), None, false);
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "q" => text = searchable(&value),
                "show" => show = Show::ALL.into_iter().find(|it| it.value() == value),
                "refresh" => refreshes = value == "on",
                _ => {}
            }
        }
        let default = match text.is_empty() {
            true => Show::Attention,
            false => Show::All,
        };
        Self {
            text,
            show: show.unwrap_or(default),
            refreshes,
        }
    }

    /// The address of the same, which reads itself again or doesn't.
    pub(super) fn address(&self, refreshes: bool) -> String {
        let mut query = form_urlencoded::Serializer::for_suffix("?".to_owned(), 1);
        if !self.text.is_empty() {
            query.append_pair("q", &self.text);
        }
        if !self.is_default() {
            query.append_pair("show", self.show.value());
        }
        if refreshes {
            query.append_pair("refresh", "on");
        }
        query.finish()
    }

    /// The rows that are asked for, in their order.
    pub(super) fn of<'a>(&self, rows: &'a [Row]) -> Vec<&'a Row> {
        let rows = self.by_name(rows);
        rows.filter(|row| self.show.matches(row)).collect()
    }

    /// How many have such a name, whatever else is asked for.
    pub(super) fn named(&self, rows: &[Row]) -> usize {
        self.by_name(rows).count()
    }

    fn by_name<'a>(&self, rows: &'a [Row]) -> impl Iterator<Item = &'a Row> {
        let text = self.text.to_lowercase();
        let is_named = move |row: &&Row| {
            text.is_empty() || row.organization.name().to_lowercase().contains(&text)
        };
        rows.iter().filter(is_named)
    }

    /// Whether it is what is shown to who asks for nothing.
    pub(super) fn is_default(&self) -> bool {
        self.text.is_empty() && self.show == Show::default()
    }
}

/// A text without what no name has in it: what would act on the page instead of showing.
fn searchable(text: &str) -> String {
    let visible = text.trim().chars().filter(|c| !needs_escape(*c));
    visible.take(MAX_TEXT).collect()
}
