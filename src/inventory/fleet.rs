//! All organisations at once. Readers load one pointer and see a whole; collectors publish a new
//! [`Standing`] under it; neither waits for the other.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};

use super::{
    ClientCounts, ErrorCounts, FeedStanding, Partner, PartnerStanding, Snapshot, Standing,
};
use crate::clock::ServerClock;
use crate::share::{
    AccessUntil, AttributedShares, CameraNames, ConsoleUrl, ExceptionUse, Id, Identity,
    MalformedCounts, Moment, Permissions, Reason, Shard, ShareKind, Source, Window,
};

/// One organisation that is watched.
#[derive(Debug)]
pub struct Organization {
    name: String,
    client: Option<PartnerClient>,
    is_asked: bool,
    server_clock: Arc<ServerClock>,
    identity: ArcSwap<Identity>,
    access: ArcSwap<AccessUntil>,
    permissions: ArcSwap<Permissions>,
    camera_names: ArcSwap<CameraNames>,
    /// None: its audit feed was never read.
    attributions: ArcSwapOption<AttributedShares>,
    /// None: its audit feed is not asked for.
    feed: Option<ArcSwap<FeedStanding>>,
    standings: BTreeMap<ShareKind, ArcSwap<Standing>>,
}

/// What makes an organisation a partner's client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerClient {
    /// The partner by whose key it is asked.
    pub partner: Arc<str>,
    /// Whether it lets the partner in.
    pub is_allowed: bool,
}

impl Organization {
    /// An organisation that has not been asked yet, whose shares of these kinds are watched, at the
    /// endpoint that has this clock.
    pub fn new(name: &str, kinds: &[ShareKind], server_clock: Arc<ServerClock>) -> Self {
        let standing = |kind: &ShareKind| (*kind, ArcSwap::from_pointee(Standing::default()));
        Self {
            name: name.to_owned(),
            client: None,
            is_asked: true,
            server_clock,
            identity: ArcSwap::default(),
            access: ArcSwap::default(),
            permissions: ArcSwap::default(),
            camera_names: ArcSwap::default(),
            attributions: ArcSwapOption::empty(),
            feed: None,
            standings: kinds.iter().map(standing).collect(),
        }
    }

    /// The same as this partner's client, of which is known who it is. What may not be looked at is not
    /// shown.
    #[must_use]
    pub fn of_partner(mut self, client: PartnerClient, identity: Identity) -> Self {
        self.identity = ArcSwap::from_pointee(identity);
        if !client.is_allowed {
            for standing in self.standings.values() {
                standing.rcu(|standing| Arc::new(standing.hidden()));
            }
        }
        self.client = Some(client);
        self
    }

    /// The same under this name, of which these kinds are watched from now on: what is known of a list
    /// that still is stays.
    #[must_use]
    pub fn watching(&self, name: &str, kinds: &[ShareKind]) -> Self {
        let standing = |kind: &ShareKind| (*kind, ArcSwap::new(self.standing(*kind)));
        Self {
            name: name.to_owned(),
            client: self.client.clone(),
            is_asked: self.is_asked,
            server_clock: self.server_clock.clone(),
            identity: ArcSwap::new(self.identity()),
            access: ArcSwap::new(self.access()),
            permissions: ArcSwap::new(self.permissions()),
            camera_names: ArcSwap::new(self.camera_names()),
            attributions: ArcSwapOption::new(self.known_attributions()),
            feed: self.feed().map(ArcSwap::new),
            standings: kinds.iter().map(standing).collect(),
        }
    }

    /// The same, whose audit feed is asked for, or not: how that went until now stays.
    #[must_use]
    pub fn with_feed(self, is_asked: bool) -> Self {
        Self {
            feed: is_asked.then(|| self.feed.unwrap_or_default()),
            ..self
        }
    }

    /// The same with what was known of lists before: `known` gives it, where something was.
    #[must_use]
    pub fn knowing(self, known: impl Fn(ShareKind) -> Option<Standing>) -> Self {
        for (kind, standing) in &self.standings {
            if let Some(known) = known(*kind) {
                standing.store(Arc::new(known));
            }
        }
        self
    }

