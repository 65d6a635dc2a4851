//! `demo`: the exporter against the built-in simulator, with nothing to set up.

use std::sync::Arc;
use std::time::Duration;

use exporter_web::ServerOptions;
use rhombus_simulator::{
    ClientSettings, Credential, OrgSettings, PartnerSettings, Place, Settings, Simulator, WorldKind,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::exporter::{Exporter, Web};
use super::listen::{bind, url};
use super::output;
use super::signals::EndSignals;
use super::simulated_clock;
use crate::cli::DemoArgs;
use crate::clock::Clock;
use crate::config::{
    AuditSection, Collect, Config, CredentialSource, KeySource, Organization, Partner, Patterns,
    Until, WebSection,
};
use crate::pages::{SharesMode, TelemetryPath, Viewers};
use crate::policy::{Exception, Match, Policies, Policy, SeriesLimit, built_in};
use crate::rhombus::{ApiKey, Endpoint, Transport};
use crate::share::{ConsoleUrl, UnixMillis};
use crate::telemetry;

/// The organisations with a key of their own: name here, name at Rhombus, key, what they share.
const ORGANIZATIONS: [(&str, &str, &str, Place); 2] = [
    (
        "lakeside-clinic",
        "Lakeside Clinic",
        "demo-key-clinic",
        Place::Clinic,
    ),
    (
        "oakfield-school",
        "Oakfield School",
        "demo-key-school",
        Place::School,
    ),
];

/// The partner: name here, name at Rhombus, key.
const PARTNER: (&str, &str, &str) = ("north-shore-it", "North Shore IT", "demo-key-partner");

/// Where links of Rhombus's are, of which those of the demo have the form.
const CONSOLE: &str = "https://console.rhombussystems.com";

/// Soon enough for those who watch.
const REFRESH: Duration = Duration::from_secs(60);

/// Enough to ask for every wall at each poll: the budget of this Rhombus is nobody else's.
const DEMO_PACE: f64 = 20.0;

pub(super) async fn run(args: DemoArgs) -> anyhow::Result<()> {
    telemetry::init(args.log.level, args.log.format)?;
    let signals = EndSignals::listen()?;
    let listener = bind(&args.listen.listen_address).await?;
    let clock = Clock::system();
    let endpoint = Endpoint::parse(&simulate().await?)?;
    let config = Config {
        organizations: organizations(&endpoint)?,
        partners: vec![partner(endpoint)?],
        collect: Collect {
            interval: args.interval,
            requests_per_second: DEMO_PACE,
            console_url: ConsoleUrl(Some(CONSOLE.parse()?)),
            ..Collect::default()
        },
        policy: policy(clock.now())?.into(),
        web: WebSection::default(),
        audit: AuditSection::default(),
    };
    let address = url(listener.local_addr()?);
    let web = Web {
        telemetry_path: TelemetryPath::default(),
        config: None,
        enable_lifecycle: false,
        max_connections: 512,
        // What it shows is made up.
        viewers: Arc::new(Viewers::new(SharesMode::On, None)),
        external_url: Some(address.parse()?),
        is_demo: true,
    };
    invite(&address)?;
    Exporter::start(&config, None, Transport::default(), listener, web, None)?
        .run(signals)
        .await
}

/// Starts the simulator on loopback; gives its URL.
async fn simulate() -> anyhow::Result<String> {
    let orgs = ORGANIZATIONS.map(|(_, name, key, place)| OrgSettings {
        api_key: Some(key.to_owned()),
        credential: Credential::Token,
        name: name.to_owned(),
        world: WorldKind::Demo(place),
    });
    let settings = Settings {
        orgs: orgs.into(),
        partners: vec![simulated_partner()],
        gzip: false,
        pace: None,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let simulator = Simulator::new(settings, simulated_clock());
    // It ends with the process.
    let options = ServerOptions::default();
    tokio::spawn(exporter_web::serve(
        listener,
        simulator.router(),
        options,
        CancellationToken::new(),
    ));
    Ok(url)
}

/// It has one client that lets it in, and one that does no longer.
fn simulated_partner() -> PartnerSettings {
    let (_, name, key) = PARTNER;
    let client = |name: &str, world, lets_in| ClientSettings {
        uuid: None,
        name: name.to_owned(),
        world,
        lets_in,
    };
    PartnerSettings {
        api_key: key.to_owned(),
        credential: Credential::Token,
        name: name.to_owned(),
        clients: vec![
            client("Harbour Hardware", WorldKind::Demo(Place::Shop), true),
            client("Pier Nine Boats", WorldKind::Empty, false),
        ],
    }
}

fn organizations(endpoint: &Endpoint) -> anyhow::Result<Vec<Organization>> {
    let organization = |(name, _, key, _): (&str, &str, &str, Place)| {
        Ok(Organization {
            name: name.to_owned(),
            credential: credential(key)?,
            endpoint: endpoint.clone(),
            org_uuid: None,
        })
    };
    ORGANIZATIONS.into_iter().map(organization).collect()
}

fn partner(endpoint: Endpoint) -> anyhow::Result<Partner> {
    let (name, _, key) = PARTNER;
    Ok(Partner {
        name: name.to_owned(),
        credential: credential(key)?,
        endpoint,
        refresh: REFRESH,
        include: Patterns::default(),
        exclude: Patterns::default(),
        requests_per_second: None,
    })
}

/// The rules that are built in, and a link that may stay open.
fn policy(now: UnixMillis) -> anyhow::Result<Policy> {
    let (org, ..) = ORGANIZATIONS[1];
    let patterns = |text: &str| {
        let mut patterns = Patterns::default();
        patterns.add(text).map_err(anyhow::Error::msg)?;
        anyhow::Ok(patterns)
    };
    let gate = Exception {
        name: "gate-on-website".into(),
        matches: Match {
            org: Some(patterns(org)?),
            camera: Some(patterns("Front gate")?),
            ..Match::default()
        },
        policies: Policies::Named(
            ["unsecured", "no-expiry", "long-open"]
                .map(Into::into)
                .into(),
        ),
        reason: "Parents see from the website whether the gate is open, CHG-1042".to_owned(),
        owner: "office@oakfield.example".to_owned(),
        until: Until::in_days(now, 30).moment(),
    };
    Ok(Policy::new(
        built_in::rules(),
        vec![gate],
        SeriesLimit::default(),
    ))
}

fn credential(key: &str) -> anyhow::Result<CredentialSource> {
    Ok(CredentialSource {
        key: KeySource::Inline(ApiKey::new(key)?),
        certificate: None,
    })
}

/// Says where to look.
fn invite(url: &str) -> anyhow::Result<()> {
    output::print(format_args!(
        "\n  Three made-up organisations share footage by link, and their links change while you watch. One of\n  \
         them is found with a partner's key. Look at\n\n  \
         {url:<32}  what is open, at a glance\n  \
         {:<32}  the links themselves\n  \
         {:<32}  what Prometheus scrapes\n\n  Ctrl-C ends it.\n\n",
        format!("{url}/shares"),
        format!("{url}/metrics"),
    ))
}
