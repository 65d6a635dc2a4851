//! What Grafana makes of a query and of a link before anybody else sees them: how its Prometheus data
//! source writes chosen values into a query (`packages/grafana-prometheus/src/escaping.ts`), and how
//! `:percentencode` writes a field into a link. Facts of Grafana's, for tests that play its part.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use url::Url;

/// Names that an organisation may have, each with something in it that a query or a link reads as its
/// own.
pub(crate) const ODD_NAMES: [&str; 16] = [
    "A+B",
    "Söhne & Co, #1",
    r"back\slash",
    r"ends in \",
    r"\d and \\d",
    "one|two",
    "(group)",
    "[a-z]",
    ".*",
    "a.c",
    "^start, $end",
    "100 % = 50%25?",
    "St. John's",
    "{a,b}",
    "${org} $kind",
    "/d/x?var-org=y&z=1;~`<b>",
];

/// Names that one of the odd ones would also find, where it is not written as what it is.
pub(crate) const PLAIN_NAMES: [&str; 6] = ["AAB", "one", "two", "group", "abc", "d"];

/// Where Grafana is.
const GRAFANA: &str = "http://grafana.test";

/// What stands in the cell that a link with `${__value.raw}` is in: where an exporter's pages are.
pub(crate) const EXTERNAL_URL: &str = "https://exporter.test/rhombus";

/// How a release of Grafana writes a value that may stand among several.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Escaping {
    /// Older releases: single quotes too.
    Older,
    /// Newer ones: no quotes.
    Newer,
    /// Those with the feature `prometheusSpecialCharsInLabelValues`: both quotes.
    SpecialCharacters,
}

impl Escaping {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Older, Self::Newer, Self::SpecialCharacters];

    /// The characters that mean something in a regular expression stand behind a backslash, which is
    /// doubled, since all of it goes between quotes. A backslash of the value is doubled for either.
    fn one(self, value: &str) -> String {
        let quotes = match self {
            Self::Older => "'",
            Self::Newer => "",
            Self::SpecialCharacters => "'\"",
        };
        let mut escaped = String::new();
        for c in value.chars() {
            match c {
                '\\' => escaped.push_str(r"\\\\"),
                '"' if quotes.contains(c) => escaped.push_str("\\\\\\\""),
                _ if "$^*{}[]+?.()|".contains(c) || quotes.contains(c) => {
                    escaped.push_str(r"\\");
                    escaped.push(c);
                }
                _ => escaped.push(c),
            }
        }
        escaped
    }

    /// What stands for a variable that offers several values and all of them.
    pub(crate) fn several(self, values: &[&str]) -> String {
        let each: Vec<String> = values.iter().map(|value| self.one(value)).collect();
        match each.as_slice() {
            [one] => one.clone(),
            several => format!("({})", several.join("|")),
        }
    }
}

/// The address that a click on a link in a table leads to, in the row whose fields have this value.
/// The rest of the dashboard is at "All".
pub(crate) fn followed(link: &str, value: &str) -> Result<Url, String> {
    let mut address = String::new();
    if link.starts_with('/') {
        address.push_str(GRAFANA);
    }
    let mut rest = link;
    while let Some((before, from)) = rest.split_once("${") {
        let (variable, after) = from.split_once('}').ok_or("a brace is not closed")?;
        address.push_str(before);
        address.push_str(&written(variable, value)?);
        rest = after;
    }
    address.push_str(rest);
    Url::parse(&address).map_err(|error| format!("{address}: {error}"))
}

fn written(variable: &str, value: &str) -> Result<String, String> {
    let (name, format) = variable.split_once(':').unwrap_or((variable, ""));
    match (name, format) {
        ("__url_time_range", "") => Ok("from=now-6h&to=now".to_owned()),
        ("__value.raw", "") => Ok(EXTERNAL_URL.to_owned()),
        (_, "queryparam") => Ok(format!("var-{name}=$__all")),
        (_, "percentencode") if name.starts_with("__data.fields.") => Ok(percent_encoded(value)),
        (_, "") if name.starts_with("__data.fields.") => Ok(value.to_owned()),
        _ => Err(format!("${{{variable}}} is not known here")),
    }
}

fn percent_encoded(value: &str) -> String {
    let bytes = value.bytes();
    let encoded = bytes.map(|byte| match byte {
        b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    encoded.collect()
}
