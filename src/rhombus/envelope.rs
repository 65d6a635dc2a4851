//! What stands beside the list of an answer, and what it says of the list. An answer of 200 may say
//! that it failed, or that it is not whole; with an empty list that would look like an all-clear.
//!
//! Rhombus documents `error`, `errorMsg` and `warningMsg`. The other names are those that APIs and the
//! gateways before them use: beside an empty list, any of them is enough not to believe it.

use serde_json::value::RawValue;

/// Names of a failure, whatever is listed beside it.
const FAILURES: [&str; 9] = [
    "error",
    "errorcode",
    "errormessage",
    "errormsg",
    "errors",
    "exception",
    "failed",
    "failure",
    "fault",
];
/// Names of what may be a failure, or a word of success.
const REMARKS: [&str; 15] = [
    "code",
    "detail",
    "details",
    "httpstatus",
    "httpstatuscode",
    "message",
    "msg",
    "reason",
    "responsecode",
    "result",
    "resultcode",
    "status",
    "statuscode",
    "statusmessage",
    "title",
];
/// Parts of the names of a failure.
const FAILURE_PARTS: [&str; 7] = [
    "denied",
    "error",
    "exception",
    "fail",
    "forbidden",
    "timedout",
    "unauthorized",
];
/// Names of what is false where something failed.
const SUCCESSES: [&str; 6] = [
    "issuccess",
    "issuccessful",
    "ok",
    "succeeded",
    "success",
    "successful",
];
/// Parts of the names of what says that the list is not whole, or that there is a further page.
const INCOMPLETE_PARTS: [&str; 13] = [
    "continuation",
    "cursor",
    "degraded",
    "hasmore",
    "hasnext",
    "incomplete",
    "lastevaluated",
    "moreresults",
    "nextpage",
    "pagetoken",
    "partial",
    "truncated",
    "warn",
];
/// How the names of a further page begin.
const NEXT: &str = "next";
/// Names of what is false where the list is not whole.
const COMPLETE: [&str; 4] = ["complete", "iscomplete", "islastpage", "lastpage"];
/// Names of a number of records.
const TOTALS: [&str; 8] = [
    "count",
    "recordcount",
    "total",
    "totalcount",
    "totalelements",
    "totalitems",
    "totalrecords",
    "totalresults",
];
/// Words of success, and numbers of it.
const SUCCESS_WORDS: [&str; 6] = [
    "completed",
    "done",
    "ok",
    "success",
    "succeeded",
    "successful",
];

/// What was read beside the list.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Whether the list was there, be it as `null`.
    pub has_list: bool,
    /// How many elements it had.
    pub listed: u64,
    says_no_error: bool,
    failure: Option<&'static str>,
    remark: Option<&'static str>,
    incomplete: Option<&'static str>,
    total: u64,
    /// Whether something with content stands under a name that is none of those above.
    more: bool,
}

/// What an answer that can be used says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// Nothing speaks against it.
    Whole,
    /// It lists something, and warns that it is not all.
    Partial,
}

