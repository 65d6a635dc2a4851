//! What else is known of a share than what the gauges count. For pages and policies: never a label.

/// What a link gives beside what its cameras see now, when, and who made it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    /// Whether past footage can be looked at too.
    pub past_footage: bool,
    /// Whether sound leaves too.
    pub sound: bool,
    /// Whether who watches may talk through a loudspeaker.
    pub talk: bool,
    /// Whether it shows something only at the hours of a schedule, or only outside them.
    pub scheduled: bool,
    /// Whether a service that watches for the organisation has it.
    pub monitored: bool,
    /// Who made it.
    pub maker: Maker,
}

/// Who made a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Maker {
    /// Rhombus does not say.
    #[default]
    Unknown,
    /// A person.
    Person,
    /// A service that watches or alarms, such as alarm monitoring.
    Service,
}

/// What of a record could not be understood. A rule that asks for it takes it to be broken: what can't be
/// read is never compliant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// All of it: the element was no record.
    pub record: bool,
    /// What stands between the link and the footage.
    pub protection: bool,
    /// When it ends.
    pub end: bool,
    /// Which cameras it shows.
    pub cameras: bool,
    /// Who streams.
    pub stream_type: bool,
    /// What it is called.
    pub title: bool,
}

impl Unread {
    /// Of an element that is no record.
    pub const RECORD: Self = Self {
        record: true,
        protection: true,
        end: true,
        cameras: true,
        stream_type: true,
        title: true,
    };

    /// Whether anything could not be understood.
    pub fn any(self) -> bool {
        self != Self::default()
    }

    /// What could not be understood of one record or the other.
    #[must_use]
    pub const fn of_both(self, other: Self) -> Self {
        Self {
            record: self.record || other.record,
            protection: self.protection || other.protection,
            end: self.end || other.end,
            cameras: self.cameras || other.cameras,
            stream_type: self.stream_type || other.stream_type,
            title: self.title || other.title,
        }
    }
}

impl Traits {
    /// Those of two records of one share: the reading that hides nothing.
    #[must_use]
    pub fn of_both(self, other: Self) -> Self {
        Self {
            past_footage: self.past_footage || other.past_footage,
            sound: self.sound || other.sound,
            talk: self.talk || other.talk,
            monitored: self.monitored || other.monitored,
            scheduled: self.scheduled && other.scheduled,
            maker: if self.maker == other.maker {
                self.maker
            } else {
                Maker::Unknown
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_records_of_one_share_hide_nothing_of_each_other() {
        let one = Traits {
            past_footage: true,
            scheduled: true,
            maker: Maker::Service,
            ..Traits::default()
        };
        let other = Traits {
            sound: true,
            talk: true,
            monitored: true,
            maker: Maker::Person,
            ..Traits::default()
        };
        let both = Traits {
            past_footage: true,
            sound: true,
            talk: true,
            monitored: true,
            scheduled: false,
            maker: Maker::Unknown,
        };
        assert_eq!((one.of_both(other), other.of_both(one)), (both, both));
        assert_eq!(one.of_both(one), one);
    }
}
