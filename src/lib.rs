//! A Prometheus exporter and audit monitor for video that leaves an organisation by Rhombus share
//! links. One way that data flows: `rhombus` asks and decodes, `inventory` holds one immutable
//! picture an organisation, `metrics` and `pages` show it. `docs/architecture.md` has the map.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test may end at what it did not expect"
    )
)]

pub mod audit;
pub mod build_info;
pub mod cli;
pub mod clock;
pub mod collector;
pub mod commands;
pub mod config;
pub mod inventory;
pub mod metrics;
pub mod pages;
pub mod policy;
pub mod rhombus;
pub mod rules;
pub mod share;
pub mod store;
pub mod telemetry;
pub mod view;
