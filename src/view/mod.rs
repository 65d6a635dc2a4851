//! What people are shown of links: a row each, made once for pages, JSON, CSV and the terminal, so that all
//! of them say the same. Which rows is said by a [`Query`], which reads the same from an address and from
//! flags; what could not be seen is a list of its own ([`NotSeen`]), never a row that is missing.
//!
//! Nothing here is shown by itself: who may see it is for pages to say.

mod address;
mod attributed;
mod csv;
mod cursor;
mod filter;
mod json;
mod limits;
mod not_seen;
mod order;
mod query;
mod row;
#[cfg(test)]
mod tests;

pub use attributed::{FeedUnread, views, who};
pub(crate) use csv::cell as csv_cell;
pub use csv::csv;
pub use cursor::Cursor;
pub use filter::{Ends, Filter, State};
pub use json::{OneShare, Organizations, Reader, ShareJson, Shares, as_of, gaps};
pub use limits::limits;
pub use not_seen::{NotSeen, not_seen};
pub use order::{Order, SortBy};
pub(crate) use query::moment;
pub use query::{BadQuery, PARAMETERS, Parameter, Query};
pub use row::{Breach, Rank, Row, Rows};
