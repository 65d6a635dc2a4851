//! What happened in an organisation, as `report/getAuditFeed` tells it. Events of the world's own are
//! worked out from what it shares and from the time, as its records are; those of control routes and
//! deletions are noted; and a control route can put any record in the place of one, or beside them.
//!
//! Another event of the world's own is a row in [`doors`], or a line in [`life`]; what an action is
//! called is in [`action`].

mod action;
mod doors;
mod event;
mod feed;
mod generated;
mod life;
mod look;
mod notes;
mod time;
mod visits;
mod who;

pub(crate) use look::Wanted;
pub(super) use notes::Notes;
pub(crate) use who::By;

/// A number that has each of these in it. The same ones give the same.
fn mixed(parts: [u64; 3]) -> u64 {
    let mix = |all: u64, part: u64| {
        let all = (all ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        all ^ (all >> 29)
    };
    parts.into_iter().fold(0x5851_f42d, mix)
}

#[cfg(test)]
mod tests;
