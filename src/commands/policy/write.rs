//! Where new exceptions go: to the end of the file of exceptions, which is replaced whole or not at all, or
//! to stdout where there is none.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::clock::Clock;
use crate::commands::output;
use crate::config::{PolicySection, describe_exception};
use crate::policy::Exception;

/// The section with what the file of exceptions says now: somebody may have written to it meanwhile.
pub(super) fn read_again(section: &PolicySection) -> anyhow::Result<PolicySection> {
    let path = section.exceptions_file.as_ref();
    if path.is_none_or(|path| matches!(path.try_exists(), Ok(false))) {
        return Ok(section.clone());
    }
    let read = section.read_again(Clock::system().now())?;
    Ok(read.map_or_else(|| section.clone(), |(section, _)| section))
}

/// Adds exceptions, and says where.
pub(super) fn add(
    section: &PolicySection,
    config: Option<&Path>,
    exceptions: &[Exception],
) -> anyhow::Result<()> {
    let Some(path) = &section.exceptions_file else {
        return print(config, exceptions);
    };
    let added = section.with_added(exceptions, Clock::system().now());
    let text = match added {
        Ok(text) => text,
        Err(error) => {
            print(config, exceptions)?;
            return Err(error.into());
        }
    };
    replace(path, section.exceptions_text().unwrap_or_default(), &text)
        .with_context(|| format!("cannot write {}", path.display()))?;
    let names = exceptions.iter().map(|it| format!("  {}\n", it.name));
    let (count, names) = (exceptions.len(), names.collect::<String>());
    let many = if count == 1 {
        "exception"
    } else {
        "exceptions"
    };
    output::print(format_args!(
        "added {count} {many} to {}:\n{names}",
        path.display()
    ))
}

/// The entries, to be pasted.
fn print(config: Option<&Path>, exceptions: &[Exception]) -> anyhow::Result<()> {
    let place = config.map_or_else(
        || "the file of --config.file".to_owned(),
        |path| path.display().to_string(),
    );
    output::complain(format_args!(
        "paste this under `policy` in {place}, or below `exceptions` where that is there; with \
         policy.exceptions_file it would be written there"
    ));
    let entries = exceptions.iter().map(|it| describe_exception(it, 4));
    output::print(format_args!(
        "  exceptions:\n{}",
        entries.collect::<String>()
    ))
}

/// Puts `text` in place of what a file says, which must be what was read. Who reads it sees one or the
/// other. Mode and owner stay.
fn replace(path: &Path, read: &str, text: &str) -> anyhow::Result<()> {
    // Where it is a link, what that points to is replaced.
    let path = match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_path_buf(),
        path => path?,
    };
    let new = beside(&path)?;
    let written = write(&new, &path, read, text);
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

/// A name of its own for the new file, in the same directory.
fn beside(path: &Path) -> anyhow::Result<PathBuf> {
    let name = path.file_name().context("it has no name")?;
    let name = format!(".{}.{}.new", name.to_string_lossy(), std::process::id());
    Ok(path.with_file_name(name))
}

fn write(new: &Path, path: &Path, read: &str, text: &str) -> anyhow::Result<()> {
    let before = match fs::metadata(path) {
        Ok(before) => Some(before),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let mode = before
        .as_ref()
        .map_or(0o644, |before| before.mode() & 0o777);
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(mode).open(new)?;
    if let Some(before) = &before {
        keep_owner(&file, before)?;
        file.set_permissions(before.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let now = before.map_or(Ok(String::new()), |_| fs::read_to_string(path))?;
    if now != read {
        bail!("it has changed meanwhile: try again");
    }
    fs::rename(new, path)?;
    // The name too has to outlast a crash.
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

/// Whoever could read it can read it still.
fn keep_owner(file: &File, before: &fs::Metadata) -> anyhow::Result<()> {
    let is = file.metadata()?;
    if (is.uid(), is.gid()) != (before.uid(), before.gid()) {
        fchown(file, Some(before.uid()), Some(before.gid()))
            .context("it belongs to somebody else, and would not any more")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_with_its_mode_and_links_stay() {
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (
            directory.path().join("a.yml"),
            directory.path().join("b.yml"),
        );
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        replace(&link, "old", "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_somebody_else_has_written_meanwhile_is_not_lost() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.yml");
        fs::write(&path, "theirs").unwrap();
        let error = replace(&path, "old", "new").unwrap_err().to_string();
        assert!(error.contains("it has changed meanwhile"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn one_that_is_not_there_is_made() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.yml");
        replace(&path, "", "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }
}
