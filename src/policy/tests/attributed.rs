//! What rules and exceptions say by what the audit feed has told of a share.

use super::*;
use crate::share::{Act, AttributedShares, Attribution};

fn act(principal: &str, name: Option<&str>) -> Option<Act> {
    Some(Act {
        at: NOW,
        principal: principal.into(),
        name: name.map(Into::into),
    })
}

/// What is known of the share that [`open`] gives.
fn told(made: Option<Act>, views: u64) -> AttributedShares {
    let known = Attribution {
        made,
        views: [("anonymous", views), ("sso", 0)].into(),
        ..Attribution::default()
    };
    [(open().reference().unwrap(), known)].into()
}

/// Whether a rule by this maker holds of a share, and whether an exception by it matches.
fn by_maker(share: &Share, told: Option<&AttributedShares>, pattern: &str) -> (bool, bool) {
    let subject = Subject {
        attributions: told,
        ..subject(share)
    };
    let rule = Conditions {
        created_by: Some(patterns(pattern)),
        ..Conditions::default()
    };
    let exception = exception("x", made_by(pattern));
    (rule.hold(subject, NOW), exception.matches(subject, NOW))
}

fn made_by(pattern: &str) -> Match {
    Match {
        created_by: Some(patterns(pattern)),
        ..Match::default()
    }
}

fn more_views_than(most: u32) -> Conditions {
    Conditions {
        views_more_than: Some(most),
        ..Conditions::default()
    }
}

#[test]
fn a_maker_that_is_not_known_breaks_a_rule_and_is_no_exception() {
    for (made, pattern, expected) in [
        (act("USER", Some("Ann Other")), "Ann.*", (true, true)),
        (act("USER", Some("Ann Other")), "Ann", (false, false)),
        (act("USER", Some("Ann Other")), "USER", (true, true)),
        (act("API_TOKEN", None), "API_.*", (true, true)),
        (act("API_TOKEN", None), "Ann.*", (true, false)),
        (act("UNKNOWN", Some("Bob")), "Ann.*", (true, false)),
        (None, ".*", (true, false)),
    ] {
        let found = by_maker(&open(), Some(&told(made.clone(), 0)), pattern);
        assert_eq!(found, expected, "{made:?} {pattern}");
    }
    let known = told(act("USER", Some("Ann Other")), 0);
    let mut nameless = open();
    nameless.id = None;
    for (share, told) in [(&open(), None), (&nameless, Some(&known))] {
        assert_eq!(by_maker(share, told, "Ann.*"), (true, false));
        assert_eq!(by_maker(share, told, "Bob"), (true, false));
    }
}

#[test]
fn views_are_counted_from_0_once_the_feed_was_read() {
    let holds = |told: Option<&AttributedShares>, most| {
        let share = open();
        let subject = Subject {
            attributions: told,
            ..subject(&share)
        };
        more_views_than(most).hold(subject, NOW)
    };
    let five = told(None, 5);
    assert_eq!(
        (holds(Some(&five), 4), holds(Some(&five), 5)),
        (true, false)
    );
    assert!(!holds(Some(&AttributedShares::new()), 0));
    assert!(holds(None, 5));
}

#[test]
fn a_policy_knows_whether_it_goes_by_the_feed() {
    let rule = |is_on, conditions: Conditions, expression: Option<&str>| Rule {
        name: "mine".into(),
        severity: Severity::Info,
        description: String::new(),
        is_on,
        conditions,
        expression: expression.map(|text| Expression::compile(text).unwrap()),
    };
    let none = Conditions::default;
    for (rule, exception_of, expected) in [
        (
            rule(true, more_views_than(1), None),
            Match::default(),
            "the rule mine",
        ),
        (
            rule(true, none(), Some("share.views > 1")),
            Match::default(),
            "the rule mine",
        ),
        (
            rule(true, none(), Some("share.sound")),
            Match::default(),
            "",
        ),
        (rule(false, more_views_than(1), None), Match::default(), ""),
        (rule(false, none(), None), made_by("Ann"), "the exception x"),
    ] {
        let exceptions = vec![exception("x", exception_of)];
        let policy = Policy::new(vec![rule], exceptions, SeriesLimit::default());
        assert_eq!(policy.goes_by_attributions().join(""), expected);
        assert_eq!(policy.needs_attributions(), !expected.is_empty());
    }
}

#[test]
fn what_an_exception_covered_by_its_maker_stays_so_while_the_feed_is_not_read() {
    let policy = policy_with(vec![exception("ann", made_by("Ann.*"))]);
    let shares = [open()];
    let look = |told: Option<&AttributedShares>, before: &Violations| {
        let seen = Seen {
            attributions: told,
            ..seen(&shares, NOW, true)
        };
        policy.assess(&seen, before).violations
    };
    let ann = told(act("USER", Some("Ann Other")), 0);
    let covered = look(Some(&ann), &Violations::default());
    assert_eq!(shown(&covered), ["-unsecured"]);
    assert_eq!(shown(&look(None, &covered)), ["-unsecured"]);
    assert_eq!(shown(&look(None, &Violations::default())), ["unsecured"]);
    let bob = told(act("USER", Some("Bob")), 0);
    assert_eq!(shown(&look(Some(&bob), &covered)), ["unsecured"]);
}

fn makers() -> impl Strategy<Value = Option<Act>> {
    let sort = prop::sample::select(vec!["USER", "API_TOKEN", "UNKNOWN"]);
    let made = (sort, prop::option::of("[ab]{1,2}"));
    prop::option::of(made).prop_map(|made| {
        let (sort, name) = made?;
        act(sort, name.as_deref())
    })
}

proptest! {
    /// What the feed has not told only ever opens: it lets no rule be kept, and covers nothing.
    #[test]
    fn to_know_less_breaks_no_fewer_rules_and_covers_no_more(
        made in makers(), pattern in "[ab]{1,2}|USER|API_[.][*]", views in 0u64..9, most in 0u32..9,
    ) {
        let share = open();
        let known = told(made, views);
        let (holds, matches) = by_maker(&share, Some(&known), &pattern);
        prop_assert!(holds || !matches, "an exception means what a rule may mean");
        prop_assert_eq!(by_maker(&share, None, &pattern), (true, false));
        let of = |attributions| Subject { attributions, ..subject(&share) };
        let rule = more_views_than(most);
        prop_assert_eq!(rule.hold(of(Some(&known)), NOW), views > u64::from(most));
        prop_assert!(rule.hold(of(None), NOW));
    }
}
