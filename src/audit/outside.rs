//! Checkpoints that are kept where the exporter's machine can't rewrite them, and are given to whoever verifies:
//! signed notes, one or a file of anchors, or what a person has copied from Prometheus.

use std::sync::LazyLock;

use regex::Regex;

use super::note::{NoteError, SignedNote, root};
use super::signature::VerifierKey;
use crate::store::Hash;

/// The metric that says what the trail was.
const METRIC: &str = "rhombus_audit_checkpoint_info";
/// The largest size up to which a sample's number is exact.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// The labels and the value, as Prometheus writes a sample in `/metrics`, in its pages (with a time after `@` or
/// without) and `promtool` (with `=>`).
static SAMPLE: LazyLock<Regex> = LazyLock::new(|| {
    let sample = r#"^rhombus_audit_checkpoint_info\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\.)*"(?:, ?)?)*)\}[ \t]*(?:=>)?[ \t]*([0-9.eE+]+)(?:[ \t].*)?$"#;
    Regex::new(sample).expect("it is one")
});
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)""#).expect("it is one")
});

/// What the trail was at one size, according to someone else than the one who keeps it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutsideCheckpoint {
    /// How many lines there were.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

impl OutsideCheckpoint {
    /// Reads all checkpoints of a text: signed notes, or samples of `rhombus_audit_checkpoint_info` among other
    /// lines. With a key, notes have to be signed by it. Those of an empty trail are left out, since they say
    /// nothing.
    ///
    /// # Errors
    /// When one of them can't be read, is not signed by the key, or there is none.
    pub fn read_all(text: &str, key: Option<&VerifierKey>) -> Result<Vec<Self>, NoteError> {
        let is_copied = text.lines().any(|line| line.trim().starts_with(METRIC));
        let mut read = if is_copied {
            samples(text)?
        } else {
            notes(text, key)?
        };
        read.retain(|checkpoint| checkpoint.size > 0);
        if read.is_empty() {
            return Err(NoteError::Nothing);
        }
        Ok(read)
    }
}

fn notes(text: &str, key: Option<&VerifierKey>) -> Result<Vec<OutsideCheckpoint>, NoteError> {
    let read = |note: &SignedNote| {
        let checkpoint = match key {
            Some(key) => note.verified(key)?,
            None => note.unverified(),
        };
        Ok(OutsideCheckpoint {
            size: checkpoint.size,
            root: checkpoint.root,
        })
    };
    SignedNote::parse_all(text)?.iter().map(read).collect()
}

fn samples(text: &str) -> Result<Vec<OutsideCheckpoint>, NoteError> {
    let lines = text.lines().map(str::trim).enumerate();
    let of_metric = lines.filter(|(_, line)| line.starts_with(METRIC));
    let read = |(at, line)| {
        sample(line).ok_or(NoteError::Line {
            line: at + 1,
            expected: "a sample such as rhombus_audit_checkpoint_info{root=\"<base64>\"} 1234",
        })
    };
    of_metric.map(read).collect()
}

fn sample(line: &str) -> Option<OutsideCheckpoint> {
    let sample = SAMPLE.captures(line)?;
    let mut labels = LABEL.captures_iter(sample.get(1)?.as_str());
    let label = labels.find(|label| label.get(1).is_some_and(|it| it.as_str() == "root"))?;
    let value: f64 = sample.get(2)?.as_str().parse().ok()?;
    let is_exact = value.fract() == 0.0 && (0.0..=LARGEST_EXACT).contains(&value);
    // Of an empty trail, which says nothing, the label may be empty too.
    let is_empty = value == 0.0;
    let root = root(label.get(2)?.as_str()).or(is_empty.then_some(Hash::default()));
    let size = is_exact.then_some(value as u64)?;
    Some(OutsideCheckpoint { size, root: root? })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::Ed25519KeyPair;

    use super::*;
    use crate::audit::Signer;

    const ROOT: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    fn sizes(text: &str) -> Vec<u64> {
        let read = OutsideCheckpoint::read_all(text, None).unwrap();
        assert!(read.iter().all(|it| it.root == [1; 32]));
        read.iter().map(|it| it.size).collect()
    }

    fn error(text: &str) -> String {
        let error = OutsideCheckpoint::read_all(text, None).unwrap_err();
        error.to_string()
    }

    #[test]
    fn samples_are_read_however_they_were_copied() {
        let text = format!(
            "# HELP rhombus_audit_checkpoint_info What the trail was.\n\
             # TYPE rhombus_audit_checkpoint_info gauge\n\
             rhombus_audit_checkpoint_info{{root=\"{ROOT}\"}} 7\n\
             up{{job=\"x\"}} 1\r\n\n\
             rhombus_audit_checkpoint_info{{instance=\"a:1\", job=\"}} 9\", root=\"{ROOT}\"}}\t1.234567e+06\n\
             rhombus_audit_checkpoint_info{{x=\"root=\\\"A\\\"\",root=\"{ROOT}\",}} => 12 @[1790000000.1]\r\n\
             \x20 rhombus_audit_checkpoint_info{{xroot=\"A\",root=\"{ROOT}\"}} 13 1790000000000\n\
             rhombus_audit_checkpoint_info{{root=\"\"}} 0\n"
        );
        assert_eq!(sizes(&text), [7, 1_234_567, 12, 13]);
    }

    #[test]
    fn a_sample_that_is_none_is_told_with_its_line() {
        let expected = "line 2: expected a sample such as rhombus_audit_checkpoint_info{root=\"<base64>\"} 1234";
        for wrong in [
            "",
            "{} 7",
            "{xroot=\"ROOT\"} 7",
            "{root=\"ROOT\"}",
            "{root=\"ROOT\"} 7.5",
            "{root=\"ROOT\"} -7",
            "{root=\"ROOT\"} NaN",
            "{root=\"ROOT\"} 1e17",
            "{root=\"ROOT\"} 7x",
            "{root=\"ROOT 7",
            "{root=\"AAAA\"} 7",
            "_total{root=\"ROOT\"} 7",
        ] {
            let text = format!("\n{METRIC}{}\n", wrong.replace("ROOT", ROOT));
            assert_eq!(error(&text), expected, "{wrong}");
        }
    }

    #[test]
    fn nothing_is_no_checkpoint() {
        let nothing = NoteError::Nothing.to_string();
        let empty = format!("{METRIC}{{root=\"{ROOT}\"}} 0\n");
        for text in ["", "\n\n", &empty] {
            assert_eq!(error(text), nothing);
        }
        assert_eq!(
            error("PNG"),
            "line 2: expected the size of a checkpoint, a decimal number"
        );
    }

    #[test]
    fn anchors_are_read_one_after_the_other() {
        let signer = |seed| {
            let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
            Signer::new("a/b", pair).unwrap()
        };
        let notes = [1, 5, 9].map(|size| signer(1).sign(size, [1; 32]).to_string());
        let anchors = notes.join("\n");
        assert_eq!(sizes(&anchors), [1, 5, 9]);
        assert_eq!(sizes(&anchors.replace('\n', "\r\n")), [1, 5, 9]);
        let read = |seed| OutsideCheckpoint::read_all(&anchors, Some(signer(seed).verifier()));
        assert_eq!(read(1).unwrap().len(), 3);
        assert!(matches!(read(2), Err(NoteError::Unsigned { line: 1, .. })));
        let cut = &anchors[..anchors.len() - 50];
        assert_eq!(
            error(cut),
            "line 17: expected a signature: —, the name of a key, base64"
        );
    }
}
