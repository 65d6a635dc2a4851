//! What is asked for, done to the text of the rules. All of it is checked before any text is given back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use super::alert::AlertRule;
use super::duration::Span;
use super::error::RulesError;
use super::file::RuleFile;
use super::request::{Job, Label, SHIPPED_JOB, Setting, SeverityOf, Which};
use super::table::{Table, table};
use super::value::Value;
use super::{RULES, resolve};

/// What every alert has beside its thresholds.
const FOR: &str = "for";

/// What is to be other than in the rule file as it is shipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Other thresholds.
    pub settings: Vec<Setting>,
    /// Other severities.
    pub severities: Vec<SeverityOf>,
    /// Rules to leave out.
    pub without: Vec<Which>,
    /// Labels for every alert.
    pub labels: Vec<Label>,
    /// The name of the scrape job.
    pub job: Option<Job>,
}

/// The rule file with these changes.
///
/// # Errors
/// When one of them can't be.
pub fn changed(changes: &Changes) -> Result<String, RulesError> {
    let table = table()?;
    check_labels(&changes.labels, &table)?;
    let mut edit = Edit::new(&table);
    changes
        .without
        .iter()
        .try_for_each(|it| edit.leave_out(it))?;
    changes.settings.iter().try_for_each(|it| edit.set(it))?;
    changes
        .severities
        .iter()
        .try_for_each(|it| edit.set_severity(it))?;
    edit.check_they_can_fire()?;
    edit.check_severities()?;
    for rule in edit.file.alerts_mut() {
        changes
            .labels
            .iter()
            .for_each(|label| rule.add_label(label));
    }
    let text = edit.file.text();
    Ok(match &changes.job {
        Some(job) => text.replace(&Job::selector(SHIPPED_JOB), &Job::selector(job.name())),
        None => text,
    })
}

/// Refuses a label that alerts have already, and one that is given twice.
fn check_labels(labels: &[Label], table: &Table) -> Result<(), RulesError> {
    let mut names = BTreeSet::new();
    for name in labels.iter().map(Label::name) {
        if table.reserved_labels.iter().any(|it| it == name) {
            let name = name.to_owned();
            return Err(RulesError::ReservedLabel { name });
        }
        if !names.insert(name) {
            let what = format!("--label {name}");
            return Err(RulesError::Twice { what });
        }
    }
    Ok(())
}

/// The rules as they are being changed.
struct Edit<'a> {
    file: RuleFile,
    table: &'a Table,
    /// What was changed already, each as a person would name it.
    done: BTreeSet<String>,
    /// For how long the expressions of rules hold, by their place.
    holds: BTreeMap<usize, String>,
}

impl<'a> Edit<'a> {
    fn new(table: &'a Table) -> Self {
        let file = RuleFile::parse(RULES);
        let holds = |rule: &AlertRule| {
            let mut all = table.thresholds.iter();
            let own = all.find(|it| it.holds && it.is_of(rule.name(), rule.severity()));
            let own = own.map(|it| &it.default);
            own.or_else(|| table.holds.get(rule.name())).cloned()
        };
        let alerts = file.alerts().enumerate();
        let holds = alerts.filter_map(|(index, rule)| Some((index, holds(rule)?)));
        Self {
            holds: holds.collect(),
            file,
            table,
            done: BTreeSet::new(),
        }
    }

    fn leave_out(&mut self, which: &Which) -> Result<(), RulesError> {
        for index in resolve::rules(&self.file, which)? {
            self.once(format!("--without {}", self.shown(index)))?;
            if let Some(rule) = self.file.alerts_mut().nth(index) {
                rule.leave_out();
            }
        }
        Ok(())
    }

    fn set(&mut self, setting: &Setting) -> Result<(), RulesError> {
        match &*setting.name {
            FOR => self.set_for(setting),
            _ => self.set_threshold(setting),
        }
    }

