mod constants;
mod limits;
mod refusals;
mod share;

use super::*;
use crate::share::samples::{self as shares, share_of};
use crate::share::{
    Act, AttributedShares, Attribution, CameraName, CameraNames, Expiry, Id, Protection, Share,
    ShareKind, Unread,
};

const NOW: UnixMillis = UnixMillis::from_secs(1_800_000_000);
const DAY: i64 = 86_400;

fn compiled(text: &str) -> Expression {
    Expression::compile(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> ExpressionError {
    Expression::compile(text).expect_err(text)
}

fn on(share: &Share, text: &str) -> Result<bool, EvaluationError> {
    on_named(share, &CameraNames::default(), text)
}

fn on_named(share: &Share, cameras: &CameraNames, text: &str) -> Result<bool, EvaluationError> {
    let subject = Subject {
        org: "Oak School",
        share,
        cameras,
        attributions: None,
    };
    compiled(text).holds(subject, NOW)
}

#[track_caller]
fn holds(share: &Share, texts: &[&str]) {
    for text in texts {
        assert_eq!(on(share, text), Ok(true), "{text}");
    }
}

fn lobby() -> Share {
    let mut share = share_of(
        "id",
        Expiry::At(UnixMillis(NOW.0 + DAY * 1000)),
        &["one", "two"],
    );
    share.kind = ShareKind::LiveStream;
    share.protection = Protection::Sso;
    share.created = Some(UnixMillis(NOW.0 - 30 * DAY * 1000));
    (share.title, share.stream_type) = (Some("Lobby".into()), Some("USER".into()));
    (share.traits.past_footage, share.traits.sound) = (true, false);
    share
}

#[test]
fn what_could_not_be_read_is_not_judged() {
    let mut share = lobby();
    share.unread = Unread {
        title: true,
        ..Unread::default()
    };
    for text in ["true", "share.sound"] {
        assert_eq!(on(&share, text), Err(EvaluationError::Unread));
    }
}

#[test]
fn what_fails_on_a_share_is_an_error() {
    let mut share = lobby();
    // No sample has so many: they pass.
    (share.media.clips, share.expiry) = (4, Expiry::Never);
    for (failing, error) in [
        (
            "1 / (share.clips - 4) == 1",
            EvaluationError::DivisionByZero,
        ),
        (
            "1 % (share.clips - 4) == 1",
            EvaluationError::DivisionByZero,
        ),
        (
            "share.cameras[share.clips] == ''",
            EvaluationError::NoElement,
        ),
        ("share.cameras[-1] == ''", EvaluationError::NoElement),
        (
            "share.clips + 9223372036854775807 > 0",
            EvaluationError::OutOfRange,
        ),
        (
            "share.clips * 9223372036854775807 > 0",
            EvaluationError::OutOfRange,
        ),
        (
            "-9223372036854775808 / (share.clips - 5) > 0",
            EvaluationError::OutOfRange,
        ),
        (
            "share.ends + duration('1s') > share.ends",
            EvaluationError::OutOfRange,
        ),
        (
            "share.ends - share.created > share.age",
            EvaluationError::OutOfRange,
        ),
        (
            "share.lifetime + share.age > share.age",
            EvaluationError::OutOfRange,
        ),
        (
            "share.created.getHours(share.title) > 1",
            EvaluationError::Argument,
        ),
    ] {
        let text = format!("share.clips == 4 && {failing}");
        assert_eq!(on(&share, &text), Err(error), "{text}");
    }
}

#[test]
fn time_alone_changes_only_what_names_the_age() {
    for (text, depends) in [
        ("share.age > duration('1h')", true),
        (
            "share.sound || ['a'].exists(a, share.age > duration('1h'))",
            true,
        ),
        ("share.lifetime > duration('1h')", false),
        ("share.title == 'share.age'", false),
    ] {
        assert_eq!(compiled(text).depends_on_time(), depends, "{text}");
    }
}

#[test]
fn an_expression_is_its_text() {
    let one = compiled("share.sound ");
    assert_eq!(one, one.clone());
    assert_ne!(one, compiled("share.sound"));
    assert_eq!(
        (one.text(), format!("{one:?}").as_str()),
        ("share.sound ", "Expression(\"share.sound \")")
    );
}

#[test]
fn the_page_has_every_field_and_function() {
    let page = include_str!("../../../../docs/policies.md");
    for field in &super::share::FIELDS {
        let row = format!("| `{}` | {} |", field.name, field.of);
        assert!(page.contains(&row), "{row}");
    }
    for name in functions::names() {
        assert!(
            page.contains(&format!("`{name}")) || page.contains(&format!(".{name}(")),
            "{name}"
        );
    }
    let examples = page.split("```yaml\n").skip(1);
    let lines = examples.flat_map(|rest| rest.split("```").next().unwrap_or_default().lines());
    let texts = lines
        .filter_map(|line| line.split_once("expression: "))
        .map(|(_, text)| text.trim_matches('\''));
    assert!(texts.map(compiled).count() >= 5);
}
