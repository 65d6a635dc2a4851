//! `POST /api/org/getOrgV2`: whose key it is, and who else may enter. An empty list names nobody, so this
//! is the only way to know.

use serde::Deserialize;

use super::Error;
use super::document::{self, Document, DocumentReader};
use super::expiry::{FIRST_CREATION, LAST_EPOCH_SECOND};
use super::field::Lenient;
use crate::share::{AccessUntil, Expiry, Id, Identity, OrganizationRecord, UnixMillis};

/// The path of the operation below `/api/`.
pub(super) const PATH: &str = "org/getOrgV2";
/// As a number of seconds this is the year 33658: it was meant as milliseconds.
const FIRST_MILLIS: i64 = 1_000_000_000_000;

/// The answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    org: Lenient<Record>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Record {
    uuid: Lenient<Id>,
    name: Lenient<String>,
    support_access_allowed_until: Lenient<i64>,
    partner_access_allowed_until: Lenient<i64>,
}

/// Collects an answer.
pub(super) type Reader = DocumentReader<Answer>;

impl Document for Answer {
    type Meaning = OrganizationRecord;
    /// It has some 50 fields.
    const MAX_BYTES: usize = 1 << 20;
    const LACKING: &'static str = "it does not say whose key it is";

    fn meaning(self) -> Option<OrganizationRecord> {
        let record = self.org.0.ok().flatten()?;
        let is_documented = |id: &Id| matches!(id, Id::Uuid(_));
        Some(OrganizationRecord {
            identity: Identity {
                uuid: record.uuid.0.ok().flatten().filter(is_documented),
                name: record.name.0.ok().flatten(),
            },
            access: AccessUntil {
                support: until(record.support_access_allowed_until),
                partner: until(record.partner_access_allowed_until),
            },
        })
    }
}

/// What a whole answer says.
///
/// # Errors
/// When it says that it failed, or not whose key it is.
pub fn read(body: &[u8]) -> Result<OrganizationRecord, Error> {
    document::read::<Answer>(body)
}

/// Until when somebody may enter: null, absent and 0 are nobody. What can be no date, such as -1 or a
/// number of hours, is for ever: that hides nothing.
fn until(value: Lenient<i64>) -> Option<Expiry> {
    let moment = match value.0 {
        Ok(None | Some(0)) => return None,
        Ok(Some(millis @ FIRST_MILLIS..)) => Some(UnixMillis(millis)),
        Ok(Some(secs)) => Some(UnixMillis::from_secs(secs)),
        Err(_) => None,
    };
    let possible = FIRST_CREATION..=UnixMillis::from_secs(LAST_EPOCH_SECOND);
    let moment = moment.filter(|moment| possible.contains(moment));
    Some(moment.map_or(Expiry::Never, Expiry::At))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "AAAAAAAAAAAAAAAAAAAAAQ";

    fn identity(body: &str) -> Identity {
        read(body.as_bytes()).expect("it is an answer").identity
    }

    #[test]
    fn an_organisation_has_a_uuid_and_a_name_where_they_can_be_used() {
        let known = identity(&format!(
            r#"{{"org":{{"uuid":"{UUID}","name":"Oak","type":"CUSTOMER"}},"error":false}}"#
        ));
        let expected = Identity {
            uuid: Some(Id::parse(UUID)),
            name: Some("Oak".into()),
        };
        assert_eq!(known, expected);
        let odd = identity(&format!(
            r#"{{"org":{{"uuid":"{UUID}","name":"\ud800"}},"errorMsg":null}}"#
        ));
        assert_eq!((odd.uuid, odd.name), (Some(Id::parse(UUID)), None));
        let unknown = identity(r#"{"org":{"uuid":"x","name":null}}"#);
        assert_eq!(unknown, Identity::default());
    }

    #[test]
    fn what_names_nobody_is_no_answer() {
        for body in [
            "",
            "{}",
            r#"{"org":null}"#,
            r#"{"org":[]}"#,
            r#"{"org":"x"}"#,
            r#"{"error":true}"#,
            "[]",
            r#"{"org":{},"error":true}"#,
            r#"{"org":{},"errorMsg":"denied"}"#,
        ] {
            let read = read(body.as_bytes());
            assert!(matches!(read, Err(Error::Decode(_))), "{body}");
        }
    }

    #[test]
    fn who_may_enter_is_told_by_a_date_and_what_is_none_is_for_ever() {
        let date = Some(Expiry::At(UnixMillis::from_secs(1_795_575_771)));
        let for_ever = Some(Expiry::Never);
        for (value, expected) in [
            ("null", None),
            ("0", None),
            ("0.0", None),
            ("1795575771", date),
            ("1795575771.0", date),
            ("1795575771000", date),
            ("1262304000", Some(Expiry::At(FIRST_CREATION))),
            ("1262303999", for_ever),
            ("259200", for_ever),
            ("-1", for_ever),
            ("999999999999", for_ever),
            ("1262303999999", for_ever),
            ("253402300799001", for_ever),
            ("9223372036854775807", for_ever),
            ("-9223372036854775808", for_ever),
            ("1e999", for_ever),
            ("\"2026-11-25\"", for_ever),
            ("{}", for_ever),
            ("true", for_ever),
        ] {
            for (field, of_support) in [("support", true), ("partner", false)] {
                let body = format!(r#"{{"org":{{"{field}AccessAllowedUntil":{value}}}}}"#);
                let access = read(body.as_bytes()).expect("it is an answer").access;
                let (said, other) = match of_support {
                    true => (access.support, access.partner),
                    false => (access.partner, access.support),
                };
                assert_eq!((said, other), (expected, None), "{body}");
            }
        }
    }
}
