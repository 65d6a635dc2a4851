//! Rows, filters and cursors over what some organisations share.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::clock::ServerClock;
use crate::inventory::{Fleet, Inventory, Organization, Snapshot, Standing, View, Violations};
use crate::policy::Policy;
use crate::share::samples::{share, share_of};
use crate::share::{
    CameraName, CameraNames, Clip, ConsoleUrl, Expiry, Id, Listing, Moment, Permissions,
    Protection, Ref, Shard, Share, ShareKey, ShareKind, UnixMillis, Violation,
};

const NOW: Moment = Moment {
    time: UnixMillis::from_secs(1_000_000),
    uptime: Duration::from_secs(500_000),
};
const DAY: i64 = 86_400;
const UUID: &str = "AAAAAAAAAAAAAAAAAAAAAQ";

fn view() -> View {
    View {
        interval: Duration::from_secs(60),
        max_staleness: Duration::from_secs(600),
        expiring_within: Vec::new(),
        lookback: None,
        kinds: ShareKind::ALL.into(),
        shard: Shard::WHOLE,
        console: ConsoleUrl::default(),
        keep_titles: true,
    }
}

/// The rules that are built in.
fn policy() -> &'static Policy {
    static POLICY: std::sync::OnceLock<Policy> = std::sync::OnceLock::new();
    POLICY.get_or_init(Policy::default)
}

fn listed(shares: Vec<Share>) -> Standing {
    let listing = Listing {
        shares,
        ..Listing::default()
    };
    let seen = NOW.before(Duration::from_secs(30));
    Standing::default().succeeded(Duration::ZERO, Inventory::new(listing, seen))
}

/// Organisations with these clip pages.
fn snapshot(lists: Vec<(&str, Standing)>) -> Snapshot {
    let organization = |(name, standing): (&str, Standing)| {
        let clock = Arc::new(ServerClock::new("https://api2.rhombussystems.com".into()));
        let known = Organization::new(name, &[ShareKind::ClipGroup], clock)
            .knowing(|_| Some(standing.clone()));
        Arc::new(known)
    };
    let organizations = lists.into_iter().map(organization).collect();
    let mut snapshot = Snapshot::new(&Fleet::new(organizations, view()), NOW);
    for look in &mut snapshot.organizations {
        let name = CameraName {
            camera: "Front Door".into(),
            location: "Süd".into(),
            location_uuid: None,
        };
        look.camera_names = Arc::new(CameraNames::from_iter([(Id::parse("door"), name)]));
    }
    snapshot
}

fn end(secs: i64) -> Expiry {
    Expiry::At(UnixMillis(NOW.time.0 + secs * 1000))
}

/// Links of two organisations, each told apart by its title.
fn some() -> Snapshot {
    let titled = |title: &str, share: Share| Share {
        title: Some(title.into()),
        ..share
    };
    let mut locked = share_of("b", end(DAY), &["door", "hall"]);
    locked.protection = Protection::Password;
    locked.created = Some(UnixMillis(NOW.time.0 - DAY * 1000));
    let mut more = share_of("c", end(3 * DAY), &[]);
    more.traits.sound = true;
    let acme = listed(vec![
        titled("Ever Open", share_of("a", Expiry::Never, &["hall"])),
        titled("locked", locked),
        titled("with sound", more),
        titled("ended", share_of("d", end(-1), &[])),
    ]);
    let violation = |rule: &str, id: &str, exception: Option<&str>| Violation {
        rule: rule.into(),
        share: ShareKey::Id(Id::parse(id)),
        since: UnixMillis(5),
        exception: exception.map(Into::into),
        has_series: false,
    };
    let acme = acme.judged(Violations {
        open: [
            violation("never-ends", "a", Some("lobby")),
            violation("unsecured", "a", None),
            violation("unsecured", "c", Some("lobby")),
        ]
        .into(),
        ..Violations::default()
    });
    let bell = listed(vec![titled("Bell", share(Expiry::Never))]);
    snapshot(vec![("bell", bell), ("acme", acme)])
}

fn titles(query: &str) -> Vec<String> {
    let query = Query::parse(query).unwrap();
    let snapshot = some();
    let policy = Policy::default();
    let mut rows = Rows::new(&snapshot, &policy, &query.filter).rows;
    let rows = query.order.part(&mut rows, 0..100);
    let title = |row: &Row<'_>| row.share.title.as_ref().unwrap().reveal().to_owned();
    rows.iter().map(title).collect()
}

