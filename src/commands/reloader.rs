//! Reading the configuration again while the exporter runs. Both files are read when that is asked
//! for, and used if both are right. The web configuration is looked at without being asked too, since
//! certificates are renewed that way, and so is the file of exceptions, which people and programs add to.
//! One reload at a time; a disk that hangs holds up nothing else.

use std::sync::Arc;
use std::time::Duration;

use exporter_web::{Checked, WebConfig};
use tokio::signal::unix::Signal;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tracing::{error, info, warn};

use crate::audit::Expected;
use crate::clock::Clock;
use crate::collector::Collector;
use crate::config::{AuditSection, ConfigError, Loaded, PolicySection, WebSection};
use crate::metrics::Metrics;
use crate::pages::{ReloadRequest, Viewers};

/// How often the web configuration and the file of exceptions are looked at for changes.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);
/// For reading every file again. A disk that hangs must not look like a reload that is about to be
/// done.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Reads the exporter's own configuration. Blocks on the disk.
pub(super) type Load = Arc<dyn Fn() -> Result<Loaded, ConfigError> + Send + Sync>;

/// A new web configuration; none where it is as it was.
type NewWeb = Option<Checked>;

/// Other exceptions, and what should be known of them; none where they are as they were.
type NewExceptions = Option<(PolicySection, Vec<String>)>;

/// What was read, and is not in use yet; or what is wrong with it.
pub(super) enum Read {
    /// Both files, and where to say how it went; none where a signal has asked.
    Both(
        Result<(Box<Loaded>, NewWeb), String>,
        Option<oneshot::Sender<Result<(), String>>>,
    ),
    /// The web configuration, where a look at it has found something new.
    Web(Result<NewWeb, String>),
    /// The file of exceptions, likewise.
    Exceptions(Result<NewExceptions, String>),
}

/// What is in use, beside the collectors, and changes at a reload.
pub(super) struct InUse {
    pub(super) web: Option<Arc<WebConfig>>,
    pub(super) viewers: Arc<Viewers>,
    pub(super) policy: PolicySection,
    pub(super) audit: AuditSection,
}

/// Reads the configuration again, and uses what is right.
pub(super) struct Reloader {
    files: Files,
    hangups: Signal,
    requests: (mpsc::Sender<ReloadRequest>, mpsc::Receiver<ReloadRequest>),
    looks: Interval,
    timeout: Duration,
    refused: Refused,
}

/// The files, each with its turn. That is held while the file is read: however many attempts hang,
/// they cost one thread. The one file doesn't wait for the disk of the other.
struct Files {
    load: Load,
    config_turn: Turn,
    web: Option<Arc<WebConfig>>,
    web_turn: Turn,
    viewers: Arc<Viewers>,
    /// As it is in use.
    policy: PolicySection,
    policy_turn: Turn,
    /// As it was at the start.
    audit: AuditSection,
    clock: Clock,
}

type Turn = Arc<Mutex<()>>;

/// Why the newest configuration is not in use; none: it is.
#[derive(Default)]
struct Refused {
    /// Of the last reload that was asked for. One that was refused must be asked for again.
    reload: Option<String>,
    /// Of the last look at the web configuration.
    web: Option<String>,
    /// Of the last look at the file of exceptions.
    exceptions: Option<String>,
}

