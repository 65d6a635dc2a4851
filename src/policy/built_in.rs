//! The rules that hold where nobody says otherwise. Each can be changed or switched off by a rule of the
//! same name.

use std::time::Duration;

use super::{Conditions, Rule, Severity};
use crate::share::Protection;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The rule of links that are open to anyone, on which an alert of its own stands.
pub const UNSECURED: &str = "unsecured";
/// The rule of links that never end, on which an alert of its own stands.
pub const NO_EXPIRY: &str = "no-expiry";

/// The rules, in the order in which they are shown.
pub fn rules() -> Vec<Rule> {
    let open = || Conditions {
        protection: Some(vec![Protection::None]),
        ..Conditions::default()
    };
    vec![
        rule(
            UNSECURED,
            Severity::Warning,
            "Whoever has the link sees the footage.",
            open(),
        ),
        rule(
            NO_EXPIRY,
            Severity::Warning,
            "The link works until someone takes it down.",
            Conditions {
                never_expires: Some(true),
                ..Conditions::default()
            },
        ),
        rule(
            "long-open",
            Severity::Warning,
            "The link has been open to anyone for more than a week.",
            Conditions {
                open_longer_than: Some(7 * DAY),
                ..Conditions::default()
            },
        ),
        rule(
            "long-lived",
            Severity::Info,
            "The link ends, but only after more than 90 days.",
            Conditions {
                // What never ends has a rule of its own.
                never_expires: Some(false),
                lifetime_longer_than: Some(90 * DAY),
                ..Conditions::default()
            },
        ),
        rule(
            "past-footage-open",
            Severity::Critical,
            "Whoever has the link sees what the cameras saw before, too.",
            Conditions {
                past_footage: Some(true),
                ..open()
            },
        ),
        rule(
            "open-sound",
            Severity::Critical,
            "Whoever has the link hears what is said.",
            Conditions {
                sound: Some(true),
                ..open()
            },
        ),
        rule(
            "expired-not-removed",
            Severity::Info,
            "The link has ended for more than a day, and is still listed.",
            Conditions {
                expired_longer_than: Some(DAY),
                ..Conditions::default()
            },
        ),
    ]
}

fn rule(name: &str, severity: Severity, description: &str, conditions: Conditions) -> Rule {
    Rule {
        name: name.into(),
        severity,
        description: description.to_owned(),
        is_on: true,
        conditions,
        expression: None,
    }
}
