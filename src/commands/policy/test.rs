//! `policy test`: recorded shares against the policy. It asks nobody, and needs no key.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::bail;

use crate::cli::PolicyTestArgs;
use crate::clock::Clock;
use crate::commands::output;
use crate::config::{self, PolicyTest};
use crate::policy::Policy;
use crate::share::UnixMillis;

pub(super) fn run(args: &PolicyTestArgs) -> anyhow::Result<()> {
    let now = Clock::system().now();
    let (section, warnings) = config::load_policy(&args.config, now)?;
    output::warn(&warnings);
    let file = section.read_tests(&args.tests, now)?;
    let (mut text, mut failed) = (String::new(), 0);
    for test in &file.tests {
        match Outcome::of(&section.policy, test, file.now).difference(test) {
            None => {
                let _ = writeln!(text, "ok      {}", test.name);
            }
            Some(difference) => {
                let _ = write!(text, "FAILED  {}\n{difference}", test.name);
                failed += 1;
            }
        }
    }
    let total = file.tests.len();
    output::print(format_args!("{text}\n{} of {total} hold\n", total - failed))?;
    if failed > 0 {
        bail!("{failed} of {total} tests failed");
    }
    Ok(())
}

/// What the policy says of a share.
#[derive(Debug, PartialEq)]
struct Outcome {
    violations: BTreeSet<String>,
    excepted: BTreeMap<String, String>,
}

impl Outcome {
    fn of(policy: &Policy, test: &PolicyTest, now: UnixMillis) -> Self {
        let judged = policy.judge(test.subject(), now);
        let open = judged.iter().filter(|it| it.is_open());
        let covered = judged.iter().filter_map(|it| {
            let exception = it.exception?;
            Some((it.rule.name.to_string(), exception.name.to_string()))
        });
        Self {
            violations: open.map(|it| it.rule.name.to_string()).collect(),
            excepted: covered.collect(),
        }
    }

    /// What is other than expected, as lines; none where nothing is.
    fn difference(&self, test: &PolicyTest) -> Option<String> {
        let mut lines = String::new();
        let mut compare = |what: &str, expected: String, found: String| {
            if expected != found {
                let _ = writeln!(lines, "        {what}: expected {expected}, found {found}");
            }
        };
        let set = |set: &BTreeSet<String>| {
            let names: Vec<_> = set.iter().map(String::as_str).collect();
            format!("[{}]", names.join(", "))
        };
        let map = |map: &BTreeMap<String, String>| {
            let pairs: Vec<_> = map
                .iter()
                .map(|(rule, by)| format!("{rule}: {by}"))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        };
        compare("violations", set(&test.violations), set(&self.violations));
        compare("excepted", map(&test.excepted), map(&self.excepted));
        (!lines.is_empty()).then_some(lines)
    }
}
