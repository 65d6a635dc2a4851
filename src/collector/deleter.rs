//! Who can take shares of an organisation down, after a look has found them: by its key, at its pace, over
//! connections of its own, so that the look's tasks may have ended.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Collector;
use super::credential::CurrentCredential;
use super::running::Access;
use crate::rhombus::{Client, Deletion, Error, Holder};

/// Takes shares of one organisation down.
pub struct Deleter {
    client: Client,
    credential: Mutex<CurrentCredential>,
    within: Duration,
}

impl Deleter {
    /// Asks Rhombus to take a share down. Nothing that it may have acted on is asked twice.
    ///
    /// # Errors
    /// Why Rhombus did not say that it is done, which it may be all the same.
    pub async fn delete(&self, deletion: &Deletion) -> Result<(), String> {
        let deadline = Instant::now() + self.within;
        let credential = self.credential.lock().await.read(deadline).await;
        let credential = credential.map_err(|failure| failure.message)?;
        let deleted = self.client.delete(deletion, &credential, deadline).await;
        deleted.map_err(|error| error.to_string())
    }
}

impl Collector {
    /// Who can take shares of the organisation of this name down; none: it is not asked for.
    ///
    /// # Errors
    /// When it can't be asked at all.
    pub fn deleter(&self, name: &str) -> Result<Option<Deleter>, Error> {
        let mut running = self.running.values();
        let Some(running) = running.find(|it| it.settings.name == name) else {
            return Ok(None);
        };
        let settings = &running.settings;
        let (holder, source) = match &settings.access {
            Access::Own { credential, .. } => (Holder::Organization, credential),
            Access::Client { partner, .. } => (Holder::Partner, &partner.source.0),
        };
        let credential = self.new_credential(holder, source, &settings.endpoint)?;
        Ok(Some(Deleter {
            client: self.client(
                &settings.endpoint,
                &settings.collect,
                running.pace.clone(),
                running.of_partner.clone(),
                running.organization.server_clock().clone(),
            ),
            credential: Mutex::new(credential),
            within: settings.collect.deadline(),
        }))
    }
}
