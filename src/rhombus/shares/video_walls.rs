//! `POST /api/camera/getVideoWalls` lists the video walls of an organisation, and
//! `POST /api/camera/findSharedVideoWalls` the links to one of them. Both answers are whole; there is no
//! paging.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{Options, Reading, Record, STREAM, Terms, distinct};
use crate::rhombus::field::{Address, Camera, Each, Lenient, Title};
use crate::rhombus::list::{ListReader, Sink};
use crate::share::{Id, Listing, MalformedCounts, Private, Share, ShareKind, Traits, Unread};

/// The path of the operation that lists the walls, below `/api/`.
pub const WALLS_PATH: &str = "camera/getVideoWalls";

/// Reads the list of walls as it arrives; a single value in it may have `max_value_bytes`.
pub fn walls_reader(max_value_bytes: usize) -> ListReader<Walls> {
    ListReader::new("videoWalls", max_value_bytes, Walls::default())
}

/// The walls whose links are to be asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Walls {
    /// Each wall that is not said to have no link.
    pub shared: Vec<Wall>,
    /// How many more there are that can't be asked for, because they have no uuid: what is listed then is
    /// not all.
    pub unknown: u64,
    /// What could not be understood.
    pub malformed: MalformedCounts,
    kept_bytes: u64,
}

/// A wall that may have links.
#[derive(Debug, PartialEq, Eq)]
pub struct Wall {
    /// What Rhombus calls it.
    pub id: Id,
    /// How many links it has, where it says so.
    num_shares: Option<u64>,
    /// What people call it.
    title: Option<Private>,
    /// The cameras that it shows, each once.
    cameras: Box<[Id]>,
    /// What of these two could not be understood.
    unread: Unread,
}

/// What is read of a wall.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct WallRecord {
    uuid: Lenient<Id>,
    display_name: Lenient<Title>,
    num_shares: Lenient<i64>,
    device_list: Lenient<Each<Camera, Devices>>,
}

impl Sink for Walls {
    type Record = WallRecord;

    fn take(&mut self, record: Lenient<WallRecord>) {
        let record = record.0.ok().flatten().unwrap_or_else(|| {
            *self.malformed.entry("record").or_default() += 1;
            WallRecord::default()
        });
        let num_shares = record.num_shares.and_then(|n| u64::try_from(n).ok());
        let num_shares = num_shares.known("numShares", &mut self.malformed);
        if num_shares == Some(0) {
            return;
        }
        let mut unread = Unread {
            title: record.display_name.0.is_err(),
            cameras: record.device_list.0.is_err(),
            ..Unread::default()
        };
        let title = record
            .display_name
            .known("displayName", &mut self.malformed);
        let devices = record.device_list.known("deviceList", &mut self.malformed);
        let Devices { cameras, malformed } = devices.map(|list| list.0).unwrap_or_default();
        if malformed > 0 {
            unread.cameras = true;
            *self.malformed.entry("deviceList").or_default() += malformed;
        }
        let Ok(Some(id)) = record.uuid.0 else {
            *self.malformed.entry("uuid").or_default() += 1;
            self.unknown += 1;
            return;
        };
        let wall = Wall {
            id,
            num_shares,
            title: title.and_then(Title::said),
            cameras: distinct(cameras),
            unread,
        };
        self.kept_bytes += wall.bytes();
        self.shared.push(wall);
    }

    fn kept_bytes(&self) -> u64 {
        self.kept_bytes
    }
}

impl Wall {
    fn bytes(&self) -> u64 {
        let cameras = self.cameras.iter().map(Id::bytes);
        let title = self.title.as_ref().map_or(0, Private::len);
        (size_of::<Self>() + title) as u64 + cameras.sum::<u64>()
    }

    /// Says of the links to this wall, which are listed, what only the wall knows: what it is called, which
    /// cameras they show, and how many links there should be.
    pub fn complete(&self, listing: &mut Listing, options: &Options) {
        let title = self.title.clone().and_then(|title| options.title(title));
        for share in &mut listing.shares {
            share.title.clone_from(&title);
            share.parent = Some(self.id.clone());
            share.media.cameras = self.cameras.clone();
            share.unread = share.unread.of_both(self.unread);
        }
        let listed = count_distinct(&listing.shares);
        listing.unlisted = self.num_shares.map(|number| number.saturating_sub(listed));
    }
}

/// How many links there are; records with one id are one.
fn count_distinct(shares: &[Share]) -> u64 {
    let mut seen = HashSet::new();
    let distinct = shares
        .iter()
        .filter(|share| share.id.is_none() || seen.insert(&share.id));
    distinct.count() as u64
}

/// The devices of a wall, and how many could not be understood.
#[derive(Debug, Default)]
struct Devices {
    cameras: Vec<Id>,
    malformed: u64,
}

impl FromIterator<Lenient<Camera>> for Devices {
    fn from_iter<I: IntoIterator<Item = Lenient<Camera>>>(list: I) -> Self {
        let mut devices = Self::default();
        for camera in list {
            match camera.and_then(Camera::named).0 {
                Ok(camera) => devices.cameras.extend(camera),
                Err(_) => devices.malformed += 1,
            }
        }
        devices
    }
}

/// What to ask for: the links to one wall.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The wall, as Rhombus wrote it.
    pub video_wall_uuid: String,
}

/// A link to a wall. What the wall shows is the wall's to say.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VideoWall {
    uuid: Lenient<Id>,
    org_uuid: Lenient<Id>,
    timestamp_ms: Lenient<i64>,
    expiration_time: Lenient<i64>,
    password_protected: Lenient<bool>,
    vod_enabled: Lenient<bool>,
    schedule_uuid: Lenient<Id>,
    shared_video_wall_url: Lenient<Address>,
}

