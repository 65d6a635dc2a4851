//! The section `policy` and the file of exceptions as they are written: unknown keys rejected, nothing
//! judged yet. A row is the field, what an editor shows of it, and its schema.

use serde::Deserialize;
use serde_json::json;
use serde_saphyr::Spanned;

use super::{DAYS, MAX_EXCEPTION_DAYS, NAME_MAX_BYTES, SERIES, WORDS_MAX_CHARS, rules};
use crate::config::file::Text;
use crate::config::schema::{self, Key, Section, Shape, section};
use crate::policy::{SeriesLimit, Severity, built_in};
use crate::share::{Protection, ShareKind};

/// What is expected of an end.
const UNTIL: &str = "expected a day such as 2027-01-31, or a moment such as 2027-01-31T12:00:00Z";

/// Several values.
pub(super) type Texts = Spanned<Vec<Text>>;

section! {
    /// The section `policy`.
    PolicyFile {
        /// Changes of rules that are built in, and others. All fields of a rule must hold for it to be broken.
        rules: Spanned<Vec<Spanned<RuleFile>>> = schema::list_of_any(rule());
        /// Why some links may break some rules, who answers for that, and until when.
        exceptions: Spanned<Vec<Spanned<ExceptionFile>>> = schema::list_of_any(exception());
        /// A file with more exceptions, which is read again when it changes; a relative path starts from the
        /// directory of this file.
        exceptions_file: Text = schema::path();
        /// How many days ahead the end of an exception may be.
        max_exception_days: Text = schema::count(&DAYS).default(MAX_EXCEPTION_DAYS);
        /// How many violations of one organisation have a series of their own.
        violation_series_limit: Text =
            schema::count(&SERIES).default(SeriesLimit::default().organization);
    }
}

section! {
    /// One element of `policy.rules`: `conditions` of `policy::Conditions`, and what is said of them.
    RuleFile {
        /// What it is called. The name of a rule that is built in changes that one.
        name: Text = built_in_or_own().needed();
        /// How bad it is that the rule is broken.
        severity: Text = schema::one_of(Severity::ALL.map(Severity::label));
        /// What it is for, in one line.
        description: Text = schema::words(WORDS_MAX_CHARS);
        /// false switches it off.
        enabled: Text = schema::switch().default(true);
        /// The link is of one of these kinds.
        kinds: Texts = schema::list(kind());
        /// What stands between the link and the footage is one of these.
        protection: Texts = schema::list(schema::one_of(Protection::ALL.map(Protection::label)));
        /// It never ends (true), or ends some day (false).
        never_expires: Text = schema::switch();
        /// It is open to anyone, and was made longer ago than this.
        open_longer_than: Text = schema::duration(&rules::DURATION);
        /// It lives longer than this from its creation to its end; one that never ends does.
        lifetime_longer_than: Text = schema::duration(&rules::DURATION);
        /// It ends later than in this time from now; one that never ends does.
        ends_later_than: Text = schema::duration(&rules::DURATION);
        /// It has ended longer ago than this, and is still listed. No other rule is broken by a link that has
        /// ended.
        expired_longer_than: Text = schema::duration(&rules::DURATION);
        /// It gives past footage (true), or doesn't (false).
        past_footage: Text = schema::switch();
        /// It gives sound (true), or doesn't (false).
        sound: Text = schema::switch();
        /// It shows more cameras than this.
        more_cameras_than: Text = schema::count(&rules::CAMERAS);
        /// It shows a camera whose whole name or uuid matches one of these regular expressions.
        cameras: Texts = schema::list(schema::pattern());
        /// It shows a camera at a location whose whole name or uuid matches one of these.
        locations: Texts = schema::list(schema::pattern());
        /// Who streams it, such as USER, matches one of these.
        stream_types: Texts = schema::list(schema::pattern());
        /// It is of an organisation whose whole name matches one of these.
        organizations: Texts = schema::list(schema::pattern());
        /// The name or the sort (USER, API_TOKEN, PARTNER) of who made it matches one of these.
        created_by: Texts = schema::list(schema::pattern());
        /// It was looked at more often than this.
        views_more_than: Text = schema::count(&rules::VIEWS);
        /// An expression in CEL over `share`, which must hold too.
        expression: Text = schema::any_text("expected an expression in CEL");
    }
}

