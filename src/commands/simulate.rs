//! `simulate`: a Rhombus API to test against.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use exporter_web::{ConnectionStats, ServerOptions};
use rhombus_simulator::{
    ClientSettings, Credential, OrgSettings, PartnerSettings, Settings, Simulator, WorldKind,
};
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
    let (groups, clients, seed) = (args.groups, args.clients, args.seed);
    info!(%address, groups, clients, seed, "listening");
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
    // Each organisation has a seed of its own: those with keys first, then the clients.
    let world = |number: u64| WorldKind::Generated {
        groups,
        seed: args.seed.wrapping_add(number),
    };
    let credential = match args.client_certificates {
        true => Credential::Certificate,
        false => Credential::Token,
    };
    let org = |(number, file): (u64, &PathBuf)| {
        Ok(OrgSettings {
            api_key: Some(key(file)?),
            credential,
            name: format!("Simulated organisation {}", number + 1),
            world: world(number),
        })
    };
    let mut settings = Settings::any_key(world(0));
    for any in &mut settings.orgs {
        any.credential = credential;
    }
    if !args.api_key_files.is_empty() || args.partner_key_file.is_some() {
        let orgs = (0..).zip(&args.api_key_files).map(org);
        settings.orgs = orgs.collect::<anyhow::Result<_>>()?;
    }
    let worlds = (settings.orgs.len() as u64..).map(world);
    settings.partners.extend(partner(args, credential, worlds)?);
    Ok(settings)
}

fn partner(
    args: &SimulateArgs,
    credential: Credential,
    worlds: impl Iterator<Item = WorldKind>,
) -> anyhow::Result<Option<PartnerSettings>> {
    let Some(file) = &args.partner_key_file else {
        anyhow::ensure!(args.clients == 0, "--clients needs --partner-key-file");
        return Ok(None);
    };
    let client = |(number, world)| ClientSettings {
        uuid: None,
        name: format!("Client {number}"),
        world,
        lets_in: true,
    };
    Ok(Some(PartnerSettings {
        api_key: key(file)?,
        credential,
        name: "Simulated partner".to_owned(),
        clients: (1..=args.clients).zip(worlds).map(client).collect(),
    }))
}

fn key(file: &Path) -> anyhow::Result<String> {
    let key = fs::read_to_string(file)
        .with_context(|| format!("cannot read the key file {}", file.display()))?;
    Ok(key.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{self, Command};
    use crate::config::Environment;

    fn simulated(flags: &[&str]) -> anyhow::Result<Settings> {
        let all = ["x", "simulate", "--groups=2", "--seed=7"];
        match cli::parse(all.iter().chain(flags), &Environment::default())? {
            Command::Simulate(args) => settings(&args),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn organisations_and_clients_have_worlds_of_their_own() {
        let directory = tempfile::tempdir().unwrap();
        let flag = |name: &str, key: &str| {
            let file = directory.path().join(key);
            fs::write(&file, format!("{key}\n")).unwrap();
            format!("--{name}={}", file.display())
        };
        let (a, p) = (flag("api-key-file", "a"), flag("partner-key-file", "p"));
        let all = simulated(&[&a, &p, "--clients=2", "--client-certificates"]).unwrap();
        let world = |seed| WorldKind::Generated { groups: 2, seed };
        let [org] = &all.orgs[..] else {
            panic!("{} organisations", all.orgs.len());
        };
        assert_eq!((org.api_key.as_deref(), org.world), (Some("a"), world(7)));
        let [partner] = &all.partners[..] else {
            panic!("{} partners", all.partners.len());
        };
        assert_eq!(partner.api_key, "p");
        let certificate = Credential::Certificate;
        assert_eq!([org.credential, partner.credential], [certificate; 2]);
        let clients = partner
            .clients
            .iter()
            .map(|it| (it.name.as_str(), it.world));
        let expected = [("Client 1", world(8)), ("Client 2", world(9))];
        assert_eq!(clients.collect::<Vec<_>>(), expected);

        let alone = simulated(&[&p]).unwrap();
        assert_eq!((alone.orgs.len(), alone.partners.len()), (0, 1));
    }

    #[test]
    fn any_key_opens_the_one_organisation_that_has_no_file() {
        let any = simulated(&[]).unwrap();
        assert!(any.partners.is_empty() && any.orgs.len() == 1);
        assert_eq!(any.orgs[0].api_key, None);
        let error = simulated(&["--clients=1"]).err().unwrap();
        assert_eq!(error.to_string(), "--clients needs --partner-key-file");
    }
}
