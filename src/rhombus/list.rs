//! Reads an answer as its bytes arrive: one JSON object with one list in it, or one object by ids, whose
//! elements are handed on one at a time. No more than one element is held, so that the memory does not grow with
//! the list; and nothing counts until [`ListReader::finish`] has seen the whole document.
//!
//! A value is tried with `serde_json` on what has arrived; if that ends too early, it is tried again
//! once the waiting bytes have doubled, so that the work stays linear however the bytes are cut.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::careful::read_again;
use super::envelope::Envelope;
use super::field::Lenient;

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// It is cut, or not the documented object.
    #[error("not the documented JSON near byte {at}: {what}")]
    Malformed {
        /// How many bytes came before.
        at: u64,
        /// What was wrong there.
        what: String,
    },
    /// One value, an element or another, has more bytes than may be held.
    #[error("a single value is longer than {limit} bytes")]
    ValueTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
}

/// Takes the elements of a list, or of an object.
pub trait Sink {
    /// What an element is.
    type Record: DeserializeOwned;

    /// Takes the name of the next element, where there are such; none where it is no text.
    fn name(&mut self, _name: Option<String>) {}

    /// Takes the next element; what is no [`Sink::Record`] is malformed, and an element all the same.
    fn take(&mut self, record: Lenient<Self::Record>);

    /// How much memory is kept of the elements, about, in bytes.
    fn kept_bytes(&self) -> u64;
}

/// A reader of `{"<list>": [element, …], …}`, or of `{"<list>": {"<name>": element, …}, …}`.
pub struct ListReader<S> {
    sink: S,
    list: &'static str,
    elements: Elements,
    limit: usize,
    expect: Expect,
    key: String,
    envelope: Envelope,
    /// Bytes that have arrived and are not read yet.
    pending: Vec<u8>,
    /// How many pending bytes it takes to be worth another try.
    retry_at: usize,
    /// How many bytes were read before the pending ones.
    read: u64,
}

/// How elements stand in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Elements {
    /// In an array.
    Listed,
    /// In an object, each under its name.
    Named,
}

impl Elements {
    const fn describe(self) -> &'static str {
        match self {
            Self::Listed => "a list",
            Self::Named => "an object",
        }
    }

    /// What they begin and end with, and what comes first and after a comma.
    const fn form(self) -> (u8, u8, Expect, Expect) {
        match self {
            Self::Listed => (b'[', b']', Expect::ElementOrEnd, Expect::Element),
            Self::Named => (b'{', b'}', Expect::NameOrEnd, Expect::Name),
        }
    }
}

/// What comes next in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Object,
    KeyOrEnd,
    Key,
    Colon,
    Value,
    CommaOrEnd,
    NameOrEnd,
    Name,
    NameColon,
    ElementOrEnd,
    Element,
    ElementCommaOrEnd,
    Nothing,
}

impl<S: Sink> ListReader<S> {
    /// Hands the elements of `list` to `sink`. A single value may have `limit` bytes at most.
    pub fn new(list: &'static str, limit: usize, sink: S) -> Self {
        Self::of(Elements::Listed, list, limit, sink)
    }

    /// The same where `list` is an object.
    pub fn by_name(list: &'static str, limit: usize, sink: S) -> Self {
        Self::of(Elements::Named, list, limit, sink)
    }

    fn of(elements: Elements, list: &'static str, limit: usize, sink: S) -> Self {
        Self {
            sink,
            list,
            elements,
            limit,
            expect: Expect::Object,
            key: String::new(),
            envelope: Envelope::default(),
            pending: Vec::new(),
            retry_at: 0,
            read: 0,
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// When the document can no longer become the documented object.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), ListError> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() < self.retry_at {
            return Ok(());
        }
        self.read_pending()?;
        if self.pending.len() > self.limit {
            return Err(ListError::ValueTooLarge { limit: self.limit });
        }
        self.retry_at = (self.pending.len() * 2).min(self.limit + 1);
        Ok(())
    }

    /// Where the elements went.
    pub fn sink(&self) -> &S {
        &self.sink
    }

    /// Says that there are no more bytes, and gives back the sink with what stood beside the list.
    ///
    /// # Errors
    /// When the document is not whole.
    pub fn finish(mut self) -> Result<(S, Envelope), ListError> {
        self.read_pending()?;
        if self.expect == Expect::Nothing {
            return Ok((self.sink, self.envelope));
        }
        let at = self.read + self.pending.len() as u64;
        Err(ListError::Malformed {
            at,
            what: "it ends too early".into(),
        })
    }

    fn read_pending(&mut self) -> Result<(), ListError> {
        let pending = std::mem::take(&mut self.pending);
        let mut input = Input {
            bytes: &pending,
            position: 0,
            before: self.read,
        };
        while self.step(&mut input)? {}
        let position = input.position;
        self.read += position as u64;
        self.pending = pending;
        self.pending.drain(..position);
        Ok(())
    }

