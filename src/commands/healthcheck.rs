//! `healthcheck`: asks a running exporter whether it serves, for containers that have no other
//! program in them.

use anyhow::{Context, bail};

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
    let url = args.url.clone();
    let answer = builder.build()?.get(args.url).send().await;
    let status = answer
        .with_context(|| format!("{url} does not answer"))?
        .status();
    if !status.is_success() {
        bail!("{url} answers {status}");
    }
    Ok(())
}
