//! The exporter at work: collectors and the web server, until a signal, a crash or the end of the
//! server. How a configuration is loaded again is the caller's to say.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use exporter_web::{Checked, ConnectionStats, ServerOptions, WebConfig};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::signals::{Asked, Signals};
use crate::build_info;
use crate::clock::Clock;
use crate::collector::Collector;
use crate::config::{Config, ConfigError, Loaded};
use crate::inventory::{Fleet, FleetHandle, View};
use crate::metrics::Metrics;
use crate::pages::{self, App, ReloadRequest, TelemetryPath};
use crate::rhombus::Transport;

/// How often the web configuration is looked at for changes.
const WEB_CONFIG_INTERVAL: Duration = Duration::from_secs(5);
/// For reading every file of a configuration again. A disk that hangs must not look like a reload
/// that is about to be done.
const RELOAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long collectors may take to end. They only wait, so that they take next to nothing.
const GRACE: Duration = Duration::from_secs(1);

/// How to serve.
pub(super) struct Web {
    pub(super) telemetry_path: TelemetryPath,
    pub(super) config: Option<Arc<WebConfig>>,
    pub(super) enable_lifecycle: bool,
    pub(super) max_connections: usize,
    /// Whether the data is the built-in simulator's.
    pub(super) is_demo: bool,
}

/// How the configuration is read again.
pub(super) type Reload = Arc<dyn Fn() -> Result<Loaded, ConfigError> + Send + Sync>;

/// A configuration that was read and is right, and is not in use yet.
type Parts = (Loaded, Option<Checked>);

/// A reload that is under way.
struct Reading {
    parts: Pin<Box<dyn Future<Output = Result<Parts, String>> + Send>>,
    /// Where to say how it went; none where a signal has asked.
    answer: Option<oneshot::Sender<Result<(), String>>>,
}

