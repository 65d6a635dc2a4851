//! The threads that collect. They are not those that serve, so that no scrape waits for a poll, for a
//! disk with keys on it or for a name server.

use std::io;
use std::num::NonZero;
use std::thread;

use tokio::runtime::{Builder, Handle, Runtime};

/// Two at least, since one may have a large answer to put in order.
const LEAST_WORKERS: usize = 2;
/// A few carry thousands of organisations.
const MOST_WORKERS: usize = 4;
/// For what blocks: key files and names.
const BLOCKING: usize = 32;

/// A runtime that can be dropped anywhere: what it still does ends with the process.
pub(super) struct Threads(Option<Runtime>);

impl Threads {
    pub(super) fn new() -> io::Result<Self> {
        let cpus = thread::available_parallelism().map_or(1, NonZero::get);
        let runtime = Builder::new_multi_thread()
            .thread_name("collect")
            .worker_threads(cpus.clamp(LEAST_WORKERS, MOST_WORKERS))
            .max_blocking_threads(BLOCKING)
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    pub(super) fn handle(&self) -> &Handle {
        self.0
            .as_ref()
            .expect("it is taken only at the end")
            .handle()
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
