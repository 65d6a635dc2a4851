//! `serve`: the exporter.

use std::path::Path;
use std::sync::Arc;

use super::descriptors;
use super::exporter::{Exporter, Reload, Web, log_warnings};
use super::listen::bind;
use super::signals::Signals;
use crate::cli::ServeArgs;
use crate::config::{self, Environment};
use crate::telemetry;
use crate::web::WebConfig;

pub(super) async fn run(args: ServeArgs, env: Environment) -> anyhow::Result<()> {
    telemetry::init(args.log.level, args.log.format)?;
    let signals = Signals::listen()?;
    let flags = args.config;
    let loaded = config::load(&flags, &env)?;
    log_warnings(&loaded);
    descriptors::check(args.web.max_connections);
    let web = Web {
        telemetry_path: args.web.telemetry_path,
        config: web_config(args.web.config_file.path.as_deref())?,
        enable_lifecycle: args.web.enable_lifecycle,
        max_connections: args.web.max_connections as usize,
    };
    let listener = bind(&args.listen.listen_address).await?;
    let reload: Reload = Arc::new(move || config::load(&flags, &env));
    Exporter::start(&loaded.config, reload, listener, web)?
        .run(signals)
        .await
}

/// The web configuration, if there is one.
///
/// # Errors
/// When it is wrong.
pub(super) fn web_config(path: Option<&Path>) -> anyhow::Result<Option<Arc<WebConfig>>> {
    Ok(path.map(WebConfig::load).transpose()?.map(Arc::new))
}
