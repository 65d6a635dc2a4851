//! How far the trail is sealed, in words, on top of the page.

use crate::audit::Reached;
use crate::pages::words;
use crate::share::UnixMillis;
use crate::store::Checkpoint;

/// How far it is sealed.
pub(super) struct Seal {
    /// `bad`, `warn`, `good`, or nothing of them.
    pub(super) tone: &'static str,
    /// The answer.
    pub(super) headline: &'static str,
    /// A sentence each.
    pub(super) details: Vec<String>,
}

impl Seal {
    /// Of a trail of `size` events, the newest seal of which is this.
    pub(super) fn new(size: u64, checkpoint: Option<&Checkpoint>, reached: &Reached) -> Self {
        let (tone, headline) = match reached.is_whole() {
            Some(false) => ("bad", "The trail does not match its seals: see the log"),
            _ if reached.dropped > 0 => {
                ("warn", "Events are missing: the disk could not be written")
            }
            Some(true) => (
                "good",
                "The trail matches its seals, as far as it was checked",
            ),
            None => (
                "",
                "The trail was not checked from its beginning since the exporter started",
            ),
        };
        let mut details = vec![sealed(size, checkpoint)];
        if reached.dropped > 0 {
            let dropped = words::counted(reached.dropped, "event");
            details.push(format!(
                "Lost while the disk could not be written: {dropped}."
            ));
        }
        details.push(match reached.heartbeat {
            Some(beat) => format!("Last heartbeat: {}.", second(beat)),
            None => "No heartbeat yet.".to_owned(),
        });
        Self {
            tone,
            headline,
            details,
        }
    }
}

fn sealed(size: u64, checkpoint: Option<&Checkpoint>) -> String {
    let events = words::counted(size, "event");
    let Some(seal) = checkpoint else {
        return format!("{events}, none of which is sealed yet.");
    };
    let rest = match size.saturating_sub(seal.size) {
        0 => String::new(),
        rest => format!("; {} since then, not sealed yet", words::count(rest)),
    };
    let (number, made) = (words::count(seal.size), second(seal.made));
    format!("{events}. Sealed to #{number} at {made}{rest}.")
}

fn second(moment: UnixMillis) -> String {
    let text = moment.whole_second().rfc3339();
    text.replace('T', " ").replace('Z', " UTC")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Progress;

    fn checkpoint(size: u64) -> Checkpoint {
        Checkpoint {
            number: 1,
            size,
            root: [0; 32],
            made: UnixMillis(61_000),
            note: String::new(),
        }
    }

    #[test]
    fn what_is_not_sealed_is_said() {
        assert_eq!(sealed(3, None), "3 events, none of which is sealed yet.");
        assert_eq!(
            sealed(1_500, Some(&checkpoint(1_400))),
            "1,500 events. Sealed to #1,400 at 1970-01-01 00:01:01 UTC; 100 since then, not sealed yet."
        );
        let all = sealed(2, Some(&checkpoint(2)));
        assert_eq!(all, "2 events. Sealed to #2 at 1970-01-01 00:01:01 UTC.");
    }

    #[test]
    fn only_what_was_checked_and_is_whole_is_good() {
        for (is_whole, dropped, tone) in [
            (Some(true), 0, "good"),
            (Some(true), 1, "warn"),
            (None, 0, ""),
            (Some(false), 0, "bad"),
            (Some(false), 1, "bad"),
        ] {
            let progress = Progress::default();
            is_whole.into_iter().for_each(|it| progress.checked(it));
            progress.dropped(dropped);
            let seal = progress.read(|reached| Seal::new(2, Some(&checkpoint(2)), reached));
            assert_eq!(seal.tone, tone);
        }
    }
}
