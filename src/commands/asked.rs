//! Which links a command is asked for. What can't be asked for is refused, since an empty answer would read
//! as an all-clear; only lists that can hold such links are read; and of what could not be seen, that counts
//! which could hold some.

use super::look::Seen;
use super::output::escaped;
use super::status::Status;
use crate::config::Config;
use crate::policy::{Policy, Rule};
use crate::share::{ShareKind, span};
use crate::view::{Filter, NotSeen};

/// So many names are told of those that there are.
const MAX_NAMES: usize = 20;

/// The configuration without the lists that can't hold what is asked for.
///
/// # Errors
/// When it asks for what is not watched.
pub(super) fn narrowed(config: &Config, filter: &Filter) -> Result<Config, Status> {
    let policy = &config.policy.policy;
    for name in filter.rules.iter().filter(|name| *name != "*") {
        rule(policy, name).map_err(|why| Status::Wrong(format!("--rule: {why}")))?;
    }
    if let Some(name) = (filter.exceptions.iter()).find(|name| policy.exception(name).is_none()) {
        return Err(Status::Wrong(format!(
            "--exception: no exception is called {name:?}: `policy list` has them"
        )));
    }
    let mut config = config.clone();
    if !filter.kinds.is_empty() {
        config.collect.sources = watched(&config.collect.sources, &filter.kinds)?;
    }
    let is_own = |name: &String| config.organizations.iter().any(|own| own.name == *name);
    // Else it may be a partner's client, and what that is called depends on who else there is.
    if !filter.orgs.is_empty() && filter.orgs.iter().all(is_own) {
        config.partners.clear();
        config
            .organizations
            .retain(|own| filter.orgs.contains(&own.name));
    }
    Ok(config)
}

fn watched(sources: &[ShareKind], asked: &[ShareKind]) -> Result<Vec<ShareKind>, Status> {
    match asked.iter().find(|kind| !sources.contains(kind)) {
        None => Ok(sources
            .iter()
            .copied()
            .filter(|it| asked.contains(it))
            .collect()),
        Some(kind) => Err(Status::Wrong(format!(
            "--kind: {} are not watched: add {} to collect.sources",
            kind.label(),
            kind.list()
        ))),
    }
}

/// The rule of this name.
///
/// # Errors
/// Why nothing can break it.
pub(super) fn rule<'a>(policy: &'a Policy, name: &str) -> Result<&'a Rule, String> {
    match policy.rule(name) {
        Some(rule) if rule.is_on => Ok(rule),
        Some(rule) => Err(format!("the rule {} is switched off", rule.name)),
        None => {
            let rules = policy.rules().iter().map(|rule| &*rule.name);
            let rules: Vec<_> = rules.collect();
            let rules = rules.join(", ");
            Err(format!(
                "no rule is called {name:?}: expected one of {rules}"
            ))
        }
    }
}

/// Checks that each organisation that is asked for is one that is watched.
///
/// # Errors
/// When one is not, as far as that is known.
pub(super) fn check_organizations(seen: &Seen, filter: &Filter) -> Result<(), Status> {
    let looks = &seen.snapshot.organizations;
    let is_there = |name: &&String| looks.iter().any(|look| look.name() == *name);
    let missing = filter.orgs.iter().find(|name| !is_there(name));
    // It may be a client of a partner whose clients can't be listed: that is among what is not seen.
    let is_certain = seen.not_seen.iter().all(|it| it.partner.is_none());
    let Some(missing) = missing.filter(|_| is_certain) else {
        return Ok(());
    };
    let names: Vec<_> = looks.iter().map(|look| look.name()).collect();
    let names = self::names(&names);
    Err(Status::Wrong(format!(
        "--org: no organisation is called {missing:?} here: expected one of {names}"
    )))
}

/// What could not be seen, and could hold links that are asked for.
pub(super) fn not_seen<'a>(seen: &'a Seen, filter: &Filter) -> Vec<&'a NotSeen> {
    let all = seen.not_seen.iter();
    all.filter(|it| it.concerns(filter)).collect()
}

/// What is left out because the configuration says so.
pub(super) fn left_out(config: &Config) -> Vec<String> {
    let collect = &config.collect;
    let mut notes = Vec::new();
    let has_clips = collect.sources.contains(&ShareKind::ClipGroup);
    if let Some(lookback) = collect.lookback.filter(|_| has_clips) {
        notes.push(format!(
            "clip pages that are older than {} were not asked for (collect.lookback)",
            span::show(lookback)
        ));
    }
    let unwatched = ShareKind::ALL.into_iter();
    let unwatched = unwatched.filter(|kind| !collect.sources.contains(kind));
    let unwatched: Vec<_> = unwatched.map(ShareKind::list).collect();
    if !unwatched.is_empty() {
        let unwatched = unwatched.join(", ");
        notes.push(format!("not asked for: {unwatched} (collect.sources)"));
    }
    if collect.shard.is_part() {
        notes.push(format!(
            "only the organisations of shard {} were asked (collect.shard)",
            collect.shard
        ));
    }
    notes
}

/// What is known of the keys that were used, and makes the answer less than it looks like.
pub(super) fn of_keys(seen: &Seen) -> Vec<String> {
    let looks = seen.snapshot.organizations.iter();
    let limited = looks.filter(|look| look.permissions.super_admin == Some(false));
    let limited: Vec<_> = limited.map(|look| look.name()).collect();
    let mut notes = Vec::new();
    if !limited.is_empty() {
        notes.push(format!(
            "the key is no super admin, and may not be told all links: {}",
            names(&limited)
        ));
    }
    for twice in seen.snapshot.duplicates().values() {
        let twice = names(twice);
        notes.push(format!(
            "one organisation, whose links count for each name: {twice}"
        ));
    }
    notes
}

/// Names, of many only the first.
fn names(names: &[&str]) -> String {
    let more = match names.len().saturating_sub(MAX_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let names = names[..names.len().min(MAX_NAMES)].join(", ");
    escaped(&format!("{names}{more}"))
}
