//! A Rhombus API to run against: for the demo, the tests and the benchmarks. It answers as the API
//! is documented to, and as no API should ([`Fault`]). It uses nothing of the exporter's, so that
//! a mistake in the exporter's decoder can't hide behind the same one here. It must be served on
//! loopback only, since its control routes ask for no key.
//!
//! | route | what it does |
//! |---|---|
//! | `POST /api/event/getSharedClipGroupsV2` | the list, as documented |
//! | `POST /api/video/getSharedTimelapseGroups`, `…/camera/findAllSharedLiveVideoStreams`, `…/camera/getVideoWalls`, `…/camera/findSharedVideoWalls` | the lists of the other kinds, as documented |
//! | `POST /api/camera/findSharedLiveVideoStreams`, `…/doorbellcamera/findSharedLiveVideoStreams` | the shared live streams of one device |
//! | `POST /api/camera/getMinimalCameraStateList` | the cameras, each with how many of its streams are shared |
//! | `POST /api/camera/getMinimalCameraLocationMap` | what each of them is called, and where it is: by its `name` and `locationUuid`, and the `locationName` of one that was put |
//! | `POST /api/org/getOrgV2` | the organisation of the key, as documented |
//! | `POST /api/permission/getPermissionsForCurrentUser` | what the key may do: all, unless something else was put |
//! | `POST /api/partner/getClientsV2` | the clients of a partner, as documented |
//! | `POST /api/event/deleteSharedClipGroupV2`, `…/video/deleteSharedTimelapseGroup`, `…/camera/deleteSharedLiveVideoStream`, `…/camera/deleteSharedVideoWall` | take a share down; one of a device or a wall only where that is named too |
//! | `POST /api/report/getAuditFeed` | what happened, by action and within bounds; 403 for a key that is no super admin and has no `REPORT_ADMINISTRATION` |
//! | `POST /api/report/getAuditFeedForTarget` | what happened to one thing: 404, unless a switch says that there is such an operation |
//! | `GET /simulator/{list}` | `{"count": n}` of what is listed; the lists are `clip_groups`, `timelapse_groups`, `live_streams`, `video_walls`, `video_wall_shares`, `cameras` |
//! | `DELETE /simulator/{list}` | takes every record away |
//! | `PUT /simulator/{list}/{uuid}` | puts one record: a JSON object, sent as it came |
//! | `DELETE /simulator/{list}/{uuid}` | takes one record away |
//! | `PUT /simulator/{list}/{uuid}/unlisted` | lists a record no longer, though its camera or wall counts it |
//! | `DELETE /simulator/{list}/{uuid}/unlisted` | lists it again |
//! | `GET /simulator/audit_events` | `{"count": n}` of the events that there are, of any time until now |
//! | `DELETE /simulator/audit_events` | takes them all away, and those that the world would have of its own from now on |
//! | `PUT /simulator/audit_events/{uuid}` | puts one event in the place of that with this uuid, or beside the others: a JSON object, sent as it came, at the time that its `timestamp` says |
//! | `DELETE /simulator/audit_events/{uuid}` | takes one event away |
//! | `PUT /simulator/organization` | `{"uuid": "…", "name": "…", "supportAccessAllowedUntil": 1800000000, "partnerAccessAllowedUntil": null}`: who the key belongs to, and who may enter; what is missing stays |
//! | `PUT /simulator/permissions` | `{"superAdmin": false, "permissionGroupName": "…"}`: what the key may do, by the members of the answer, of any type; what is missing stays |
//! | `GET /simulator/clients` | `{"count": n}` of the records in the list of a partner's clients |
//! | `DELETE /simulator/clients` | takes them all away |
//! | `PUT /simulator/clients/{uuid}` | `{"name": "…", "groups": 20, "clientAccessAllowed": false}`: makes the organisation with this uuid a client, and a new one where there is none. `name` renames it, `groups` gives it another generated world; any other member is sent in its record, as it is put; what is missing stays. One whose `clientAccessAllowed` is false answers its partner with 403 |
//! | `DELETE /simulator/clients/{uuid}` | it is a client no more: calls as it get 403. Its world stays |
//! | `PUT /simulator/client_records/{name}` | lists one record more: a JSON object, sent as it came, which opens nothing |
//! | `DELETE /simulator/client_records/{name}` | takes such a record away |
//! | `PUT /simulator/unstated` | how it acts where the documentation says nothing: any of the switches below; what is missing is as it was at first |
//! | `DELETE /simulator/unstated` | as it was at first |
//! | `PUT /simulator/fault` | sets the fault of an operation: `{"fault": "server_error", "operation": "clip_groups", "times": 2, "status": 503}` |
//! | `DELETE /simulator/fault` | clears it |
//! | `PUT /simulator/pace` | sets the request limit: `{"per_second": 1, "burst": 5}` |
//! | `DELETE /simulator/pace` | clears it |
//! | `PUT /simulator/clock` | what time its answers say it is: `{"ahead_seconds": 60}`, `{"date": "rubbish"}`, or `{"date": null}` for no `Date` at all |
//! | `DELETE /simulator/clock` | the right time again |
//! | `GET /simulator/requests` | what was seen of an operation: counts, most at once, times of arrival, last bounds |
//! | `DELETE /simulator/requests` | forgets it |
//!
//! Control routes take `?org=`: the key of an organisation or a partner, or the uuid of an organisation,
//! such as a client. Those of clients mean a partner, and without `?org=` the first. The others:
//! without it, records and names are those of the first organisation, the fault is set for all whose
//! operation it is, the pace and what is unstated for everyone, and the requests are all there were.
//! Those of faults and requests are of the clip groups, unless they name another
//! [`Operation`]: `?operation=organization`, or, to set a fault, the field `operation` beside its
//! own. The pace is of all operations together, and the clock of all organisations.
//!
//! An organisation's key is used with the `x-auth-scheme` `api-token`, and one that needs a client
//! certificate with `api`; a partner's with `partner-api-token` or `partner-api`, and with `x-auth-org`
//! for every operation but its list of clients. A partner's faults and requests are those of every call
//! with its key, its pace is that of its list.
//!
//! What happened is worked out, as what is shared is: shares were made, their links sent, looked at, and
//! taken down; keys and integrations came and went. What control routes and deletions do is an event of its
//! own, of a person or of the key, at that moment: a record that is put where there was none, or taken away, and
//! who may enter. Nothing is told of a change to a share, nor of who makes or deletes one of timelapses, since
//! Rhombus has no action for it. The newest 50,000 of those are kept.
//!
//! | switch | what it does |
//! |---|---|
//! | `"hides_ended": true` | shares that have ended are listed no more |
//! | `"counts_no_ended": true` | cameras and walls don't count the shares that have ended |
//! | `"unprotected": "plain"`, `"null"`, `"absent"` | how a share says that it asks for no password |
//! | `"never": "plain"`, `"null"`, `"absent"` | how a share says that it never ends |
//! | `"expiration": "epoch"`, `"ttl"` | how a share says when it ends |
//! | `"nothing": "plain"`, `"null"`, `"absent"` | how an answer says that it lists nothing |
//! | `"excludes_bounds": true` | the bounds of a request leave out their own moment |
//! | `"timelapses_in_seconds": true` | the moments of a timelapse are in seconds |
//! | `"durations_in_millis": true` | the durations of timelapses are in milliseconds |
//! | `"stream_names": "camera"`, `"device"` | which of its two fields for a device a stream has, instead of both |
//! | `"names_facets": true` | cameras are named by their facets: `….v0` |
//! | `"hides_doorbells": true` | the streams of doorbells are not among those of all devices |
//! | `"hides_private_walls": true` | walls that their owner shares with nobody are not listed |
//! | `"hides_share_counts": true` | no wall and no camera says how many shares it has |
//! | `"partner_spends": "client"`, `"partner"`, `"both"` | whose budget a partner's call as a client spends: the client's, unless it is said |
//! | `"hides_client_access": true` | no client says whether it lets its partner in |
//! | `"hides_client_counts": true` | what a client counts is null |
//! | `"audit_page": {"newest": 1000}`, `{"oldest": 1000}` | how many events an answer of the audit feed has at most, and which |
//! | `"audit_order": "newest"`, `"oldest"`, `"shuffled"` | in which order they come: the newest first, unless it is said |
//! | `"audit_excludes_bounds": true` | the bounds of the audit feed leave out their own moment |
//! | `"audit_names": "both"`, `"principal"`, `"target"` | whether the event of a view names the share as who did it, as what it was done to, or as both |
//! | `"audit_wrong_passwords": true` | a wrong password at a share is an event, of a view that failed |
//! | `"audit_late_seconds": 90` | an event is told so many seconds after it happened; one that was put, at once |
//! | `"has_feed_for_target": true` | there is `report/getAuditFeedForTarget` |
//! | `"limits_shares": true`, `"limits_cameras": true` | a key that is no super admin is not told the shares, or the cameras, outside its locations |

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test may end at what it did not expect"
    )
)]

