//! What may be wrong with what is asked of the rules. Each says what was asked, and what there is instead.

use crate::policy::Severity;

/// Where one finds every name.
const LIST: &str = "rhombus-share-exporter rules --list has all";

/// Why the rules can't be changed so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// There is no such alert.
    #[error("no alert is called {name}; the nearest is {nearest} ({LIST})")]
    UnknownAlert {
        /// What was asked for.
        name: String,
        /// The name that is most like it.
        nearest: String,
    },
    /// The alert has no rule of that severity.
    #[error("there is no {which}: {alert} is {severity}")]
    UnknownSeverity {
        /// What was asked for.
        which: String,
        /// The alert.
        alert: String,
        /// What it is.
        severity: String,
    },
    /// The alert has no such threshold.
    #[error("{which} has no threshold {name}: it has {has} ({LIST})")]
    UnknownThreshold {
        /// The alert.
        which: String,
        /// What was asked for.
        name: String,
        /// The names that it has.
        has: String,
    },
    /// Two rules have that name, and one of them is meant.
    #[error("{what}: two rules are called {alert}; say {} or {}", .each[0], .each[1])]
    Ambiguous {
        /// What was asked for.
        what: String,
        /// The name that both have.
        alert: String,
        /// What to write instead.
        each: [String; 2],
    },
    /// A threshold can't have that value.
    #[error("{what}={value}: {expected}")]
    Value {
        /// The threshold.
        what: String,
        /// What was asked for.
        value: String,
        /// What it may be.
        expected: String,
    },
    /// The policy says how severe it is.
    #[error(
        "{alert} has the severity of the rule that a link breaks: change that in policy.rules of the exporter's configuration"
    )]
    PolicySeverity {
        /// The alert.
        alert: String,
    },
    /// Two rules of one name would have one severity.
    #[error("both rules called {alert} would be {}: what they make could not be told apart; leave one out instead (--without)", .severity.label())]
    SameSeverity {
        /// The alert.
        alert: String,
        /// What both would be.
        severity: Severity,
    },
    /// It is asked for twice.
    #[error("{what} is given twice: give it once")]
    Twice {
        /// What is.
        what: String,
    },
    /// It is of an alert that is left out.
    #[error("{what}: --without leaves {which} out; give one of the two")]
    LeftOut {
        /// What was asked for.
        what: String,
        /// The alert.
        which: String,
    },
    /// The expression holds for less than the alert waits.
    #[error(
        "{which} would never fire: its expression holds for {within} at most, and the alert waits for {wait} (for): make that shorter"
    )]
    NeverFires {
        /// The alert.
        which: String,
        /// How long the expression holds.
        within: String,
        /// How long the alert waits.
        wait: String,
    },
    /// Alerts have that label already.
    #[error("alerts have the label {name} already: choose another name")]
    ReservedLabel {
        /// Its name.
        name: String,
    },
    /// The files of this program don't fit each other, which is a mistake in it.
    #[error("the rules in this program can't be changed, which is a mistake in it: {0}")]
    Shipped(String),
}
