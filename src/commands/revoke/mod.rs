//! `revoke`: takes links down. The one command that changes anything at Rhombus: it shows what would go, asks,
//! writes down what there was, and only then asks Rhombus; and it says "gone" only of what a new look does not
//! list any more.

mod chosen;
mod evidence;
mod shown;
mod taking;

use std::collections::BTreeMap;

use super::look::{Seen, look_and};
use super::status::Status;
use super::{asked, confirm, output};
use crate::cli::RevokeArgs;
use crate::clock::Clock;
use crate::collector::{Collector, Deleter};
use crate::config::{self, Config, Environment};
use crate::rhombus;
use crate::view::{Filter, Order, Row, Rows};
use chosen::Chosen;

/// Who can take links down, by the name of the organisation.
type Deleters = BTreeMap<String, Deleter>;
/// Whom to ask, and how.
type Asking<'a> = (&'a Config, &'a Environment);

pub(super) async fn run(args: &RevokeArgs, env: &Environment) -> anyhow::Result<()> {
    let filter = filter(args)?;
    let mut loaded = config::load(&args.config, env, Clock::system().now())?;
    output::warn(&loaded.warnings);
    // A page that is older than what is looked back on would read as gone.
    loaded.config.collect.lookback = None;
    let config = asked::narrowed(&loaded.config, &filter)?;
    let deleters = |collector: &Collector, seen: &Seen| {
        let rows = Rows::new(&seen.snapshot, &config.policy.policy, &filter).rows;
        deleters(collector, &rows)
    };
    let (seen, deleters) = look_and(&config, env, None, deleters).await?;
    asked::check_organizations(&seen, &filter)?;
    let unseen = tell_not_seen(&seen, &filter);
    let policy = &config.policy.policy;
    let mut found = Rows::new(&seen.snapshot, policy, &filter);
    let rows = Order::default().part(&mut found.rows, 0..usize::MAX);
    let chosen = Chosen::new(rows, &filter, unseen)?;
    chosen.check_number(args)?;
    shown::show(&chosen, policy);
    chosen.check_monitored(args)?;
    if !chosen.targets.is_empty() {
        if !(args.dry_run || args.yes || confirmed(chosen.targets.len()).await?) {
            return Err(Status::Failed("nothing was taken down".to_owned()).into());
        }
        evidence::write(args.evidence.as_deref(), &chosen, &config.policy.policy)?;
        match args.dry_run {
            true => output::complain("nothing was taken down (--dry-run)"),
            false => taking::take_down((&config, env), &chosen, &deleters?).await?,
        }
    }
    Ok(chosen.end(&filter)?)
}

/// Which links are meant.
fn filter(args: &RevokeArgs) -> Result<Filter, Status> {
    let wrong = |text: &str| Err(Status::Wrong(text.to_owned()));
    let mut filter = args.filters.0.clone();
    filter.refs.extend(&args.shares);
    filter.refs.sort_unstable();
    filter.refs.dedup();
    if filter.is_empty() {
        return wrong("say which links: give their refs, or filters such as --org and --rule");
    }
    if !(args.yes || args.dry_run || confirm::can_ask()) {
        return wrong("nobody can be asked, since this is no terminal: give --yes or --dry-run");
    }
    if let Some(path) = args.evidence.as_ref().filter(|path| path.exists()) {
        let path = path.display();
        return wrong(&format!(
            "--evidence: {path} is there already: give a new file"
        ));
    }
    Ok(filter)
}

/// Those of the organisations that have such links.
fn deleters(collector: &Collector, rows: &[Row<'_>]) -> Result<Deleters, rhombus::Error> {
    let mut deleters = Deleters::new();
    for row in rows {
        if !deleters.contains_key(row.org())
            && let Some(deleter) = collector.deleter(row.org())?
        {
            deleters.insert(row.org().to_owned(), deleter);
        }
    }
    Ok(deleters)
}

/// Says what could not be seen, and gives how much that is.
fn tell_not_seen(seen: &Seen, filter: &Filter) -> usize {
    let unseen = asked::not_seen(seen, filter);
    for it in &unseen {
        let line = output::escaped(&it.to_string());
        output::complain(format_args!("not seen: {line}"));
    }
    unseen.len()
}

/// Whether a person at the terminal says that so many links are to go.
async fn confirmed(links: usize) -> anyhow::Result<bool> {
    confirm::confirmed(&format!("Take down {links} of these for good?")).await
}