mod api;
mod clients;
mod clock;
mod control;
mod directory;
mod document;
mod fault;
mod gzip;
mod journal;
mod operation;
mod org;
mod pace;
mod server_date;
#[cfg(test)]
mod tests;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use axum::Router;
use axum::middleware::map_response_with_state;

pub use clock::Clock;
pub use fault::{Encoding, Fault, RetryAfter, Trailer};
pub use operation::Operation;
pub use pace::Pace;
pub use world::{Place, WorldKind};

use clock::UnixMillis;
use directory::Directory;
use journal::Journal;
use server_date::ServerDate;

/// What is simulated. It holds keys, so it is not printable.
pub struct Settings {
    /// The organisations; a key that belongs to none is answered with 401.
    pub orgs: Vec<OrgSettings>,
    /// The partners. A client with the uuid of an organisation that is there is that organisation.
    pub partners: Vec<PartnerSettings>,
    /// Whether answers are compressed for clients that accept gzip.
    pub gzip: bool,
    /// How many requests each organisation and each partner may make; none: any number.
    pub pace: Option<Pace>,
}

/// One organisation.
pub struct OrgSettings {
    /// The key that opens it; none: any key that opens no other.
    pub api_key: Option<String>,
    /// How that key is used.
    pub credential: Credential,
    /// What it is called.
    pub name: String,
    /// What it shares.
    pub world: WorldKind,
}

