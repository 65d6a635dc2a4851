//! Every metric: its name, its labels, its help text, its values. The contract is
//! `docs/metrics.md`, which a test compares with what is really exported. A new metric of things
//! that come and go is a `families::Spec` filled at the scrape; one that counts events is stored.

mod access;
mod api;
mod audit;
mod connections;
mod exposition;
mod families;
mod health;
mod inventories;
mod partners;
mod policy;
mod rendered;
mod state;
mod storage;

use std::sync::Arc;

use arc_swap::ArcSwap;
pub use connections::CountConnections;
pub use exposition::Exposition;
use prometheus::{Gauge, IntGaugeVec, Opts, Registry};
pub use rendered::Form;
use storage::Storage;
pub use storage::WatchStorage;

use crate::audit::Progress;
use crate::build_info;
use crate::clock::Clock;
use crate::inventory::FleetHandle;
use crate::policy::Policy;
use crate::rhombus::Observer;
use inventories::Inventories;

/// The metrics of one process.
pub struct Metrics {
    registry: Registry,
    exposition: Arc<Exposition>,
    api: Arc<api::ApiMetrics>,
    reload_successful: Gauge,
    reload_success_time: Gauge,
    clock: Clock,
}

impl Metrics {
    /// Registers everything; `connections` is asked at each rendering. The configuration counts as
    /// loaded now.
    ///
    /// # Errors
    /// When two metrics have one name: a mistake in this module.
    pub fn new(
        fleet: Arc<FleetHandle>,
        policy: Arc<ArcSwap<Policy>>,
        connections: CountConnections,
        clock: Clock,
    ) -> prometheus::Result<Self> {
        let registry = Registry::new();
        let inventories = Inventories {
            fleet,
            policy,
            clock: clock.clone(),
        };
        register_process(&registry)?;
        register_build_info(&registry)?;
        let gauge = |name, help| {
            let gauge = Gauge::new(name, help)?;
            registry.register(Box::new(gauge.clone())).map(|()| gauge)
        };
        let metrics = Self {
            api: Arc::new(api::ApiMetrics::new(&registry)?),
            reload_successful: gauge(
                "rhombus_share_exporter_config_last_reload_successful",
                "1 if the last attempt to load the configuration succeeded, else 0.",
            )?,
            reload_success_time: gauge(
                "rhombus_share_exporter_config_last_reload_success_timestamp_seconds",
                "When the configuration was last loaded with success.",
            )?,
            exposition: Arc::new(Exposition::new(registry.clone(), inventories, connections)),
            registry,
            clock,
        };
        metrics.reloaded(true);
        Ok(metrics)
    }

    /// Says from now on that the data is the built-in simulator's.
    ///
    /// # Errors
    /// When it is said already.
    pub fn mark_as_demo(&self) -> prometheus::Result<()> {
        let demo = Gauge::new(
            "rhombus_share_exporter_demo",
            "1: the data is the built-in simulator's; absent otherwise.",
        )?;
        demo.set(1.0);
        self.registry.register(Box::new(demo))
    }

    /// Says from now on where people find the pages, without a slash at the end.
    ///
    /// # Errors
    /// When it is said already.
    pub fn tell_external_url(&self, url: &str) -> prometheus::Result<()> {
        let opts = Opts::new(
            "rhombus_share_exporter_web_info",
            "1; external_url is where people find the pages, without a slash at the end.",
        );
        let info = IntGaugeVec::new(opts, &["external_url"])?;
        info.with_label_values(&[url]).set(1);
        self.registry.register(Box::new(info))
    }

    /// Tells from now on how the writing of what outlasts the process goes, and how far the audit trail has
    /// got. Said once.
    pub fn watch_storage(&self, watch: WatchStorage, trail: Arc<Progress>) {
        self.exposition.watch_storage(Storage { watch, trail });
    }

    /// What `/metrics` answers.
    pub fn exposition(&self) -> Arc<Exposition> {
        self.exposition.clone()
    }

    /// Counts the requests to Rhombus.
    pub fn observer(&self) -> Arc<dyn Observer> {
        self.api.clone()
    }

    /// The configuration was loaded again, or could not be.
    pub fn reloaded(&self, success: bool) {
        self.reload_successful.set(f64::from(u8::from(success)));
        if success {
            self.reload_success_time.set(self.clock.now().as_secs_f64());
        }
        self.exposition.changed();
    }
}

