//! `Accept-Encoding`: whether a client takes gzip.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;

/// Whether the client takes gzip: named, or by `*`, with a weight above 0.
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    let mut any = false;
    for coding in texts.flat_map(|text| text.split(',')) {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let wanted = parts.all(|parameter| !is_weight_zero(parameter));
        if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            return wanted;
        }
        any |= name == "*" && wanted;
    }
    any
}

/// `q=0`, however it is written; a weight that is no number counts as 0 too.
fn is_weight_zero(parameter: &str) -> bool {
    let Some((name, weight)) = parameter.split_once('=') else {
        return false;
    };
    name.trim().eq_ignore_ascii_case("q")
        && !weight
            .trim()
            .parse::<f32>()
            .is_ok_and(|weight| weight > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(value: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, value.parse().unwrap());
        accepts_gzip(&headers)
    }

    #[test]
    fn gzip_is_sent_to_whoever_takes_it() {
        for value in [
            "gzip",
            "GZIP",
            "x-gzip",
            "gzip;q=0.5",
            "gzip; q=1.0",
            "deflate, gzip;q=0.001, br",
            "*",
            "br, *;q=0.1",
            "*;q=0, gzip",
        ] {
            assert!(accepts(value), "{value}");
        }
    }

    #[test]
    fn gzip_is_not_sent_to_others() {
        for value in [
            "",
            "identity",
            "gzipped",
            "gzip;q=0",
            "gzip; q=0.000",
            "gzip;q=",
            "gzip;q=NaN",
            "*;q=0",
            "*, gzip;q=0",
            "deflate, br",
        ] {
            assert!(!accepts(value), "{value}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    #[test]
    fn several_headers_are_one_list() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT_ENCODING, "br".parse().unwrap());
        headers.append(ACCEPT_ENCODING, "gzip".parse().unwrap());
        assert!(accepts_gzip(&headers));
    }
}
