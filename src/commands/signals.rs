//! What the system tells a process that serves.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that mean something here.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// None: the system ends the process at a SIGHUP, unless `nohup` has told it not to.
    hangup: Option<Signal>,
}

/// What a signal asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// SIGTERM or SIGINT.
    End,
    /// SIGHUP.
    Reload,
}

impl Signals {
    /// Listens from now on: none is missed between two calls of [`Self::next`].
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            hangup: Some(signal(SignalKind::hangup())?),
            ..Self::listen_for_the_end()?
        })
    }

    /// As [`Self::listen`], for what has nothing to reload: SIGHUP is left to mean that the terminal
    /// was closed.
    pub(super) fn listen_for_the_end() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: None,
        })
    }

    pub(super) async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::End,
            _ = self.interrupt.recv() => Asked::End,
            () = received(&mut self.hangup) => Asked::Reload,
        }
    }

    /// Returns at the next one that asks for the end. Others stay for [`Self::next`].
    pub(super) async fn end(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Returns at the next one, if it is listened for.
async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// For tests that run until a signal: it is heard by all that listen in the process.
#[cfg(test)]
pub(super) static TEST_TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