    /// Reads one token or value; false when that takes more bytes.
    fn step(&mut self, input: &mut Input<'_>) -> Result<bool, ListError> {
        let Some(byte) = input.peek() else {
            return Ok(false);
        };
        let (open, close, first, another) = self.elements.form();
        let next = match (self.expect, byte) {
            (Expect::Object, b'{') => input.skip(Expect::KeyOrEnd),
            (Expect::KeyOrEnd | Expect::CommaOrEnd, b'}') => input.skip(Expect::Nothing),
            (Expect::KeyOrEnd | Expect::Key, b'"') => self.read_key(input)?,
            (Expect::Colon, b':') => input.skip(Expect::Value),
            (Expect::Value, byte) if byte == open && self.key == self.list => {
                self.saw_list(input)?;
                input.skip(first)
            }
            (Expect::Value, _) => self.read_value(input)?,
            (Expect::CommaOrEnd, b',') => input.skip(Expect::Key),
            (Expect::NameOrEnd | Expect::ElementOrEnd | Expect::ElementCommaOrEnd, byte)
                if byte == close =>
            {
                input.skip(Expect::CommaOrEnd)
            }
            (Expect::NameOrEnd | Expect::Name, b'"') => self.read_name(input)?,
            (Expect::NameColon, b':') => input.skip(Expect::Element),
            (Expect::ElementOrEnd | Expect::Element, _) => self.read_element(input)?,
            (Expect::ElementCommaOrEnd, b',') => input.skip(another),
            (expected, _) => return Err(input.malformed(expected.describe())),
        };
        self.expect = next.unwrap_or(self.expect);
        Ok(next.is_some())
    }

    fn read_key(&mut self, input: &mut Input<'_>) -> Result<Option<Expect>, ListError> {
        let Some(key) = input.value()? else {
            return Ok(None);
        };
        self.key = key;
        Ok(Some(Expect::Colon))
    }

    /// A name may be JSON that no text holds: half a surrogate pair.
    fn read_name(&mut self, input: &mut Input<'_>) -> Result<Option<Expect>, ListError> {
        let Some(name) = input.value::<&RawValue>()? else {
            return Ok(None);
        };
        self.sink.name(serde_json::from_str(name.get()).ok());
        Ok(Some(Expect::NameColon))
    }

    fn read_element(&mut self, input: &mut Input<'_>) -> Result<Option<Expect>, ListError> {
        let record = match input.parse() {
            Ok(record) => record,
            // What is odd is read again; what is no JSON at all ends the document.
            Err(_) => input.value()?.map(read_again),
        };
        let Some(record) = record else {
            return Ok(None);
        };
        self.sink.take(record);
        self.envelope.listed += 1;
        Ok(Some(Expect::ElementCommaOrEnd))
    }

    /// Reads a value that is not the list, or is the list and not of its form.
    fn read_value(&mut self, input: &mut Input<'_>) -> Result<Option<Expect>, ListError> {
        let Some(value) = input.value::<&RawValue>()? else {
            return Ok(None);
        };
        match self.key.as_str() {
            key if key == self.list && value.get() == "null" => self.saw_list(input)?,
            key if key == self.list => {
                let what = self.elements.describe();
                return Err(input.malformed(&format!("`{}` is not {what}", self.list)));
            }
            key => self.envelope.take(key, value),
        }
        Ok(Some(Expect::CommaOrEnd))
    }

    fn saw_list(&mut self, input: &Input<'_>) -> Result<(), ListError> {
        if std::mem::replace(&mut self.envelope.has_list, true) {
            return Err(input.malformed(&format!("a second `{}`", self.list)));
        }
        Ok(())
    }
}

impl Expect {
    const fn describe(self) -> &'static str {
        match self {
            Self::Object => "expected an object",
            Self::KeyOrEnd | Self::Key | Self::NameOrEnd | Self::Name => "expected a key",
            Self::Colon | Self::NameColon => "expected a colon",
            Self::CommaOrEnd => "expected a comma or the end of the object",
            Self::ElementCommaOrEnd => "expected a comma or the end of the list",
            Self::Value | Self::ElementOrEnd | Self::Element => "expected a value",
            Self::Nothing => "expected nothing more",
        }
    }
}

/// The bytes at hand, and how far they are read.
struct Input<'a> {
    bytes: &'a [u8],
    position: usize,
    before: u64,
}

