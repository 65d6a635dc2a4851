//! `POST /api/org/getOrgV2`: whose key it is. An empty list names nobody, so this is the only way to
//! know. Which permission it needs is not stated, so that it may be refused.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Error;
use super::call::Decode;
use crate::share::{Id, Identity};

/// The path of the operation below `/api/`.
pub(super) const PATH: &str = "org/getOrgV2";
/// The largest answer that is read, in bytes: it has some 50 fields.
const MAX_BYTES: usize = 1 << 20;
/// The longest name that is kept, in characters.
const MAX_NAME: usize = 200;

/// The answer, as far as it is needed. Unknown fields are passed over, and a value that can't be read
/// costs no other.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    org: Option<Record<'a>>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow, rename = "errorMsg")]
    error_msg: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    uuid: Option<&'a RawValue>,
    #[serde(borrow)]
    name: Option<&'a RawValue>,
}

/// Collects an answer.
#[derive(Default)]
pub(super) struct OrganizationReader(Vec<u8>);

impl Decode for OrganizationReader {
    type Output = Identity;

    fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.0.len() + bytes.len() > MAX_BYTES {
            return Err(Error::ValueTooLarge { limit: MAX_BYTES });
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn kept_bytes(&self) -> u64 {
        self.0.len() as u64
    }

    fn finish(self) -> Result<Identity, Error> {
        let unread = || Error::Decode("it does not say whose key it is".into());
        let answer: Document<'_> = serde_json::from_slice(&self.0).map_err(|_| unread())?;
        let says_error = |value: &RawValue| !matches!(value.get(), "false" | "null" | "\"\"");
        if [answer.error, answer.error_msg]
            .into_iter()
            .flatten()
            .any(says_error)
        {
            return Err(Error::Decode("it says that it failed".into()));
        }
        let record = answer.org.ok_or_else(unread)?;
        Ok(Identity {
            uuid: text(record.uuid).and_then(|uuid| documented(&uuid)),
            name: text(record.name).map(|name| name.chars().take(MAX_NAME).collect()),
        })
    }
}

fn text(value: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(value?.get()).ok()
}

fn documented(uuid: &str) -> Option<Id> {
    Some(Id::parse(uuid)).filter(|id| matches!(id, Id::Uuid(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Identity, Error> {
        let mut reader = OrganizationReader::default();
        reader.push(body.as_bytes())?;
        reader.finish()
    }

    #[test]
    fn an_organisation_has_a_uuid_and_a_name_where_they_can_be_used() {
        let uuid = "AAAAAAAAAAAAAAAAAAAAAQ";
        let known = read(&format!(
            r#"{{"org":{{"uuid":"{uuid}","name":"Oak","type":"CUSTOMER"}},"error":false}}"#
        ));
        let expected = Identity {
            uuid: Some(Id::parse(uuid)),
            name: Some("Oak".into()),
        };
        assert_eq!(known, Ok(expected));
        let odd = read(&format!(
            r#"{{"org":{{"uuid":"{uuid}","name":"\ud800"}},"errorMsg":null}}"#
        ));
        assert_eq!(odd.unwrap().uuid, Some(Id::parse(uuid)));
        let unknown = read(r#"{"org":{"uuid":"x","name":null}}"#);
        assert_eq!(unknown, Ok(Identity::default()));
        let long = read(&format!(r#"{{"org":{{"name":"{}"}}}}"#, "é".repeat(900))).unwrap();
        assert_eq!(long.name.unwrap().chars().count(), MAX_NAME);
    }

    #[test]
    fn what_names_nobody_is_no_answer() {
        for body in [
            "",
            "{}",
            r#"{"org":null}"#,
            r#"{"org":[]}"#,
            r#"{"error":true}"#,
            "[]",
            r#"{"org":{},"error":true}"#,
            r#"{"org":{},"errorMsg":"denied"}"#,
        ] {
            assert!(matches!(read(body), Err(Error::Decode(_))), "{body}");
        }
        let mut reader = OrganizationReader::default();
        assert!(reader.push(&vec![b' '; MAX_BYTES + 1]).is_err());
    }
}
