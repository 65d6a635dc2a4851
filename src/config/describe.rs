//! The configuration as it will run, for a person to read: YAML in the order and the words of the
//! file, defaults filled in, keys left out.

use std::fmt::Write;
use std::path::Path;

use super::settings::SETTINGS;
use super::value::show_duration;
use super::{
    Collect, Config, CredentialSource, KeySource, Organization, Partner, audit, policy, web,
};
use crate::rhombus::Endpoint;

/// What would run, as YAML with secrets redacted. The same for equal configurations.
pub fn describe(config: &Config) -> String {
    let mut yaml = String::new();
    if !config.organizations.is_empty() {
        yaml.push_str("organizations:\n");
    }
    for organization in &config.organizations {
        describe_organization(organization, &mut yaml);
    }
    if !config.partners.is_empty() {
        yaml.push_str("partners:\n");
    }
    for partner in &config.partners {
        describe_partner(partner, &mut yaml);
    }
    describe_collect(&config.collect, &mut yaml);
    let names = config.organizations.iter().map(|it| it.name.as_str());
    yaml.push_str(&policy::describe(
        &config.policy,
        &names.collect::<Vec<_>>(),
    ));
    yaml.push_str(&web::describe(&config.web));
    yaml.push_str(&audit::describe(&config.audit));
    yaml
}

fn describe_organization(organization: &Organization, yaml: &mut String) {
    let Organization {
        name,
        credential,
        endpoint,
        ..
    } = organization;
    describe_access(name, credential, endpoint, yaml);
    if let Some(uuid) = &organization.org_uuid {
        let uuid = text(&uuid.to_string());
        push(yaml, format_args!("    org_uuid: {uuid}\n"));
    }
}

fn describe_access(
    name: &str,
    credential: &CredentialSource,
    endpoint: &Endpoint,
    yaml: &mut String,
) {
    let path = |path: &Path| text(&path.display().to_string());
    let key = match &credential.key {
        KeySource::Inline(_) => "api_key: [REDACTED]".to_owned(),
        KeySource::File(file) => format!("api_key_file: {}", path(file)),
    };
    push(yaml, format_args!("  - name: {}\n    {key}\n", text(name)));
    if let Some(files) = &credential.certificate {
        let (cert, key) = (path(&files.cert_file), path(&files.key_file));
        push(
            yaml,
            format_args!("    tls_config:\n      cert_file: {cert}\n      key_file: {key}\n"),
        );
    }
    let endpoint = text(&endpoint.to_string());
    push(yaml, format_args!("    endpoint: {endpoint}\n"));
}

fn describe_partner(partner: &Partner, yaml: &mut String) {
    describe_access(&partner.name, &partner.credential, &partner.endpoint, yaml);
    let refresh = show_duration(partner.refresh);
    push(yaml, format_args!("    refresh: {refresh}\n"));
    for (key, patterns) in [("include", &partner.include), ("exclude", &partner.exclude)] {
        if !patterns.is_empty() {
            let texts: Vec<_> = patterns.texts().map(text).collect();
            push(yaml, format_args!("    {key}: [{}]\n", texts.join(", ")));
        }
    }
    if let Some(pace) = partner.requests_per_second {
        push(yaml, format_args!("    requests_per_second: {pace}\n"));
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
pub(super) fn text(text: &str) -> String {
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
    use crate::share::UnixMillis;

    const NOW: UnixMillis = UnixMillis::from_secs(1_795_953_600);

    const FILE: &str = r#"
organizations:
  - { name: zoo, api_key: s3cret, endpoint: eu }
  - { name: "true", api_key_file: /run/secrets/true }
  - { name: "a: 'b' \\ # ü", api_key_file: "/with space", endpoint: "http://127.0.0.1:1/x" }
  - { name: pinned, api_key_file: /k, org_uuid: AAECAwQFBgcICQoLDA0ODw }
  - { name: hyphen, api_key_file: /l, org_uuid: -AECAwQFBgcICQoLDA0ODw }
collect: { interval: 90s, expiring_within: [30d, 1h 30m], lookback: 7d, max_staleness: 1h }
web: { share_viewers: ["on", "müller: '", ann] }
"#;

    #[test]
    fn it_reads_as_a_file_would_with_keys_redacted() {
        let loaded = parse_str("/etc/f.yml", FILE, &Environment::default(), NOW).unwrap();
        insta::assert_snapshot!(describe(&loaded.config));
    }

    #[test]
    fn without_inline_keys_it_is_a_file_for_the_same() {
        let file = FILE.replace("api_key: s3cret", "api_key_file: keys/zoo");
        let env = Environment::default();
        let config = parse_str("/etc/f.yml", &file, &env, NOW).unwrap().config;
        let again = parse_str("/else/g.yml", &describe(&config), &env, NOW).unwrap();
        assert_eq!(again.config, config);
    }
}
