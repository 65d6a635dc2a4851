//! How the end of a link is read, for every kind of share: Rhombus states a number of seconds, and
//! not since when.

use super::ExpirationTime;
use super::field::Malformed;
use crate::share::{Expiry, ExpiryReading, UnixMillis};

/// The last second of the year 9999: what is later was not meant as a date.
pub(super) const LAST_EPOCH_SECOND: i64 = 253_402_300_799;
/// 9 September 2001: what is less was not meant as a date.
const FIRST_EPOCH_SECOND: i64 = 1_000_000_000;
/// 1 January 2010: no link is older, since Rhombus is not.
pub(super) const FIRST_CREATION: UnixMillis = UnixMillis::from_secs(1_262_304_000);
/// How far ahead a creation may lie, for clocks that differ, in milliseconds.
const LATEST_CREATION: i64 = 24 * 60 * 60 * 1000;

impl ExpirationTime {
    /// What `value` says of the end of a link that was made at `created`, read at `now`.
    ///
    /// Where a page is created, Rhombus's example is 86400; where pages are listed, its clients print
    /// the value as a date. Null, absent and 0 mean never in each reading.
    ///
    /// # Errors
    /// When it can't be: an end at or before the creation, or before any link was made, or one that is
    /// counted from a creation that is not known or can't be; or that has passed, where the creation
    /// can't be, so that it may be a date or a time to live.
    pub(super) fn read(
        self,
        value: Option<i64>,
        created: Option<UnixMillis>,
        now: UnixMillis,
    ) -> Result<(Expiry, ExpiryReading), Malformed> {
        let secs = match value {
            None | Some(0) => return Ok((Expiry::Never, ExpiryReading::Never)),
            Some(secs) if !(0..=LAST_EPOCH_SECOND).contains(&secs) => return Err(Malformed),
            Some(secs) => secs,
        };
        if self.is_epoch(secs) {
            let end = UnixMillis::from_secs(secs);
            return match created {
                Some(created) if end <= created => Err(Malformed),
                _ if end < FIRST_CREATION => Err(Malformed),
                // It may as well be a time to live, and no creation tells.
                Some(created) if self == Self::Auto && created < FIRST_CREATION && end <= now => {
                    Err(Malformed)
                }
                _ => Ok((Expiry::At(end), ExpiryReading::Epoch)),
            };
        }
        let created = created.filter(|created| is_plausible(*created, now));
        let end = created.ok_or(Malformed)?.0.saturating_add(secs * 1000);
        Ok((Expiry::At(UnixMillis(end)), ExpiryReading::Ttl))
    }

    fn is_epoch(self, secs: i64) -> bool {
        match self {
            Self::Auto => secs >= FIRST_EPOCH_SECOND,
            Self::Epoch => true,
            Self::Ttl => false,
        }
    }
}

fn is_plausible(created: UnixMillis, now: UnixMillis) -> bool {
    created >= FIRST_CREATION && created.0 <= now.0.saturating_add(LATEST_CREATION)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use ExpirationTime::{Auto, Epoch, Ttl};

    const CREATED: i64 = 1_700_000_000;
    const NOW: UnixMillis = UnixMillis::from_secs(CREATED + 60);
    const DAY: i64 = 86_400;

    fn read(
        reading: ExpirationTime,
        value: i64,
        created: i64,
    ) -> Result<(Expiry, ExpiryReading), Malformed> {
        reading.read(Some(value), Some(UnixMillis::from_secs(created)), NOW)
    }

    #[test]
    fn the_value_is_read_as_configured() {
        let at = |secs, reading| Ok((Expiry::At(UnixMillis::from_secs(secs)), reading));
        let epoch = |secs| at(secs, ExpiryReading::Epoch);
        let ttl = |secs| at(secs, ExpiryReading::Ttl);
        let never = Ok((Expiry::Never, ExpiryReading::Never));
        for (reading, value, expected) in [
            (Auto, 0, never),
            (Auto, 1, ttl(CREATED + 1)),
            (Auto, 999_999_999, ttl(CREATED + 999_999_999)),
            (Auto, 1_800_000_000, epoch(1_800_000_000)),
            (Epoch, 1_800_000_000, epoch(1_800_000_000)),
            (Epoch, 0, never),
            (Ttl, 1_000_000_000, ttl(CREATED + 1_000_000_000)),
            (Ttl, 0, never),
        ] {
            assert_eq!(
                read(reading, value, CREATED),
                expected,
                "{reading:?} {value}"
            );
        }
        assert_eq!(Auto.read(None, None, NOW), never);
        assert_eq!(
            Auto.read(Some(1_800_000_000), None, NOW),
            epoch(1_800_000_000)
        );
    }

    #[test]
    fn an_end_that_cannot_be_is_none() {
        for (reading, value, created) in [
            // A day after the epoch's beginning, and fifty years read as a date.
            (Auto, DAY, 0),
            (Auto, 1_576_800_000, NOW.0 / 1000 - 3 * DAY),
            (Auto, 1_576_800_000, 0),
            (Auto, 1_576_800_000, FIRST_CREATION.0 / 1000 - 1),
            (Epoch, FIRST_CREATION.0 / 1000 - 1, 0),
            (Auto, CREATED, CREATED),
            (Auto, 1_000_000_000, CREATED),
            (Epoch, DAY, CREATED),
            (Ttl, DAY, FIRST_CREATION.0 / 1000 - 1),
            (Ttl, DAY, NOW.0 / 1000 + DAY + 1),
            (Auto, -DAY, CREATED),
            (Auto, LAST_EPOCH_SECOND + 1, CREATED),
        ] {
            assert_eq!(
                read(reading, value, created),
                Err(Malformed),
                "{value} {created}"
            );
        }
        assert_eq!(Auto.read(Some(DAY), None, NOW), Err(Malformed));
        // Forty years read as a date.
        assert_eq!(Auto.read(Some(1_261_440_000), None, NOW), Err(Malformed));
        // The edges.
        assert!(read(Auto, CREATED + 1, CREATED).is_ok());
        assert!(read(Auto, NOW.0 / 1000 + 1, 0).is_ok());
        assert!(read(Epoch, 1_576_800_000, 0).is_ok());
        assert!(read(Ttl, DAY, FIRST_CREATION.0 / 1000).is_ok());
        assert!(read(Ttl, DAY, NOW.0 / 1000 + DAY).is_ok());
    }

    proptest! {
        #[test]
        fn no_end_is_at_or_before_its_creation(
            value in any::<i64>(),
            created in 0..=LAST_EPOCH_SECOND * 1000,
            now in any::<i64>(),
            reading in prop_oneof![Just(Auto), Just(Epoch), Just(Ttl)],
        ) {
            let created = UnixMillis(created);
            if let Ok((Expiry::At(end), _)) = reading.read(Some(value), Some(created), UnixMillis(now)) {
                prop_assert!(end > created);
            }
        }
    }
}
