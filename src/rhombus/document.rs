//! An answer that is one small object: collected, then read at once. A value that can't be read costs no
//! other. Which permission such an operation needs is not stated, so that it may be refused.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::Error;
use super::call::Decode;
use super::careful::read_again;
use super::field::Lenient;

/// What is read of an answer; fields that are not needed are passed over.
pub(super) trait Document: DeserializeOwned {
    /// What it says.
    type Meaning;
    /// The largest answer that is read, in bytes.
    const MAX_BYTES: usize;
    /// What an answer is lacking that says nothing.
    const LACKING: &'static str;

    /// What it says, where it says something.
    fn meaning(self) -> Option<Self::Meaning>;
}

/// What Rhombus documents beside the answer.
#[derive(Deserialize)]
struct Status<'a> {
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow, rename = "errorMsg")]
    error_msg: Option<&'a RawValue>,
}

/// Collects an answer.
pub(super) struct DocumentReader<D> {
    body: Vec<u8>,
    document: PhantomData<D>,
}

impl<D> Default for DocumentReader<D> {
    fn default() -> Self {
        Self {
            body: Vec::new(),
            document: PhantomData,
        }
    }
}

impl<D: Document> Decode for DocumentReader<D> {
    type Output = D::Meaning;

    fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.body.len() + bytes.len() > D::MAX_BYTES {
            let limit = D::MAX_BYTES;
            return Err(Error::ValueTooLarge { limit });
        }
        self.body.extend_from_slice(bytes);
        Ok(())
    }

    fn kept_bytes(&self) -> u64 {
        self.body.len() as u64
    }

    fn finish(self) -> Result<D::Meaning, Error> {
        read::<D>(&self.body)
    }
}

/// What a whole answer says.
///
/// # Errors
/// When it says that it failed, or nothing.
pub(super) fn read<D: Document>(body: &[u8]) -> Result<D::Meaning, Error> {
    let lacking = || Error::Decode(D::LACKING.into());
    let status: Status<'_> = serde_json::from_slice(body).map_err(|_| lacking())?;
    if status.says_error() {
        return Err(Error::Decode("it says that it failed".into()));
    }
    let answer: &RawValue = serde_json::from_slice(body).map_err(|_| lacking())?;
    let document: Lenient<D> = read_again(answer);
    let document = document.0.ok().flatten().ok_or_else(lacking)?;
    document.meaning().ok_or_else(lacking)
}

impl Status<'_> {
    fn says_error(&self) -> bool {
        let says_error = |value: &RawValue| !matches!(value.get(), "false" | "null" | "\"\"");
        let values = [self.error, self.error_msg];
        values.into_iter().flatten().any(says_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Named {
        name: Lenient<String>,
    }

    impl Document for Named {
        type Meaning = String;
        const MAX_BYTES: usize = 64;
        const LACKING: &'static str = "it has no name";

        fn meaning(self) -> Option<String> {
            self.name.0.ok().flatten()
        }
    }

    fn answer(body: &str) -> Result<String, Error> {
        let mut reader = DocumentReader::<Named>::default();
        for byte in body.as_bytes() {
            reader.push(&[*byte])?;
        }
        reader.finish()
    }

    #[test]
    fn an_answer_is_read_whole_and_says_that_it_did_not_fail() {
        for beside in ["", r#","error":false"#, r#","errorMsg":"","error":null"#] {
            let body = format!(r#"{{"name":"Oak","x":[1e999]{beside}}}"#);
            assert_eq!(answer(&body).as_deref(), Ok("Oak"), "{beside}");
        }
        for beside in [r#","error":true"#, r#","error":1"#, r#","errorMsg":"x""#] {
            let failed = answer(&format!(r#"{{"name":"Oak"{beside}}}"#));
            assert_eq!(
                failed,
                Err(Error::Decode("it says that it failed".into())),
                "{beside}"
            );
        }
    }

    #[test]
    fn what_says_nothing_is_no_answer() {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            "7",
            "<html>",
            r#"["Oak"]"#,
            r#"{"name":"Oak""#,
            r#"{"name":"Oak"}}"#,
            r#"{"name":"Oak","name":"Elm"}"#,
            r#"{"name":7}"#,
            r#"{"name":"\ud800"}"#,
        ] {
            assert_eq!(
                answer(body),
                Err(Error::Decode("it has no name".into())),
                "{body}"
            );
        }
        let long = answer(&" ".repeat(65));
        assert_eq!(long, Err(Error::ValueTooLarge { limit: 64 }));
    }
}
