//! The exporter at work: collectors and the web server, until a signal, a crash or the end of the
//! server. `reloader` reads its configuration again.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use arc_swap::ArcSwap;
use exporter_web::{ConnectionStats, ServerOptions, WebConfig};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::reloader::{Read, Reloader};
use super::signals::EndSignals;
use crate::audit::{Remembering, RunningCheck, Trail};
use crate::build_info;
use crate::clock::Clock;
use crate::collector::{Collector, Watching};
use crate::config::Config;
use crate::inventory::{Fleet, FleetHandle, View};
use crate::metrics::Metrics;
use crate::pages::{self, App, TelemetryPath, TrailSource, Viewers, Workers};
use crate::rhombus::Transport;
use crate::share::BaseUrl;
use crate::store::Keeper;

/// How long collectors may take to end. They only wait, so that they take next to nothing.
const GRACE: Duration = Duration::from_secs(1);
/// How long what is not on the disk yet may take to get there at the end.
const LAST_WRITE: Duration = Duration::from_secs(2);

/// How to serve.
pub(super) struct Web {
    pub(super) telemetry_path: TelemetryPath,
    pub(super) config: Option<Arc<WebConfig>>,
    pub(super) enable_lifecycle: bool,
    pub(super) max_connections: usize,
    pub(super) viewers: Arc<Viewers>,
    pub(super) external_url: Option<BaseUrl>,
    /// Whether the data is the built-in simulator's.
    pub(super) is_demo: bool,
}

/// What runs.
pub(super) struct Exporter {
    collector: Collector,
    metrics: Metrics,
    /// Writes what outlasts the process.
    keeper: Option<(Arc<Keeper>, Arc<Trail>)>,
    /// Checks the trail; it ends with this.
    check: Option<RunningCheck>,
    reloader: Option<Reloader>,
    server: JoinHandle<io::Result<()>>,
    shutdown: CancellationToken,
}

impl Exporter {
    /// Starts the collectors and the server. Without a `reloader` there is nothing to read again; without a
    /// `remembering` nothing outlasts the process.
    ///
    /// # Errors
    /// When an organisation can't be asked at all, e.g. for want of CA certificates.
    pub(super) fn start(
        config: &Config,
        reloader: Option<Reloader>,
        transport: Transport,
        listener: TcpListener,
        web: Web,
        remembering: Option<Remembering>,
    ) -> anyhow::Result<Self> {
        let clock = Clock::system();
        let fleet = Arc::new(FleetHandle::new(Fleet::new(
            Vec::new(),
            View::from(&config.collect),
        )));
        let policy = Arc::new(ArcSwap::new(config.policy.policy.clone()));
        let connections = ConnectionStats::new(web.max_connections);
        let stats = connections.clone();
        let count = Box::new(move || stats.count());
        let metrics = Metrics::new(fleet.clone(), policy.clone(), count, clock.clone())?;
        if web.is_demo {
            metrics.mark_as_demo()?;
        }
        if let Some(url) = &web.external_url {
            metrics.tell_external_url(url.as_str())?;
        }
        let keeper = remembering
            .as_ref()
            .map(|it| (it.keeper.clone(), it.trail.clone()));
        let check = match &remembering {
            Some(remembering) => Some(remember(remembering, &metrics)?),
            None => None,
        };
        let trail = remembering.as_ref().map(trail_source);
        let observer = metrics.observer();
        let watching = Watching {
            fleet: fleet.clone(),
            policy: policy.clone(),
        };
        let collector = Collector::new(transport, watching, observer, clock.clone(), remembering);
        let mut collector = collector.context("cannot start the threads that collect")?;
        collector.apply(config)?;

        let requests = reloader.as_ref().map(Reloader::requests);
        let workers = Workers::start().context("cannot start the threads that render")?;
        let app = App {
            exposition: metrics.exposition(),
            fleet,
            policy,
            clock,
            workers: Arc::new(workers),
            reload: requests.filter(|_| web.enable_lifecycle),
            trail,
            telemetry_path: web.telemetry_path,
            web: web.config.clone(),
            viewers: web.viewers,
            external_url: web.external_url,
            is_demo: web.is_demo,
            version: build_info::VERSION.to_owned(),
            revision: build_info::REVISION.to_owned(),
        };
        let shutdown = CancellationToken::new();
        let options = ServerOptions {
            connections,
            probe_paths: pages::PROBE_PATHS,
            web: web.config,
            ..ServerOptions::default()
        };
        if let Ok(address) = listener.local_addr() {
            info!(%address, version = build_info::VERSION, "listening");
        }
        let server = exporter_web::serve(listener, pages::router(app), options, shutdown.clone());
        Ok(Self {
            collector,
            metrics,
            keeper,
            check,
            reloader,
            server: tokio::spawn(server),
            shutdown,
        })
    }

