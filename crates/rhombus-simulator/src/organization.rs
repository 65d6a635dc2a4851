//! `org/getOrgV2`: the organisation that the key belongs to.

use serde_json::json;

use super::record::Uuid;

pub(super) const PATH: &str = "/api/org/getOrgV2";

/// What the API tells of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) uuid: Uuid,
    pub(super) name: String,
}

impl Profile {
    /// The member `org` of the answer.
    pub(super) fn member(&self) -> String {
        let fields = json!({
            "uuid": self.uuid.to_string(),
            "name": self.name,
            "type": "CUSTOMER",
            "supportAccessAllowedUntil": null,
            "partnerAccessAllowedUntil": null,
        });
        format!(r#""org":{fields}"#)
    }
}
