//! What a person is shown of links before they go. All of it goes to stderr: stdout may be the evidence's.

use super::chosen::Chosen;
use crate::commands::facts;
use crate::commands::output::{self, escaped};
use crate::policy::Policy;
use crate::share::{Maker, Private};
use crate::view::Row;

/// Shows them all.
pub(super) fn show(chosen: &Chosen<'_>, policy: &Policy) {
    for target in &chosen.targets {
        output::complain(link(&target.row, policy));
    }
    for (row, why) in &chosen.others {
        let text = format!("can't be taken down here: {why}\n{}", link(row, policy));
        output::complain(text);
    }
    if chosen.targets.is_empty() && chosen.others.is_empty() {
        output::complain("no such link: nothing to take down");
    }
}

/// A link in a few lines.
fn link(row: &Row<'_>, policy: &Policy) -> String {
    let share = row.share;
    let reference = row.reference.map(|it| it.to_string());
    let reference = reference.unwrap_or_else(|| "no uuid".to_owned());
    let title = share.title.as_ref().map_or("", Private::reveal);
    let maker = match share.traits {
        traits if traits.maker == Maker::Service => ", made by a service that watches or alarms",
        traits if traits.monitored => ", a monitoring service has it",
        traits if traits.maker == Maker::Person => ", made by a person",
        _ => "",
    };
    format!(
        "{reference}  {} of {}: {:?}\n  protection {}, ends {}, made {}{maker}\n  cameras: {}{}",
        share.kind.label(),
        escaped(row.org()),
        Shown(title),
        facts::protection(share),
        facts::ends(share, row.now()),
        facts::created(share, row.now()),
        facts::cameras(row.subject()),
        breaks(row, policy),
    )
}

/// A text in quotes, with what would act on a terminal escaped.
struct Shown<'a>(&'a str);

impl std::fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"{}\"", escaped(self.0))
    }
}

fn breaks(row: &Row<'_>, policy: &Policy) -> String {
    let violations = row.violations().into_iter();
    let rules = violations.map(|it| {
        let severity = policy
            .rule(it.rule)
            .map_or("", |rule| rule.severity.label());
        match it.exception {
            None => format!("{} ({severity})", it.rule),
            Some(exception) => format!("{} ({severity}, excepted by {exception})", it.rule),
        }
    });
    let rules: Vec<_> = rules.collect();
    match rules.is_empty() {
        true => String::new(),
        false => format!("\n  breaks {}", rules.join(", ")),
    }
}
