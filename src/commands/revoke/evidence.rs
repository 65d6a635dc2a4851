//! What there was of links that are taken down, one JSON object a line, so that they can be made again and
//! an auditor can see what went. It is written, whole and durably, before the first of them goes: where it
//! can't be, nothing does. It has what opens links, so that only its owner may read it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use super::chosen::{Chosen, Target};
use crate::clock::Clock;
use crate::policy::Policy;
use crate::share::{Id, UnixMillis};
use crate::telemetry::needs_escape;
use crate::view::{Reader, ShareJson};

/// One line.
#[derive(Serialize)]
struct Line<'a> {
    /// When it was written.
    time: String,
    uuid: String,
    /// The device of a stream, the wall of a wall's share; null for others.
    parent_uuid: Option<String>,
    org_uuid: Option<String>,
    /// All that is known, as the API has it.
    #[serde(flatten)]
    share: ShareJson<'a>,
}

/// Writes that of these links to a new file, or to stdout.
///
/// # Errors
/// When it can't all be written. Then nothing is left of the file.
pub(super) fn write(
    path: Option<&Path>,
    chosen: &Chosen<'_>,
    policy: &Policy,
) -> anyhow::Result<()> {
    let now = Clock::system().now();
    let lines = chosen.targets.iter().map(|it| line(it, now, policy));
    let text = lines.collect::<Result<String, _>>()?;
    let context = "cannot write the evidence: nothing was taken down";
    match path {
        None => to_stdout(&text).context(context),
        Some(path) => to_file(path, &text).context(context),
    }
}

fn line(target: &Target<'_>, now: UnixMillis, policy: &Policy) -> serde_json::Result<String> {
    let reader = Reader {
        sees_addresses: true,
        policy,
    };
    let row = &target.row;
    let line = serde_json::to_string(&Line {
        time: now.rfc3339(),
        uuid: target.deletion.uuid().to_string(),
        parent_uuid: row.share.parent.as_ref().map(Id::to_string),
        org_uuid: row.look.identity.uuid.as_ref().map(Id::to_string),
        share: ShareJson::whole(row, reader),
    })?;
    Ok(visible(&line) + "\n")
}

/// The same JSON with what would act on a terminal escaped: it stands in texts only.
fn visible(json: &str) -> String {
    let mut visible = String::with_capacity(json.len());
    for c in json.chars() {
        match needs_escape(c) {
            true => {
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units).iter();
                visible.extend(units.map(|unit| format!("\\u{unit:04x}")));
            }
            false => visible.push(c),
        }
    }
    visible
}

/// A reader that has gone has not kept it.
fn to_stdout(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

fn to_file(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    let written = written.and_then(|()| {
        // The name too has to outlast a crash.
        let directory = path.parent().filter(|it| !it.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
    });
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_the_same_with_what_acts_on_a_terminal_escaped() {
        let text = "a\u{202e}\u{9b}31mé";
        let json = serde_json::to_string(text).unwrap();
        let shown = visible(&json);
        assert_eq!(shown, r#""a\u202e\u009b31mé""#);
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
    }

    #[test]
    fn a_file_that_is_there_is_left_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("evidence.jsonl");
        fs::write(&path, "theirs").unwrap();
        assert!(to_file(&path, "ours").is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
    }
}
