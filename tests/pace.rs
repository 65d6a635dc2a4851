//! The organisation's budget of requests is shared with its other integrations: however often it is
//! asked to, the client keeps to its pace.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rhombus_share_exporter::clock::{Clock, ServerClock};
use rhombus_share_exporter::rhombus::{
    ApiKey, Ask, BURST, Client, Credential, Endpoint, ExpirationTime, Holder, InFlight,
    Instruments, Limits, Observer, Pace, Transport, Wait,
};
use rhombus_share_exporter::share::{ShareKind, Source};
use rhombus_simulator::{Settings, Simulator, WorldKind};

const ASK: Ask = Ask {
    kind: ShareKind::ClipGroup,
    created_after: None,
    expiration_time: ExpirationTime::Auto,
    keep_titles: true,
    within: Duration::from_secs(30),
};

struct Nobody;

impl Observer for Nobody {
    fn request(&self, _: Source, _: Option<u16>, _: Duration, _: u64) {}
    fn retry(&self, _: Source) {}
    fn waited(&self, _: Source, _: Wait, _: Duration) {}
}

fn nobody() -> Instruments {
    Instruments {
        observer: Arc::new(Nobody),
        clock: Clock::system(),
        server_clock: Arc::new(ServerClock::new("http://rhombus.example".to_owned())),
        in_flight: InFlight::new(),
    }
}

async fn simulator() -> Endpoint {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    let settings = Settings::any_key(WorldKind::Empty);
    let clock = Clock::system();
    let clock = rhombus_simulator::Clock::from_fn(move || clock.now().0);
    let app = Simulator::new(settings, clock).router();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Endpoint::parse(&url).expect("an endpoint")
}

fn credential(endpoint: &Endpoint) -> Credential {
    let key = ApiKey::new("key").expect("a key");
    let credential = Credential::new(
        &Transport::default(),
        endpoint,
        Holder::Organization,
        key,
        None,
    );
    credential.expect("plain HTTP needs no certificates")
}

/// How long it takes to ask the burst and `more` times more.
async fn asking(more: u32, requests_per_second: f64) -> Duration {
    let limits = Limits {
        timeout: Duration::from_secs(30),
        max_response_bytes: 1 << 20,
    };
    let endpoint = simulator().await;
    let credential = credential(&endpoint);
    let client = Client::new(
        endpoint,
        limits,
        Pace::new(requests_per_second),
        None,
        nobody(),
    );
    let started = Instant::now();
    for _ in 0..BURST.get() + more {
        client.shares(ASK, &credential).await.expect("an answer");
    }
    started.elapsed()
}

#[tokio::test]
async fn after_the_burst_requests_keep_to_the_pace() {
    let took = asking(4, 2.0).await;
    // Four more at two a second; the first of them may have been earned during the burst.
    assert!(took >= Duration::from_millis(1_400), "{took:?}");
}

#[tokio::test]
async fn a_poll_that_the_pace_leaves_no_time_says_so() {
    let limits = Limits {
        timeout: Duration::from_secs(1),
        max_response_bytes: 1 << 20,
    };
    let endpoint = simulator().await;
    let credential = credential(&endpoint);
    let client = Client::new(endpoint, limits, Pace::new(0.01), None, nobody());
    let mut last = Ok(());
    for _ in 0..=BURST.get() {
        let within = Duration::from_millis(300);
        let answer = client.shares(Ask { within, ..ASK }, &credential);
        last = answer.await.map(drop);
    }
    let error = last.expect_err("the burst is used up");
    assert!(error.to_string().contains("requests_per_second"), "{error}");
}