impl Reloader {
    /// A reloader of what `load` gives and of what is in use, which `hangups` ask for a reload.
    pub(super) fn new(load: Load, in_use: InUse, hangups: Signal, clock: Clock) -> Self {
        let InUse {
            web,
            viewers,
            policy,
            audit,
        } = in_use;
        let mut looks = interval_at(Instant::now() + LOOK_INTERVAL, LOOK_INTERVAL);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            files: Files {
                load,
                config_turn: Turn::default(),
                web,
                web_turn: Turn::default(),
                viewers,
                policy,
                policy_turn: Turn::default(),
                audit,
                clock,
            },
            hangups,
            requests: mpsc::channel(1),
            looks,
            timeout: TIMEOUT,
            refused: Refused::default(),
        }
    }

    /// Where else a reload can be asked for.
    pub(super) fn requests(&self) -> mpsc::Sender<ReloadRequest> {
        self.requests.0.clone()
    }

    /// Waits until a reload is asked for or a file that is looked at has changed, and reads it. It uses
    /// nothing, so that what comes too late, or isn't waited for, is as if it had never been.
    pub(super) async fn read(&mut self) -> Read {
        let look = async {
            loop {
                self.looks.tick().await;
                let (web, exceptions) = tokio::join!(
                    in_time(self.timeout, self.files.read_web()),
                    in_time(self.timeout, self.files.read_exceptions())
                );
                if is_news(&web, self.refused.web.as_ref()) {
                    return Read::Web(web);
                }
                if is_news(&exceptions, self.refused.exceptions.as_ref()) {
                    return Read::Exceptions(exceptions);
                }
            }
        };
        // A look that hangs gives way to a reload.
        let answer = tokio::select! {
            _ = self.hangups.recv() => None,
            Some(ReloadRequest(answer)) = self.requests.1.recv() => Some(answer),
            read = look => return read,
        };
        let both = in_time(self.timeout, self.files.read_both()).await;
        Read::Both(both, answer)
    }

    /// Uses what was read if all of it is right, and says in the log and the metrics how it went.
    pub(super) fn apply(&mut self, read: Read, collector: &mut Collector, metrics: &Metrics) {
        match read {
            Read::Both(both, answer) => {
                let result = both.and_then(|both| self.files.use_both(both, collector));
                self.refused.end_reload(&result);
                metrics.reloaded(self.refused.is_nothing());
                if let Some(answer) = answer {
                    // Whoever asked may have gone.
                    let _ = answer.send(result);
                }
            }
            Read::Web(web) => {
                self.refused
                    .end_look(web.map(|new| self.files.use_web(new)));
                metrics.reloaded(self.refused.is_nothing());
            }
            Read::Exceptions(exceptions) => {
                let used = exceptions.map(|new| self.files.use_exceptions(new, collector));
                self.refused.end_look_at_exceptions(used);
                metrics.reloaded(self.refused.is_nothing());
            }
        }
    }
}

impl Files {
    async fn read_both(&self) -> Result<(Box<Loaded>, NewWeb), String> {
        let load = self.load.clone();
        let loaded = off_thread(&self.config_turn, move || load()).await?;
        Ok((Box::new(loaded), self.read_web().await?))
    }

    async fn read_web(&self) -> Result<NewWeb, String> {
        let Some(config) = self.web.clone() else {
            return Ok(None);
        };
        off_thread(&self.web_turn, move || config.check()).await
    }

    async fn read_exceptions(&self) -> Result<NewExceptions, String> {
        if self.policy.exceptions_file.is_none() {
            return Ok(None);
        }
        let (policy, now) = (self.policy.clone(), self.clock.now());
        off_thread(&self.policy_turn, move || policy.read_again(now)).await
    }

    fn use_exceptions(&mut self, new: NewExceptions, collector: &Collector) {
        if let Some((policy, warnings)) = new {
            warnings.iter().for_each(|warning| warn!("{warning}"));
            collector.use_policy(&policy.policy);
            self.policy = policy;
        }
    }

    /// What may still fail comes first.
    fn use_both(
        &mut self,
        (loaded, web): (Box<Loaded>, NewWeb),
        collector: &mut Collector,
    ) -> Result<(), String> {
        let warning = self.check_viewers(&loaded.config.web, web.as_ref());
        let warning = warning.map_err(|error| error.to_string())?;
        log_warnings(&loaded);
        warning.iter().for_each(|warning| warn!("{warning}"));
        let applied = collector.apply(&loaded.config);
        applied.map_err(|error| error.to_string())?;
        self.warn_of_audit(&loaded.config.audit);
        self.policy = loaded.config.policy;
        self.viewers
            .allow_only(loaded.config.web.share_viewers.clone());
        self.use_web(web);
        Ok(())
    }

