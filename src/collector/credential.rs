//! What one organisation, or one partner, shows Rhombus: read again before a poll, so that a rotated key or
//! certificate is picked up by itself. A file that can't be read leaves the last one in use, and one that
//! hangs holds up neither this organisation for long nor any other.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, timeout_at};
use tracing::warn;

use crate::config::{CredentialSource, KeySource};
use crate::inventory::Failure;
use crate::rhombus::{ApiKey, ClientCertificate, Credential, Endpoint, Error, Holder, Transport};
use crate::share::Reason;

/// How long a file may take while there is a credential to go on with.
const PATIENCE: Duration = Duration::from_secs(1);
/// For so long a reading, or a failure of one, does for all who ask: the lists of an organisation, or the
/// thousands of organisations of a partner.
const HOLDS: Duration = Duration::from_secs(1);

/// What files hold.
type Content = (ApiKey, Option<ClientCertificate>);

/// Where the credential is found, and what was found there last.
pub(super) struct CurrentCredential {
    source: CredentialSource,
    endpoint: Endpoint,
    holder: Holder,
    transport: Arc<Transport>,
    last: Option<Credential>,
    /// Until when it is not read again.
    holds: Option<Instant>,
    /// Why it can't be read now; said once.
    complaint: Option<String>,
    /// Bounds how many files are being read at once, of all organisations: a disk that hangs keeps the
    /// thread that reads.
    readers: Arc<Semaphore>,
    /// A reading that has not ended. There is never a second one.
    reading: Option<JoinHandle<Result<Content, String>>>,
}

impl CurrentCredential {
    /// What `holder` shows at `endpoint`, found at `source`.
    ///
    /// # Errors
    /// When there is no TLS to be had, e.g. because the system has no CA certificates.
    pub(super) fn new(
        source: CredentialSource,
        endpoint: Endpoint,
        holder: Holder,
        transport: Arc<Transport>,
        readers: Arc<Semaphore>,
    ) -> Result<Self, Error> {
        transport.client(&endpoint)?;
        Ok(Self {
            source,
            endpoint,
            holder,
            transport,
            last: None,
            holds: None,
            complaint: None,
            readers,
            reading: None,
        })
    }

    /// The credential, or the last one that could be read.
    ///
    /// # Errors
    /// When none could ever be read.
    pub(super) async fn read(&mut self, deadline: Instant) -> Result<Credential, Failure> {
        if self.holds.is_some_and(|until| Instant::now() < until) {
            return self.known();
        }
        match self.try_read(deadline).await {
            Ok(credential) => {
                self.complaint = None;
                self.last = Some(credential);
            }
            Err(complaint) => self.complain(complaint),
        }
        self.holds = Some(Instant::now() + HOLDS);
        self.known()
    }

    fn known(&self) -> Result<Credential, Failure> {
        self.last.clone().ok_or_else(|| Failure {
            reason: Reason::Auth,
            message: self.complaint.clone().unwrap_or_default(),
        })
    }

    fn complain(&mut self, complaint: String) {
        if self.last.is_some() && self.complaint.as_ref() != Some(&complaint) {
            warn!(
                error = complaint,
                "the key can't be read; the last one stays in use"
            );
        }
        self.complaint = Some(complaint);
    }

    async fn try_read(&mut self, deadline: Instant) -> Result<Credential, String> {
        let (key, certificate) = self.content(deadline).await?;
        let (transport, endpoint) = (&self.transport, &self.endpoint);
        let credential = match &self.last {
            Some(last) => last.renewed(transport, endpoint, key, certificate),
            None => Credential::new(transport, endpoint, self.holder, key, certificate),
        };
        credential.map_err(|error| error.to_string())
    }

