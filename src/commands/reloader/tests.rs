//! Disks that hang, and what goes on meanwhile.

use std::fs;
use std::future::ready;
use std::pin::pin;
use std::sync::mpsc::{Sender, channel};

use exporter_web::ConnectionStats;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{interval, timeout};

use super::super::signals::hangups;
use super::*;
use crate::clock::Clock;
use crate::collector::Watching;
use crate::config::{AuditSection, Collect, Config, PolicySection, WebSection};
use crate::inventory::{Fleet, FleetHandle, View};
use crate::metrics::Form;
use crate::rhombus::Transport;

/// Longer than any test waits for what does not hang.
const LONG: Duration = Duration::from_secs(120);
/// For what hangs.
const SHORT: Duration = Duration::from_millis(20);

/// A reloader of a disk that hangs until it is told to go on.
pub(in super::super) struct Hanging {
    pub(in super::super) reloader: Reloader,
    /// Tells when the disk is asked.
    pub(in super::super) asked: UnboundedReceiver<()>,
    go_on: Sender<()>,
    collector: Collector,
    metrics: Metrics,
    directory: TempDir,
}

impl Hanging {
    pub(in super::super) fn new() -> Self {
        let view = View::from(&Collect::default());
        let fleet = Arc::new(FleetHandle::new(Fleet::new(Vec::new(), view)));
        let stats = ConnectionStats::new(8);
        let count = Box::new(move || stats.count());
        let clock = Clock::system();
        let metrics = Metrics::new(fleet.clone(), Arc::default(), count, clock.clone()).unwrap();
        let transport = Transport::default();
        let watching = Watching {
            fleet,
            policy: Arc::default(),
        };
        let collector = Collector::new(transport, watching, metrics.observer(), clock, None);
        let collector = collector.unwrap();

        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("web.yml");
        fs::write(&file, "{}\n").unwrap();
        let web = Some(Arc::new(WebConfig::load(&file).unwrap()));
        let in_use = InUse {
            web,
            viewers: Arc::default(),
            policy: PolicySection::default(),
            audit: AuditSection::default(),
        };
        let (load, asked, go_on) = hanging_load();
        let mut reloader = Reloader::new(load, in_use, hangups().unwrap(), Clock::system());
        reloader.timeout = LONG;
        Self {
            reloader,
            asked,
            go_on,
            collector,
            metrics,
            directory,
        }
    }

    /// Asks for a reload as `POST /-/reload` does.
    pub(in super::super) fn ask(&self) -> oneshot::Receiver<Result<(), String>> {
        let (answer, answered) = oneshot::channel();
        let request = ReloadRequest(answer);
        self.reloader.requests().try_send(request).unwrap();
        answered
    }

    /// Does what comes next; gives whether the newest configuration then shows as in use.
    async fn step(&mut self) -> bool {
        let read = timeout(LONG, self.reloader.read()).await;
        let read = read.expect("it reads what is due");
        self.reloader
            .apply(read, &mut self.collector, &self.metrics);
        let shown = self.metrics.exposition().render(Form::Text);
        String::from_utf8_lossy(&shown).contains("last_reload_successful 1\n")
    }

    /// Looks at the web configuration, at once.
    async fn look(&mut self) -> bool {
        self.reloader.looks = interval(LONG);
        self.step().await
    }
}

fn hanging_load() -> (Load, UnboundedReceiver<()>, Sender<()>) {
    let (tell, asked) = unbounded_channel();
    let (go_on, word) = channel();
    let word = std::sync::Mutex::new(word);
    let load = move || {
        let _ = tell.send(());
        let _ = word.lock().unwrap().recv();
        let config = Config {
            organizations: Vec::new(),
            partners: Vec::new(),
            collect: Collect::default(),
            policy: PolicySection::default(),
            web: WebSection::default(),
            audit: AuditSection::default(),
        };
        Ok(Loaded {
            config,
            warnings: Vec::new(),
        })
    };
    (Arc::new(load), asked, go_on)
}

#[tokio::test]
async fn a_reload_that_hangs_fails_and_the_next_one_is_done() {
    let mut hanging = Hanging::new();
    hanging.reloader.timeout = SHORT;
    let mut failed = hanging.ask();
    assert!(!hanging.step().await);
    let error = failed.try_recv().unwrap().unwrap_err();
    assert!(error.contains("could not be read within 20ms"), "{error}");

    // Two: the one that hung is read to its end too, and not used.
    hanging.reloader.timeout = LONG;
    hanging.go_on.send(()).unwrap();
    hanging.go_on.send(()).unwrap();
    let mut done = hanging.ask();
    assert!(hanging.step().await);
    done.try_recv().unwrap().unwrap();
}

#[tokio::test]
async fn a_look_that_hangs_fails_and_is_made_up_for_once_it_ends() {
    let mut hanging = Hanging::new();
    let turn = hanging.reloader.files.web_turn.clone().lock_owned().await;
    hanging.reloader.timeout = SHORT;
    assert!(!hanging.look().await);
    drop(turn);
    hanging.reloader.timeout = LONG;
    assert!(hanging.look().await);
}

#[tokio::test]
async fn a_look_that_hangs_gives_way_to_a_reload() {
    let mut hanging = Hanging::new();
    hanging.reloader.looks = interval(LONG);
    let requests = hanging.reloader.requests();
    let turn = hanging.reloader.files.web_turn.clone().lock_owned().await;
    let mut reading = pin!(hanging.reloader.read());
    tokio::select! {
        biased;
        _ = &mut reading => panic!("the look hangs"),
        () = ready(()) => {}
    }
    let (answer, _answered) = oneshot::channel();
    requests.try_send(ReloadRequest(answer)).unwrap();
    tokio::select! {
        _ = &mut reading => panic!("the other file hangs too"),
        asked = hanging.asked.recv() => asked.unwrap(),
    }
    drop(turn);
    hanging.go_on.send(()).unwrap();
    assert!(matches!(reading.await, Read::Both(Ok(_), Some(_))));
}

#[tokio::test]
async fn the_web_configuration_is_looked_at_while_the_other_disk_hangs() {
    let mut hanging = Hanging::new();
    hanging.reloader.timeout = SHORT;
    let _failed = hanging.ask();
    assert!(!hanging.step().await);
    hanging.reloader.timeout = LONG;
    let file = hanging.directory.path().join("web.yml");
    fs::write(file, "http_server_config: {http2: false}\n").unwrap();
    // The reload that was asked for is not forgiven with it.
    assert!(!hanging.look().await);
    let read = in_time(LONG, hanging.reloader.files.read_web()).await;
    assert!(read.unwrap().is_none(), "the new one is in use");
}
