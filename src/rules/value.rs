//! A value for a threshold: read by the kind and the limits of that, and written in the forms that its places ask for.

use super::duration::Span;
use super::table::{Form, Kind, Threshold};

/// A value that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A length of time.
    Duration(Span),
    /// A number, as it was given.
    Number(String),
}

impl Value {
    /// Reads a value for this threshold.
    ///
    /// # Errors
    /// What was expected.
    pub(super) fn read(text: &str, threshold: &Threshold) -> Result<Self, String> {
        let value = Self::of_kind(text, threshold.kind)?;
        let limit = |limit: &Option<String>| {
            let limit = limit.as_deref();
            limit
                .map(|text| Self::of_kind(text, threshold.kind))
                .transpose()
        };
        let too_small = limit(&threshold.min)?.is_some_and(|min| value.size() < min.size());
        let too_large = limit(&threshold.max)?.is_some_and(|max| value.size() > max.size());
        if too_small || too_large {
            return Err(expected(threshold));
        }
        if threshold.kind == Kind::Duration && value.size() <= 0.0 {
            return Err("expected a duration of more than 0s".to_owned());
        }
        Ok(value)
    }

    fn of_kind(text: &str, kind: Kind) -> Result<Self, String> {
        match kind {
            Kind::Duration => Span::read(text).map(Self::Duration),
            Kind::Number if is_number(text) => Ok(Self::Number(text.to_owned())),
            Kind::Number => Err("expected a number, such as 5 or 1.5".to_owned()),
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of a year are exact, and limits are compared with nothing larger"
    )]
    fn size(&self) -> f64 {
        match self {
            Self::Duration(span) => span.seconds() as f64,
            Self::Number(text) => text.parse().unwrap_or(f64::NAN),
        }
    }

    /// The value in this form; none where it has no such form.
    pub(super) fn written(&self, form: Form) -> Option<String> {
        match (self, form) {
            (Self::Duration(span), Form::Seconds) => Some(span.seconds().to_string()),
            (Self::Duration(span), Form::Duration) => Some(span.text().to_owned()),
            (Self::Duration(span), Form::Words) => Some(span.words()),
            (Self::Number(text), Form::Number) => Some(text.clone()),
            _ => None,
        }
    }
}

/// Digits, and perhaps a point with digits behind it. An expression takes more, which no threshold needs.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| {
        (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    // PromQL takes a number that begins with 0 for an octal one.
    let is_whole = |text: &str| digits(text) && (text == "0" || !text.starts_with('0'));
    match text.split_once('.') {
        Some((whole, part)) => is_whole(whole) && digits(part),
        None => is_whole(text),
    }
}

fn expected(threshold: &Threshold) -> String {
    let what = match threshold.kind {
        Kind::Duration => "a duration",
        Kind::Number => "a number",
    };
    match (&threshold.min, &threshold.max) {
        (Some(min), Some(max)) => format!("expected {what} from {min} to {max}"),
        (Some(min), None) => format!("expected {what} of at least {min}"),
        (None, Some(max)) => format!("expected {what} of at most {max}"),
        (None, None) => format!("expected {what}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_with_one_point_are_a_number() {
        for text in ["0", "5", "1.5", "0.99"] {
            assert!(is_number(text), "{text}");
        }
        for text in [
            "",
            ".5",
            "5.",
            "1.2.3",
            "-1",
            "+1",
            "1e3",
            "0x5",
            "010",
            "00.5",
            "Inf",
            "5 ",
            "1234567890",
            "٣",
        ] {
            assert!(!is_number(text), "{text}");
        }
    }
}
