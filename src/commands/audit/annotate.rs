//! `audit annotate`: a person's note of whom a link was given to, as an event of the trail.

use std::collections::BTreeSet;

use crate::audit::{Annotation, Edit, Edited, Record};
use crate::cli::AuditAnnotateArgs;
use crate::clock::Clock;
use crate::commands::output::{self, escaped};
use crate::commands::status::Status;
use crate::share::{Private, ShareKind};
use crate::store::{LineQuery, Place, TrailEditor, TrailReader};

/// So many of the last events of a link are looked at to find out whose it is.
const RECENT: u32 = 1_000;

pub(super) fn run(args: &AuditAnnotateArgs) -> anyhow::Result<()> {
    let place = place(args)?;
    let private = |text: &String| Private::from(text.as_str());
    let edit = Edit {
        noticed: Clock::system().now(),
        place,
        edited: Edited::Annotated(Annotation {
            recipient: private(&args.recipient),
            purpose: private(&args.purpose),
            case: args.case.as_ref().map(private),
        }),
    };
    let written = TrailEditor::open(&args.trail.directory)?.enter(&edit)?;
    let seq = written.first().map_or(0, |line| line.seq);
    output::print(format_args!("noted: {} #{seq}\n", args.share))
}

/// Whose link it is, as the trail last said.
fn place(args: &AuditAnnotateArgs) -> anyhow::Result<Place> {
    let reader = TrailReader::open(&args.trail.directory)?;
    let query = LineQuery {
        share: Some(args.share),
        org: args.org.clone(),
        limit: RECENT,
        ..LineQuery::default()
    };
    let lines = reader.lines(&query)?;
    let records: Vec<_> = lines.iter().map(Record::of).collect();
    let owners = records.iter().map(|it| (it.org.clone(), it.kind.clone()));
    let owners: BTreeSet<_> = owners.collect();
    let mut owners = owners.into_iter();
    let Some((org, kind)) = owners.next() else {
        let text = format!("no event of the trail is about the link {}", args.share);
        let of = args.org.as_ref().map(|org| format!(" of {org:?}"));
        return Err(Status::Failed(text + &of.unwrap_or_default()).into());
    };
    let others: BTreeSet<_> = owners.filter_map(|(other, _)| other).collect();
    if args.org.is_none() && others.iter().any(|other| Some(other) != org.as_ref()) {
        let orgs: Vec<_> = org.into_iter().chain(others).collect();
        let orgs = escaped(&orgs.join(", "));
        let text = format!("several organisations have that link: give --org, one of {orgs}");
        return Err(Status::Wrong(text).into());
    }
    let mut kinds = ShareKind::ALL.into_iter();
    Ok(Place {
        org: org.map(Into::into),
        kind: kinds.find(|it| Some(it.label()) == kind.as_deref()),
        share: Some(args.share),
    })
}
