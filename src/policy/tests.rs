//! What rules say of shares, at the edges and at random.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::inventory::Violations;
use crate::share::samples::share_of;
use crate::share::{
    CameraName, CameraNames, Expiry, Id, Patterns, Protection, Share, ShareKey, ShareKind, Unread,
    Violation,
};

mod attributed;

const DAY: Duration = Duration::from_secs(86_400);
const NOW: UnixMillis = UnixMillis::from_secs(1_800_000_000);
const MILLISECOND: Duration = Duration::from_millis(1);

static NO_NAMES: LazyLock<CameraNames> = LazyLock::new(CameraNames::default);

fn subject(share: &Share) -> Subject<'_> {
    Subject {
        org: "acme",
        share,
        cameras: &NO_NAMES,
        attributions: None,
    }
}

/// An open page that was made now and ends in a day.
fn open() -> Share {
    let mut share = share_of("a", Expiry::At(NOW.after(DAY)), &["cam"]);
    share.created = Some(NOW);
    share
}

/// The names of the built-in rules that it breaks at `now`.
fn broken(share: &Share, now: UnixMillis) -> Vec<String> {
    let policy = Policy::default();
    let rules = policy.rules().iter();
    let broken = rules.filter(|rule| rule.judge(subject(share), now).is_violation());
    broken.map(|rule| rule.name.to_string()).collect()
}

fn seen(shares: &[Share], now: UnixMillis, closes: bool) -> Seen<'_> {
    Seen {
        org: "acme",
        shares,
        cameras: &NO_NAMES,
        attributions: None,
        now,
        closes,
        made_since: None,
        before: &[],
    }
}

/// The rules of which violations are open, one a violation, `-` before those that are covered.
fn shown(violations: &Violations) -> Vec<String> {
    let show = |it: &Violation| match it.exception {
        None => it.rule.to_string(),
        Some(_) => format!("-{}", it.rule),
    };
    violations.open.iter().map(show).collect()
}

#[test]
fn what_is_built_in_says_what_it_should() {
    let change = |change: &dyn Fn(&mut Share)| {
        let mut share = open();
        change(&mut share);
        broken(&share, NOW)
    };
    assert_eq!(change(&|_| ()), ["unsecured"]);
    assert_eq!(change(&|it| it.protection = Protection::Password), [""; 0]);
    assert_eq!(change(&|it| it.protection = Protection::Sso), [""; 0]);
    let never = |it: &mut Share| {
        it.protection = Protection::Password;
        it.expiry = Expiry::Never;
    };
    assert_eq!(change(&never), ["no-expiry"]);
    let until_2116 = |it: &mut Share| {
        it.protection = Protection::Password;
        it.expiry = Expiry::At(UnixMillis::from_secs(4_600_000_000));
    };
    assert_eq!(change(&until_2116), ["long-lived"]);
    let past = change(&|it| it.traits.past_footage = true);
    assert_eq!(past, ["unsecured", "past-footage-open"]);
    assert_eq!(
        change(&|it| it.traits.sound = true),
        ["unsecured", "open-sound"]
    );
    let week = |more: Duration| change(&move |it| it.created = Some(NOW.before(7 * DAY + more)));
    assert_eq!(week(Duration::ZERO), ["unsecured"]);
    assert_eq!(week(MILLISECOND), ["unsecured", "long-open"]);
    let lives =
        |more: Duration| change(&move |it| it.expiry = Expiry::At(NOW.after(90 * DAY + more)));
    assert_eq!(lives(Duration::ZERO), ["unsecured"]);
    assert_eq!(lives(MILLISECOND), ["unsecured", "long-lived"]);
    let ended = |ago: Duration| change(&move |it| it.expiry = Expiry::At(NOW.before(ago)));
    assert_eq!(ended(Duration::ZERO), [""; 0]);
    assert_eq!(ended(DAY), [""; 0]);
    assert_eq!(ended(DAY + MILLISECOND), ["expired-not-removed"]);
}