fn register_build_info(registry: &Registry) -> prometheus::Result<()> {
    let opts = Opts::new(
        "rhombus_share_exporter_build_info",
        "1; the labels say what was built, from what, with what.",
    );
    let build_info = IntGaugeVec::new(opts, &["version", "revision", "rustc"])?;
    let labels = [build_info::VERSION, build_info::REVISION, build_info::RUSTC];
    build_info.with_label_values(&labels).set(1);
    registry.register(Box::new(build_info))
}

#[cfg(target_os = "linux")]
fn register_process(registry: &Registry) -> prometheus::Result<()> {
    use prometheus::process_collector::ProcessCollector;
    registry.register(Box::new(ProcessCollector::for_self()))
}

/// `/proc` is Linux's.
#[cfg(not(target_os = "linux"))]
fn register_process(_registry: &Registry) -> prometheus::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use exporter_web::ConnectionCount;

    use super::*;
    use crate::clock::ServerClock;
    use crate::config::Collect;
    use crate::inventory::{Fleet, Inventory, Organization, Standing};
    use crate::share::samples::share;
    use crate::share::{
        AccessUntil, Expiry, Identity, Listing, Moment, Permissions, Protection, ShareKind,
        UnixMillis,
    };

    /// At 5,000 organisations with four lists each series more is 20,000 more.
    const MOST: usize = 45;

    const NOW: Moment = Moment {
        time: UnixMillis::from_secs(1_000),
        uptime: Duration::from_secs(1_000),
    };

    /// A list that has something of everything.
    fn listing(kind: ShareKind) -> Listing {
        let ends = [
            Expiry::Never,
            Expiry::At(NOW.time.after(Duration::from_secs(60))),
        ];
        let of = |protection: &Protection| {
            let protection = *protection;
            ends.map(|end| {
                let mut share = share(end);
                share.protection = protection;
                share
            })
        };
        Listing {
            shares: kind.protections().iter().flat_map(of).collect(),
            unlisted: Some(0),
            ..Listing::default()
        }
    }

    /// An organisation of which all is known and well, watched as it is where nothing is configured.
    fn well() -> Arc<FleetHandle> {
        let clock = Arc::new(ServerClock::new("https://rhombus.example".into()));
        let organization = Organization::new("acme", &ShareKind::ALL, clock).with_feed(true);
        let organization = Arc::new(organization);
        let fleet = Fleet::new(vec![organization.clone()], (&Collect::default()).into());
        let fleet = Arc::new(FleetHandle::new(fleet));
        for kind in ShareKind::ALL {
            let polled =
                Standing::default().succeeded(Duration::ZERO, Inventory::new(listing(kind), NOW));
            fleet.publish(&organization, kind, polled);
        }
        let permissions = Permissions {
            super_admin: Some(true),
            role: None,
        };
        fleet.permit(&organization, permissions);
        let access = AccessUntil {
            support: Some(Expiry::Never),
            partner: Some(Expiry::Never),
        };
        fleet.grant(&organization, access);
        fleet.identify(&organization, Identity::default());
        fleet
    }

    #[test]
    fn an_organisation_has_few_series_a_list_while_all_is_well() {
        let none = || ConnectionCount {
            open: 0,
            limit: 1,
            refused: Default::default(),
        };
        let metrics = Metrics::new(
            well(),
            Arc::default(),
            Box::new(none),
            Clock::from_fn(|| NOW),
        )
        .unwrap();
        let text = metrics.exposition().render(Form::Text);
        let text = std::str::from_utf8(&text).unwrap();
        let series = || text.lines().filter(|line| line.contains("org=\"acme\""));
        let mut of_lists = BTreeMap::new();
        for kind in ShareKind::ALL {
            let labels = [
                format!("kind=\"{}\"", kind.label()),
                format!("source=\"{}\"", kind.list()),
            ];
            let is_of = |line: &&str| labels.iter().any(|label| line.contains(label));
            of_lists.insert(kind.label(), series().filter(is_of).count());
        }
        let of_all = series().count();
        let of_it = of_all - of_lists.values().sum::<usize>();
        // Whatever is not of one of its lists counts for each of them here.
        let most = of_lists.values().max().unwrap() + of_it;
        assert!(most <= MOST, "{of_lists:?} and {of_it} of the organisation");
        assert!(of_all > 100, "all of it is there: {text}");
    }
}