impl Record for VideoWall {
    const KIND: ShareKind = ShareKind::VideoWall;
    const PATH: &'static str = "camera/findSharedVideoWalls";
    const LIST: &'static str = "sharedVideoWalls";

    fn share(self, reading: &mut Reading) -> Share {
        let terms = Terms {
            uuid: self.uuid,
            title: Lenient::default(),
            org_uuid: self.org_uuid,
            created: self.timestamp_ms,
            expiration: self.expiration_time,
            password: self.password_protected,
        };
        let traits = Traits {
            past_footage: reading.may_be("vodEnabled", self.vod_enabled),
            scheduled: reading.known("scheduleUuid", self.schedule_uuid).is_some(),
            ..Traits::default()
        };
        Share {
            traits,
            address: reading.address("sharedVideoWallUrl", self.shared_video_wall_url),
            ..reading.share(Self::KIND, &STREAM, terms)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rhombus::shares::samples::{CREATED, UUID, malformed_by, one, options};
    use crate::share::{Expiry, ExpiryReading, Media, Protection, UnixMillis};

    fn walls(records: &str) -> Walls {
        let mut reader = walls_reader(1 << 20);
        let answer = format!(r#"{{"userNameMap":{{}},"videoWalls":[{records}]}}"#);
        reader.push(answer.as_bytes()).unwrap();
        reader.finish().unwrap().0
    }

    #[test]
    fn a_wall_is_asked_unless_it_says_that_it_has_no_link() {
        let record = |shares: &str| format!(r#"{{"uuid":"{UUID}"{shares}}}"#);
        for (shares, asked) in [
            ("", 1),
            (r#","numShares":null"#, 1),
            (r#","numShares":0"#, 0),
            (r#","numShares":2"#, 1),
            (r#","numShares":-1"#, 1),
            (r#","numShares":"0""#, 1),
            (r#","numShares":1e999"#, 1),
        ] {
            assert_eq!(walls(&record(shares)).shared.len(), asked, "{shares}");
        }
        let odd = walls(r#"{"uuid":7},5,{"numShares":-1},{"uuid":"a","deviceList":{}}"#);
        assert_eq!((odd.shared.len(), odd.unknown), (1, 3));
        let expected = [
            ("deviceList", 1),
            ("numShares", 1),
            ("record", 1),
            ("uuid", 3),
        ];
        assert_eq!(odd.malformed, MalformedCounts::from(expected));
    }

    #[test]
    fn a_link_shows_the_cameras_of_its_wall() {
        let found = walls(&format!(
            r#"{{"uuid":"{UUID}","displayName":"x","numShares":2,
            "deviceList":["{UUID}.v0","{UUID}.v1",null,"","\ud800","a"]}}"#
        ));
        assert_eq!(found.malformed, MalformedCounts::from([("deviceList", 2)]));
        assert!(found.kept_bytes() > 3 * 16);
        let (share, malformed) = one::<VideoWall>(&format!(
            r#"{{"uuid":"{UUID}","videoWallUuid":"{UUID}","orgUuid":"{UUID}","timestampMs":{CREATED},
            "expirationTime":1800000000,"passwordProtected":true,"vodEnabled":true,
            "sharedVideoWallUrl":"https://console.example/w","deviceScheduleMap":{{}}}}"#
        ));
        assert_eq!(malformed, MalformedCounts::new());
        let mut listing = Listing {
            shares: vec![share],
            ..Listing::default()
        };
        found.shared[0].complete(&mut listing, &options());
        let expected = Share {
            id: Some(Id::parse(UUID)),
            kind: ShareKind::VideoWall,
            title: Some("x".into()),
            address: Some("https://console.example/w".into()),
            parent: Some(Id::parse(UUID)),
            protection: Protection::Password,
            created: Some(UnixMillis(CREATED)),
            expiry: Expiry::At(UnixMillis::from_secs(1_800_000_000)),
            expiry_reading: ExpiryReading::Epoch,
            media: Media {
                cameras: [Id::parse(UUID), Id::parse("a")].into(),
                ..Media::default()
            },
            traits: Traits {
                past_footage: true,
                ..Traits::default()
            },
            stream_type: None,
            unread: Unread {
                cameras: true,
                ..Unread::default()
            },
        };
        assert_eq!(listing.shares, [expected]);
        assert_eq!(listing.unlisted, Some(1));
    }

    #[test]
    fn a_link_that_is_listed_twice_stands_for_one() {
        let found = walls(&format!(r#"{{"uuid":"{UUID}","numShares":3}}"#));
        let link = |fields: &str| one::<VideoWall>(&format!("{{{fields}}}")).0;
        let known = format!(r#""uuid":"{UUID}""#);
        let mut listing = Listing {
            shares: vec![link(&known), link(&known), link("")],
            ..Listing::default()
        };
        found.shared[0].complete(&mut listing, &options());
        assert_eq!((listing.shares.len(), listing.unlisted), (3, Some(1)));
    }

    #[test]
    fn a_wall_is_asked_for_by_its_uuid() {
        let request = Request {
            video_wall_uuid: Id::parse(UUID).to_string(),
        };
        let expected = format!(r#"{{"videoWallUuid":"{UUID}"}}"#);
        assert_eq!(serde_json::to_string(&request).unwrap(), expected);
    }

    #[test]
    fn a_wrong_type_is_that_fields_failure_and_hides_nothing() {
        malformed_by::<VideoWall>(&[
            ("uuid", "null"),
            ("orgUuid", "true"),
            ("timestampMs", "1e999"),
            ("expirationTime", "86400"),
            ("passwordProtected", r#""\ud800""#),
            ("vodEnabled", "[]"),
            ("scheduleUuid", "7"),
        ]);
    }
}