#[test]
fn each_filter_lets_through_what_it_names() {
    let reference = Ref::of(&Id::parse("b"));
    for (query, expected) in [
        (
            "",
            &["Ever Open", "Bell", "with sound", "locked", "ended"][..],
        ),
        (
            "org=acme&org=x",
            &["Ever Open", "with sound", "locked", "ended"],
        ),
        ("org=Acme", &[]),
        ("kind=video_wall", &[]),
        ("protection=password", &["locked"]),
        (
            "protection=none&state=active&org=acme",
            &["Ever Open", "with sound"],
        ),
        ("state=expired", &["ended"]),
        ("rule=*", &["Ever Open", "with sound"]),
        ("rule=unsecured&excepted=no", &["Ever Open"]),
        // One violation must be both.
        ("rule=never-ends&excepted=no", &[]),
        ("exception=lobby", &["Ever Open", "with sound"]),
        ("excepted=yes&rule=unsecured", &["with sound"]),
        ("ends=never", &["Ever Open", "Bell"]),
        ("ends=1d", &["locked"]),
        ("ends=3d", &["with sound", "locked"]),
        (
            "older_than=2d",
            &["Ever Open", "Bell", "with sound", "ended"],
        ),
        ("newer_than=1d", &["locked"]),
        ("created_after=1970-01-11", &["locked"]),
        ("created_before=1970-01-11T00:00:00Z&org=bell", &["Bell"]),
        (
            "created_before=1970-01-11T02:00:00%2B02:00&org=bell",
            &["Bell"],
        ),
        // A `+` that is not escaped is a space in an address.
        (
            "created_before=1970-01-11T02:00:00+02:00&org=bell",
            &["Bell"],
        ),
        ("created_before=1969-01-01", &[]),
        ("created_after=1969-01-01&org=bell", &["Bell"]),
        ("camera=front", &["locked"]),
        ("camera=SÜD", &["locked"]),
        ("camera=hall", &["Ever Open", "locked"]),
        ("text=EN", &["Ever Open", "ended"]),
        (&format!("ref={reference}"), &["locked"]),
        (
            "sort=title",
            &["Bell", "Ever Open", "ended", "locked", "with sound"],
        ),
        (
            "sort=-ends&org=acme",
            &["Ever Open", "with sound", "locked", "ended"],
        ),
        ("sort=cameras&protection=password&limit=&page=", &["locked"]),
    ] {
        assert_eq!(titles(query), expected, "{query}");
    }
}

#[test]
fn what_can_not_be_asked_is_told_with_what_can() {
    let long = format!("text={}", "x".repeat(501));
    let many = "org=a&".repeat(101);
    for (query, name, expected) in [
        ("color=red", "color", "expected one of org, kind,"),
        ("color=", "color", "expected one of org, kind,"),
        ("color", "color", "expected one of org, kind,"),
        ("Kind=clip_group", "Kind", "expected one of org, kind,"),
        ("kind=clips", "kind", "expected one of clip_group,"),
        ("state=active&state=active", "state", "expected at most 1"),
        (
            "ends=soon",
            "ends",
            "expected a duration with its unit, such as 30s, 5m, 24h or 7d, or never",
        ),
        ("older_than=5", "older_than", "expected a duration"),
        (
            "older_than=200years",
            "older_than",
            "expected at most 100 years",
        ),
        (
            "created_after=1.1.2026",
            "created_after",
            "expected a day such as 2027-01-31",
        ),
        ("ref=zz", "ref", "expected a share's ref"),
        ("sort=size", "sort", "expected one of risk, ends"),
        (
            "page=0",
            "page",
            "expected a whole number from 1 to 1000000",
        ),
        (
            "limit=1001",
            "limit",
            "expected a whole number from 1 to 1000",
        ),
        ("limit=1&limit=2", "limit", "expected at most 1"),
        ("cursor=AAAA", "cursor", "expected the `next_cursor`"),
        (&long, "text", "expected at most 500 bytes"),
        (&many, "org", "expected at most 100"),
    ] {
        let bad = Query::parse(query).unwrap_err();
        assert_eq!(bad.name, name, "{query}");
        assert!(
            bad.expected.starts_with(expected),
            "{query}: {}",
            bad.expected
        );
    }
}

