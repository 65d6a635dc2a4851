//! Recorded shares with what is expected of them: the file of `policy test`. What is not said of a share
//! is so that it breaks no built-in rule.

mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use serde_saphyr::Spanned;

use file::{CameraFile, ExpectFile, ShareFile, TestFile, TestsFile};

use super::rules::{VIEWS, kind, protection};
use super::until::moment;
use super::{PolicySection, exceptions, read_text, value_of};
use crate::config::credentials::Reader;
use crate::config::file::{Source, Text};
use crate::config::problem::{ConfigError, Report};
use crate::config::{Environment, organization_name, syntax, value};
use crate::policy::{Policy, Subject};
use crate::share::{
    Act, AttributedShares, Attribution, CameraName, CameraNames, Expiry, ExpiryReading, Id, Media,
    Protection, Ref, Share, ShareKind, Traits, UnixMillis, Unread,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Beyond all that Rhombus can state.
const DURATION: std::ops::RangeInclusive<Duration> =
    Duration::ZERO..=Duration::from_secs(200 * 366 * 24 * 60 * 60);
/// More than a page has room for.
const CLIPS: std::ops::RangeInclusive<u32> = 0..=1_000_000;

/// What each recorded share is called, by which what is known of it is found.
const SHARE: Id = Id::Uuid([0; 16]);

/// Recorded shares with what is expected of them.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyTests {
    /// When they are looked at.
    pub now: UnixMillis,
    /// In the order in which they are written.
    pub tests: Vec<PolicyTest>,
}

/// One share, and what is expected of it.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyTest {
    /// What it is called.
    pub name: String,
    /// Exactly the rules that it breaks and that no exception covers.
    pub violations: BTreeSet<String>,
    /// Exactly those that one covers, each with its exception.
    pub excepted: BTreeMap<String, String>,
    org: String,
    share: Share,
    cameras: CameraNames,
    attributions: AttributedShares,
}

impl PolicyTest {
    /// What is judged.
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            org: &self.org,
            share: &self.share,
            cameras: &self.cameras,
            attributions: Some(&self.attributions),
        }
    }
}

impl PolicySection {
    /// Reads recorded shares, which are looked at `now` where the file does not say when.
    ///
    /// # Errors
    /// All that is wrong with the file.
    pub fn read_tests(&self, path: &Path, now: UnixMillis) -> Result<PolicyTests, ConfigError> {
        let mut report = Report::default();
        let name = path.display().to_string();
        match read_text("the tests", path, &name, &mut report) {
            Some(text) => self.parse_tests(&name, &text, now),
            None => Err(report.into_error()),
        }
    }

    /// The same of a text. `name` stands in messages.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn parse_tests(
        &self,
        name: &str,
        text: &str,
        now: UnixMillis,
    ) -> Result<PolicyTests, ConfigError> {
        let mut report = Report::default();
        let source = Source { name };
        let file = match syntax::parse::<Option<TestsFile>>(text) {
            Ok(file) => file.unwrap_or_default(),
            Err(fault) => {
                report.problem(source.place_of_line(fault.line, &fault.key), fault.text);
                return Err(report.into_error());
            }
        };
        let mut reader = Reader {
            source,
            env: &Environment::default(),
            report: &mut report,
        };
        let now = reader
            .value("now", file.now.as_ref(), moment)
            .flatten()
            .unwrap_or(now);
        let list = file.tests.map(|list| list.value).unwrap_or_default();
        if list.is_empty() {
            let what = "there is no test: add a list `tests`, each with name, share and expect";
            reader.report.problem(name, what);
        }
        let tests = list.iter().enumerate().filter_map(|(index, item)| {
            let path = format!("tests[{index}]");
            reader.test(&path, item, &self.policy, now)
        });
        let tests = tests.collect();
        Ok(report.finish_with(PolicyTests { now, tests })?.0)
    }
}

