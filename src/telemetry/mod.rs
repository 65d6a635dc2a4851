//! The log: one line an event, to stderr, as logfmt or JSON. Set up once, by `main`. What is
//! logged never holds a body, a key, a title or a share URL; whoever logs sees to that.

mod line;

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::prelude::*;
use tracing_subscriber::util::TryInitError;

use crate::audit;
use line::Line;
pub(crate) use line::needs_escape;

/// How much is logged: this level and above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogLevel {
    /// Each request and decision.
    Debug,
    /// Starts, ends and changes.
    #[default]
    Info,
    /// What a person should look at.
    Warn,
    /// What failed.
    Error,
}

/// How a line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// `ts=… level=info msg="…" key=value`.
    #[default]
    Logfmt,
    /// The same keys in one JSON object.
    Json,
}

impl LogLevel {
    const fn filter(self) -> LevelFilter {
        match self {
            Self::Debug => LevelFilter::DEBUG,
            Self::Info => LevelFilter::INFO,
            Self::Warn => LevelFilter::WARN,
            Self::Error => LevelFilter::ERROR,
        }
    }
}

/// Logs to stderr from now on, for the whole process.
///
/// # Errors
/// When something has set up a log before.
pub fn init(level: LogLevel, format: LogFormat) -> Result<(), TryInitError> {
    subscriber(level, format, io::stderr).try_init()
}

/// The crates whose events are this project's own.
const OWN: [&str; 2] = [env!("CARGO_CRATE_NAME"), exporter_web::LOG_TARGET];

/// The level is for this project's own events. Of the libraries, only warnings and errors are
/// shown: their details may hold what must stay in, such as headers.
fn subscriber<W>(
    level: LogLevel,
    format: LogFormat,
    writer: W,
) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let targets = Targets::new()
        .with_default(level.filter().min(LevelFilter::WARN))
        .with_targets(OWN.map(|own| (own, level.filter())))
        // What the audit trail has got is for those who collect it, however little of the rest is wanted.
        .with_target(audit::LOG_TARGET, LevelFilter::INFO);
    let layer = tracing_subscriber::fmt::layer()
        .event_format(Line(format))
        .fmt_fields(Line(format))
        // A line that can't be written would be told on stderr, which may be what is broken.
        .log_internal_errors(false)
        .with_writer(writer);
    tracing_subscriber::registry().with(layer.with_filter(targets))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What `log` writes, without the time stamp of each line.
    fn written(level: LogLevel, format: LogFormat, log: impl FnOnce()) -> String {
        let sink = Sink::default();
        let writer = sink.clone();
        let subscriber = subscriber(level, format, move || writer.clone());
        tracing::subscriber::with_default(subscriber, log);
        let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        text.lines()
            .map(|line| match format {
                LogFormat::Logfmt => line.split_once(' ').unwrap().1.to_owned() + "\n",
                LogFormat::Json => "{".to_owned() + line.split_once(',').unwrap().1 + "\n",
            })
            .collect()
    }

    const NASTY: &str =
        "a \"quote\", a \\, a\nnewline, \u{1b}[31m, \u{7f}, \u{9b}, \u{202e}, ü ' =";

    #[test]
    fn logfmt_escapes_what_would_break_a_line_or_a_terminal() {
        let text = written(LogLevel::Info, LogFormat::Logfmt, || {
            tracing::info!(org = "acme", n = 3, ok = true, nasty = NASTY, "hello there");
            tracing::warn!(
                empty = "",
                plain = "a-b/c:d",
                esc = "\u{1b}",
                del = "\u{7f}"
            );
        });
        assert_eq!(
            text,
            concat!(
                "level=info target=rhombus_share_exporter::telemetry::tests msg=\"hello there\" ",
                "org=acme n=3 ok=true ",
                "nasty=\"a \\\"quote\\\", a \\\\, a\\nnewline, \\u001b[31m, \\u007f, \\u009b, ",
                "\\u202e, ü ' =\"\n",
                "level=warn target=rhombus_share_exporter::telemetry::tests empty=\"\" ",
                "plain=a-b/c:d esc=\"\\u001b\" del=\"\\u007f\"\n",
            )
        );
    }

    #[test]
    fn json_is_one_object_a_line_with_the_same_keys() {
        let text = written(LogLevel::Info, LogFormat::Json, || {
            let error: &dyn std::error::Error = &io::Error::other("broken \u{9b}");
            tracing::error!(error, n = 3_u64, f = 0.5, ok = false, nasty = NASTY, "oh");
        });
        assert!(
            !text.chars().any(|c| c.is_control() && c != '\n'),
            "{text:?}"
        );
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            line,
            serde_json::json!({
                "level": "error",
                "target": "rhombus_share_exporter::telemetry::tests",
                "msg": "oh",
                "error": "broken \u{9b}",
                "n": 3,
                "f": 0.5,
                "ok": false,
                "nasty": NASTY,
            })
        );
    }

    #[test]
    fn the_fields_of_the_spans_around_come_too() {
        let log = || {
            let outer = tracing::info_span!("poll", org = "a b", late = tracing::field::Empty);
            outer.record("late", 1);
            let _outer = outer.enter();
            let _inner = tracing::info_span!("nothing").entered();
            tracing::info!(x = 1, "m");
        };
        assert!(
            written(LogLevel::Info, LogFormat::Logfmt, log)
                .ends_with("msg=m x=1 org=\"a b\" late=1\n")
        );
        let json = written(LogLevel::Info, LogFormat::Json, log);
        let end = r#""msg":"m","x":1,"org":"a b","late":1}"#;
        assert!(json.trim_end().ends_with(end), "{json}");
    }

    #[test]
    fn the_level_is_ours_and_libraries_only_warn() {
        let text = written(LogLevel::Debug, LogFormat::Logfmt, || {
            tracing::debug!("ours");
            tracing::debug!(target: "exporter_web::server", "our server's");
            tracing::info!(target: "hyper", "theirs");
            tracing::warn!(target: "hyper", "their warning");
            tracing::trace!("too fine");
        });
        assert_eq!(text.lines().count(), 3, "{text}");
        for shown in ["ours", "our server's", "their warning"] {
            assert!(text.contains(shown), "{shown}: {text}");
        }

        let text = written(LogLevel::Error, LogFormat::Logfmt, || {
            tracing::warn!("ours");
            tracing::warn!(target: "hyper", "theirs");
        });
        assert_eq!(text, "");
    }
}
