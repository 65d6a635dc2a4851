//! `POST /api/report/getAuditFeed`: what happened between two moments, and who did it. There is no paging,
//! and how many events an answer has, in which order, and whether its bounds are part of it is not stated.
//! `displayText` repeats what the other fields say, in words of people's: it is passed over.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::call::Operation;
use super::client::json;
use super::envelope::Completeness;
use super::field::{Lenient, Title};
use super::list::{ListReader, Sink};
use super::optional::repeats;
use super::{ApiKey, Client, Credential, Error};
use crate::share::{
    ACTIONS, Activity, ActivityKey, ActivityPage, Id, MalformedCounts, Origin, Principal,
    PrincipalKind, Private, Source, UnixMillis,
};

/// The path of the operation below `/api/`.
const PATH: &str = "report/getAuditFeed";
/// The name of the list in the answer.
const LIST: &str = "auditEvents";

/// The moments between which is asked. Whether they are part of it is not stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedBounds {
    /// The earlier one.
    pub after: UnixMillis,
    /// The later one.
    pub before: UnixMillis,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    include_actions: Vec<&'static str>,
    timestamp_ms_after: i64,
    timestamp_ms_before: i64,
}

impl Client {
    /// Asks what happened between two moments, with retries, within this time.
    ///
    /// # Errors
    /// When no answer came, or one that says it failed. That one is not whole is no error.
    pub async fn activities(
        &self,
        bounds: FeedBounds,
        credential: &Credential,
        within: Duration,
    ) -> Result<ActivityPage, Error> {
        let request = Request {
            include_actions: ACTIONS.iter().map(|(action, _)| *action).collect(),
            timestamp_ms_after: bounds.after.0,
            timestamp_ms_before: bounds.before.0,
        };
        let operation = Operation {
            source: Some(Source::AuditFeed),
            path: PATH,
            body: json(&request),
            credential,
            deadline: Instant::now() + within,
        };
        let limit = self.caller.limits.max_value_bytes();
        let reader = |now| reader(limit, credential.key().clone(), now);
        let (activities, completeness) = self.whole_list(&operation, reader).await?;
        Ok(ActivityPage {
            partial: completeness == Completeness::Partial,
            ..activities.into_page()
        })
    }
}

/// An event, as Rhombus tells it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AuditEvent {
    uuid: Lenient<String>,
    org_uuid: Lenient<Id>,
    action: Lenient<Title>,
    timestamp: Lenient<String>,
    failure: Lenient<bool>,
    principal_name: Lenient<Title>,
    principal_uuid: Lenient<String>,
    principal_type: Lenient<Title>,
    client_type: Lenient<Title>,
    source_ip: Lenient<Title>,
    source_city: Lenient<Title>,
    source_state: Lenient<Title>,
    source_country: Lenient<Title>,
    user_agent: Lenient<Title>,
    target_uuid: Lenient<String>,
    target_name: Lenient<Title>,
}

/// Reads an answer as it arrives.
pub type ActivitiesReader = ListReader<Activities>;

/// A reader of an answer that began to arrive at `now`, to who asks by `key`; a single value in it may have
/// `max_value_bytes`.
pub fn reader(max_value_bytes: usize, key: ApiKey, now: UnixMillis) -> ActivitiesReader {
    let activities = Activities {
        key,
        now,
        page: ActivityPage::default(),
        kept_bytes: 0,
    };
    ListReader::new(LIST, max_value_bytes, activities)
}

/// What was told so far.
#[derive(Debug)]
pub struct Activities {
    /// What no text may repeat.
    key: ApiKey,
    now: UnixMillis,
    page: ActivityPage,
    kept_bytes: u64,
}

impl Activities {
    /// What was told: to be believed only from an answer that came to its end.
    pub fn into_page(self) -> ActivityPage {
        self.page
    }