impl<'a> Input<'a> {
    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.bytes[self.position..];
        let blank = rest
            .iter()
            .take_while(|byte| b" \t\r\n".contains(byte))
            .count();
        self.position += blank;
        rest.get(blank).copied()
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "reads like its siblings, which may want more"
    )]
    fn skip(&mut self, then: Expect) -> Option<Expect> {
        self.position += 1;
        Some(then)
    }

    /// The next value; none when it may go on in bytes that have not arrived.
    fn parse<T: Deserialize<'a>>(&mut self) -> serde_json::Result<Option<T>> {
        let rest = &self.bytes[self.position..];
        let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<T>();
        match values.next() {
            None => Ok(None),
            Some(Err(error)) if error.is_eof() || ends_in_number(rest) => Ok(None),
            Some(Err(error)) => Err(error),
            Some(Ok(value)) => {
                let end = values.byte_offset();
                // `3` may yet become `30`: a scalar ends only where something else begins.
                if end == rest.len() && !b"}]\"".contains(&rest[end - 1]) {
                    return Ok(None);
                }
                self.position += end;
                Ok(Some(value))
            }
        }
    }

    fn value<T: Deserialize<'a>>(&mut self) -> Result<Option<T>, ListError> {
        self.parse()
            .map_err(|error| self.malformed(&reason(&error)))
    }

    fn malformed(&self, what: &str) -> ListError {
        ListError::Malformed {
            at: self.before + self.position as u64,
            what: what.to_owned(),
        }
    }
}

/// Whether the bytes may have been cut inside a number. `serde_json` calls `-` and `1e` invalid
/// where it calls other cut values too short.
fn ends_in_number(bytes: &[u8]) -> bool {
    bytes
        .last()
        .is_some_and(|byte| b"-+.eE0123456789".contains(byte))
}

