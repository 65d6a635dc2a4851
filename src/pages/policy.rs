//! What the policy says, on the landing page: how many violations of each rule are open, and why some
//! shares may stay as they are, until when.

use std::time::Duration;

use super::rows::{Linked, RowLinks};
use super::words;
use crate::inventory::{Snapshot, Violations};
use crate::policy::{Exception, Policies, Policy, Rule, Severity};
use crate::share::UnixMillis;

/// So many exceptions are shown, those that end first: a first day may leave thousands.
const MAX_EXCEPTIONS: usize = 50;
/// From here on it is said that an exception ends.
const ENDS_SOON: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// What is said of all that was judged.
#[derive(Default)]
pub(super) struct PolicyView {
    /// Open violations that no exception covers; none where nothing was judged yet.
    pub(super) open: Option<u64>,
    /// Whether some of them is critical.
    pub(super) any_critical: bool,
    /// Those that an exception covers.
    pub(super) excepted: u64,
    pub(super) rules: Vec<RuleLine>,
    pub(super) exceptions: Vec<ExceptionLine>,
    /// How many more there are, which end later.
    pub(super) more_exceptions: usize,
}

/// One rule, in words.
pub(super) struct RuleLine {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) severity: &'static str,
    /// The class of that.
    pub(super) tone: &'static str,
    pub(super) open: Linked,
    pub(super) any_open: bool,
    pub(super) excepted: Linked,
}

/// One exception, in words.
pub(super) struct ExceptionLine {
    pub(super) name: String,
    pub(super) reason: String,
    /// Who answers for it; none for whoever has not logged in.
    pub(super) owner: Option<String>,
    pub(super) rules: String,
    pub(super) shares: Linked,
    pub(super) end: String,
    /// The class of that.
    pub(super) tone: &'static str,
}

/// Open violations, and those that are covered.
#[derive(Clone, Copy, Default)]
struct Counts {
    open: u64,
    excepted: u64,
}

impl PolicyView {
    /// Of whom the page is for, `is_identified` says whether they have logged in: only they are
    /// shown who answers for an exception.
    pub(super) fn new(
        snapshot: &Snapshot,
        policy: &Policy,
        is_identified: bool,
        now: UnixMillis,
        rows: RowLinks,
    ) -> Self {
        let allowed = snapshot.organizations.iter();
        let allowed = allowed.filter(|look| look.organization.is_allowed());
        let standings = allowed.flat_map(|look| look.standings.iter());
        let judged = standings.filter_map(|(_, standing)| standing.violations());
        let judged: Vec<&Violations> = judged.map(|known| &**known).collect();
        if judged.is_empty() {
            return Self::default();
        }
        let mut view = Self {
            open: Some(0),
            ..Self::default()
        };
        for rule in policy.rules().iter().filter(|rule| rule.is_on) {
            view.add_rule(rule, &judged, rows);
        }
        let covered = Violations::covered(judged.iter().copied());
        let line = |exception: &Exception| {
            let shares = covered.get(&*exception.name).copied().unwrap_or(0);
            ExceptionLine::new(exception, shares, is_identified, now, rows)
        };
        let mut exceptions: Vec<_> = policy.exceptions().iter().collect();
        view.more_exceptions = exceptions.len().saturating_sub(MAX_EXCEPTIONS);
        if view.more_exceptions > 0 {
            exceptions.sort_by_key(|exception| exception.until);
            exceptions.truncate(MAX_EXCEPTIONS);
        }
        view.exceptions = exceptions.into_iter().map(line).collect();
        view
    }

    fn add_rule(&mut self, rule: &Rule, judged: &[&Violations], rows: RowLinks) {
        let mut counts = Counts::default();
        for violation in judged.iter().flat_map(|known| known.of_rule(&rule.name)) {
            match violation.exception {
                None => counts.open += 1,
                Some(_) => counts.excepted += 1,
            }
        }
        *self.open.get_or_insert(0) += counts.open;
        self.any_critical |= counts.open > 0 && rule.severity == Severity::Critical;
        self.excepted += counts.excepted;
        self.rules.push(RuleLine::new(rule, counts, rows));
    }

    /// A sentence on what is covered, where something is.
    pub(super) fn sentence(&self) -> Option<String> {
        if self.excepted == 0 {
            return None;
        }
        let verb = if self.excepted == 1 { "is" } else { "are" };
        let excepted = words::counted(self.excepted, "violation");
        Some(format!(
            "{excepted} of the policy {verb} covered by exceptions, which are listed below."
        ))
    }
}

impl RuleLine {
    fn new(rule: &Rule, counts: Counts, rows: RowLinks) -> Self {
        let to = |number, excepted| {
            let asked = [("rule", &*rule.name), ("excepted", excepted)];
            rows.to(words::count(number), &asked)
        };
        Self {
            name: rule.name.to_string(),
            description: words::visible(&rule.description),
            severity: rule.severity.label(),
            tone: tone(rule.severity),
            open: to(counts.open, "no"),
            any_open: counts.open > 0,
            excepted: to(counts.excepted, "yes"),
        }
    }
}

impl ExceptionLine {
    fn new(
        exception: &Exception,
        shares: u64,
        is_identified: bool,
        now: UnixMillis,
        rows: RowLinks,
    ) -> Self {
        let (end, tone) = end(exception, now);
        Self {
            name: exception.name.to_string(),
            reason: words::visible(&exception.reason),
            owner: is_identified.then(|| words::visible(&exception.owner)),
            rules: match &exception.policies {
                Policies::All => "all".to_owned(),
                Policies::Named(names) => names.join(", "),
            },
            shares: rows.to(words::count(shares), &[("exception", &exception.name)]),
            end,
            tone,
        }
    }
}

/// The class of a severity.
pub(super) const fn tone(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "bad",
        Severity::Warning => "warn",
        Severity::Info => "",
    }
}

/// When it ends, in words, and the class of that.
fn end(exception: &Exception, now: UnixMillis) -> (String, &'static str) {
    if !exception.is_in_force(now) {
        let ago = words::span(now.since(exception.until));
        return (format!("ended {ago} ago"), "bad");
    }
    let left = exception.until.since(now);
    let tone = if left <= ENDS_SOON { "warn" } else { "good" };
    (format!("ends in {}", words::span(left)), tone)
}
