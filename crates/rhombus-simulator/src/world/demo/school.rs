//! A school. The titles are the sort that people write: reasons enough to keep them out of metrics.

use super::Act::{
    AskToSignIn, EndsIn, HasHours, IsHeard, IsOf, LivesFor, Lock, Open, Remove, Share,
};
use super::facts::Facts;
use super::{DAY, HOUR, MINUTE, Repeat, Scene};

pub(super) static FACTS: Facts = Facts {
    locations: ["Main building", "Grounds", "Sports hall"],
    cameras: &[
        ("Front gate", 1),
        ("Gate intercom", 1),
        ("Car park", 1),
        ("Playground north", 1),
        ("Playground fence", 1),
        ("Sports field east", 1),
        ("Sports field west", 1),
        ("Gym", 2),
        ("Bus bay", 1),
        ("Reception", 0),
        ("Corridor B north", 0),
        ("Corridor B south", 0),
        ("Sports hall stairs", 2),
        ("Science lab", 0),
        ("Night entrance", 0),
        ("Canteen counter", 0),
        ("Canteen tables", 0),
    ],
    role: None,
    unlisted: None,
    access: [Some(2 * DAY), None],
    outage: None,
};

pub(super) static CLIP_GROUPS: [Scene; 14] = [
    Scene {
        title: "Playground fence, damage at the weekend",
        description: "For the caretaker.",
        cameras: &[4, 5],
        repeat: Repeat::Once,
        acts: &[(-412 * DAY, Share { locked: false })],
    },
    Scene {
        title: "Sports day highlights",
        description: "",
        cameras: &[4, 6, 7, 7],
        repeat: Repeat::Once,
        acts: &[(-163 * DAY, Share { locked: false })],
    },
    Scene {
        title: "Bus bay near miss, for the council",
        description: "Password given by telephone.",
        cameras: &[9],
        repeat: Repeat::Once,
        acts: &[(-88 * DAY, Share { locked: true })],
    },
    Scene {
        title: "Incident 2291, corridor B",
        description: "",
        cameras: &[11, 12],
        repeat: Repeat::Once,
        acts: &[
            (-5 * DAY, Share { locked: true }),
            (-5 * DAY, EndsIn(14 * DAY)),
        ],
    },
    Scene {
        title: "Science lab spill, insurer",
        description: "Claim 88-1042.",
        cameras: &[14],
        repeat: Repeat::Once,
        acts: &[
            (-6 * DAY, Share { locked: true }),
            (-6 * DAY, EndsIn(7 * DAY + 2 * HOUR)),
        ],
    },
    Scene {
        title: "Front gate, delivery dispute",
        description: "",
        cameras: &[1, 2],
        repeat: Repeat::Once,
        acts: &[
            (-20 * HOUR, Share { locked: false }),
            (-20 * HOUR, LivesFor(DAY)),
        ],
    },
    Scene {
        title: "Car park scrape, staff vehicle",
        description: "",
        cameras: &[3],
        repeat: Repeat::Once,
        acts: &[
            (-30 * DAY, Share { locked: true }),
            (-30 * DAY, EndsIn(90 * DAY)),
        ],
    },
    Scene {
        title: "Police request 26-1180",
        description: "Officer has the password.",
        cameras: &[1, 3, 9],
        repeat: Repeat::Once,
        acts: &[
            (-4 * DAY, Share { locked: true }),
            (-4 * DAY, EndsIn(7 * DAY)),
        ],
    },
    Scene {
        title: "Fire drill, evacuation times",
        description: "",
        cameras: &[11, 12, 13],
        repeat: Repeat::Once,
        acts: &[
            (-9 * DAY, Share { locked: false }),
            (-9 * DAY, EndsIn(7 * DAY)),
        ],
    },
    Scene {
        title: "Reception, visitor without a badge",
        description: "",
        cameras: &[1, 10],
        repeat: Repeat::New(4 * MINUTE),
        acts: &[
            (20, Share { locked: false }),
            (20, EndsIn(80)),
            (150, Remove),
        ],
    },
    Scene {
        title: "Parent's request, fall in the playground",
        description: "Set a password before sending!",
        cameras: &[4],
        repeat: Repeat::New(5 * MINUTE),
        acts: &[
            (45, Share { locked: false }),
            (105, Lock),
            (130, EndsIn(7 * DAY)),
            (260, Remove),
        ],
    },
    Scene {
        title: "Gym storage, missing keys",
        description: "",
        cameras: &[8],
        repeat: Repeat::Same(3 * MINUTE),
        acts: &[
            (-HOUR, Share { locked: true }),
            (-HOUR, EndsIn(2 * DAY)),
            (60, Open),
            (150, Lock),
        ],
    },
    Scene {
        title: "Night entrance, alarm test",
        description: "For the alarm company.",
        cameras: &[2, 15],
        repeat: Repeat::Same(6 * MINUTE),
        acts: &[
            (-3 * HOUR, Share { locked: true }),
            (0, EndsIn(2 * MINUTE)),
            (100, EndsIn(DAY)),
        ],
    },
    Scene {
        title: "Canteen queue, shared by mistake",
        description: "",
        cameras: &[16, 16, 17],
        repeat: Repeat::New(7 * MINUTE),
        acts: &[(75, Share { locked: false }), (240, Remove)],
    },
];

