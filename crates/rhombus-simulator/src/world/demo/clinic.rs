//! A clinic. The titles are the sort that people write: reasons enough to keep them out of metrics.

use super::Act::{AskToSignIn, EndsIn, HasHours, IsOf, LivesFor, Lock, Open, Remove, Share};
use super::facts::{Facts, Outage};
use super::{DAY, HOUR, MINUTE, Repeat, Scene};
use crate::fault::Fault;
use crate::operation::Operation;

pub(super) static FACTS: Facts = Facts {
    locations: ["Main house", "Wards", "Outside"],
    cameras: &[
        ("Pharmacy door", 0),
        ("Ambulance bay", 2),
        ("Delivery entrance", 2),
        ("Reception", 0),
        ("Waiting room", 0),
        ("Ward 2 corridor east", 1),
        ("Ward 2 desk", 1),
        ("Ward 3 desk", 1),
        ("Car park", 2),
        ("Laboratory", 0),
        ("Loading dock", 2),
        ("Ward 2 corridor west", 1),
    ],
    role: Some("Front desk"),
    unlisted: Some(3),
    access: [None, Some(90 * DAY)],
    outage: Some(Outage {
        operation: Operation::VideoWalls,
        period: 30 * MINUTE,
        within: 2 * MINUTE..7 * MINUTE,
        fault: || Fault::ServerError {
            status: 503,
            retry_after: None,
        },
    }),
};

pub(super) static CLIP_GROUPS: [Scene; 10] = [
    Scene {
        title: "Pharmacy door, held open",
        description: "",
        cameras: &[1],
        repeat: Repeat::Once,
        acts: &[(-230 * DAY, Share { locked: false })],
    },
    Scene {
        title: "Ambulance bay, damaged bollard",
        description: "For the contractor.",
        cameras: &[2, 3],
        repeat: Repeat::Once,
        acts: &[(-40 * DAY, Share { locked: true })],
    },
    Scene {
        title: "Fall in the waiting room, insurer",
        description: "",
        cameras: &[4, 5],
        repeat: Repeat::Once,
        acts: &[
            (-11 * DAY, Share { locked: true }),
            (-11 * DAY, EndsIn(30 * DAY)),
        ],
    },
    Scene {
        title: "Lost property, handbag",
        description: "",
        cameras: &[5],
        repeat: Repeat::Once,
        acts: &[
            (-6 * HOUR, Share { locked: false }),
            (-6 * HOUR, LivesFor(DAY)),
        ],
    },
    Scene {
        title: "Night shift handover, training",
        description: "",
        cameras: &[6, 7, 8],
        repeat: Repeat::Once,
        acts: &[
            (-60 * DAY, Share { locked: true }),
            (-60 * DAY, EndsIn(62 * DAY)),
        ],
    },
    Scene {
        title: "Car park, broken window",
        description: "Police have the link.",
        cameras: &[9],
        repeat: Repeat::Once,
        acts: &[
            (-16 * DAY, Share { locked: true }),
            (-16 * DAY, EndsIn(14 * DAY)),
        ],
    },
    Scene {
        title: "Laboratory fridge, door alarm",
        description: "",
        cameras: &[10],
        repeat: Repeat::Once,
        acts: &[
            (-2 * DAY, Share { locked: true }),
            (-2 * DAY, EndsIn(5 * DAY)),
        ],
    },
    Scene {
        title: "Reception, argument at the desk",
        description: "",
        cameras: &[4],
        repeat: Repeat::New(5 * MINUTE),
        acts: &[
            (35, Share { locked: false }),
            (35, EndsIn(2 * MINUTE)),
            (200, Remove),
        ],
    },
    Scene {
        title: "Delivery entrance, missing parcel",
        description: "",
        cameras: &[3, 11],
        repeat: Repeat::Same(4 * MINUTE),
        acts: &[
            (-2 * HOUR, Share { locked: true }),
            (0, EndsIn(3 * MINUTE)),
            (80, Open),
            (160, Lock),
            (170, EndsIn(3 * DAY)),
        ],
    },
    Scene {
        title: "Ward 2 corridor, for the relatives",
        description: "Ask the ward manager first.",
        cameras: &[6, 12],
        repeat: Repeat::New(8 * MINUTE),
        acts: &[(110, Share { locked: false }), (300, Lock), (420, Remove)],
    },
];

pub(super) static TIMELAPSE_GROUPS: [Scene; 1] = [Scene {
    title: "Car park, a week of it",
    description: "",
    cameras: &[9],
    repeat: Repeat::Same(5 * MINUTE),
    acts: &[
        (-9 * DAY, Share { locked: true }),
        (0, Lock),
        (70, Open),
        (180, Lock),
    ],
}];

pub(super) static LIVE_STREAMS: [Scene; 4] = [
    Scene {
        title: "Waiting room screen",
        description: "",
        cameras: &[4],
        repeat: Repeat::Once,
        acts: &[
            (-80 * DAY, Share { locked: false }),
            (-80 * DAY, AskToSignIn),
        ],
    },
    Scene {
        title: "Ambulance bay, for the dispatchers",
        description: "",
        cameras: &[2],
        repeat: Repeat::New(6 * MINUTE),
        acts: &[(50, Share { locked: false }), (120, Lock), (240, Remove)],
    },
    Scene {
        title: "Server room, for the installer",
        description: "",
        cameras: &[10],
        repeat: Repeat::Once,
        acts: &[(-150 * DAY, Share { locked: false })],
    },
    Scene {
        title: "Pharmacy at night, alarm centre",
        description: "",
        cameras: &[1],
        repeat: Repeat::Once,
        acts: &[
            (-62 * DAY, Share { locked: true }),
            (-62 * DAY, IsOf("DICE")),
            (-62 * DAY, HasHours),
        ],
    },
];

pub(super) static VIDEO_WALLS: [Scene; 2] = [
    Scene {
        title: "Ward desk",
        description: "",
        cameras: &[6, 12],
        repeat: Repeat::Same(4 * MINUTE),
        acts: &[
            (-30 * DAY, Share { locked: true }),
            (0, Lock),
            (90, Open),
            (150, Lock),
        ],
    },
    Scene {
        title: "All entrances",
        description: "",
        cameras: &[1, 2, 3, 11],
        repeat: Repeat::Once,
        acts: &[
            (-21 * DAY, Share { locked: false }),
            (-21 * DAY, EndsIn(28 * DAY)),
        ],
    },
];