/// What `serde_json` says, without its line and column, which count from the middle of nowhere.
/// Its messages for syntax hold nothing of the document.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ")
        .map_or(text.clone(), |(what, _)| what.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;
    use crate::rhombus::envelope::Completeness;

    #[derive(Default)]
    struct Numbers(Vec<Option<u64>>, Vec<Option<String>>);

    #[derive(Deserialize)]
    struct Number {
        n: u64,
    }

    impl Sink for Numbers {
        type Record = Number;
        fn name(&mut self, name: Option<String>) {
            self.1.push(name);
        }
        fn take(&mut self, number: Lenient<Number>) {
            self.0.push(number.0.ok().flatten().map(|number| number.n));
        }
        fn kept_bytes(&self) -> u64 {
            0
        }
    }

    type Seen = Result<(Vec<Option<u64>>, Envelope), ListError>;

    fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Seen {
        let mut reader = ListReader::new("list", 1 << 20, Numbers::default());
        for piece in pieces {
            reader.push(piece)?;
        }
        let (Numbers(numbers, names), envelope) = reader.finish()?;
        assert_eq!(names, []);
        Ok((numbers, envelope))
    }

    fn whole(document: &str) -> Seen {
        read([document.as_bytes()])
    }

    const GOOD: &str = r#" {"a":[1,{"b":"]"}], "error":false, "list": [ {"n":30}, {"n":31,"x":[{}]} ,
        7, null, "s", [1], {"n":"no"}, {"n":9,"x":-1.5e-3}, {"n":-2} ], "errorMsg":null, "warningMsg":"slow \"down\"" } "#;

    #[test]
    fn the_elements_come_in_order_and_those_of_another_shape_are_counted() {
        let (numbers, envelope) = whole(GOOD).unwrap();
        assert_eq!(
            numbers,
            [
                Some(30),
                Some(31),
                None,
                None,
                None,
                None,
                None,
                Some(9),
                None
            ]
        );
        assert_eq!(envelope.listed, 9);
        assert_eq!(envelope.judge(), Ok(Completeness::Partial));
    }

    #[test]
    fn every_cut_gives_the_same_answer() {
        let bytes = GOOD.as_bytes();
        for cut in 0..=bytes.len() {
            assert_eq!(
                read([&bytes[..cut], &bytes[cut..]]),
                whole(GOOD),
                "cut at {cut}"
            );
        }
        assert_eq!(read(bytes.chunks(1)), whole(GOOD));
    }

    #[test]
    fn no_document_that_was_cut_short_is_taken_for_a_whole_one() {
        let document = GOOD.trim_end();
        for end in 0..document.len() {
            assert!(whole(&document[..end]).is_err(), "cut after {end}");
        }
    }

    #[test]
    fn what_is_not_the_documented_object_is_refused() {
        for (document, what) in [
            ("", "it ends too early"),
            ("[]", "expected an object"),
            ("<html>", "expected an object"),
            ("{} {}", "expected nothing more"),
            ("{]", "expected a key"),
            (r#"{"list":[}"#, "expected value"),
            (
                r#"{"list":[{"n":1} {"n":2}]}"#,
                "expected a comma or the end of the list",
            ),
            (r#"{"list":[{"n":1},]}"#, "expected value"),
            (r#"{"list":{}}"#, "`list` is not a list"),
            (r#"{"list":"x"}"#, "`list` is not a list"),
            (r#"{"list":[],"list":[]}"#, "a second `list`"),
            (
                r#"{"a":1"b":2}"#,
                "expected a comma or the end of the object",
            ),
            (r#"{"a":nope}"#, "expected ident"),
        ] {
            match whole(document) {
                Err(ListError::Malformed { what: got, .. }) => {
                    assert_eq!(got, what, "{document}")
                }
                other => panic!("{document}: {other:?}"),
            }
        }
    }

    const NAMED: &str = r#" {"a":{"list":{}}, "list" : { "x": {"n":30} , "y":{"n":31,"x":[{}]},
        "":7, "\ud800":{"n":1}, "]}" : null, "\u0078":{"n":"no"},"z" :{"n":1e999}} ,"error":false} "#;

    /// A name and a value.
    type Named = (Option<String>, Option<u64>);

    /// The elements of an object with their names, cut into `pieces`.
    fn by_name<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<Named>, ListError> {
        let mut reader = ListReader::by_name("list", 1 << 20, Numbers::default());
        for piece in pieces {
            reader.push(piece)?;
        }
        let (Numbers(numbers, names), envelope) = reader.finish()?;
        assert_eq!(
            (envelope.listed, names.len()),
            (numbers.len() as u64, numbers.len())
        );
        assert_eq!(envelope.judge(), Ok(Completeness::Whole));
        Ok(names.into_iter().zip(numbers).collect())
    }

    #[test]
    fn the_elements_of_an_object_come_with_their_names_however_it_is_cut() {
        let bytes = NAMED.as_bytes();
        let named = |(name, number): (&str, _)| (Some(name.to_owned()), number);
        let [x, y, empty, brackets, again, z] = [
            ("x", Some(30)),
            ("y", Some(31)),
            ("", None),
            ("]}", None),
            ("x", None),
            ("z", None),
        ]
        .map(named);
        let expected = vec![x, y, empty, (None, Some(1)), brackets, again, z];
        for cut in 0..=bytes.len() {
            let read = by_name([&bytes[..cut], &bytes[cut..]]);
            assert_eq!(read.as_ref(), Ok(&expected), "cut at {cut}");
        }
        assert_eq!(by_name(bytes.chunks(1)), Ok(expected));
        for end in 0..NAMED.trim_end().len() {
            assert!(by_name([&bytes[..end]]).is_err(), "cut after {end}");
        }
        for nothing in [r#"{"list":{}}"#, r#"{"list":null}"#] {
            assert_eq!(by_name([nothing.as_bytes()]), Ok(Vec::new()));
        }
    }

    #[test]
    fn what_is_not_the_documented_object_of_elements_is_refused() {
        for (document, what) in [
            (r#"{"list":[]}"#, "`list` is not an object"),
            (r#"{"list":"x"}"#, "`list` is not an object"),
            (r#"{"list":{"x"}}"#, "expected a colon"),
            (r#"{"list":{1:{}}}"#, "expected a key"),
            (r#"{"list":{"x":{},}}"#, "expected a key"),
            (
                r#"{"list":{"x":{}]}"#,
                "expected a comma or the end of the list",
            ),
            (r#"{"list":{},"list":{}}"#, "a second `list`"),
        ] {
            match by_name([document.as_bytes()]) {
                Err(ListError::Malformed { what: got, .. }) => assert_eq!(got, what, "{document}"),
                other => panic!("{document}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_list_that_is_null_is_there_and_empty_and_one_that_is_absent_is_not_there() {
        assert!(whole(r#"{"list":null}"#).unwrap().1.has_list);
        assert!(!whole("{}").unwrap().1.has_list);
    }

    #[test]
    fn a_value_that_never_ends_is_refused_before_it_fills_the_memory() {
        let mut reader = ListReader::new("list", 1000, Numbers::default());
        reader.push(br#"{"list":[{"x":""#).unwrap();
        let error = (0..100).find_map(|_| reader.push(&[b'x'; 100]).err());
        assert_eq!(error, Some(ListError::ValueTooLarge { limit: 1000 }));
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_parser_that_holds_the_whole_document(
            mutations in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..5),
        ) {
            let mut bytes = GOOD.as_bytes().to_vec();
            for (at, byte) in mutations {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            let streamed = read(pieces);
            let at_once = read([bytes.as_slice()]);
            // Where it fails may differ with the cuts; whether it fails, and what it read, may not.
            prop_assert_eq!(streamed.as_ref().ok(), at_once.as_ref().ok());
            if streamed.is_ok() {
                prop_assert!(serde_json::from_slice::<IgnoredAny>(&bytes).is_ok());
            }
        }
    }
}
