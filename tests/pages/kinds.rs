//! The landing page of several lists: kinds side by side, and what was seen in part.

use std::time::Duration;

use rhombus_share_exporter::inventory::{Failure, Inventory, View};
use rhombus_share_exporter::share::{
    Expiry, Listing, Maker, Protection, Reason, Share, ShareKind, Traits,
};

use crate::fleets::{
    NOW, STALENESS, failed, fleet_of_lists, fleet_seen_by, good, never_asked, share, view,
};
use crate::landing::{headline, page_of, tone};

/// One list that could not be read hides nothing of the others, and is never passed over.
#[tokio::test]
async fn what_is_seen_in_part_is_told_list_by_list() {
    let forbidden = Failure {
        reason: Reason::Forbidden,
        message: "HTTP status 403".to_owned(),
    };
    let forbidden = never_asked().failed(NOW, Duration::ZERO, forbidden, STALENESS);
    let clips = ShareKind::ClipGroup;
    let streams = ShareKind::LiveStream;
    for (of_streams, tone_expected, expected, badge) in [
        (good(1, 5), "warn", "3 open links", "Fresh"),
        (
            forbidden,
            "bad",
            "1 of 1 organisation could be read only in part; 2 known open links",
            "Partly read",
        ),
        (
            never_asked(),
            "warn",
            "1 of 1 organisation not read yet; 2 known open links",
            "Partly read",
        ),
    ] {
        let is_whole = badge == "Fresh";
        let fleet = fleet_of_lists("a", [(clips, good(2, 5)), (streams, of_streams)]);
        let page = page_of(fleet).await;
        assert_eq!((tone(&page), headline(&page)), (tone_expected, expected));
        assert!(page.contains(badge), "{page}");
        assert!(page.contains("Open: 2 clip pages"), "{page}");
        let bound = page.contains("<dt>open to anyone</dt><dd>≥ 2</dd>");
        assert_eq!(bound, !is_whole, "{page}");
        let unknown = "Not known, and not counted here: live streams of 1 organisation.";
        assert_eq!(page.contains(unknown), !is_whole, "{page}");
        let may_not = page.contains("The key may not read live streams of 1 organisation.");
        let why = page.contains("live_streams <code>forbidden</code>");
        assert_eq!((may_not, why), (tone_expected == "bad", may_not), "{page}");
    }
}

#[tokio::test]
async fn a_kind_that_is_not_watched_is_named() {
    let some = View {
        kinds: vec![ShareKind::ClipGroup, ShareKind::VideoWall],
        ..view()
    };
    let page = page_of(fleet_seen_by(some, vec![("a", good(0, 5))])).await;
    let expected = "No open link among clip pages and video walls";
    assert_eq!((tone(&page), headline(&page)), ("good", expected));
    let off = "Live streams and timelapse pages are not watched";
    assert!(page.contains(off), "{page}");
}

#[tokio::test]
async fn what_open_streams_give_beside_the_moment_is_said() {
    let stream = |protection, traits| Share {
        kind: ShareKind::LiveStream,
        traits,
        ..share(protection, Expiry::Never)
    };
    let traits = Traits {
        past_footage: true,
        sound: true,
        maker: Maker::Service,
        ..Traits::default()
    };
    let listing = Listing {
        shares: vec![
            stream(Protection::None, traits),
            stream(Protection::None, Traits::default()),
            stream(Protection::Sso, traits),
            Share {
                expiry: Expiry::At(NOW.time),
                ..stream(Protection::None, traits)
            },
        ],
        ..Listing::default()
    };
    let streams = never_asked().succeeded(Duration::ZERO, Inventory::new(listing, NOW));
    let page = page_of(fleet_of_lists("a", [(ShareKind::LiveStream, streams)])).await;
    let expected = "Of the open live streams and video walls: 1 with past footage too, 1 with sound, \
                    1 made by a service, such as alarm monitoring.";
    assert!(page.contains(expected), "{page}");
    let row = "<td role=\"cell\" data-label=\"SSO\" class=\"n\">1</td>";
    assert!(page.contains(row), "{page}");
}

/// What is wrong with a whole organisation is said once.
#[tokio::test]
async fn lists_that_fail_in_one_way_are_told_together() {
    let lists = ShareKind::ALL.map(|kind| {
        let message = match kind {
            ShareKind::LiveStream => "no answer",
            _ => "HTTP status 401",
        };
        (kind, failed(&never_asked(), message))
    });
    let page = page_of(fleet_of_lists("a", lists)).await;
    for why in [
        "clip_groups, timelapse_groups, video_walls <code>auth</code> HTTP status 401",
        "live_streams <code>auth</code> no answer",
    ] {
        assert_eq!(page.matches(why).count(), 1, "{why} in {page}");
    }
    assert_eq!(page.matches("<code>").count(), 2, "{page}");
}
