//! What is to be taken down, and what speaks against it. What can't be done for one link is done for none.

use crate::cli::RevokeArgs;
use crate::commands::status::Status;
use crate::rhombus::Deletion;
use crate::share::{Maker, Ref, ShareKind};
use crate::view::{Filter, Row};

/// Links, and how each is taken down.
pub(super) struct Chosen<'a> {
    /// Those that can be.
    pub(super) targets: Vec<Target<'a>>,
    /// Those that can't, and why.
    pub(super) others: Vec<(Row<'a>, &'static str)>,
    /// How many lists could not be seen that may have more of them.
    unseen: usize,
}

/// One link.
pub(super) struct Target<'a> {
    pub(super) row: Row<'a>,
    pub(super) deletion: Deletion,
}

impl<'a> Chosen<'a> {
    /// Those of `rows`, which the filter lets through.
    ///
    /// # Errors
    /// When a ref is not that of exactly one link.
    pub(super) fn new(rows: &[Row<'a>], filter: &Filter, unseen: usize) -> Result<Self, Status> {
        for reference in &filter.refs {
            check_ref(*reference, rows, unseen)?;
        }
        let (mut targets, mut others) = (Vec::new(), Vec::new());
        for row in rows {
            match deletion(row) {
                Ok(deletion) => targets.push(Target {
                    row: *row,
                    deletion,
                }),
                Err(why) => others.push((*row, why)),
            }
        }
        Ok(Self {
            targets,
            others,
            unseen,
        })
    }

    /// Checks that these are not more than may go at once.
    ///
    /// # Errors
    /// When they are.
    pub(super) fn check_number(&self, args: &RevokeArgs) -> Result<(), Status> {
        let (links, limit) = (self.targets.len(), usize::from(args.limit));
        if links <= limit {
            return Ok(());
        }
        Err(Status::Failed(format!(
            "{links} links are more than {limit}: nothing was taken down; name fewer, or allow them with \
             --limit={links}"
        )))
    }

    /// Checks that nobody watches by one of these for the organisation.
    ///
    /// # Errors
    /// When somebody does, and that was not said.
    pub(super) fn check_monitored(&self, args: &RevokeArgs) -> Result<(), Status> {
        let monitored = self.targets.iter().filter(|it| it.is_monitored());
        let monitored: Vec<_> = monitored.map(Target::name).collect();
        if monitored.is_empty() || args.include_monitoring {
            return Ok(());
        }
        Err(Status::Failed(format!(
            "a monitoring service has or has made {}, and would see nothing any more: nothing was taken \
             down; leave it out, or allow it with --include-monitoring",
            monitored.join(", ")
        )))
    }

    /// Says how it ends where all `targets` are gone.
    ///
    /// # Errors
    /// When something else was meant too, or may have been.
    pub(super) fn end(&self, filter: &Filter) -> Result<(), Status> {
        let others = self.others.len();
        if others > 0 {
            return Err(Status::Failed(format!(
                "links that can't be taken down here: {others}; use the console"
            )));
        }
        // What was named by its ref was found.
        if self.unseen > 0 && filter.refs.is_empty() {
            let text = "not everything could be seen: there may be more such links";
            return Err(Status::NotAllSeen(text.to_owned()));
        }
        Ok(())
    }
}

impl Target<'_> {
    /// What it is called.
    pub(super) fn name(&self) -> String {
        Ref::of(self.deletion.uuid()).to_string()
    }

    fn is_monitored(&self) -> bool {
        let traits = self.row.share.traits;
        traits.monitored || traits.maker == Maker::Service
    }
}

fn check_ref(reference: Ref, rows: &[Row<'_>], unseen: usize) -> Result<(), Status> {
    let named = rows.iter().filter(|row| row.reference == Some(reference));
    let places: Vec<_> = named
        .map(|row| format!("{} of {}", row.share.kind.label(), row.org()))
        .collect();
    match (places.len(), unseen) {
        (1, _) => Ok(()),
        (0, 0) => Err(Status::Failed(format!(
            "no link that is asked for has the ref {reference}: nothing was taken down"
        ))),
        (0, _) => Err(Status::NotAllSeen(format!(
            "no link that could be seen has the ref {reference}: nothing was taken down"
        ))),
        _ => Err(Status::Failed(format!(
            "the ref {reference} is that of several links: {}; name one with --org or --kind too: nothing \
             was taken down",
            places.join(", ")
        ))),
    }
}

/// How a link is taken down.
///
/// # Errors
/// Why it can't be.
fn deletion(row: &Row<'_>) -> Result<Deletion, &'static str> {
    let share = row.share;
    let uuid = share.id.clone().ok_or("it has no uuid")?;
    let parent = share.parent.clone();
    Ok(match share.kind {
        ShareKind::ClipGroup => Deletion::ClipGroup { uuid },
        ShareKind::TimelapseGroup => Deletion::TimelapseGroup { uuid },
        ShareKind::LiveStream => Deletion::LiveStream {
            uuid,
            camera: parent.ok_or("it names no device")?,
        },
        ShareKind::VideoWall => Deletion::VideoWall {
            uuid,
            wall: parent.ok_or("it names no wall")?,
        },
    })
}
