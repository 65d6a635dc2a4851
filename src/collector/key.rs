//! The key as it is now. A file is read again before each poll, so that a rotated key is picked up by
//! itself; one that can't be read leaves the last key in use.

use tokio::time::{Instant, timeout_at};
use tracing::warn;

use super::off_the_runtime;
use crate::config::KeySource;
use crate::inventory::Failure;
use crate::rhombus::ApiKey;
use crate::share::Reason;

/// Where the key is found, and what was found there last.
pub(super) struct CurrentKey {
    source: KeySource,
    last: Option<ApiKey>,
    /// Why it can't be read now; said once.
    complaint: Option<String>,
}

impl CurrentKey {
    pub(super) const fn new(source: KeySource) -> Self {
        Self {
            source,
            last: None,
            complaint: None,
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

    async fn try_read(&self, deadline: Instant) -> Result<ApiKey, String> {
        let file = match &self.source {
            KeySource::Inline(key) => return Ok(key.clone()),
            file @ KeySource::File(_) => file.clone(),
        };
        // The file may lie on a disk that hangs.
        match timeout_at(deadline, off_the_runtime(move || file.read())).await {
            Ok(read) => read.map_err(|error| error.to_string()),
            Err(_) => Err("reading the key file takes too long".to_owned()),
        }
    }
}
