//! The requests that are sent to Rhombus.

use std::time::Duration;

use prometheus::{CounterVec, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

use crate::rhombus::{Observer, Wait};
use crate::share::Source;

/// The statuses whose series are there from the start; another one joins when it first comes.
const DOCUMENTED_CODES: [&str; 7] = ["200", "400", "401", "403", "429", "500", NO_ANSWER];
const NO_ANSWER: &str = "error";
/// From an answer out of a cache to one that takes the whole default timeout, in seconds.
const BUCKETS: [f64; 10] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0];

/// Counts requests as they end.
pub(super) struct ApiMetrics {
    requests: IntCounterVec,
    duration: HistogramVec,
    bytes: IntCounterVec,
    retries: IntCounterVec,
    wait: CounterVec,
}

impl ApiMetrics {
    pub(super) fn new(registry: &Registry) -> prometheus::Result<Self> {
        let counter = |name, help, labels: &[&str]| {
            let counter = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry
                .register(Box::new(counter.clone()))
                .map(|()| counter)
        };
        let duration = HistogramVec::new(
            HistogramOpts::new(
                "rhombus_api_request_duration_seconds",
                "How long requests to Rhombus took, whole, whether or not an answer came.",
            )
            .buckets(BUCKETS.into()),
            &["source"],
        )?;
        registry.register(Box::new(duration.clone()))?;
        let wait = CounterVec::new(
            Opts::new(
                "rhombus_api_wait_seconds_total",
                "Time spent waiting before requests to Rhombus: for the pace, or for as long as it said.",
            ),
            &["source", "for"],
        )?;
        registry.register(Box::new(wait.clone()))?;
        let metrics = Self {
            requests: counter(
                "rhombus_api_requests_total",
                "HTTP requests sent to Rhombus, by status; `error` where no answer came.",
                &["source", "code"],
            )?,
            duration,
            bytes: counter(
                "rhombus_api_response_bytes_total",
                "Bytes of Rhombus's answers that were read, after decompression.",
                &["source"],
            )?,
            retries: counter(
                "rhombus_api_retries_total",
                "Requests to Rhombus that were sent again.",
                &["source"],
            )?,
            wait,
        };
        metrics.start_at_zero();
        Ok(metrics)
    }

    fn start_at_zero(&self) {
        for source in Source::ALL.map(Source::label) {
            for code in DOCUMENTED_CODES {
                self.requests.with_label_values(&[source, code]);
            }
            self.duration.with_label_values(&[source]);
            self.bytes.with_label_values(&[source]);
            self.retries.with_label_values(&[source]);
            for wait in Wait::ALL.map(Wait::label) {
                self.wait.with_label_values(&[source, wait]);
            }
        }
    }
}

impl Observer for ApiMetrics {
    fn request(&self, source: Source, status: Option<u16>, took: Duration, bytes: u64) {
        let source = source.label();
        let code = status.map_or(NO_ANSWER.to_owned(), |status| status.to_string());
        self.requests.with_label_values(&[source, &code]).inc();
        self.duration
            .with_label_values(&[source])
            .observe(took.as_secs_f64());
        self.bytes.with_label_values(&[source]).inc_by(bytes);
    }

    fn retry(&self, source: Source) {
        self.retries.with_label_values(&[source.label()]).inc();
    }

    fn waited(&self, source: Source, wait: Wait, time: Duration) {
        self.wait
            .with_label_values(&[source.label(), wait.label()])
            .inc_by(time.as_secs_f64());
    }
}
