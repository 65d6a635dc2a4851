//! Which links are asked for. Everything that is given must hold; of what is given several times, one.

use std::collections::HashSet;
use std::time::Duration;

use foldhash::fast::RandomState;

use super::row::{Breach, Row};
use crate::inventory::{Look, Standing};
use crate::share::{
    CameraName, CameraNames, Expiry, Id, Private, Protection, Ref, ShareKey, ShareKind, UnixMillis,
};

/// What is asked of a link. Without anything, all are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one of these organisations.
    pub orgs: Vec<String>,
    /// One of these ways of sharing.
    pub kinds: Vec<ShareKind>,
    /// One of these protections.
    pub protections: Vec<Protection>,
    /// Whether it works.
    pub state: Option<State>,
    /// Breaks one of these rules; `*` is any.
    pub rules: Vec<String>,
    /// Breaks a rule that one of these exceptions covers.
    pub exceptions: Vec<String>,
    /// Breaks a rule that is covered, or one that is not.
    pub excepted: Option<bool>,
    /// When it ends.
    pub ends: Option<Ends>,
    /// Was made longer ago than this.
    pub older_than: Option<Duration>,
    /// Was made within this.
    pub newer_than: Option<Duration>,
    /// Was made after this moment.
    pub created_after: Option<UnixMillis>,
    /// Was made before this moment.
    pub created_before: Option<UnixMillis>,
    /// Shows a camera with this in its name or its location's, or of this uuid.
    pub camera: Option<String>,
    /// Has this in its title.
    pub text: Option<String>,
    /// Has one of these refs.
    pub refs: Vec<Ref>,
}

/// Whether a link works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It works.
    Active,
    /// It has ended, and is still listed.
    Expired,
}

impl State {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Active, Self::Expired];

    /// What it is called.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
        }
    }
}

/// When a link ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// It works for ever.
    Never,
    /// It works now, and ends within this.
    Within(Duration),
}

impl Filter {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What it asks of the shares of one list; none where no share of that can be asked for.
    pub(super) fn of_list<'a>(
        &'a self,
        look: &'a Look,
        kind: ShareKind,
        standing: &'a Standing,
    ) -> Option<Matcher<'a>> {
        let is_of = self.orgs.is_empty() || self.orgs.iter().any(|org| org == look.name());
        let is_kind = self.kinds.is_empty() || self.kinds.contains(&kind);
        (is_of && is_kind).then(|| Matcher {
            filter: self,
            text: self.text.as_deref().map(Needle::new),
            camera: self.camera.as_deref().map(AskedCamera::new),
            broken: self.asks_of_rules().then(|| self.broken(standing)),
        })
    }

    fn asks_of_rules(&self) -> bool {
        !self.rules.is_empty() || !self.exceptions.is_empty() || self.excepted.is_some()
    }

    /// The shares of a list with a violation of which all holds that is asked.
    fn broken<'a>(&self, standing: &'a Standing) -> HashSet<&'a Id, RandomState> {
        let open = standing.violations().map(|known| &*known.open);
        let asked = open.unwrap_or_default().iter();
        let asked = asked.filter(|it| self.asks_for(Breach::from(*it)));
        asked
            .filter_map(|it| match &it.share {
                ShareKey::Id(id) => Some(id),
                ShareKey::Nameless(_) => None,
            })
            .collect()
    }

    fn asks_for(&self, breach: Breach<'_>) -> bool {
        let is_rule = |rule: &String| rule == "*" || rule == breach.rule;
        let is_exception = |name: &String| breach.exception == Some(name);
        (self.rules.is_empty() || self.rules.iter().any(is_rule))
            && (self.exceptions.is_empty() || self.exceptions.iter().any(is_exception))
            && self
                .excepted
                .is_none_or(|asked| asked == breach.exception.is_some())
    }
}

/// A filter, made ready for one list.
pub(super) struct Matcher<'a> {
    filter: &'a Filter,
    text: Option<Needle>,
    camera: Option<AskedCamera>,
    broken: Option<HashSet<&'a Id, RandomState>>,
}

