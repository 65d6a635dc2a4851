//! Whether a browser asks because a page of another site told it to. A browser says so itself, in
//! headers that no page can change; what is no browser sends neither of them.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Uri};

const SEC_FETCH_DEST: &str = "sec-fetch-dest";
const SEC_FETCH_MODE: &str = "sec-fetch-mode";
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Whether a page of another site asks for this.
pub(super) fn is_cross_site<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    let mut sites = headers.get_all(SEC_FETCH_SITE).iter();
    let mut origins = headers.get_all(ORIGIN).iter();
    let host = asked_of(request.uri(), headers);
    sites.any(|site| site != "same-origin" && site != "none")
        || origins.any(|origin| !is_own(origin, host))
}

/// Whether a browser opens this as a page of its own, in a window or a tab: somebody has followed a
/// link. Such a request shows nothing to the page that the link is on.
pub(super) fn is_opened_page<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    let is_only = |name, expected| {
        let mut values = headers.get_all(name).iter();
        values.next().is_some_and(|value| value == expected) && values.next().is_none()
    };
    request.method() == Method::GET
        && is_only(SEC_FETCH_MODE, "navigate")
        && is_only(SEC_FETCH_DEST, "document")
        && !headers.contains_key(ORIGIN)
}

/// The host and port that the request is for: HTTP/2 has them in its target.
fn asked_of<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => headers.get(HOST)?.to_str().ok(),
    }
}

/// Whether the pages of `origin` are ours. That of a page without a site is `null`.
fn is_own(origin: &HeaderValue, host: Option<&str>) -> bool {
    let origin = origin.to_str().ok();
    let origin = origin.and_then(|origin| origin.split_once("://"));
    origin
        .zip(host)
        .is_some_and(|((_, origin), host)| origin.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_cross_site_with(uri: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::post(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_cross_site(&request.body(()).unwrap())
    }

    #[test]
    fn a_browser_says_which_site_asks() {
        let host = ("host", "exporter.example:10063");
        for (headers, expected) in [
            // What is no browser.
            (vec![host], false),
            (vec![], false),
            (vec![host, ("sec-fetch-site", "same-origin")], false),
            (vec![host, ("sec-fetch-site", "none")], false),
            (vec![host, ("sec-fetch-site", "same-site")], true),
            (vec![host, ("sec-fetch-site", "cross-site")], true),
            (vec![host, ("sec-fetch-site", "")], true),
            (
                vec![host, ("origin", "http://exporter.example:10063")],
                false,
            ),
            (
                vec![host, ("origin", "https://EXPORTER.example:10063")],
                false,
            ),
            (vec![host, ("origin", "http://exporter.example")], true),
            (
                vec![
                    host,
                    ("origin", "http://exporter.example:10063.evil.example"),
                ],
                true,
            ),
            (vec![host, ("origin", "http://evil.example")], true),
            (vec![host, ("origin", "exporter.example:10063")], true),
            (vec![host, ("origin", "null")], true),
            (vec![host, ("origin", "")], true),
            (vec![("origin", "http://exporter.example:10063")], true),
            (
                vec![
                    host,
                    ("origin", "http://exporter.example:10063"),
                    ("origin", "http://evil.example"),
                ],
                true,
            ),
            (
                vec![
                    host,
                    ("origin", "http://exporter.example:10063"),
                    ("sec-fetch-site", "cross-site"),
                ],
                true,
            ),
        ] {
            assert_eq!(
                is_cross_site_with("/-/reload", &headers),
                expected,
                "{headers:?}"
            );
        }
    }

    #[test]
    fn only_a_page_of_its_own_is_opened() {
        let (mode, dest) = (
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        );
        let is_opened = |method: Method, headers: &[(&str, &str)]| {
            let mut request = Request::builder().method(method);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            is_opened_page(&request.body(()).unwrap())
        };
        assert!(is_opened(Method::GET, &[mode, dest]));
        for (method, headers) in [
            (Method::GET, vec![]),
            (Method::GET, vec![mode]),
            (Method::GET, vec![dest]),
            (Method::HEAD, vec![mode, dest]),
            (Method::POST, vec![mode, dest]),
            (Method::GET, vec![mode, dest, dest]),
            (Method::GET, vec![mode, ("sec-fetch-dest", "iframe")]),
            (Method::GET, vec![mode, ("sec-fetch-dest", "empty")]),
            (Method::GET, vec![("sec-fetch-mode", "no-cors"), dest]),
            (Method::GET, vec![("sec-fetch-mode", "cors"), dest]),
            (Method::GET, vec![mode, dest, ("origin", "null")]),
        ] {
            assert!(!is_opened(method, &headers), "{headers:?}");
        }
    }

    #[test]
    fn the_host_of_http_2_is_in_the_target() {
        let uri = "https://exporter.example/-/reload";
        let own = ("origin", "https://exporter.example");
        assert!(!is_cross_site_with(uri, &[own]));
        // A second one is not believed.
        let other = [("host", "evil.example"), ("origin", "https://evil.example")];
        assert!(is_cross_site_with(uri, &other));
    }
}
