//! An auditor's question to an exported trail, put to both verifiers: the exporter's, and the one in Python that is
//! made from the format alone. They agree about every file, and whatever was done to a trail up to the last
//! checkpoint that someone else keeps is found.

mod mutations;
mod python;
mod trail;

use std::fs;
use std::slice::from_ref;

use rhombus_share_exporter::audit::{Evidence, OutsideCheckpoint, VerifierKey, verify};

use mutations::mutants;
use trail::{LINES, Trail, seal, text};

/// A file, and what it is verified against.
struct Question {
    name: String,
    export: Vec<u8>,
    checkpoints: Vec<String>,
    public_key: Option<String>,
}

/// The exit status, and what is printed.
type Answer = (i32, String);

impl Question {
    fn of(name: &str, export: &[u8], checkpoints: &[String], public_key: Option<&str>) -> Self {
        Self {
            name: name.to_owned(),
            export: export.to_vec(),
            checkpoints: checkpoints.to_vec(),
            public_key: public_key.map(str::to_owned),
        }
    }

    /// What the exporter says.
    fn answer(&self) -> Answer {
        let Ok(evidence) = self.evidence() else {
            return (2, String::new());
        };
        let report = verify(&self.export[..], &evidence).expect("it is in memory");
        (i32::from(!report.is_right()), report.to_string())
    }

    fn evidence(&self) -> Result<Evidence, String> {
        let key = self.public_key.as_deref().map(str::parse::<VerifierKey>);
        let key = key.transpose().map_err(|error| error.to_string())?;
        let mut checkpoints = Vec::new();
        for text in &self.checkpoints {
            let read = OutsideCheckpoint::read_all(text, key.as_ref());
            checkpoints.extend(read.map_err(|error| error.to_string())?);
        }
        Ok(Evidence { key, checkpoints })
    }
}

/// What both say; the test fails where they differ.
fn ask(questions: &[Question]) -> Vec<Answer> {
    let theirs = python::answers(questions);
    assert_eq!(theirs.len(), questions.len());
    let ours: Vec<_> = questions.iter().map(Question::answer).collect();
    for ((question, ours), theirs) in questions.iter().zip(&ours).zip(theirs) {
        let (ours, theirs) = (common(ours), common(&theirs));
        assert_eq!(
            ours, theirs,
            "of {}: the exporter, and Python",
            question.name
        );
    }
    ours
}

/// Without what only the exporter tells: what has become of a line that is not where it should be.
fn common((status, text): &Answer) -> Answer {
    let ends = [" should be: ", " altered or cut off: "];
    let cut = |line: &str| {
        let end = ends.iter().find_map(|end| line.find(end));
        line[..end.unwrap_or(line.len())].to_owned()
    };
    let lines: Vec<_> = text.lines().map(cut).collect();
    (*status, lines.join("\n"))
}

#[test]
fn both_say_yes_to_what_was_exported() {
    let trail = Trail::new();
    let export = trail.export();
    let key = trail.public_key();
    let note = trail.note(70);
    let anchors = [trail.note(2), trail.note(40), trail.note(LINES)].join("\n");
    let copied = format!(
        "# of Prometheus\nup 1\n{}{}",
        trail.sample(70, ""),
        trail.sample(90, "e+00")
    );
    let questions = [
        Question::of("a note", &export, &[note], Some(&key)),
        Question::of("anchors", &export, from_ref(&anchors), Some(&key)),
        Question::of(
            "samples",
            &export,
            &[copied, anchors.replace('\n', "\r\n")],
            Some(&key),
        ),
        Question::of("no key", &export, &[anchors], None),
        Question::of("nothing", &export, &[], None),
    ];
    let proved = [70, LINES, LINES, LINES, 0];
    for ((status, text), proved) in ask(&questions).into_iter().zip(proved) {
        assert_eq!(status, 0, "{text}");
        let line = match proved {
            0 => "proved by a checkpoint from outside: none\n".to_owned(),
            _ => format!("proved by a checkpoint from outside: #1 to #{proved}\n"),
        };
        assert!(text.contains(&line), "{text}");
    }
}

/// `kept` has what 0.1.0 has exported, with a checkpoint that was copied and the key. It is never made anew: what was
/// proved once is proved by every version.
#[test]
fn what_an_earlier_version_has_exported_is_proved() {
    let kept = |name: &str| {
        let root = env!("CARGO_MANIFEST_DIR");
        fs::read_to_string(format!("{root}/tests/audit_proof/kept/{name}")).expect(name)
    };
    let export = kept("export.jsonl").into_bytes();
    let key = kept("audit.pub");
    let question = Question::of("kept", &export, &[kept("checkpoint.txt")], Some(&key));
    let [(status, text)] = &ask(&[question])[..] else {
        panic!("one answer");
    };
    assert_eq!(*status, 0, "{text}");
    let proved = "proved by a checkpoint from outside: #1 to #24\n";
    assert!(text.contains(proved), "{text}");
}

