//! Taking shares down at the simulator: each kind, what is said where it fails, and that a request which
//! Rhombus may have acted on is not sent again.

use std::sync::Arc;
use std::time::Duration;

use rhombus_share_exporter::clock::{Clock, ServerClock};
use rhombus_share_exporter::rhombus::{
    ApiKey, Ask, Client, Credential, Deletion, Endpoint, Error, ExpirationTime, Holder, InFlight,
    Instruments, Limits, Observer, Pace, Transport, Wait,
};
use rhombus_share_exporter::share::{Id, Share, ShareKind, Source};
use rhombus_simulator::{Settings, Simulator, WorldKind};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;

/// Fails the test when it is told of a deletion. Lists are asked by another client.
struct Silent;

impl Observer for Silent {
    fn request(&self, source: Source, _: Option<u16>, _: Duration, _: u64) {
        panic!("a deletion was counted as {source:?}");
    }
    fn retry(&self, source: Source) {
        panic!("a retry of a deletion was counted as {source:?}");
    }
    fn waited(&self, source: Source, _: Wait, _: Duration) {
        panic!("a wait of a deletion was counted as {source:?}");
    }
}

struct Nobody;

impl Observer for Nobody {
    fn request(&self, _: Source, _: Option<u16>, _: Duration, _: u64) {}
    fn retry(&self, _: Source) {}
    fn waited(&self, _: Source, _: Wait, _: Duration) {}
}

/// A simulator, and who asks it.
struct Site {
    url: String,
    client: Client,
    lists: Client,
    credential: Credential,
    http: reqwest::Client,
}

fn client(url: &str, observer: Arc<dyn Observer>) -> Client {
    let limits = Limits {
        timeout: Duration::from_millis(800),
        max_response_bytes: 1 << 20,
    };
    let instruments = Instruments {
        observer,
        clock: Clock::system(),
        server_clock: Arc::new(ServerClock::new(url.to_owned())),
        in_flight: InFlight::new(),
    };
    let endpoint = Endpoint::parse(url).expect("an endpoint");
    Client::new(endpoint, limits, Pace::new(1000.0), None, instruments)
}

impl Site {
    fn at(url: String) -> Self {
        let endpoint = Endpoint::parse(&url).expect("an endpoint");
        let credential = Credential::new(
            &Transport::default(),
            &endpoint,
            Holder::Organization,
            ApiKey::new("key").expect("a key"),
            None,
        );
        Self {
            client: client(&url, Arc::new(Silent)),
            lists: client(&url, Arc::new(Nobody)),
            credential: credential.expect("plain HTTP needs no certificates"),
            http: reqwest::Client::new(),
            url,
        }
    }