    /// The same with what was known of lists when the last process ended, and of which organisation that
    /// was: another one's key must not pass for this one's.
    #[must_use]
    pub fn recalling(self, recall: impl Fn(&Self, ShareKind) -> Option<Standing>) -> Self {
        for (kind, standing) in &self.standings {
            let Some(known) = recall(&self, *kind) else {
                continue;
            };
            let uuid = known.violations().and_then(|it| it.org_uuid.clone());
            let identity = self.identity();
            self.identity.store(Arc::new(Identity {
                uuid: identity.uuid.clone().or(uuid),
                name: identity.name.clone(),
            }));
            standing.store(Arc::new(known));
        }
        self
    }

    /// The same without what people called its shares.
    #[must_use]
    pub fn without_titles(self) -> Self {
        for standing in self.standings.values() {
            standing.rcu(|standing| Arc::new(standing.without_titles()));
        }
        self
    }

    /// Whose client it is, if it is asked by a partner's key.
    pub const fn client(&self) -> Option<&PartnerClient> {
        self.client.as_ref()
    }

    /// The same, of which only what is remembered is told: nobody asks for it yet.
    #[must_use]
    pub fn remembered(self) -> Self {
        Self {
            is_asked: false,
            ..self
        }
    }

    /// Whether it is asked for.
    pub const fn is_asked(&self) -> bool {
        self.is_asked
    }

    /// Whether it may be looked at.
    pub fn is_allowed(&self) -> bool {
        self.client.as_ref().is_none_or(|client| client.is_allowed)
    }

    /// The value of the label `org`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The clock of its endpoint.
    pub fn server_clock(&self) -> &Arc<ServerClock> {
        &self.server_clock
    }

    /// The moment as of which its lists are shown, where this machine's clock reads `here`.
    pub fn now(&self, here: Moment) -> Moment {
        self.server_clock.earlier(here)
    }

    /// Who it is, as far as that is known.
    pub fn identity(&self) -> Arc<Identity> {
        self.identity.load_full()
    }

    /// Who else may enter, as far as that is known.
    pub fn access(&self) -> Arc<AccessUntil> {
        self.access.load_full()
    }

    /// What the key in use may do, as far as that is known.
    pub fn permissions(&self) -> Arc<Permissions> {
        self.permissions.load_full()
    }

    /// What its cameras are called, as far as that is known.
    pub fn camera_names(&self) -> Arc<CameraNames> {
        self.camera_names.load_full()
    }

    /// What is known of its audit feed right now; none where that is not asked for.
    pub fn feed(&self) -> Option<Arc<FeedStanding>> {
        self.feed.as_ref().map(ArcSwap::load_full)
    }

    /// What the audit feed has told of its shares, as far as that is known.
    pub fn attributions(&self) -> Arc<AttributedShares> {
        self.known_attributions().unwrap_or_default()
    }

    /// The same; none where its audit feed was never read, so that nothing is known of any share.
    pub fn known_attributions(&self) -> Option<Arc<AttributedShares>> {
        self.attributions.load_full()
    }

    /// What is known of each list right now.
    pub fn standings(&self) -> impl Iterator<Item = (ShareKind, Arc<Standing>)> {
        self.standings
            .iter()
            .map(|(kind, standing)| (*kind, standing.load_full()))
    }

    /// What is known of the list of `kind` right now: nothing where it is not watched.
    pub fn standing(&self, kind: ShareKind) -> Arc<Standing> {
        let standing = self.standings.get(&kind);
        standing.map_or_else(Arc::default, ArcSwap::load_full)
    }

    /// Drops the inventories that are too old at `now`, so that only a success brings one back.
    pub fn withdraw(&self, now: Moment, max_staleness: Duration) {
        for standing in self.standings.values() {
            standing.rcu(|standing| Arc::new(standing.withdrawn(now, max_staleness)));
        }
    }

    /// The lists of which Rhombus has said neither what they hold nor that the key may not read them.
    pub fn missing(&self) -> impl Iterator<Item = ShareKind> {
        let standings = self.standings().filter(|_| self.is_allowed());
        standings.filter_map(|(kind, standing)| (!standing.is_answered()).then_some(kind))
    }

    /// Whether some list failed last for this reason.
    pub fn fails_for(&self, reason: Reason) -> bool {
        self.standings().any(|(_, standing)| {
            standing
                .failure()
                .is_some_and(|failure| failure.reason == reason)
        })
    }
}

