//! Records for the tests of each kind.

use super::{Options, Record, reader};
use crate::rhombus::{ApiKey, ExpirationTime};
use crate::share::{Expiry, Listing, MalformedCounts, Protection, Share, UnixMillis};

pub(super) const UUID: &str = "AAAAAAAAAAAAAAAAAAAAAQ";
pub(super) const CREATED: i64 = 1_700_000_000_000;
pub(super) const NOW: UnixMillis = UnixMillis(CREATED + 60_000);

/// As records are read, unless it is said otherwise.
pub(super) fn options() -> Options {
    Options {
        expiration_time: ExpirationTime::Auto,
        keep_titles: true,
        key: ApiKey::new("s3cret-key").unwrap(),
    }
}

/// What an answer with these records lists.
pub(super) fn answer<R: Record>(records: &str) -> Listing {
    answer_with::<R>(options(), records)
}

/// The same, read in this way.
pub(super) fn answer_with<R: Record>(options: Options, records: &str) -> Listing {
    let mut reader = reader::<R>(options, NOW, 1 << 20);
    let answer = format!(r#"{{"{}":[{records}]}}"#, R::LIST);
    reader.push(answer.as_bytes()).unwrap();
    reader.finish().unwrap().0.into_listing()
}

/// The only record of an answer, and what of it was malformed.
pub(super) fn one<R: Record>(record: &str) -> (Share, MalformedCounts) {
    let mut listing = answer::<R>(record);
    assert_eq!(listing.shares.len(), 1);
    (listing.shares.remove(0), listing.malformed)
}

/// Holds a record whose `field` is `value` to fail there only, and to be open for ever.
pub(super) fn malformed_by<R: Record>(values: &[(&'static str, &str)]) {
    for (field, value) in values {
        let uuid = match *field {
            "uuid" => String::new(),
            _ => format!(r#","uuid":"{UUID}""#),
        };
        let (share, malformed) = one::<R>(&format!(r#"{{"{field}":{value}{uuid}}}"#));
        let context = format!("{field}: {value}");
        assert_eq!(malformed, MalformedCounts::from([(*field, 1)]), "{context}");
        let open = (Protection::None, Expiry::Never);
        assert_eq!((share.protection, share.expiry), open, "{context}");
    }
}
