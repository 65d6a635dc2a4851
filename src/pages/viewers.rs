//! Who may see details of links: titles, cameras, addresses. The routes that show any are in
//! `details`, and every request for one passes [`guard`], which tells them by a [`Viewer`] what may be
//! shown. What is not allowed here is a [`Refusal`].

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use exporter_web::Client;

use super::cross_site::{is_cross_site, is_opened_page};
use super::details::{is_api, may_be_linked_to};
use super::protection::protect;
use super::refusal::Refusal;
use super::routes::App;
use super::this_machine::{is_asked_for, is_forwarded};

/// `--web.shares`: whether details of links are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum SharesMode {
    /// To those who have logged in, and on loopback to this machine.
    #[default]
    Auto,
    /// To whoever asks: people log in to a proxy in front.
    On,
    /// To nobody.
    Off,
}

/// Who may see details of links. By default those who have logged in.
#[derive(Debug, Default)]
pub struct Viewers {
    mode: SharesMode,
    is_loopback: bool,
    /// The users who may. Empty: all who have logged in.
    only: ArcSwap<BTreeSet<String>>,
}

/// Who is about to be shown details of links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Viewer {
    /// Whether links' own addresses may be shown: who has one of an open link sees the footage.
    pub(super) sees_addresses: bool,
    /// The user who has logged in; none: no password is asked for.
    pub(super) user: Option<String>,
}

impl Viewers {
    /// Those of an exporter that listens at `address`; none: at one that isn't known.
    pub fn new(mode: SharesMode, address: Option<SocketAddr>) -> Self {
        // A socket for `::ffff:127.0.0.1` takes only what comes to 127.0.0.1.
        let is_loopback = |address: SocketAddr| address.ip().to_canonical().is_loopback();
        Self {
            mode,
            is_loopback: address.is_some_and(is_loopback),
            only: ArcSwap::default(),
        }
    }

    /// From now on only these users may; empty: all who have logged in.
    pub fn allow_only(&self, users: BTreeSet<String>) {
        self.only.store(Arc::new(users));
    }

    /// Whether somebody may, where clients are identified or not.
    pub(super) fn has_some(&self, are_identified: bool) -> bool {
        match self.mode {
            SharesMode::Off => false,
            SharesMode::Auto => are_identified || self.is_loopback,
            SharesMode::On => true,
        }
    }

    /// Whether each user who is named is one of `users`.
    pub fn are_among(&self, users: &[String]) -> bool {
        self.only.load().iter().all(|user| users.contains(user))
    }

    /// Who asks, if they may be shown details. `is_certificate_wanted`: whether some clients have one.
    fn admit(&self, request: &Request, is_certificate_wanted: bool) -> Result<Viewer, Refusal> {
        if self.mode == SharesMode::Off {
            return Err(Refusal::Off);
        }
        let is_followed_link = may_be_linked_to(request.uri()) && is_opened_page(request);
        if is_cross_site(request) && !is_followed_link {
            return Err(Refusal::CrossSite);
        }
        let nobody = Client::default();
        let client = request.extensions().get::<Client>().unwrap_or(&nobody);
        self.check_user(client)?;
        if self.mode == SharesMode::Auto && !client.is_identified() {
            self.check_this_machine(request, is_certificate_wanted)?;
        }
        Ok(Viewer {
            sees_addresses: client.is_identified(),
            user: client.user.clone(),
        })
    }

    fn check_user(&self, client: &Client) -> Result<(), Refusal> {
        let only = self.only.load();
        match &client.user {
            _ if only.is_empty() => Ok(()),
            None => Err(Refusal::NoUser),
            Some(user) if only.contains(user) => Ok(()),
            Some(_) => Err(Refusal::OtherUser),
        }
    }

    fn check_this_machine(
        &self,
        request: &Request,
        is_certificate_wanted: bool,
    ) -> Result<(), Refusal> {
        if !self.is_loopback && is_certificate_wanted {
            Err(Refusal::NoCertificate)
        } else if !self.is_loopback {
            Err(Refusal::NobodyIsKnown)
        } else if is_forwarded(request) {
            Err(Refusal::Forwarded)
        } else if !is_asked_for(request) {
            Err(Refusal::OtherHost)
        } else {
            Ok(())
        }
    }
}

/// Lets through who may see details of links, and answers everybody else. Either answer is kept by
/// nobody and used by no other site.
pub(super) async fn guard(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let is_api = is_api(request.uri().path());
    let mut response = match app.viewers.admit(&request, app.verifies_certificates()) {
        Ok(viewer) => {
            request.extensions_mut().insert(viewer);
            next.run(request).await
        }
        Err(refusal) => refusal.answer(is_api),
    };
    protect(response.headers_mut());
    response
}

#[cfg(test)]
mod tests;