    async fn content(&mut self, deadline: Instant) -> Result<Content, String> {
        if let (KeySource::Inline(key), None) = (&self.source.key, &self.source.certificate) {
            return Ok((key.clone(), None));
        }
        let until = match self.last {
            Some(_) => deadline.min(Instant::now() + PATIENCE),
            None => deadline,
        };
        let reading = self
            .reading
            .get_or_insert_with(|| tokio::spawn(read(self.source.clone(), self.readers.clone())));
        let Ok(read) = timeout_at(until, reading).await else {
            return Err("reading the key file takes too long".to_owned());
        };
        self.reading = None;
        read.unwrap_or_else(unread)
    }
}

/// Reads the files on a thread that may wait for a disk.
async fn read(source: CredentialSource, readers: Arc<Semaphore>) -> Result<Content, String> {
    let permit = readers.acquire_owned().await;
    let read = tokio::task::spawn_blocking(move || {
        let _until_it_ends = permit;
        source.read()
    });
    read.await.unwrap_or_else(unread)
}

/// Passes a panic on. What is cancelled is so because the threads are ending, and the process with them.
fn unread(ended: JoinError) -> Result<Content, String> {
    match ended.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(cancelled) => Err(cancelled.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::config::CertificateFiles;

    fn credential(source: CredentialSource, endpoint: &str) -> CurrentCredential {
        let endpoint = Endpoint::parse(endpoint).unwrap();
        let readers = Arc::new(Semaphore::new(1));
        let holder = Holder::Organization;
        CurrentCredential::new(source, endpoint, holder, Arc::default(), readers).unwrap()
    }

    fn file(path: &Path) -> CurrentCredential {
        let source = CredentialSource {
            key: KeySource::File(path.to_owned()),
            certificate: None,
        };
        credential(source, "http://127.0.0.1:1")
    }

    /// The key that is used a while after the last reading.
    async fn read(credential: &mut CurrentCredential) -> Result<ApiKey, Failure> {
        tokio::time::advance(HOLDS).await;
        let read = credential.read(Instant::now() + Duration::from_secs(30));
        Ok(read.await?.key().clone())
    }

    #[tokio::test(start_paused = true)]
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

    #[tokio::test(start_paused = true)]
    async fn one_reading_does_for_all_who_ask_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        let mut key = file(&path);
        let deadline = Instant::now() + Duration::from_secs(30);
        for _ in 0..3 {
            let failure = key.read(deadline).await.unwrap_err();
            assert!(failure.message.contains("No such file"), "{failure:?}");
            // Not looked for until a second has passed.
            fs::write(&path, "one").unwrap();
        }
        tokio::time::advance(HOLDS).await;
        assert!(key.read(deadline).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_rotated_certificate_is_picked_up_and_a_broken_one_is_not() {
        let pair = || rcgen::generate_simple_self_signed(["exporter".to_owned()]).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let files = CertificateFiles {
            cert_file: directory.path().join("cert.pem"),
            key_file: directory.path().join("key.pem"),
        };
        let put = |pair: &rcgen::CertifiedKey<rcgen::KeyPair>| {
            fs::write(&files.cert_file, pair.cert.pem()).unwrap();
            fs::write(&files.key_file, pair.signing_key.serialize_pem()).unwrap();
        };
        put(&pair());
        let source = CredentialSource {
            key: KeySource::Inline(ApiKey::new("k").unwrap()),
            certificate: Some(files.clone()),
        };
        let mut current = credential(source, "https://rhombus.example");
        let mut read = async || {
            tokio::time::advance(HOLDS).await;
            let deadline = Instant::now() + Duration::from_secs(30);
            current.read(deadline).await.unwrap()
        };
        let first = read().await;
        assert_eq!(read().await, first);
        put(&pair());
        let second = read().await;
        assert_ne!(second, first);
        fs::write(&files.key_file, "half of a").unwrap();
        assert_eq!(read().await, second);
    }

    #[tokio::test(start_paused = true)]
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
            assert_eq!(started.elapsed(), HOLDS + PATIENCE);
        }
        drop(hangs);
        tokio::task::yield_now().await;
        assert_eq!(read(&mut key).await, Ok(one));
        assert_eq!(key.complaint, None);
        assert_eq!(readers.available_permits(), 1);
    }
}