#[test]
fn what_is_not_known_holds() {
    let mut share = open();
    share.created = None;
    assert_eq!(
        broken(&share, NOW),
        ["unsecured", "long-open", "long-lived"]
    );
    share.protection = Protection::Password;
    share.unread.protection = true;
    assert!(broken(&share, NOW).contains(&"unsecured".to_owned()));
    let with = |conditions: Conditions| {
        let mut share = open();
        share.media.cameras = Box::default();
        let alone = conditions.hold(subject(&share), NOW);
        share.unread = Unread::RECORD;
        (alone, conditions.hold(subject(&share), NOW))
    };
    let password = Some(vec![Protection::Password]);
    for (conditions, alone) in [
        (
            Conditions {
                protection: password,
                ..Conditions::default()
            },
            false,
        ),
        (
            Conditions {
                never_expires: Some(true),
                ..Conditions::default()
            },
            false,
        ),
        (
            Conditions {
                past_footage: Some(true),
                ..Conditions::default()
            },
            false,
        ),
        (
            Conditions {
                sound: Some(true),
                ..Conditions::default()
            },
            false,
        ),
        (
            Conditions {
                more_cameras_than: Some(3),
                ..Conditions::default()
            },
            false,
        ),
        (
            Conditions {
                cameras: Some(patterns("x")),
                ..Conditions::default()
            },
            true,
        ),
        (
            Conditions {
                created_by: Some(patterns("x")),
                ..Conditions::default()
            },
            true,
        ),
        (
            Conditions {
                views_more_than: Some(3),
                ..Conditions::default()
            },
            true,
        ),
        (
            Conditions {
                stream_types: Some(patterns("DICE")),
                ..Conditions::default()
            },
            false,
        ),
        (
            Conditions {
                kinds: Some(vec![ShareKind::VideoWall]),
                ..Conditions::default()
            },
            false,
        ),
    ] {
        let unreadable = conditions.kinds.is_none();
        assert_eq!(
            with(conditions.clone()),
            (alone, unreadable),
            "{conditions:?}"
        );
    }
}

fn patterns(text: &str) -> Patterns {
    let mut patterns = Patterns::default();
    patterns.add(text).unwrap();
    patterns
}

#[test]
fn some_camera_breaks_a_rule_and_an_exception_means_all() {
    let name = |camera: &str, location: &str| CameraName {
        camera: camera.into(),
        location: location.into(),
        location_uuid: None,
    };
    let names: CameraNames = [
        (Id::parse("one"), name("Lobby east", "Town hall")),
        (Id::parse("two"), name("Server room", "Town hall")),
    ]
    .into_iter()
    .collect();
    let mut share = share_of("a", Expiry::Never, &["one", "two"]);
    let is = |share: &Share, pattern: &str| {
        let subject = Subject {
            cameras: &names,
            ..subject(share)
        };
        let rule = Conditions {
            cameras: Some(patterns(pattern)),
            ..Conditions::default()
        };
        let camera = Some(patterns(pattern));
        let exception = exception(
            "x",
            Match {
                camera,
                ..Match::default()
            },
        );
        (rule.hold(subject, NOW), exception.matches(subject, NOW))
    };
    assert_eq!(is(&share, "Lobby.*"), (true, false));
    assert_eq!(is(&share, "Lobby.*|Server.*"), (true, true));
    assert_eq!(is(&share, "one"), (true, false));
    assert_eq!(is(&share, "Attic"), (false, false));
    share.media.cameras = [Id::parse("three")].into();
    assert_eq!(is(&share, "Attic"), (true, false));
    assert_eq!(is(&share, "three"), (true, true));
    share.media.cameras = Box::default();
    assert_eq!(is(&share, ".*"), (true, false));
}

fn exception(name: &str, matches: Match) -> Exception {
    Exception {
        name: name.into(),
        matches,
        policies: Policies::All,
        reason: "because".into(),
        owner: "someone".into(),
        until: NOW.after(DAY),
    }
}

