//! What rules say of one list: the violations that are open. They outlast the picture that showed them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::share::Violation;

/// The open violations of one list, as of the last good look that judged them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    /// Sorted by rule, then share.
    pub open: Arc<[Violation]>,
    /// On how many shares the expression of a rule failed, in the last assessment; none where on none.
    pub errors: BTreeMap<Arc<str>, u64>,
}
