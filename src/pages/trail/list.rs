//! `/audit`: the events of the trail, the newest first.

use askama::Template;

use super::asked::Asked;
use super::event::{EventLine, Events};
use super::reading::NoTrail;
use super::seal::Seal;
use crate::audit::Event;
use crate::inventory::Snapshot;
use crate::pages::form::{self, Choices, Field, Form};
use crate::pages::frame::Frame;
use crate::pages::routes::App;
use crate::pages::shares::form::organizations;
use crate::pages::words;
use crate::share::ShareKind;
use crate::store::{Checkpoint, StoreError, TrailReader};

/// So many events are on a page.
const A_PAGE: u32 = 50;

/// What was read of the trail for the page.
pub(super) struct Part {
    events: Events,
    size: u64,
    checkpoint: Option<Checkpoint>,
}

impl Part {
    /// What is asked for; titles only where they are kept.
    ///
    /// # Errors
    /// When it can't be read.
    pub(super) fn read(
        reader: &TrailReader,
        asked: &Asked,
        keeps_titles: bool,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            events: Events::read(reader, asked.query(), (A_PAGE, keeps_titles))?,
            size: reader.head()?.1,
            checkpoint: reader.checkpoint()?,
        })
    }
}

/// The page.
#[derive(Template)]
#[template(path = "audit.html")]
pub(super) struct List {
    frame: Frame,
    /// How far it is sealed; none: there is no trail.
    seal: Option<Seal>,
    /// What to do where there is none.
    why_not: &'static str,
    form: Form,
    lines: Vec<EventLine>,
    /// Where older events are, if there are any.
    older: Option<String>,
    /// Where the newest ones are, if these are others.
    newest: Option<String>,
}

impl List {
    /// Of this part of the trail; none: there is no trail.
    pub(super) fn new(app: &App, asked: &Asked, part: Option<Part>) -> Self {
        let snapshot = Snapshot::new(&app.fleet.load(), app.clock.read());
        let seal = app.trail.as_ref().zip(part.as_ref());
        let seal = seal.map(|(source, part)| {
            let checkpoint = part.checkpoint.as_ref();
            let seal = |reached: &_| Seal::new(part.size, checkpoint, reached);
            source.progress.read(seal)
        });
        let events = part.map(|part| part.events);
        let end = events.as_ref().and_then(|events| events.end);
        let newest = || format!("audit?{}", asked.without("before"));
        Self {
            frame: Frame::new(app, "audit", ""),
            seal,
            why_not: NoTrail::NotKept.text(),
            form: form(asked, &snapshot),
            lines: events.map(|events| events.lines).unwrap_or_default(),
            older: end.map(|end| format!("audit?{}", asked.before(end))),
            newest: (!asked.is_from_the_newest()).then(newest),
        }
    }

    /// It as it is sent.
    ///
    /// # Errors
    /// When it can't be made.
    pub(super) fn html(&self) -> askama::Result<String> {
        self.render()
    }
}

fn form(asked: &Asked, snapshot: &Snapshot) -> Form {
    let field = |name, label, choices| Field::new(name, label, choices, asked.value(name));
    let chip = |(name, value): (&str, &str)| form::Asked {
        text: words::visible(&format!("{name}: {value}")),
        without: format!("?{}", asked.without(name)),
    };
    Form {
        label: "Which events",
        fields: vec![
            field("org", "Organisation", organizations(snapshot)),
            field("kind", "Kind of link", kinds()),
            field("event", "Event", events()),
            field("share", "Ref of a link", Choices::new()),
            field("since", "Since (2027-01-31)", Choices::new()),
            field("until", "Until (2027-01-31)", Choices::new()),
        ],
        hidden: Vec::new(),
        asked: asked.filters().map(chip).collect(),
    }
}

fn kinds() -> Choices {
    let kind = |kind: ShareKind| {
        let name = words::capitalized(&format!("{}s", kind.noun()));
        (kind.label().to_owned(), name)
    };
    ShareKind::ALL.map(kind).into()
}

fn events() -> Choices {
    let event = |event: Event| (event.label().to_owned(), event.label().replace('_', " "));
    Event::ALL.map(event).into()
}