impl Reader<'_> {
    fn test(
        &mut self,
        path: &str,
        item: &Spanned<TestFile>,
        policy: &Policy,
        now: UnixMillis,
    ) -> Option<PolicyTest> {
        let file = &item.value;
        for (name, is_missing, what) in [
            ("name", file.name.is_none(), "say what is tested"),
            (
                "expect",
                file.expect.is_none(),
                "say which rules are broken, such as { violations: [] }",
            ),
        ] {
            if is_missing {
                let place = self.source.place(item, &format!("{path}.{name}"));
                self.report
                    .problem(place, format_args!("it is missing: {what}"));
            }
        }
        let name = self.value(&format!("{path}.name"), file.name.as_ref(), super::words);
        let default = ShareFile::default();
        let share = file.share.as_ref().map_or(&default, |share| &share.value);
        let path_of_share = format!("{path}.share");
        let recorded = self.share(&path_of_share, item, share, now);
        let cameras = self.cameras(&path_of_share, share.cameras.as_ref());
        let attribution = self.attribution(&path_of_share, share, now);
        let expected = file.expect.as_ref()?;
        let (violations, excepted) =
            self.expected(&format!("{path}.expect"), &expected.value, policy);
        let (org, mut share) = recorded;
        share.media.cameras = cameras.iter().map(|(id, _)| id.clone()).collect();
        Some(PolicyTest {
            name: name.flatten()?,
            violations,
            excepted,
            org,
            share,
            cameras: cameras
                .into_iter()
                .filter_map(|(id, name)| Some((id, name?)))
                .collect(),
            attributions: [(Ref::of(&SHARE), attribution)].into(),
        })
    }

    /// What the audit feed has told of it, which was read.
    fn attribution(&mut self, path: &str, file: &ShareFile, now: UnixMillis) -> Attribution {
        let mut known = Attribution::default();
        let key = format!("{path}.created_by");
        value_of(self, &key, file.created_by.as_ref(), |text| {
            let made = Act {
                at: now,
                principal: text.into(),
                name: Some(text.into()),
            };
            put(&mut known.made, Ok(Some(made)))
        });
        let key = format!("{path}.views");
        value_of(self, &key, file.views.as_ref(), |text| {
            let views = value::count(text, &VIEWS)?;
            known.views.insert("anonymous", u64::from(views));
            Ok(())
        });
        known
    }

    /// The share but its cameras, and its organisation. What is wrong goes to the report.
    fn share(
        &mut self,
        path: &str,
        item: &Spanned<TestFile>,
        file: &ShareFile,
        now: UnixMillis,
    ) -> (String, Share) {
        let (mut org, mut it) = ("test".to_owned(), harmless(now));
        let key = |name: &str| format!("{path}.{name}");
        let mut set =
            |name, text: Option<&Text>, into: &mut dyn FnMut(&str) -> Result<(), String>| {
                value_of(self, &key(name), text, into);
            };
        set("org", file.org.as_ref(), &mut |text| {
            put(&mut org, organization_name(text))
        });
        set("kind", file.kind.as_ref(), &mut |text| {
            put(&mut it.kind, kind(text))
        });
        set("protection", file.protection.as_ref(), &mut |text| {
            put(&mut it.protection, protection(text))
        });
        set("title", file.title.as_ref(), &mut |text| {
            put(&mut it.title, Ok(Some(text.into())))
        });
        set("stream_type", file.stream_type.as_ref(), &mut |text| {
            put(&mut it.stream_type, Ok(Some(text.into())))
        });
        for (name, text, place) in [
            (
                "past_footage",
                &file.past_footage,
                &mut it.traits.past_footage,
            ),
            ("sound", &file.sound, &mut it.traits.sound),
        ] {
            set(name, text.as_ref(), &mut |text| {
                put(place, value::switch(text))
            });
        }
        set("clips", file.clips.as_ref(), &mut |text| {
            put(&mut it.media.clips, value::count(text, &CLIPS))
        });
        set("duration", file.duration.as_ref(), &mut |text| {
            let duration = value::duration(text, &DURATION);
            put(&mut it.media.duration_secs, duration.map(|it| it.as_secs()))
        });
        set("age", file.age.as_ref(), &mut |text| {
            let age = value::duration(text, &DURATION);
            put(&mut it.created, age.map(|age| Some(now.before(age))))
        });
        set("created", file.created.as_ref(), &mut |text| {
            put(&mut it.created, moment(text).map(Some))
        });
        set("ends_in", file.ends_in.as_ref(), &mut |text| {
            put(&mut it.expiry, ends_in(text, now).map(Expiry::At))
        });
        set("ends", file.ends.as_ref(), &mut |text| {
            put(&mut it.expiry, moment(text).map(Expiry::At))
        });
        set("never_expires", file.never_expires.as_ref(), &mut |text| {
            if value::switch(text)? {
                it.expiry = Expiry::Never;
            }
            Ok(())
        });
        let is_never = it.expiry == Expiry::Never;
        self.check_one(
            path,
            item,
            &[
                ("age", file.age.is_some()),
                ("created", file.created.is_some()),
            ],
        );
        self.check_one(
            path,
            item,
            &[
                ("ends_in", file.ends_in.is_some()),
                ("ends", file.ends.is_some()),
                ("never_expires", is_never && file.never_expires.is_some()),
            ],
        );
        if !it.kind.protections().contains(&it.protection) {
            let place = self.source.place(item, &key("protection"));
            let kind = it.kind.label();
            self.report
                .problem(place, format_args!("a {kind} has no such protection"));
        }
        (org, it)
    }

    /// Of these keys, one is written at most.
    fn check_one(&mut self, path: &str, item: &Spanned<TestFile>, keys: &[(&str, bool)]) {
        let written: Vec<_> = keys
            .iter()
            .filter(|(_, is)| *is)
            .map(|(key, _)| *key)
            .collect();
        if let [first, .., last] = written[..] {
            let place = self.source.place(item, &format!("{path}.{last}"));
            self.report
                .problem(place, format_args!("{first} says it already: delete one"));
        }
    }

    /// Each camera with what it is called, where that is known.
    fn cameras(
        &mut self,
        path: &str,
        list: Option<&Spanned<Vec<Spanned<CameraFile>>>>,
    ) -> Vec<(Id, Option<CameraName>)> {
        let Some(list) = list else {
            let name = CameraName {
                camera: "Camera 1".into(),
                ..CameraName::default()
            };
            return vec![(id(0), Some(name))];
        };
        let cameras = list.value.iter().enumerate().map(|(index, camera)| {
            let CameraFile { name, location } = &camera.value;
            let is_known = name.is_some() || location.is_some();
            let text = |text: &Option<Text>| text.as_ref().map(|text| text.value.as_str().into());
            let name = is_known.then(|| CameraName {
                camera: text(name).unwrap_or_default(),
                location: text(location).unwrap_or_default(),
                location_uuid: None,
            });
            (id(index), name)
        });
        let cameras: Vec<_> = cameras.collect();
        if cameras.len() > usize::from(u16::MAX) {
            let place = self.source.place(list, &format!("{path}.cameras"));
            self.report.problem(place, "expected at most 65535 cameras");
        }
        cameras
    }

    /// The rules that are broken, and those that are excepted.
    fn expected(
        &mut self,
        path: &str,
        file: &ExpectFile,
        policy: &Policy,
    ) -> (BTreeSet<String>, BTreeMap<String, String>) {
        let rule = |text: &str| {
            let known = policy.rules().iter().map(|rule| &*rule.name);
            let rule = policy.rule(text.trim()).map(|rule| rule.name.to_string());
            rule.ok_or_else(|| exceptions::unknown_rule(text.trim(), known))
        };
        let exception = |text: &str| {
            let known = policy.exception(text.trim());
            let name = known.map(|it| it.name.to_string());
            name.ok_or_else(|| "expected the name of an exception".to_owned())
        };
        let violations = file.violations.iter().flat_map(|list| &list.value);
        let violations = violations.enumerate().filter_map(|(index, text)| {
            self.value(&format!("{path}.violations[{index}]"), Some(text), rule)
                .flatten()
        });
        let violations = violations.collect();
        let excepted = file.excepted.iter().flat_map(|map| &map.value);
        let excepted = excepted.filter_map(|(name, text)| {
            let key = format!("{path}.excepted");
            if let Err(expected) = rule(name) {
                let place = self.source.place(text, &key);
                self.report.problem(place, expected);
            }
            Some((
                name.clone(),
                self.value(&key, Some(text), exception).flatten()?,
            ))
        });
        (violations, excepted.collect())
    }
}

/// Puts a value where it belongs, where it is one.
fn put<T>(place: &mut T, value: Result<T, String>) -> Result<(), String> {
    *place = value?;
    Ok(())
}

/// One that breaks no built-in rule.
fn harmless(now: UnixMillis) -> Share {
    Share {
        id: Some(SHARE),
        kind: ShareKind::ClipGroup,
        title: None,
        address: None,
        parent: None,
        protection: Protection::Password,
        created: Some(now),
        expiry: Expiry::At(now.after(DAY)),
        expiry_reading: ExpiryReading::Epoch,
        media: Media::default(),
        traits: Traits::default(),
        stream_type: None,
        unread: Unread::default(),
    }
}

/// The id of a camera by its number.
fn id(number: usize) -> Id {
    Id::Uuid((number as u128).to_be_bytes())
}

/// In which time a share ends; with a `-`, how long ago it has.
fn ends_in(text: &str, now: UnixMillis) -> Result<UnixMillis, String> {
    match text.trim().strip_prefix('-') {
        Some(ago) => Ok(now.before(value::duration(ago, &DURATION)?)),
        None => Ok(now.after(value::duration(text, &DURATION)?)),
    }
}

#[cfg(test)]
mod tests;
