//! The exporter at work: collectors and the web server, until a signal, a crash or the end of the
//! server. How a configuration is loaded again is the caller's to say.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::signals::{Asked, Signals};
use crate::build_info;
use crate::clock::Clock;
use crate::collector::Collector;
use crate::config::{Config, ConfigError, Loaded};
use crate::inventory::{Fleet, FleetHandle, View};
use crate::metrics::{ConnectionCount, Metrics};
use crate::web::{
    self, App, ConnectionStats, ReloadRequest, ServerOptions, TelemetryPath, WebConfig,
};

/// How often the web configuration is looked at for changes.
const WEB_CONFIG_INTERVAL: Duration = Duration::from_secs(5);
/// How long collectors may take to end. They only wait, so that they take next to nothing.
const GRACE: Duration = Duration::from_secs(1);

/// How to serve.
pub(super) struct Web {
    pub(super) telemetry_path: TelemetryPath,
    pub(super) config: Option<Arc<WebConfig>>,
    pub(super) enable_lifecycle: bool,
    pub(super) max_connections: usize,
}

/// How the configuration is read again.
pub(super) type Reload = Arc<dyn Fn() -> Result<Loaded, ConfigError> + Send + Sync>;

/// What runs.
pub(super) struct Exporter {
    collector: Collector,
    metrics: Metrics,
    reload: Reload,
    /// Whether the last reload that was asked for has succeeded.
    config_ok: bool,
    web_config: Option<Arc<WebConfig>>,
    web_outcomes: Option<watch::Receiver<bool>>,
    requests: mpsc::Receiver<ReloadRequest>,
    server: JoinHandle<io::Result<()>>,
    shutdown: CancellationToken,
}

impl Exporter {
    /// Starts the collectors and the server.
    ///
    /// # Errors
    /// When an organisation can't be asked at all, e.g. for want of CA certificates.
    pub(super) fn start(
        config: &Config,
        reload: Reload,
        listener: TcpListener,
        web: Web,
    ) -> anyhow::Result<Self> {
        let clock = Clock::system();
        let fleet = Arc::new(FleetHandle::new(Fleet::new(
            Vec::new(),
            View::from(&config.collect),
        )));
        let connections = ConnectionStats::new(web.max_connections);
        let stats = connections.clone();
        let count = move || ConnectionCount {
            open: stats.open(),
            limit: stats.limit(),
        };
        let metrics = Metrics::new(fleet.clone(), Box::new(count), clock.clone())?;
        let mut collector = Collector::new(fleet.clone(), metrics.observer(), clock.clone())
            .context("cannot start the threads that collect")?;
        collector.apply(config)?;

        let (send, requests) = mpsc::channel(1);
        let app = App {
            exposition: metrics.exposition(),
            fleet,
            clock,
            reload: web.enable_lifecycle.then_some(send),
            telemetry_path: web.telemetry_path,
            version: build_info::VERSION.to_owned(),
            revision: build_info::REVISION.to_owned(),
        };
        let shutdown = CancellationToken::new();
        let options = ServerOptions {
            connections,
            web: web.config.clone(),
            ..ServerOptions::default()
        };
        if let Ok(address) = listener.local_addr() {
            info!(%address, version = build_info::VERSION, "listening");
        }
        let server = web::serve(listener, web::router(app), options, shutdown.clone());
        let web_outcomes = web.config.as_ref().map(|config| config.outcomes());
        if let Some(config) = web.config.clone() {
            tokio::spawn(config.watch(WEB_CONFIG_INTERVAL, shutdown.clone()));
        }
        Ok(Self {
            collector,
            metrics,
            reload,
            config_ok: true,
            web_outcomes,
            web_config: web.config,
            requests,
            server: tokio::spawn(server),
            shutdown,
        })
    }

    /// Runs until a signal asks for the end, while files are read again too: a disk may hang. A second one ends the process at once.
    ///
    /// # Errors
    /// When a task has crashed, or the server has ended by itself.
    pub(super) async fn run(mut self, mut signals: Signals) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                asked = signals.next() => match asked {
                    Asked::End => break,
                    Asked::Reload => tokio::select! {
                        _ = self.reload() => {}
                        () = signals.end() => break,
                    },
                },
                Some(ReloadRequest(answer)) = self.requests.recv() => tokio::select! {
                    // Whoever asked may have gone.
                    result = self.reload() => drop(answer.send(result)),
                    () = signals.end() => break,
                },
                () = changed(&mut self.web_outcomes) => self.show_outcome(),
                crash = self.collector.crashed() => {
                    return Err(crash).context("a collector has crashed");
                }
                ended = &mut self.server => {
                    ended.context("the web server has crashed")??;
                    bail!("the web server has ended");
                }
            }
        }
        info!("ending");
        tokio::select! {
            () = self.end() => Ok(()),
            () = signals.end() => bail!("ended at once by a second signal"),
        }
    }

    async fn end(self) {
        self.shutdown.cancel();
        // Side by side: what stops a process waits for it no longer than for the slower one.
        let (collectors, server) = tokio::join!(
            tokio::time::timeout(GRACE, self.collector.stop()),
            self.server
        );
        if collectors.is_err() {
            warn!("collectors did not end in time");
        }
        if let Err(crash) = server {
            error!(error = %crash, "the web server has crashed");
        }
    }

    /// Reads the configuration again, and uses it if all of it is right.
    async fn reload(&mut self) -> Result<(), String> {
        let result = self.try_reload().await;
        match &result {
            Ok(()) => info!("configuration reloaded"),
            Err(error) => error!(
                error,
                "the new configuration is wrong; the old one stays in use"
            ),
        }
        self.show_outcome();
        result
    }

    /// Both parts are read before either is used, and what may still fail comes first.
    async fn try_reload(&mut self) -> Result<(), String> {
        // A reload that was refused for its web part alone must be asked for again too.
        self.config_ok = false;
        let reload = self.reload.clone();
        let loaded = tokio::task::spawn_blocking(move || reload())
            .await
            .map_err(|error| error.to_string())?
            .map_err(|error| error.to_string())?;
        let web = match &self.web_config {
            Some(config) => Some(config.check().await.map_err(|error| error.to_string())?),
            None => None,
        };
        log_warnings(&loaded);
        self.collector
            .apply(&loaded.config)
            .map_err(|error| error.to_string())?;
        if let (Some(config), Some(checked)) = (&self.web_config, web) {
            config.activate(checked);
        }
        self.config_ok = true;
        Ok(())
    }

    /// Shows in the metrics whether the newest configuration is the one in use.
    fn show_outcome(&mut self) {
        let web_ok = self
            .web_outcomes
            .as_mut()
            .is_none_or(|outcomes| *outcomes.borrow_and_update());
        self.metrics.reloaded(self.config_ok && web_ok);
    }
}

/// Returns when there is another outcome.
async fn changed(outcomes: &mut Option<watch::Receiver<bool>>) {
    if let Some(outcomes) = outcomes
        && outcomes.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

/// Logs what is not wrong, and should be known.
pub(super) fn log_warnings(loaded: &Loaded) {
    for warning in &loaded.warnings {
        warn!("{warning}");
    }
}
