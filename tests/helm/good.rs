//! Values that are right: they render to what is in `golden`, which Kubernetes and Helm's linter take.

use std::fmt::Write as _;

use crate::chart::{Rendered, parse, sets};
use crate::kept;

#[test]
fn good_values_render_what_kubernetes_takes() {
    let sets = sets();
    assert!(sets.good.len() >= 16, "{} sets", sets.good.len());
    assert_eq!(sets.written.len(), 8, "{:?}", sets.written.keys());
    assert_eq!(sets.odd.len(), 2);
    let all = sets.good.iter().chain(&sets.manifests).chain(&sets.written);
    let all = all.chain(&sets.odd);
    for (name, rendered) in all {
        assert_eq!(rendered.error, None, "{name}");
        assert!(rendered.lint.is_empty(), "{name}: {:?}", rendered.lint);
        assert!(rendered.faults.is_empty(), "{name}: {:?}", rendered.faults);
        assert!(rendered.objects().len() >= 3, "{name}");
    }
}

#[test]
fn good_values_render_to_the_same_as_before() {
    for (name, rendered) in &sets().good {
        kept::same(
            &format!("tests/helm/golden/{name}.yaml"),
            &abridged(rendered),
        );
    }
}

/// All templates in one text. What is a copy of another file, which `alerts` and `docs` compare, is left out.
fn abridged(rendered: &Rendered) -> String {
    let mut text = String::new();
    for (path, manifest) in &rendered.manifests {
        let manifest = manifest.trim();
        if manifest.is_empty() {
            continue;
        }
        let _ = writeln!(text, "---\n# {path}");
        for line in shortened(path, manifest) {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

fn shortened<'t>(path: &str, manifest: &'t str) -> Vec<&'t str> {
    let lines = manifest.lines();
    if path.ends_with("prometheusrule.yaml") {
        return lines.take_while(|line| *line != "spec:").collect();
    }
    if path.ends_with("dashboards.yaml") {
        return lines
            .filter(|line| !line.starts_with("    {") && line.len() < 100)
            .filter(|line| !is_of_a_dashboard(line))
            .collect();
    }
    lines.collect()
}

/// Whether it is below the name of a dashboard's file.
fn is_of_a_dashboard(line: &str) -> bool {
    line.starts_with("    ")
        && !line
            .trim_start()
            .starts_with(|c: char| c.is_ascii_alphabetic())
}

#[test]
fn a_job_is_the_same_where_a_dollar_would_stand_for_a_group() {
    let odd = &sets().odd["numbers"];
    let monitor = odd.object("ServiceMonitor").expect("a monitor");
    let rule = &monitor["spec"]["endpoints"][0]["relabelings"][1];
    assert_eq!(rule["replacement"], "a: $$1");
    let rules = odd.object("PrometheusRule").expect("rules");
    assert!(rules.to_string().contains(r#"job=\"a: $1\""#));
}

#[test]
fn a_change_of_the_configuration_makes_new_pods() {
    let sum = |name: &str| {
        let workload = crate::chart::good(name).workload();
        workload["spec"]["template"]["metadata"]["annotations"]["checksum/config"].clone()
    };
    assert_ne!(sum("organizations"), sum("collect-only"));
    assert!(sum("minimal").is_null());
}

#[test]
fn a_dashboard_is_one_that_grafana_finds() {
    let rendered = crate::chart::good("monitoring");
    let objects = rendered.objects();
    let boards: Vec<_> = objects
        .iter()
        .filter(|(path, _)| path.ends_with("dashboards.yaml"))
        .collect();
    assert_eq!(boards.len(), 3);
    for (_, board) in boards {
        assert_eq!(board["metadata"]["labels"]["grafana_dashboard"], "1");
        assert_eq!(
            board["metadata"]["annotations"]["grafana_folder"],
            "Rhombus"
        );
        let data = board["data"].as_object().expect("a file");
        for (name, text) in data {
            let shipped = parse(&crate::chart::read(&format!("dashboards/{name}")));
            assert_eq!(parse(text.as_str().expect("JSON")), shipped, "{name}");
        }
    }
}

#[test]
fn a_dashboard_is_small_enough_for_kubectl_apply() {
    let objects = crate::chart::good("monitoring").objects();
    let boards = objects
        .iter()
        .filter(|(path, _)| path.ends_with("dashboards.yaml"));
    for (_, board) in boards {
        // It keeps all of an object in an annotation, and Kubernetes takes no more of them.
        let size = board.to_string().len();
        assert!(
            size < 262_144 - 1_024,
            "{}: {size}",
            board["metadata"]["name"]
        );
    }
}

#[test]
fn the_notes_say_where_the_policy_shuts_the_way_out() {
    let says = |name: &str| {
        let notes = crate::chart::good(name).manifests.iter();
        let mut notes = notes.filter(|(path, _)| path.ends_with("NOTES.txt"));
        notes
            .next()
            .expect("notes")
            .1
            .contains("networkPolicy.egress.extra")
    };
    assert!(says("shut-in") && says("endpoint-at-another-port"));
    assert!(!says("network") && !says("partner") && !says("cluster"));
}
