//! `audit export`: the whole trail to stdout, as `audit verify` reads it, or with texts for people.

use std::io::{self, BufWriter, ErrorKind, Write};

use anyhow::Context;
use serde_json::json;

use super::lines::with_texts;
use crate::cli::AuditExportArgs;
use crate::commands::output;
use crate::store::{Exported, StoreError, TrailReader};

/// Room for lines on their way to stdout.
const BUFFER: usize = 1 << 20;

/// Why an export has ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExportError {
    /// The trail can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is exported can't be written.
    #[error(transparent)]
    Write(#[from] io::Error),
    /// A line is no JSON, so that no text can be put beside it.
    #[error("line #{0} of the trail is no JSON: export without --with-texts, and verify that")]
    Line(u64),
}

pub(super) fn run(args: &AuditExportArgs) -> anyhow::Result<()> {
    let reader = TrailReader::open(&args.trail.directory)?;
    let stdout = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    let exported = match args.with_texts {
        false => write(&reader, stdout),
        true => {
            output::complain("with texts, it can be read, but not verified");
            write_with_texts(&reader, stdout)
        }
    };
    match exported {
        // Whoever reads it has had enough.
        Err(ExportError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(ExportError::Write(error)) => Err(error).context("cannot write to stdout"),
        Err(ExportError::Store(error)) => Err(error.into()),
        exported => Ok(exported?),
    }
}

/// Writes the trail in the form that can be verified.
///
/// # Errors
/// When it can't be read or written.
pub(super) fn write(reader: &TrailReader, mut to: impl Write) -> Result<(), ExportError> {
    reader.export(|exported| -> Result<(), ExportError> {
        match exported {
            Exported::Line(_, line) => writeln!(to, "{line}")?,
            Exported::Dropped(seq, hash) => {
                writeln!(to, "{{\"dropped\":{seq},\"hash\":\"{}\"}}", hex(&hash))?;
            }
            Exported::Seal(seal) => {
                let note = serde_json::Value::from(&*seal.note);
                writeln!(to, "{{\"seal\":{},\"note\":{note}}}", seal.number)?;
            }
        }
        Ok(())
    })?;
    Ok(to.flush()?)
}

fn write_with_texts(reader: &TrailReader, mut to: impl Write) -> Result<(), ExportError> {
    reader.export(|exported| -> Result<(), ExportError> {
        match exported {
            Exported::Line(seq, line) => {
                let texts = reader.texts(seq)?;
                let object = with_texts(line, &texts).map_err(|_| ExportError::Line(seq))?;
                writeln!(to, "{object}")?;
            }
            Exported::Dropped(seq, _) => writeln!(to, "{}", json!({ "dropped": seq }))?,
            Exported::Seal(_) => {}
        }
        Ok(())
    })?;
    Ok(to.flush()?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
