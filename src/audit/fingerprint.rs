//! A number that stands for what a link shows, to tell that it is another. It is kept, so that it must be the
//! same whatever version of whatever library makes it.

use crate::share::{Id, Maker, Share, Traits};

/// What it is made of. When that becomes more, this becomes another number: what was kept of a share is then
/// not compared, since it would say that every link has changed.
pub(super) const FORM: u32 = 1;

/// That of what a share shows.
pub(super) fn of_content(share: &Share) -> u64 {
    let media = &share.media;
    let mut print = Fingerprint::default();
    print.add(media.clips.into());
    print.add(media.duration_secs);
    print.add_all(media.cameras.iter().map(|camera| {
        let mut print = Fingerprint::default();
        print.add_id(camera);
        print
    }));
    print.add_all(media.footage.iter().map(|clip| {
        let mut print = Fingerprint::default();
        print.add(clip.start().map_or(0, |start| start.0.cast_unsigned()));
        print.add(clip.end().map_or(0, |end| end.0.cast_unsigned()));
        print
    }));
    print.add(of_traits(share.traits));
    if let Some(kind) = &share.stream_type {
        print.add_text(kind);
    }
    print.0
}

/// That of a text; never 0, which stands for none.
pub(super) fn of_text(text: &str) -> u64 {
    let mut print = Fingerprint::default();
    print.add_text(text);
    print.0.max(1)
}

fn of_traits(traits: Traits) -> u64 {
    let Traits {
        past_footage,
        sound,
        talk,
        scheduled,
        monitored,
        maker,
    } = traits;
    let bits = [past_footage, sound, talk, scheduled, monitored];
    let bits = bits.iter().fold(0, |all, bit| all << 1 | u64::from(*bit));
    let maker = match maker {
        Maker::Unknown => 0,
        Maker::Person => 1,
        Maker::Service => 2,
    };
    bits << 2 | maker
}

/// Multiplies and mixes, 64 bits at a time: quick, and no secret. Two that are equal by chance are not to be
/// expected among as many links as there can be.
struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    fn add(&mut self, number: u64) {
        let mixed = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }

    /// In whichever order: Rhombus states none.
    fn add_all(&mut self, prints: impl ExactSizeIterator<Item = Self>) {
        self.add(prints.len() as u64);
        let sum = prints.fold(0_u64, |sum, print| sum.wrapping_add(print.0));
        self.add(sum);
    }

    fn add_id(&mut self, id: &Id) {
        match id {
            Id::Uuid(bytes) => {
                let number = u128::from_be_bytes(*bytes);
                self.add((number >> 64) as u64);
                #[expect(clippy::cast_possible_truncation, reason = "the other half")]
                self.add(number as u64);
            }
            Id::Text(text) => self.add_text(text),
        }
    }

    fn add_text(&mut self, text: &str) {
        self.add(text.len() as u64);
        for part in text.as_bytes().chunks(8) {
            let mut bytes = [0; 8];
            bytes[..part.len()].copy_from_slice(part);
            self.add(u64::from_be_bytes(bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::samples::share_of;
    use crate::share::{Clip, Expiry, UnixMillis};

    #[test]
    fn it_is_kept_and_so_must_stay_what_it_is() {
        let share = share_of("one", Expiry::Never, &["AAECAwQFBgcICQoLDA0ODw", "odd"]);
        assert_eq!(
            (of_content(&share), of_text("Front door")),
            (8_371_095_003_234_860_134, 5_308_187_428_976_420_966),
            "another one needs another FORM"
        );
    }

    #[test]
    fn each_part_of_what_is_shown_tells() {
        let plain = share_of("one", Expiry::Never, &["a"]);
        let with = |change: fn(&mut Share)| {
            let mut share = plain.clone();
            change(&mut share);
            of_content(&share)
        };
        let others = [
            with(|share| share.media.clips += 1),
            with(|share| share.media.duration_secs += 1),
            with(|share| share.media.cameras = Box::default()),
            with(|share| share.media.footage = [Clip::default()].into()),
            with(|share| {
                share.media.footage = [Clip::new(Some(UnixMillis(1)), None, 0)].into();
            }),
            with(|share| share.traits.sound = true),
            with(|share| share.traits.talk = true),
            with(|share| share.stream_type = Some("USER".into())),
        ];
        let mut all: Vec<_> = others.into_iter().chain([of_content(&plain)]).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 9);
        // In which order it comes, and what has events of its own.
        let two = |cameras: [&str; 2]| of_content(&share_of("one", Expiry::Never, &cameras));
        assert_eq!(two(["a", "b"]), two(["b", "a"]));
        let same = [
            with(|share| share.title = Some("other".into())),
            with(|share| share.expiry = Expiry::At(UnixMillis(1))),
            with(|share| share.protection = crate::share::Protection::Sso),
            with(|share| share.address = Some("https://example.com".into())),
        ];
        assert!(same.iter().all(|print| *print == of_content(&plain)));
    }
}
