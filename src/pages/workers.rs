//! Threads beside those that serve, for what takes long to make where there are thousands of
//! organisations: their metrics, and the page about them. They are not the threads of the runtime that
//! may block: disks and name servers that hang can take all of those.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::{fmt, io, thread};

use tokio::sync::{Semaphore, oneshot};

type Job = Box<dyn FnOnce() + Send>;

/// The threads. They end when this is dropped.
#[derive(Debug)]
pub struct Workers {
    pub(super) metrics: Worker,
    pub(super) pages: Worker,
    /// How many files of links may be on their way at once.
    pub(super) files: Arc<Semaphore>,
}

/// Each of them is in memory until it is sent.
const FILES_AT_ONCE: usize = 2;

impl Workers {
    /// Starts them.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start() -> io::Result<Self> {
        Ok(Self {
            metrics: Worker::start("metrics")?,
            pages: Worker::start("pages")?,
            files: Arc::new(Semaphore::new(FILES_AT_ONCE)),
        })
    }
}

/// A thread that makes one thing after another.
pub(super) struct Worker {
    jobs: mpsc::Sender<Job>,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Worker")
    }
}

impl Worker {
    fn start(name: &str) -> io::Result<Self> {
        let (jobs, waiting) = mpsc::channel::<Job>();
        let thread = thread::Builder::new().name(name.to_owned());
        thread.spawn(move || {
            for job in waiting {
                // What a panic leaves behind is dropped; it has been reported when it began.
                let _ = catch_unwind(AssertUnwindSafe(job));
            }
        })?;
        Ok(Self { jobs })
    }

    /// What `make` makes there, after what was asked for before; nothing where it panics. It is not
    /// begun for who has gone meanwhile.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        make: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, made) = oneshot::channel();
        let job = move || {
            if !answer.is_closed() {
                // Who has gone by now does not need it.
                let _ = answer.send(make());
            }
        };
        self.jobs.send(Box::new(job)).ok()?;
        made.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_panics_ends_nothing_but_itself() {
        let worker = Worker::start("test").unwrap();
        assert_eq!(worker.run(|| -> u8 { panic!("on purpose") }).await, None);
        assert_eq!(worker.run(|| 7).await, Some(7));
    }

    #[tokio::test]
    async fn nothing_is_made_for_who_has_gone() {
        let worker = Worker::start("test").unwrap();
        let (release, held) = mpsc::channel::<()>();
        let (made, makings) = mpsc::channel();
        let holding = worker.run(move || held.recv());
        let gone = worker.run({
            let made = made.clone();
            move || made.send("for who has gone")
        });
        let stays = worker.run(move || made.send("for who stays"));
        let ended = async {
            // Each is asked for when it is first polled.
            tokio::select! {
                biased;
                _ = async { tokio::join!(holding, gone) } => panic!("they are held up"),
                () = std::future::ready(()) => {}
            }
            release.send(()).unwrap();
        };
        ended.await;
        assert!(stays.await.is_some());
        assert_eq!(makings.try_iter().collect::<Vec<_>>(), ["for who stays"]);
    }
}
