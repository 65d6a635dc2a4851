//! One organisation and one exporter, which is killed again and again while links change.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rhombus_share_exporter::share::UnixMillis;
use rhombus_share_exporter::store::{Checkpoint, LineQuery, TrailReader};

use crate::common::files::{Files, serve};
use crate::common::process::{PATIENCE, Process, command};
use crate::common::time::now;
use crate::common::trail::Trail;
use crate::common::{put_group, simulator};
use crate::history::Link;

const LINKS: u16 = 300;
/// So many links change at once.
const CHANGES: std::ops::Range<usize> = 20..60;
/// All that may come to a process: it has not listened, looked, gathered, written or sealed.
const LONGEST_LIFE: Duration = Duration::from_millis(3_500);
const LONGEST_END: Duration = Duration::from_millis(100);
const LONGEST_START: Duration = Duration::from_millis(400);
const ALL: u32 = 1_000_000;

pub(crate) struct Lane {
    simulator: Process,
    files: Files,
    random: fastrand::Rng,
    created: i64,
    links: Vec<Link>,
    /// How many events the trail has of each share, and how far it was read.
    told: BTreeMap<String, usize>,
    beyond: Option<(UnixMillis, u64)>,
    /// How many lines it has of what Rhombus tells of people.
    by_people: usize,
    /// Every seal that was seen.
    seals: BTreeMap<u64, Checkpoint>,
    changes: usize,
}