    /// With 40 pages, 10 streams, and two video walls of which one is shared.
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let world = WorldKind::Generated {
            groups: 40,
            seed: 1,
        };
        let clock = Clock::system();
        let clock = rhombus_simulator::Clock::from_fn(move || clock.now().0);
        let app = Simulator::new(Settings::any_key(world), clock).router();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self::at(url)
    }

    async fn delete(&self, deletion: &Deletion) -> Result<(), Error> {
        let deadline = Instant::now() + Duration::from_secs(5);
        self.client
            .delete(deletion, &self.credential, deadline)
            .await
    }

    async fn shares(&self, kind: ShareKind) -> Vec<Id> {
        let ask = Ask {
            kind,
            created_after: None,
            expiration_time: ExpirationTime::Auto,
            keep_titles: true,
            within: Duration::from_secs(5),
        };
        let listing = self.lists.shares(ask, &self.credential).await;
        let shares = listing.expect("a list").shares;
        let id = |share: Share| share.id.expect("it has a uuid");
        shares.into_iter().map(id).collect()
    }

    /// The records of a list as Rhombus tells them.
    async fn records(&self, path: &str, member: &str, body: &Value) -> Vec<Value> {
        let request = self.http.post(format!("{}/api/{path}", self.url));
        let request = request
            .header("x-auth-scheme", "api-token")
            .header("x-auth-apikey", "key")
            .body(body.to_string());
        let answer = request.send().await.expect("an answer").text().await;
        let answer: Value = serde_json::from_str(&answer.expect("a body")).expect("JSON");
        answer[member].as_array().expect("a list").clone()
    }

    /// One share of this kind.
    async fn one(&self, kind: ShareKind) -> Deletion {
        let id = |record: &Value, name: &str| Id::parse(record[name].as_str().expect("a uuid"));
        match kind {
            ShareKind::ClipGroup => Deletion::ClipGroup {
                uuid: self.shares(kind).await.remove(3),
            },
            ShareKind::TimelapseGroup => Deletion::TimelapseGroup {
                uuid: self.shares(kind).await.remove(1),
            },
            ShareKind::LiveStream => {
                let path = "camera/findAllSharedLiveVideoStreams";
                let streams = self
                    .records(path, "sharedLiveVideoStreams", &json!({}))
                    .await;
                let mut of_cameras = streams.iter().filter(|it| it["cameraUuid"].is_string());
                let stream = of_cameras.next().expect("a camera's");
                Deletion::LiveStream {
                    uuid: id(stream, "uuid"),
                    camera: id(stream, "cameraUuid"),
                }
            }
            ShareKind::VideoWall => {
                let walls = self
                    .records("camera/getVideoWalls", "videoWalls", &json!({}))
                    .await;
                let wall = id(&walls[1], "uuid");
                let body = json!({"videoWallUuid": wall.to_string()});
                let path = "camera/findSharedVideoWalls";
                let shares = self.records(path, "sharedVideoWalls", &body).await;
                let uuid = id(&shares[0], "uuid");
                Deletion::VideoWall { uuid, wall }
            }
        }
    }

    async fn set_fault(&self, fault: &Value, operation: &str) {
        let mut fault = fault.clone();
        fault["operation"] = operation.into();
        let url = format!("{}/simulator/fault", self.url);
        let answer = self.http.put(url).body(fault.to_string()).send().await;
        assert!(answer.expect("an answer").status().is_success(), "{fault}");
    }

    /// How many requests came to an operation.
    async fn requests(&self, operation: &str) -> u64 {
        let url = format!("{}/simulator/requests?operation={operation}", self.url);
        let seen = self.http.get(url).send().await.expect("an answer");
        let seen: Value = serde_json::from_str(&seen.text().await.expect("a body")).expect("JSON");
        seen["requests"].as_u64().expect("a number")
    }
}

const fn operation(kind: ShareKind) -> &'static str {
    match kind {
        ShareKind::ClipGroup => "delete_clip_group",
        ShareKind::TimelapseGroup => "delete_timelapse_group",
        ShareKind::LiveStream => "delete_live_stream",
        ShareKind::VideoWall => "delete_video_wall",
    }
}

#[tokio::test]
async fn a_share_of_each_kind_is_taken_down_and_no_other() {
    let site = Site::new().await;
    for kind in ShareKind::ALL {
        let mut before = site.shares(kind).await;
        let deletion = site.one(kind).await;
        assert_eq!(site.delete(&deletion).await, Ok(()), "{kind:?}");
        before.retain(|id| id != deletion.uuid());
        assert_eq!(site.shares(kind).await, before, "{kind:?}");

        let again = site.delete(&deletion).await;
        assert!(matches!(again, Err(Error::Api { .. })), "{again:?}");
        assert_eq!(site.requests(operation(kind)).await, 2, "{kind:?}");
    }
}

