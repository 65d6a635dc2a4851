//! In which order rows are shown, and which of them are on a page.

use std::cmp::{Ordering, Reverse};
use std::ops::Range;

use super::row::{Rank, Row};
use crate::share::{Private, Ref, ShareKind};

/// The order in which rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// What it goes by.
    pub by: SortBy,
    /// Whether the last comes first.
    pub is_reversed: bool,
}

/// What an order goes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// The worst first.
    #[default]
    Risk,
    /// What ends first.
    Ends,
    /// The oldest first.
    Created,
    /// By what people called it.
    Title,
    /// By organisation and kind.
    Org,
    /// The most cameras first.
    Cameras,
    /// The most footage first.
    Footage,
}

impl SortBy {
    /// All, in the order in which they are named.
    pub const ALL: [Self; 7] = [
        Self::Risk,
        Self::Ends,
        Self::Created,
        Self::Title,
        Self::Org,
        Self::Cameras,
        Self::Footage,
    ];

    /// What it is called.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Risk => "risk",
            Self::Ends => "ends",
            Self::Created => "created",
            Self::Title => "title",
            Self::Org => "org",
            Self::Cameras => "cameras",
            Self::Footage => "footage",
        }
    }
}

impl Order {
    /// Puts those rows in order that are in this range of all, and gives them.
    pub fn part<'r, 'a>(self, rows: &'r mut [Row<'a>], range: Range<usize>) -> &'r [Row<'a>] {
        let range = range.start.min(rows.len())..range.end.min(rows.len());
        let mut part = &mut *rows;
        if range.end < part.len() {
            // Only what comes first has to be found for a page, and sorted.
            part.select_nth_unstable_by(range.end, |a, b| self.compare(a, b));
            part = &mut part[..range.end];
        }
        if range.start > 0 && range.start < part.len() {
            part.select_nth_unstable_by(range.start, |a, b| self.compare(a, b));
        }
        rows[range.clone()].sort_unstable_by(|a, b| self.compare(a, b));
        &rows[range]
    }

    fn compare(self, a: &Row<'_>, b: &Row<'_>) -> Ordering {
        let ordering = self.by.compare(a, b);
        let ordering = match self.is_reversed {
            true => ordering.reverse(),
            false => ordering,
        };
        ordering.then_with(|| place(a).cmp(&place(b)))
    }
}

impl SortBy {
    fn compare(self, a: &Row<'_>, b: &Row<'_>) -> Ordering {
        match self {
            Self::Risk => risk(a).cmp(&risk(b)),
            Self::Ends => a.share.expiry.cmp(&b.share.expiry),
            // What has no date comes last.
            Self::Created => created(a).cmp(&created(b)),
            Self::Title => title(a).cmp(&title(b)),
            Self::Org => Ordering::Equal,
            Self::Cameras => cameras(b).cmp(&cameras(a)),
            Self::Footage => b
                .share
                .media
                .duration_secs
                .cmp(&a.share.media.duration_secs),
        }
    }
}

/// The worst first; of those that are as bad, the one with the most cameras, then the oldest.
fn risk(row: &Row<'_>) -> (Rank, Reverse<usize>, (bool, i64)) {
    (row.rank(), Reverse(cameras(row)), created(row))
}

fn created(row: &Row<'_>) -> (bool, i64) {
    let created = row.share.created;
    (created.is_none(), created.map_or(0, |it| it.0))
}

/// What has no title comes last.
fn title<'a>(row: &Row<'a>) -> (bool, &'a str) {
    let title = row.share.title.as_ref().map(Private::reveal);
    (title.is_none(), title.unwrap_or_default())
}

const fn cameras(row: &Row<'_>) -> usize {
    row.share.media.cameras.len()
}

/// What no two rows have in common.
fn place<'a>(row: &Row<'a>) -> (&'a str, ShareKind, Option<Ref>, u32) {
    (row.org(), row.share.kind, row.reference, row.place)
}