/// How inventories are to be read: the part of the configuration that readers need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// From one poll to the next.
    pub interval: Duration,
    /// The age at which an inventory is withdrawn.
    pub max_staleness: Duration,
    /// The windows of `rhombus_shares_expiring`.
    pub expiring_within: Vec<Window>,
    /// Only clip pages created within this time were asked for; none: every page there is.
    pub lookback: Option<Duration>,
    /// The kinds of shares that are watched, in the order of their labels.
    pub kinds: Vec<ShareKind>,
    /// Which part of the organisations is watched.
    pub shard: Shard,
    /// Where Rhombus's console is.
    pub console: ConsoleUrl,
    /// Whether what people called shares is kept.
    pub keep_titles: bool,
}

/// Every organisation that is watched, sorted by name, and how to read them.
#[derive(Debug)]
pub struct Fleet {
    /// Sorted by name; names are unique.
    pub organizations: Vec<Arc<Organization>>,
    /// The partners whose clients are among them, sorted by name.
    pub partners: Vec<Arc<Partner>>,
    /// How to read them.
    pub view: View,
}

impl Fleet {
    /// The organisations in the order of their names.
    pub fn new(mut organizations: Vec<Arc<Organization>>, view: View) -> Self {
        organizations.sort_by(|a, b| a.name.cmp(&b.name));
        Self {
            organizations,
            partners: Vec::new(),
            view,
        }
    }

    /// The same with these partners, in the order of their names.
    #[must_use]
    pub fn of_partners(self, partners: Vec<Arc<Partner>>) -> Self {
        Self { partners, ..self }
    }

    /// The names under which the organisation of this uuid is watched.
    pub fn names_of(&self, uuid: &Id) -> Vec<&str> {
        let is_it = |org: &&Arc<Organization>| org.identity.load().uuid.as_ref() == Some(uuid);
        let organizations = self.organizations.iter().filter(is_it);
        organizations.map(|org| org.name()).collect()
    }
}

/// The one place where the present [`Fleet`] is found, and where what has gone wrong in all of it is
/// counted.
#[derive(Debug)]
pub struct FleetHandle {
    fleet: ArcSwap<Fleet>,
    version: AtomicU64,
    /// When each exception was of use, by its name.
    exceptions: ArcSwap<BTreeMap<String, ExceptionUse>>,
    /// Locked while a poll is published and while a snapshot is made, which takes no longer than to read
    /// each list once.
    errors: Mutex<ErrorCounts>,
}

impl FleetHandle {
    /// Begins with `fleet`.
    pub fn new(fleet: Fleet) -> Self {
        Self {
            fleet: ArcSwap::from_pointee(fleet),
            version: AtomicU64::new(0),
            exceptions: ArcSwap::default(),
            errors: Mutex::default(),
        }
    }

    /// The fleet as it is now.
    pub fn load(&self) -> Arc<Fleet> {
        self.fleet.load_full()
    }

    /// Puts another fleet in place of the present one.
    pub fn replace(&self, fleet: Fleet) {
        self.fleet.store(Arc::new(fleet));
        self.changed();
    }

    /// All that is known where this machine's clock reads `here`, and what has gone wrong until then: of
    /// a poll, both show or neither.
    pub fn snapshot(&self, here: Moment) -> (Snapshot, ErrorCounts) {
        let errors = locked(&self.errors);
        let mut snapshot = Snapshot::new(&self.load(), here);
        snapshot.exceptions = self.exceptions();
        (snapshot, errors.clone())
    }

    /// Publishes what came of a poll, and counts what went wrong in it: the failure, or what could not be
    /// understood. Gives whether it did: not where `before`, of which it was made, is known no more.
    pub fn publish_poll(
        &self,
        (organization, kind): (&Organization, ShareKind),
        before: &Arc<Standing>,
        standing: Standing,
        malformed: &MalformedCounts,
    ) -> bool {
        let mut errors = locked(&self.errors);
        let failure = standing.failure().map(|failure| failure.reason);
        let is_published = self.publish_after((organization, kind), before, standing);
        if is_published {
            match failure {
                Some(reason) => errors.add_failure(Source::Shares(kind), reason),
                None => errors.add_malformed(Source::Shares(kind), malformed),
            }
        }
        is_published
    }

    /// Puts what is known of a list now in place of what was known before, and gives whether it did: not
    /// where that is known no more.
    pub fn publish_after(
        &self,
        (organization, kind): (&Organization, ShareKind),
        before: &Arc<Standing>,
        standing: Standing,
    ) -> bool {
        let Some(known) = organization.standings.get(&kind) else {
            return true;
        };
        let found = known.compare_and_swap(before, Arc::new(standing));
        let is_published = Arc::ptr_eq(&found, before);
        if is_published {
            self.changed();
        }
        is_published
    }

