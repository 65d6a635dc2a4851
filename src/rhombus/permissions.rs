//! `POST /api/permission/getPermissionsForCurrentUser`: what the key may do. The answer has the key's
//! rights for each location and device too, which are passed over.

use serde::Deserialize;

use super::Error;
use super::document::{self, Document, DocumentReader};
use super::field::Lenient;
use crate::share::Permissions;

/// The path of the operation below `/api/`.
pub(super) const PATH: &str = "permission/getPermissionsForCurrentUser";

/// The answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Record {
    super_admin: Lenient<bool>,
    permission_group_name: Lenient<String>,
}

/// Collects an answer.
pub(super) type Reader = DocumentReader<Record>;

impl Document for Record {
    type Meaning = Permissions;
    /// Some 50 bytes a device: enough for 100,000.
    const MAX_BYTES: usize = 8 << 20;
    const LACKING: &'static str = "it does not say what the key may do";

    fn meaning(self) -> Option<Permissions> {
        let said = Permissions {
            super_admin: self.super_admin.0.ok().flatten(),
            role: self.permission_group_name.0.ok().flatten(),
        };
        (said != Permissions::default()).then_some(said)
    }
}

/// What a whole answer says.
///
/// # Errors
/// When it says that it failed, or nothing.
pub fn read(body: &[u8]) -> Result<Permissions, Error> {
    document::read::<Record>(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(super_admin: Option<bool>, role: Option<&str>) -> Result<Permissions, Error> {
        Ok(Permissions {
            super_admin,
            role: role.map(Into::into),
        })
    }

    #[test]
    fn a_key_is_a_super_admin_or_not_or_it_is_not_said() {
        for (body, expected) in [
            (
                r#"{"superAdmin":true,"permissionGroupName":"Super Admin","functionalityList":[],
                    "locationAccessMap":{"x":"ADMIN"},"installer":null,"error":false}"#,
                said(Some(true), Some("Super Admin")),
            ),
            (r#"{"superAdmin":false}"#, said(Some(false), None)),
            (
                r#"{"superAdmin":null,"permissionGroupName":"Guards"}"#,
                said(None, Some("Guards")),
            ),
            // What can't be read is not said, and costs nothing beside it.
            (
                r#"{"superAdmin":"true","permissionGroupName":"Guards"}"#,
                said(None, Some("Guards")),
            ),
            (
                r#"{"superAdmin":false,"permissionGroupName":"\ud800","x":1e999}"#,
                said(Some(false), None),
            ),
        ] {
            assert_eq!(read(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn what_says_nothing_of_the_key_is_no_answer() {
        for body in [
            "{}",
            r#"{"error":false}"#,
            r#"{"superAdmin":null}"#,
            r#"{"superAdmin":1}"#,
            r#"{"superAdmin":true,"error":true}"#,
        ] {
            let read = read(body.as_bytes());
            assert!(matches!(read, Err(Error::Decode(_))), "{body}");
        }
    }
}
