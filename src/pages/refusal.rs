//! Why a request may not see details of links, and what whoever asked is told: what to do, and nothing
//! of any link, organisation or user.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::problem::problem;

/// Why a request may not see details of links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// `--web.shares=off`.
    Off,
    /// A page of another site asks.
    CrossSite,
    /// Only some users may, and this is none of them.
    OtherUser,
    /// Only some users may, and the request has no user's password.
    NoUser,
    /// Nobody can log in.
    NobodyIsKnown,
    /// A certificate is asked for, and this client has none.
    NoCertificate,
    /// On loopback: the host that is asked for may be anybody's.
    OtherHost,
    /// On loopback: a proxy asks, for whomever.
    Forwarded,
}

impl Refusal {
    /// Why, and what to do.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Off => {
                "Details of links are switched off: this exporter runs with --web.shares=off. Start it \
                 with --web.shares=auto to show them to users who have logged in."
            }
            Self::CrossSite => {
                "A page of another site asked for this, which is refused. Open the address yourself, or \
                 ask with a program that is no browser."
            }
            Self::OtherUser => {
                "This user may not see details of links. Log in as one who may, or add this one to \
                 web.share_viewers in the file of --config.file."
            }
            Self::NoUser => {
                "Only the users in web.share_viewers of the file of --config.file may see details of \
                 links, and this request has no user's password. Log in as one of them; where no password \
                 is asked for, give them passwords in basic_auth_users of the file of --web.config.file."
            }
            Self::NobodyIsKnown => {
                "Details of links are shown only to users who have logged in, and this exporter has no login. \
                 Do one of these: give people passwords in basic_auth_users of the file of \
                 --web.config.file; let in only clients with a certificate by client_auth_type: \
                 RequireAndVerifyClientCert in its tls_server_config; listen for this machine alone with \
                 --web.listen-address=127.0.0.1:10063; or, where something in front of it asks people who \
                 they are, start it with --web.shares=on."
            }
            Self::NoCertificate => {
                "Details of links are shown only to clients with a certificate or a password. Ask with a client \
                 certificate of an authority in client_ca_file of the file of --web.config.file, or give \
                 people passwords in its basic_auth_users."
            }
            Self::OtherHost => {
                "Without a password, details of links are shown only on this machine, by a name that no \
                 other can have: open http://localhost or http://127.0.0.1 with the exporter's port. To \
                 show them by another name, give people passwords in basic_auth_users of the file of \
                 --web.config.file."
            }
            Self::Forwarded => {
                "Without a password, details of links are shown only on this machine, and this request \
                 came through a proxy. Give people passwords in basic_auth_users of the file of \
                 --web.config.file or, where people log in to the proxy, start the exporter with \
                 --web.shares=on."
            }
        }
    }

    /// The answer, as the API or as a page.
    pub(super) fn answer(self, is_api: bool) -> Response {
        let status = StatusCode::FORBIDDEN;
        if is_api {
            problem(status, self.text())
        } else {
            (status, format!("{}\n", self.text())).into_response()
        }
    }
}
