//! Several exporters share the organisations: each watches its part, and nobody is left out.

use std::collections::BTreeSet;

use crate::common::metrics::Metrics;
use crate::partner::{ALL, Partner, clients};

fn watched(metrics: &Metrics) -> BTreeSet<String> {
    let info = metrics.starting("rhombus_partner_client_info{");
    let series = info.to_string();
    let org = |line: &str| Some(line.split(r#"org=""#).nth(1)?.split('"').next()?.to_owned());
    series.lines().filter_map(org).collect()
}

#[tokio::test]
async fn each_organisation_is_watched_by_one_of_them_under_the_same_name() {
    let partner = Partner::new(12, 0, &["acme"]);
    let own = partner
        .files
        .organization("acme", &partner.simulator.url(""));
    let mut all = BTreeSet::new();
    let mut organizations = 0.0;
    for shard in 0..3 {
        let flag = format!("--collect.shard={shard}/3");
        let exporter = partner.exporter(ALL, &partner.entry(""), &own, &[&flag]);
        let metrics = exporter
            .wait_for("its clients are known", |metrics| {
                metrics.get(&clients("watched")).is_some()
            })
            .await;
        let which = format!(r#"rhombus_share_exporter_shard{{index="{shard}",count="3"}}"#);
        assert_eq!(metrics.value(&which), 1.0);
        let part = watched(&metrics);
        assert_eq!(metrics.value(&clients("watched")), part.len() as f64);
        assert_eq!(
            metrics.value(&clients("other_shard")),
            12.0 - part.len() as f64
        );
        assert!(!part.is_empty() && part.len() < 12, "{part:?}");
        organizations += metrics.sum("rhombus_organizations");
        let before = all.len() + part.len();
        all.extend(part);
        assert_eq!(all.len(), before, "two watch one");
    }
    let expected: BTreeSet<_> = (1..=12).map(|number| format!("Client {number}")).collect();
    assert_eq!(all, expected);
    // And the one with a key of its own.
    assert_eq!(organizations, 13.0);
}