/// How a key is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credential {
    /// By itself.
    #[default]
    Token,
    /// With a client certificate, which whoever serves the simulator has to demand.
    Certificate,
}

/// One partner.
pub struct PartnerSettings {
    /// The key that opens it and its clients.
    pub api_key: String,
    /// How that key is used.
    pub credential: Credential,
    /// What it is called.
    pub name: String,
    /// Whom it may ask for.
    pub clients: Vec<ClientSettings>,
}

/// One client of a partner. It takes little memory until it is asked.
pub struct ClientSettings {
    /// What `x-auth-org` says; none: the uuid of its world, which empty ones share.
    pub uuid: Option<String>,
    /// What it is called.
    pub name: String,
    /// What it shares.
    pub world: WorldKind,
    /// Whether it lets the partner in.
    pub lets_in: bool,
}

impl Settings {
    /// One organisation that any key opens; no compression, no request limit.
    pub fn any_key(world: WorldKind) -> Self {
        Self {
            orgs: vec![OrgSettings {
                api_key: None,
                credential: Credential::Token,
                name: "Simulated organisation".to_owned(),
                world,
            }],
            partners: Vec::new(),
            gzip: false,
            pace: None,
        }
    }
}

/// The state of the simulated API. Cheap to clone; clones are the same API.
#[derive(Clone)]
pub struct Simulator(Arc<Inner>);

struct Inner {
    clock: Clock,
    gzip: bool,
    directory: RwLock<Directory>,
    journal: Journal,
    date: Mutex<ServerDate>,
}

impl Simulator {
    /// Begins now, by `clock`: worlds that move do so with it, and need nothing else to run.
    pub fn new(settings: Settings, clock: Clock) -> Self {
        let now = clock.now();
        let mut directory = Directory::new(settings.pace);
        for org in settings.orgs {
            directory.add_org(org, now);
        }
        for partner in settings.partners {
            directory.add_partner(partner, now);
        }
        Self(Arc::new(Inner {
            gzip: settings.gzip,
            directory: RwLock::new(directory),
            journal: Journal::default(),
            date: Mutex::default(),
            clock,
        }))
    }

    /// The API and its control routes. The caller binds, serves and adds TLS.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(api::routes())
            .nest("/simulator", control::routes())
            .fallback(api::unknown_path)
            .layer(map_response_with_state(self.clone(), api::dated))
            .with_state(self.clone())
    }

    fn now(&self) -> UnixMillis {
        self.0.clock.now()
    }

    /// Who there is.
    fn read(&self) -> RwLockReadGuard<'_, Directory> {
        let directory = self.0.directory.read();
        directory.unwrap_or_else(PoisonError::into_inner)
    }

    /// Who there is, to be changed.
    fn write(&self) -> RwLockWriteGuard<'_, Directory> {
        let directory = self.0.directory.write();
        directory.unwrap_or_else(PoisonError::into_inner)
    }
}

/// Locks. What a panic left behind is still what was written last.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
