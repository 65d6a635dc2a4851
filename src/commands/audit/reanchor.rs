//! `audit reanchor`: a person says that the trail goes on as it is, though its anchor knows more than the store,
//! or its key is another one.

use std::path::PathBuf;

use crate::audit::{
    Anchor, Edit, Edited, KeyFile, PRIVATE_KEY, Reanchoring, VerifierKey, contradiction,
};
use crate::cli::AuditReanchorArgs;
use crate::clock::Clock;
use crate::commands::status::Status;
use crate::commands::{confirm, output};
use crate::share::Private;
use crate::store::{Checkpoint, Place, Sealing, TrailEditor, TrailReader};

/// What is known before anything is done.
struct Case {
    anchor: Option<Anchor>,
    handler: Reanchoring,
    key: VerifierKey,
    last: Option<Checkpoint>,
    lines: u64,
    /// Why the exporter does not sign.
    contradiction: String,
}

pub(super) async fn run(args: &AuditReanchorArgs) -> anyhow::Result<()> {
    if !(args.yes || confirm::can_ask()) {
        let text = "nobody can be asked, since this is no terminal: give --yes";
        return Err(Status::Wrong(text.to_owned()).into());
    }
    let case = case(args)?;
    output::complain(format_args!(
        "{}\nthe store has {} lines, of which {} are sealed; what was lost stays lost, and checkpoints of it will contradict the trail forever",
        case.contradiction,
        case.lines,
        case.sealed()
    ));
    let question = "Seal the trail as it is now?";
    if !(args.yes || confirm::confirmed(question).await?) {
        return Err(Status::Failed("nothing was sealed".to_owned()).into());
    }
    let sealed = seal(args, &case)?;
    if let Some(anchor) = &case.anchor {
        anchor.add(&sealed.note)?;
    }
    output::print(format_args!(
        "sealed: {} lines, by the key {}\n",
        sealed.size, case.key
    ))?;
    output::complain(
        "a running exporter signs again at its next seal; one that has another key has to be started anew",
    );
    Ok(())
}

fn case(args: &AuditReanchorArgs) -> anyhow::Result<Case> {
    let reader = TrailReader::open(&args.trail.directory)?;
    let (origin, lines) = reader.head()?;
    let last = reader.checkpoint()?;
    let (handler, key) = handler(args, &origin)?;
    let anchor = args.anchor_file.as_deref().map(Anchor::new);
    let notes = anchor.as_ref().map(Anchor::notes).transpose();
    let notes = notes.map_err(|error| Status::Wrong(format!("--anchor-file: {error}")))?;
    let foreign = last.as_ref().filter(|last| !handler.has_signed(last));
    let foreign = foreign.map(|last| format!("seal {} is not signed by this key", last.number));
    let contradicted = contradiction(&notes.unwrap_or_default(), &origin, &reader.seals()?);
    let Some(contradiction) = contradicted.or(foreign) else {
        let text = "nothing contradicts the store: the exporter signs it by itself";
        return Err(Status::Failed(text.to_owned()).into());
    };
    Ok(Case {
        anchor,
        handler,
        key,
        last,
        lines,
        contradiction,
    })
}

/// Who signs. No key is made here: the exporter makes it at its start.
fn handler(args: &AuditReanchorArgs, origin: &str) -> anyhow::Result<(Reanchoring, VerifierKey)> {
    let path = args.key_file.clone();
    let path: PathBuf = path.unwrap_or_else(|| args.trail.directory.join(PRIVATE_KEY));
    if !path.exists() {
        let text = format!(
            "there is no key file {}; expected the one of the exporter, which makes it at its start: give --key-file",
            path.display()
        );
        return Err(Status::Wrong(text).into());
    }
    let key = KeyFile::load_or_make(&path, origin);
    let key = key.map_err(|error| Status::Wrong(error.to_string()))?;
    let verifier = key.signer.verifier().clone();
    Ok((Reanchoring::new(key.signer), verifier))
}

fn seal(args: &AuditReanchorArgs, case: &Case) -> anyhow::Result<Checkpoint> {
    let now = Clock::system().now();
    let mut editor = TrailEditor::open(&args.trail.directory)?;
    editor.enter(&Edit {
        noticed: now,
        place: Place::default(),
        edited: Edited::Reanchored {
            contradiction: case.contradiction.clone(),
            sealed: case.sealed(),
            reason: args.reason.as_deref().map(Private::from),
        },
    })?;
    match editor.seal(&case.handler, now)? {
        Sealing::Sealed(checkpoint) => Ok(checkpoint),
        Sealing::Broken(why) => Err(Status::Failed(format!(
            "the trail is not sealed: {why}; put a backup in its place"
        ))
        .into()),
        // The exporter was quicker.
        Sealing::Nothing => {
            let newest = TrailReader::open(&args.trail.directory)?.checkpoint()?;
            let missing = || Status::Failed("there is no seal: try again".to_owned());
            Ok(newest.ok_or_else(missing)?)
        }
    }
}

impl Case {
    /// Over how many lines the newest seal is.
    fn sealed(&self) -> u64 {
        self.last.as_ref().map_or(0, |last| last.size)
    }
}