#[test]
fn both_find_whatever_was_done_to_it() {
    let trail = Trail::new();
    let (export, key) = (trail.export(), trail.public_key());
    let outside = [trail.sample(70, ""), trail.sample(LINES, "")];
    let mutants = mutants(&trail);
    assert!(mutants.len() > 60, "{} mutants", mutants.len());
    let of = |checkpoints: &[String], key: Option<&str>| -> Vec<Question> {
        let questions = mutants.iter();
        questions
            .map(|(name, export)| Question::of(name, export, checkpoints, key))
            .collect()
    };
    let by_both = of(&outside, Some(&key));
    for (question, (status, text)) in by_both.iter().zip(ask(&by_both)) {
        assert!(
            question.export != export,
            "{} changes nothing",
            question.name
        );
        assert_eq!(status, 1, "{}: {text}", question.name);
        assert!(text.contains("\nNO: "), "{}: {text}", question.name);
    }
    // With less to compare it with, less is found; but nothing is seen by one of them only.
    let mut weaker = of(&outside[..1], Some(&key));
    weaker.extend(of(&[], Some(&key)));
    weaker.extend(of(&outside, None));
    weaker.extend(of(&[], None));
    let found = ask(&weaker)
        .iter()
        .filter(|(status, _)| *status == 1)
        .count();
    assert!(found > weaker.len() / 2, "{found} of {}", weaker.len());
}

/// Then what a seal says is the change, and not the lines that it seals.
#[test]
fn both_believe_a_checkpoint_from_outside_more_than_a_seal() {
    let trail = Trail::new();
    let mut lines = trail.lines.clone();
    lines[40] = seal(1, &trail.wrong(40));
    let (export, outside) = (text(&lines), [trail.sample(40, "")]);
    let key = trail.public_key();
    let questions =
        [Some(key.as_str()), None].map(|key| Question::of("a wrong seal", &export, &outside, key));
    for (status, text) in ask(&questions) {
        assert_eq!(status, 1);
        assert!(text.contains("from outside: #1 to #40\n"), "{text}");
        let no =
            "NO: line 41 of the file: seal 1 differs from the lines before it, somewhere in #40\n";
        assert!(text.ends_with(no), "{text}");
    }
}

#[test]
fn both_refuse_evidence_that_is_none() {
    let trail = Trail::new();
    let export = trail.export();
    let (key, note) = (trail.public_key(), trail.note(70));
    let sample = trail.sample(70, "");
    let bad_notes = [
        String::new(),
        "\n\n".to_owned(),
        "no note".to_owned(),
        note.replace("\n70\n", "\n070\n"),
        note.replace("\n70\n", "\n+70\n"),
        note.replace("\n70\n", "\n99999999999999999999\n"),
        note.replace("\n\n", "\n"),
        note.replace("\n\n", "\nmore\n\n"),
        note.replace("— ", "- "),
        note[..note.len() - 10].to_owned(),
        format!("{note}{note}"),
        format!("{note}\n{}", &note[..30]),
        sample.replace("root", "boot"),
        sample.replace(" 70", " -70"),
        sample.replace(" 70", " 70.5"),
        sample.replace(" 70", ""),
        sample.replace(" 70", " 0"),
        sample.replace("=\"", "=\"A"),
    ];
    let mut questions: Vec<_> = bad_notes
        .iter()
        .map(|note| Question::of(note, &export, from_ref(note), None))
        .collect();
    let unsigned = [
        note.replace("\n70\n", "\n71\n"),
        note[..note.len() - 9].to_owned(),
        trail.forged(70),
        trail.of_another_origin(70),
    ];
    for note in &unsigned {
        questions.push(Question::of(note, &export, from_ref(note), Some(&key)));
    }
    let bad_keys = [
        "",
        "a+b",
        &key.replace("+A", "+B"),
        &key[1..],
        &key[..key.len() - 4],
    ];
    for key in bad_keys {
        questions.push(Question::of(key, &export, &[], Some(key)));
    }
    for (question, (status, text)) in questions.iter().zip(ask(&questions)) {
        assert_eq!((status, text.as_str()), (2, ""), "{}", question.name);
    }
}

#[test]
fn the_verifier_in_python_can_be_read() {
    let text = include_str!("../../docs/verify_audit.py");
    assert!(text.lines().count() <= 150);
}
