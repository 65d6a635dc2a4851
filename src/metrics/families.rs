//! Families of series that are written at the scrape from what is known, so that what is gone vanishes
//! by itself. What has a life of its own (requests, reloads) is a stored metric of the crate
//! `prometheus` instead. These are written here as text, since at thousands of organisations the
//! crate's own objects, six strings a series, take ten times as long.

use std::fmt::Write as _;

/// A metric as the contract has it: name, labels, help text, type.
#[derive(Debug)]
pub(super) struct Spec {
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
    kind: &'static str,
}

/// A metric and how its value is read of something; none where there is no series of it.
pub(super) type Reading<T> = (Spec, fn(&T) -> Option<f64>);

impl Spec {
    pub(super) const fn gauge(
        name: &'static str,
        labels: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Self {
            name,
            labels,
            help,
            kind: "gauge",
        }
    }

    pub(super) const fn counter(
        name: &'static str,
        labels: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Self {
            name,
            labels,
            help,
            kind: "counter",
        }
    }
}

/// A family whose series are written when its turn comes, so that the text of one is held at a time.
pub(super) struct Family<'a> {
    spec: &'static Spec,
    write: Box<dyn Fn(&mut Series) + 'a>,
}

impl<'a> Family<'a> {
    /// The family whose series `write` adds.
    pub(super) fn new(spec: &'static Spec, write: impl Fn(&mut Series) + 'a) -> Self {
        Self {
            spec,
            write: Box::new(write),
        }
    }

    /// The family of this one series.
    pub(super) fn of(spec: &'static Spec, value: f64) -> Self {
        Self::new(spec, move |series| series.push(&[], value))
    }

    pub(super) const fn name(&self) -> &'static str {
        self.spec.name
    }

    /// Its text, in the format 0.0.4; empty where there is no series.
    pub(super) fn text(&self) -> String {
        let mut series = Series {
            spec: self.spec,
            text: String::new(),
        };
        (self.write)(&mut series);
        series.text
    }
}

/// The series of a family while they are written.
pub(super) struct Series {
    spec: &'static Spec,
    text: String,
}

impl Series {
    /// Adds a series; `values` are those of the labels, in their order.
    pub(super) fn push(&mut self, values: &[&str], value: f64) {
        debug_assert_eq!(values.len(), self.spec.labels.len(), "{}", self.spec.name);
        self.begin();
        let mut before = '{';
        for (label, value) in self.spec.labels.iter().zip(values) {
            self.text.push(before);
            self.text.push_str(label);
            self.text.push_str("=\"");
            push_escaped(&mut self.text, value);
            self.text.push('"');
            before = ',';
        }
        if !values.is_empty() {
            self.text.push('}');
        }
        push_value(&mut self.text, value);
    }

    /// Adds a count. Exact up to 2^53.
    pub(super) fn push_count(&mut self, values: &[&str], count: u64) {
        self.push(values, as_value(count));
    }

    /// The name, and before the first one what is said of all.
    fn begin(&mut self) {
        let Spec {
            name, help, kind, ..
        } = self.spec;
        if self.text.is_empty() {
            // Writing to a string never fails, here and below.
            let _ = write!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        }
        self.text.push_str(name);
    }
}

/// A count as a value. Exact up to 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "Prometheus has no other numbers"
)]
pub(super) const fn as_value(count: u64) -> f64 {
    count as f64
}

fn push_escaped(text: &mut String, value: &str) {
    // Hardly ever, and one character at a time is quicker to find than any of three.
    if !['\\', '"', '\n'].iter().any(|c| value.contains(*c)) {
        return text.push_str(value);
    }
    for c in value.chars() {
        match c {
            '\\' => text.push_str(r"\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str(r"\n"),
            c => text.push(c),
        }
    }
}

/// Adds a value and ends the line. Nearly all values are whole numbers, which are quicker to write as such.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "where something is lost, it is not written so"
)]
fn push_value(text: &mut String, value: f64) {
    let whole = value as u64;
    let _ = if value == f64::INFINITY {
        // Rust writes `inf`.
        writeln!(text, " +Inf")
    } else if as_value(whole) == value {
        writeln!(text, " {whole}")
    } else {
        writeln!(text, " {value}")
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    static WITH: Spec = Spec::gauge("with", &["a", "b"], "With labels.");
    static WITHOUT: Spec = Spec::counter("without", &[], "Without labels.");

    #[test]
    fn a_family_is_written_as_the_text_format_has_it() {
        let with = Family::new(&WITH, |series| {
            series.push(&["1", "x\\y\"z\nw"], 0.25);
            series.push_count(&["2", ""], 1 << 53);
            series.push(&["3", "é\\"], -1.0);
        });
        let text = "# HELP with With labels.\n# TYPE with gauge\n\
                    with{a=\"1\",b=\"x\\\\y\\\"z\\nw\"} 0.25\n\
                    with{a=\"2\",b=\"\"} 9007199254740992\n\
                    with{a=\"3\",b=\"é\\\\\"} -1\n";
        assert_eq!((with.name(), with.text()), ("with", text.to_owned()));
        let text = "# HELP without Without labels.\n# TYPE without counter\nwithout 3\n";
        assert_eq!(Family::of(&WITHOUT, 3.0).text(), text);
        let for_ever = Family::of(&WITHOUT, f64::INFINITY).text();
        assert!(for_ever.ends_with("\nwithout +Inf\n"), "{for_ever}");
        assert_eq!(Family::new(&WITH, |_| ()).text(), "");
    }
}
