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

/// A family while its series are written, in the text format 0.0.4.
pub(super) struct Family {
    spec: &'static Spec,
    text: String,
}

impl Family {
    pub(super) const fn new(spec: &'static Spec) -> Self {
        Self {
            spec,
            text: String::new(),
        }
    }

    /// The family of this one series.
    pub(super) fn of(spec: &'static Spec, value: f64) -> Self {
        let mut family = Self::new(spec);
        family.push(&[], value);
        family
    }

    /// Adds a series; `values` are those of the labels, in their order.
    pub(super) fn push(&mut self, values: &[&str], value: f64) {
        debug_assert_eq!(values.len(), self.spec.labels.len(), "{}", self.spec.name);
        let Spec {
            name, help, kind, ..
        } = self.spec;
        if self.text.is_empty() {
            // Writing to a string never fails, here and below.
            let _ = write!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        }
        self.text.push_str(name);
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
        let _ = if value == f64::INFINITY {
            // Rust writes `inf`.
            writeln!(self.text, " +Inf")
        } else {
            writeln!(self.text, " {value}")
        };
    }

    /// Adds a count. Exact up to 2^53.
    pub(super) fn push_count(&mut self, values: &[&str], count: u64) {
        self.push(values, as_value(count));
    }

    /// Its name and its text, which is empty where there is no series.
    pub(super) fn finish(self) -> (&'static str, String) {
        (self.spec.name, self.text)
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
    for c in value.chars() {
        match c {
            '\\' => text.push_str(r"\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str(r"\n"),
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static WITH: Spec = Spec::gauge("with", &["a", "b"], "With labels.");
    static WITHOUT: Spec = Spec::counter("without", &[], "Without labels.");

    #[test]
    fn a_family_is_written_as_the_text_format_has_it() {
        let mut with = Family::new(&WITH);
        with.push(&["1", "x\\y\"z\nw"], 0.25);
        with.push_count(&["2", ""], 1 << 53);
        let text = "# HELP with With labels.\n# TYPE with gauge\n\
                    with{a=\"1\",b=\"x\\\\y\\\"z\\nw\"} 0.25\n\
                    with{a=\"2\",b=\"\"} 9007199254740992\n";
        assert_eq!(with.finish(), ("with", text.to_owned()));
        let text = "# HELP without Without labels.\n# TYPE without counter\nwithout 3\n";
        assert_eq!(
            Family::of(&WITHOUT, 3.0).finish(),
            ("without", text.to_owned())
        );
        let for_ever = Family::of(&WITHOUT, f64::INFINITY).finish().1;
        assert!(for_ever.ends_with("\nwithout +Inf\n"), "{for_ever}");
        assert_eq!(Family::new(&WITH).finish(), ("with", String::new()));
    }
}
