//! `partner/getClientsV2`: the clients of a partner. It is asked with the partner's key alone.

use super::{Ask, Tells, asks_nothing, changes_nothing};
use crate::document::Content;
use crate::operation::Operation;

pub(super) const ASK: Ask = Ask {
    operation: Operation::Clients,
    path: "/api/partner/getClientsV2",
    read: asks_nothing,
    change: changes_nothing,
    content: Tells::Partner(|clients, unstated| {
        Content::list("clients", clients.records(unstated))
    }),
};
