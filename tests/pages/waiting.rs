//! How much may wait to be made.

use std::sync::Mutex;
use std::sync::mpsc::channel;

use exporter_web::ServerOptions;
use rhombus_share_exporter::clock::Clock;
use rhombus_share_exporter::pages::{App, router};
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;

use crate::fleets::{NOW, app, fleet, good};
use crate::support::{client, soon, start};

/// So many pages may wait beside the one that is being made.
const MOST: usize = 64;

/// Who comes while so much waits is told so at once, and no scrape waits for a page.
#[tokio::test]
async fn what_waits_for_a_page_is_limited_and_counted() {
    let (release, held) = channel::<()>();
    let (begin, mut begun) = unbounded_channel();
    let held = Mutex::new(held);
    let app = App {
        // Asked for the time, it answers when nobody can hold it up any more.
        clock: Clock::from_fn(move || {
            let _ = begin.send(());
            let _ = held.lock().unwrap().recv();
            NOW
        }),
        ..app(fleet(vec![("acme", good(0, 1))]))
    };
    let served = start(router(app), ServerOptions::default()).await;
    let mut pages = JoinSet::new();
    pages.spawn(client().get(served.url("/")).send());
    begun.recv().await;
    for _ in 0..=MOST {
        pages.spawn(client().get(served.url("/")).send());
    }
    let refused = soon(pages.join_next()).await.unwrap().unwrap().unwrap();
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "5");
    let metrics = client().get(served.url("/metrics")).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    let counted = r#"rhombus_share_exporter_http_refused_total{reason="overloaded"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");
    drop(release);
    while let Some(answer) = pages.join_next().await {
        assert_eq!(answer.unwrap().unwrap().status(), 200);
    }
}
