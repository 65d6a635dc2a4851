//! The Helm chart, rendered with each set of values in `values`: what comes of it is compared with
//! files (`deploy/helm/update` writes them anew), held against Kubernetes's schemas, and given to
//! the real binary and to promtool. So are the manifests in `deploy/kubernetes`, which come from it.

#[path = "../common/mod.rs"]
mod common;

mod alerts;
mod bad;
mod chart;
mod docs;
mod good;
mod kept;
mod manifests;
mod objects;
mod starts;
