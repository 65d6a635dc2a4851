//! Families of series that are built at the scrape from a snapshot, so that what is gone vanishes
//! by itself. What has a life of its own (requests, reloads) is a stored metric instead.

use prometheus::core::Desc;
use prometheus::proto;

/// A metric as the contract has it: name, help text, labels, type.
#[derive(Debug)]
pub(super) struct Spec {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) labels: &'static [&'static str],
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Counter,
    Gauge,
}

impl Spec {
    pub(super) const fn gauge(
        name: &'static str,
        labels: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Self {
            name,
            help,
            labels,
            kind: Kind::Gauge,
        }
    }

    pub(super) const fn counter(
        name: &'static str,
        labels: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Self {
            name,
            help,
            labels,
            kind: Kind::Counter,
        }
    }

    pub(super) fn desc(&self) -> Desc {
        let labels = self
            .labels
            .iter()
            .map(|label| (*label).to_owned())
            .collect();
        Desc::new(
            self.name.into(),
            self.help.into(),
            labels,
            Default::default(),
        )
        .expect("the names and labels of the contract are valid")
    }
}

/// A family while its series are gathered.
pub(super) struct Family {
    spec: &'static Spec,
    series: Vec<proto::Metric>,
}

impl Family {
    pub(super) const fn new(spec: &'static Spec) -> Self {
        Self {
            spec,
            series: Vec::new(),
        }
    }

    /// Adds a series; `values` are those of the labels, in their order.
    pub(super) fn push(&mut self, values: &[&str], value: f64) {
        debug_assert_eq!(values.len(), self.spec.labels.len(), "{}", self.spec.name);
        let pair = |(name, value): (&&str, &&str)| {
            let mut pair = proto::LabelPair::default();
            pair.set_name((*name).to_owned());
            pair.set_value((*value).to_owned());
            pair
        };
        let mut series = proto::Metric::default();
        series.set_label(self.spec.labels.iter().zip(values).map(pair).collect());
        match self.spec.kind {
            Kind::Counter => {
                let mut counter = proto::Counter::default();
                counter.set_value(value);
                series.set_counter(counter);
            }
            Kind::Gauge => {
                let mut gauge = proto::Gauge::default();
                gauge.set_value(value);
                series.set_gauge(gauge);
            }
        }
        self.series.push(series);
    }

    /// Adds a count. Exact up to 2^53.
    #[expect(
        clippy::cast_precision_loss,
        reason = "Prometheus has no other numbers"
    )]
    pub(super) fn push_count(&mut self, values: &[&str], count: u64) {
        self.push(values, count as f64);
    }

    pub(super) fn finish(self) -> proto::MetricFamily {
        let mut family = proto::MetricFamily::default();
        family.set_name(self.spec.name.to_owned());
        family.set_help(self.spec.help.to_owned());
        family.set_field_type(match self.spec.kind {
            Kind::Counter => proto::MetricType::COUNTER,
            Kind::Gauge => proto::MetricType::GAUGE,
        });
        family.set_metric(self.series);
        family
    }
}
