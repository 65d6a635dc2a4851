//! Texts that stand where a key belongs and are most likely none: templates that nobody filled in,
//! quotes that became part of the value. Each is warned of and not refused, since only Rhombus knows
//! its keys. A new kind is a variant here with a case in the test.

use std::fmt;

/// What a text looks like instead of a key. Never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// `${KEY}`, `$(cat key)`, `{{ key }}`, `<key>`.
    Template,
    /// `"key"`, `'key'`.
    Quoted,
    /// `/run/secrets/key`, `vault://key`.
    Location,
    /// `NAME=key`, `name:key`.
    Assignment,
    /// `changeme`, `your-api-key`, `xxxx`.
    Word,
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Template => "a template that was not filled in",
            Self::Quoted => "a key in quotes, which would be sent as part of it",
            Self::Location => "the path or the URL of a key",
            Self::Assignment => "a whole line, with a name before the key",
            Self::Word => "a word that stands for a key in examples",
        })
    }
}

/// What a key's text looks like; none for one that may be a key.
pub(super) fn recognise(text: &str) -> Option<Placeholder> {
    let rules = [
        (Placeholder::Template, is_template(text)),
        (Placeholder::Quoted, is_quoted(text)),
        (Placeholder::Location, is_location(text)),
        (Placeholder::Assignment, is_assignment(text)),
        (Placeholder::Word, is_word(text)),
    ];
    rules
        .into_iter()
        .find_map(|(placeholder, applies)| applies.then_some(placeholder))
}

fn is_template(text: &str) -> bool {
    let is_between = |start, end| text.len() > 2 && text.starts_with(start) && text.ends_with(end);
    let marks = ["${", "$(", "{{", "}}", "{%", "<%"];
    let pairs = [
        ("<", ">"),
        ("[", "]"),
        ("{", "}"),
        ("%", "%"),
        ("@", "@"),
        ("__", "__"),
    ];
    text.starts_with('$')
        || marks.iter().any(|mark| text.contains(mark))
        || pairs.iter().any(|&(start, end)| is_between(start, end))
}

fn is_quoted(text: &str) -> bool {
    let quotes = ['"', '\'', '`'];
    text.starts_with(quotes) || text.ends_with(quotes)
}

fn is_location(text: &str) -> bool {
    // A key may begin with a slash where it is plain base64.
    let is_absolute = text.starts_with('/') && text.matches('/').count() > 1;
    let is_relative = ["./", "../", "~/"].iter().any(|it| text.starts_with(it));
    is_absolute || is_relative || text.contains("://")
}

fn is_assignment(text: &str) -> bool {
    let Some((name, value)) = text.split_once(['=', ':']) else {
        return false;
    };
    // Base64 may end in one or two `=`.
    let is_padding = value.bytes().all(|byte| byte == b'=');
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    !is_padding && !name.is_empty() && name.bytes().all(is_name)
}

fn is_word(text: &str) -> bool {
    const PARTS: [&str; 8] = [
        "changeme",
        "changeit",
        "replaceme",
        "yourapikey",
        "yourrhombus",
        "apikeyhere",
        "placeholder",
        "redacted",
    ];
    const WHOLE: [&str; 16] = [
        "apikey",
        "rhombusapikey",
        "myapikey",
        "yourkey",
        "yourkeyhere",
        "key",
        "secret",
        "password",
        "example",
        "dummy",
        "todo",
        "fixme",
        "tbd",
        "none",
        "null",
        "undefined",
    ];
    let bytes = text.bytes().filter(u8::is_ascii_alphanumeric);
    let word: String = bytes
        .map(|byte| char::from(byte).to_ascii_lowercase())
        .collect();
    let first = text.chars().next();
    let is_one_repeated = text.len() > 2 && text.chars().all(|c| Some(c) == first);
    is_one_repeated
        || WHOLE.contains(&word.as_str())
        || PARTS.iter().any(|part| word.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_recognised() {
        for (placeholder, texts) in [
            (
                Placeholder::Template,
                &[
                    "${RHOMBUS_API_KEY}",
                    "$RHOMBUS_API_KEY",
                    "$(cat key)",
                    "a${B}c",
                    "{{key}}",
                    "{{.Values.key}}",
                    "{%key%}",
                    "<%=key%>",
                    "<your-api-key>",
                    "[REDACTED]",
                    "%RHOMBUS_API_KEY%",
                    "@KEY@",
                    "__KEY__",
                ][..],
            ),
            (
                Placeholder::Quoted,
                &["\"abc\"", "'abc'", "`abc`", "\"abc", "abc'"],
            ),
            (
                Placeholder::Location,
                &[
                    "/run/secrets/key",
                    "./key",
                    "../key",
                    "~/key",
                    "vault://key",
                    "file:///key",
                ],
            ),
            (
                Placeholder::Assignment,
                &["RHOMBUS_API_KEY=abc", "api-key:abc", "a=b=="],
            ),
            (
                Placeholder::Word,
                &[
                    "changeme",
                    "CHANGE_ME",
                    "your-api-key",
                    "YOUR_API_KEY_HERE",
                    "rhombus-api-key",
                    "xxxxxxxx",
                    "***",
                    "TODO",
                    "null",
                ],
            ),
        ] {
            for text in texts {
                assert_eq!(recognise(text), Some(placeholder), "{text}");
            }
        }
    }

    #[test]
    fn what_may_be_a_key_is_left_alone() {
        for key in [
            "AAECAwQFBgcICQoLDA0ODw",
            "_____________________w",
            "-9xK3_0aZq7Lw2Rt5Yv8Bg",
            "9f86d081884c7d659a2feaa0c55ad015",
            "AAECAwQFBgcICQoLDA0ODw==",
            "/AECAwQ+BgcICQoLDA0ODw==",
            "eyJhbGciOiJIUzI1NiJ9.e30.ZRrHA1JJJW8opsbCGfG_HACGpVUMN_a9IV7pAx_Zmeo",
            "s3cretKEY0123456789abc",
            "k",
        ] {
            assert_eq!(recognise(key), None, "{key}");
        }
    }
}
