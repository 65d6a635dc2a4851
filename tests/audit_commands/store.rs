//! A trail as an exporter leaves it, with every moment and text made up, and what a command says over it.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use rhombus_share_exporter::audit::{KeyFile, Reanchoring, write_public_key};
use rhombus_share_exporter::share::{Ref, ShareKind, UnixMillis};
use rhombus_share_exporter::store::{
    Change, Checkpoint, Entry, KeptPicture, KeptTrail, ListKey, Looks, NewLine, Place, Sealing,
    Sqlite, Store, StoreError, Text, TrailList, TrailStore,
};

use crate::common::files::Files;
use crate::common::process::{PATIENCE, command};
pub(crate) use crate::common::said::Said;

/// 2026-11-28T09:00:00Z.
pub(crate) const BEGIN: UnixMillis = UnixMillis::from_secs(1_795_856_400);
/// The link that most events are about.
pub(crate) const CLAIM: &str = "7c3ccd10bb7e";
/// Another one, of two organisations.
pub(crate) const DOOR: &str = "3f9a0c51d2e7";
/// What a terminal and a spreadsheet could be misled by.
pub(crate) const ODD: &str = "=Claim \u{1b}[31m3197";

/// A trail in a directory.
pub(crate) struct Trail {
    pub(crate) files: Files,
}

/// A line, as the exporter hands it to the store.
#[derive(Clone, Debug)]
struct Line(NewLine);

impl Entry for Line {
    fn line(&self) -> NewLine {
        self.0.clone()
    }
}

impl Trail {
    /// A directory without one.
    pub(crate) fn without() -> Self {
        Self {
            files: Files::new(),
        }
    }

    /// One without lines and without a key.
    pub(crate) fn empty() -> Self {
        let trail = Self::without();
        drop(trail.open());
        trail
    }

    /// One with a life of a link, sealed twice.
    pub(crate) fn with_lives() -> Self {
        Self::with_lives_renamed(ODD)
    }

    /// The same, with this as the last title of the link.
    pub(crate) fn with_lives_renamed(title: &str) -> Self {
        let trail = Self::empty();
        let lines = lives(title);
        let (first, second) = lines.split_at(6);
        trail.add(first);
        trail.seal();
        trail.add(second);
        trail.seal();
        trail
    }

    pub(crate) fn directory(&self) -> PathBuf {
        self.files.path("data")
    }

    pub(crate) fn open(&self) -> Sqlite {
        let started = Instant::now();
        loop {
            match Sqlite::open(&self.directory()) {
                // A process that another test has just started holds what was open here, until it is another
                // program.
                Err(StoreError::InUse { .. }) if started.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                opened => return opened.unwrap(),
            }
        }
    }

    pub(crate) fn kept(&self) -> KeptTrail {
        self.open().load().unwrap().trail
    }

    fn add(&self, lines: &[Line]) {
        let mut store = self.open();
        let lists = ["acme", "bell"].map(|org| Change::TrailList(key(org), list(org)));
        let lines = lines
            .iter()
            .map(|line| Change::Entry(Arc::new(line.clone())));
        store
            .commit(lists.into_iter().chain(lines).collect())
            .unwrap();
    }

