//! Who asks, and for whom: a key has a scheme of its own, and a partner's key asks for a client that the
//! request names. The certificate of a scheme that needs one is for whoever serves this to demand.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, StatusCode};

use super::{Ask, Rejection, Tells, text};
use crate::clock::UnixMillis;
use crate::fault::Fault;
use crate::journal::Visit;
use crate::operation::Operation;
use crate::org::Org;
use crate::world::{By, Spends};
use crate::{Simulator, locked};

const SCHEMES: [&str; 4] = ["api-token", "api", "partner-api-token", "partner-api"];

/// A request that may be made.
pub(super) struct Caller<'a> {
    pub(super) key: &'a str,
    /// Who is asked: an organisation, or the partner itself.
    pub(super) org: Arc<Org>,
    /// The partner whose key it is, if it is one's.
    partner: Option<Arc<Org>>,
}

impl<'a> Caller<'a> {
    /// Reads the headers. Notes the visit at everyone that it is to, whether it may be made or not.
    pub(super) fn of(
        simulator: &Simulator,
        ask: &Ask,
        headers: &'a HeaderMap,
        visits: &mut Vec<Visit>,
    ) -> Result<Self, Rejection> {
        let (scheme, key) = credential(headers)?;
        let owner = simulator.read().opened_by(key);
        let Some(owner) = owner.filter(|owner| owner.scheme() == scheme) else {
            let message = "The API key is not known, or is not one of this x-auth-scheme.";
            return Err(Rejection(StatusCode::UNAUTHORIZED, message.into()));
        };
        visits.push(owner.journal.enter(ask.operation, simulator.now()));
        let org = if owner.is_partner() {
            let client = text(headers, &HeaderName::from_static("x-auth-org"));
            asked_by_partner(simulator, ask, (&owner, client), visits)?
        } else {
            // That it ignores x-auth-org is not stated.
            asked_by_itself(ask, &owner)?
        };
        let partner = owner.is_partner().then_some(owner);
        Ok(Self { key, org, partner })
    }

    /// Who is known to have asked.
    pub(super) fn by(&self) -> By {
        match self.partner {
            Some(_) => By::PartnerKey,
            None => By::Key,
        }
    }

    /// Spends what the request costs, or says after how many seconds it may come again.
    pub(super) fn admit(&self, now: UnixMillis) -> Result<(), u64> {
        let Some(partner) = self
            .partner
            .as_ref()
            .filter(|it| !Arc::ptr_eq(it, &self.org))
        else {
            return self.org.admit(now);
        };
        let spends = locked(&partner.world).unstated.partner_spends;
        if spends != Spends::Client {
            partner.admit(now)?;
        }
        if spends != Spends::Partner {
            self.org.admit(now)?;
        }
        Ok(())
    }

    /// The fault that the answer has: one of who is asked, or one of every call with the partner's key.
    pub(super) fn next_fault(&self, operation: Operation) -> Option<Fault> {
        let partner = self.partner.iter();
        let mut both = std::iter::once(&self.org).chain(partner);
        both.find_map(|org| org.next_fault(operation))
    }
}

/// The scheme, and the key.
fn credential(headers: &HeaderMap) -> Result<(&str, &str), Rejection> {
    let scheme = text(headers, &HeaderName::from_static("x-auth-scheme"));
    if !SCHEMES.contains(&scheme) {
        let message = format!("The header x-auth-scheme has to be one of {SCHEMES:?}.");
        return Err(Rejection(StatusCode::FORBIDDEN, message.into()));
    }
    match text(headers, &HeaderName::from_static("x-auth-apikey")) {
        "" => {
            let message = "The header x-auth-apikey is missing.";
            Err(Rejection(StatusCode::UNAUTHORIZED, message.into()))
        }
        key => Ok((scheme, key)),
    }
}

fn asked_by_itself(ask: &Ask, owner: &Arc<Org>) -> Result<Arc<Org>, Rejection> {
    match ask.content {
        Tells::Organization(_) => Ok(Arc::clone(owner)),
        Tells::Partner(_) => Err(forbidden("Only a partner has clients.")),
    }
}

fn asked_by_partner(
    simulator: &Simulator,
    ask: &Ask,
    (partner, client): (&Arc<Org>, &str),
    visits: &mut Vec<Visit>,
) -> Result<Arc<Org>, Rejection> {
    let Some(client) = client_named(ask, client)? else {
        return Ok(Arc::clone(partner));
    };
    let found = partner
        .clients
        .as_ref()
        .and_then(|clients| clients.find(client));
    // One that is a client no more sees who goes on asking.
    let org = match &found {
        Some((org, _)) => Some(Arc::clone(org)),
        None => simulator.read().with_uuid(client),
    };
    let note = |org: Arc<Org>| org.journal.enter(ask.operation, simulator.now());
    visits.extend(org.map(note));
    match found {
        Some((org, true)) => Ok(org),
        Some((_, false)) => Err(forbidden("The client has withdrawn its access.")),
        None => Err(forbidden("No client of the partner has this uuid.")),
    }
}

/// The client that the header names, for the operations that are asked as one.
fn client_named<'a>(ask: &Ask, header: &'a str) -> Result<Option<&'a str>, Rejection> {
    match (&ask.content, header) {
        (Tells::Partner(_), "") => Ok(None),
        (Tells::Partner(_), _) => Err(Rejection::bad_request(
            "The header x-auth-org is for calls as a client.",
        )),
        (Tells::Organization(_), "") => Err(Rejection::bad_request(
            "A partner's call needs the header x-auth-org, with the uuid of a client.",
        )),
        (Tells::Organization(_), uuid) => Ok(Some(uuid)),
    }
}

fn forbidden(message: &'static str) -> Rejection {
    Rejection(StatusCode::FORBIDDEN, message.into())
}
