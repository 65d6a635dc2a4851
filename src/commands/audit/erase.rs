//! `audit erase`: forgets private texts that stand beside the trail. No line changes.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Context;

use crate::audit::{Edit, Edited, Forgetting};
use crate::cli::AuditEraseArgs;
use crate::clock::Clock;
use crate::commands::status::Status;
use crate::commands::{confirm, output};
use crate::share::Private;
use crate::store::{Erasure, Place, TrailEditor};

/// What stands for stdin.
const STDIN: &str = "-";
/// No text is longer, in bytes.
const MAX_BYTES: u64 = 64 << 10;

pub(super) async fn run(args: &AuditEraseArgs) -> anyhow::Result<()> {
    let what = what(args)?;
    let mut editor = TrailEditor::open(&args.trail.directory)?;
    let texts = editor.erasable(&what)?;
    let whose = match &what {
        Erasure::Share(share) => format!("of the link {share}"),
        Erasure::Text(_) => "of that wording".to_owned(),
    };
    if texts == 0 {
        let text = format!("nothing to forget: no text {whose} is kept");
        return Err(Status::Failed(text).into());
    }
    let question = format!("Forget {texts} private texts {whose} for good?");
    if !(args.yes || confirm::confirmed(&question).await?) {
        return Err(Status::Failed("nothing was forgotten".to_owned()).into());
    }
    let noticed = Clock::system().now();
    let place = place(&what);
    let entry = |texts| Edit {
        noticed,
        place,
        edited: Edited::Erased { texts },
    };
    let erased = editor.erase(&what, &Forgetting::of(&what), entry)?;
    output::print(format_args!(
        "forgotten: {} private texts {whose}\n",
        erased.texts
    ))?;
    if !erased.is_overwritten {
        output::complain(
            "warning: another process reads the store: what was forgotten is in store.db-wal until that is written \
             anew, at the latest when the exporter ends",
        );
    }
    Ok(())
}

/// What is to be forgotten, and that somebody can be asked.
fn what(args: &AuditEraseArgs) -> anyhow::Result<Erasure> {
    if !(args.yes || confirm::can_ask()) {
        let text = "nobody can be asked, since this is no terminal: give --yes";
        return Err(Status::Wrong(text.to_owned()).into());
    }
    if let Some(share) = args.what.share {
        return Ok(Erasure::Share(share));
    }
    let path = args.what.text_file.as_deref().unwrap_or(Path::new(STDIN));
    if path == Path::new(STDIN) && !args.yes {
        let text =
            "--text-file: stdin is the text, so that nobody can be asked: give --yes, or a file";
        return Err(Status::Wrong(text.to_owned()).into());
    }
    Ok(Erasure::Text(text(path)?))
}

/// The text of a file, without the end of its line.
fn text(path: &Path) -> anyhow::Result<Private> {
    let read = || -> io::Result<String> {
        let mut text = String::new();
        let file: Box<dyn Read> = match path == Path::new(STDIN) {
            true => Box::new(io::stdin()),
            false => Box::new(File::open(path)?),
        };
        file.take(MAX_BYTES).read_to_string(&mut text)?;
        Ok(text)
    };
    let text = read().with_context(|| format!("--text-file: cannot read {}", path.display()))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        let wrong = format!(
            "--text-file: {} is empty: expected the text",
            path.display()
        );
        return Err(Status::Wrong(wrong).into());
    }
    Ok(text.into())
}

/// What the line about it is about. The wording is in none.
fn place(what: &Erasure) -> Place {
    Place {
        share: match what {
            Erasure::Share(share) => Some(*share),
            Erasure::Text(_) => None,
        },
        ..Place::default()
    }
}