    /// Adds an event about nothing, noticed then.
    pub(crate) fn heartbeat(&self, minutes: u32) {
        self.add(&[line(minutes, None, "heartbeat", r#""lists":2"#)]);
    }

    /// Adds what the audit feed tells of the link: who made it, and that someone has looked at it.
    pub(crate) fn feed(&self) {
        let about = Some(("acme", CLAIM));
        let by = r#""by":{"type":"USER","name":{"digest":"00"}}"#;
        let mut made = line(20, about, "made_by", by);
        made.0.texts.push(Text {
            field: "by.name",
            salt: [7; 16],
            text: "Ann Example".into(),
        });
        let viewed =
            r#""by":{"type":"SHARE_ANONYMOUS"},"viewer":"anonymous","from":{"country":"NL"}"#;
        self.add(&[made, line(21, about, "viewed", viewed)]);
    }

    /// Seals what is there, as the exporter does; gives the signed note.
    pub(crate) fn seal(&self) -> Checkpoint {
        let path = self.directory().join("audit.key");
        let key = KeyFile::load_or_make(&path, &self.kept().origin).unwrap();
        let public = self.directory().join("audit.pub");
        write_public_key(&public, key.signer.verifier()).unwrap();
        let sealed = self.open().seal(&Reanchoring::new(key.signer), BEGIN);
        let Sealing::Sealed(checkpoint) = sealed.unwrap() else {
            panic!("nothing to seal")
        };
        checkpoint
    }

    /// Runs `audit` with these arguments over it.
    pub(crate) fn audit(&self, args: &[&str]) -> Said {
        let path = format!("--storage.path={}", self.directory().display());
        run(&[args, &[&path]].concat())
    }

    /// The same, where it has to succeed and say nothing else.
    pub(crate) fn says(&self, args: &[&str]) -> String {
        let said = self.audit(args);
        assert_eq!((said.code, &*said.stderr), (0, ""), "{args:?}");
        said.stdout
    }

    /// An export of it, as a file.
    pub(crate) fn export(&self) -> PathBuf {
        let export = self.says(&["export"]);
        let path = self.files.path("trail.jsonl");
        fs::write(&path, export).unwrap();
        path
    }
}

/// Runs `audit` with these arguments.
pub(crate) fn run(args: &[&str]) -> Said {
    let mut command = command(&[&["audit"], args].concat(), &[]);
    Said::of(command.stdin(Stdio::null()).output().unwrap())
}

fn key(org: &str) -> ListKey {
    ListKey {
        partner: None,
        organization: org.to_owned(),
        kind: ShareKind::ClipGroup,
    }
}

fn list(org: &str) -> TrailList {
    TrailList {
        name: org.into(),
        org_uuid: None,
        is_watched: true,
        looks: Looks::default(),
        nameless: 0,
    }
}

/// An event so many minutes after the beginning, about a link of an organisation or about none.
fn line(minutes: u32, about: Option<(&str, &str)>, event: &'static str, rest: &str) -> Line {
    let noticed = UnixMillis(BEGIN.0 + i64::from(minutes) * 60_000);
    let share: Option<Ref> = about.map(|(_, share)| share.parse().unwrap());
    let about_it = about.map(|(org, share)| {
        format!(r#""org":"{org}","kind":"clip_group","share":"{share}","n":{minutes},"#)
    });
    let about_it = about_it.unwrap_or_default();
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!(",{rest}")
    };
    Line(NewLine {
        noticed,
        place: Place {
            org: about.map(|(org, _)| org.into()),
            kind: about.map(|_| ShareKind::ClipGroup),
            share,
        },
        event,
        is_counted: false,
        is_news: true,
        members: format!(
            r#""noticed":"{}",{about_it}"event":"{event}"{rest}"#,
            noticed.rfc3339_millis()
        ),
        texts: Vec::new(),
        picture: None,
        viewer: None,
        findings: Vec::new(),
    })
}

/// The same with a title, whose digest stands in `is`.
fn titled(mut line: Line, title: &str) -> Line {
    let salt = [7; 16];
    let hash = digest(&SHA256, &[&salt, title.as_bytes()].concat());
    let hex: String = hash
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let digest = format!(r#""title":{{"digest":"{hex}"}}"#);
    line.0.members = line.0.members.replace(r#""title":0"#, &digest);
    line.0.texts.push(Text {
        field: "is.title",
        salt,
        text: title.into(),
    });
    line
}

/// The same with what is known of the link, by which a change of its title is noticed.
fn pictured(mut line: Line, org: &str) -> Line {
    let content = r#"{"form":1,"presence":"listed","protection":"none","clips":2,"seconds":780,"cameras":1,"content":5,"title":9}"#;
    let picture = KeptPicture {
        reference: line.0.place.share.unwrap(),
        number: 1,
        content: content.as_bytes().into(),
    };
    line.0.picture = Some((key(org), picture));
    line
}

const STATE: &str = r#""protection":"PROTECTION","created":"2026-11-28T08:59:00Z","ends":"2026-12-02T09:00:00Z","clips":2,"seconds":780,"camera_count":1,"cameras":["AAAAAAAAAAAAAAAAAAAAAA"],"footage":["2026-11-27T22:14:00Z","2026-11-27T22:27:00Z"]"#;

fn lives(title: &str) -> Vec<Line> {
    let state = |protection: &str| STATE.replace("PROTECTION", protection);
    let (acme, bell) = (Some(("acme", CLAIM)), Some(("bell", DOOR)));
    // Noticed at the second of two looks.
    let between = |minute: u8| {
        let before = minute - 1;
        format!(r#""between":["2026-11-28T09:0{before}:30Z","2026-11-28T09:0{minute}:00Z"]"#)
    };
    let baseline = format!(
        r#""is":{{{},"title":0,"breaks":["unsecured"]}}"#,
        state("none")
    );
    let created = format!(
        r#"{},"is":{{{},"gives":["sound"],"title":0}}"#,
        between(2),
        state("password")
    );
    let unsecured = r#""was":{"protection":"password"},"is":{"protection":"none"}"#;
    let extended = r#""was":{"ends":"2026-12-02T09:00:00Z"},"is":{"ends":"never"}"#;
    let opened = r#""policy":"unsecured","severity":"warning""#;
    let removed = format!(
        r#"{},"while_unwatched":true,"was":{{"protection":"none","ends":"never","camera_count":1}}"#,
        between(7)
    );
    let watched = r#""looks":{"clip_group":{"count":12,"first":"2026-11-28T09:00:00Z","last":"2026-11-28T09:10:00Z"}}"#;
    vec![
        line(0, None, "started", r#""version":"0.1.0""#),
        pictured(
            titled(line(1, bell, "baseline", &baseline), "Front door"),
            "bell",
        ),
        pictured(
            titled(line(2, acme, "created", &created), "Claim 3196"),
            "acme",
        ),
        line(3, acme, "unsecured", &format!("{},{unsecured}", between(3))),
        line(4, acme, "violation_opened", opened),
        line(5, acme, "expiry_extended", extended),
        titled(line(6, acme, "renamed", r#""is":{"title":0}"#), title),
        line(7, acme, "removed", &removed),
        line(8, acme, "violation_closed", opened),
        line(
            9,
            bell,
            "expired",
            r#""was":{"ends":"2026-12-02T09:00:00Z"}"#,
        ),
        line(10, None, "watched", watched),
    ]
}
