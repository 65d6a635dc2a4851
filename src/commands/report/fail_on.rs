//! `--fail-on`: which violations a report must not find. What an exception covers is none of them.

use std::collections::BTreeSet;

use crate::commands::asked;
use crate::commands::status::Status;
use crate::policy::{Policy, Severity};
use crate::view::Row;

/// However severe.
const ANY: &str = "any";

/// Names of rules that must not be broken.
#[derive(Debug)]
pub(super) struct FailOn<'a>(BTreeSet<&'a str>);

impl<'a> FailOn<'a> {
    /// Reads what the flag says: rules by their names, or all of a severity and those above.
    ///
    /// # Errors
    /// When it names a rule that nothing can break.
    pub(super) fn read(asked: &[String], policy: &'a Policy) -> Result<Self, Status> {
        let mut rules = BTreeSet::new();
        for text in asked {
            match severity(text) {
                Some(least) => {
                    let severe = policy.rules().iter().filter(|it| it.severity >= least);
                    rules.extend(severe.map(|rule| &*rule.name));
                }
                None => {
                    let rule = asked::rule(policy, text).map_err(|why| {
                        let words = "or critical, warning, info or any";
                        Status::Wrong(format!("--fail-on: {why}, {words}"))
                    })?;
                    rules.insert(&*rule.name);
                }
            }
        }
        Ok(Self(rules))
    }

    /// Checks that none of these links breaks such a rule.
    ///
    /// # Errors
    /// When one does: how many, and which rules.
    pub(super) fn check(&self, rows: &[Row<'_>]) -> Result<(), Status> {
        let mut links = 0_u64;
        let mut broken = BTreeSet::new();
        for row in rows {
            let violations = row.violations().into_iter();
            let open = violations.filter(|it| it.exception.is_none());
            let found = open.map(|it| it.rule).filter(|it| self.0.contains(it));
            let found: Vec<&str> = found.collect();
            links += u64::from(!found.is_empty());
            broken.extend(found);
        }
        let broken: Vec<_> = broken.into_iter().collect();
        match links {
            0 => Ok(()),
            _ => Err(Status::Broken(format!(
                "--fail-on: links that break such a rule, without an exception: {links} ({})",
                broken.join(", ")
            ))),
        }
    }
}

/// The least severity that a word asks for.
fn severity(text: &str) -> Option<Severity> {
    let known = Severity::ALL.into_iter().find(|it| it.label() == text);
    known.or((text == ANY).then_some(Severity::Info))
}
