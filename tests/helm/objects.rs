//! What the objects of one release must be to each other, and how little they may do.

use serde_json::{Value, json};

use crate::chart::{Rendered, sets};

/// All that good values and those of the plain manifests render.
fn all() -> impl Iterator<Item = (&'static String, &'static Rendered)> {
    sets().good.iter().chain(&sets().manifests)
}

/// The pods: the exporter's, and that of `helm test` where there is one.
fn pods(rendered: &Rendered) -> Vec<Value> {
    let test = rendered.object("Pod").into_iter();
    let mut pods: Vec<Value> = test.collect();
    pods.push(rendered.workload()["spec"]["template"].clone());
    pods
}

/// Whether what has `labels` is selected.
#[track_caller]
fn selects(selector: &Value, labels: &Value) -> bool {
    let selector = selector.as_object().expect("labels");
    assert!(!selector.is_empty());
    selector.iter().all(|(name, value)| &labels[name] == value)
}

#[test]
fn selectors_find_the_exporter_and_not_the_pod_of_the_test() {
    let mut monitors = 0;
    for (name, rendered) in all() {
        let workload = rendered.workload();
        let labels = &workload["spec"]["template"]["metadata"]["labels"];
        let service = rendered.object("Service").expect("a service");
        assert!(
            selects(&workload["spec"]["selector"]["matchLabels"], labels),
            "{name}"
        );
        assert!(selects(&service["spec"]["selector"], labels), "{name}");
        if let Some(test) = rendered.object("Pod") {
            assert!(!selects(
                &service["spec"]["selector"],
                &test["metadata"]["labels"]
            ));
        }
        if let Some(policy) = rendered.object("NetworkPolicy") {
            assert!(selects(
                &policy["spec"]["podSelector"]["matchLabels"],
                labels
            ));
            let from = &policy["spec"]["ingress"][0]["from"][1]["podSelector"]["matchLabels"];
            let test = rendered.object("Pod").expect("a test");
            assert!(selects(from, &test["metadata"]["labels"]));
        }
        for (kind, labels) in [
            ("ServiceMonitor", &service["metadata"]["labels"]),
            ("PodMonitor", labels),
        ] {
            let Some(monitor) = rendered.object(kind) else {
                continue;
            };
            assert!(
                selects(&monitor["spec"]["selector"]["matchLabels"], labels),
                "{name}"
            );
            let job = monitor["spec"]["jobLabel"].as_str().expect("a label");
            assert_eq!(labels[job], env!("CARGO_PKG_NAME"));
            monitors += 1;
        }
    }
    assert!(monitors >= 6);
}

#[test]
fn ports_have_the_names_that_others_use() {
    for (name, rendered) in all() {
        let workload = rendered.workload();
        let port = &workload["spec"]["template"]["spec"]["containers"][0]["ports"][0];
        assert_eq!(
            port,
            &json!({ "name": "metrics", "containerPort": 10063 }),
            "{name}"
        );
        let service = rendered.object("Service").expect("a service");
        assert_eq!(service["spec"]["ports"][0]["name"], "metrics");
        assert_eq!(service["spec"]["ports"][0]["targetPort"], "metrics");
        assert_eq!(service["spec"]["publishNotReadyAddresses"], true);
        let headless = workload["kind"] == "StatefulSet";
        assert_eq!(service["spec"]["clusterIP"] == "None", headless, "{name}");
        // By the name of either, an upgrade from one to the other would ask for what a Service can't become.
        let called = service["metadata"]["name"].as_str().expect("a name");
        assert_eq!(called.ends_with("-shards"), headless, "{name}: {called}");
        if headless {
            assert_eq!(workload["spec"]["serviceName"], called);
        }
    }
}

#[test]
fn nothing_has_privileges() {
    for (name, rendered) in all() {
        for pod in pods(rendered) {
            let pod = &pod["spec"];
            assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
            assert_eq!(pod["enableServiceLinks"], false, "{name}");
            assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{name}");
            assert_eq!(
                pod["securityContext"]["seccompProfile"]["type"],
                "RuntimeDefault"
            );
            let user = if name == "openshift" {
                Value::Null
            } else {
                json!(65532)
            };
            assert_eq!(pod["securityContext"]["runAsUser"], user, "{name}");
            let process = &pod["containers"][0]["securityContext"];
            assert_eq!(process["allowPrivilegeEscalation"], false, "{name}");
            assert_eq!(process["readOnlyRootFilesystem"], true, "{name}");
            assert_eq!(
                process["capabilities"],
                json!({ "drop": ["ALL"] }),
                "{name}"
            );
        }
    }
}

/// The names in a list of objects; none where there is no list.
fn names(list: &Value) -> Vec<&str> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| item["name"].as_str())
        .collect()
}

#[test]
fn what_is_mounted_is_there_and_secrets_are_read_only() {
    for (name, rendered) in all() {
        let workload = rendered.workload();
        let pod = &workload["spec"]["template"]["spec"];
        let mut volumes = names(&pod["volumes"]);
        if let Some(claims) = workload["spec"]["volumeClaimTemplates"].as_array() {
            volumes.extend(
                claims
                    .iter()
                    .filter_map(|it| it["metadata"]["name"].as_str()),
            );
        }
        let mounts = &pod["containers"][0]["volumeMounts"];
        let mut mounted = names(mounts);
        volumes.sort_unstable();
        mounted.sort_unstable();
        assert_eq!(volumes, mounted, "{name}");
        for mount in mounts.as_array().into_iter().flatten() {
            let writable = ["storage", "anchor"].contains(&mount["name"].as_str().expect("a name"));
            assert_eq!(mount["readOnly"] == true, !writable, "{name}: {mount}");
            assert!(mount.get("subPath").is_none(), "{name}");
        }
        for volume in pod["volumes"].as_array().into_iter().flatten() {
            if let Some(secret) = volume.get("secret") {
                assert_eq!(secret["defaultMode"], 0o440, "{name}");
            }
        }
    }
}

#[test]
fn names_can_be_resolved_at_the_port_of_the_service_and_at_that_of_its_pods() {
    let mut policies = 0;
    for (name, rendered) in all() {
        let Some(policy) = rendered.object("NetworkPolicy") else {
            continue;
        };
        let ports = &policy["spec"]["egress"][0]["ports"];
        for port in [53, 5353] {
            for protocol in ["UDP", "TCP"] {
                let rule = json!({ "port": port, "protocol": protocol });
                assert!(ports.as_array().expect("ports").contains(&rule), "{name}");
            }
        }
        policies += 1;
    }
    assert!(policies >= 3);
}

#[test]
fn the_pod_of_the_test_asks_again_and_not_for_ever() {
    for (name, rendered) in all() {
        let Some(test) = rendered.object("Pod") else {
            continue;
        };
        assert_eq!(test["spec"]["restartPolicy"], "OnFailure", "{name}");
        let limit = test["spec"]["activeDeadlineSeconds"].as_u64();
        // Helm itself gives up after five minutes.
        assert!(limit.is_some_and(|it| it < 300), "{name}");
    }
}

#[test]
fn a_single_exporter_is_never_two() {
    let mut deployments = 0;
    for (name, rendered) in all() {
        let workload = rendered.workload();
        if workload["kind"] == "Deployment" {
            assert_eq!(workload["spec"]["replicas"], 1, "{name}");
            assert_eq!(workload["spec"]["strategy"]["type"], "Recreate", "{name}");
            deployments += 1;
        }
    }
    assert!(deployments > 10);
}
