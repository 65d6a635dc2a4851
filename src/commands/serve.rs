//! `serve`: the exporter.

use std::path::Path;
use std::sync::Arc;

use exporter_web::WebConfig;
use tokio::net::TcpListener;
use tracing::info;

use super::descriptors;
use super::exporter::{Exporter, Web};
use super::listen::bind;
use super::reloader::{InUse, Load, Reloader, log_warnings};
use super::signals::{EndSignals, hangups, survive_full_files};
use crate::audit::{RememberError, Remembering, Settings};
use crate::cli::ServeArgs;
use crate::clock::Clock;
use crate::config::{self, AuditSection, Config, ConfigError, Environment, Loaded};
use crate::pages::Viewers;
use crate::telemetry;

pub(super) async fn run(args: ServeArgs, env: Environment) -> anyhow::Result<()> {
    telemetry::init(args.log.level, args.log.format)?;
    let (mut signals, hangups) = (EndSignals::listen()?, hangups()?);
    survive_full_files()?;
    let flags = args.config.clone();
    let transport = config::transport(&env);
    let clock = Clock::system();
    let load: Load = {
        let clock = clock.clone();
        Arc::new(move || config::load(&flags, &env, clock.now()))
    };
    let Some(ready) = unless_ended(prepare(args, load.clone()), &mut signals).await else {
        return Ok(());
    };
    let Ready {
        loaded,
        listener,
        web,
        remembering,
    } = ready?;
    let in_use = InUse {
        web: web.config.clone(),
        viewers: web.viewers.clone(),
        policy: loaded.config.policy.clone(),
        audit: loaded.config.audit.clone(),
    };
    let reloader = Some(Reloader::new(load, in_use, hangups, clock));
    Exporter::start(
        &loaded.config,
        reloader,
        transport,
        listener,
        web,
        remembering,
    )?
    .run(signals)
    .await
}

/// What `ready` gives; none where a signal asks for the end before: a disk or a name server may hang.
async fn unless_ended<T>(ready: impl Future<Output = T>, signals: &mut EndSignals) -> Option<T> {
    tokio::select! {
        ready = ready => Some(ready),
        () = signals.next() => None,
    }
}

/// All that is needed to begin.
struct Ready {
    loaded: Loaded,
    listener: TcpListener,
    web: Web,
    remembering: Option<Remembering>,
}

/// Reads the configuration, opens the storage and begins to listen.
async fn prepare(args: ServeArgs, load: Load) -> anyhow::Result<Ready> {
    let (file, directory) = (args.web.config_file.path, args.storage.directory);
    let read = move || {
        let mut read = (load()?, web_config(file.as_deref())?);
        let (loaded, web) = &mut read;
        let warning = check_viewers(&loaded.config, web.as_deref())?;
        loaded.warnings.extend(warning);
        // Only where all else is right: it is taken from then on.
        let audit = read.0.config.audit.clone();
        let open = |directory: &Path| open(directory, audit);
        anyhow::Ok((read, directory.as_deref().map(open).transpose()?))
    };
    let ((loaded, config), remembering) = tokio::task::spawn_blocking(read).await??;
    if remembering.is_none() {
        info!(
            "open violations are forgotten at a restart, until the first poll; set --storage.path to keep them"
        );
    }
    log_warnings(&loaded);
    descriptors::raise(args.web.max_connections);
    let listener = bind(&args.listen.listen_address).await?;
    let viewers = Viewers::new(args.web.shares, listener.local_addr().ok());
    viewers.allow_only(loaded.config.web.share_viewers.clone());
    let web = Web {
        telemetry_path: args.web.telemetry_path,
        config,
        enable_lifecycle: args.web.enable_lifecycle,
        max_connections: args.web.max_connections as usize,
        viewers: Arc::new(viewers),
        external_url: args.web.external_url,
        is_demo: false,
    };
    Ok(Ready {
        loaded,
        listener,
        web,
        remembering,
    })
}

fn open(directory: &Path, audit: AuditSection) -> Result<Remembering, RememberError> {
    let settings = Settings {
        key_file: audit.key_file,
        anchor_file: audit.anchor_file,
        retention: audit.retention,
        log_titles: audit.log_titles,
    };
    let remembering = Remembering::open(directory, &settings, &Clock::system())?;
    let kept = &remembering.kept;
    let (lists, exceptions) = (kept.lists.len(), kept.exceptions.len());
    let events = remembering.progress.read(|reached| reached.size);
    info!(lists, exceptions, events, "remembered over the restart");
    Ok(remembering)
}

/// The web configuration, if there is one.
///
/// # Errors
/// When it is wrong.
pub(super) fn web_config(path: Option<&Path>) -> anyhow::Result<Option<Arc<WebConfig>>> {
    Ok(path.map(WebConfig::load).transpose()?.map(Arc::new))
}

/// Holds `web.share_viewers` against the users of the web configuration. Gives what should be known.
///
/// # Errors
/// Where somebody is named who is no user.
pub(super) fn check_viewers(
    config: &Config,
    web: Option<&WebConfig>,
) -> Result<Option<String>, ConfigError> {
    let users = web.map(WebConfig::users);
    config.web.check(users.as_deref())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::super::signals::TEST_TURN;
    use super::*;
    use crate::cli::{Command, parse};

    #[tokio::test]
    async fn a_signal_ends_it_while_its_files_hang_at_the_start() {
        let _turn = TEST_TURN.lock().await;
        let env = Environment::default();
        let Ok(Command::Serve(args)) = parse(["rhombus-share-exporter", "serve"], &env) else {
            panic!("no serve");
        };
        let (began, reading) = channel();
        let (_words, word) = channel::<()>();
        let word = Mutex::new(word);
        let hang: Load = Arc::new(move || {
            began.send(()).unwrap();
            let _ = word.lock().unwrap().recv();
            panic!("nobody waits any more");
        });
        let mut signals = EndSignals::listen().unwrap();
        let signal = tokio::task::spawn_blocking(move || {
            reading.recv().unwrap();
            let process = std::process::id().to_string();
            std::process::Command::new("kill").arg(process).status()
        });
        let ready = unless_ended(prepare(*args, hang), &mut signals);
        let ended = tokio::time::timeout(Duration::from_secs(60), ready).await;
        assert!(ended.expect("the signal is heard").is_none());
        assert!(signal.await.unwrap().unwrap().success());
    }
}
