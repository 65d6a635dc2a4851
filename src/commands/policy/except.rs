//! `policy except`: writes exceptions, for one share or for all that break a rule today.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::bail;

use super::write;
use crate::cli::PolicyExceptArgs;
use crate::clock::Clock;
use crate::commands::look::{Found, Seen, look};
use crate::commands::output;
use crate::config::{self, Config, Environment, Until};
use crate::inventory::Look;
use crate::policy::{Exception, Judged, Match, Policies, Policy, Subject};
use crate::share::{Ref, Share, UnixMillis};

/// What is said of new exceptions.
struct Words<'a> {
    reason: &'a str,
    owner: &'a str,
    until: UnixMillis,
}

pub(super) async fn run(args: &PolicyExceptArgs, env: &Environment) -> anyhow::Result<()> {
    let clock = Clock::system();
    let loaded = config::load_to_except(&args.config, env, clock.now())?;
    output::warn(&loaded.warnings);
    let section = &loaded.config.policy;
    let words = Words {
        reason: &args.reason,
        owner: &args.owner,
        until: section.read_until(&args.until, clock.now())?,
    };
    match args.whom.share {
        Some(share) => one(args, (&loaded.config, env), share, &words).await,
        None => baseline((&loaded.config, env), args, &words).await,
    }
}

async fn one(
    args: &PolicyExceptArgs,
    (config, env): (&Config, &Environment),
    share: Ref,
    words: &Words<'_>,
) -> anyhow::Result<()> {
    let section = &config.policy;
    let named = match args.policies.is_empty() {
        true => None,
        false => Some(section.read_policies(&args.policies)?),
    };
    check_name(&section.policy, args.name.as_deref())?;
    let seen = look(config, env, Some(share)).await?;
    let Some(found) = &seen.found else {
        bail!(seen.not_found(share));
    };
    let section = write::read_again(section)?;
    let policies = match named {
        Some(named) => named,
        None => match broken(&section.policy, &seen, found) {
            Broken::Open(names) => Policies::Named(names),
            Broken::Covered(by) => {
                let by = by.join(", ");
                return output::print(format_args!("nothing to add: {share} is covered by {by}\n"));
            }
            Broken::Nothing => {
                bail!("{share} breaks no rule now: name those that it may break with --policies")
            }
        },
    };
    let name = args.name.clone();
    let name = name.unwrap_or_else(|| free_name(&section.policy, &format!("link-{share}")));
    check_name(&section.policy, Some(&name))?;
    write::add(
        &section,
        args.config.file.as_deref(),
        &[exception(&name, share, policies, words)],
    )
}

/// What a share breaks.
enum Broken {
    /// Rules that nothing covers.
    Open(Vec<Arc<str>>),
    /// Some, all covered by these.
    Covered(Vec<String>),
    /// None.
    Nothing,
}

fn broken(policy: &Policy, seen: &Seen, found: &Found) -> Broken {
    let look = &seen.snapshot.organizations[found.organization];
    let judged = judge(policy, look, &found.share);
    let open: Vec<_> = open_rules(&judged).collect();
    let covered = judged.iter().filter_map(|it| it.exception);
    let covered: BTreeSet<_> = covered.map(|it| it.name.to_string()).collect();
    match (open.is_empty(), covered.is_empty()) {
        (false, _) => Broken::Open(open),
        (true, false) => Broken::Covered(covered.into_iter().collect()),
        (true, true) => Broken::Nothing,
    }
}

async fn baseline(
    (config, env): (&Config, &Environment),
    args: &PolicyExceptArgs,
    words: &Words<'_>,
) -> anyhow::Result<()> {
    let seen = look(config, env, None).await?;
    let section = write::read_again(&config.policy)?;
    let Today { open, nameless } = today(&section.policy, &seen);
    let exceptions = open.into_iter().map(|(share, rules)| {
        let name = free_name(&section.policy, &format!("baseline-{share}"));
        let policies = Policies::Named(rules.into_iter().collect());
        exception(&name, share, policies, words)
    });
    let exceptions: Vec<_> = exceptions.collect();
    match exceptions.is_empty() {
        true => output::print("nothing to add: no link breaks a rule that no exception covers\n")?,
        false => write::add(&section, args.config.file.as_deref(), &exceptions)?,
    }
    if nameless > 0 {
        output::complain(format_args!(
            "{nameless} that break a rule have no uuid: no exception of one link can mean them"
        ));
    }
    super::check_all_was_read(&seen)
}

/// What breaks a rule today and is not covered.
#[derive(Default)]
struct Today {
    open: BTreeMap<Ref, BTreeSet<Arc<str>>>,
    nameless: usize,
}

fn today(policy: &Policy, seen: &Seen) -> Today {
    let mut today = Today::default();
    for look in &seen.snapshot.organizations {
        let inventories = look
            .standings
            .iter()
            .filter_map(|(_, standing)| standing.last_look());
        for share in inventories.flat_map(|inventory| inventory.shares().iter()) {
            let judged = judge(policy, look, share);
            let rules: Vec<_> = open_rules(&judged).collect();
            match &share.id {
                _ if rules.is_empty() => {}
                Some(id) => today.open.entry(Ref::of(id)).or_default().extend(rules),
                None => today.nameless += 1,
            }
        }
    }
    today
}

fn judge<'a>(policy: &'a Policy, look: &Look, share: &Share) -> Vec<Judged<'a>> {
    let subject = Subject {
        org: look.name(),
        share,
        cameras: &look.organization.camera_names(),
        attributions: look.known_attributions(),
    };
    policy.judge(subject, look.now.time)
}

fn open_rules(judged: &[Judged<'_>]) -> impl Iterator<Item = Arc<str>> {
    judged
        .iter()
        .filter(|it| it.is_open())
        .map(|it| it.rule.name.clone())
}

fn exception(name: &str, share: Ref, policies: Policies, words: &Words<'_>) -> Exception {
    Exception {
        name: name.into(),
        matches: Match {
            share: Some(share),
            ..Match::default()
        },
        policies,
        reason: words.reason.to_owned(),
        owner: words.owner.to_owned(),
        until: words.until,
    }
}

/// The name, or the first with a number that no exception has.
fn free_name(policy: &Policy, name: &str) -> String {
    let numbered = (2_u32..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let free = names.find(|name| policy.exception(name).is_none());
    free.unwrap_or_else(|| name.to_owned())
}

fn check_name(policy: &Policy, name: Option<&str>) -> anyhow::Result<()> {
    match name.and_then(|name| policy.exception(name)) {
        None => Ok(()),
        Some(known) => {
            let until = Until::at(known.until);
            bail!(
                "an exception {} is there already, until {until}: give it another --name",
                known.name
            )
        }
    }
}