#[test]
fn the_worst_come_first() {
    let snapshot = some();
    let policy = Policy::default();
    let mut rows = Rows::new(&snapshot, &policy, &Filter::default());
    assert_eq!(rows.total, 5);
    let ranks = Order::default().part(&mut rows.rows, 0..5);
    let ranks: Vec<_> = ranks.iter().map(Row::rank).collect();
    let expected = [
        Rank::OpenForEver,
        Rank::OpenForEver,
        Rank::OpenWithMore,
        Rank::Protected,
        Rank::Expired,
    ];
    assert_eq!(ranks, expected);
}

#[test]
fn an_address_is_what_rhombus_gives_or_what_its_clients_use() {
    let mut given = share_of("x", Expiry::Never, &[]);
    given.address = Some("https://given.example/x".into());
    let known = listed(vec![
        given,
        share_of(UUID, Expiry::Never, &[]),
        share(Expiry::Never),
    ]);
    let mut snapshot = snapshot(vec![("acme", known)]);
    let policy = Policy::default();
    let mut addresses = |console: &ConsoleUrl| -> BTreeSet<Option<String>> {
        snapshot.view.console = console.clone();
        let rows = Rows::new(&snapshot, &policy, &Filter::default()).rows;
        let address = |row: &Row<'_>| row.address().map(|it| it.reveal().to_owned());
        rows.iter().map(address).collect()
    };
    let expected = |console: &str| {
        BTreeSet::from([
            None,
            Some("https://given.example/x".to_owned()),
            Some(format!("{console}/share/clips/{UUID}")),
        ])
    };
    let usual = ConsoleUrl::default();
    assert_eq!(
        addresses(&usual),
        expected("https://console.rhombussystems.com")
    );
    let moved = ConsoleUrl(Some("https://console.rhombus.com/".parse().unwrap()));
    assert_eq!(addresses(&moved), expected("https://console.rhombus.com"));
}

