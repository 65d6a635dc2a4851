//! The key of one organisation, read again before each poll, so that a rotated one is picked up by
//! itself. A file that can't be read leaves the last key in use, and one that hangs holds up neither
//! this organisation for long nor any other.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, timeout_at};
use tracing::warn;

use crate::config::KeySource;
use crate::inventory::Failure;
use crate::rhombus::ApiKey;
use crate::share::Reason;

/// How long a key file may take while there is a key to go on with.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where the key is found, and what was found there last.
pub(super) struct CurrentKey {
    source: KeySource,
    last: Option<ApiKey>,
    /// Why it can't be read now; said once.
    complaint: Option<String>,
    /// Bounds how many files are being read at once, of all organisations: a disk that hangs keeps the
    /// thread that reads.
    readers: Arc<Semaphore>,
    /// A reading that has not ended. There is never a second one.
    reading: Option<JoinHandle<Result<ApiKey, String>>>,
}

impl CurrentKey {
    pub(super) const fn new(source: KeySource, readers: Arc<Semaphore>) -> Self {
        Self {
            source,
            last: None,
            complaint: None,
            readers,
            reading: None,
        }
    }

    /// The key, or the last one that could be read.
    ///
    /// # Errors
    /// When none could ever be read.
    pub(super) async fn read(&mut self, deadline: Instant) -> Result<ApiKey, Failure> {
        let complaint = match self.try_read(deadline).await {
            Ok(key) => {
                self.complaint = None;
                return Ok(self.last.insert(key).clone());
            }
            Err(complaint) => complaint,
        };
        let Some(last) = self.last.clone() else {
            return Err(Failure {
                reason: Reason::Auth,
                message: complaint,
            });
        };
        if self.complaint.as_ref() != Some(&complaint) {
            warn!(
                error = complaint,
                "the key can't be read; the last one stays in use"
            );
            self.complaint = Some(complaint);
        }
        Ok(last)
    }

    async fn try_read(&mut self, deadline: Instant) -> Result<ApiKey, String> {
        let file = match &self.source {
            KeySource::Inline(key) => return Ok(key.clone()),
            file @ KeySource::File(_) => file,
        };
        let until = match self.last {
            Some(_) => deadline.min(Instant::now() + PATIENCE),
            None => deadline,
        };
        let reading = self
            .reading
            .get_or_insert_with(|| tokio::spawn(read(file.clone(), self.readers.clone())));
        let Ok(read) = timeout_at(until, reading).await else {
            return Err("reading the key file takes too long".to_owned());
        };
        self.reading = None;
        read.unwrap_or_else(unread)
    }
}

/// Reads the file on a thread that may wait for a disk.
async fn read(file: KeySource, readers: Arc<Semaphore>) -> Result<ApiKey, String> {
    let permit = readers.acquire_owned().await;
    let read = tokio::task::spawn_blocking(move || {
        let _until_it_ends = permit;
        file.read().map_err(|error| error.to_string())
    });
    read.await.unwrap_or_else(unread)
}

/// Passes a panic on. What is cancelled is so because the threads are ending, and the process with them.
fn unread(ended: JoinError) -> Result<ApiKey, String> {
    match ended.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(cancelled) => Err(cancelled.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn file(path: &std::path::Path) -> CurrentKey {
        CurrentKey::new(
            KeySource::File(path.to_owned()),
            Arc::new(Semaphore::new(1)),
        )
    }

    async fn read(key: &mut CurrentKey) -> Result<ApiKey, Failure> {
        key.read(Instant::now() + Duration::from_secs(30)).await
    }

    #[tokio::test]
    async fn a_rotated_key_is_picked_up_and_a_vanished_one_stays_in_use() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        fs::write(&path, "one\n").unwrap();
        let mut key = file(&path);
        assert_eq!(read(&mut key).await, Ok(ApiKey::new("one").unwrap()));
        fs::write(&path, "two").unwrap();
        assert_eq!(read(&mut key).await, Ok(ApiKey::new("two").unwrap()));
        fs::remove_file(&path).unwrap();
        assert_eq!(read(&mut key).await, Ok(ApiKey::new("two").unwrap()));
    }

    #[tokio::test]
    async fn a_key_that_never_could_be_read_is_a_failure() {
        let failure = read(&mut file("/does/not/exist".as_ref()))
            .await
            .unwrap_err();
        assert_eq!(failure.reason, Reason::Auth);
        assert!(failure.message.contains("/does/not/exist"), "{failure:?}");
    }

    /// A reader that another organisation's disk keeps is what a disk of this one would be.
    #[tokio::test(start_paused = true)]
    async fn a_disk_that_hangs_costs_a_second_and_one_reading() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        fs::write(&path, "one").unwrap();
        let mut key = file(&path);
        let one = ApiKey::new("one").unwrap();
        assert_eq!(read(&mut key).await, Ok(one.clone()));

        let readers = key.readers.clone();
        let hangs = readers.acquire().await.unwrap();
        for _ in 0..3 {
            let started = Instant::now();
            assert_eq!(read(&mut key).await, Ok(one.clone()));
            assert_eq!(started.elapsed().as_secs(), PATIENCE.as_secs());
        }
        drop(hangs);
        tokio::task::yield_now().await;
        assert_eq!(read(&mut key).await, Ok(one));
        assert_eq!(key.complaint, None);
        assert_eq!(readers.available_permits(), 1);
    }
}