    /// What of the trail is used from the start on.
    fn warn_of_audit(&self, audit: &AuditSection) {
        let fixed = |audit: &AuditSection| AuditSection {
            expected: Expected::default(),
            ..audit.clone()
        };
        if fixed(audit) != fixed(&self.audit) {
            warn!(
                "audit.key_file, anchor_file, retention and log_titles are used as they were at the start: \
                 restart to use the new ones"
            );
        }
    }

    /// Holds who may see details of links against the users that there will be.
    fn check_viewers(
        &self,
        section: &WebSection,
        new: Option<&Checked>,
    ) -> Result<Option<String>, ConfigError> {
        let users = match new {
            Some(new) => Some(new.users()),
            None => self.web.as_ref().map(|web| web.users()),
        };
        section.check(users.as_deref())
    }

    fn use_web(&self, new: NewWeb) {
        let (Some(config), Some(new)) = (&self.web, new) else {
            return;
        };
        config.activate(new);
        if !self.viewers.are_among(&config.users()) {
            warn!(
                "web.share_viewers names a user who has no password in basic_auth_users any more;                  the next reload will be refused for that"
            );
        }
    }
}

impl Refused {
    fn is_nothing(&self) -> bool {
        self.reload.is_none() && self.web.is_none() && self.exceptions.is_none()
    }

    fn end_look_at_exceptions(&mut self, result: Result<(), String>) {
        self.exceptions = result.err();
        match &self.exceptions {
            None => info!("exceptions reloaded"),
            // The reload has said so.
            error if *error == self.reload => {}
            Some(error) => error!(
                error,
                "the new exceptions are not used; the old ones stay in use"
            ),
        }
    }

    fn end_reload(&mut self, result: &Result<(), String>) {
        match result {
            Ok(()) => {
                info!("configuration reloaded");
                *self = Self::default();
            }
            Err(error) => {
                error!(
                    error,
                    "the new configuration is not used; the old one stays in use"
                );
                self.reload = Some(error.clone());
            }
        }
    }

    fn end_look(&mut self, result: Result<(), String>) {
        self.web = result.err();
        match &self.web {
            None => info!("web configuration reloaded"),
            // The reload has said so.
            error if *error == self.reload => {}
            Some(error) => error!(
                error,
                "the new web configuration is not used; the old one stays in use"
            ),
        }
    }
}

/// Whether a look has found something else than the last one, which was refused for `before`.
fn is_news<T>(found: &Result<Option<T>, String>, before: Option<&String>) -> bool {
    match found {
        Ok(Some(_)) => true,
        Ok(None) => before.is_some(),
        Err(error) => before != Some(error),
    }
}

/// Does `read`, which may block, where it holds up nothing but the next one of its turn.
async fn off_thread<T, E>(
    turn: &Turn,
    read: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, String>
where
    T: Send + 'static,
    E: ToString + Send + 'static,
{
    let turn = turn.clone().lock_owned().await;
    let read = spawn_blocking(move || (read(), turn).0).await;
    read.map_err(|crash| crash.to_string())?
        .map_err(|error| error.to_string())
}

async fn in_time<T>(
    limit: Duration,
    reading: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    let read = tokio::time::timeout(limit, reading).await;
    read.unwrap_or_else(|_| {
        Err(format!(
            "it could not be read within {limit:?}; are the disks that hold it, its key files and \
             its certificates there?"
        ))
    })
}

/// Logs what is not wrong, and should be known.
pub(super) fn log_warnings(loaded: &Loaded) {
    for warning in &loaded.warnings {
        warn!("{warning}");
    }
}

#[cfg(test)]
pub(super) mod tests;
