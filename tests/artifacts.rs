//! Holds what the repository ships beside the binary to its rules: dashboards, alerts and their
//! cases, runbooks, example configurations, provisioning files. A check is a function from a file's
//! text to what is wrong with it; beside each stands a test that breaks the real file and expects
//! the check to say so.

#[path = "artifacts/alert_cases.rs"]
mod alert_cases;
#[path = "artifacts/alert_links.rs"]
mod alert_links;
#[path = "artifacts/alerts.rs"]
mod alerts;
#[path = "artifacts/audit_cases.rs"]
mod audit_cases;
#[path = "artifacts/blind_cases.rs"]
mod blind_cases;
#[path = "artifacts/conditions.rs"]
mod conditions;
#[path = "artifacts/contract.rs"]
mod contract;
#[path = "common/dashboards.rs"]
mod dashboards;
#[path = "artifacts/examples.rs"]
mod examples;
#[path = "artifacts/exported.rs"]
mod exported;
#[path = "artifacts/findings.rs"]
mod findings;
#[path = "common/grafana.rs"]
mod grafana;
#[path = "artifacts/kind_cases.rs"]
mod kind_cases;
#[path = "artifacts/links.rs"]
mod links;
#[path = "artifacts/notices.rs"]
mod notices;
#[path = "artifacts/own_rules.rs"]
mod own_rules;
#[path = "artifacts/own_thresholds.rs"]
mod own_thresholds;
#[path = "artifacts/page_queries.rs"]
mod page_queries;
#[path = "artifacts/panel_cases.rs"]
mod panel_cases;
#[path = "artifacts/panels.rs"]
mod panels;
#[path = "artifacts/policy_cases.rs"]
mod policy_cases;
#[path = "artifacts/promql.rs"]
mod promql;
#[path = "artifacts/row_cases.rs"]
mod row_cases;
#[path = "artifacts/rule_file.rs"]
mod rule_file;
#[path = "artifacts/rule_mutants.rs"]
mod rule_mutants;
#[path = "artifacts/situation.rs"]
mod situation;
#[path = "artifacts/thresholds.rs"]
mod thresholds;
#[path = "common/toolchains.rs"]
mod toolchains;
#[path = "artifacts/tools.rs"]
mod tools;
#[path = "artifacts/whole_dashboards.rs"]
mod whole_dashboards;
#[path = "artifacts/zeros.rs"]
mod zeros;
