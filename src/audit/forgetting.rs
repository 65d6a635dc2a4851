//! What `audit erase` takes from what is known beside the lines: the number that stands for what a link was called,
//! and who made it or took it down.

use super::attribution;
use super::fingerprint;
use super::picture::Picture;
use crate::share::{Act, Private};
use crate::store::{Erasure, Forget, KeptAttribution, KeptPicture};

/// Forgets all texts of a share, or those of one wording.
#[derive(Debug)]
pub struct Forgetting<'a> {
    /// None: any.
    wording: Option<&'a Private>,
}

impl<'a> Forgetting<'a> {
    /// What this erasure means.
    pub const fn of(what: &'a Erasure) -> Self {
        let wording = match what {
            Erasure::Share(_) => None,
            Erasure::Text(wording) => Some(wording),
        };
        Self { wording }
    }

    fn forget_name(&self, act: &mut Option<Act>) -> bool {
        let name = act.as_mut().map(|act| &mut act.name);
        let is_meant = |name: &Private| self.wording.is_none_or(|wording| wording == name);
        name.is_some_and(|name| name.take_if(|name| is_meant(name)).is_some())
    }
}

impl Forget for Forgetting<'_> {
    fn picture(&self, kept: &KeptPicture) -> Option<KeptPicture> {
        let mut picture = Picture::read(kept)?;
        let title = std::mem::take(&mut picture.state.title);
        let of_text = |text: &Private| fingerprint::of_text(text.reveal()) == title;
        let is_meant = title != 0 && self.wording.is_none_or(of_text);
        is_meant.then(|| picture.kept())
    }

    fn attribution(&self, kept: &KeptAttribution) -> Option<KeptAttribution> {
        let mut known = attribution::read(kept)?;
        let made = self.forget_name(&mut known.made);
        let removed = self.forget_name(&mut known.removed);
        (made || removed).then(|| attribution::kept(&known, kept.reference))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::samples::share_of;
    use crate::share::{Attribution, UnixMillis};

    fn attribution(name: &str) -> KeptAttribution {
        let act = |name: &str| Act {
            at: UnixMillis(5),
            principal: "USER".into(),
            name: Some(name.into()),
        };
        let known = Attribution {
            made: Some(act(name)),
            removed: Some(act("Bob")),
            sent: 3,
            ..Attribution::default()
        };
        attribution::kept(&known, "3f9a0c51d2e7".parse().unwrap())
    }

    fn names(forget: &Forgetting<'_>, kept: &KeptAttribution) -> Option<[Option<Private>; 2]> {
        let known = attribution::read(&forget.attribution(kept)?).unwrap();
        assert_eq!(known.sent, 3, "all else is kept");
        Some([known.made, known.removed].map(|act| act.unwrap().name))
    }

    #[test]
    fn names_are_taken_from_what_the_feed_has_told() {
        let kept = attribution("Ann");
        let share = Erasure::Share(kept.reference);
        assert_eq!(names(&Forgetting::of(&share), &kept), Some([None, None]));
        let ann = Erasure::Text("Ann".into());
        let bob = Some("Bob".into());
        assert_eq!(names(&Forgetting::of(&ann), &kept), Some([None, bob]));
        let other = Erasure::Text("Eve".into());
        assert_eq!(names(&Forgetting::of(&other), &kept), None);
    }

    #[test]
    fn what_a_link_was_called_is_taken_from_its_picture() {
        use super::super::picture::{Presence, State};
        let mut share = share_of("one", crate::share::Expiry::Never, &[]);
        share.title = Some("Door".into());
        let mut picture = Picture {
            reference: "3f9a0c51d2e7".parse().unwrap(),
            number: 2,
            presence: Presence::Listed,
            has_ended: false,
            state: State::of(&share),
        };
        let kept = picture.kept();
        picture.state.title = 0;
        let without = picture.kept();
        let forget = |what: &Erasure| Forgetting::of(what).picture(&kept);
        assert_eq!(
            forget(&Erasure::Share(picture.reference)),
            Some(without.clone())
        );
        assert_eq!(forget(&Erasure::Text("Door".into())), Some(without));
        assert_eq!(forget(&Erasure::Text("door".into())), None);
    }
}
