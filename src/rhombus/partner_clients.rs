//! `POST /api/partner/getClientsV2`: the organisations that a partner looks after. There is no paging. Of a
//! dozen fields three are read. `clientAccountAccessUrl` logs whoever has it in: it is passed over.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;

use super::call::Operation;
use super::client::nothing;
use super::envelope::Completeness;
use super::field::Lenient;
use super::list::{ListReader, Sink};
use super::optional::shown;
use super::{Client, Credential, Error};
use crate::share::{ClientList, ClientRecord, Id, Source};

/// The path of the operation below `/api/`.
pub(super) const PATH: &str = "partner/getClientsV2";
/// The name of the list in the answer.
const LIST: &str = "clients";

impl Client {
    /// Asks which clients the partner has, with retries, within this time.
    ///
    /// # Errors
    /// When no whole answer came, or one that names a client twice: then it is not known which to believe.
    pub async fn partner_clients(
        &self,
        credential: &Credential,
        within: Duration,
    ) -> Result<ClientList, Error> {
        let operation = Operation {
            source: Some(Source::PartnerClients),
            path: PATH,
            body: nothing(),
            credential,
            deadline: Instant::now() + within,
        };
        let limit = self.caller.limits.max_value_bytes();
        let reader = |_| reader(limit);
        let answer = self
            .caller
            .call_with_retries(&operation, Error::is_transient, reader);
        let (clients, envelope) = answer.await?;
        let completeness = envelope.judge()?;
        // Of shares, an absent list is an empty one; a partner that has no client at all is not usual.
        if !envelope.has_list {
            return Err(Error::Decode("it has no list of clients".into()));
        }
        if completeness == Completeness::Partial {
            return Err(Error::Incomplete);
        }
        let mut list = clients.into_list()?;
        for client in &mut list.clients {
            client.name = shown(client.name.take(), credential.key());
        }
        Ok(list)
    }
}

/// A client, as Rhombus lists it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PartnerClient {
    client_org_uuid: Lenient<Id>,
    client_org_name: Lenient<String>,
    client_access_allowed: Lenient<bool>,
}

/// Reads an answer as it arrives.
pub type ClientsReader = ListReader<Clients>;

/// A reader of an answer; a single value in it may have `max_value_bytes`.
pub fn reader(max_value_bytes: usize) -> ClientsReader {
    ListReader::new(LIST, max_value_bytes, Clients::default())
}

/// The clients that were read so far.
#[derive(Debug, Default)]
pub struct Clients {
    list: ClientList,
    kept_bytes: u64,
}

impl Clients {
    /// What was listed: to be believed only from an answer that was whole.
    ///
    /// # Errors
    /// When two of them are one organisation.
    pub fn into_list(self) -> Result<ClientList, Error> {
        let mut seen = BTreeSet::new();
        let twice = self
            .list
            .clients
            .iter()
            .find(|client| !seen.insert(&client.uuid));
        match twice {
            Some(client) => Err(Error::Decode(format!(
                "two clients have the uuid {}",
                client.uuid
            ))),
            None => Ok(self.list),
        }
    }
}

impl Sink for Clients {
    type Record = PartnerClient;

    /// A client without a documented uuid can't be asked about, and is counted. One whose access is not
    /// known is asked.
    fn take(&mut self, record: Lenient<PartnerClient>) {
        let malformed = &mut self.list.malformed;
        let Some(record) = record.0.ok().flatten() else {
            Lenient::<()>::MALFORMED.known("record", malformed);
            return;
        };
        let uuid = match record.client_org_uuid.0 {
            Ok(Some(uuid @ Id::Uuid(_))) => Some(uuid),
            _ => Lenient::MALFORMED.known("clientOrgUuid", malformed),
        };
        let name = record.client_org_name.known("clientOrgName", malformed);
        let access = record
            .client_access_allowed
            .known("clientAccessAllowed", malformed);
        let Some(uuid) = uuid else { return };
        self.kept_bytes +=
            (size_of::<ClientRecord>() + name.as_ref().map_or(0, String::len)) as u64;
        self.list.clients.push(ClientRecord {
            uuid,
            name,
            is_allowed: access.unwrap_or(true),
        });
    }

    fn kept_bytes(&self) -> u64 {
        self.kept_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "AAAAAAAAAAAAAAAAAAAAAQ";
    const B: &str = "AAAAAAAAAAAAAAAAAAAAAg";

    fn read(records: &str) -> Result<ClientList, Error> {
        let mut reader = reader(1 << 20);
        let body = format!(r#"{{"clients":[{records}],"error":false}}"#);
        reader.push(body.as_bytes()).expect("it is a list");
        reader.finish().expect("it is whole").0.into_list()
    }

    fn client(uuid: &str, name: Option<&str>, is_allowed: bool) -> ClientRecord {
        ClientRecord {
            uuid: Id::parse(uuid),
            name: name.map(Into::into),
            is_allowed,
        }
    }

    #[test]
    fn a_client_is_its_uuid_its_name_and_whether_it_may_be_looked_at() {
        let records = format!(
            r#"{{"clientOrgUuid":"{A}","clientOrgName":"Oak","clientAccessAllowed":true,
                 "clientAccountAccessUrl":"https://x/?token=s3cret","totalCameras":3}},
               {{"clientOrgUuid":"{B}","clientOrgName":null,"clientAccessAllowed":false}}"#
        );
        let list = read(&records).unwrap();
        let expected = [client(A, Some("Oak"), true), client(B, None, false)];
        assert_eq!(list.clients, expected);
        assert!(list.malformed.is_empty());
        assert!(!format!("{list:?}").contains("s3cret"));
    }

    #[test]
    fn one_whose_access_is_not_known_is_asked() {
        for access in ["null", "\"no\"", "0", "{}"] {
            let record = format!(r#"{{"clientOrgUuid":"{A}","clientAccessAllowed":{access}}}"#);
            let list = read(&record).unwrap();
            assert_eq!(list.clients, [client(A, None, true)], "{access}");
            assert_eq!(
                list.malformed.len(),
                usize::from(access != "null"),
                "{access}"
            );
        }
    }

    #[test]
    fn one_that_can_not_be_asked_about_is_counted_and_costs_nobody_else() {
        let records = format!(
            r#"{{"clientOrgUuid":"{A}"}},{{"clientOrgName":"x"}},{{"clientOrgUuid":"x"}},
               {{"clientOrgUuid":7}},{{"clientOrgUuid":null}},null,[],5"#
        );
        let list = read(&records).unwrap();
        assert_eq!(list.clients, [client(A, None, true)]);
        let counts: Vec<_> = list.malformed.into_iter().collect();
        assert_eq!(counts, [("clientOrgUuid", 4), ("record", 3)]);
    }

    #[test]
    fn two_with_one_uuid_are_no_list() {
        let twice = format!(r#"{{"clientOrgUuid":"{A}"}},{{"clientOrgUuid":"{A}"}}"#);
        let error = read(&twice).unwrap_err();
        assert!(error.to_string().contains(A), "{error}");
    }
}
