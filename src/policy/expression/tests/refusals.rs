//! What is refused, where, and with which words.

use super::*;

/// An expression a line, and what is said of it; `...` is for the names of all that there is.
const REFUSALS: &str = r#"
share.title ==  =>  column 15: expected an expression in CEL: mismatched input '<EOF>'
true ? 1  =>  column 1: expected an expression in CEL that is complete
'ü' == share.titel  =>  column 14: expected a field of `share`: did you mean `title`?
false && share.password  =>  column 16: expected a field of `share`: age, cameras, clips...
share.title.length() > 1  =>  column 13: expected a function that there is: all, contains...
title == ''  =>  column 1: expected `share`, the one name that there is
link.title == ''  =>  column 1: expected fields of `share` and of nothing else
share.title.length == 1  =>  column 6: expected fields of `share` and of nothing else
share  =>  column 1: expected a field of it: `share.title`
share.clips  =>  column 1: expected a result that is a bool, and it is: int
share.title.startWith('a')  =>  column 13: expected a function that there is: did you mean `startsWith`?
share.title.startsWith(1)  =>  column 13: expected string.startsWith(string)
startsWith('a', 'b')  =>  column 1: expected string.startsWith(string)
share.created.getHours(1) > 1  =>  column 15: expected timestamp.getHours() or timestamp.getHours(string) or duration.getHours()
share.cameras.exists(c)  =>  column 15: expected list.exists(element, ...)
exists([1], c, true)  =>  column 1: expected list.exists(element, ...)
share.clips.size() > 1  =>  column 13: expected the `size` of a string or a list
has(share.title)  =>  column 1: expected no `has`: a share has every field
share.title == 1  =>  column 13: expected the same type on both sides
share.clips > 1.5  =>  column 15: expected a bool, an int without `u`, or a string
share.clips > 1u  =>  column 15: expected a bool, an int without `u`, or a string
share.title == null  =>  column 16: expected a bool, an int without `u`, or a string
share.title + 'a' == ''  =>  column 13: expected two of int or duration, or a timestamp and a duration
share.ends + share.ends > share.ends  =>  column 12: expected two of int or duration, or a timestamp and a duration
1 - share.age > 1  =>  column 3: expected two of int, duration or timestamp, or a timestamp and a duration
share.age * 2 > share.age  =>  column 11: expected an int on both sides
share.age > 30  =>  column 11: expected two of int, string, timestamp or duration, the same on both sides
share.sound > false  =>  column 13: expected two of int, string, timestamp or duration, the same on both sides
share.title in 'a'  =>  column 13: expected a value on the left and a list of such values on the right
1 in share.cameras  =>  column 3: expected a value on the left and a list of such values on the right
share.title && true  =>  column 13: expected a bool on both sides
!share.title  =>  column 1: expected a bool after `!`
-share.age > share.age  =>  column 1: expected an int after `-`
share.clips ? true : false  =>  column 13: expected a bool before `?`
(true ? 1 : 'a') == 1  =>  column 7: expected the same type on both sides of `:`
share.title[0] == 'a'  =>  column 12: expected a list before `[`, and an int in it
[1, 'a'] == [1]  =>  column 5: expected elements of one type in a list
[[1]] == [[1]]  =>  column 2: expected no list in a list
{'a': true}['a']  =>  column 1: expected no map and no struct
a.B{c: 1} == a.B{}  =>  column 4: expected no map and no struct
share.?title == ''  =>  column 6: expected an expression in CEL: unsupported syntax '.?'
share.cameras.all(share, true)  =>  column 19: expected a name other than `share`
share.cameras.all(1, true)  =>  column 19: expected a name other than `share`
share.title.all(c, true)  =>  column 13: expected a list with elements before `.all`
[].all(c, true)  =>  column 4: expected a list with elements before `.all`
share.cameras.all(c, c)  =>  column 22: expected a bool in `all`
share.cameras.map(c, [c]) == []  =>  column 22: expected no list in a list
share.cameras.all(c, true) && c == ''  =>  column 31: expected `share`, the one name that there is
"#;

#[test]
fn the_refusal_says_where_and_what_was_expected() {
    let lines: Vec<&str> = REFUSALS.trim().lines().collect();
    assert!(lines.len() >= 45);
    for line in lines {
        let (text, said) = line.split_once("  =>  ").expect(line);
        let error = refused(text).to_string();
        match said.strip_suffix("...") {
            Some(beginning) => assert!(error.starts_with(beginning), "{text}: {error}"),
            None => assert_eq!(error, said, "{text}"),
        }
    }
}

#[test]
fn the_column_is_counted_in_all_of_the_text() {
    for (text, column) in [
        ("", 1),
        ("true ||\n 1 = 1", 12),
        ("true ||\n share.sond", 16),
        ("'ü' ==\n 'ü' == 'ö' = 1", 20),
    ] {
        assert_eq!(refused(text).column, column, "{text}");
    }
}

#[test]
fn what_fails_on_a_sample_is_refused() {
    for (text, said) in [
        ("1 / 0 == 1", "a division by 0"),
        (
            "share.cameras[0] == ''",
            "an index that the list does not have",
        ),
        (
            "share.ends - share.created > share.age",
            "a number, timestamp or duration out of range",
        ),
        (
            "share.created.getHours('Mars') > 1",
            "a function that does not take such an argument",
        ),
    ] {
        let expected = format!("no error on any share, and there is one on some: {said}");
        assert_eq!(
            refused(text),
            ExpressionError {
                column: 1,
                expected
            }
        );
    }
    compiled("share.cameras.size() > 0 && share.cameras[0] == ''");
}