pub(super) static TIMELAPSE_GROUPS: [Scene; 2] = [
    Scene {
        title: "New gym, the building of it",
        description: "",
        cameras: &[8, 13],
        repeat: Repeat::Once,
        acts: &[(-70 * DAY, Share { locked: false })],
    },
    Scene {
        title: "Roof repair, for the insurer",
        description: "",
        cameras: &[5],
        repeat: Repeat::New(6 * MINUTE),
        acts: &[
            (30, Share { locked: false }),
            (90, Lock),
            (90, EndsIn(DAY)),
            (300, Remove),
        ],
    },
];

pub(super) static LIVE_STREAMS: [Scene; 5] = [
    Scene {
        title: "School gate, parents' page",
        description: "",
        cameras: &[1],
        repeat: Repeat::Once,
        acts: &[(-300 * DAY, Share { locked: false })],
    },
    Scene {
        title: "Night entrance",
        description: "",
        cameras: &[15],
        repeat: Repeat::Once,
        acts: &[
            (-20 * DAY, Share { locked: true }),
            (-20 * DAY, IsOf("ALARM_MONITORING")),
        ],
    },
    Scene {
        title: "Staff room screen",
        description: "",
        cameras: &[10],
        repeat: Repeat::Once,
        acts: &[
            (-100 * DAY, Share { locked: false }),
            (-100 * DAY, AskToSignIn),
            (-100 * DAY, HasHours),
        ],
    },
    Scene {
        title: "Sports field, match day",
        description: "",
        cameras: &[6],
        repeat: Repeat::New(5 * MINUTE),
        acts: &[
            (40, Share { locked: false }),
            (40, EndsIn(2 * MINUTE)),
            (220, Remove),
        ],
    },
    Scene {
        title: "Gate intercom, for the caretaker's phone",
        description: "",
        cameras: &[2],
        repeat: Repeat::Once,
        acts: &[
            (-33 * DAY, Share { locked: true }),
            (-33 * DAY, IsHeard { talks: true }),
        ],
    },
];

pub(super) static VIDEO_WALLS: [Scene; 3] = [
    Scene {
        title: "Front office",
        description: "",
        cameras: &[1, 2, 10],
        repeat: Repeat::Once,
        acts: &[(-50 * DAY, Share { locked: true })],
    },
    Scene {
        title: "Open day",
        description: "",
        cameras: &[4, 6, 11],
        repeat: Repeat::New(7 * MINUTE),
        acts: &[
            (60, Share { locked: false }),
            (60, EndsIn(3 * MINUTE)),
            (300, Remove),
        ],
    },
    Scene {
        title: "Caretaker, shared with nobody",
        description: "",
        cameras: &[5, 15],
        repeat: Repeat::Once,
        acts: &[],
    },
];
