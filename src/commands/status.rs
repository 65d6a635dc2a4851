//! How a command ends that has done what it could, where that is not a plain success: the exit status with
//! the words for it. Whatever else goes wrong is an error of its own.

/// Such an end.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Status {
    /// It did not come to what was asked for.
    #[error("{0}")]
    Failed(String),
    /// What was asked for can't be.
    #[error("{0}")]
    Wrong(String),
    /// Links break rules that they must not break.
    #[error("{0}")]
    Broken(String),
    /// Not all could be seen, so that what was said is not all.
    #[error("{0}")]
    NotAllSeen(String),
}

impl Status {
    /// The exit status.
    pub(super) const fn code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Wrong(_) => 2,
            Self::Broken(_) => 3,
            Self::NotAllSeen(_) => 4,
        }
    }
}
