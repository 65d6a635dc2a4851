//! `audit verify`: whether a trail, exported or in a store, is what was sealed. What is judged is in
//! [`audit::verify`](crate::audit::verify); here is what it is judged by.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;
use std::thread;

use anyhow::anyhow;

use super::export::{self, ExportError};
use super::progress::Progress;
use crate::audit::{Evidence, OutsideCheckpoint, PUBLIC_KEY, Report, VerifierKey, verify};
use crate::cli::AuditVerifyArgs;
use crate::commands::output;
use crate::commands::status::Status;
use crate::store::TrailReader;

/// What stands for stdin.
const STDIN: &str = "-";
/// No file of checkpoints is longer, in bytes.
const MAX_BYTES: u64 = 512 << 20;
/// Room for lines on their way to the verifier.
const BUFFER: usize = 1 << 20;

pub(super) fn run(args: &AuditVerifyArgs) -> anyhow::Result<()> {
    let evidence = evidence(args)?;
    let report = match (&args.export, &args.directory) {
        (Some(path), _) => of_file(path, &evidence)?,
        (None, Some(directory)) => of_store(directory, &evidence)?,
        (None, None) => {
            let text = "which trail? Give an exported FILE, or --storage.path";
            return Err(Status::Wrong(text.to_owned()).into());
        }
    };
    output::print(&report)?;
    match report.is_right() {
        true => Ok(()),
        false => {
            let text = "the trail is not as it was sealed";
            Err(Status::Failed(text.to_owned()).into())
        }
    }
}

fn of_file(path: &Path, evidence: &Evidence) -> Result<Report, Status> {
    let unreadable = |why| Status::Wrong(format!("cannot read {}: {why}", path.display()));
    let export: Box<dyn Read> = match path == Path::new(STDIN) {
        true => Box::new(io::stdin()),
        false => Box::new(File::open(path).map_err(unreadable)?),
    };
    verify(buffered(export), evidence).map_err(unreadable)
}

/// Verifies what an export of the store has, which is written by a thread of its own.
fn of_store(directory: &Path, evidence: &Evidence) -> anyhow::Result<Report> {
    let reader = TrailReader::open(directory)?;
    let (from, to) = io::pipe()?;
    let exporting = thread::spawn(move || export::write(&reader, io::BufWriter::new(to)));
    let report = verify(buffered(from), evidence);
    match exporting.join() {
        // The verifier has seen enough.
        Ok(Err(ExportError::Write(error))) if error.kind() == ErrorKind::BrokenPipe => {}
        Ok(Err(ExportError::Store(error))) => return Err(error.into()),
        Ok(exported) => exported?,
        Err(_) => return Err(anyhow!("what reads the trail has crashed: report it")),
    }
    Ok(report?)
}

fn buffered(export: impl Read) -> impl BufRead {
    BufReader::with_capacity(BUFFER, Progress::new(export))
}

fn evidence(args: &AuditVerifyArgs) -> anyhow::Result<Evidence> {
    let key = key(args)?;
    let mut checkpoints = Vec::new();
    for path in &args.checkpoints {
        let read = OutsideCheckpoint::read_all(&text("--checkpoint", path)?, key.as_ref());
        let read = read.map_err(|why| wrong("--checkpoint", path, why))?;
        checkpoints.extend(read);
    }
    Ok(Evidence { key, checkpoints })
}

/// The key that is given, or else the one beside the trail; of a file, none.
fn key(args: &AuditVerifyArgs) -> anyhow::Result<Option<VerifierKey>> {
    if let Some(path) = &args.public_key {
        return Ok(Some(read_key("--public-key", path)?));
    }
    let (None, Some(directory)) = (&args.export, &args.directory) else {
        output::complain("without --public-key nobody's signature is asked for");
        return Ok(None);
    };
    let path = directory.join(PUBLIC_KEY);
    if !path.exists() {
        // What is wrong with the directory is told first.
        TrailReader::open(directory)?;
        output::complain(format_args!(
            "there is no {}: without a public key nobody's signature is asked for (--public-key)",
            path.display()
        ));
        return Ok(None);
    }
    output::complain(format_args!(
        "the key is the store's own, {}: who owns the store may have replaced it; --public-key takes one that was \
         kept elsewhere",
        path.display()
    ));
    Ok(Some(read_key("--storage.path", &path)?))
}

fn read_key(flag: &str, path: &Path) -> Result<VerifierKey, Status> {
    text(flag, path)?
        .parse()
        .map_err(|why| wrong(flag, path, why))
}

fn text(flag: &str, path: &Path) -> Result<String, Status> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(text),
        Err(why) => Err(wrong(flag, path, why)),
    }
}

fn wrong(flag: &str, path: &Path, why: impl std::fmt::Display) -> Status {
    Status::Wrong(format!("{flag}: {}: {why}", path.display()))
}
