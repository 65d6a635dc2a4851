//! `man`: the manual page of the program to stdout, or the pages of all commands into a directory.

use std::fs;
use std::path::Path;

use anyhow::Context;

use super::output;
use crate::cli::{self, ManArgs, ManualPage};

pub(super) fn run(args: &ManArgs) -> anyhow::Result<()> {
    let pages = cli::manual().context("cannot make the manual pages")?;
    match &args.directory {
        Some(directory) => write(directory, &pages),
        None => pages
            .first()
            .map_or(Ok(()), |page| output::print(&page.text)),
    }
}

/// Makes the directory where there is none. Pages of an older version are replaced.
fn write(directory: &Path, pages: &[ManualPage]) -> anyhow::Result<()> {
    let shown = directory.display();
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot make the directory {shown} (--dir)"))?;
    for page in pages {
        let path = directory.join(&page.file_name);
        fs::write(&path, &page.text)
            .with_context(|| format!("cannot write {} (--dir)", path.display()))?;
    }
    Ok(())
}