#[test]
fn no_spreadsheet_takes_a_title_for_a_formula() {
    let mut odd = share_of("x", Expiry::Never, &[]);
    odd.title = Some("=HYPERLINK(\"http://x\",\"a,b\")".into());
    let snapshot = snapshot(vec![("@acme", listed(vec![odd]))]);
    let policy = Policy::default();
    let rows = Rows::new(&snapshot, &policy, &Filter::default()).rows;
    let reader = Reader {
        sees_addresses: false,
        policy: &policy,
    };
    let text = String::from_utf8(csv(&rows, reader)).unwrap();
    let line = text.lines().nth(1).unwrap();
    assert!(
        line.contains(r#""'=HYPERLINK(""http://x"",""a,b"")""#),
        "{line}"
    );
    assert!(line.contains(",'@acme,") && line.ends_with(','), "{line}");
}

#[test]
fn json_says_what_is_known_and_the_address_only_to_who_may_have_it() {
    let snapshot = some();
    let policy = Policy::default();
    let query = Query::parse("org=acme&protection=password").unwrap();
    let rows = Rows::new(&snapshot, &policy, &query.filter).rows;
    let policy = Policy::default();
    let of = |sees_addresses| {
        let reader = Reader {
            sees_addresses,
            policy: &policy,
        };
        serde_json::to_value(ShareJson::whole(&rows[0], reader)).unwrap()
    };
    let json = of(true);
    assert_eq!(json["created"], "1970-01-11T13:46:40Z");
    assert_eq!(json["cameras"][0]["name"], "Front Door");
    assert_eq!(json["footage"], serde_json::json!([]));
    // Not a documented uuid, so that nothing is known of its page.
    assert_eq!(json["url"], serde_json::Value::Null);
    assert_eq!(of(false)["url"], serde_json::Value::Null);
    assert!(!json.to_string().contains("next_cursor"));
}

fn shares() -> impl Strategy<Value = Vec<Share>> {
    let one = (any::<bool>(), 0_u8..40, any::<bool>(), -3_i64..3);
    let share = one.prop_map(|(has_id, id, is_locked, days)| {
        let mut share = share_of(&format!("share-{id}"), end(days * DAY), &[]);
        share.id = share.id.filter(|_| has_id);
        share.media.footage = vec![Clip::default()].into();
        if is_locked {
            share.protection = Protection::Password;
        }
        share
    });
    proptest::collection::vec(share, 0..30)
}

#[test]
fn no_more_is_repeated_of_what_was_asked_than_tells_it() {
    let long = "\u{7}x".repeat(30_000);
    let encoded: String = url::form_urlencoded::byte_serialize(long.as_bytes()).collect();
    for query in [
        encoded.clone(),
        format!("text={encoded}"),
        format!("{encoded}={encoded}"),
        format!("sort={encoded}"),
    ] {
        let bad = Query::parse(&query).unwrap_err().to_string();
        assert!(bad.len() < 2_000, "{}", bad.len());
        assert!(bad.contains("expected "), "{bad}");
        assert!(bad.contains('…'), "{bad}");
    }
    let short = Query::parse("color=red").unwrap_err().to_string();
    assert!(short.starts_with("\"color\": \"red\": expected"), "{short}");
}

#[test]
fn an_address_is_made_up_only_where_its_form_is_known() {
    for (kind, page) in [
        (ShareKind::ClipGroup, Some("clips")),
        (ShareKind::TimelapseGroup, Some("timelapse")),
        (ShareKind::LiveStream, None),
        (ShareKind::VideoWall, None),
    ] {
        let of_kind = |address: Option<&str>| {
            let share = Share {
                kind,
                address: address.map(Into::into),
                ..share_of(UUID, Expiry::Never, &[])
            };
            let snapshot = snapshot(vec![("acme", listed(vec![share]))]);
            let rows = Rows::new(&snapshot, policy(), &Filter::default()).rows;
            let address = rows[0].address();
            address.map(|address| address.reveal().to_owned())
        };
        let expected =
            page.map(|page| format!("https://console.rhombussystems.com/share/{page}/{UUID}"));
        assert_eq!(of_kind(None), expected, "{kind:?}");
        let given = "https://console.example/x";
        assert_eq!(of_kind(Some(given)).as_deref(), Some(given), "{kind:?}");
    }
}

#[test]
fn no_cell_is_a_formula_however_its_beginning_is_hidden() {
    let cell_of = |title: &str| {
        let share = Share {
            title: Some(title.into()),
            ..share_of("a", Expiry::Never, &[])
        };
        let violation = Violation {
            rule: "-1.1".into(),
            share: ShareKey::Id(Id::parse("a")),
            since: UnixMillis(5),
            exception: Some("+1".into()),
            has_series: false,
        };
        let judged = listed(vec![share]).judged(Violations {
            open: [violation].into(),
            ..Violations::default()
        });
        let snapshot = snapshot(vec![("acme", judged)]);
        let rows = Rows::new(&snapshot, policy(), &Filter::default()).rows;
        let policy = Policy::default();
        let reader = Reader {
            sees_addresses: false,
            policy: &policy,
        };
        let file = csv(&rows, reader);
        let record = ::csv::Reader::from_reader(&file[..]).into_records().next();
        let record = record.unwrap().unwrap();
        assert_eq!(
            (&record[16], &record[17]),
            ("'-1.1", "'+1"),
            "rules, exceptions"
        );
        record[5].to_owned()
    };
    for (title, cell) in [
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("\u{200b}=1+1", "'\u{200b}=1+1"),
        ("\u{a0}\u{feff}-1", "'\u{a0}\u{feff}-1"),
        ("\u{ff1d}1", "'\u{ff1d}1"),
        ("a;=1+1", "a;'=1+1"),
        ("a; @b\n+c;d", "a;' @b\n'+c;d"),
        ("\ta", "'\ta"),
        ("a=1-1;b", "a=1-1;b"),
        ("  ", "  "),
        ("", ""),
    ] {
        assert_eq!(cell_of(title), cell);
    }
}

#[test]
fn a_list_that_is_not_believed_was_seen_when_it_was() {
    let seen = UnixMillis::from_secs(900_000);
    let kept = Standing::restored(vec![share(Expiry::Never)], seen, Violations::default());
    let snapshot = snapshot(vec![("acme", kept), ("bell", Standing::default())]);
    let json = serde_json::to_value(Organizations::new(&snapshot)).unwrap();
    let list = |org: usize| &json["organizations"][org]["lists"]["clip_groups"];
    assert_eq!(list(0)["seen"], "1970-01-11T10:00:00Z");
    assert_eq!(list(0)["seen"], json["not_seen"][0]["last_seen"]);
    assert_eq!(list(0)["active"], serde_json::Value::Null);
    assert_eq!(list(1)["seen"], serde_json::Value::Null);
}

#[test]
fn links_without_a_ref_are_in_one_answer_whichever_of_them_goes() {
    let nameless = |title: &str| Share {
        id: None,
        title: Some(title.into()),
        ..share(Expiry::Never)
    };
    let named = || share_of("a", Expiry::Never, &[]);
    let before = snapshot(vec![(
        "acme",
        listed(vec![nameless("one"), nameless("two"), named()]),
    )]);
    let after = snapshot(vec![("acme", listed(vec![nameless("two"), named()]))]);
    let title = |row: &Row<'_>| row.share.title.as_ref().map(|it| it.reveal().to_owned());
    let all = Filter::default();
    let (first, next) = Cursor::rows(None, (&before, policy()), &all, 1);
    assert_eq!(
        first.iter().filter_map(title).collect::<Vec<_>>(),
        ["one", "two"]
    );
    let (rest, end) = Cursor::rows(next.as_ref(), (&after, policy()), &all, 1);
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].reference, Some(Ref::of(&Id::parse("a"))));
    assert_eq!(end, None);
}

