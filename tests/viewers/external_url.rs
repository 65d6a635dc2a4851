//! `--web.external-url`, as alerts read it.

use crate::asking::{here, outcome};
use crate::common::process::Process;

const INFO: &str = "rhombus_share_exporter_web_info";

#[tokio::test]
async fn the_address_that_is_given_is_in_the_metrics() {
    let exporter = here(&["--web.external-url=https://Example.com/rhombus/"]);
    let metrics = exporter.metrics().await;
    let series = format!("{INFO}{{external_url=\"https://example.com/rhombus\"}}");
    assert_eq!(metrics.get(&series), Some(1.0), "{metrics}");
    let silent = here(&[]).metrics().await;
    assert!(silent.starting(INFO).is_empty(), "{silent}");
}

#[tokio::test]
async fn the_demo_gives_its_own() {
    let demo = Process::start(&["demo", "--web.listen-address=127.0.0.1:0"], &[]);
    let series = format!("{INFO}{{external_url=\"http://{}\"}}", demo.address());
    assert_eq!(demo.metrics().await.get(&series), Some(1.0));
    // What it shows is made up.
    assert_eq!(demo.get("/shares").await.0, 200);
}

#[tokio::test]
async fn an_address_that_no_path_can_be_put_after_is_refused() {
    for url in [
        "exporter.example",
        "ftp://exporter.example",
        "https://ann:one@exporter.example",
        "https://exporter.example/?a",
        "https://exporter.example/#a",
    ] {
        let (status, text) = outcome(&["check-config", &format!("--web.external-url={url}")]);
        assert_eq!(status, Some(2), "{url}");
        assert!(text.contains("expected a URL"), "{url}: {text}");
    }
}
