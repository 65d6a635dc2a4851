//! What of the audit feed should be looked into. Pure, but for the views of the last hour, which it remembers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::share::{Activity, Doing, Patterns, Ref, UnixMillis};

/// Every value of the label `finding`, in order.
pub const FINDINGS: [&str; 6] = [
    "access_granted",
    "key_made",
    "link_sent",
    "many_views",
    "unexpected_country",
    "unexpected_principal",
];

/// What is expected; what is not said expects nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected {
    /// Who makes links: by name, uuid or sort of principal. Empty: anybody.
    pub principals: Patterns,
    /// From which countries links are looked at, as Rhombus writes them. Empty: from any.
    pub countries: BTreeSet<String>,
    /// How often an hour one link is looked at, at most.
    pub views_an_hour: Option<u32>,
}

/// Who has looked at each share lately.
#[derive(Debug, Default)]
pub(super) struct RecentViews(BTreeMap<Ref, VecDeque<UnixMillis>>);

const HOUR: Duration = Duration::from_secs(60 * 60);

impl Expected {
    /// What of this should be looked into.
    pub(super) fn findings(
        &self,
        activity: &Activity,
        share: Option<Ref>,
        recent: &mut RecentViews,
    ) -> Vec<&'static str> {
        if activity.failure {
            return Vec::new();
        }
        let found = match activity.doing() {
            Doing::AccessGranted => [Some("access_granted"), None],
            Doing::KeyMade => [Some("key_made"), None],
            Doing::Sent => [Some("link_sent"), None],
            Doing::Created => [
                self.is_by_another(activity, share)
                    .then_some("unexpected_principal"),
                None,
            ],
            Doing::Viewed => {
                let many = share.is_some_and(|share| self.are_many(share, activity.at, recent));
                let elsewhere = self.is_elsewhere(activity);
                [
                    many.then_some("many_views"),
                    elsewhere.then_some("unexpected_country"),
                ]
            }
            _ => [None, None],
        };
        found.into_iter().flatten().collect()
    }

    /// Whether it gives footage away, and someone else has made it than is expected.
    fn is_by_another(&self, activity: &Activity, share: Option<Ref>) -> bool {
        let gives_away = share.is_some() || activity.action.starts_with("RAW_HTTP_STREAM_");
        if self.principals.is_empty() || !gives_away {
            return false;
        }
        let principal = &activity.principal;
        let uuid = principal.uuid.as_ref().map(ToString::to_string);
        let name = principal.name.as_ref().map(|name| name.reveal());
        let known = [name, uuid.as_deref(), Some(principal.kind.as_str())];
        let mut known = known.into_iter().flatten();
        !known.any(|text| self.principals.any_is(text))
    }

    /// A view whose country is not stated is not known to be from elsewhere.
    fn is_elsewhere(&self, activity: &Activity) -> bool {
        let country = activity.origin.country.as_deref();
        let is_expected = |country: &str| {
            let mut countries = self.countries.iter();
            countries.any(|expected| expected.eq_ignore_ascii_case(country))
        };
        !self.countries.is_empty() && country.is_some_and(|country| !is_expected(country))
    }

    fn are_many(&self, share: Ref, at: UnixMillis, recent: &mut RecentViews) -> bool {
        let Some(most) = self.views_an_hour else {
            return false;
        };
        let views = recent.0.entry(share).or_default();
        views.push_back(at);
        while views.front().is_some_and(|first| at.since(*first) >= HOUR) {
            views.pop_front();
        }
        let are_many = views.len() > most as usize;
        // As many as tell that there are more than are expected.
        while views.len() > most as usize + 1 {
            views.pop_front();
        }
        are_many
    }
}

impl RecentViews {
    /// Forgets what is older than an hour.
    pub(super) fn forget_before(&mut self, now: UnixMillis) {
        self.0
            .retain(|_, views| views.back().is_some_and(|last| now.since(*last) < HOUR));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::samples::activity;

    fn found(expected: &Expected, activity: &Activity) -> Vec<&'static str> {
        let share = Some("3f9a0c51d2e7".parse().unwrap());
        expected.findings(activity, share, &mut RecentViews::default())
    }

    #[test]
    fn doors_that_are_opened_are_always_told() {
        let nothing = Expected::default();
        for (action, finding) in [
            ("SUPPORT_ACCESS_GRANT", "access_granted"),
            ("SUPPORT_PARTNER_ADD", "access_granted"),
            ("API_TOKEN_REQUEST", "key_made"),
            ("SHARED_LINK_SENT", "link_sent"),
        ] {
            let mut activity = activity(action, 0);
            assert_eq!(found(&nothing, &activity), [finding]);
            activity.failure = true;
            assert!(found(&nothing, &activity).is_empty());
        }
        for action in ["SHARED_CLIP_CREATE", "VIEW_SHARE_CLIP", "ROLE_UPDATE"] {
            assert!(found(&nothing, &activity(action, 0)).is_empty());
        }
    }

    #[test]
    fn who_makes_links_is_known_by_name_uuid_or_sort() {
        let mut expected = Expected::default();
        expected.principals.add("Ann.*").unwrap();
        expected.principals.add("API_TOKEN").unwrap();
        let mut made = activity("SHARED_CLIP_CREATE", 0);
        made.principal.kind = crate::share::PrincipalKind::User;
        made.principal.name = Some("Bob".into());
        assert_eq!(found(&expected, &made), ["unexpected_principal"]);
        made.principal.name = Some("Ann Other".into());
        assert!(found(&expected, &made).is_empty());
        made.principal.name = None;
        assert_eq!(found(&expected, &made), ["unexpected_principal"]);
        made.principal.kind = crate::share::PrincipalKind::ApiToken;
        assert!(found(&expected, &made).is_empty());
    }

    #[test]
    fn a_view_from_a_country_that_is_stated_and_not_expected() {
        let expected = Expected {
            countries: ["NL".to_owned()].into(),
            ..Expected::default()
        };
        let mut view = activity("VIEW_SHARE_CLIP", 0);
        view.origin.country = None;
        assert!(found(&expected, &view).is_empty());
        view.origin.country = Some("nl".into());
        assert!(found(&expected, &view).is_empty());
        view.origin.country = Some("US".into());
        assert_eq!(found(&expected, &view), ["unexpected_country"]);
    }

    #[test]
    fn more_views_in_an_hour_than_are_expected() {
        let expected = Expected {
            views_an_hour: Some(2),
            ..Expected::default()
        };
        let mut recent = RecentViews::default();
        let share: Ref = "3f9a0c51d2e7".parse().unwrap();
        let mut at = |minute: i64| {
            let view = activity("VIEW_SHARE_CLIP", minute * 60_000);
            !expected
                .findings(&view, Some(share), &mut recent)
                .is_empty()
        };
        let found = [0, 1, 2, 59, 60, 121, 122].map(&mut at);
        assert_eq!(found, [false, false, true, true, true, false, false]);
        recent.forget_before(UnixMillis(999 * 60_000));
        assert!(recent.0.is_empty());
    }
}