proptest! {
    #[test]
    fn every_row_is_in_exactly_one_answer(
        one in shares(),
        two in shares(),
        limit in 1_usize..12,
        query in prop_oneof![Just(""), Just("protection=none"), Just("state=active&org=two")],
    ) {
        let snapshot = snapshot(vec![("one", listed(one)), ("two", listed(two))]);
    let policy = Policy::default();
        let filter = Query::parse(query).unwrap().filter;
        let name = |row: &Row<'_>| (row.org().to_owned(), row.reference, row.share.expiry);
        let all: Vec<_> = Rows::new(&snapshot, &policy, &filter).rows.iter().map(name).collect();
        let (mut paged, mut cursor) = (Vec::new(), None);
        loop {
            let (rows, next) = Cursor::rows(cursor.as_ref(), (&snapshot, &policy), &filter, limit);
            let last = rows.last().map(|row| row.reference);
            let beyond = rows.iter().skip(limit.saturating_sub(1));
            prop_assert!(beyond.into_iter().all(|row| Some(row.reference) == last));
            paged.extend(rows.iter().map(name));
            let Some(next) = next else { break };
            prop_assert!(rows.len() >= limit);
            prop_assert_eq!(Cursor::read(&next.text()), Ok(next.clone()));
            cursor = Some(next);
        }
        prop_assert_eq!(paged, all);
    }

    #[test]
    fn a_page_is_a_part_of_the_whole_order(
        one in shares(),
        page in 0_usize..8,
        sort in proptest::sample::select(SortBy::ALL.to_vec()),
        is_reversed in any::<bool>(),
    ) {
        let snapshot = snapshot(vec![("one", listed(one))]);
    let policy = Policy::default();
        let order = Order { by: sort, is_reversed };
        let name = |row: &Row<'_>| (row.reference, row.share.expiry, row.share.protection);
        let mut rows = Rows::new(&snapshot, &policy, &Filter::default()).rows;
        let all: Vec<_> = order.part(&mut rows, 0..usize::MAX).iter().map(name).collect();
        let mut rows = Rows::new(&snapshot, &policy, &Filter::default()).rows;
        let range = page * 5..page * 5 + 5;
        let part: Vec<_> = order.part(&mut rows, range.clone()).iter().map(name).collect();
        let expected = all.get(range.start.min(all.len())..range.end.min(all.len()));
        prop_assert_eq!(Some(&part[..]), expected);
    }

    #[test]
    fn a_query_is_read_as_it_is_written(
        org in "\\PC{0,8}", text in "\\PC{0,8}", days in 1_u64..400, page in 1_usize..9,
        sort in proptest::sample::select(vec!["risk", "-risk", "title", "-footage"]),
    ) {
        let mut address = url::form_urlencoded::Serializer::new(String::new());
        address.append_pair("org", &org).append_pair("text", &text);
        address.append_pair("ends", &format!("{days}d")).append_pair("sort", sort);
        address.append_pair("page", &page.to_string()).append_pair("kind", "live_stream");
        let query = Query::parse(&address.finish()).unwrap();
        prop_assert_eq!(Query::parse(&query.text()), Ok(query));
    }

    #[test]
    fn no_address_is_too_odd_to_be_answered(text in "\\PC{0,60}") {
        let _ = Query::parse(&text);
        let _ = Query::parse(&format!("cursor={text}"));
    }
}