    /// Publishes what came of a look at a partner's clients, and counts what went wrong in it.
    pub fn publish_clients(&self, partner: &Partner, standing: PartnerStanding) {
        let mut errors = locked(&self.errors);
        match standing.polls.failure() {
            Some(failure) => errors.add_failure(Source::PartnerClients, failure.reason),
            None => errors.add_malformed(Source::PartnerClients, &standing.malformed),
        }
        partner.set(standing);
        self.changed();
    }

    /// Publishes what came of a poll of an audit feed, and counts what went wrong in it.
    pub fn publish_feed(&self, organization: &Organization, standing: FeedStanding) {
        let Some(known) = &organization.feed else {
            return;
        };
        let mut errors = locked(&self.errors);
        match standing.polls.failure() {
            Some(failure) => errors.add_failure(Source::AuditFeed, failure.reason),
            None => errors.add_malformed(Source::AuditFeed, &standing.malformed),
        }
        known.store(Arc::new(standing));
        self.changed();
    }

    /// Puts what became of a partner's clients in place of what was known, where nobody has asked for them
    /// anew.
    pub fn recount_clients(&self, partner: &Partner, clients: ClientCounts) {
        let standing = PartnerStanding {
            clients,
            ..(*partner.standing()).clone()
        };
        partner.set(standing);
        self.changed();
    }

    /// Puts what has just been learnt of a list in place of what was known.
    pub fn publish(&self, organization: &Organization, kind: ShareKind, standing: Standing) {
        if let Some(known) = organization.standings.get(&kind) {
            known.store(Arc::new(standing));
        }
        self.changed();
    }

    /// Puts what the audit feed, which was read, has told of an organisation's shares in place of what was
    /// known. Gives whether that is another.
    pub fn attribute(&self, organization: &Organization, shares: Arc<AttributedShares>) -> bool {
        let is_new = organization.known_attributions().as_ref() != Some(&shares);
        if is_new {
            organization.attributions.store(Some(shares));
            self.changed();
        }
        is_new
    }

    /// Puts who an organisation is in place of what was known.
    pub fn identify(&self, organization: &Organization, identity: Identity) {
        organization.identity.store(Arc::new(identity));
        self.changed();
    }

    /// Puts who else may enter in place of what was known.
    pub fn grant(&self, organization: &Organization, access: AccessUntil) {
        if access != **organization.access.load() {
            organization.access.store(Arc::new(access));
            self.changed();
        }
    }

    /// Puts what the key in use may do in place of what was known.
    pub fn permit(&self, organization: &Organization, permissions: Permissions) {
        if permissions != **organization.permissions.load() {
            organization.permissions.store(Arc::new(permissions));
            self.changed();
        }
    }

    /// Puts what cameras are called in place of what was known.
    pub fn name_cameras(&self, organization: &Organization, names: Arc<CameraNames>) -> bool {
        let is_new = names != *organization.camera_names.load();
        if is_new {
            organization.camera_names.store(names);
            self.changed();
        }
        is_new
    }

    /// When each exception was of use, by its name.
    pub fn exceptions(&self) -> Arc<BTreeMap<String, ExceptionUse>> {
        self.exceptions.load_full()
    }

    /// Puts when exceptions were of use in place of what was known.
    pub fn set_exceptions(&self, uses: BTreeMap<String, ExceptionUse>) {
        self.exceptions.store(Arc::new(uses));
    }

    /// Grows with each change that a poll or a reload makes; for those who keep a rendering.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    fn changed(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
    }
}

