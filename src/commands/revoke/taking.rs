//! Taking links down, one after another, and looking whether they are gone. What Rhombus answers to a deletion
//! is no proof: an answer may be lost, and one that says "done" may be wrong.

use std::collections::BTreeSet;

use futures_util::FutureExt;

use super::chosen::{Chosen, Target};
use super::{Asking, Deleters};
use crate::collector::Deleter;
use crate::commands::look::{Seen, look};
use crate::commands::output;
use crate::commands::signals::EndSignals;
use crate::commands::status::Status;
use crate::config::{Config, Patterns};
use crate::inventory::Look;
use crate::share::Id;

/// What Rhombus was asked, and said.
enum Asked {
    /// It says that the link is gone.
    Done,
    /// It does not say so, and why.
    Failed(String),
}

/// What a new look says.
enum After {
    Gone,
    StillListed,
    /// The list could not be seen, or not all of it.
    NotKnown(String),
}

/// Takes these links down, and says of each what became of it.
///
/// # Errors
/// When not each is known to be gone.
pub(super) async fn take_down(
    (config, env): Asking<'_>,
    chosen: &Chosen<'_>,
    deleters: &Deleters,
) -> anyhow::Result<()> {
    let mut signals = EndSignals::listen()?;
    let asked = ask_all(&chosen.targets, deleters, &mut signals).await;
    let (touched, untouched) = chosen.targets.split_at(asked.len());
    output::complain("looking again");
    let again = only_of(config, touched);
    let seen = tokio::select! {
        seen = look(&again, env, None) => seen,
        () = signals.next() => Err(anyhow::anyhow!("it was stopped")),
    };
    let mut gone = 0;
    for (target, asked) in touched.iter().zip(&asked) {
        let after = match &seen {
            Ok(seen) => after(seen, target),
            Err(error) => After::NotKnown(format!("{error:#}")),
        };
        gone += usize::from(matches!(after, After::Gone));
        tell(target, asked, &after);
    }
    for target in untouched {
        output::complain(format_args!("{}  not touched", target.name()));
    }
    match (gone, chosen.targets.len()) {
        (gone, all) if gone == all => Ok(()),
        (gone, all) => Err(Status::Failed(format!("gone: {gone} of {all}")).into()),
    }
}

/// Asks for one after another, until a signal comes. Gives what came of those that were asked for.
async fn ask_all(
    targets: &[Target<'_>],
    deleters: &Deleters,
    signals: &mut EndSignals,
) -> Vec<Asked> {
    let mut asked = Vec::new();
    let mut is_stopped = false;
    for target in targets {
        is_stopped |= signals.next().now_or_never().is_some();
        if is_stopped {
            break;
        }
        let deleter = deleters.get(target.row.org());
        asked.push(ask(target, deleter, signals, &mut is_stopped).await);
    }
    asked
}

/// Asks for one, to the end: a signal stops what comes after it.
async fn ask(
    target: &Target<'_>,
    deleter: Option<&Deleter>,
    signals: &mut EndSignals,
    is_stopped: &mut bool,
) -> Asked {
    let Some(deleter) = deleter else {
        return Asked::Failed("its organisation can't be asked".to_owned());
    };
    output::complain(format_args!("taking down {}", target.name()));
    let deletion = deleter.delete(&target.deletion);
    let mut deletion = std::pin::pin!(deletion);
    loop {
        tokio::select! {
            answer = &mut deletion => return match answer {
                Ok(()) => Asked::Done,
                Err(why) => Asked::Failed(why),
            },
            () = signals.next(), if !*is_stopped => {
                *is_stopped = true;
                output::complain("stopping after this one");
            }
        }
    }
}

/// The configuration with only the lists of these links.
fn only_of(config: &Config, targets: &[Target<'_>]) -> Config {
    let mut config = config.clone();
    let kinds: BTreeSet<_> = targets.iter().map(|it| it.row.share.kind).collect();
    config.collect.sources.retain(|kind| kinds.contains(kind));
    let own = targets.iter().filter(|it| partner(it.row.look).is_none());
    let own: BTreeSet<_> = own.map(|it| it.row.org()).collect();
    config
        .organizations
        .retain(|it| own.contains(it.name.as_str()));
    for partner in &mut config.partners {
        let clients = targets.iter().map(|it| it.row.look);
        let clients = clients.filter(|look| self::partner(look) == Some(&partner.name));
        partner.include = uuids(clients);
    }
    // No pattern would be all.
    config
        .partners
        .retain(|partner| !partner.include.is_empty());
    config
}

fn partner(look: &Look) -> Option<&str> {
    let client = look.organization.client();
    client.map(|client| &*client.partner)
}

/// Patterns of the uuids of these. A uuid that is none is left to the name.
fn uuids<'a>(looks: impl Iterator<Item = &'a Look>) -> Patterns {
    let mut patterns = Patterns::default();
    for look in looks {
        let uuid = look.identity.uuid.as_ref().map(Id::to_string);
        let literal = uuid.map(|uuid| regex::escape(&uuid));
        // It is a literal, so that it is a pattern.
        let _ = literal.map(|literal| patterns.add(&literal));
    }
    patterns
}

/// What became of a link.
fn after(seen: &Seen, target: &Target<'_>) -> After {
    let mut looks = seen.snapshot.organizations.iter();
    let look = looks.find(|look| is_same(look, target.row.look));
    let kind = target.row.share.kind;
    let list = look.and_then(|look| look.standings.iter().find(|(known, _)| *known == kind));
    let Some((_, standing)) = list else {
        return After::NotKnown("its organisation could not be read".to_owned());
    };
    let uuid = Some(target.deletion.uuid());
    let listed = standing.last_look();
    let mut shares = listed.into_iter().flat_map(|look| look.shares().iter());
    let is_listed = shares.any(|share| share.id.as_ref() == uuid);
    match (is_listed, standing.failure(), listed) {
        (true, ..) => After::StillListed,
        (_, Some(failure), _) => After::NotKnown(failure.message.clone()),
        (_, None, None) => After::NotKnown("its list was not read".to_owned()),
        (_, None, Some(_)) if standing.is_partial() => {
            After::NotKnown("Rhombus warns that its list is not whole".to_owned())
        }
        (_, None, Some(_)) => After::Gone,
    }
}

/// Whether it is the same organisation. What a client is called depends on who else there is.
fn is_same(look: &Look, before: &Look) -> bool {
    match (partner(look), partner(before)) {
        (None, None) => look.name() == before.name(),
        (Some(one), Some(other)) => one == other && look.identity.uuid == before.identity.uuid,
        _ => false,
    }
}

fn tell(target: &Target<'_>, asked: &Asked, after: &After) {
    let said = match asked {
        Asked::Done => String::new(),
        Asked::Failed(why) => format!("; when it was asked: {why}"),
    };
    let name = target.name();
    match after {
        After::Gone => output::complain(format_args!("{name}  gone{said}")),
        After::StillListed => output::complain(format_args!("{name}  STILL LISTED{said}")),
        After::NotKnown(why) => {
            output::complain(format_args!("{name}  NOT KNOWN to be gone: {why}{said}"));
        }
    }
}
