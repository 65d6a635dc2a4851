//! What the trail tells of one link, for the page of that: its newest events.

use super::event::{EventLine, Events};
use super::reading::{NoTrail, read};
use crate::pages::routes::App;
use crate::share::Ref;
use crate::store::LineQuery;

/// So many events are told; the others are at `/audit`.
const MOST: u32 = 50;

/// The newest events of a link, the newest first.
pub(in crate::pages) struct History {
    pub(in crate::pages) lines: Vec<EventLine>,
    /// Whether there are older ones.
    pub(in crate::pages) are_more: bool,
    /// What it was last called, as far as these tell.
    pub(in crate::pages) title: Option<String>,
}

impl History {
    /// That of the link with this ref.
    ///
    /// # Errors
    /// Why it can't be told.
    pub(in crate::pages) async fn read(app: &App, reference: Ref) -> Result<Self, NoTrail> {
        let query = LineQuery {
            share: Some(reference),
            ..LineQuery::default()
        };
        let keeps_titles = app.fleet.load().view.keep_titles;
        let events = read(app, move |reader| {
            Events::read(reader, query, (MOST, keeps_titles))
        });
        let events = events.await?;
        Ok(Self {
            lines: events.lines,
            are_more: events.end.is_some(),
            title: events.title,
        })
    }

    /// The organisation under which it was last watched.
    pub(in crate::pages) fn org(&self) -> Option<&str> {
        self.lines.iter().find_map(|line| line.org.as_deref())
    }
}
