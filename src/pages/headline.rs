//! The answer at a glance: the headline of the landing page and what its numbers are made of. It says in
//! words when there is no answer.

use std::time::Duration;

use super::links::TraitCounts;
use super::partners::PartnerRow;
use super::standings::{OfKind, Row, Standings};
use super::words;
use crate::inventory::Belief;
use crate::share::ShareKind;

/// From here on it is said that clocks differ.
const SKEW_SAID: Duration = Duration::from_secs(2 * 60);
/// From here on nothing is called well.
const SKEW_LIMIT: Duration = Duration::from_secs(5 * 60);
/// How many organisations that have several names are named.
const MAX_DUPLICATES: usize = 5;

/// The answer.
pub(super) struct Headline {
    /// `bad`, `warn` or `good`.
    pub(super) tone: &'static str,
    /// One line.
    pub(super) headline: String,
    /// A sentence each.
    pub(super) details: Vec<String>,
}

impl Headline {
    pub(super) fn new(standings: &Standings) -> Self {
        let (tone, headline) = answer(standings);
        Self {
            tone,
            headline,
            details: details(standings),
        }
    }
}

/// What is not known comes first: the beginning of a title may be all that is read of it.
fn answer(standings: &Standings) -> (&'static str, String) {
    let all = standings.rows.len() as u64;
    if let Some(answer) = unknown_clients(standings) {
        return answer;
    }
    if all == 0 {
        return ("warn", "No organisation is watched".to_owned());
    }
    if standings.unseen() > 0 {
        return unseen(standings, all);
    }
    let known = known_open_links(standings);
    let stale = standings.count(Belief::Stale);
    let of_all = format!("{} of {}", words::count(stale), organizations(all));
    let doubt = if stale > 0 && stale == standings.with(Row::has_lost_all) {
        format!("{of_all} lost every link of a list at once")
    } else if stale > 0 {
        format!("{of_all} not seen lately")
    } else if standings.partners_with(PartnerRow::fails) > 0 {
        let failing = standings.partners_with(PartnerRow::fails);
        format!("{} with an outdated list of clients", partners(failing))
    } else if standings.partners_with(PartnerRow::has_no_client) > 0 {
        let empty = standings.partners_with(PartnerRow::has_no_client);
        format!("{} without any client", partners(empty))
    } else if standings.unreadable_clients() > 0 {
        let unreadable = words::counted(standings.unreadable_clients(), "client");
        format!("{unreadable} could not be asked")
    } else if standings.skew >= SKEW_LIMIT {
        format!("Clocks differ by {}", words::span(standings.skew))
    } else if !standings.duplicates.is_empty() {
        let several = organizations(standings.duplicates.len() as u64);
        format!("{several} under several names")
    } else if standings.blind_spots.unlisted() > 0 {
        let unlisted = words::counted(standings.blind_spots.unlisted(), "link");
        format!("{unlisted} not listed")
    } else {
        return (
            calm_tone(standings),
            open_links(standings, "No open link", "open link"),
        );
    };
    ("warn", format!("{doubt}; {known}"))
}

/// Where it is not known which clients some partner has, so that any number of organisations is missing.
fn unknown_clients(standings: &Standings) -> Option<(&'static str, String)> {
    let unknown = standings.partners_with(PartnerRow::is_unknown);
    let failing = |row: &PartnerRow| row.is_unknown() && row.fails();
    let known = match standings.rows.is_empty() {
        true => "nothing is known".to_owned(),
        false => known_open_links(standings),
    };
    let whose = format!("The clients of {}", partners(unknown));
    match (unknown, standings.partners_with(failing)) {
        (0, _) => None,
        (_, 0) => Some(("warn", format!("{whose} still to be listed; {known}"))),
        _ => Some(("bad", format!("{whose} could not be listed; {known}"))),
    }
}

fn partners(number: u64) -> String {
    words::counted(number, "partner")
}

