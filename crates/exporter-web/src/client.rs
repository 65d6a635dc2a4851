//! Who a request is from, as far as its client has shown it. No header is believed for it but the
//! one that holds the password.

/// Who a request is from. It is in the extensions of every request that comes to the routes.
///
/// ```
/// # use axum::{Extension, Router, routing::get};
/// # use exporter_web::Client;
/// async fn hello(Extension(client): Extension<Client>) -> String {
///     client.user.unwrap_or_else(|| "somebody".to_owned())
/// }
/// # let _: Router = Router::new().route("/", get(hello));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// The user whose password came with the request. None where no password is asked for.
    pub user: Option<String>,
    /// Whether the connection has a client certificate that the authorities in use now have
    /// verified. One that was asked for and not verified is none.
    pub has_certificate: bool,
}

impl Client {
    /// Whether the client has shown who they are.
    pub fn is_identified(&self) -> bool {
        self.user.is_some() || self.has_certificate
    }
}
