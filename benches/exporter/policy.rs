//! What it costs to judge everything once, as each minute does: 5,000 organisations with four lists.

use rhombus_share_exporter::inventory::Violations;
use rhombus_share_exporter::policy::{
    Conditions, Policy, Rule, Seen, SeriesLimit, Severity, built_in,
};
use rhombus_share_exporter::share::{CameraNames, Share, ShareKind};

use crate::fleets::{NOW, share};
use crate::usage::Usage;

const ORGANIZATIONS: usize = 5_000;
/// In each of the four lists of an organisation.
const SHARES: u64 = 20;

/// Prints what one assessment of all lists takes, by the rules that are built in and by ten.
pub(crate) fn measure() {
    println!("\n| rules | links | violations | CPU, all judged once |");
    println!("|---|---|---|---|");
    for more in [0, 3] {
        measure_by(&policy(more));
    }
}

/// The rules that are built in, and so many more.
fn policy(more: u32) -> Policy {
    let mut rules = built_in::rules();
    rules.extend((0..more).map(|number| Rule {
        name: format!("wide-{number}").into(),
        severity: Severity::Info,
        description: String::new(),
        is_on: true,
        conditions: Conditions {
            kinds: Some(vec![ShareKind::VideoWall]),
            more_cameras_than: Some(number),
            ..Conditions::default()
        },
        expression: None,
    }));
    Policy::new(rules, Vec::new(), SeriesLimit::default())
}

fn measure_by(policy: &Policy) {
    let lists = ShareKind::ALL.map(|kind| {
        let mut shares: Vec<Share> = (0..SHARES).map(|number| share(kind, number)).collect();
        shares.sort_by(|a, b| a.id.cmp(&b.id));
        shares
    });
    let cameras = CameraNames::default();
    let seen = |shares| Seen {
        org: "acme",
        shares,
        cameras: &cameras,
        attributions: None,
        now: NOW.time,
        closes: true,
        made_since: None,
        before: shares,
    };
    let mut known = [const { Vec::new() }; 4];
    for (known, shares) in known.iter_mut().zip(&lists) {
        let first = policy.assess(&seen(shares), &Violations::default());
        known.push(first.violations);
    }
    let cpu = || Usage::of(std::process::id()).cpu;
    let before = cpu();
    let mut violations = 0;
    for _ in 0..ORGANIZATIONS {
        for (known, shares) in known.iter().zip(&lists) {
            violations += policy
                .assess(&seen(shares), &known[0])
                .violations
                .open
                .len();
        }
    }
    let cpu = cpu() - before;
    let links = ORGANIZATIONS * lists.iter().map(Vec::len).sum::<usize>();
    println!(
        "| {} | {links} | {violations} | {cpu:.2?} |",
        policy.rules().len()
    );
}
