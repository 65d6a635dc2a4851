//! Threads beside those that serve, for what takes long to make where there are thousands of
//! organisations: their metrics, pages, and files of links; and for what is read from the disk, the audit trail. Each makes one thing after another, and what
//! waits for it is limited. They are not the threads of the runtime that may block: disks and name servers
//! that hang can take all of those.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, TrySendError};
use std::{fmt, io, thread};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::not_made::NotMade;

type Job = Box<dyn FnOnce() + Send>;

/// The threads. They end when this is dropped.
#[derive(Debug)]
pub struct Workers {
    pub(super) metrics: Worker,
    pub(super) pages: Worker,
    pub(super) files: Worker,
    /// Waits for the disk, so that nothing else has to.
    pub(super) trail: Worker,
    /// How many files of links may be on their way at once.
    files_at_once: Arc<Semaphore>,
}

/// Each of them is in memory until it is sent.
const FILES_AT_ONCE: usize = 2;
/// So many pages and answers of the API may wait.
const PAGES_WAITING: usize = 64;
/// So many readings of the trail may wait: of a disk that hangs, nothing comes.
const TRAIL_WAITING: usize = 16;
/// So many scrapes: all of them get what the first has made.
const SCRAPES_WAITING: usize = 1024;

impl Workers {
    /// Starts them.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start() -> io::Result<Self> {
        Ok(Self {
            metrics: Worker::start("metrics", SCRAPES_WAITING)?,
            pages: Worker::start("pages", PAGES_WAITING)?,
            files: Worker::start("files", FILES_AT_ONCE)?,
            trail: Worker::start("trail", TRAIL_WAITING)?,
            files_at_once: Arc::new(Semaphore::new(FILES_AT_ONCE)),
        })
    }

    /// Leave to make a file, to be held until it is sent.
    pub(super) fn may_send_file(&self) -> Result<OwnedSemaphorePermit, NotMade> {
        let permit = self.files_at_once.clone().try_acquire_owned();
        permit.map_err(|_| NotMade::Busy)
    }
}

/// A thread that makes one thing after another.
pub(super) struct Worker {
    jobs: mpsc::SyncSender<Job>,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Worker")
    }
}

impl Worker {
    /// One for which so many jobs may wait, beside the one that it does.
    fn start(name: &str, most: usize) -> io::Result<Self> {
        let (jobs, waiting) = mpsc::sync_channel::<Job>(most);
        let thread = thread::Builder::new().name(name.to_owned());
        thread.spawn(move || {
            for job in waiting {
                // What a panic leaves behind is dropped; it has been reported when it began.
                let _ = catch_unwind(AssertUnwindSafe(job));
            }
        })?;
        Ok(Self { jobs })
    }

    /// What `make` makes there, after what was asked for before. It is not begun for who has gone
    /// meanwhile.
    ///
    /// # Errors
    /// When too much waits already, or it panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        make: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotMade> {
        let (answer, made) = oneshot::channel();
        let job = move || {
            if !answer.is_closed() {
                // Who has gone by now does not need it.
                let _ = answer.send(make());
            }
        };
        self.jobs
            .try_send(Box::new(job))
            .map_err(|error| match error {
                TrySendError::Full(_) => NotMade::Busy,
                TrySendError::Disconnected(_) => NotMade::Failed,
            })?;
        made.await.map_err(|_| NotMade::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_panics_ends_nothing_but_itself() {
        let worker = Worker::start("test", 2).unwrap();
        let panics = || -> u8 { panic!("on purpose") };
        assert_eq!(worker.run(panics).await, Err(NotMade::Failed));
        assert_eq!(worker.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn nothing_is_made_for_who_has_gone() {
        let worker = Worker::start("test", 3).unwrap();
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
        assert_eq!(stays.await, Ok(Ok(())));
        assert_eq!(makings.try_iter().collect::<Vec<_>>(), ["for who stays"]);
    }

    #[tokio::test]
    async fn no_more_waits_than_may_and_who_comes_then_is_told() {
        let worker = Worker::start("test", 2).unwrap();
        let (release, held) = mpsc::channel::<()>();
        let (begin, begun) = oneshot::channel();
        let holding = worker.run(move || {
            let _ = begin.send(());
            held.recv()
        });
        let others = async {
            begun.await.unwrap();
            let one = async { worker.run(|| 1).await };
            let two = async { worker.run(|| 2).await };
            let three = async {
                let three = worker.run(|| 3).await;
                drop(release);
                three
            };
            tokio::join!(one, two, three)
        };
        let (_, others) = tokio::join!(holding, others);
        assert_eq!(others, (Ok(1), Ok(2), Err(NotMade::Busy)));
        assert_eq!(worker.run(|| 4).await, Ok(4));
    }
}
