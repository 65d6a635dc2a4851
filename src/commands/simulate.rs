//! `simulate`: a Rhombus API to test against.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use exporter_web::{ConnectionStats, ServerOptions};
use rhombus_simulator::{Credential, OrgSettings, Settings, Simulator, WorldKind};
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::listen::bind;
use super::serve::web_config;
use super::signals::EndSignals;
use super::simulated_clock;
use crate::cli::SimulateArgs;
use crate::telemetry;

/// Tests put pages of ten megabytes.
const MAX_BODY_BYTES: usize = 256 << 20;

pub(super) async fn run(args: SimulateArgs) -> anyhow::Result<()> {
    telemetry::init(args.log.level, args.log.format)?;
    let mut signals = EndSignals::listen()?;
    let listener = bind(&args.listen).await?;
    let address = listener.local_addr()?;
    let simulator = Simulator::new(settings(&args)?, simulated_clock());
    let options = ServerOptions {
        web: web_config(args.web.path.as_deref())?,
        max_body_bytes: MAX_BODY_BYTES,
        // An exporter asks for all its organisations from one address.
        connections: ConnectionStats::new(8_192),
        // The simulator tells the time itself, or not at all.
        date: false,
        ..ServerOptions::default()
    };
    info!(%address, groups = args.groups, seed = args.seed, "listening");
    let server = exporter_web::serve(
        listener,
        simulator.router(),
        options,
        CancellationToken::new(),
    );
    tokio::select! {
        ended = server => Ok(ended?),
        () = signals.next() => Ok(()),
    }
}

fn settings(args: &SimulateArgs) -> anyhow::Result<Settings> {
    let groups = usize::try_from(args.groups).context("--groups is too large")?;
    let world = |seed| WorldKind::Generated { groups, seed };
    let mut settings = Settings::any_key(world(args.seed));
    if !args.api_key_files.is_empty() {
        let org = |(number, file): (u64, &PathBuf)| {
            let key = fs::read_to_string(file)
                .with_context(|| format!("cannot read the key file {}", file.display()))?;
            Ok(OrgSettings {
                api_key: Some(key.trim().to_owned()),
                credential: Credential::Token,
                name: format!("Simulated organisation {}", number + 1),
                world: world(args.seed.wrapping_add(number)),
            })
        };
        let orgs = (0..).zip(&args.api_key_files).map(org);
        settings.orgs = orgs.collect::<anyhow::Result<_>>()?;
    }
    Ok(settings)
}