impl Matcher<'_> {
    /// Whether this share is asked for.
    pub(super) fn matches(&self, row: &Row<'_>) -> bool {
        let (asked, share) = (self.filter, row.share);
        (asked.protections.is_empty() || asked.protections.contains(&share.protection))
            && asked
                .state
                .is_none_or(|state| (state == State::Active) == row.is_active())
            && asked
                .ends
                .is_none_or(|ends| ends.holds(share.expiry, row.now()))
            && (asked.refs.is_empty() || row.reference.is_some_and(|it| asked.refs.contains(&it)))
            && self.holds_of_age(share.created, row.now())
            && self.breaks(row)
            && self.shows_camera(&share.media.cameras, row.camera_names())
            && self.has_text(share.title.as_ref())
    }

    fn breaks(&self, row: &Row<'_>) -> bool {
        let Some(broken) = &self.broken else {
            return true;
        };
        match &row.share.id {
            Some(id) => broken.contains(id),
            None => row
                .violations()
                .into_iter()
                .any(|it| self.filter.asks_for(it)),
        }
    }

    /// Of what Rhombus doesn't say the age of, none is asked for that goes by it.
    fn holds_of_age(&self, created: Option<UnixMillis>, now: UnixMillis) -> bool {
        let holds = |asked: Option<UnixMillis>, holds: fn(UnixMillis, UnixMillis) -> bool| {
            asked.is_none_or(|asked| created.is_some_and(|created| holds(created, asked)))
        };
        let asked = self.filter;
        let ago = |age: Option<Duration>| age.map(|age| now.before(age));
        holds(ago(asked.older_than), |created, asked| created < asked)
            && holds(ago(asked.newer_than), |created, asked| created >= asked)
            && holds(asked.created_after, |created, asked| created > asked)
            && holds(asked.created_before, |created, asked| created < asked)
    }

    fn shows_camera(&self, cameras: &[Id], names: &CameraNames) -> bool {
        let asked = self.camera.as_ref();
        asked.is_none_or(|asked| cameras.iter().any(|id| asked.is_it(id, names.get(id))))
    }

    fn has_text(&self, title: Option<&Private>) -> bool {
        let asked = self.text.as_ref();
        asked.is_none_or(|asked| title.is_some_and(|title| asked.is_in(title.reveal())))
    }
}

impl Ends {
    fn holds(self, expiry: Expiry, now: UnixMillis) -> bool {
        match (self, expiry) {
            (Self::Never, expiry) => expiry == Expiry::Never,
            (Self::Within(_), Expiry::Never) => false,
            (Self::Within(time), Expiry::At(at)) => now < at && at <= now.after(time),
        }
    }
}

/// Cameras with a text in their names or their locations', or of that uuid.
struct AskedCamera {
    text: Needle,
    id: Id,
}

impl AskedCamera {
    fn new(text: &str) -> Self {
        Self {
            text: Needle::new(text),
            id: Id::parse_camera(text),
        }
    }

    fn is_it(&self, id: &Id, name: Option<&CameraName>) -> bool {
        let is_named =
            |name: &CameraName| self.text.is_in(&name.camera) || self.text.is_in(&name.location);
        *id == self.id || name.is_some_and(is_named)
    }
}

/// A text that is looked for in others, in any case.
struct Needle(String);

impl Needle {
    fn new(text: &str) -> Self {
        Self(text.to_lowercase())
    }

    /// Most texts are ASCII, and a copy of each would be most of what it takes to look through them.
    fn is_in(&self, text: &str) -> bool {
        if !text.is_ascii() {
            return text.to_lowercase().contains(&self.0);
        }
        let (asked, text) = (self.0.as_bytes(), text.as_bytes());
        asked.is_empty()
            || text
                .windows(asked.len())
                .any(|it| it.eq_ignore_ascii_case(asked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_any_case_and_as_in_lower_case() {
        let texts = [
            "",
            "a",
            "Front Door",
            "FRONT",
            "SÜD",
            "\u{212a}ey",
            "key",
            "İstanbul",
            "or",
        ];
        for asked in texts {
            for text in texts {
                let expected = text.to_lowercase().contains(&asked.to_lowercase());
                assert_eq!(
                    Needle::new(asked).is_in(text),
                    expected,
                    "{asked:?} in {text:?}"
                );
            }
        }
        assert!(Needle::new("T d").is_in("fronT Door"));
        assert!(!Needle::new("front doors").is_in("Front door"));
    }
}
