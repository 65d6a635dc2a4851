//! `serve`: the exporter.

use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::descriptors;
use super::exporter::{Exporter, Reload, Web, log_warnings};
use super::listen::bind;
use super::signals::Signals;
use crate::cli::ServeArgs;
use crate::config::{self, Environment, Loaded};
use crate::telemetry;
use crate::web::WebConfig;

pub(super) async fn run(args: ServeArgs, env: Environment) -> anyhow::Result<()> {
    telemetry::init(args.log.level, args.log.format)?;
    let mut signals = Signals::listen()?;
    let flags = args.config.clone();
    let reload: Reload = Arc::new(move || config::load(&flags, &env));
    let ready = prepare(args, reload.clone());
    // A disk or a name server may hang, and who asks for the end meanwhile is heard.
    let (loaded, listener, web) = tokio::select! {
        ready = ready => ready?,
        () = signals.end() => return Ok(()),
    };
    Exporter::start(&loaded.config, reload, listener, web)?
        .run(signals)
        .await
}

/// Reads the configuration and begins to listen.
async fn prepare(args: ServeArgs, load: Reload) -> anyhow::Result<(Loaded, TcpListener, Web)> {
    let file = args.web.config_file.path;
    let read = move || anyhow::Ok((load()?, web_config(file.as_deref())?));
    let (loaded, config) = tokio::task::spawn_blocking(read).await??;
    log_warnings(&loaded);
    descriptors::check(args.web.max_connections);
    let web = Web {
        telemetry_path: args.web.telemetry_path,
        config,
        enable_lifecycle: args.web.enable_lifecycle,
        max_connections: args.web.max_connections as usize,
    };
    Ok((loaded, bind(&args.listen.listen_address).await?, web))
}

/// The web configuration, if there is one.
///
/// # Errors
/// When it is wrong.
pub(super) fn web_config(path: Option<&Path>) -> anyhow::Result<Option<Arc<WebConfig>>> {
    Ok(path.map(WebConfig::load).transpose()?.map(Arc::new))
}
