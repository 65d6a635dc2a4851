//! What is asked beside the lists, once and without a retry. Which permission each of these operations
//! needs is not stated: each may be refused, and no list depends on it.

use tokio::time::Instant;

use super::call::Operation;
use super::client::nothing;
use super::envelope::Completeness;
use super::{ApiKey, Client, Credential, Error, camera_names, cameras, organization, permissions};
use crate::share::{CameraNames, OrganizationRecord, Permissions, Source, StreamCounts};

/// The longest name that is kept, in characters.
const MAX_NAME: usize = 200;

impl Client {
    /// Asks whose key it is, until `deadline`.
    ///
    /// # Errors
    /// When no answer came, or one that does not say.
    pub async fn organization(
        &self,
        credential: &Credential,
        deadline: Instant,
    ) -> Result<OrganizationRecord, Error> {
        let operation = operation(
            Source::Organization,
            organization::PATH,
            credential,
            deadline,
        );
        let reader = |_| organization::Reader::default();
        let mut record = self.caller.call(&operation, reader).await?;
        record.identity.name = shown(record.identity.name, credential.key());
        Ok(record)
    }

    /// Asks what the key may do, until `deadline`.
    ///
    /// # Errors
    /// When no answer came, or one that does not say.
    pub async fn permissions(
        &self,
        credential: &Credential,
        deadline: Instant,
    ) -> Result<Permissions, Error> {
        let operation = operation(Source::Permissions, permissions::PATH, credential, deadline);
        let reader = |_| permissions::Reader::default();
        let mut permissions = self.caller.call(&operation, reader).await?;
        permissions.role = shown(permissions.role, credential.key());
        Ok(permissions)
    }

    /// Asks how many streams of each camera are shared, until `deadline`.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn stream_counts(
        &self,
        credential: &Credential,
        deadline: Instant,
    ) -> Result<StreamCounts, Error> {
        let operation = operation(Source::Cameras, cameras::PATH, credential, deadline);
        let limit = self.caller.limits.max_value_bytes();
        let reader = |_| cameras::reader(limit);
        let (counted, envelope) = self.caller.call(&operation, reader).await?;
        match envelope.judge()? {
            Completeness::Whole => Ok(counted.into_counts()),
            Completeness::Partial => Err(Error::Decode("it says that it is not whole".into())),
        }
    }

    /// Asks what cameras are called, until `deadline`. What an answer names is true, be it not whole.
    ///
    /// # Errors
    /// When no answer came, or one that says it failed.
    pub async fn camera_names(
        &self,
        credential: &Credential,
        deadline: Instant,
    ) -> Result<CameraNames, Error> {
        let operation = operation(
            Source::CameraNames,
            camera_names::PATH,
            credential,
            deadline,
        );
        let limit = self.caller.limits.max_value_bytes();
        let reader = |_| camera_names::reader(limit, credential.key().clone());
        let (names, envelope) = self.caller.call(&operation, reader).await?;
        envelope.judge()?;
        Ok(names.into_names())
    }
}

/// A name that people gave, as far as it is kept. It is shown, and whoever answers for Rhombus may repeat
/// what it was sent: then it is none.
pub(super) fn shown(name: Option<String>, key: &ApiKey) -> Option<String> {
    let name = name.filter(|name| !repeats(name, key))?;
    Some(name.chars().take(MAX_NAME).collect())
}

/// Whether a text has the key in it, or has it where it is shown: what can't be seen is left out there, and
/// would put it together again.
pub(super) fn repeats(text: &str, key: &ApiKey) -> bool {
    let is_seen = |c: &char| c.is_ascii_graphic();
    let seen = || text.chars().filter(is_seen).collect::<String>();
    key.is_in(text) || (!text.chars().all(|c| is_seen(&c)) && key.is_in(&seen()))
}

fn operation<'a>(
    source: Source,
    path: &'static str,
    credential: &'a Credential,
    deadline: Instant,
) -> Operation<'a> {
    Operation {
        source: Some(source),
        path,
        body: nothing(),
        credential,
        deadline,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_and_never_one_that_repeats_the_key_or_its_beginning() {
        let key = ApiKey::new("s3cret-key").expect("it is one");
        let shown = |name: &str| shown(Some(name.to_owned()), &key);
        assert_eq!(shown("Guards"), Some("Guards".to_owned()));
        assert_eq!(shown(&"é".repeat(900)), Some("é".repeat(MAX_NAME)));
        let beyond = format!("{}s3cret-key", "x".repeat(MAX_NAME - 5));
        for name in ["s3cret-key", "a s3cret-key", "s3\u{200b}cret-key", &beyond] {
            assert_eq!(shown(name), None, "{name}");
        }
    }
}