/// What runs.
pub(super) struct Exporter {
    collector: Collector,
    metrics: Metrics,
    reload: Reload,
    reload_timeout: Duration,
    /// Held while files are read: however many attempts hang, they cost one thread.
    turn: Arc<Mutex<()>>,
    reading: Option<Reading>,
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
        transport: Transport,
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
        let count = Box::new(move || stats.count());
        let metrics = Metrics::new(fleet.clone(), count, clock.clone())?;
        if web.is_demo {
            metrics.mark_as_demo()?;
        }
        let observer = metrics.observer();
        let mut collector = Collector::new(transport, fleet.clone(), observer, clock.clone())
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
            probe_paths: pages::PROBE_PATHS,
            web: web.config.clone(),
            ..ServerOptions::default()
        };
        if let Ok(address) = listener.local_addr() {
            info!(%address, version = build_info::VERSION, "listening");
        }
        let server = exporter_web::serve(listener, pages::router(app), options, shutdown.clone());
        let web_outcomes = web.config.as_ref().map(|config| config.outcomes());
        if let Some(config) = web.config.clone() {
            tokio::spawn(config.watch(WEB_CONFIG_INTERVAL, shutdown.clone()));
        }
        Ok(Self {
            collector,
            metrics,
            reload,
            reload_timeout: RELOAD_TIMEOUT,
            turn: Arc::default(),
            reading: None,
            config_ok: true,
            web_outcomes,
            web_config: web.config,
            requests,
            server: tokio::spawn(server),
            shutdown,
        })
    }

    /// Runs until a signal asks for the end, while files are read again too: a disk may hang. A
    /// second one ends the process at once.
    ///
    /// # Errors
    /// When a task has crashed, or the server has ended by itself.
    pub(super) async fn run(mut self, mut signals: Signals) -> anyhow::Result<()> {
        loop {
            let is_reading = self.reading.is_some();
            tokio::select! {
                asked = next(&mut signals, is_reading) => match asked {
                    Asked::End => break,
                    Asked::Reload => self.begin_reload(None),
                },
                Some(ReloadRequest(answer)) = self.requests.recv(), if !is_reading => {
                    self.begin_reload(Some(answer));
                }
                read = read(&mut self.reading) => self.end_reload(read),
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

    /// Begins to read the configuration again, beside all else: a disk may hang.
    fn begin_reload(&mut self, answer: Option<oneshot::Sender<Result<(), String>>>) {
        let parts = read_parts(
            self.turn.clone(),
            self.reload.clone(),
            self.web_config.clone(),
        );
        let limit = self.reload_timeout;
        let in_time = async move {
            tokio::time::timeout(limit, parts).await.unwrap_or_else(|_| {
                Err(format!(
                    "it could not be read within {limit:?}; are the disks that hold it, its key \
                     files and its certificates there?"
                ))
            })
        };
        self.reading = Some(Reading {
            parts: Box::pin(in_time),
            answer,
        });
    }

    /// Uses what was read if all of it is right, and says so.
    fn end_reload(&mut self, read: Result<Parts, String>) {
        let result = read.and_then(|parts| self.apply(parts));
        match &result {
            Ok(()) => info!("configuration reloaded"),
            Err(error) => error!(
                error,
                "the new configuration is not used; the old one stays in use"
            ),
        }
        // A reload that was refused for its web part alone must be asked for again too.
        self.config_ok = result.is_ok();
        self.show_outcome();
        if let Some(answer) = self.reading.take().and_then(|reading| reading.answer) {
            // Whoever asked may have gone.
            let _ = answer.send(result);
        }
    }

    /// Both parts were read before either is used, and what may still fail comes first.
    fn apply(&mut self, (loaded, web): Parts) -> Result<(), String> {
        log_warnings(&loaded);
        self.collector
            .apply(&loaded.config)
            .map_err(|error| error.to_string())?;
        if let (Some(config), Some(checked)) = (&self.web_config, web) {
            config.activate(checked);
        }
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

/// Reads both parts of the configuration, and uses neither.
async fn read_parts(
    turn: Arc<Mutex<()>>,
    reload: Reload,
    web: Option<Arc<WebConfig>>,
) -> Result<Parts, String> {
    let turn = turn.lock_owned().await;
    let loaded = tokio::task::spawn_blocking(move || (reload(), turn).0)
        .await
        .map_err(|error| error.to_string())?
        .map_err(|error| error.to_string())?;
    let web = match web {
        Some(config) => Some(config.check().await.map_err(|error| error.to_string())?),
        None => None,
    };
    Ok((loaded, web))
}

/// What the reload that is under way has read, in the end.
async fn read(reading: &mut Option<Reading>) -> Result<Parts, String> {
    match reading {
        Some(reading) => reading.parts.as_mut().await,
        None => std::future::pending().await,
    }
}

/// What a signal asks for. One reload at a time: the next one waits for its turn.
async fn next(signals: &mut Signals, is_reading: bool) -> Asked {
    if is_reading {
        signals.end().await;
        return Asked::End;
    }
    signals.next().await
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use tokio::sync::oneshot::error::TryRecvError;

    use super::super::signals::TEST_TURN;
    use super::*;
    use crate::config::{Collect, KeySource, Organization};
    use crate::rhombus::{ApiKey, Endpoint};

    /// More than anything takes that does not hang, on a busy machine too.
    const LONG: Duration = Duration::from_secs(60);

    /// An exporter that nobody needs to answer; each reload waits for a word from the sender.
    async fn hanging() -> (Exporter, Sender<()>) {
        let config = Config {
            organizations: vec![Organization {
                name: "acme".to_owned(),
                key: KeySource::Inline(ApiKey::new("key").unwrap()),
                endpoint: Endpoint::parse("http://127.0.0.1:9").unwrap(),
                org_uuid: None,
            }],
            collect: Collect::default(),
        };
        let (send, words) = channel();
        let words = std::sync::Mutex::new(words);
        let again = config.clone();
        let reload: Reload = Arc::new(move || {
            words.lock().unwrap().recv().unwrap();
            Ok(Loaded {
                config: again.clone(),
                warnings: Vec::new(),
            })
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web = Web {
            telemetry_path: TelemetryPath::default(),
            config: None,
            enable_lifecycle: true,
            max_connections: 8,
            is_demo: false,
        };
        let exporter =
            Exporter::start(&config, reload, Transport::default(), listener, web).unwrap();
        (exporter, send)
    }

    /// Asks for a reload as `POST /-/reload` does.
    fn ask(exporter: &mut Exporter) -> oneshot::Receiver<Result<(), String>> {
        let (answer, answered) = oneshot::channel();
        exporter.begin_reload(Some(answer));
        answered
    }

    #[tokio::test]
    async fn a_reload_that_hangs_fails_and_the_next_one_is_done() {
        let _turn = TEST_TURN.lock().await;
        let (mut exporter, words) = hanging().await;
        exporter.reload_timeout = LONG;
        let (send, requests) = mpsc::channel(1);
        exporter.requests = requests;
        let metrics = exporter.metrics.exposition();
        let mut failed = ask(&mut exporter);
        let running = tokio::spawn(exporter.run(Signals::listen().unwrap()));
        // The clock of this test stands still but for this, so that what follows has time enough.
        tokio::time::pause();
        let error = loop {
            tokio::time::advance(LONG).await;
            match failed.try_recv() {
                Ok(result) => break result.unwrap_err(),
                Err(TryRecvError::Empty) => {}
                Err(error) => panic!("{error}"),
            }
        };
        tokio::time::resume();
        assert!(error.contains("could not be read within 60s"), "{error}");
        let shown = metrics.render().text();
        let shown = String::from_utf8_lossy(&shown);
        assert!(shown.contains("last_reload_successful 0\n"), "{shown}");

        // Two: the one that hung is read to its end too, and not used.
        words.send(()).unwrap();
        words.send(()).unwrap();
        let (answer, answered) = oneshot::channel();
        send.send(ReloadRequest(answer)).await.unwrap();
        answered.await.unwrap().unwrap();
        running.abort();
    }

    #[tokio::test]
    async fn a_crash_is_noticed_while_a_reload_hangs() {
        let _turn = TEST_TURN.lock().await;
        let (mut exporter, _words) = hanging().await;
        let _asked = ask(&mut exporter);
        exporter.server.abort();
        let running = exporter.run(Signals::listen().unwrap());
        let ended = tokio::time::timeout(LONG, running).await;
        let error = ended.expect("it ends long before the reload does");
        assert!(error.unwrap_err().to_string().contains("has crashed"));
    }

    #[tokio::test]
    async fn a_signal_ends_it_while_a_reload_hangs() {
        let _turn = TEST_TURN.lock().await;
        let (mut exporter, _words) = hanging().await;
        let _asked = ask(&mut exporter);
        let signals = Signals::listen().unwrap();
        let process = std::process::id().to_string();
        let sent = std::process::Command::new("kill").arg(process).status();
        assert!(sent.unwrap().success());
        let ended = tokio::time::timeout(LONG, exporter.run(signals)).await;
        ended.expect("it ends long before the reload does").unwrap();
    }
}
