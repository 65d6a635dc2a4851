//! What a file of recorded shares says, and what is wrong with one.

use super::*;
use crate::share::Private;

const NOW: UnixMillis = UnixMillis::from_secs(1_795_953_600);

fn read(text: &str) -> Result<PolicyTests, String> {
    let section = PolicySection::default();
    let tests = section.parse_tests("tests.yml", text, NOW);
    tests.map_err(|error| error.to_string())
}

/// One test of this share.
fn share(share: &str) -> Result<PolicyTest, String> {
    let text = format!("tests:\n- {{ name: n, share: {{ {share} }}, expect: {{}} }}\n");
    Ok(read(&text)?.tests.remove(0))
}

#[test]
fn what_is_not_said_breaks_no_built_in_rule() {
    let test = share("").unwrap();
    let policy = Policy::default();
    let judged = policy.judge(test.subject(), NOW);
    assert_eq!(judged.len(), 7);
    assert!(judged.iter().all(|it| !it.verdict.is_violation()));
}

#[test]
fn a_share_is_what_is_said_of_it() {
    let test = share(
        "org: acme, kind: live_stream, protection: sso, title: Dock, age: 2d, ends_in: -1h, \
         past_footage: true, sound: true, stream_type: DICE, clips: 3, duration: 90s, \
         cameras: [{ name: Vault, location: HQ }, {}], created_by: Ann Other, views: 7",
    )
    .unwrap();
    let it = &test.share;
    assert_eq!(
        (test.org.as_str(), it.kind),
        ("acme", ShareKind::LiveStream)
    );
    assert_eq!(
        (it.protection, it.title.as_ref().map(Private::reveal)),
        (Protection::Sso, Some("Dock"))
    );
    assert_eq!(it.created, Some(NOW.before(2 * DAY)));
    assert_eq!(it.expiry, Expiry::At(NOW.before(DAY / 24)));
    assert!(it.traits.past_footage && it.traits.sound);
    assert_eq!(it.stream_type.as_deref(), Some("DICE"));
    assert_eq!((it.media.clips, it.media.duration_secs), (3, 90));
    assert_eq!((it.media.cameras.len(), test.cameras.len()), (2, 1));
    let vault = test.cameras.get(&it.media.cameras[0]).unwrap();
    assert_eq!((&*vault.camera, &*vault.location), ("Vault", "HQ"));
    let made = test.subject().made().unwrap();
    let maker = made.name.as_ref().map(Private::reveal);
    assert_eq!(maker, Some("Ann Other"));
    assert_eq!(test.subject().views(), Some(7));
    let nobody = share("").unwrap();
    assert_eq!(
        (nobody.subject().made(), nobody.subject().views()),
        (None, Some(0))
    );
    let moments = share("created: 2026-01-01T00:00:00Z, never_expires: true").unwrap();
    assert_eq!(
        moments.share.created,
        Some(UnixMillis::from_secs(1_767_225_600))
    );
    assert_eq!(moments.share.expiry, Expiry::Never);
    assert_eq!(share("never_expires: false").unwrap(), share("").unwrap());
}

#[test]
fn now_is_what_the_file_says() {
    let text = "now: 2026-01-01T00:00:00Z\ntests: [{ name: n, expect: {} }]\n";
    let tests = read(text).unwrap();
    assert_eq!(tests.now, UnixMillis::from_secs(1_767_225_600));
    assert_eq!(tests.tests[0].share.created, Some(tests.now));
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_key() {
    for (text, expected) in [
        ("", "tests.yml: there is no test"),
        ("tests: []\n", "tests.yml: there is no test"),
        (
            "test: 1\n",
            "tests.yml:1: test: unknown key `test`: expected one of now, tests",
        ),
        (
            "now: soon\ntests: [{ name: n, expect: {} }]\n",
            "tests.yml:1: now: `soon`: expected a moment",
        ),
        (
            "tests:\n- { expect: {} }\n",
            "tests.yml:2: tests[0].name: it is missing",
        ),
        (
            "tests:\n- { name: n }\n",
            "tests.yml:2: tests[0].expect: it is missing",
        ),
        (
            "tests:\n- name: n\n  share: { kind: clips }\n  expect: {}\n",
            "tests.yml:3: tests[0].share.kind: `clips`: expected one of clip_group",
        ),
        (
            "tests:\n- name: n\n  share:\n    ttl: 3d\n  expect: {}\n",
            "tests.yml:4: tests[0].share.ttl: unknown key `ttl`",
        ),
        (
            "tests:\n- { name: n, share: { age: 1d, created: 2026-01-01T00:00:00Z }, expect: {} }\n",
            "tests.yml:2: tests[0].share.created: age says it already: delete one",
        ),
        (
            "tests:\n- { name: n, share: { ends_in: 1d, never_expires: true }, expect: {} }\n",
            "tests.yml:2: tests[0].share.never_expires: ends_in says it already: delete one",
        ),
        (
            "tests:\n- { name: n, share: { views: many }, expect: {} }\n",
            "tests.yml:2: tests[0].share.views: `many`: expected a whole number",
        ),
        (
            "tests:\n- { name: n, share: { protection: sso }, expect: {} }\n",
            "tests.yml:2: tests[0].share.protection: a clip_group has no such protection",
        ),
        (
            "tests:\n- name: n\n  expect: { violations: [no-expire] }\n",
            "tests.yml:3: tests[0].expect.violations[0]: `no-expire`: expected the name of a rule",
        ),
        (
            "tests:\n- name: n\n  expect: { excepted: { unsecured: dock } }\n",
            "tests.yml:3: tests[0].expect.excepted: `dock`: expected the name of an exception",
        ),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.starts_with(expected), "{text}\n{error}");
    }
}