impl Lane {
    pub(crate) async fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let created = now();
        let links = (0..LINKS).map(|number| Link::new(number, created, &mut random));
        let lane = Self {
            simulator: simulator(0),
            files: Files::new(),
            created,
            links: links.collect(),
            random,
            told: BTreeMap::new(),
            beyond: None,
            by_people: 0,
            seals: BTreeMap::new(),
            changes: 0,
        };
        for link in &lane.links {
            lane.put(link).await;
        }
        let organization = lane.files.organization("acme", &lane.simulator.url(""));
        let text = format!(
            "collect: {{ sources: [clip_groups], interval: 1s, timeout: 1s, requests_per_second: 100 }}\n\
             organizations:\n{organization}"
        );
        lane.files.write("config.yml", &text);
        lane
    }

    async fn put(&self, link: &Link) {
        if let Some(record) = link.record(self.created) {
            put_group(&self.simulator, &link.uuid(), &record.to_string()).await;
            return;
        }
        let path = format!("/simulator/clip_groups/{}", link.uuid());
        self.simulator.send("DELETE", &path, "").await;
    }

    fn directory(&self) -> PathBuf {
        self.files.path("storage")
    }

    /// Changes links of which the trail has told all that was done before.
    async fn change_some(&mut self) {
        let mut free: Vec<_> = (0..self.links.len())
            .filter(|place| !self.is_behind(&self.links[*place]))
            .collect();
        self.random.shuffle(&mut free);
        free.truncate(self.random.usize(CHANGES));
        for place in free {
            self.links[place].change(self.created, &mut self.random);
            self.changes += 1;
            self.put(&self.links[place]).await;
        }
    }

    /// How often this was done to some link.
    fn done(&self, event: &str) -> usize {
        let done = self.links.iter().flat_map(|link| &link.told);
        done.filter(|done| *done == event).count()
    }

    fn is_behind(&self, link: &Link) -> bool {
        let told = self.told.get(&link.reference());
        told.copied().unwrap_or(0) < link.told.len()
    }

    /// Reads what the trail has got, and its newest seal.
    fn read_on(&mut self) {
        let reader = TrailReader::open(&self.directory()).unwrap();
        let query = LineQuery {
            beyond: self.beyond,
            is_oldest_first: true,
            limit: ALL,
            ..LineQuery::default()
        };
        for line in reader.lines(&query).unwrap() {
            self.beyond = Some((line.noticed, line.seq));
            let value: serde_json::Value = serde_json::from_str(&line.line).unwrap();
            self.by_people += usize::from(value["by"].is_object());
            if let Some(share) = value["share"].as_str().filter(|_| value["n"].is_number()) {
                *self.told.entry(share.to_owned()).or_default() += 1;
            }
        }
        if let Some(seal) = reader.checkpoint().unwrap() {
            self.seals.insert(seal.number, seal);
        }
    }

    /// Waits until the trail has told all that was done.
    async fn wait_until_told(&mut self, exporter: &Process) {
        self.wait_until(exporter, false).await;
    }

    fn done_by_people(&self) -> usize {
        let events = ["baseline", "created", "removed"];
        events.map(|event| self.done(event)).iter().sum()
    }

    /// The same, and of who did it where that is wanted.
    async fn wait_until(&mut self, exporter: &Process, with_people: bool) {
        let started = Instant::now();
        loop {
            self.read_on();
            let behind = self.links.iter().filter(|link| self.is_behind(link));
            let behind = behind.count();
            if behind == 0 && (!with_people || self.by_people >= self.done_by_people()) {
                return;
            }
            let waited = started.elapsed();
            assert!(
                waited < PATIENCE,
                "{behind} links are not told of:\n{}",
                exporter.output()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn arguments(&self) -> [String; 2] {
        let config = self.files.path("config.yml");
        [
            format!("--config.file={}", config.display()),
            format!("--storage.path={}", self.directory().display()),
        ]
    }

    fn start(&self) -> Process {
        let [_, storage] = self.arguments();
        serve(&self.files.path("config.yml"), &[&storage])
    }

    fn random_time(&mut self, longest: Duration) -> Duration {
        longest.mul_f64(self.random.f64())
    }

    /// Starts it, and kills it before it has said that it listens, or soon after.
    async fn kill_at_the_start(&mut self) {
        let [config, storage] = self.arguments();
        let listen = "--web.listen-address=127.0.0.1:0";
        let mut command = command(&["serve", listen, &config, &storage], &[]);
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = quiet.spawn().unwrap();
        tokio::time::sleep(self.random_time(LONGEST_START)).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Lets it live for a while in which links change, and kills it.
    async fn kill(&mut self, exporter: Process) {
        self.change_some().await;
        if self.random.bool() {
            self.wait_until_told(&exporter).await;
            self.change_some().await;
        }
        tokio::time::sleep(self.random_time(LONGEST_LIFE)).await;
        self.read_on();
        if self.random.u8(..4) == 0 {
            // While it writes and seals what came last.
            exporter.signal("TERM");
            tokio::time::sleep(self.random_time(LONGEST_END)).await;
        }
        exporter.signal("KILL");
        exporter.ended().await;
        self.read_on();
        // While it is down.
        self.change_some().await;
    }

    /// Kills exporters so often, and ends the last one. Then the trail has what was done, and nothing else.
    pub(crate) async fn run(mut self, kills: u32) {
        let mut exporter = self.start();
        self.wait_until_told(&exporter).await;
        for _ in 0..kills {
            if self.random.u8(..5) == 0 {
                exporter.signal("TERM");
                exporter.ended().await;
                self.change_some().await;
                self.kill_at_the_start().await;
            } else {
                self.kill(exporter).await;
            }
            exporter = self.start();
        }
        self.wait_until(&exporter, true).await;
        exporter.wait_for_success().await;
        exporter.signal("TERM");
        let (status, output) = exporter.ended().await;
        assert!(status.success(), "{output}");
        self.read_on();
        self.check();
    }

    fn check(&self) {
        let trail = Trail::read(&self.directory());
        let done = self.links.iter().filter(|link| !link.told.is_empty());
        let done = done.map(|link| (link.reference(), link.told.clone()));
        let (told, done) = (trail.by_share(), done.collect::<BTreeMap<_, _>>());
        assert_eq!(told.len(), done.len());
        for (share, events) in &done {
            assert_eq!(&told[share], events, "of {share}");
        }
        // Rhombus tells too of who made the links that were there at first.
        assert_eq!(
            trail.count("made_by"),
            self.done("created") + self.done("baseline")
        );
        assert_eq!(trail.count("removed_by"), self.done("removed"));
        let doubled = trail.by_uuid().into_iter().find(|(_, count)| *count != 1);
        assert_eq!(doubled, None, "what Rhombus tells is entered once");
        for seal in self.seals.values() {
            trail.assert_has(seal);
        }
        let sealed = trail.seals.last().map(|seal| seal.size);
        assert_eq!(sealed, Some(trail.lines.len() as u64), "the end is sealed");
        for event in ["started", "stopped"] {
            assert!(trail.count(event) > 0, "{event}");
        }
        for event in ["dropped", "unwatched", "clock_set", "nameless"] {
            assert_eq!(trail.count(event), 0, "{event}");
        }
        let (lines, seals) = (trail.lines.len(), self.seals.len());
        tell(&format!(
            "{} changes, {lines} lines, {seals} seals seen",
            self.changes
        ));
    }
}

#[expect(clippy::print_stdout, reason = "how a long run went")]
fn tell(what: &str) {
    println!("{what}");
}
