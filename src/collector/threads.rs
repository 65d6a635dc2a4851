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
/// How far they step back behind those that serve, where there are fewer CPUs than threads with
/// something to do: a scrape waits for milliseconds at most, a poll has a minute.
const NICE: i32 = 10;

/// A runtime that can be dropped anywhere: what it still does ends with the process.
pub(super) struct Threads(Option<Runtime>);

impl Threads {
    pub(super) fn new() -> io::Result<Self> {
        let cpus = thread::available_parallelism().map_or(1, NonZero::get);
        let runtime = Builder::new_multi_thread()
            .thread_name("collect")
            .worker_threads(cpus.clamp(LEAST_WORKERS, MOST_WORKERS))
            .max_blocking_threads(BLOCKING)
            .on_thread_start(step_back)
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

/// On Linux, it is the thread that becomes nice, not the process.
fn step_back() {
    if cfg!(target_os = "linux") {
        // Nobody may be refused that; if it were, polls would only be as quick as scrapes.
        let _ = rustix::process::nice(NICE);
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// The 19th field of `/proc/thread-self/stat`; the second is a name in parentheses.
    fn niceness() -> i32 {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        fields.split(' ').nth(16).unwrap().parse().unwrap()
    }

    /// The machine's limit; a step below it ends there.
    const NICEST: i32 = 19;

    #[tokio::test]
    async fn those_that_collect_step_back_and_nobody_else() {
        let threads = Threads::new().unwrap();
        let before = niceness();
        let collecting = threads.handle().spawn(async { niceness() });
        assert_eq!(collecting.await.unwrap(), NICEST.min(before + NICE));
        assert_eq!(niceness(), before);
    }
}