    fn set_for(&mut self, setting: &Setting) -> Result<(), RulesError> {
        let span = Span::read(&setting.value).map_err(|it| refused(setting, it))?;
        for index in resolve::rules(&self.file, &setting.which)? {
            self.once(format!("{}.{FOR}", self.shown(index)))?;
            let rule = self.rule(index, setting)?;
            let is_done = rule.set_for(&span);
            is_done.then_some(()).ok_or_else(|| misfit(setting))?;
        }
        Ok(())
    }

    fn set_threshold(&mut self, setting: &Setting) -> Result<(), RulesError> {
        let (index, threshold) = resolve::threshold(&self.file, self.table, setting)?;
        let value = Value::read(&setting.value, threshold).map_err(|it| refused(setting, it))?;
        self.once(format!("{}.{}", self.shown(index), setting.name))?;
        if threshold.holds {
            self.holds.insert(index, setting.value.clone());
        }
        let rule = self.rule(index, setting)?;
        for place in &threshold.places {
            let written = value.written(place.r#as).ok_or_else(|| misfit(setting))?;
            let put = place.put.replace("%s", &written);
            let is_done = rule.replace(place.r#in, &place.find, &put);
            is_done.then_some(()).ok_or_else(|| misfit(setting))?;
        }
        Ok(())
    }

    fn set_severity(&mut self, asked: &SeverityOf) -> Result<(), RulesError> {
        let index = resolve::rule(&self.file, &asked.which, &asked.to_string())?;
        self.once(format!("--severity {}", self.shown(index)))?;
        let rule = self.rule(index, asked)?;
        let is_done = rule.set_severity(asked.severity);
        is_done
            .then_some(())
            .ok_or_else(|| RulesError::PolicySeverity {
                alert: asked.which.to_string(),
            })
    }

    /// The rule at this place, for what was asked of it.
    fn rule(&mut self, index: usize, asked: impl Display) -> Result<&mut AlertRule, RulesError> {
        let which = self.shown(index);
        let rule = self
            .file
            .alerts_mut()
            .nth(index)
            .filter(|it| !it.is_left_out());
        let what = asked.to_string();
        rule.ok_or(RulesError::LeftOut { what, which })
    }

    /// What the rule at this place is called.
    fn shown(&self, index: usize) -> String {
        let rule = self.file.alerts().nth(index);
        rule.map_or_else(String::new, |rule| resolve::shown(&self.file, rule))
    }

    fn once(&mut self, what: String) -> Result<(), RulesError> {
        if self.done.contains(&what) {
            return Err(RulesError::Twice { what });
        }
        self.done.insert(what);
        Ok(())
    }

    /// An alert that waits for as long as its expression holds never fires.
    fn check_they_can_fire(&self) -> Result<(), RulesError> {
        let seconds = |text: &str| Span::read(text).map_or(0, |span| span.seconds());
        let mut all = self.file.alerts().enumerate();
        let silent = all.find_map(|(index, rule)| {
            let within = self.holds.get(&index)?;
            (seconds(rule.r#for()) >= seconds(within)).then_some((rule, within))
        });
        let Some((rule, within)) = silent else {
            return Ok(());
        };
        Err(RulesError::NeverFires {
            which: resolve::shown(&self.file, rule),
            within: within.clone(),
            wait: rule.r#for().to_owned(),
        })
    }

    /// What two rules of one name and one severity make is the same alert.
    fn check_severities(&self) -> Result<(), RulesError> {
        let mut seen = BTreeSet::new();
        for rule in self.file.alerts().filter(|rule| !rule.is_left_out()) {
            let severity = rule.severity_now();
            if let (false, Some(severity)) = (seen.insert((rule.name(), severity)), severity) {
                let alert = rule.name().to_owned();
                return Err(RulesError::SameSeverity { alert, severity });
            }
        }
        Ok(())
    }
}

fn refused(setting: &Setting, expected: String) -> RulesError {
    RulesError::Value {
        what: format!("{}.{}", setting.which, setting.name),
        value: setting.value.clone(),
        expected,
    }
}

fn misfit(setting: &Setting) -> RulesError {
    RulesError::Shipped(format!("{setting} is found nowhere"))
}
