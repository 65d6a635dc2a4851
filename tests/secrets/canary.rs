//! A text or a uuid that is put in at one place, and how it is found at another.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// What is looked for.
#[derive(Clone, Debug)]
pub(crate) struct Canary {
    /// What it is, for who reads that it was found.
    pub(crate) what: String,
    /// As Rhombus writes it.
    pub(crate) text: String,
    /// As it would stand in an output.
    writings: Vec<Writing>,
}

#[derive(Clone, Debug)]
struct Writing {
    text: String,
    /// Whether it is the same in either case.
    is_any_case: bool,
}

impl Canary {
    /// A word: letters and digits, so that no escape changes it.
    pub(crate) fn word(word: &str) -> Self {
        assert!(
            word.len() >= 10 && word.bytes().all(|it| it.is_ascii_alphanumeric()),
            "{word}: expected ten letters and digits or more"
        );
        Self::new(word, word, writings(word))
    }

    /// A uuid, which is any other for another number.
    pub(crate) fn uuid(what: &str, number: u64) -> Self {
        let bytes = uuid_bytes(number);
        let text = URL_SAFE_NO_PAD.encode(bytes);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let dashed = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &hex[part]);
        let decimal = bytes.map(|byte| byte.to_string());
        let standard = STANDARD_NO_PAD.encode(bytes);
        let percent = |plus, slash| standard[..21].replace('+', plus).replace('/', slash);
        // A half of it is too much.
        let halves = [
            &text[..11],
            &text[11..21],
            &standard[..11],
            &standard[11..21],
        ];
        let mut all = writings(&text[..21]);
        all.extend(halves.map(Writing::exact));
        let percents = [percent("%2B", "%2F"), percent("%2b", "%2f")];
        all.extend(percents.map(|text| Writing::exact(&text)));
        all.extend([&hex[..16], &hex[16..], &dashed.join("-")].map(Writing::any_case));
        all.extend([",", ", "].map(|between| Writing::exact(&decimal[..8].join(between))));
        Self::new(what, &text, all)
    }

    fn new(what: &str, text: &str, writings: Vec<Writing>) -> Self {
        Self {
            what: what.to_owned(),
            text: text.to_owned(),
            writings,
        }
    }

    /// The writing of it that is somewhere in `text`.
    pub(crate) fn found_in(&self, text: &str) -> Option<&str> {
        let lower = text.to_ascii_lowercase();
        let mut writings = self.writings.iter();
        let found = writings.find(|it| match it.is_any_case {
            true => lower.contains(&it.text),
            false => text.contains(&it.text),
        });
        found.map(|it| &*it.text)
    }
}

impl Writing {
    fn exact(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            is_any_case: false,
        }
    }

    fn any_case(text: &str) -> Self {
        Self {
            text: text.to_ascii_lowercase(),
            is_any_case: true,
        }
    }
}

/// 16 bytes in which both characters of base64 are that differ between its alphabets.
fn uuid_bytes(number: u64) -> [u8; 16] {
    let mut bytes = fastrand::Rng::with_seed(number).u128(..).to_be_bytes();
    (bytes[0], bytes[1], bytes[2]) = (0xfb, 0xef, 0xff);
    (bytes[12], bytes[13], bytes[14]) = (0xfb, 0xef, 0xff);
    bytes
}

/// A text as it came, in hexadecimal, in percent signs, and in base64 whatever is before it.
fn writings(text: &str) -> Vec<Writing> {
    let each = |before: &str| {
        let digits = text.bytes().map(|byte| format!("{before}{byte:02x}"));
        Writing::any_case(&digits.collect::<String>())
    };
    let plain = match text.bytes().all(|it| it.is_ascii_alphanumeric()) {
        true => Writing::any_case(text),
        false => Writing::exact(text),
    };
    let mut all = vec![plain];
    all.extend(["", "%", "\\x", "\\u00"].map(each));
    for before in ["", "-", "--"] {
        let text = format!("{before}{text}");
        for written in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
            // Its first and last characters also stand for what is beside it.
            let from = 4 * before.len().min(1);
            all.push(Writing::exact(&written[from..written.len() - 2]));
        }
    }
    all
}

/// None of these is in what was said at `place`.
pub(crate) fn assert_holds_none<'c>(
    place: &str,
    said: &str,
    canaries: impl IntoIterator<Item = &'c Canary>,
) {
    for canary in canaries {
        if let Some(writing) = canary.found_in(said) {
            panic!("{}: {writing:?} is in {place}:\n{said}", canary.what);
        }
    }
}

/// Each of these is there.
pub(crate) fn assert_holds_all<'c>(
    place: &str,
    said: &str,
    canaries: impl IntoIterator<Item = &'c Canary>,
) {
    for canary in canaries {
        let is_there = said.contains(&canary.text);
        assert!(is_there, "{} is not in {place}:\n{said}", canary.what);
    }
}

#[test]
fn a_canary_is_found_in_each_writing() {
    let word = Canary::word("xqwolframword");
    for said in [
        "a xqWolframword here",
        "7871776f6c6672616d776f7264",
        "%78%71%77%6F%6C%66%72%61%6D%77%6F%72%64",
        "eHF3b2xmcmFtd29yZA==",
        &STANDARD_NO_PAD.encode("a xqwolframword"),
        &STANDARD_NO_PAD.encode("x xqwolframword b"),
        &STANDARD_NO_PAD.encode("[\"xqwolframword\"]"),
    ] {
        assert!(word.found_in(said).is_some(), "{said}");
    }
    let uuid = Canary::uuid("share", 7);
    let bytes = uuid_bytes(7);
    for said in [
        uuid.text.clone(),
        STANDARD_NO_PAD.encode(bytes),
        STANDARD_NO_PAD
            .encode(bytes)
            .replace('+', "%2B")
            .replace('/', "%2F"),
        format!("{:032X}", u128::from_be_bytes(bytes)),
        format!("Uuid({bytes:?})"),
        format!("{bytes:02x?}").replace(", ", ""),
        URL_SAFE_NO_PAD.encode(format!("{{\"uuid\":\"{}\"}}", uuid.text)),
        format!("{}…", &uuid.text[..11]),
    ] {
        assert!(uuid.found_in(&said).is_some(), "{said}");
    }
    let other = Canary::uuid("share", 8);
    assert!(other.found_in(&uuid.text).is_none(), "{}", uuid.text);
    assert!(word.found_in("xqwolfram word").is_none());
}
