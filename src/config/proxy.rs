//! The proxy on the way to Rhombus, from the variables that all programs of a machine share. One that
//! can't be used is an error: the client would go past it without a word. Such a variable may hold a
//! password, and is never in a message.

use super::problem::Report;
use super::{Config, Environment, EnvironmentError};
use crate::rhombus::{NoProxy, Proxy, Transport};

/// The variables that are for requests over TLS; any other kind goes past every proxy.
const PROXY: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// The hosts that are reached past it.
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The connections as the environment wants them. What it says wrong, `check` has found.
pub fn transport(env: &Environment) -> Transport {
    let Some(proxy) = first(env, &PROXY).and_then(|(_, value)| Proxy::parse(value.ok()?)) else {
        return Transport::default();
    };
    let list = first(env, &NO_PROXY).and_then(|(_, value)| value.ok());
    Transport::through(proxy, NoProxy::parse(list.unwrap_or_default()).0)
}

/// Each proxy that is set must be one that can be used, where there is anything to use it for.
pub(super) fn check(config: &Config, env: &Environment, report: &mut Report) {
    if !config.needs_tls() {
        return;
    }
    for name in PROXY {
        let is_wrong =
            |(_, value): (_, Result<&str, _>)| value.ok().and_then(Proxy::parse).is_none();
        if first(env, &[name]).is_some_and(is_wrong) {
            report.problem(
                format_args!("environment variable {name}"),
                "expected an HTTP proxy, such as http://proxy.example:3128; what is there is not \
                 shown, since it may hold a password",
            );
        }
    }
    if first(env, &PROXY).is_some() {
        check_exceptions(env, report);
    }
}

fn check_exceptions(env: &Environment, report: &mut Report) {
    let Some((name, list)) = first(env, &NO_PROXY) else {
        return;
    };
    match list {
        Err(error) => report.warn(format_args!(
            "environment variable {name} is not used: {error}"
        )),
        Ok(list) => {
            for place in NoProxy::parse(list).1 {
                report.warn(format_args!(
                    "environment variable {name}: entry {place} is not used, and what it means \
                     goes through the proxy: expected a host such as example.com, .example.com or \
                     *.example.com, an IP address, either with a port or without, a network such \
                     as 10.0.0.0/8, or `*`, separated by commas"
                ));
            }
        }
    }
}

/// The first of these variables that is not empty: set to nothing, one counts as not set.
fn first<'a>(
    env: &'a Environment,
    names: &[&'static str],
) -> Option<(&'static str, Result<&'a str, EnvironmentError>)> {
    names.iter().find_map(|&name| match env.get(name) {
        Ok(None) | Err(EnvironmentError::Empty) => None,
        Ok(Some(value)) => Some((name, Ok(value))),
        Err(error) => Some((name, Err(error))),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{ENV_API_KEY, ENV_ENDPOINT, Flags, load};
    use super::*;
    use crate::share::UnixMillis;

    const PROXY_URL: &str = "http://a:s3cret@proxy.example:3128";

    fn warnings(pairs: &[(&str, &str)]) -> Vec<String> {
        let key = [(ENV_API_KEY, "k")];
        let env = key.iter().chain(pairs).copied().collect();
        load(&Flags::default(), &env, UnixMillis::default())
            .unwrap()
            .warnings
    }

    #[test]
    fn an_entry_that_is_none_is_named_by_its_place_and_not_shown() {
        for name in NO_PROXY {
            let list = "a.com, http://b:s3cret@c.com,,10.0.0.0/33";
            let warnings = warnings(&[("HTTPS_PROXY", PROXY_URL), (name, list)]);
            assert_eq!(warnings.len(), 2, "{warnings:?}");
            for (warning, place) in warnings.iter().zip(["2", "4"]) {
                let start = format!("environment variable {name}: entry {place} is not used");
                assert!(warning.starts_with(&start), "{warning}");
                assert!(warning.contains("expected a host such as"), "{warning}");
                assert!(!warning.contains("s3cret"), "{warning}");
            }
        }
        let good = "a.com,.b.com:443, *.c.com,10.0.0.0/8,[2001:db8::1]:443,*";
        let proxy = ("all_proxy", PROXY_URL);
        assert_eq!(warnings(&[proxy, ("NO_PROXY", good)]), [""; 0]);
    }

    #[test]
    fn what_has_no_effect_is_no_matter() {
        let list = ("NO_PROXY", "?");
        assert_eq!(warnings(&[list]), [""; 0]);
        assert_eq!(warnings(&[("HTTPS_PROXY", ""), list]), [""; 0]);
        let plain = (ENV_ENDPOINT, "http://127.0.0.1:1");
        assert_eq!(
            warnings(&[plain, ("HTTPS_PROXY", PROXY_URL), list]),
            [""; 0]
        );
    }

    #[test]
    fn a_list_that_is_not_text_is_named() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let pair = |name, value: &'static [u8]| (name, OsStr::from_bytes(value));
        let env = [
            pair(ENV_API_KEY, b"k"),
            pair("HTTPS_PROXY", b"proxy:3128"),
            pair("NO_PROXY", b"a\xff"),
        ];
        let loaded = load(
            &Flags::default(),
            &env.into_iter().collect(),
            UnixMillis::default(),
        )
        .unwrap();
        let expected = "environment variable NO_PROXY is not used: its value is not UTF-8 text";
        assert!(loaded.warnings[0].starts_with(expected), "{loaded:?}");
    }

    #[test]
    fn the_first_variable_that_is_not_empty_counts() {
        let value = |pairs: &[(&str, &str)]| {
            let env: Environment = pairs.iter().copied().collect();
            first(&env, &NO_PROXY).map(|(name, value)| (name, value.unwrap().to_owned()))
        };
        let is = |name, value: &str| Some((name, value.to_owned()));
        let both = [("no_proxy", "small"), ("NO_PROXY", "CAPITALS")];
        assert_eq!(value(&both), is("NO_PROXY", "CAPITALS"));
        let empty = [("no_proxy", "small"), ("NO_PROXY", "")];
        assert_eq!(value(&empty), is("no_proxy", "small"));
        assert_eq!(value(&[("NO_PROXY", "")]), None);
    }
}
