//! The configuration as it will run, for a person to read: YAML in the order and the words of the
//! file, defaults filled in, keys left out.

use std::fmt::Write;

use super::settings::SETTINGS;
use super::{Collect, Config, KeySource, Organization};

/// What would run, as YAML with secrets redacted. The same for equal configurations.
pub fn describe(config: &Config) -> String {
    let mut yaml = String::from("organizations:\n");
    for organization in &config.organizations {
        describe_organization(organization, &mut yaml);
    }
    describe_collect(&config.collect, &mut yaml);
    yaml
}

fn describe_organization(organization: &Organization, yaml: &mut String) {
    let key = match &organization.key {
        KeySource::Inline(_) => "api_key: [REDACTED]".to_owned(),
        KeySource::File(path) => format!("api_key_file: {}", text(&path.display().to_string())),
    };
    let name = text(&organization.name);
    let endpoint = text(&organization.endpoint.to_string());
    push(
        yaml,
        format_args!("  - name: {name}\n    {key}\n    endpoint: {endpoint}\n"),
    );
    if let Some(uuid) = &organization.org_uuid {
        let uuid = text(&uuid.to_string());
        push(yaml, format_args!("    org_uuid: {uuid}\n"));
    }
}

fn describe_collect(collect: &Collect, yaml: &mut String) {
    yaml.push_str("collect:\n");
    for setting in SETTINGS {
        let values = setting.show(collect);
        let value = if setting.is_list() {
            let values: Vec<_> = values.iter().map(|value| text(value)).collect();
            format!("[{}]", values.join(", "))
        } else {
            values.concat()
        };
        push(yaml, format_args!("  {}: {value}\n", setting.key));
    }
}

fn push(yaml: &mut String, text: std::fmt::Arguments<'_>) {
    yaml.write_fmt(text)
        .expect("a string takes all that is written");
}

/// A YAML scalar: plain where that is surely a text, else in double quotes, whose escapes are
/// those of JSON.
fn text(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        )
        && !looks_numeric(text);
    if plain || text.starts_with("https://") && !text.contains([' ', '#', '"']) {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

/// A text that a YAML reader could take for a number.
fn looks_numeric(text: &str) -> bool {
    text.parse::<f64>().is_ok() || text.starts_with("0x") || text.starts_with("0o")
}

#[cfg(test)]
mod tests {
    use super::super::{Environment, parse_str};
    use super::*;

    const FILE: &str = r#"
organizations:
  - { name: zoo, api_key: s3cret, endpoint: eu }
  - { name: "true", api_key_file: /run/secrets/true }
  - { name: "a: 'b' \\ # ü", api_key_file: "/with space", endpoint: "http://127.0.0.1:1/x" }
  - { name: pinned, api_key_file: /k, org_uuid: AAECAwQFBgcICQoLDA0ODw }
  - { name: hyphen, api_key_file: /l, org_uuid: -AECAwQFBgcICQoLDA0ODw }
collect: { interval: 90s, expiring_within: [30d, 1h 30m], lookback: 7d, max_staleness: 1h }
"#;

    #[test]
    fn it_reads_as_a_file_would_with_keys_redacted() {
        let loaded = parse_str("/etc/f.yml", FILE, &Environment::default()).unwrap();
        insta::assert_snapshot!(describe(&loaded.config));
    }

    #[test]
    fn without_inline_keys_it_is_a_file_for_the_same() {
        let file = FILE.replace("api_key: s3cret", "api_key_file: keys/zoo");
        let env = Environment::default();
        let config = parse_str("/etc/f.yml", &file, &env).unwrap().config;
        let again = parse_str("/else/g.yml", &describe(&config), &env).unwrap();
        assert_eq!(again.config, config);
    }
}
