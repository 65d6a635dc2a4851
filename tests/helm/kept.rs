//! Files that say what is expected. They are compared with what is rendered now, or written anew by
//! `deploy/helm/update`.

use crate::chart::path;

/// Whether the files are to be written anew.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever updates the files says so in the environment"
)]
fn updating() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

/// Holds the file of that name in the repository to `text`.
#[track_caller]
pub(crate) fn same(name: &str, text: &str) {
    let path = path(name);
    if updating() {
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("{name}: {error}"));
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    if let Some(line) = first_difference(&kept, text) {
        panic!(
            "{name}:{line}: is {:?}, and would now be {:?}; look at what `deploy/helm/update` makes \
             of it",
            kept.lines().nth(line - 1).unwrap_or_default(),
            text.lines().nth(line - 1).unwrap_or_default(),
        );
    }
}

/// The number of the first line in which the texts differ.
fn first_difference(one: &str, other: &str) -> Option<usize> {
    if one == other {
        return None;
    }
    let same = one.lines().zip(other.lines());
    Some(same.take_while(|(one, other)| one == other).count() + 1)
}