    /// Runs until a signal asks for the end, while files are read again too: a disk may hang. A
    /// second one ends the process at once.
    ///
    /// # Errors
    /// When a task has crashed, or the server has ended by itself.
    pub(super) async fn run(mut self, mut signals: EndSignals) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                () = signals.next() => break,
                (reloader, read) = next_read(&mut self.reloader) => {
                    reloader.apply(read, &mut self.collector, &self.metrics);
                }
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
            () = signals.next() => bail!("ended at once by a second signal"),
        }
    }

    async fn end(self) {
        self.shutdown.cancel();
        drop(self.check);
        // Side by side: what stops a process waits for it no longer than for the slower one.
        let ((), server) = tokio::join!(stop(self.collector, self.keeper), self.server);
        if let Err(crash) = server {
            error!(error = %crash, "the web server has crashed");
        }
    }
}

/// Enters the start in the trail, and begins to tell of it and to check it.
fn remember(remembering: &Remembering, metrics: &Metrics) -> anyhow::Result<RunningCheck> {
    let keeper = remembering.keeper.clone();
    keeper.keep(remembering.trail.start(build_info::VERSION));
    metrics.watch_storage(
        Box::new(move || keeper.stats()),
        remembering.progress.clone(),
    );
    let check = remembering.check.clone().start();
    check.context("cannot start the thread that checks the audit trail")
}

/// Where pages read the audit trail.
fn trail_source(remembering: &Remembering) -> TrailSource {
    TrailSource {
        directory: remembering.directory.clone(),
        progress: remembering.progress.clone(),
    }
}

/// Ends the collectors, then writes what they have said last.
async fn stop(collector: Collector, keeper: Option<(Arc<Keeper>, Arc<Trail>)>) {
    if tokio::time::timeout(GRACE, collector.stop()).await.is_err() {
        warn!("collectors did not end in time");
    }
    let Some((keeper, trail)) = keeper else {
        return;
    };
    keeper.keep(trail.stop());
    let written = tokio::task::spawn_blocking(move || keeper.finish(LAST_WRITE));
    // Disks that hang may have taken all threads that could do it.
    let written = tokio::time::timeout(LAST_WRITE, written).await;
    if !matches!(written, Ok(Ok(true))) {
        warn!("what is remembered could not all be written");
    }
}

/// What was read again, and by whom.
async fn next_read(reloader: &mut Option<Reloader>) -> (&mut Reloader, Read) {
    match reloader {
        Some(reloader) => {
            let read = reloader.read().await;
            (reloader, read)
        }
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::super::reloader::tests::Hanging;
    use super::super::signals::TEST_TURN;
    use super::*;
    use crate::config::Collect;
    use crate::config::{AuditSection, PolicySection, WebSection};

    /// More than anything takes that does not hang, on a busy machine too.
    const LONG: Duration = Duration::from_secs(60);

    /// An exporter whose configuration `reloader` reads again.
    async fn exporter(reloader: Reloader) -> Exporter {
        let config = Config {
            organizations: Vec::new(),
            partners: Vec::new(),
            collect: Collect::default(),
            policy: PolicySection::default(),
            web: WebSection::default(),
            audit: AuditSection::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web = Web {
            telemetry_path: TelemetryPath::default(),
            config: None,
            enable_lifecycle: false,
            max_connections: 8,
            viewers: Arc::default(),
            external_url: None,
            is_demo: false,
        };
        let transport = Transport::default();
        let exporter = Exporter::start(&config, None, transport, listener, web, None).unwrap();
        Exporter {
            reloader: Some(reloader),
            ..exporter
        }
    }

    #[tokio::test]
    async fn a_crash_is_noticed_while_a_reload_hangs() {
        let _turn = TEST_TURN.lock().await;
        let mut hanging = Hanging::new();
        let _answered = hanging.ask();
        let exporter = exporter(hanging.reloader).await;
        let server = exporter.server.abort_handle();
        let running = tokio::spawn(exporter.run(EndSignals::listen().unwrap()));
        hanging.asked.recv().await.unwrap();
        server.abort();
        let ended = tokio::time::timeout(LONG, running).await;
        let ended = ended.expect("it ends long before the reload does");
        let error = ended.unwrap().unwrap_err().to_string();
        assert!(error.contains("has crashed"), "{error}");
    }

    #[tokio::test]
    async fn a_signal_ends_it_while_a_reload_hangs() {
        let _turn = TEST_TURN.lock().await;
        let mut hanging = Hanging::new();
        let _answered = hanging.ask();
        let exporter = exporter(hanging.reloader).await;
        let running = tokio::spawn(exporter.run(EndSignals::listen().unwrap()));
        hanging.asked.recv().await.unwrap();
        let process = std::process::id().to_string();
        let sent = std::process::Command::new("kill").arg(process).status();
        assert!(sent.unwrap().success());
        let ended = tokio::time::timeout(LONG, running).await;
        let ended = ended.expect("it ends long before the reload does");
        ended.unwrap().unwrap();
    }
}