/// Locks. What a panic left behind is still what was written last.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Failure, Inventory, Look, Snapshot, State};
    use crate::share::{CameraName, Listing, UnixMillis};

    const NOW: Moment = Moment {
        time: UnixMillis::from_secs(10_000),
        uptime: Duration::from_secs(5_000),
    };

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

    fn seen(age: u64) -> Standing {
        let ended = NOW.before(Duration::from_secs(age));
        let inventory = Inventory::new(Listing::default(), ended);
        Standing::default().succeeded(Duration::ZERO, inventory)
    }

    fn failed(standing: &Standing) -> Standing {
        let failure = Failure {
            reason: Reason::Server,
            message: "500".into(),
        };
        standing.failed(NOW, Duration::ZERO, failure, view().max_staleness)
    }

    /// A fleet of these: name, uuid where it is known, what is known of the list.
    fn fleet(organizations: &[(&str, &str, Standing)]) -> FleetHandle {
        let clock = Arc::new(ServerClock::new("https://rhombus.example".into()));
        let new = |(name, ..): &(&str, _, _)| {
            Arc::new(Organization::new(
                name,
                &[ShareKind::ClipGroup],
                clock.clone(),
            ))
        };
        let all: Vec<_> = organizations.iter().map(new).collect();
        let handle = FleetHandle::new(Fleet::new(all.clone(), view()));
        for (organization, (_, uuid, standing)) in all.iter().zip(organizations) {
            let identity = Identity {
                uuid: (!uuid.is_empty()).then(|| Id::parse(uuid)),
                name: None,
            };
            handle.identify(organization, identity);
            handle.publish(organization, ShareKind::ClipGroup, standing.clone());
        }
        handle
    }

    fn states(organizations: &[(&str, &str, Standing)]) -> Vec<(State, u64)> {
        let counts = Snapshot::new(&fleet(organizations).load(), NOW).states();
        let counts = State::ALL.into_iter().zip(counts);
        counts.filter(|(_, count)| *count > 0).collect()
    }

    #[test]
    fn an_organisation_counts_once_by_how_far_it_can_be_believed() {
        for (standing, expected) in [
            (Standing::default(), State::Waiting),
            (seen(0), State::Fresh),
            (seen(120), State::Fresh),
            (seen(121), State::Stale),
            (failed(&seen(30)), State::Stale),
            (seen(601), State::Withdrawn),
            (failed(&Standing::default()), State::Withdrawn),
        ] {
            assert_eq!(states(&[("a", "x", standing)]), [(expected, 1)]);
        }
    }

    #[test]
    fn names_of_one_organisation_are_duplicates_where_something_is_shown() {
        let three = |standing: Standing| {
            states(&[
                ("a", "x", seen(0)),
                ("b", "x", standing),
                ("c", "", seen(0)),
            ])
        };
        assert_eq!(three(seen(0)), [(State::Duplicate, 2), (State::Fresh, 1)]);
        assert_eq!(three(seen(300)), [(State::Duplicate, 2), (State::Fresh, 1)]);
        let withdrawn = [
            (State::Duplicate, 1),
            (State::Fresh, 1),
            (State::Withdrawn, 1),
        ];
        assert_eq!(three(seen(601)), withdrawn);
        let handle = fleet(&[("a", "x", seen(0)), ("b", "x", seen(0)), ("c", "", seen(0))]);
        let fleet = handle.load();
        let snapshot = Snapshot::new(&fleet, NOW);
        let names: Vec<_> = snapshot.duplicates().into_values().collect();
        assert_eq!(names, [["a", "b"]]);
        assert_eq!(fleet.names_of(&Id::parse("x")), ["a", "b"]);
        assert_eq!(fleet.names_of(&Id::parse("y")), [""; 0]);
    }

    #[test]
    fn an_organisation_is_ready_once_it_was_seen_and_fails_for_its_last_reason() {
        let never = failed(&Standing::default());
        let handle = fleet(&[("a", "x", seen(0)), ("b", "y", never)]);
        let fleet = handle.load();
        let [a, b] = fleet.organizations.as_slice() else {
            panic!("two");
        };
        let missing = |organization: &Organization| organization.missing().collect::<Vec<_>>();
        assert_eq!(missing(a), []);
        assert_eq!(missing(b), [ShareKind::ClipGroup]);
        assert!(!a.fails_for(Reason::Server) && b.fails_for(Reason::Server));
        assert!(!b.fails_for(Reason::Auth));
        let snapshot = Snapshot::new(&fleet, NOW);
        let known = |look: &Look| look.belief(&view()).is_known();
        assert_eq!(
            snapshot.organizations.iter().map(known).collect::<Vec<_>>(),
            [true, false]
        );
    }

    #[test]
    fn a_list_that_was_forbidden_is_not_missing_whatever_fails_next() {
        let forbidden = Failure {
            reason: Reason::Forbidden,
            message: "403".into(),
        };
        let standing =
            Standing::default().failed(NOW, Duration::ZERO, forbidden, view().max_staleness);
        assert!(standing.is_answered() && failed(&standing).is_answered());
        assert!(!failed(&Standing::default()).is_answered());
    }

    #[test]
    fn what_is_known_of_a_list_outlasts_a_change_of_what_is_watched() {
        let handle = fleet(&[("a", "x", seen(0))]);
        let before = &handle.load().organizations[0];
        let both = before.watching("a", &[ShareKind::ClipGroup, ShareKind::VideoWall]);
        assert_eq!(both.missing().collect::<Vec<_>>(), [ShareKind::VideoWall]);
        assert_eq!((both.name(), both.identity()), ("a", before.identity()));
        let one = both.watching("a", &[ShareKind::VideoWall]);
        assert_eq!(one.standings().count(), 1);
    }

    #[test]
    fn names_of_cameras_are_news_once_and_outlast_a_change_of_what_is_watched() {
        let handle = fleet(&[("a", "x", seen(0))]);
        let before = &handle.load().organizations[0];
        let name = CameraName {
            camera: "Lobby".into(),
            ..CameraName::default()
        };
        let names = || Arc::new(CameraNames::from_iter([(Id::parse("c"), name.clone())]));
        let version = handle.version();
        handle.name_cameras(before, Arc::default());
        assert_eq!(handle.version(), version);
        handle.name_cameras(before, names());
        let named = handle.version();
        assert!(named > version);
        handle.name_cameras(before, names());
        assert_eq!(handle.version(), named);
        let after = before.watching("b", &[ShareKind::VideoWall]);
        assert_eq!(after.camera_names(), names());
    }

    #[test]
    fn a_feed_that_told_of_no_share_was_read() {
        let handle = fleet(&[("a", "x", seen(0))]);
        let before = &handle.load().organizations[0];
        assert_eq!(before.known_attributions(), None);
        assert!(handle.attribute(before, Arc::default()));
        let version = handle.version();
        assert!(!handle.attribute(before, Arc::default()));
        assert_eq!(handle.version(), version);
        let after = before.watching("b", &[ShareKind::VideoWall]);
        assert_eq!(after.known_attributions(), Some(Arc::default()));
    }

    #[test]
    fn what_was_withdrawn_by_one_view_is_not_shown_by_another() {
        let handle = fleet(&[("a", "x", seen(300))]);
        let fleet = handle.load();
        let organization = &fleet.organizations[0];
        let shown = |staleness| {
            let standing = organization.standing(ShareKind::ClipGroup);
            standing.inventory(NOW, staleness).is_some()
        };
        let (short, long) = (Duration::from_secs(299), Duration::from_secs(600));
        organization.withdraw(NOW, long);
        assert!(shown(long) && !shown(short));
        organization.withdraw(NOW, short);
        assert!(!shown(long));
    }

    #[test]
    fn what_goes_wrong_is_counted_for_all_and_there_at_0() {
        let handle = fleet(&[("a", "x", Standing::default())]);
        let of = |reason| (Source::Shares(ShareKind::ClipGroup), reason);
        let errors = || handle.snapshot(NOW).1;
        assert_eq!(errors().failures[&of(Reason::Server)], 0);
        let organization = &handle.load().organizations[0];
        let publish = |standing, malformed: &MalformedCounts| {
            let list = (&**organization, ShareKind::ClipGroup);
            let before = organization.standing(ShareKind::ClipGroup);
            assert!(handle.publish_poll(list, &before, standing, malformed));
        };
        publish(failed(&Standing::default()), &MalformedCounts::new());
        publish(failed(&Standing::default()), &MalformedCounts::new());
        assert_eq!(errors().failures[&of(Reason::Server)], 2);
        assert_eq!(errors().failures[&of(Reason::Tls)], 0);
        let malformed = MalformedCounts::from([("uuid", 2)]);
        publish(seen(0), &malformed);
        assert_eq!(
            errors().malformed[&(Source::Shares(ShareKind::ClipGroup), "uuid")],
            2
        );
        assert_eq!(
            errors().malformed[&(Source::Shares(ShareKind::ClipGroup), "record")],
            0
        );
        // What failed is not understood a second time.
        publish(failed(&seen(0)), &malformed);
        assert_eq!(
            errors().malformed[&(Source::Shares(ShareKind::ClipGroup), "uuid")],
            2
        );
    }
}
