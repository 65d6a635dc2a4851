//! What is asked of the trail: what there can't be is refused, since an empty answer would read as an all-clear.

use crate::cli::TimeBound;
use crate::commands::output::escaped;
use crate::commands::status::Status;
use crate::share::UnixMillis;
use crate::store::{LineQuery, StoreError, TrailReader};

/// From when to when.
///
/// # Errors
/// When nothing is between the two.
pub(super) fn period(
    since: Option<TimeBound>,
    until: Option<TimeBound>,
    now: UnixMillis,
) -> Result<(Option<UnixMillis>, Option<UnixMillis>), Status> {
    let since = since.map(|it| it.first(now));
    let until = until.map(|it| it.last(now));
    match (since, until) {
        (Some(since), Some(until)) if since > until => Err(Status::Wrong(format!(
            "--since is {}, after --until, which is {}: nothing is between them",
            since.rfc3339(),
            until.rfc3339()
        ))),
        period => Ok(period),
    }
}

/// Refuses an organisation that the trail knows nothing of.
///
/// # Errors
/// When it is none, or that can't be read.
pub(super) fn check_organization(reader: &TrailReader, asked: &str) -> anyhow::Result<()> {
    let known = reader.organizations()?;
    if known.iter().any(|name| name == asked) || has_lines(reader, asked)? {
        return Ok(());
    }
    let known = match known.is_empty() {
        true => "there is none yet".to_owned(),
        false => format!("expected one of {}", escaped(&known.join(", "))),
    };
    let text = format!("--org: the trail knows no organisation that is called {asked:?}: {known}");
    Err(Status::Wrong(text).into())
}

/// Whether there is any line of an organisation, which may have been called so once.
fn has_lines(reader: &TrailReader, org: &str) -> Result<bool, StoreError> {
    let any = LineQuery {
        org: Some(org.to_owned()),
        limit: 1,
        ..LineQuery::default()
    };
    Ok(!reader.lines(&any)?.is_empty())
}
