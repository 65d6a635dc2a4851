//! What is hostile: it neither hangs nor takes the memory or the stack.

use super::*;

/// As long as a text may be: `part` as often as it fits in between.
fn filled(start: &str, part: &str, end: &str) -> String {
    let times = (MAX_LENGTH - start.len() - end.len()) / part.len();
    format!("{start}{}{end}", part.repeat(times))
}

#[test]
fn what_is_hostile_is_refused_in_peace() {
    for (start, part, end) in [
        ("", "(", ""),
        ("", "[", ""),
        ("", "{", ""),
        ("", "f(", ""),
        ("", "!(", ""),
        ("", "-(", ""),
        ("", "- ", "1"),
        ("", "a[", ""),
        ("", "true?", ""),
        ("", "true?true:", "true"),
        ("", "[[1],", ""),
        ("", "x.all(x,", ""),
        ("a", "{a:", ""),
        ("share", ".a", ""),
        ("share", "[0]", ""),
        ("1", "+1", ">0"),
        ("1", "<1", ""),
        ("true", "==true", ""),
        ("''", "+''", "==''"),
        ("share.cameras", ".filter(c,true)", ".size()>0"),
        ("", "''.matches('\\\\w{30}')||", "true"),
        ("share.title.matches('", "(", "')"),
        ("'", "\\u", "'"),
        ("", "'", ""),
        ("", "\0", ""),
        ("1", "1", ">0"),
        ("", "?", ""),
        ("", "a.", ""),
        ("", "//", ""),
        ("duration('", "9", "d') > share.age"),
        ("share.created.getHours('", "1", ":00') > 0"),
    ] {
        let text = filled(start, part, end);
        let error = refused(&text);
        assert!(
            (1..=text.chars().count() + 1).contains(&error.column),
            "{error}"
        );
        assert!(
            error.expected.len() < 200 && !error.expected.contains('\0'),
            "{error}"
        );
    }
    let long = filled("", "true||", "true  ") + "      ";
    assert_eq!(
        refused(&long).to_string(),
        format!("column {}: expected at most 1024 bytes", long.len())
    );
}

#[test]
fn what_is_accepted_runs_on_a_small_stack() {
    let deep = |levels: usize| {
        let nest = |inner, _| format!("(share.sound == {inner})");
        (1..levels).fold("true".to_owned(), nest)
    };
    let texts = [
        deep(MAX_DEPTH),
        filled("", "!", "true"),
        filled("true", "||true", ""),
        filled("true", "&&true||true", ""),
        filled("1 in [1", ",1", "]"),
        format!("share.cameras.all(c, {})", deep(MAX_DEPTH - 1)),
        format!(
            "share.cameras{}.size() > 0",
            ".map(c, c)".repeat(MAX_DEPTH - 3)
        ),
        format!(
            "{}1{} > 0",
            "(1 + ".repeat(MAX_DEPTH - 2),
            ")".repeat(MAX_DEPTH - 2)
        ),
        format!("{}1{} > 0", "[".repeat(11), "][0]".repeat(11)),
        filled("share.title.matches('", "a?", "')"),
    ];
    // Half of what a worker of the runtime has.
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    let run = move || texts.iter().for_each(|text| drop(compiled(text)));
    thread.spawn(run).unwrap().join().unwrap();
    assert!(refused(&deep(MAX_DEPTH + 1)).expected.contains("levels"));
}

#[test]
fn the_work_grows_with_the_cameras_and_not_faster() {
    let ids: Vec<String> = (0..20_000)
        .map(|number| format!("camera {number}"))
        .collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let share = share_of("id", Expiry::Never, &ids);
    holds(
        &share,
        &[
            "share.cameras.map(c, c).filter(c, c.size() > 0).size() == 20000",
            "share.cameras.all(c, c != '') && share.cameras.exists_one(c, c == 'camera 7')",
        ],
    );
}

#[test]
fn a_macro_is_in_no_other_and_looks_at_no_other_list() {
    for name in functions::MACROS {
        let text = format!("share.cameras.all(c, ['a'].{name}(d, true) == true)");
        let said = format!("no `{name}` inside another of all, exists, exists_one, filter, map");
        assert_eq!(
            refused(&text),
            ExpressionError {
                column: 28,
                expected: said
            }
        );
    }
    for list in ["cameras", "locations"] {
        let error = refused(&format!("share.cameras.all(c, c in share.{list})"));
        assert_eq!(
            error.to_string(),
            "column 33: expected a list of `share` outside of the macro only"
        );
    }
    let share = share_of("id", Expiry::Never, &["Door 1", "Door 2", "Yard"]);
    holds(
        &share,
        &[
            "share.cameras.filter(c, c.startsWith('Door')).all(c, c != 'Yard')",
            "share.cameras.map(c, c.size()) == [6, 6, 4]",
            "share.cameras.exists_one(c, c in ['Yard', 'Gate'])",
            "share.cameras.exists(c, c == 'Yard') && share.cameras.exists(c, c == 'Door 1')",
            "!share.locations.exists(l, true) && share.locations.all(l, false)",
        ],
    );
}
