//! Where an answer ended, so that the next one begins there. Rows of the API are sorted by what doesn't
//! change, so that a link which is there from the first answer to the last is in exactly one of them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::filter::Filter;
use super::row::{List, Row, lists};
use crate::inventory::Snapshot;
use crate::policy::Policy;
use crate::share::{Ref, ShareKind};

/// The last row of an answer. As text it says nothing that the row's other fields don't.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    org: String,
    kind: ShareKind,
    /// Of what has no ref, all of the list came before: nothing tells one of those from the others.
    reference: Option<Ref>,
}

impl Cursor {
    /// Reads what [`Self::text`] writes.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(text: &str) -> Result<Self, String> {
        Self::parse(text).ok_or_else(|| "expected the `next_cursor` of an answer".to_owned())
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (org, kind, reference): (String, String, Option<String>) =
            serde_json::from_slice(&bytes).ok()?;
        let kind = ShareKind::ALL.into_iter().find(|it| it.label() == kind)?;
        let reference = reference.map(|it| it.parse()).transpose().ok()?;
        Some(Self {
            org,
            kind,
            reference,
        })
    }

    /// As it stands in an answer.
    pub fn text(&self) -> String {
        let reference = self.reference.map(|it| it.to_string());
        let parts = (&self.org, self.kind.label(), reference);
        let json = serde_json::to_vec(&parts).expect("texts are JSON");
        URL_SAFE_NO_PAD.encode(json)
    }

    /// The rows after this one that `filter` lets through, and where they end if there are more. They are at
    /// most `limit`, and those that have the ref of the last, or none as it has none: they can't be parted,
    /// since their places change when one of them goes.
    pub fn rows<'a>(
        after: Option<&Self>,
        (snapshot, policy): (&'a Snapshot, &'a Policy),
        filter: &Filter,
        limit: usize,
    ) -> (Vec<Row<'a>>, Option<Self>) {
        let mut rows = Rest::new(limit);
        for list in lists(snapshot, policy) {
            let here = (list.look.name(), list.kind);
            let before = after.filter(|it| (it.org.as_str(), it.kind) >= here);
            let from = match before {
                Some(it) if (it.org.as_str(), it.kind) == here => Some(it),
                Some(_) => continue,
                None => None,
            };
            if !rows.take(&list, from, filter) {
                break;
            }
        }
        let next = rows.next();
        (rows.rows, next)
    }
}

/// Rows that are being gathered.
struct Rest<'a> {
    rows: Vec<Row<'a>>,
    limit: usize,
    is_more: bool,
}

impl<'a> Rest<'a> {
    const fn new(limit: usize) -> Self {
        Self {
            rows: Vec::new(),
            limit,
            is_more: false,
        }
    }

    /// Takes the rows of a list, from a cursor on; whether there is room for those of another.
    fn take(&mut self, list: &List<'a>, from: Option<&Cursor>, filter: &Filter) -> bool {
        let Some(matcher) = filter.of_list(list.look, list.kind, list.standing) else {
            return true;
        };
        let given = from.map(|it| it.reference);
        let mut last = None;
        for row in list.rows_from(given.flatten()) {
            if given == Some(row.reference) || !matcher.matches(&row) {
                continue;
            }
            if self.rows.len() >= self.limit && last != Some(row.reference) {
                self.is_more = true;
                return false;
            }
            last = Some(row.reference);
            self.rows.push(row);
        }
        true
    }

    fn next(&self) -> Option<Cursor> {
        let last = self.rows.last().filter(|_| self.is_more)?;
        Some(Cursor {
            org: last.org().to_owned(),
            kind: last.share.kind,
            reference: last.reference,
        })
    }
}
