//! A chain of hardware shops. The titles are the sort that people write: reasons enough to keep them out
//! of metrics.

use super::Act::{AskToSignIn, EndsIn, IsHeard, IsOf, LivesFor, Lock, Open, Remove, Share};
use super::facts::{Facts, Outage};
use super::{DAY, HOUR, MINUTE, Repeat, Scene};
use crate::fault::Fault;
use crate::operation::Operation;

pub(super) static FACTS: Facts = Facts {
    locations: ["Quay Street", "Mill Lane", "Timber yard"],
    cameras: &[
        ("Shop window", 0),
        ("Tills", 0),
        ("Service desk", 0),
        ("Power tools east", 1),
        ("Power tools west", 1),
        ("Yard", 2),
        ("Loading dock", 1),
        ("Loading dock doors", 1),
        ("Yard gate", 2),
    ],
    role: None,
    unlisted: None,
    access: [None, Some(30 * DAY)],
    outage: Some(Outage {
        operation: Operation::LiveStreams,
        period: 20 * MINUTE,
        within: 4 * MINUTE..7 * MINUTE,
        fault: || Fault::Warning {
            message: "The streams of one shop are missing.".to_owned(),
        },
    }),
};

pub(super) static CLIP_GROUPS: [Scene; 8] = [
    Scene {
        title: "Till 2, short change",
        description: "For the area manager.",
        cameras: &[2],
        repeat: Repeat::Once,
        acts: &[(-120 * DAY, Share { locked: false })],
    },
    Scene {
        title: "Power tools aisle, theft 14 May",
        description: "Password on the incident sheet.",
        cameras: &[4, 5],
        repeat: Repeat::Once,
        acts: &[(-75 * DAY, Share { locked: true })],
    },
    Scene {
        title: "Loading bay, forklift and pallet",
        description: "Insurer, claim 5514.",
        cameras: &[7, 8],
        repeat: Repeat::Once,
        acts: &[
            (-8 * DAY, Share { locked: true }),
            (-8 * DAY, EndsIn(21 * DAY)),
        ],
    },
    Scene {
        title: "Quay Street shop, window at night",
        description: "",
        cameras: &[1],
        repeat: Repeat::Once,
        acts: &[
            (-3 * DAY, Share { locked: false }),
            (-3 * DAY, LivesFor(2 * DAY)),
        ],
    },
    Scene {
        title: "Returns desk, refund twice",
        description: "",
        cameras: &[3],
        repeat: Repeat::New(4 * MINUTE),
        acts: &[
            (25, Share { locked: false }),
            (25, EndsIn(100)),
            (170, Remove),
        ],
    },
    Scene {
        title: "Timber yard, customer's van",
        description: "He only wants the number plate.",
        cameras: &[6, 9],
        repeat: Repeat::New(7 * MINUTE),
        acts: &[
            (65, Share { locked: false }),
            (155, Lock),
            (185, EndsIn(14 * DAY)),
            (360, Remove),
        ],
    },
    Scene {
        title: "Key cutting, for the trainees",
        description: "",
        cameras: &[3],
        repeat: Repeat::Same(5 * MINUTE),
        acts: &[
            (-25 * DAY, Share { locked: true }),
            (0, Lock),
            (85, Open),
            (210, Lock),
        ],
    },
    Scene {
        title: "Stocktaking, all shops",
        description: "Head office asks for more time each week.",
        cameras: &[2, 4, 5, 7],
        repeat: Repeat::Same(3 * MINUTE),
        acts: &[
            (-6 * DAY, Share { locked: true }),
            (0, EndsIn(HOUR)),
            (120, EndsIn(2 * DAY)),
        ],
    },
];

pub(super) static TIMELAPSE_GROUPS: [Scene; 2] = [
    Scene {
        title: "Refit of the Mill Lane shop",
        description: "",
        cameras: &[4],
        repeat: Repeat::Once,
        acts: &[
            (-34 * DAY, Share { locked: true }),
            (-34 * DAY, EndsIn(60 * DAY)),
        ],
    },
    Scene {
        title: "Christmas display, for the press",
        description: "",
        cameras: &[1, 3],
        repeat: Repeat::New(6 * MINUTE),
        acts: &[
            (55, Share { locked: false }),
            (55, EndsIn(4 * MINUTE)),
            (330, Remove),
        ],
    },
];

pub(super) static LIVE_STREAMS: [Scene; 4] = [
    Scene {
        title: "Yard at night, guards",
        description: "",
        cameras: &[6],
        repeat: Repeat::Once,
        acts: &[
            (-45 * DAY, Share { locked: true }),
            (-45 * DAY, IsOf("ALARM_MONITORING")),
        ],
    },
    Scene {
        title: "Head office screen",
        description: "",
        cameras: &[2],
        repeat: Repeat::Once,
        acts: &[
            (-200 * DAY, Share { locked: true }),
            (-200 * DAY, AskToSignIn),
        ],
    },
    Scene {
        title: "Queue at the tills, our web site",
        description: "",
        cameras: &[3],
        repeat: Repeat::Once,
        acts: &[(-95 * DAY, Share { locked: false })],
    },
    Scene {
        title: "Loading bay, for the driver",
        description: "",
        cameras: &[7],
        repeat: Repeat::New(4 * MINUTE),
        acts: &[
            (30, Share { locked: false }),
            (30, IsHeard { talks: false }),
            (30, EndsIn(90)),
            (150, Remove),
        ],
    },
];

pub(super) static VIDEO_WALLS: [Scene; 2] = [
    Scene {
        title: "All shop doors",
        description: "",
        cameras: &[1, 6, 8],
        repeat: Repeat::Once,
        acts: &[
            (-15 * DAY, Share { locked: true }),
            (-15 * DAY, EndsIn(16 * DAY)),
        ],
    },
    Scene {
        title: "Sale week",
        description: "",
        cameras: &[2, 3, 4],
        repeat: Repeat::New(5 * MINUTE),
        acts: &[(40, Share { locked: false }), (140, Lock), (270, Remove)],
    },
];
