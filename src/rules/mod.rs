//! The alert rules that this program carries, with a user's own thresholds in them.
//!
//! Both files of `alerts/` are part of the program: the rules, and the table of the numbers in them that
//! one may change. The text of the rules is edited where it differs and kept elsewhere, with its comments
//! and its order. Nothing here names an alert: another threshold is a row of `alerts/thresholds.yml`.

mod alert;
mod changes;
mod duration;
mod error;
mod file;
mod manifest;
mod request;
mod resolve;
mod table;
mod value;

pub use changes::{Changes, changed};
pub use error::RulesError;
pub use manifest::manifest;
pub use request::{Job, Label, Setting, SeverityOf, Which};
pub use table::{Listed, ListedThreshold, listing};

/// The rule file as it is shipped.
pub const RULES: &str = include_str!("../../alerts/rhombus-shares.rules.yml");

/// The table of the numbers that one may change.
const THRESHOLDS: &str = include_str!("../../alerts/thresholds.yml");