/// The file that `policy.exceptions_file` names. The list may be there and empty, as when there is none yet.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct ExceptionsFile {
    /// As `policy.exceptions`.
    #[serde(default)]
    pub(super) exceptions: Option<Spanned<Vec<Spanned<ExceptionFile>>>>,
}

impl Section for ExceptionsFile {
    fn keys() -> Vec<Key> {
        vec![Key {
            field: "exceptions",
            meaning: "Why some links may break some rules, who answers for that, and until when",
            shape: schema::list_of_any(exception()).with("type", json!(["array", "null"])),
        }]
    }
}

section! {
    /// One element of `exceptions`.
    ExceptionFile {
        /// What it is called. No two have the same name.
        name: Text = schema::plain_name(NAME_MAX_BYTES).needed();
        /// Which links. All that is said must hold.
        r#match: Spanned<MatchFile> = schema::object::<MatchFile>("Which links").with("minProperties", 1).needed();
        /// The rules that they may break, or "*" alone for all.
        policies: Texts = schema::names_or_all(&built_in_names(), NAME_MAX_BYTES).needed();
        /// Why they may stay, with the ticket where there is one.
        reason: Text = schema::words(WORDS_MAX_CHARS).needed();
        /// Who answers for it.
        owner: Text = schema::words(WORDS_MAX_CHARS).needed();
        /// Its last day by UTC, such as 2027-01-31, or the moment from which on it covers nothing, such as
        /// 2027-01-31T12:00:00Z; at most max_exception_days ahead.
        until: Text = schema::plain_text(schema::UNTIL, UNTIL).needed();
    }
}

section! {
    /// What of a share must all be so.
    MatchFile {
        /// The ref of the link: 12 hexadecimal digits, as pages, metrics and commands show it.
        share: Text = schema::reference();
        /// A regular expression that matches the whole name of its organisation.
        org: Text = schema::pattern();
        /// Its kind.
        kind: Text = kind();
        /// A regular expression that matches its whole title.
        title: Text = schema::pattern();
        /// A regular expression that matches the whole name or uuid of each of its cameras.
        camera: Text = schema::pattern();
        /// A regular expression that matches the whole name or uuid of the location of each of its cameras.
        location: Text = schema::pattern();
        /// A regular expression that matches the whole name or the sort of who made it.
        created_by: Text = schema::pattern();
        /// An expression in CEL over `share`.
        expression: Text = schema::any_text("expected an expression in CEL");
    }
}

/// A rule. One of one's own says something of a link: one that says nothing would be broken by each.
fn rule() -> Shape {
    const SAID_OF_IT: [&str; 4] = ["name", "severity", "description", "enabled"];
    let expected =
        "a rule of one's own says something of a link: add a field such as protection: [none]";
    let name = json!({ "enum": built_in_names(), "errorMessage": expected });
    let is_built_in = json!({ "properties": { "name": name } });
    let fields = RuleFile::keys();
    let fields = fields.iter().map(Key::name);
    let fields = fields.filter(|name| !SAID_OF_IT.contains(name));
    let has_one = fields.map(|name| json!({ "required": [name] }));
    let either: Vec<_> = [is_built_in].into_iter().chain(has_one).collect();
    schema::object::<RuleFile>("Rule").with("anyOf", either)
}

fn exception() -> Shape {
    schema::object::<ExceptionFile>("Exception")
}

fn kind() -> Shape {
    schema::one_of(ShareKind::ALL.map(ShareKind::label))
}

fn built_in_names() -> Vec<String> {
    let rules = built_in::rules();
    rules.iter().map(|rule| rule.name.to_string()).collect()
}

/// The name of a rule, which may be one that is built in.
fn built_in_or_own() -> Shape {
    let names = built_in_names();
    schema::plain_name(NAME_MAX_BYTES).with("examples", names)
}