fn of_share(id: &str) -> Match {
    Match {
        share: Some(Ref::of(&Id::parse(id))),
        ..Match::default()
    }
}

fn policy_with(exceptions: Vec<Exception>) -> Policy {
    Policy::default().with_exceptions(exceptions)
}

#[test]
fn an_exception_covers_until_its_end_and_no_longer() {
    let policy = policy_with(vec![exception("lobby", of_share("a"))]);
    let mut share = open();
    share.expiry = Expiry::Never;
    let shares = [share];
    let at = |moment, before: &Violations| {
        policy
            .assess(&seen(&shares, moment, true), before)
            .violations
    };
    let first = at(NOW, &Violations::default());
    assert_eq!(shown(&first), ["-no-expiry", "-unsecured"]);
    assert_eq!(
        Violations::covered([&first].into_iter()),
        BTreeMap::from([("lobby", 1)])
    );
    let end = NOW.after(DAY);
    assert_eq!(first.next_change, Some(end));
    let before = at(end.before(MILLISECOND), &first);
    assert_eq!(shown(&before), ["-no-expiry", "-unsecured"]);
    let after = at(end, &before);
    assert_eq!(shown(&after), ["no-expiry", "unsecured"]);
    assert!(after.open.iter().all(|it| it.since == NOW));
    // Also where nothing more is seen of it than what was.
    let unseen = Seen {
        before: &shares,
        ..seen(&[], end, false)
    };
    let unseen = policy.assess(&unseen, &before).violations;
    assert_eq!(shown(&unseen), ["no-expiry", "unsecured"]);
}

#[test]
fn an_exception_is_from_the_rules_it_names_and_means_what_is_known() {
    let named = Exception {
        policies: Policies::Named(vec!["unsecured".into()]),
        ..exception("x", of_share("a"))
    };
    let policy = policy_with(vec![named]);
    let mut share = open();
    share.expiry = Expiry::Never;
    let violations = |policy: &Policy, share: &Share| {
        let shares = [share.clone()];
        shown(
            &policy
                .assess(&seen(&shares, NOW, true), &Violations::default())
                .violations,
        )
    };
    assert_eq!(violations(&policy, &share), ["no-expiry", "-unsecured"]);
    let titled = policy_with(vec![exception(
        "x",
        Match {
            title: Some(patterns("Lobby")),
            ..Match::default()
        },
    )]);
    assert_eq!(violations(&titled, &share), ["no-expiry", "unsecured"]);
    share.title = Some("Lobby".into());
    assert_eq!(violations(&titled, &share), ["-no-expiry", "-unsecured"]);
    let all = policy_with(vec![exception(
        "x",
        Match {
            org: Some(patterns(".*")),
            ..Match::default()
        },
    )]);
    assert_eq!(violations(&all, &share), ["-no-expiry", "-unsecured"]);
    share.unread = Unread::RECORD;
    assert!(
        violations(&all, &share)
            .iter()
            .all(|it| !it.starts_with('-'))
    );
}

#[test]
fn what_is_out_of_sight_is_not_mended() {
    let policy = Policy::default();
    let old = [open()];
    let first = policy
        .assess(&seen(&old, NOW, true), &Violations::default())
        .violations;
    let later = NOW.after(DAY * 3);
    // Its end has passed while nobody could look.
    let unseen = policy.assess(&seen(&old, later, false), &first);
    assert_eq!(
        shown(&unseen.violations),
        ["expired-not-removed", "unsecured"]
    );
    // It is not listed by an answer that is not whole, then by one that is.
    let partial = policy.assess(&seen(&[], later, false), &first);
    assert_eq!(shown(&partial.violations), ["unsecured"]);
    let gone = policy.assess(&seen(&[], later, true), &first);
    assert_eq!(
        (shown(&gone.violations), gone.ended),
        (
            vec![],
            Ended {
                mended: 1,
                unwatched: 0
            }
        )
    );
    // It is older than what is asked for.
    let narrowed = Seen {
        made_since: Some(NOW.after(MILLISECOND)),
        before: &old,
        ..seen(&[], later, true)
    };
    let narrowed = policy.assess(&narrowed, &first);
    assert_eq!(
        narrowed.ended,
        Ended {
            mended: 0,
            unwatched: 1
        }
    );
    // Its rule is switched off.
    let mut rules = built_in::rules();
    rules[0].is_on = false;
    let off = Policy::new(rules, Vec::new(), SeriesLimit::default());
    let off = off.assess(&seen(&old, NOW, true), &first);
    assert_eq!(
        off.ended,
        Ended {
            mended: 0,
            unwatched: 1
        }
    );
}