/// Why an answer of 200 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// It says that it failed, by what has this name.
    Failed(&'static str),
    /// It lists nothing, and says by what has this name that this is not all.
    Partial(&'static str),
    /// It has no list, and nothing of what is documented to stand beside one.
    NoList,
}

impl Envelope {
    /// Takes what stands beside the list under `key`.
    pub(super) fn take(&mut self, key: &str, value: &RawValue) {
        self.take_documented(key, value.get());
        let name: String = key
            .chars()
            .filter(|c| !matches!(c, '_' | '-' | ' '))
            .flat_map(char::to_lowercase)
            .collect();
        let value = value.get();
        let named = |names: &[&'static str]| names.iter().copied().find(|known| *known == name);
        let has = |parts: &[&'static str]| parts.iter().copied().find(|part| name.contains(part));
        if let Some(failure) = named(&FAILURES).filter(|_| says_something(value)) {
            self.failure.get_or_insert(failure);
        }
        if let Some(remark) = named(&REMARKS).filter(|_| !is_harmless(value)) {
            self.remark.get_or_insert(remark);
        }
        let failure = has(&FAILURE_PARTS).filter(|_| says_something(value));
        if let Some(remark) = failure.or(named(&SUCCESSES).filter(|_| is_false(value))) {
            self.remark.get_or_insert(remark);
        }
        let next = name.starts_with(NEXT).then_some(NEXT);
        let sign = has(&INCOMPLETE_PARTS).or(next);
        let sign = sign.filter(|_| says_something(value));
        if let Some(sign) = sign.or(named(&COMPLETE).filter(|_| is_false(value))) {
            self.incomplete.get_or_insert(sign);
        }
        if named(&TOTALS).is_some() {
            self.total = self.total.max(at_least(value));
        }
        self.more |= value.starts_with(['[', '{']) && says_something(value);
    }

    /// What Rhombus documents: each is null or absent, or false, where there is nothing to say. For
    /// these whatever else they hold says something.
    fn take_documented(&mut self, key: &str, value: &str) {
        let nothing = match key {
            "error" => matches!(value, "false" | "null"),
            "errorMsg" | "warningMsg" => matches!(value, "null" | "\"\""),
            _ => return,
        };
        match key {
            _ if nothing => self.says_no_error = true,
            "error" => self.failure = Some("error"),
            "errorMsg" => self.failure = Some("errorMsg"),
            _ => self.incomplete = Some("warningMsg"),
        }
    }

    /// What all of it says of the list.
    ///
    /// # Errors
    /// When it is no answer.
    pub fn judge(&self) -> Result<Completeness, NoAnswer> {
        let fewer = (self.total > self.listed).then_some("total");
        let incomplete = self.incomplete.or(fewer);
        if let Some(failure) = self.failure {
            return Err(NoAnswer::Failed(failure));
        }
        if self.listed > 0 {
            return Ok(match self.remark.or(incomplete) {
                Some(_) => Completeness::Partial,
                None => Completeness::Whole,
            });
        }
        match (self.remark, incomplete) {
            (Some(remark), _) => Err(NoAnswer::Failed(remark)),
            (None, Some(incomplete)) => Err(NoAnswer::Partial(incomplete)),
            (None, None) if self.has_list => Ok(Completeness::Whole),
            // The list may have another name by now, or stand in an object of its own.
            (None, None) if self.says_no_error && !self.more => Ok(Completeness::Whole),
            (None, None) => Err(NoAnswer::NoList),
        }
    }
}

fn says_something(value: &str) -> bool {
    !matches!(value, "false" | "null" | "0" | "\"\"" | "[]" | "{}")
}

fn is_false(value: &str) -> bool {
    let word = value.trim_matches('"').to_ascii_lowercase();
    matches!(word.as_str(), "false" | "0")
}

/// The number of records that a total means, however it is written: `5`, `5.0`, `"5"`.
fn at_least(value: &str) -> u64 {
    let number: f64 = value.trim_matches('"').trim().parse().unwrap_or(0.0);
    // What is negative is 0, and what is too large is the largest.
    number.ceil() as u64
}

/// Nothing, a word of success, or a number of it.
fn is_harmless(value: &str) -> bool {
    let word = value.trim_matches('"').to_ascii_lowercase();
    let number = word
        .parse()
        .is_ok_and(|code: u32| (200..300).contains(&code));
    !says_something(value) || number || SUCCESS_WORDS.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The judgement of a list of `listed` elements, or of none that is there, beside these fields.
    fn judged(listed: Option<u64>, fields: &str) -> Result<Completeness, NoAnswer> {
        let mut envelope = Envelope {
            has_list: listed.is_some(),
            listed: listed.unwrap_or(0),
            ..Envelope::default()
        };
        let fields: std::collections::BTreeMap<String, Box<RawValue>> =
            serde_json::from_str(&format!("{{{fields}}}")).unwrap();
        for (key, value) in &fields {
            envelope.take(key, value);
        }
        envelope.judge()
    }

    #[test]
    fn an_empty_list_is_believed_only_where_nothing_speaks_against_it() {
        use NoAnswer::{Failed, Partial};
        for (fields, expected) in [
            ("", Ok(Completeness::Whole)),
            (
                r#""error":false,"errorMsg":null,"warningMsg":"""#,
                Ok(Completeness::Whole),
            ),
            (r#""requestId":"7","took":12"#, Ok(Completeness::Whole)),
            (r#""status":"OK""#, Ok(Completeness::Whole)),
            (
                r#""status":200,"message":"Success""#,
                Ok(Completeness::Whole),
            ),
            (r#""total":0,"nextPageToken":null"#, Ok(Completeness::Whole)),
            (r#""success":true,"errors":[]"#, Ok(Completeness::Whole)),
            (
                r#""warningMsg":"access to 3 locations was denied""#,
                Err(Partial("warningMsg")),
            ),
            (r#""warnings":["x"]"#, Err(Partial("warn"))),
            (r#""warningMessages":["x"]"#, Err(Partial("warn"))),
            (r#""partialResults":true"#, Err(Partial("partial"))),
            (r#""degraded":true"#, Err(Partial("degraded"))),
            (r#""isComplete":false"#, Err(Partial("iscomplete"))),
            (
                r#""lastPage":true,"complete":"true""#,
                Ok(Completeness::Whole),
            ),
            (r#""next":"https://x/2""#, Err(Partial("next"))),
            (r#""nextLink":"x""#, Err(Partial("next"))),
            (r#""next_marker":"x""#, Err(Partial("next"))),
            (r#""next":null"#, Ok(Completeness::Whole)),
            (r#""moreResults":true"#, Err(Partial("moreresults"))),
            (r#""totalRecords":7"#, Err(Partial("total"))),
            (r#""nextPageToken":"x""#, Err(Partial("nextpage"))),
            (
                r#""lastEvaluatedKey":{"a":1}"#,
                Err(Partial("lastevaluated")),
            ),
            (r#""has_more":true"#, Err(Partial("hasmore"))),
            (r#""totalCount":5"#, Err(Partial("total"))),
            (r#""total":5.0"#, Err(Partial("total"))),
            (r#""total":"5""#, Err(Partial("total"))),
            (r#""count":5E0"#, Err(Partial("total"))),
            (r#""total":0.5"#, Err(Partial("total"))),
            (r#""total":1e99"#, Err(Partial("total"))),
            (r#""total":-1"#, Ok(Completeness::Whole)),
            (r#""total":"0""#, Ok(Completeness::Whole)),
            (r#""message":"denied""#, Err(Failed("message"))),
            (r#""msg":"denied""#, Err(Failed("msg"))),
            (r#""errors":["x"]"#, Err(Failed("errors"))),
            (r#""Error":true"#, Err(Failed("error"))),
            (r#""ERROR":"x""#, Err(Failed("error"))),
            (r#""error_message":"x""#, Err(Failed("errormessage"))),
            (r#""status":"UNAUTHORIZED""#, Err(Failed("status"))),
            (r#""statusCode":403"#, Err(Failed("statuscode"))),
            (r#""success":false"#, Err(Failed("success"))),
            (r#""success":"False""#, Err(Failed("success"))),
            (r#""isSuccess":0"#, Err(Failed("issuccess"))),
            (r#""errorDescription":"x""#, Err(Failed("error"))),
            (r#""has_errors":true"#, Err(Failed("error"))),
            (
                r#""errorCount":0,"hasErrors":false"#,
                Ok(Completeness::Whole),
            ),
            (r#""exceptionMessage":"x""#, Err(Failed("exception"))),
            (r#""accessDenied":true"#, Err(Failed("denied"))),
            (r#""failedLocations":["x"]"#, Err(Failed("fail"))),
            (r#""timedOut":true"#, Err(Failed("timedout"))),
            (r#""responseCode":500"#, Err(Failed("responsecode"))),
            (r#""httpStatus":503"#, Err(Failed("httpstatus"))),
            (r#""title":"Forbidden""#, Err(Failed("title"))),
            (r#""result":"failed""#, Err(Failed("result"))),
            (
                r#""result":"success","resultCode":200"#,
                Ok(Completeness::Whole),
            ),
        ] {
            assert_eq!(judged(Some(0), fields), expected, "{fields}");
        }
    }

    #[test]
    fn an_absent_list_is_empty_only_beside_what_is_documented_to_stand_there() {
        for (fields, expected) in [
            ("", Err(NoAnswer::NoList)),
            (r#""requestId":"7""#, Err(NoAnswer::NoList)),
            (r#""Error":false"#, Err(NoAnswer::NoList)),
            (r#""error":false"#, Ok(Completeness::Whole)),
            (r#""error":null"#, Ok(Completeness::Whole)),
            (r#""errorMsg":null"#, Ok(Completeness::Whole)),
            (r#""warningMsg":null"#, Ok(Completeness::Whole)),
            (
                r#""error":false,"warningMsg":"x""#,
                Err(NoAnswer::Partial("warningMsg")),
            ),
            (r#""error":true"#, Err(NoAnswer::Failed("error"))),
            (
                r#""error":false,"clipGroups":[{"uuid":"x"}]"#,
                Err(NoAnswer::NoList),
            ),
            (
                r#""error":false,"data":{"sharedClipGroups":[1]}"#,
                Err(NoAnswer::NoList),
            ),
            (r#""error":false,"other":[]"#, Ok(Completeness::Whole)),
        ] {
            assert_eq!(judged(None, fields), expected, "{fields}");
        }
    }

    #[test]
    fn a_list_with_records_is_taken_unless_it_says_that_it_failed() {
        for (fields, expected) in [
            (r#""error":false"#, Ok(Completeness::Whole)),
            (r#""total":3"#, Ok(Completeness::Whole)),
            (r#""total":4"#, Ok(Completeness::Partial)),
            (r#""warningMsg":"x""#, Ok(Completeness::Partial)),
            (r#""warningMsg":{}"#, Ok(Completeness::Partial)),
            (r#""message":"x""#, Ok(Completeness::Partial)),
            (r#""failedLocations":["x"]"#, Ok(Completeness::Partial)),
            (r#""next":"x""#, Ok(Completeness::Partial)),
            (r#""cursor":"x""#, Ok(Completeness::Partial)),
            (r#""error":1"#, Err(NoAnswer::Failed("error"))),
            (r#""error":"""#, Err(NoAnswer::Failed("error"))),
            (r#""errorMsg":{}"#, Err(NoAnswer::Failed("errorMsg"))),
            (r#""errors":[1]"#, Err(NoAnswer::Failed("errors"))),
        ] {
            assert_eq!(judged(Some(3), fields), expected, "{fields}");
        }
    }
}
