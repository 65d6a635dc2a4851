//! How bad it is that a rule is broken.

/// The value of the label `severity`: what an alert of it does. The least severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Context.
    Info,
    /// A ticket.
    Warning,
    /// Wakes someone.
    Critical,
}

impl Severity {
    /// Every severity, the least severe first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    /// The value of the label `severity`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}
