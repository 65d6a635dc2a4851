//! One alert of the rule file, as lines: what it is called, and how its parts are changed. A comment is never
//! changed, so that it can't say what a person did not write.

use std::str::FromStr as _;

use super::duration::Span;
use super::file::indent;
use super::request::{Label, SeverityWord};
use super::table::Part;
use crate::policy::Severity;

const FOR: &str = "        for: ";
const LABELS: &str = "        labels:";
const ANNOTATIONS: &str = "        annotations:";
const SEVERITY: &str = "          severity: ";

/// An alert.
#[derive(Clone, Debug)]
pub(super) struct AlertRule {
    name: String,
    /// As the file has it: it tells two of one name apart, whatever they become.
    severity: Option<Severity>,
    lines: Vec<String>,
    is_left_out: bool,
}

impl AlertRule {
    /// The alert with this name and text.
    pub(super) fn new(name: &str, text: &str) -> Self {
        let mut rule = Self {
            name: name.to_owned(),
            severity: None,
            lines: text.split_inclusive('\n').map(str::to_owned).collect(),
            is_left_out: false,
        };
        rule.severity = rule.severity_now();
        rule
    }

    /// Its name, which another rule may have too.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its severity in the file as it is shipped; none where that is for the policy to say.
    pub(super) const fn severity(&self) -> Option<Severity> {
        self.severity
    }

    /// Its severity as it is now.
    pub(super) fn severity_now(&self) -> Option<Severity> {
        let text = self.value(SEVERITY)?;
        SeverityWord::from_str(text).ok().map(|it| it.0)
    }

    /// For how long its expression must hold before it fires.
    pub(super) fn r#for(&self) -> &str {
        self.value(FOR).unwrap_or("0s")
    }

    /// Its name, with the severity where that is needed to tell it from another.
    pub(super) fn shown(&self, is_one_of_two: bool) -> String {
        match self.severity.filter(|_| is_one_of_two) {
            Some(severity) => format!("{}/{}", self.name, severity.label()),
            None => self.name.clone(),
        }
    }

    /// What follows this start of a line.
    fn value(&self, start: &str) -> Option<&str> {
        let mut values = self
            .lines
            .iter()
            .filter_map(|line| line.strip_prefix(start));
        values.next().map(str::trim_end)
    }

    /// Takes it out of the text.
    pub(super) fn leave_out(&mut self) {
        self.is_left_out = true;
    }

    /// Whether it was taken out.
    pub(super) const fn is_left_out(&self) -> bool {
        self.is_left_out
    }

    /// Its text; empty where it was taken out.
    pub(super) fn text(&self) -> String {
        match self.is_left_out {
            true => String::new(),
            false => self.lines.concat(),
        }
    }

    /// Changes for how long its expression must hold.
    pub(super) fn set_for(&mut self, span: &Span) -> bool {
        self.replace_line(FOR, &format!("{FOR}{}\n", span.text()))
    }

    /// Changes how severe it is; not where the policy says that.
    pub(super) fn set_severity(&mut self, severity: Severity) -> bool {
        self.replace_line(SEVERITY, &format!("{SEVERITY}{}\n", severity.label()))
    }

    fn replace_line(&mut self, start: &str, new: &str) -> bool {
        let mut lines = self.lines.iter_mut();
        let line = lines.find(|line| line.starts_with(start));
        line.map(|line| new.clone_into(line)).is_some()
    }

    /// Puts a text in the place of another, wherever that stands in this part; false where it stands nowhere.
    pub(super) fn replace(&mut self, part: Part, find: &str, put: &str) -> bool {
        let mut place = Place::default();
        let mut is_found = false;
        for line in &mut self.lines {
            place.follow(line);
            if place.is(part) && line.contains(find) {
                *line = line.replace(find, put);
                is_found = true;
            }
        }
        is_found
    }

    /// Adds a label to the alerts that it makes.
    pub(super) fn add_label(&mut self, label: &Label) {
        let line = format!("          {}: {}\n", label.name(), label.as_yaml());
        let starts = |start: &'static str| move |line: &String| line.starts_with(start);
        let Some(at) = self.lines.iter().position(starts(ANNOTATIONS)) else {
            return;
        };
        let has_labels = self.lines.iter().any(starts(LABELS));
        let new = if has_labels {
            line
        } else {
            format!("{LABELS}\n{line}")
        };
        self.lines.insert(at, new);
    }
}

/// In which part of a rule a line is.
#[derive(Debug, Default)]
struct Place {
    key: String,
    annotation: String,
    is_comment: bool,
}

impl Place {
    /// Goes on to this line.
    fn follow(&mut self, line: &str) {
        let text = line.trim_start();
        let key = text.split(':').next().unwrap_or_default();
        self.is_comment = indent(line) == 8 && text.starts_with('#');
        match indent(line) {
            8 if !self.is_comment => {
                key.clone_into(&mut self.key);
                self.annotation.clear();
            }
            10 if self.key == "annotations" => key.clone_into(&mut self.annotation),
            _ => {}
        }
    }

    fn is(&self, part: Part) -> bool {
        let (key, annotation) = match part {
            Part::Expr => ("expr", ""),
            Part::Summary => ("annotations", "summary"),
            Part::Description => ("annotations", "description"),
        };
        !self.is_comment && self.key == key && self.annotation == annotation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "\
      - alert: A
        # Not 5.
        expr: |
          a > 5
          or
          b > 5
        # Not 5 either.
        for: 5m
        labels:
          severity: info
        annotations:
          summary: Of 5.
          description: >-
            More than 5 {{ or
            }} 5.
          runbook_url: https://example.com/5
";

    fn with(part: Part) -> String {
        let mut rule = AlertRule::new("A", RULE);
        assert!(rule.replace(part, "5", "6"));
        assert!(!rule.replace(part, "7", "8"));
        rule.text()
    }

    #[test]
    fn a_text_changes_in_its_part_only() {
        assert_eq!(with(Part::Expr), RULE.replace("> 5\n", "> 6\n"));
        assert_eq!(with(Part::Summary), RULE.replace("Of 5", "Of 6"));
        let description = RULE.replace("than 5", "than 6").replace("}} 5", "}} 6");
        assert_eq!(with(Part::Description), description);
    }

    #[test]
    fn for_and_severity_change_in_their_lines() {
        let mut rule = AlertRule::new("A", RULE);
        assert!(rule.set_for(&Span::read("0s").unwrap()));
        assert!(rule.set_severity(Severity::Critical));
        let expected = RULE
            .replace("for: 5m", "for: 0s")
            .replace("info", "critical");
        assert_eq!(rule.text(), expected);
        assert_eq!(rule.severity(), Some(Severity::Info));
        assert_eq!(rule.severity_now(), Some(Severity::Critical));
    }

    #[test]
    fn a_label_goes_to_the_others_or_gets_a_place() {
        let label: Label = "team=security".parse().unwrap();
        let mut rule = AlertRule::new("A", RULE);
        rule.add_label(&label);
        let after = "severity: info\n          team: security\n";
        assert_eq!(rule.text(), RULE.replace("severity: info\n", after));
        let without = RULE.replace("        labels:\n          severity: info\n", "");
        let mut rule = AlertRule::new("A", &without);
        assert_eq!(rule.severity(), None);
        assert!(!rule.set_severity(Severity::Info));
        rule.add_label(&label);
        let expected = RULE.replace("severity: info", "team: security");
        assert_eq!(rule.text(), expected);
    }
}
