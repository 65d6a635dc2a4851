//! What `log`, `show`, `export`, `checkpoint` and `register` say.

use insta::assert_snapshot;
use serde_json::Value;

use crate::common::{exporter, simulator};
use crate::store::{CLAIM, DOOR, ODD, Trail};

/// The numbers of the events that are listed.
fn numbers(jsonl: &str) -> Vec<u64> {
    let lines = jsonl
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    lines
        .map(|line: Value| line["seq"].as_u64().unwrap())
        .collect()
}

#[test]
fn events_are_listed_as_a_log_has_them() {
    let trail = Trail::with_lives();
    assert_snapshot!("log_table", trail.says(&["log"]));
    assert_snapshot!("log_table_with_texts", trail.says(&["log", "--with-texts"]));
    assert_snapshot!(
        "log_csv",
        trail.says(&["log", "--format=csv", "--with-texts"])
    );
}

#[test]
fn what_is_asked_for_is_listed_and_nothing_else() {
    let trail = Trail::with_lives();
    let listed = |args: &[&str]| numbers(&trail.says(&[&["log", "--format=jsonl"], args].concat()));
    assert_eq!(listed(&[]), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    assert_eq!(listed(&["--org=bell"]), [2, 10]);
    assert_eq!(
        listed(&["--event=created,removed", "--event=expired"]),
        [3, 8, 10]
    );
    let share = format!("--share={DOOR}");
    assert_eq!(listed(&[&share, "--kind=clip_group"]), [2, 10]);
    assert_eq!(listed(&["--since=2026-11-28T09:08:30Z"]), [10, 11]);
    assert_eq!(listed(&["--until=2026-11-28T09:01:00Z"]), [1, 2]);
    assert_eq!(
        listed(&["--since=2026-11-28", "--until=2026-11-28"]).len(),
        11
    );
    for args in [
        &["--kind=live_stream"][..],
        &["--actor=Bob"],
        &["--since=2026-11-29", "--until=2026-11-29"],
    ] {
        let said = trail.audit(&[&["log", "--format=jsonl"], args].concat());
        assert_eq!((said.code, &*said.stdout), (0, ""));
        assert_eq!(said.stderr, "no event of the trail is so\n");
    }
}

#[test]
fn of_many_the_newest_are_listed_or_the_oldest_each_in_their_order() {
    let trail = Trail::with_lives();
    for (flags, expected, which) in [
        (&["--limit=2"][..], [10, 11], "newest"),
        (&["--limit=2", "--oldest-first"], [1, 2], "oldest"),
    ] {
        let said = trail.audit(&[&["log", "--format=jsonl"], flags].concat());
        assert_eq!(numbers(&said.stdout), expected);
        let more = format!("these are the {which} 2: there may be more (--limit)\n");
        assert_eq!((said.code, said.stderr), (0, more));
    }
}

#[test]
fn a_line_is_printed_as_it_was_hashed_unless_texts_are_asked_for() {
    let trail = Trail::with_lives();
    let log = trail.says(&["log", "--format=jsonl"]);
    let export = trail.says(&["export"]);
    let events: Vec<_> = export
        .lines()
        .filter(|it| it.starts_with("{\"seq\":"))
        .collect();
    assert_eq!(log.lines().collect::<Vec<_>>(), events);
    assert!(!log.contains("Claim") && !log.contains("Front door"));

    let with_texts = trail.says(&["log", "--format=jsonl", "--with-texts"]);
    let renamed = with_texts.lines().nth(6).unwrap();
    let object: Value = serde_json::from_str(renamed).unwrap();
    assert_eq!(object["texts"]["is.title"], ODD);
    assert!(renamed.contains(&format!("{{\"line\":{},\"texts\":", events[6])));
}

#[test]
fn one_link_has_a_life() {
    let trail = Trail::with_lives();
    assert_snapshot!("show", trail.says(&["show", CLAIM]));
    let lines = trail.says(&["show", CLAIM, "--format=jsonl"]);
    assert_eq!(lines.lines().count(), 7);
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(last["line"]["event"], "violation_closed");
}

#[test]
fn who_made_it_and_who_looked_is_told_where_rhombus_has_told_that() {
    let trail = Trail::with_lives();
    trail.feed();
    let life = trail.says(&["show", CLAIM]);
    for part in [
        "made by Ann Example (USER)\nwho changed it is not stated by Rhombus\n",
        "made_by: was made by Ann Example (USER)\n",
        "viewed: was viewed by SHARE_ANONYMOUS, as viewer anonymous, from NL\n",
    ] {
        assert!(life.contains(part), "{part}\n{life}");
    }
    let made = trail.says(&["log", "--format=jsonl", "--event=made_by"]);
    let by_ann = trail.says(&["log", "--format=jsonl", "--actor=Ann Example"]);
    assert!(!made.is_empty() && made == by_ann, "{made}\n{by_ann}");
    let row = trail.says(&["register", "--org=acme"]);
    assert!(
        row.contains(",Ann Example (USER),,,,1,never,removed,"),
        "{row}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_read_and_written_beside_an_exporter_that_runs() {
    let trail = Trail::without();
    let simulator = simulator(5);
    let flag = format!("--storage.path={}", trail.directory().display());
    let exporter = exporter(&simulator, &[&flag]);
    exporter.wait_for_output("the audit trail is sealed").await;
    let baseline = trail.says(&["log", "--event=baseline", "--format=jsonl"]);
    assert_eq!(baseline.lines().count(), 5);
    let first: Value = serde_json::from_str(baseline.lines().next().unwrap()).unwrap();
    let share = first["share"].as_str().unwrap();
    trail.says(&["annotate", share, "--recipient=Insurer", "--purpose=claim"]);
    let erased = trail.says(&["erase", "--yes", "--share", share]);
    assert!(erased.starts_with("forgotten: 3 private texts"), "{erased}");
    exporter.signal("TERM");
    let (status, output) = exporter.ended().await;
    assert!(status.success(), "{output}");
    let life = trail.says(&["show", share]);
    assert!(
        life.contains("private texts of it were erased: 3"),
        "{life}"
    );
    let said = trail.audit(&["verify"]);
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    let log = trail.says(&["log"]);
    assert!(
        log.trim_end().ends_with("the exporter was stopped"),
        "{log}"
    );
    assert!(
        said.stdout.contains("neither: none\nYES\n"),
        "{}",
        said.stdout
    );
}

#[test]
fn an_export_has_lines_and_seals_and_with_texts_it_says_that_it_proves_nothing() {
    let trail = Trail::with_lives();
    let export = trail.says(&["export"]);
    let kinds: Vec<_> = export.lines().map(|line| &line[2..6]).collect();
    let lines = ["seq\""; 11].map(str::to_owned).to_vec();
    let mut expected: Vec<_> = lines.iter().map(String::as_str).collect();
    expected.insert(6, "seal");
    expected.push("seal");
    assert_eq!(kinds, expected);

    let said = trail.audit(&["export", "--with-texts"]);
    assert_eq!((said.code, said.stdout.lines().count()), (0, 11));
    assert!(said.stderr.contains("not verified"), "{}", said.stderr);
    assert!(said.stdout.contains(r#""texts":{"is.title":"Front door"}"#));
}

#[test]
fn the_newest_checkpoint_is_printed_as_it_was_signed() {
    let trail = Trail::with_lives();
    let note = trail.says(&["checkpoint"]);
    let kept = trail.kept();
    assert_eq!(note, kept.checkpoint.unwrap().note);
    assert_eq!(note.lines().next(), Some(&*kept.origin));
    assert_eq!(note.lines().nth(1), Some("11"));
}

#[test]
fn the_register_has_a_row_for_each_link_that_was_seen_first_in_that_time() {
    let trail = Trail::with_lives();
    let noted = [
        "--recipient=Insurer",
        "--purpose=claim 3196",
        "--case=@CHG-1",
    ];
    trail.says(&[&["annotate", CLAIM], &noted[..]].concat());
    assert_snapshot!("register_csv", trail.says(&["register"]));
    let rows = |args: &[&str]| trail.says(&[&["register"], args].concat()).lines().count() - 1;
    assert_eq!(rows(&["--org=bell"]), 1);
    assert_eq!(
        rows(&["--since=2026-11-28T09:02:00Z", "--until=2026-11-28"]),
        1
    );
    assert_eq!(rows(&["--since=2026-11-29"]), 0);

    let page = trail.says(&["register", "--format=html"]);
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    for part in [
        "2 links",
        CLAIM,
        "Insurer",
        "=Claim \\u{1b}[31m3197",
        "removed",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(!page.contains("<script") && !page.contains('\u{1b}'));
}
