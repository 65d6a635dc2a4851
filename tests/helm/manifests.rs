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

/// The file of the repository that has the image's user.
fn image_user() -> String {
    let dockerfile = read("Dockerfile");
    let mut users = dockerfile
        .lines()
        .filter_map(|line| line.strip_prefix("USER "));
    users.next_back().expect("a user").to_owned()
}

#[test]
fn what_runs_is_the_image_with_enough_memory_as_its_user() {
    for name in ["exporter", "shards"] {
        let workload = sets().manifests[name].workload();
        let pod = &workload["spec"]["template"]["spec"];
        let container = &pod["containers"][0];
        let account = &pod["securityContext"];
        let user = format!("{}:{}", account["runAsUser"], account["runAsGroup"]);
        assert_eq!(user, image_user(), "{name}");
        let version = format!("{}:{}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let image = container["image"].as_str().expect("an image");
        assert!(image.ends_with(&format!("/{version}")), "{image}");
        // Twice the peak at the largest answer that is read by default.
        assert_eq!(container["resources"]["limits"]["memory"], "512Mi");
    }
}

#[test]
fn the_documents_make_the_secrets_that_the_manifests_mount() {
    for (name, document, key) in [
        ("exporter", "docs/deploy.md", "api-key"),
        ("shards", "docs/partners.md", "partner-key"),
    ] {
        let rendered = &sets().manifests[name];
        let workload = rendered.workload();
        let volumes = workload["spec"]["template"]["spec"]["volumes"].as_array();
        let mut secrets = volumes
            .into_iter()
            .flatten()
            .filter_map(|it| it.get("secret"));
        let secret = secrets.next().expect("a secret")["secretName"]
            .as_str()
            .expect("a name");
        let made =
            format!("kubectl -n monitoring create secret generic {secret} --from-file={key}");
        let file = format!("install -m 0400 /dev/stdin {key} ");
        for document in [format!("deploy/kubernetes/{name}.yml"), document.to_owned()] {
            assert!(read(&document).contains(&made), "{document}: no {made}");
            assert!(read(&document).contains(&file), "{document}: no {file}");
        }
    }
}