#[test]
fn what_has_no_uuid_is_judged_by_what_it_is() {
    let policy = Policy::default();
    let nameless = |protection| Share {
        protection,
        created: Some(NOW.time),
        ..share(end(DAY))
    };
    let locked = [
        nameless(Protection::Password),
        nameless(Protection::Password),
    ];
    let shares = locked.into_iter().chain([nameless(Protection::None)]);
    let violation = |number| Violation {
        rule: "unsecured".into(),
        share: ShareKey::Nameless(number),
        since: UnixMillis(5),
        exception: None,
        has_series: false,
    };
    let known = listed(shares.collect()).judged(Violations {
        open: [violation(1)].into(),
        ..Violations::default()
    });
    let snapshot = snapshot(vec![("acme", known)]);
    for query in ["rule=unsecured", "rule=*&excepted=no"] {
        let filter = Query::parse(query).unwrap().filter;
        let rows = Rows::new(&snapshot, &policy, &filter).rows;
        let protections: Vec<_> = rows.iter().map(|row| row.share.protection).collect();
        assert_eq!(protections, [Protection::None], "{query}");
        let breach = Breach {
            rule: "unsecured",
            since: UnixMillis(5),
            exception: None,
        };
        assert_eq!(rows[0].violations(), [breach]);
    }
}

#[test]
fn an_open_violation_has_a_row_though_the_last_look_lacks_its_share() {
    let policy = Policy::default();
    let violation = |id: &str| Violation {
        rule: "unsecured".into(),
        share: ShareKey::Id(Id::parse(id)),
        since: UnixMillis(5),
        exception: None,
        has_series: false,
    };
    let violations = Violations {
        open: [violation("b"), violation("never seen")].into(),
        ..Violations::default()
    };
    let mut gone = share_of("b", end(DAY), &[]);
    gone.title = Some("Gone".into());
    let before = listed(vec![share_of("a", end(DAY), &[]), gone]);
    let look = Listing {
        shares: vec![share_of("a", end(DAY), &[]), share_of("z", end(DAY), &[])],
        partial: true,
        ..Listing::default()
    };
    let after = before.succeeded(Duration::ZERO, Inventory::new(look, NOW));
    let after = after
        .judged(violations)
        .remembering(&before, ShareKind::ClipGroup);
    // What it was is known still, after another such look.
    let look = Listing::default();
    let later = after.succeeded(Duration::ZERO, Inventory::new(look, NOW));
    let later = later.remembering(&after, ShareKind::ClipGroup);
    for known in [after, later] {
        let snapshot = snapshot(vec![("acme", known)]);
        let all = Rows::new(&snapshot, &policy, &Filter::default());
        assert_eq!(all.total, all.rows.len());
        assert!(all.rows.is_sorted_by_key(|row| row.reference));
        let filter = Query::parse("rule=unsecured").unwrap().filter;
        let rows = Rows::new(&snapshot, &policy, &filter).rows;
        let title = |row: &Row<'_>| row.share.title.as_ref().map(|it| it.reveal().to_owned());
        let titles: BTreeSet<_> = rows.iter().map(title).collect();
        assert_eq!(titles, BTreeSet::from([None, Some("Gone".to_owned())]));
        assert!(rows.iter().all(|row| !row.is_listed() && !row.is_current()));
        assert!(rows.iter().all(|row| row.rank() != Rank::Expired));
    }
}

#[test]
fn what_is_not_asked_for_is_said_beside_the_links() {
    let reasons = |snapshot: &Snapshot, query: &str| {
        let filter = Query::parse(query).unwrap().filter;
        let limits = limits(snapshot, &filter).into_iter();
        limits.map(|it| it.reason).collect::<Vec<_>>()
    };
    let mut none = snapshot(Vec::new());
    assert_eq!(reasons(&none, ""), ["no_organization"]);
    none.view.kinds = vec![ShareKind::ClipGroup];
    none.view.lookback = Some(Duration::from_secs(3600));
    none.view.keep_titles = false;
    none.view.shard = Shard::parse("1/3").unwrap();
    let mut expected = vec![
        "lookback",
        "not_watched",
        "not_watched",
        "not_watched",
        "shard",
    ];
    expected.extend(["no_organization", "no_titles"]);
    assert_eq!(reasons(&none, "text=x"), expected);

    let mut some = some();
    assert_eq!(reasons(&some, "camera=x&text=x"), [""; 0]);
    some.organizations[1].camera_names = Arc::default();
    some.organizations[0].permissions = Arc::new(Permissions {
        super_admin: Some(false),
        ..Permissions::default()
    });
    assert_eq!(
        reasons(&some, "camera=x"),
        ["limited_key", "no_camera_names"]
    );
    let concerns = |query: &str| {
        let filter = Query::parse(query).unwrap().filter;
        let limits = limits(&some, &filter).into_iter();
        limits.filter(|it| it.concerns(&filter)).count()
    };
    assert_eq!(
        (concerns("org=acme"), concerns("org=bell&camera=x")),
        (1, 1)
    );
}
