//! How an event becomes a line. Both formats share the keys, their order and the escapes (those of
//! JSON, which logfmt readers know too): nothing that is logged can end a line early, forge a key,
//! or speak to the terminal that shows it.

use std::fmt::{self, Debug, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

use super::LogFormat;

/// Writes events, and the fields of spans, in a format.
#[derive(Clone, Copy)]
pub(super) struct Line(pub(super) LogFormat);

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        if self.0 == LogFormat::Json {
            writer.write_char('{')?;
        }
        let mut entries = Entries::new(self.0, &mut writer);
        entries.text("ts", &time);
        entries.text("level", level(*event.metadata().level()));
        entries.text("target", event.metadata().target());
        event.record(&mut entries);
        for span in context.event_scope().into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>() {
                entries.formatted(fields);
            }
        }
        entries.result?;
        writer.write_str(match self.0 {
            LogFormat::Logfmt => "\n",
            LogFormat::Json => "}\n",
        })
    }
}

impl<'writer> FormatFields<'writer> for Line {
    fn format_fields<R: RecordFields>(
        &self,
        mut writer: Writer<'writer>,
        fields: R,
    ) -> fmt::Result {
        let mut entries = Entries::new(self.0, &mut writer);
        fields.record(&mut entries);
        entries.result
    }

    fn add_fields(
        &self,
        current: &'writer mut FormattedFields<Self>,
        fields: &tracing::span::Record<'_>,
    ) -> fmt::Result {
        let mut more = String::new();
        self.format_fields(Writer::new(&mut more), fields)?;
        if !current.fields.is_empty() && !more.is_empty() {
            current.fields.push_str(separator(self.0));
        }
        current.fields.push_str(&more);
        Ok(())
    }
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

const fn separator(format: LogFormat) -> &'static str {
    match format {
        LogFormat::Logfmt => " ",
        LogFormat::Json => ",",
    }
}

/// Writes entries one after the other; the first failure stays, and ends the writing.
struct Entries<'a> {
    format: LogFormat,
    writer: &'a mut dyn Write,
    first: bool,
    result: fmt::Result,
}

impl<'a> Entries<'a> {
    fn new(format: LogFormat, writer: &'a mut dyn Write) -> Self {
        Self {
            format,
            writer,
            first: true,
            result: Ok(()),
        }
    }

    /// A text, in quotes where it needs them.
    fn text(&mut self, key: &str, value: &str) {
        let bare = self.format == LogFormat::Logfmt && is_bare(value);
        self.entry(key, |writer| match bare {
            true => writer.write_str(value),
            false => quote(writer, value),
        });
    }

    /// A number or a boolean.
    fn plain(&mut self, key: &str, value: impl fmt::Display) {
        self.entry(key, |writer| write!(writer, "{value}"));
    }

    /// The fields of a span, which this type has written before.
    fn formatted<N>(&mut self, fields: &FormattedFields<N>) {
        if !fields.is_empty() {
            self.separate();
            self.result = self.result.and_then(|()| self.writer.write_str(fields));
        }
    }

    fn entry(&mut self, key: &str, value: impl FnOnce(&mut dyn Write) -> fmt::Result) {
        self.separate();
        // The event's own text has no name in `tracing` but this.
        let key = if key == "message" { "msg" } else { key };
        self.result = self.result.and_then(|()| {
            match self.format {
                LogFormat::Logfmt => write!(self.writer, "{key}=")?,
                LogFormat::Json => write!(self.writer, "\"{key}\":")?,
            }
            value(self.writer)
        });
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.first) {
            let separator = separator(self.format);
            self.result = self.result.and_then(|()| self.writer.write_str(separator));
        }
    }
}

impl Visit for Entries<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field.name(), &format!("{value:?}"));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), value);
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.plain(field.name(), value);
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.plain(field.name(), value);
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field.name(), value);
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no word for what is not finite.
        if value.is_finite() {
            self.plain(field.name(), value);
        } else {
            self.text(field.name(), &value.to_string());
        }
    }
    /// The whole chain: what went wrong, and what made it so.
    fn record_error(&mut self, field: &Field, error: &(dyn std::error::Error + 'static)) {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        self.text(field.name(), &text);
    }
}

/// Whether logfmt needs no quotes for it.
fn is_bare(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| !matches!(c, ' ' | '=' | '"' | '\\') && !needs_escape(c))
}

fn quote(writer: &mut dyn Write, text: &str) -> fmt::Result {
    writer.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => writer.write_str("\\\"")?,
            '\\' => writer.write_str("\\\\")?,
            '\n' => writer.write_str("\\n")?,
            '\r' => writer.write_str("\\r")?,
            '\t' => writer.write_str("\\t")?,
            c if needs_escape(c) => write!(writer, "\\u{:04x}", u32::from(c))?,
            c => writer.write_char(c)?,
        }
    }
    writer.write_char('"')
}

/// What acts instead of showing: controls (C1 too), line and paragraph separators, and the marks
/// that turn the direction of writing. All are below U+10000, so four digits hold them.
pub(crate) const fn needs_escape(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