#[test]
fn series_are_kept_and_what_is_free_goes_to_the_most_severe() {
    let policy = Policy::default();
    let violation = |rule: &str, id: &str| Violation {
        rule: rule.into(),
        share: ShareKey::Id(Id::parse(id)),
        since: NOW,
        exception: None,
        has_series: false,
    };
    let mut open = vec![violation("long-lived", "a"), violation("unsecured", "b")];
    let has = |open: &[Violation]| open.iter().map(|it| it.has_series).collect::<Vec<_>>();
    assert_eq!(policy.give_series(&mut open, 1), 1);
    assert_eq!(has(&open), [false, true]);
    open.push(violation("open-sound", "c"));
    assert_eq!(policy.give_series(&mut open, 1), 1);
    assert_eq!(has(&open), [false, true, false]);
    open[1].exception = Some("x".into());
    assert_eq!(policy.give_series(&mut open, 1), 1);
    assert_eq!(has(&open), [false, false, true]);
    open[0].share = ShareKey::Nameless(1);
    open[1].exception = None;
    assert_eq!(policy.give_series(&mut open, 9), 2);
    assert_eq!(has(&open), [false, true, true]);
}

fn moments() -> impl Strategy<Value = UnixMillis> {
    (-200i64..200).prop_map(|days| UnixMillis(NOW.0 + days * 86_400_000 + days % 2))
}

fn shares() -> impl Strategy<Value = Vec<Share>> {
    let share = (
        prop::option::of("[a-e]"),
        0..4usize,
        0..3usize,
        prop::option::of(moments()),
        prop::option::of(moments()),
        any::<[bool; 4]>(),
    );
    let share = share.prop_map(|(id, kind, protection, created, end, flags)| {
        let mut share = share_of("x", end.map_or(Expiry::Never, Expiry::At), &["cam"]);
        share.id = id.map(|id| Id::parse(&id));
        share.kind = ShareKind::ALL[kind];
        share.protection = Protection::ALL[protection];
        share.created = created;
        share.traits.past_footage = flags[0];
        share.traits.sound = flags[1];
        if flags[2] && flags[3] {
            share.unread = Unread::RECORD;
        }
        share
    });
    prop::collection::vec(share, 0..8).prop_map(|mut shares| {
        shares.sort_by(|a, b| a.id.cmp(&b.id));
        shares.dedup_by(|a, b| a.id.is_some() && a.id == b.id);
        shares
    })
}

fn keys(violations: &Violations) -> BTreeSet<(String, ShareKey)> {
    let open = violations.open.iter();
    open.map(|it| (it.rule.to_string(), it.share.clone()))
        .collect()
}

