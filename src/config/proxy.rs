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

/// The connections as the environment wants them. What it says wrong, [`check`] has found.
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
                     as 10.0.0.0/8, or `*`, with commas between"
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