/// Where some organisations were not looked at, or not at every list.
fn unseen(standings: &Standings, all: u64) -> (&'static str, String) {
    let unseen = standings.unseen();
    let waiting = standings.count(Belief::Waiting);
    let not_allowed = standings.count(Belief::NotAllowed);
    let in_part = standings.with(Row::is_seen_in_part);
    let blind = unseen - in_part;
    let of_all = |number| format!("{} of {}", words::count(number), organizations(all));
    let known = known_open_links(standings);
    if waiting > 0 && waiting + not_allowed == all && in_part == 0 {
        ("warn", "Waiting for the first answers".to_owned())
    } else if unseen == not_allowed {
        let verb = if not_allowed == 1 { "gives" } else { "give" };
        let of_all = of_all(not_allowed);
        ("warn", format!("{of_all} {verb} no access; {known}"))
    } else if blind == all {
        ("bad", "No organisation could be read".to_owned())
    } else if unseen == waiting + not_allowed {
        ("warn", format!("{} not read yet; {known}", of_all(waiting)))
    } else if in_part == 0 {
        (
            "bad",
            format!("{} could not be read; {known}", of_all(unseen)),
        )
    } else if blind == 0 {
        (
            "bad",
            format!("{} could be read only in part; {known}", of_all(unseen)),
        )
    } else {
        let unseen = of_all(unseen);
        (
            "bad",
            format!("{unseen} could not be read, or only in part; {known}"),
        )
    }
}

/// The tone where everything was looked at: all is well only if that was everything there is.
fn calm_tone(standings: &Standings) -> &'static str {
    if standings.links.open() == 0 && !standings.is_part() {
        "good"
    } else {
        "warn"
    }
}

/// The same as part of a sentence, where not all is known.
fn known_open_links(standings: &Standings) -> String {
    open_links(standings, "no known open link", "known open link")
}

/// How many links are open, each of them `one`, and among which, where that is not all; `none` for 0.
fn open_links(standings: &Standings, none: &str, one: &str) -> String {
    let mut open = match standings.links.open() {
        0 => none.to_owned(),
        open => words::counted(open, one),
    };
    if standings.watched.len() < ShareKind::ALL.len() {
        open = format!("{open} among {}", nouns(standings.watched.iter().copied()));
    }
    if standings.shard.is_part() {
        open = format!("{open} in shard {}", standings.shard);
    }
    match standings.lookback.map(words::span) {
        None => open,
        Some(lookback) => format!("{open}, without clip pages older than {lookback}"),
    }
}

/// `clip pages, live streams and video walls`.
fn nouns(kinds: impl Iterator<Item = ShareKind>) -> String {
    let mut nouns: Vec<_> = kinds.map(|kind| format!("{}s", kind.noun())).collect();
    let last = nouns.pop().unwrap_or_default();
    match nouns.is_empty() {
        true => last,
        false => format!("{} and {last}", nouns.join(", ")),
    }
}

fn organizations(number: u64) -> String {
    words::counted(number, "organisation")
}

/// What the numbers are made of, and what they leave out: a sentence each.
fn details(standings: &Standings) -> Vec<String> {
    let mut sentences = Vec::new();
    sentences.extend(not_looked_at(standings));
    sentences.extend(standings.blind_spots.sentences());
    sentences.extend(not_settled(standings));
    sentences.extend(not_asked_for(standings));
    sentences.extend(what_else_they_give(standings));
    if let Some(oldest) = standings.oldest {
        let oldest = words::span(oldest);
        sentences.push(format!(
            "Whoever has an open link can see its footage. The oldest data counted here is \
             {oldest} old."
        ));
    }
    sentences
}

/// What open links give beside what cameras see now.
fn what_else_they_give(standings: &Standings) -> Option<String> {
    let TraitCounts {
        past_footage,
        sound,
        scheduled,
        by_service,
    } = standings.links.open_traits;
    let counts = [
        (past_footage, "with past footage too"),
        (sound, "with sound"),
        (scheduled, "only at the hours of a schedule"),
        (by_service, "made by a service, such as alarm monitoring"),
    ];
    let there = counts.into_iter().filter(|(count, _)| *count > 0);
    let there = there.map(|(count, what)| format!("{} {what}", words::count(count)));
    let there = there.collect::<Vec<_>>().join(", ");
    (!there.is_empty()).then(|| format!("Of the open live streams and video walls: {there}."))
}