proptest! {
    #[test]
    fn an_exception_covers_and_never_adds(
        shares in shares(), now in moments(), id in "[a-e]", until in moments(), kind in 0..4usize,
    ) {
        let exceptions = [
            Exception { until, ..exception("one", of_share(&id)) },
            Exception { until, ..exception("kind", Match {
                kind: Some(ShareKind::ALL[kind]),
                ..Match::default()
            }) },
        ];
        let none = Policy::default().assess(&seen(&shares, now, true), &Violations::default());
        let some = policy_with(exceptions.to_vec());
        let some = some.assess(&seen(&shares, now, true), &Violations::default());
        prop_assert_eq!(keys(&none.violations), keys(&some.violations));
        let covers = some.violations.open.iter().any(|it| it.exception.is_some());
        prop_assert!(!covers || now < until);
    }

    #[test]
    fn every_active_share_is_judged_once_and_an_unreadable_one_never_complies(
        shares in shares(), now in moments(),
    ) {
        let violations = Policy::default().assess(&seen(&shares, now, true), &Violations::default());
        let open = violations.violations.open;
        prop_assert!(open.windows(2).all(|two| two[0] < two[1]), "sorted, each once");
        let is_open = |it: &&Share| {
            it.expiry.is_active(now) && (it.protection == Protection::None || it.unread.protection)
        };
        let expected = shares.iter().filter(is_open).count();
        prop_assert_eq!(open.iter().filter(|it| &*it.rule == "unsecured").count(), expected);
        let policy = Policy::default();
        for share in shares.iter().filter(|it| it.unread.record && it.expiry.is_active(now)) {
            let rules = policy.rules().iter().filter(|rule| rule.conditions.expired_longer_than.is_none());
            for rule in rules {
                prop_assert!(rule.judge(subject(share), now).is_violation(), "{}", rule.name);
            }
        }
    }

    #[test]
    fn time_alone_changes_a_verdict_only_when_it_was_said(
        shares in shares(), now in moments(), later in 0u64..400,
    ) {
        let policy = Policy::default();
        let first = policy.assess(&seen(&shares, now, true), &Violations::default()).violations;
        let later = now.after(DAY * u32::try_from(later).unwrap());
        let second = policy.assess(&seen(&shares, later, true), &Violations::default()).violations;
        if first.next_change.is_none_or(|change| later < change) {
            prop_assert_eq!(keys(&first), keys(&second));
        }
    }

    /// Against a model that knows what each look, whole or not, has shown.
    #[test]
    fn only_a_whole_look_closes_what_it_does_not_show(
        looks in prop::collection::vec((shares(), any::<bool>()), 1..8),
    ) {
        let policy = Policy::default();
        let (mut known, mut model) = (Violations::default(), BTreeSet::new());
        let mut since: BTreeMap<_, UnixMillis> = BTreeMap::new();
        for (index, (mut shares, closes)) in looks.into_iter().enumerate() {
            shares.retain(|share| share.id.is_some());
            let now = NOW.after(DAY * u32::try_from(index).unwrap());
            let alone = policy.assess(&seen(&shares, now, true), &Violations::default());
            let alone = keys(&alone.violations);
            model = if closes { alone } else { model.union(&alone).cloned().collect() };
            since.retain(|key, _| model.contains(key));
            model.iter().for_each(|key| { since.entry(key.clone()).or_insert(now); });
            known = policy.assess(&seen(&shares, now, closes), &known).violations;
            prop_assert_eq!(keys(&known), model.clone());
            for it in known.open.iter() {
                prop_assert_eq!(Some(&it.since), since.get(&(it.rule.to_string(), it.share.clone())));
            }
        }
    }

    /// Whose uuid can't be read may be one that is known: it counts once, and keeps its place.
    #[test]
    fn after_a_whole_look_there_are_as_many_violations_as_it_shows(
        looks in prop::collection::vec(shares(), 1..8),
    ) {
        let policy = Policy::default();
        let mut known = Violations::default();
        for (index, shares) in looks.into_iter().enumerate() {
            let now = NOW.after(DAY * u32::try_from(index).unwrap());
            let alone = policy.assess(&seen(&shares, now, true), &Violations::default());
            known = policy.assess(&seen(&shares, now, true), &known).violations;
            prop_assert_eq!(by_rule(&known), by_rule(&alone.violations));
            prop_assert!(known.open.windows(2).all(|two| two[0] < two[1]), "sorted, each once");
        }
    }
}

fn by_rule(violations: &Violations) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for violation in violations.open.iter() {
        *counts.entry(violation.rule.to_string()).or_default() += 1;
    }
    counts
}
