//! Where the page of a link is. Whoever knows that can watch an open one: it is shown to those who have logged
//! in, and to nobody else.

use super::Row;
use crate::share::{Id, Private, ShareKind};

impl Row<'_> {
    /// Where its page is: as Rhombus gives it, or in the form that its clients use.
    pub fn address(&self) -> Option<Private> {
        if let Some(given) = &self.share.address {
            return Some(given.clone());
        }
        let (console, id) = (self.console()?, self.share.id.as_ref()?);
        // What is no documented uuid could be anything in a URL.
        let Id::Uuid(_) = id else { return None };
        let page = match self.share.kind {
            ShareKind::ClipGroup => "clips",
            ShareKind::TimelapseGroup => "timelapse",
            // Rhombus's lists state those: what can't be read of one is not guessed.
            ShareKind::LiveStream | ShareKind::VideoWall => return None,
        };
        Some(format!("{console}/share/{page}/{id}").into())
    }
}
