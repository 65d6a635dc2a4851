//! Partners: whom their keys open, and what their clients do meanwhile.

use std::collections::BTreeSet;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{PATH, Served};
use crate::fault::HOSTILE;
use crate::{ClientSettings, Credential, OrgSettings, PartnerSettings, Settings, WorldKind};

const CLIENTS: &str = "/api/partner/getClientsV2";
const WHO: &str = "/api/org/getOrgV2";
/// A uuid of nobody.
const NEW: &str = "AAECAwQFBgcICQoLDA0ODw";

fn world(groups: usize) -> WorldKind {
    let seed = groups as u64;
    WorldKind::Generated { groups, seed }
}

fn client(name: &str, groups: usize) -> ClientSettings {
    ClientSettings {
        uuid: None,
        name: name.to_owned(),
        world: world(groups),
        lets_in: true,
    }
}

fn partner(api_key: &str, clients: Vec<ClientSettings>) -> PartnerSettings {
    PartnerSettings {
        api_key: api_key.to_owned(),
        credential: Credential::Token,
        name: format!("Partner {api_key}"),
        clients,
    }
}

fn settings(orgs: Vec<OrgSettings>, partners: Vec<PartnerSettings>) -> Settings {
    Settings {
        orgs,
        partners,
        gzip: false,
        pace: None,
    }
}

fn org(api_key: &str, groups: usize) -> OrgSettings {
    OrgSettings {
        api_key: Some(api_key.to_owned()),
        credential: Credential::Token,
        name: format!("Organisation {api_key}"),
        world: world(groups),
    }
}

impl Served {
    /// The key a opens an organisation with 3 pages, the key z another with 7. The partner p has the
    /// first as a client, and Beta with 5 pages; the partner q has Beta.
    async fn partners() -> Self {
        let p = partner(
            "p",
            vec![client("Organisation a as p calls it", 3), client("Beta", 5)],
        );
        let q = partner("q", vec![client("Beta as q calls it", 5)]);
        Self::new(settings(vec![org("z", 7), org("a", 3)], vec![p, q])).await
    }

    /// A request with a partner's key.
    fn ask_partner(&self, path: &str, key: &str) -> RequestBuilder {
        let request = self.request(Method::POST, path).body("{}");
        let request = request.header("x-auth-scheme", "partner-api-token");
        request.header("x-auth-apikey", key)
    }

    /// A request as a client.
    fn ask_as(&self, path: &str, key: &str, client: &str) -> RequestBuilder {
        self.ask_partner(path, key).header("x-auth-org", client)
    }

    async fn status_as(&self, key: &str, client: &str) -> u16 {
        status(self.ask_as(PATH, key, client)).await
    }

    async fn listed_as(&self, key: &str, client: &str) -> usize {
        let answer = answer(self.ask_as(PATH, key, client)).await;
        answer["sharedClipGroups"].as_array().unwrap().len()
    }

    async fn clients(&self, key: &str) -> Vec<Value> {
        let answer = answer(self.ask_partner(CLIENTS, key)).await;
        answer["clients"].as_array().unwrap().clone()
    }

    /// The record of the client with this name.
    async fn client(&self, key: &str, name: &str) -> Value {
        let clients = self.clients(key).await;
        let mut found = clients.into_iter().filter(|it| it["clientOrgName"] == name);
        found.next().unwrap_or_else(|| panic!("no client {name}"))
    }