    /// All events are of one organisation; one that says another is not understood.
    fn learn_org_uuid(&mut self, uuid: Lenient<Id>) {
        let page = &mut self.page;
        match (uuid.0, &page.org_uuid) {
            (Ok(None), _) => {}
            (Ok(Some(uuid)), Some(known)) if uuid == *known => {}
            (Ok(Some(uuid @ Id::Uuid(_))), None) => page.org_uuid = Some(uuid),
            _ => drop(Lenient::<()>::MALFORMED.known("orgUuid", &mut page.malformed)),
        }
    }

    fn activity(&mut self, event: AuditEvent) -> Activity {
        self.learn_org_uuid(event.org_uuid);
        let mut reading = Reading {
            key: &self.key,
            malformed: &mut self.page.malformed,
        };
        let uuid = reading.id("uuid", event.uuid);
        let at = reading.moment(event.timestamp);
        let principal_type = reading.text("principalType", event.principal_type);
        let mut activity = Activity {
            key: ActivityKey::of_fields([]),
            uuid,
            at: at.unwrap_or(self.now),
            is_dated: at.is_some(),
            action: reading.plain("action", event.action).unwrap_or_default(),
            failure: event
                .failure
                .known("failure", reading.malformed)
                .unwrap_or_default(),
            principal: Principal {
                kind: principal_type.map_or_else(PrincipalKind::default, |kind| {
                    PrincipalKind::parse(kind.reveal())
                }),
                name: reading.text("principalName", event.principal_name),
                uuid: reading.id("principalUuid", event.principal_uuid),
            },
            client_type: reading.plain("clientType", event.client_type),
            origin: Origin {
                ip: reading.text("sourceIp", event.source_ip),
                user_agent: reading.text("userAgent", event.user_agent),
                city: reading.text("sourceCity", event.source_city),
                state: reading.text("sourceState", event.source_state),
                country: reading.plain("sourceCountry", event.source_country),
            },
            target: reading.id("targetUuid", event.target_uuid),
            target_name: reading.text("targetName", event.target_name),
        };
        activity.key = key(&activity);
        activity
    }
}

impl Sink for Activities {
    type Record = AuditEvent;

    /// An element that is no object says nothing that could be kept.
    fn take(&mut self, record: Lenient<AuditEvent>) {
        self.page.told += 1;
        let Some(event) = record.0.ok().flatten() else {
            Lenient::<()>::MALFORMED.known("record", &mut self.page.malformed);
            return;
        };
        let activity = self.activity(event);
        self.kept_bytes += activity.bytes();
        self.page.activities.push(activity);
    }

    fn kept_bytes(&self) -> u64 {
        self.kept_bytes
    }
}

/// How the fields of an event are read.
struct Reading<'a> {
    key: &'a ApiKey,
    malformed: &'a mut MalformedCounts,
}

impl Reading<'_> {
    /// A text as far as it is kept, unless whoever answers for Rhombus has put the key into it.
    fn text(&mut self, field: &'static str, text: Lenient<Title>) -> Option<Private> {
        let text = text.known(field, self.malformed).and_then(Title::said)?;
        (!repeats(text.reveal(), self.key)).then_some(text)
    }

    /// A word of Rhombus's own.
    fn plain(&mut self, field: &'static str, text: Lenient<Title>) -> Option<Box<str>> {
        Some(self.text(field, text)?.reveal().into())
    }

    /// An empty text names nothing.
    fn id(&mut self, field: &'static str, text: Lenient<String>) -> Option<Id> {
        let text = text.known(field, self.malformed)?;
        (!text.is_empty() && !repeats(&text, self.key)).then(|| Id::parse(&text))
    }

    /// Every event has a time; where it can't be read, that is counted.
    fn moment(&mut self, text: Lenient<String>) -> Option<UnixMillis> {
        let moment = text.and_then(|text| UnixMillis::parse_rfc3339(&text));
        let moment = moment.0.ok().flatten();
        if moment.is_none() {
            Lenient::<()>::MALFORMED.known("timestamp", self.malformed);
        }
        moment
    }
}