fn not_looked_at(standings: &Standings) -> Vec<String> {
    let mut sentences = Vec::new();
    let in_part = standings.with(Row::is_seen_in_part);
    let blind = standings.unseen() - in_part;
    if blind > 0 {
        let blind = organizations(blind);
        sentences.push(format!(
            "The links of {blind} are not known and not counted here."
        ));
    }
    let not_allowed = standings.count(Belief::NotAllowed);
    if not_allowed > 0 {
        let not_allowed = words::counted(not_allowed, "client");
        sentences.push(format!(
            "No longer accessible to their partner: {not_allowed}."
        ));
    }
    let unreadable = standings.unreadable_clients();
    if unreadable > 0 {
        let unreadable = words::counted(unreadable, "record");
        sentences.push(format!(
            "Rhombus lists {unreadable} of clients without a readable uuid: those clients are not watched."
        ));
    }
    let of_kinds = |count: fn(&OfKind) -> u64| {
        let kinds = standings.kinds.iter().map(|(kind, of)| (kind, count(of)));
        let missing = kinds.filter(|(_, missing)| *missing > 0);
        let missing = missing
            .map(|(kind, missing)| format!("{}s of {}", kind.noun(), organizations(missing)));
        missing.collect::<Vec<_>>().join(", ")
    };
    if in_part > 0 {
        let lists = of_kinds(|of| of.all - of.seen);
        sentences.push(format!("Not known, and not counted here: {lists}."));
    }
    let forbidden = of_kinds(|of| of.forbidden);
    if !forbidden.is_empty() {
        sentences.push(format!(
            "The key may not read {forbidden}. Give its role the permission, or leave the list out of \
             collect.sources."
        ));
    }
    sentences
}

/// What was read, and is not the last word.
fn not_settled(standings: &Standings) -> Vec<String> {
    let mut sentences = Vec::new();
    let stale = standings.count(Belief::Stale);
    if stale > 0 {
        let stale = organizations(stale);
        sentences.push(format!(
            "Counted from old data that could not be updated: {stale}."
        ));
    }
    let partial = standings.with(Row::is_partial);
    if partial > 0 {
        let partial = organizations(partial);
        sentences.push(format!(
            "Rhombus warned that its list is not complete: {partial}. There may be links that are not \
             counted here."
        ));
    }
    let emptied = standings.with(Row::is_emptied);
    if emptied > 0 {
        let emptied = organizations(emptied);
        sentences.push(format!(
            "A list that had links came back empty: {emptied}. The links known before are shown until the \
             next poll confirms it."
        ));
    }
    if standings.skew >= SKEW_SAID {
        sentences.push(format!(
            "This machine's clock and Rhombus's differ by {}. A link counts until it has ended by \
             both clocks.",
            words::span(standings.skew)
        ));
    }
    for names in standings.duplicates.iter().take(MAX_DUPLICATES) {
        sentences.push(format!(
            "These names have keys of the same organisation, whose links are counted for each: {names}. The \
             organisations that the other keys were meant for are not watched."
        ));
    }
    sentences
}

/// What the configuration leaves out.
fn not_asked_for(standings: &Standings) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(lookback) = standings.lookback.map(words::span) {
        sentences.push(format!(
            "Only clip pages created in the last {lookback} are asked for. Links of older ones are not \
             counted here, open or not."
        ));
    }
    if standings.shard.is_part() {
        sentences.push(format!(
            "Only shard {} of the organisations is watched here: those of the others are not counted \
             here.",
            standings.shard
        ));
    }
    let excluded = standings.partners.iter().map(PartnerRow::excluded).sum();
    if excluded > 0 {
        let excluded = words::counted(excluded, "client");
        sentences.push(format!(
            "The configuration leaves out {excluded} of partners: they are not counted here."
        ));
    }
    let is_off = |kind: &ShareKind| !standings.watched.contains(kind);
    let off = nouns(ShareKind::ALL.into_iter().filter(is_off));
    if !off.is_empty() {
        sentences.push(format!(
            "{} are not watched: they are not in collect.sources.",
            words::capitalized(&off)
        ));
    }
    sentences
}