    async fn uuid(&self, key: &str, name: &str) -> String {
        let uuid = &self.client(key, name).await["clientOrgUuid"];
        uuid.as_str().unwrap().to_owned()
    }
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

async fn answer(request: RequestBuilder) -> Value {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn clients_are_listed_as_documented() {
    let served = Served::partners().await;
    let answer = answer(served.ask_partner(CLIENTS, "q")).await;
    let uuid = answer["clients"][0]["clientOrgUuid"].as_str().unwrap();
    let authority = &answer["clients"][0]["authorityUuid"];
    let expected = json!({
        "clients": [{
            "clientOrgUuid": uuid,
            "clientOrgName": "Beta",
            "clientAccessAllowed": true,
            "authorityUuid": authority,
            "createdAtMillis": 1_760_000_000_000_i64,
            "clientAccountAccessUrl": format!(
                "https://console.rhombussystems.com/partner/login?token=login-s3cret-{uuid}"
            ),
            "totalAudioGateways": 0,
            "totalBadgeReaders": 0,
            "totalCameras": 4,
            "totalClimateSensors": 0,
            "totalDoorSensors": 0,
            "totalLocations": 3,
            "totalOccupancySensors": 0,
            "totalProximitySensors": 0,
        }],
        "error": false,
        "errorMsg": null,
        "warningMsg": null,
    });
    assert_eq!(answer, expected);
    assert_eq!(served.clients("p").await.len(), 2);
    assert_ne!(served.clients("p").await[0]["authorityUuid"], *authority);
}

#[tokio::test]
async fn a_partner_opens_its_clients_and_nobody_else() {
    let served = Served::partners().await;
    let [alpha, beta] = [
        served.uuid("p", "Organisation a").await,
        served.uuid("p", "Beta").await,
    ];
    assert_eq!(served.listed_as("p", &alpha).await, 3);
    assert_eq!(served.listed_as("p", &beta).await, 5);
    let who = answer(served.ask_as(WHO, "p", &beta)).await;
    assert_eq!(
        (&who["org"]["uuid"], &who["org"]["name"]),
        (&json!(beta), &json!("Beta"))
    );

    let other = answer(served.ask_who("z")).await["org"]["uuid"].clone();
    for nobody in [NEW, "no uuid", other.as_str().unwrap()] {
        assert_eq!(served.status_as("p", nobody).await, 403, "{nobody}");
    }
    assert_eq!(served.status_as("q", &alpha).await, 403);
    assert_eq!(status(served.ask_partner(PATH, "p")).await, 400);
    assert_eq!(status(served.ask_as(CLIENTS, "p", &beta)).await, 400);
    assert_eq!(status(served.ask_for(CLIENTS, "a")).await, 403);
    assert_eq!(served.status_as("r", &beta).await, 401);

    // The header means nothing beside an organisation's own key.
    let own = served.ask("a").header("x-auth-org", beta);
    assert_eq!(
        answer(own).await["sharedClipGroups"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test]
async fn an_organisation_is_one_by_whatever_way_it_is_asked() {
    let served = Served::partners().await;
    let [alpha, beta] = [
        served.uuid("p", "Organisation a").await,
        served.uuid("q", "Beta").await,
    ];
    served.put("clip_groups/x?org=a", &json!({})).await;
    assert_eq!(served.listed("a").await, 4);
    assert_eq!(served.listed_as("p", &alpha).await, 4);
    served
        .put(&format!("clip_groups/x?org={beta}"), &json!({}))
        .await;
    assert_eq!(served.listed_as("p", &beta).await, 6);
    assert_eq!(served.listed_as("q", &beta).await, 6);
    assert_eq!(served.seen(&format!("?org={beta}")).await["requests"], 2);
    assert_eq!(served.seen("?org=p").await["requests"], 2);
    assert_eq!(served.seen("?org=q").await["requests"], 1);
    assert_eq!(served.seen("?org=a").await["requests"], 2);

    // One with a key becomes a client by its uuid, also by one that it was given.
    served
        .put("organization?org=z", &json!({"uuid": NEW}))
        .await;
    served
        .put(&format!("clients/{NEW}?org=q"), &json!({}))
        .await;
    assert_eq!(served.listed_as("q", NEW).await, 7);
    assert_eq!(
        served.client("q", "Organisation z").await["clientOrgUuid"],
        NEW
    );
}

#[tokio::test]
async fn a_key_is_used_with_its_own_scheme() {
    let mut all = settings(
        vec![org("token", 1), org("certificate", 2)],
        vec![partner("partner", Vec::new()), partner("both", Vec::new())],
    );
    all.orgs[1].credential = Credential::Certificate;
    all.partners[1].credential = Credential::Certificate;
    let served = Served::new(all).await;
    let schemes = ["api-token", "api", "partner-api-token", "partner-api"];
    for (own, key) in ["token", "certificate", "partner", "both"]
        .into_iter()
        .enumerate()
    {
        for (at, scheme) in schemes.into_iter().enumerate() {
            let path = if own < 2 { PATH } else { CLIENTS };
            let request = served.request(Method::POST, path);
            let request = request.header("x-auth-scheme", scheme);
            let request = request.header("x-auth-apikey", key);
            let expected = if at == own { 200 } else { 401 };
            assert_eq!(status(request).await, expected, "{key} with {scheme}");
        }
    }
}

#[tokio::test]
async fn any_key_is_none_of_a_partner() {
    let mut any = Settings::any_key(world(1));
    any.partners.push(partner("p", Vec::new()));
    let served = Served::new(any).await;
    assert_eq!(status(served.ask("x")).await, 200);
    assert_eq!(status(served.ask("p")).await, 401);
    assert_eq!(status(served.ask_partner(CLIENTS, "x")).await, 401);
}

#[tokio::test]
async fn clients_come_go_and_are_renamed() {
    let served = Served::partners().await;
    let path = format!("clients/{NEW}?org=q");
    served
        .put(&path, &json!({"name": "Gamma", "groups": 4}))
        .await;
    assert_eq!(served.listed_as("q", NEW).await, 4);
    let first = answer(served.ask_as(PATH, "q", NEW)).await;
    let who = answer(served.ask_as(WHO, "q", NEW)).await;
    assert_eq!(
        (&who["org"]["uuid"], &who["org"]["name"]),
        (&json!(NEW), &json!("Gamma"))
    );
    assert_eq!(served.clients("q").await.len(), 2);
    assert_eq!(served.clients("p").await.len(), 2);

    // Two may have one name, and the rest stays as it is.
    served.put(&path, &json!({"name": "Beta"})).await;
    let names = served.clients("q").await;
    assert!(names.iter().all(|client| client["clientOrgName"] == "Beta"));
    assert_eq!(answer(served.ask_as(PATH, "q", NEW)).await, first);

    assert_eq!(served.control(Method::DELETE, &path, "").await, 204);
    assert_eq!(served.status_as("q", NEW).await, 403);
    assert_eq!(served.clients("q").await.len(), 1);
    assert_eq!(served.control(Method::DELETE, &path, "").await, 404);
    let seen = served.seen(&format!("?org={NEW}")).await;
    assert_eq!(
        (&seen["requests"], &seen["refused"]),
        (&json!(4), &json!(1))
    );

    // It comes back as it was; without a size, a new one has nothing.
    served.put(&path, &json!({})).await;
    assert_eq!(answer(served.ask_as(PATH, "q", NEW)).await, first);
    served.put("clients/odd?org=q", &json!({})).await;
    assert_eq!(served.listed_as("q", "odd").await, 0);
    assert_eq!(
        served.client("q", "Unnamed client").await["clientOrgUuid"],
        "odd"
    );
}

#[tokio::test]
async fn a_client_that_withdraws_its_access_answers_403() {
    let served = Served::partners().await;
    let beta = served.uuid("q", "Beta").await;
    let path = format!("clients/{beta}?org=q");
    for (allowed, expected) in [
        (json!(false), 403),
        (json!(true), 200),
        (json!(null), 200),
        (json!("no"), 200),
    ] {
        served
            .put(&path, &json!({"clientAccessAllowed": allowed}))
            .await;
        assert_eq!(served.status_as("q", &beta).await, expected, "{allowed}");
        let told = served.client("q", "Beta").await;
        assert_eq!(told["clientAccessAllowed"], allowed);
        assert_eq!(served.status_as("p", &beta).await, 200, "another partner's");
    }
    served
        .put(&path, &json!({"name": "B", "clientAccessAllowed": false}))
        .await;
    served.put(&path, &json!({"totalCameras": "many"})).await;
    let told = served.client("q", "B").await;
    assert_eq!(
        (&told["totalCameras"], &told["clientAccessAllowed"]),
        (&json!("many"), &json!(false))
    );
    assert_eq!(
        served.status_as("q", &beta).await,
        403,
        "what is missing stays"
    );
}

#[tokio::test]
async fn records_can_be_listed_that_are_of_no_client() {
    let served = Served::partners().await;
    let beta = served.uuid("q", "Beta").await;
    let raw = async |name: &str, body: &str| {
        let path = format!("client_records/{name}?org=q");
        served.control(Method::PUT, &path, body).await
    };
    let count = async || {
        let request = served.request(Method::GET, "/simulator/clients?org=q");
        request.send().await.unwrap().text().await.unwrap()
    };
    let twice = format!(r#"{{"clientOrgUuid":"{beta}","clientOrgName":"again"}}"#);
    let records = [
        r#"{"clientOrgName":"x","totalCameras":1e999}"#,
        r#"{"clientOrgUuid":"?"}"#,
        &twice,
    ];
    for (name, record) in ["1", "2", "3"].into_iter().zip(records) {
        assert_eq!(raw(name, record).await, 204);
    }
    assert_eq!(raw("4", "[]").await, 400);
    let text = served.ask_partner(CLIENTS, "q").send().await.unwrap();
    let text = text.text().await.unwrap();
    let end = format!("}},{}],\"error\":false", records.join(","));
    assert!(text.contains(&end), "{text}");
    assert_eq!(served.status_as("q", "?").await, 403);
    assert_eq!(served.listed_as("q", &beta).await, 5);
    assert_eq!(count().await, r#"{"count":4}"#);

    let first = "client_records/1?org=q";
    assert_eq!(served.control(Method::DELETE, first, "").await, 204);
    assert_eq!(served.control(Method::DELETE, first, "").await, 404);
    assert_eq!(served.clients("q").await.len(), 3);
    assert_eq!(
        served.control(Method::DELETE, "clients?org=q", "").await,
        204
    );
    assert_eq!(served.clients("q").await.len(), 0);
    assert_eq!(count().await, r#"{"count":0}"#);
    assert_eq!(served.status_as("q", &beta).await, 403);
}

#[tokio::test]
async fn control_routes_say_whom_they_can_mean() {
    let served = Served::partners().await;
    // Without a name, the first partner.
    served.put(&format!("clients/{NEW}"), &json!({})).await;
    assert_eq!(served.clients("p").await.len(), 3);
    for (expected, method, path) in [
        (404, Method::PUT, "clients/x?org=nobody"),
        (400, Method::PUT, "clients/x?org=a"),
        (400, Method::GET, "clients?org=a"),
        (404, Method::GET, "clip_groups?org=nobody"),
        (400, Method::GET, "clip_groups?org=p"),
        (400, Method::PUT, "organization?org=p"),
        (400, Method::PUT, "permissions?org=p"),
    ] {
        let status = served.control(method, path, "{}").await;
        assert_eq!(status, expected, "{path}");
    }
    for bad in ["", "[]", r#"{"name":1}"#, r#"{"groups":-1}"#] {
        let status = served.control(Method::PUT, "clients/x", bad).await;
        assert_eq!(status, 400, "{bad}");
    }
    let none = Served::generated(1).await;
    assert_eq!(none.control(Method::GET, "clients", "").await, 404);
}

#[tokio::test]
async fn faults_are_of_a_client_or_of_every_call_with_the_key() {
    let served = Served::partners().await;
    let [alpha, beta] = [
        served.uuid("p", "Organisation a").await,
        served.uuid("p", "Beta").await,
    ];
    let statuses = async || {
        let clients = status(served.ask_partner(CLIENTS, "p")).await;
        (
            clients,
            served.status_as("p", &alpha).await,
            served.status_as("p", &beta).await,
        )
    };
    let once = |operation| json!({"fault": "server_error", "operation": operation, "times": 1});
    served
        .put(&format!("fault?org={beta}"), &once("clip_groups"))
        .await;
    assert_eq!(statuses().await, (200, 200, 500));
    served.put("fault?org=p", &once("clip_groups")).await;
    assert_eq!(statuses().await, (200, 500, 200));
    served.put("fault?org=p", &once("clients")).await;
    assert_eq!(statuses().await, (500, 200, 200));

    // Without a name, it is for all whose operation it is, and once for each.
    served.put("fault", &once("clip_groups")).await;
    assert_eq!(statuses().await, (200, 500, 500));
    assert_eq!(statuses().await, (200, 200, 200));
    served.put("fault", &once("clients")).await;
    assert_eq!(status(served.ask_partner(CLIENTS, "q")).await, 500);
    assert_eq!(statuses().await, (500, 200, 200));
    let clear = "fault?operation=clients";
    served
        .put(
            "fault",
            &json!({"fault": "forbidden", "operation": "clients"}),
        )
        .await;
    assert_eq!(served.control(Method::DELETE, clear, "").await, 204);
    assert_eq!(statuses().await, (200, 200, 200));
}

#[tokio::test]
async fn the_list_of_clients_has_every_fault_of_a_list() {
    let served = Served::partners().await;
    let under = async |mut fault: Value| {
        fault["operation"] = "clients".into();
        served.put("fault", &fault).await;
        let answer = served.ask_partner(CLIENTS, "p").send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (_, text) = under(json!({"fault": "echo_key", "status": 403})).await;
    assert!(text.contains("for the key p."), "{text}");
    let (_, text) = under(json!({"fault": "null_list"})).await;
    assert_eq!(text, r#"{"clients":null}"#);
    let (_, text) = under(json!({"fault": "hostile_strings"})).await;
    assert_eq!(
        text.matches(&format!(r#""clientOrgUuid":"{HOSTILE}"#))
            .count(),
        2
    );
    let (_, text) = under(json!({"fault": "huge_titles", "bytes": 1000})).await;
    assert_eq!(text.matches(&"\\n".repeat(1000)).count(), 2);
    let (_, text) = under(json!({"fault": "too_large", "bytes": 3_000_000})).await;
    assert!(
        (3_000_000..3_010_000).contains(&text.len()),
        "{}",
        text.len()
    );
    let (_, text) = under(json!({"fault": "cut_json"})).await;
    assert!(serde_json::from_str::<Value>(&text).unwrap_err().is_eof());

    let parsed = async |fault: &str| -> Value {
        let (status, text) = under(json!({"fault": fault})).await;
        assert_eq!(status, 200);
        serde_json::from_str(&text).unwrap()
    };
    let wrong = parsed("wrong_types").await;
    assert!(wrong["clients"][0]["clientOrgUuid"].is_number(), "{wrong}");
    assert!(
        wrong["clients"][0]["clientAccessAllowed"].is_string(),
        "{wrong}"
    );
    let twice = parsed("duplicate_uuids").await;
    assert_eq!(twice["clients"][0], twice["clients"][1]);
    let warning = parsed("warning").await;
    assert_eq!(warning["clients"].as_array().unwrap().len(), 2);
    let partial = parsed("error_with_list").await;
    assert_eq!(
        (
            &partial["error"],
            partial["clients"].as_array().unwrap().len()
        ),
        (&json!(true), 2)
    );

    let seen = served.seen("?operation=clients&org=p").await;
    assert_eq!(
        (&seen["requests"], &seen["refused"]),
        (&json!(10), &json!(0))
    );
    assert_eq!(served.seen("?operation=clients").await["requests"], 10);
    assert_eq!(served.seen("?operation=clients&org=q").await["requests"], 0);
}

#[tokio::test]
async fn a_call_spends_the_budget_of_the_client_the_partner_or_both() {
    for (spends, [of_beta, of_partner]) in [
        (json!({}), [1, 3]),
        (json!({"partner_spends": "client"}), [1, 3]),
        (json!({"partner_spends": "partner"}), [3, 1]),
        (json!({"partner_spends": "both"}), [1, 1]),
    ] {
        let served = Served::partners().await;
        let beta = served.uuid("p", "Beta").await;
        served.put("unstated", &spends).await;
        served
            .put("pace", &json!({"per_second": 0.001, "burst": 3}))
            .await;
        for _ in 0..2 {
            assert_eq!(served.status_as("p", &beta).await, 200, "{spends}");
        }
        // Beta's is also spent by its other partner's calls.
        served.put("unstated?org=q", &json!({})).await;
        let mut left = [0, 0];
        while served.status_as("q", &beta).await == 200 {
            left[0] += 1;
        }
        while status(served.ask_partner(CLIENTS, "p")).await == 200 {
            left[1] += 1;
        }
        assert_eq!(left, [of_beta, of_partner], "{spends}");
    }
}

#[tokio::test]
async fn access_and_counts_can_be_left_unsaid() {
    let served = Served::partners().await;
    let beta = served.uuid("q", "Beta").await;
    let hides = json!({"hides_client_access": true, "hides_client_counts": true});
    served.put("unstated?org=q", &hides).await;
    let told = served.client("q", "Beta").await;
    assert_eq!(told.get("clientAccessAllowed"), None);
    let counts: Vec<_> = told.as_object().unwrap().iter().collect();
    let counts: Vec<_> = counts
        .into_iter()
        .filter(|(name, _)| name.starts_with("total"))
        .collect();
    assert!(
        counts.len() == 8 && counts.iter().all(|(_, count)| count.is_null()),
        "{told}"
    );
    assert_eq!(served.client("p", "Beta").await["totalCameras"], 4);

    // What it doesn't say holds.
    let withdrawn = json!({"clientAccessAllowed": false});
    served
        .put(&format!("clients/{beta}?org=q"), &withdrawn)
        .await;
    assert_eq!(
        served.client("q", "Beta").await.get("clientAccessAllowed"),
        None
    );
    assert_eq!(served.status_as("q", &beta).await, 403);

    served.put("unstated", &json!({"nothing": "absent"})).await;
    assert_eq!(
        served.control(Method::DELETE, "clients?org=q", "").await,
        204
    );
    let nothing = answer(served.ask_partner(CLIENTS, "q")).await;
    assert_eq!(
        (nothing.get("clients"), &nothing["error"]),
        (None, &json!(false))
    );
}

#[tokio::test]
async fn a_client_may_have_withdrawn_access_from_the_start() {
    let withdrawn = ClientSettings {
        lets_in: false,
        ..client("Beta", 5)
    };
    let partner = partner("p", vec![client("Alpha", 3), withdrawn]);
    let served = Served::new(settings(Vec::new(), vec![partner])).await;
    for (name, lets_in, code) in [("Alpha", true, 200), ("Beta", false, 403)] {
        let record = served.client("p", name).await;
        assert_eq!(record["clientAccessAllowed"], lets_in);
        let uuid = record["clientOrgUuid"].as_str().unwrap();
        assert_eq!(served.status_as("p", uuid).await, code);
    }
}

#[tokio::test]
async fn thousands_of_clients_are_told_apart() {
    let clients = (1..=5000).map(|seed| ClientSettings {
        world: WorldKind::Generated { groups: 1, seed },
        ..client(&format!("Client {seed}"), 1)
    });
    let partner = partner("p", clients.collect());
    let served = Served::new(settings(Vec::new(), vec![partner])).await;
    let listed = served.clients("p").await;
    let uuid = |client: &Value| client["clientOrgUuid"].as_str().unwrap().to_owned();
    let uuids: BTreeSet<_> = listed.iter().map(uuid).collect();
    assert_eq!(uuids.len(), 5000);
    for client in listed.iter().step_by(1000) {
        let who = answer(served.ask_as(WHO, "p", &uuid(client))).await;
        assert_eq!(who["org"]["name"], client["clientOrgName"]);
        assert_eq!(served.listed_as("p", &uuid(client)).await, 1);
    }
}
