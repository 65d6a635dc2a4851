//! The plain manifests in `deploy/kubernetes`: what the chart renders with the values of the same name, without what
//! only Helm wants.

use crate::chart::{Rendered, read, sets};
use crate::kept;

/// Of these, one template; of the others, all.
const PARTS: [(&str, &str); 3] = [
    ("networkpolicy", "/networkpolicy.yaml"),
    ("prometheusrule", "/prometheusrule.yaml"),
    ("servicemonitor", "/servicemonitor.yaml"),
];

#[test]
fn the_plain_manifests_are_what_the_chart_renders() {
    assert_eq!(sets().manifests.len(), 5);
    for (name, rendered) in &sets().manifests {
        let values = read(&format!("tests/helm/values/manifests/{name}.yml"));
        let head = values.lines().take_while(|line| line.starts_with('#'));
        let head: String = head.map(|line| format!("{line}\n")).collect();
        let text = format!("{head}{}", manifest(name, rendered));
        assert!(!text.to_lowercase().contains("helm.sh/"), "{name}");
        kept::same(&format!("deploy/kubernetes/{name}.yml"), &text);
    }
}

fn manifest(name: &str, rendered: &Rendered) -> String {
    let part = PARTS.iter().find(|(of, _)| *of == name);
    let texts = rendered
        .manifests
        .iter()
        .filter(|(path, _)| path.ends_with(".yaml") && !path.contains("/tests/"))
        .filter(|(path, _)| part.is_none_or(|(_, part)| path.ends_with(part)))
        .map(|(_, text)| text.trim())
        .filter(|text| !text.is_empty())
        .map(|text| format!("{}\n", without_helm(text)));
    texts.collect::<Vec<_>>().join("---\n")
}

/// A text without the labels that Helm knows its objects by, and without the sum by which a release makes new pods.
fn without_helm(text: &str) -> String {
    let kept: Vec<&str> = text.lines().filter(|line| !is_helms(line)).collect();
    let mut lines = Vec::new();
    for (at, line) in kept.iter().enumerate() {
        let next = kept.get(at + 1).copied().unwrap_or_default();
        let empty = line.trim() == "annotations:" && indentation(next) <= indentation(line);
        if !empty {
            lines.push(*line);
        }
    }
    lines.join("\n")
}

fn is_helms(line: &str) -> bool {
    let line = line.trim_start();
    [
        "helm.sh/chart:",
        "app.kubernetes.io/managed-by:",
        "checksum/config:",
        "# A change of the configuration",
        "# The pod of `helm test`",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
