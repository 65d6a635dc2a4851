//! `healthcheck`: asks a running exporter whether it serves, for containers that have no other
//! program in them.

use anyhow::{Context, bail};
use reqwest::{StatusCode, Url};

use crate::cli::HealthcheckArgs;

pub(super) async fn run(args: HealthcheckArgs) -> anyhow::Result<()> {
    let builder = reqwest::Client::builder()
        .timeout(args.timeout)
        .no_proxy()
        .tls_danger_accept_invalid_certs(args.insecure_skip_verify);
    // Plain HTTP needs no CA certificates, and there may be none.
    let builder = if args.url.scheme() == "http" {
        builder.tls_certs_only([])
    } else {
        builder
    };
    let url = without_user(args.url.clone());
    let answer = builder.build()?.get(args.url).send().await;
    // What failed would be told with its URL once more, as it was given.
    let status = answer
        .map_err(reqwest::Error::without_url)
        .with_context(|| format!("{url} does not answer"))?
        .status();
    if !serves(status) {
        bail!("{url} answers {status}");
    }
    Ok(())
}

/// Whether what answers so serves. Asking for a password is serving too, since the check of an image
/// has none, and so is refusing because others ask too much: a restart, which is what an unhealthy
/// container gets, would bring no password and no fewer requests.
fn serves(status: StatusCode) -> bool {
    status.is_success()
        || status == StatusCode::UNAUTHORIZED
        || status == StatusCode::TOO_MANY_REQUESTS
}

/// The URL without the name and the password in it, for messages.
fn without_user(mut url: Url) -> Url {
    // Only a URL that can hold none refuses that.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}