/// What tells an event from others: its uuid, or else all that it says. When it was told is no part of it.
fn key(activity: &Activity) -> ActivityKey {
    if let Some(uuid) = &activity.uuid {
        return ActivityKey::of_uuid(uuid);
    }
    let principal = &activity.principal;
    let private = [
        &principal.name,
        &activity.target_name,
        &activity.origin.ip,
        &activity.origin.user_agent,
        &activity.origin.city,
        &activity.origin.state,
    ];
    let private = private.map(|text| text.as_ref().map(Private::reveal));
    let ids = [&principal.uuid, &activity.target].map(|id| id.as_ref().map(Id::to_string));
    let at = activity.is_dated.then(|| activity.at.rfc3339());
    let rest = [
        at.as_deref(),
        Some(&*activity.action),
        Some(if activity.failure { "failure" } else { "" }),
        Some(principal.kind.as_str()),
        activity.client_type.as_deref(),
        activity.origin.country.as_deref(),
    ];
    let ids = ids.iter().map(Option::as_deref);
    ActivityKey::of_fields(rest.into_iter().chain(private).chain(ids))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::{ACTIVITY_FIELDS, Doing, Viewer};

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
    const A: &str = "AAAAAAAAAAAAAAAAAAAAAQ";
    const B: &str = "AAAAAAAAAAAAAAAAAAAAAg";

    fn page(elements: &str) -> ActivityPage {
        let key = ApiKey::new("s3cret-key").unwrap();
        let mut reader = reader(1 << 20, key, NOW);
        let body = format!(r#"{{"auditEvents":[{elements}],"error":false}}"#);
        reader.push(body.as_bytes()).expect("it is a list");
        let page = reader.finish().expect("it is whole").0.into_page();
        let is_known = |field: &&str| ACTIVITY_FIELDS.contains(field);
        assert!(page.malformed.keys().all(is_known), "{:?}", page.malformed);
        page
    }

    fn one(element: &str) -> Activity {
        let mut page = page(element);
        assert_eq!(page.activities.len(), 1, "{element}");
        page.activities.remove(0)
    }

    fn view() -> String {
        format!(
            r#"{{"uuid":"{A}","orgUuid":"{B}","action":"VIEW_SHARE_CLIP",
                "timestamp":"2026-11-29T12:00:00.250Z","displayText":"view: Lobby","failure":false,
                "principalName":null,"principalUuid":"{B}","principalType":"SHARED_CLIP",
                "clientType":"SHARE_SSO","sourceIp":"192.0.2.7","sourceCity":"Utrecht",
                "sourceState":"Utrecht","sourceCountry":"Netherlands","userAgent":"VLC/3",
                "targetUuid":"{B}","targetName":"Lobby","selectiveUpdateStr":null,"asi":null,
                "FOOBAR":[{{}}]}}"#
        )
    }

    #[test]
    fn an_event_says_who_did_what_to_which_share_from_where() {
        let page = page(&view());
        assert_eq!((page.told, page.org_uuid), (1, Some(Id::parse(B))));
        assert!(page.malformed.is_empty());
        let activity = &page.activities[0];
        let expected = Activity {
            key: ActivityKey::of_uuid(&Id::parse(A)),
            uuid: Some(Id::parse(A)),
            at: UnixMillis(1_795_953_600_250),
            is_dated: true,
            action: "VIEW_SHARE_CLIP".into(),
            failure: false,
            principal: Principal {
                kind: PrincipalKind::SharedClip,
                name: None,
                uuid: Some(Id::parse(B)),
            },
            client_type: Some("SHARE_SSO".into()),
            origin: Origin {
                ip: Some("192.0.2.7".into()),
                user_agent: Some("VLC/3".into()),
                city: Some("Utrecht".into()),
                state: Some("Utrecht".into()),
                country: Some("Netherlands".into()),
            },
            target: Some(Id::parse(B)),
            target_name: Some("Lobby".into()),
        };
        assert_eq!(*activity, expected);
        assert_eq!(activity.doing(), Doing::Viewed);
        assert_eq!(activity.viewer(), Some(Viewer::Sso));
    }

    #[test]
    fn what_can_not_be_understood_is_counted_and_costs_nothing_beside_it() {
        for odd in ["7", r#""\ud800""#, "1e999", "[]", r#"{"a":1}"#, "true"] {
            let element = view()
                .replace(r#""Utrecht""#, odd)
                .replace(r#""2026-11-29T12:00:00.250Z""#, odd);
            let page = page(&element);
            let counts: Vec<_> = page.malformed.into_iter().collect();
            let expected = [("sourceCity", 1), ("sourceState", 1), ("timestamp", 1)];
            assert_eq!(counts, expected, "{odd}");
            let activity = &page.activities[0];
            assert_eq!((activity.at, activity.is_dated), (NOW, false));
            assert_eq!(activity.origin.ip, Some("192.0.2.7".into()));
        }
        let page = page(r#"null,5,[],"x",{}"#);
        assert_eq!((page.told, page.activities.len()), (5, 1));
        let counts: Vec<_> = page.malformed.into_iter().collect();
        assert_eq!(counts, [("record", 4), ("timestamp", 1)]);
    }

    #[test]
    fn an_event_of_another_organisation_is_counted() {
        let other = view().replace(
            &format!(r#""orgUuid":"{B}""#),
            &format!(r#""orgUuid":"{A}""#),
        );
        let page = page(&format!("{},{other}", view()));
        assert_eq!(page.org_uuid, Some(Id::parse(B)));
        assert_eq!(page.malformed.get("orgUuid"), Some(&1));
    }

    #[test]
    fn texts_are_cut_and_none_repeats_the_key() {
        let element = view()
            .replace("Utrecht", &"é".repeat(500))
            .replace("VLC/3", "my s3cret-key")
            .replace("SHARE_SSO", "s3cret-key");
        let activity = one(&element);
        assert_eq!(activity.origin.city, Some("é".repeat(100).into()));
        assert_eq!(
            (activity.origin.user_agent, activity.client_type),
            (None, None)
        );
    }

    #[test]
    fn an_event_without_a_uuid_is_told_from_others_by_what_it_says() {
        let without = view().replace(&format!(r#""uuid":"{A}""#), r#""uuid":"""#);
        let activity = one(&without);
        assert_eq!(activity.uuid, None);
        assert_eq!(one(&without).key, activity.key);
        // Nor does its text count, which may be in any language.
        let text = without.replace("view: Lobby", "bezien");
        assert_eq!(one(&text).key, activity.key);
        for (before, after) in [
            ("12:00:00.250", "12:00:00.251"),
            ("VIEW_SHARE_CLIP", "VIEW_SHARE_STREAM"),
            ("192.0.2.7", "192.0.2.8"),
            ("SHARE_SSO", "SHARE_RAW"),
            (r#""failure":false"#, r#""failure":true"#),
            (r#""principalUuid":"#, r#""x":"#),
        ] {
            assert_ne!(
                one(&without.replace(before, after)).key,
                activity.key,
                "{after}"
            );
        }
        // One whose time can't be read is the same whenever it is told.
        let undated = without.replace("2026-11-29T12:00:00.250Z", "yesterday");
        let key = ApiKey::new("k").unwrap();
        let mut later = reader(1 << 20, key, NOW.after(Duration::from_secs(60)));
        let body = format!(r#"{{"auditEvents":[{undated}]}}"#);
        later.push(body.as_bytes()).expect("it is a list");
        let later = later.finish().expect("it is whole").0.into_page();
        assert_eq!(later.activities[0].key, one(&undated).key);
    }

    #[test]
    fn what_is_kept_is_counted() {
        let key = ApiKey::new("k").unwrap();
        let mut reader = reader(1 << 20, key, NOW);
        reader.push(br#"{"auditEvents":["#).expect("JSON");
        for _ in 0..10 {
            let element = view().replace("Lobby", &"x".repeat(150)) + ",";
            reader.push(element.as_bytes()).expect("JSON");
        }
        let least = size_of::<Activity>() as u64 + 150;
        assert!(reader.sink().kept_bytes() >= 10 * least);
    }
}