#[tokio::test]
async fn a_stream_goes_by_its_camera_without_the_facet_too_and_by_no_other_camera() {
    let site = Site::new().await;
    let Deletion::LiveStream { uuid, camera } = site.one(ShareKind::LiveStream).await else {
        panic!("it is a stream");
    };
    let of = |camera: &str| Deletion::LiveStream {
        uuid: uuid.clone(),
        camera: Id::parse(camera),
    };
    let other = site.delete(&of("AAAAAAAAAAAAAAAAAAAAAQ")).await;
    assert!(matches!(other, Err(Error::Api { .. })), "{other:?}");
    let camera = Id::parse_camera(&camera.to_string());
    assert_eq!(site.delete(&of(&format!("{camera}.v0"))).await, Ok(()));
}

#[tokio::test]
async fn what_rhombus_may_have_acted_on_is_a_failure_and_is_not_sent_again() {
    let site = Site::new().await;
    for kind in ShareKind::ALL {
        let (operation, deletion) = (operation(kind), site.one(kind).await);
        for (fault, says) in [
            (json!({"fault": "error_true"}), "says by `error"),
            (json!({"fault": "warning"}), "warns by `warningMsg`"),
            (json!({"fault": "unauthorized"}), "401"),
            (json!({"fault": "forbidden"}), "403"),
            (json!({"fault": "client_error"}), "404"),
            (json!({"fault": "redirect"}), "302"),
            (json!({"fault": "server_error"}), "500"),
            (
                json!({"fault": "server_error", "status": 503, "retry_after": 1}),
                "503",
            ),
            (json!({"fault": "throttled"}), "429"),
            (json!({"fault": "no_answer"}), "no whole answer"),
            (json!({"fault": "slow_body"}), "no whole answer"),
            (json!({"fault": "drop"}), "the connection failed"),
            (json!({"fault": "drop_midway"}), "the connection failed"),
            (json!({"fault": "cut_json"}), "can't be read"),
            (json!({"fault": "not_json"}), "can't be read"),
            (json!({"fault": "array_top"}), "can't be read"),
            (json!({"fault": "empty_body"}), "can't be read"),
            (json!({"fault": "gzip_corrupt"}), "can't be read"),
        ] {
            let before = site.requests(operation).await;
            site.set_fault(&fault, operation).await;
            let error = site.delete(&deletion).await.expect_err("a fault");
            assert!(
                error.to_string().contains(says),
                "{kind:?} {fault}: {error}"
            );
            let sent = site.requests(operation).await - before;
            assert_eq!(sent, 1, "{kind:?} {fault}");
        }
        let there = site.shares(kind).await;
        assert!(there.contains(deletion.uuid()), "{kind:?}");
    }
}

#[tokio::test]
async fn an_answer_of_nothing_is_a_success_for_streams_alone() {
    let site = Site::new().await;
    for kind in ShareKind::ALL {
        let deletion = site.one(kind).await;
        let fault = json!({"fault": "empty_object"});
        site.set_fault(&fault, operation(kind)).await;
        let is_success = site.delete(&deletion).await.is_ok();
        assert_eq!(is_success, kind == ShareKind::LiveStream, "{kind:?}");
    }
}

#[tokio::test]
async fn who_is_told_when_to_come_again_comes_again() {
    let site = Site::new().await;
    let deletion = site.one(ShareKind::ClipGroup).await;
    let fault = json!({"fault": "throttled", "retry_after": 1, "times": 1});
    let operation = operation(ShareKind::ClipGroup);
    site.set_fault(&fault, operation).await;
    assert_eq!(site.delete(&deletion).await, Ok(()));
    assert_eq!(site.requests(operation).await, 2);

    let late = json!({"fault": "throttled", "retry_after": 60});
    site.set_fault(&late, operation).await;
    let throttled = site.delete(&deletion).await;
    assert!(matches!(throttled, Err(Error::Throttled { .. })));
    assert_eq!(site.requests(operation).await, 3);
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    let site = Site::at(format!("http://{address}"));
    let uuid = Id::parse("AAAAAAAAAAAAAAAAAAAAAQ");
    let refused = site.delete(&Deletion::ClipGroup { uuid }).await;
    assert!(matches!(refused, Err(Error::Unsent(_))), "{refused:?}");
}
