//! TLS through `--web.config.file`: protocols, client certificates, certificates that change.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use exporter_web::{ServerOptions, WebConfig};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair, SanType};
use reqwest::{Client, StatusCode, Version};
use tokio::io::AsyncWriteExt;

use crate::app::app;
use crate::site::{Authority, Pair, Site, dns, params, trusting};
use crate::support::{SHORT, Served, closed, eventually, start};

impl Site {
    async fn start(&self) -> (Served, Arc<WebConfig>) {
        let web = self.load();
        let options = ServerOptions {
            web: Some(web.clone()),
            ..ServerOptions::default()
        };
        (start(app(), options).await, web)
    }
}

async fn get(
    client: reqwest::ClientBuilder,
    served: &Served,
) -> reqwest::Result<reqwest::Response> {
    let url = format!("https://{}/-/healthy", served.address);
    client.build().unwrap().get(url).send().await
}

/// Whether the client gets an answer.
async fn is_served(client: reqwest::ClientBuilder, served: &Served) -> bool {
    match get(client, served).await {
        Ok(answer) => answer.status() == StatusCode::OK,
        Err(_) => false,
    }
}

#[tokio::test]
async fn http_2_is_spoken_unless_it_is_off() {
    let site = Site::new("");
    let (served, web) = site.start().await;
    assert_eq!(
        get(site.client(), &served).await.unwrap().version(),
        Version::HTTP_2
    );
    assert_eq!(
        get(site.client().http1_only(), &served)
            .await
            .unwrap()
            .version(),
        Version::HTTP_11
    );
    site.configure("http_server_config:\n  http2: false\n");
    web.reload().unwrap();
    assert_eq!(
        get(site.client(), &served).await.unwrap().version(),
        Version::HTTP_11
    );
}

/// A client whose connection has been answered once, and the URL that it asked.
async fn asked_once(site: &Site, served: &Served) -> (Client, String) {
    let client = site.client().build().unwrap();
    let url = format!("https://{}/-/healthy", served.address);
    client.get(&url).send().await.unwrap();
    (client, url)
}

#[tokio::test]
async fn an_http_2_connection_outlives_the_pause_between_two_scrapes() {
    let site = Site::new("");
    let options = ServerOptions {
        web: Some(site.load()),
        header_timeout: SHORT,
        ..ServerOptions::default()
    };
    let connections = options.connections.clone();
    let served = start(app(), options).await;
    let (client, url) = asked_once(&site, &served).await;
    tokio::time::sleep(SHORT * 3).await;
    assert_eq!(connections.open(), 1);
    client.get(&url).send().await.unwrap();
    assert_eq!(connections.open(), 1);
}

#[tokio::test]
async fn an_idle_http_2_connection_is_dropped_at_last() {
    let site = Site::new("");
    let options = ServerOptions {
        web: Some(site.load()),
        idle_timeout: SHORT,
        ..ServerOptions::default()
    };
    let connections = options.connections.clone();
    let served = start(app(), options).await;
    let _kept_alive = asked_once(&site, &served).await;
    eventually(|| connections.open() == 0).await;
}

#[tokio::test]
async fn a_stalled_handshake_keeps_nobody_waiting_and_is_dropped() {
    let site = Site::new("");
    let options = ServerOptions {
        web: Some(site.load()),
        tls_handshake_timeout: SHORT,
        ..ServerOptions::default()
    };
    let served = start(app(), options).await;
    let mut stalled = served.connect().await;
    // The beginning of a ClientHello.
    stalled
        .write_all(b"\x16\x03\x01\x02\x00\x01")
        .await
        .unwrap();
    assert!(is_served(site.client(), &served).await);
    closed(&mut stalled).await;
}

#[tokio::test]
async fn a_stalled_handshake_does_not_delay_the_end() {
    let site = Site::new("");
    let options = ServerOptions {
        web: Some(site.load()),
        grace: Duration::from_secs(3_600),
        ..ServerOptions::default()
    };
    let connections = options.connections.clone();
    let served = start(app(), options).await;
    let _stalled = served.connect().await;
    eventually(|| connections.open() == 1).await;
    served.shutdown.cancel();
    crate::support::soon(served.task).await.unwrap().unwrap();
}

#[tokio::test]
async fn plain_http_to_a_tls_port_is_told_to_use_https() {
    let site = Site::new("");
    let (served, _) = site.start().await;
    let answer = served.get("/metrics").await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        answer.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    let text = answer.text().await.unwrap();
    assert!(text.contains("https://"), "{text}");
    // One that sends more than is read of it gets the answer all the same.
    let mut long = served.connect().await;
    let request = format!("POST / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(30_000));
    long.write_all(request.as_bytes()).await.unwrap();
    let answer = closed(&mut long).await;
    assert!(answer.starts_with(b"HTTP/1.1 400 "), "{answer:?}");
    assert!(is_served(site.client(), &served).await);
}

#[tokio::test]
async fn a_client_certificate_that_is_itself_the_client_ca_is_accepted() {
    let year = |year| rcgen::date_time_ymd(year, 1, 1);
    let with = |change: &dyn Fn(&mut CertificateParams)| {
        let mut params = params(vec![dns("one")]);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let cert = params.self_signed(&key).unwrap();
        Pair {
            cert: cert.pem(),
            key: key.serialize_pem(),
        }
    };
    for (what, expected, pair) in [
        ("of nothing more", true, with(&|_| {})),
        (
            "of an authority, as openssl makes them",
            true,
            with(&|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
        ),
        (
            "for clients",
            true,
            with(&|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
        ),
        (
            "for servers only",
            false,
            with(&|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]),
        ),
        (
            "that has ended",
            false,
            with(&|params| params.not_after = year(2020)),
        ),
        (
            "that has not begun",
            false,
            with(&|params| params.not_before = year(4000)),
        ),
    ] {
        let site = Site::new(
            "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: self.pem\n",
        );
        site.write("self.pem", &format!("{}{}", site.ca(), pair.cert));
        let (served, _) = site.start().await;
        for version in [
            reqwest::tls::Version::TLS_1_2,
            reqwest::tls::Version::TLS_1_3,
        ] {
            let client = || site.client().tls_version_max(version);
            let own = client().identity(pair.identity());
            assert_eq!(is_served(own, &served).await, expected, "one {what}");
            // Another with the same names is not it.
            let other = Pair::self_signed(vec![dns("one")]);
            assert!(!is_served(client().identity(other.identity()), &served).await);
            let signed = site.authority.sign(vec![dns("two")]);
            assert!(is_served(client().identity(signed.identity()), &served).await);
        }
    }
}

#[tokio::test]
async fn each_client_auth_type_means_what_it_means_in_go() {
    let client_ca = "  client_ca_file: client-ca.pem\n";
    for (policy, ca, none, stranger, right) in [
        ("NoClientCert", "", true, true, true),
        ("RequestClientCert", client_ca, true, true, true),
        ("RequireAnyClientCert", "", false, true, true),
        ("RequireClientCert", "", false, true, true),
        ("VerifyClientCertIfGiven", client_ca, true, false, true),
        ("RequireAndVerifyClientCert", client_ca, false, false, true),
    ] {
        let site = Site::new(&format!("  client_auth_type: {policy}\n{ca}"));
        let (served, _) = site.start().await;
        let with = |pair: Pair| site.client().identity(pair.identity());
        assert_eq!(
            is_served(site.client(), &served).await,
            none,
            "{policy}: none"
        );
        let self_signed = Pair::self_signed(vec![dns("one")]);
        assert_eq!(
            is_served(with(self_signed), &served).await,
            stranger,
            "{policy}: stranger"
        );
        let signed = site.authority.sign(vec![dns("one")]);
        assert_eq!(
            is_served(with(signed), &served).await,
            right,
            "{policy}: right"
        );
    }
}

#[tokio::test]
async fn a_client_certificate_must_bear_an_allowed_name() {
    let site = Site::new(
        "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: client-ca.pem\n  \
         client_allowed_sans: [prometheus.example, 192.0.2.7, '2001:db8::1', me@example.org, \
         'spiffe://example.org/prometheus']\n",
    );
    let (served, _) = site.start().await;
    let email = |name: &str| SanType::Rfc822Name(name.try_into().unwrap());
    let uri = |name: &str| SanType::URI(name.try_into().unwrap());
    let ip = |name: &str| SanType::IpAddress(name.parse().unwrap());
    for (names, expected) in [
        (vec![dns("prometheus.example")], true),
        (vec![dns("other.example"), dns("prometheus.example")], true),
        (vec![ip("192.0.2.7")], true),
        (vec![ip("2001:db8::1")], true),
        (vec![email("me@example.org")], true),
        (vec![uri("spiffe://example.org/prometheus")], true),
        (vec![dns("other.example")], false),
        (vec![dns("*.example")], false),
        (vec![dns("a.prometheus.example")], false),
        (vec![ip("192.0.2.8")], false),
        (vec![], false),
    ] {
        let message = format!("{names:?}");
        let pair = site.authority.sign(names.clone());
        let client = site.client().identity(pair.identity());
        assert_eq!(is_served(client, &served).await, expected, "{message}");
        let stranger = site.client().identity(Pair::self_signed(names).identity());
        assert!(
            !is_served(stranger, &served).await,
            "{message}, self-signed"
        );
    }
}

#[tokio::test]
async fn versions_are_those_that_are_configured() {
    use reqwest::tls::Version;
    let site = Site::new("  min_version: TLS13\n");
    let (served, web) = site.start().await;
    let old = || site.client().tls_version_max(Version::TLS_1_2);
    let new = || site.client().tls_version_min(Version::TLS_1_3);
    assert!(!is_served(old(), &served).await);
    assert!(is_served(new(), &served).await);
    site.configure("  max_version: TLS12\n");
    web.reload().unwrap();
    assert!(is_served(old(), &served).await);
    assert!(!is_served(new(), &served).await);
}

#[tokio::test]
async fn everything_can_be_written_inline() {
    let site = Site::new("");
    let pair = site.authority.server();
    let indented = |text: &str| text.replace('\n', "\n    ");
    site.write(
        "web.yml",
        &format!(
            "tls_server_config:\n  cert: |\n    {}\n  key: |\n    {}\n  client_ca: |\n    {}\n  \
             client_auth_type: VerifyClientCertIfGiven\n  cipher_suites: \
             [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]\n  \
             curve_preferences: [CurveP256, X25519]\n  prefer_server_cipher_suites: false\n",
            indented(&pair.cert),
            indented(&pair.key),
            indented(&site.authority.pem()),
        ),
    );
    let (served, _) = site.start().await;
    let old = site
        .client()
        .tls_version_max(reqwest::tls::Version::TLS_1_2);
    assert!(is_served(old, &served).await);
    assert!(is_served(site.client(), &served).await);
}

#[tokio::test]
async fn a_new_certificate_is_used_without_a_restart() {
    let site = Site::new("");
    let (served, web) = site.start().await;
    let (kept_alive, url) = asked_once(&site, &served).await;

    let other = Authority::new();
    assert!(!is_served(trusting(&other), &served).await);
    site.install(&other.server());
    web.reload().unwrap();
    assert!(is_served(trusting(&other), &served).await);
    assert!(!is_served(site.client(), &served).await);
    // A connection that stands is not torn down.
    kept_alive.get(&url).send().await.unwrap();
}

#[tokio::test]
async fn a_bad_new_version_changes_nothing_and_shows() {
    let site = Site::new("");
    let (served, web) = site.start().await;
    let pair = site.authority.server();

    site.write("server.key", &site.authority.server().key);
    let error = web.reload().unwrap_err().to_string();
    let directory = site.directory.path().display();
    assert_eq!(
        error,
        format!(
            "{directory}/web.yml:3: key_file: {directory}/server.key: does not belong to the \
             certificate in {directory}/server.pem"
        )
    );
    assert!(is_served(site.client(), &served).await);

    fs::remove_file(site.file()).unwrap();
    assert!(web.reload().is_err());
    assert!(is_served(site.client(), &served).await);

    site.configure("");
    site.install(&pair);
    web.reload().unwrap();
    assert!(is_served(site.client(), &served).await);
}

#[tokio::test]
async fn less_is_asked_of_client_certificates_only_by_a_restart() {
    let ca = "  client_ca_file: client-ca.pem\n";
    let policy = |name: &str| format!("  client_auth_type: {name}\n");
    let all = format!("{}{ca}", policy("RequireAndVerifyClientCert"));
    let named = format!("{all}  client_allowed_sans: [one]\n");
    let site = Site::new(&named);
    let (served, web) = site.start().await;
    for weaker in [
        String::new(),
        policy("NoClientCert"),
        policy("RequestClientCert"),
        policy("RequireAnyClientCert"),
        format!("{}{ca}", policy("VerifyClientCertIfGiven")),
        all,
        format!("{named}  client_allowed_sans: []\n").replacen(
            "  client_allowed_sans: [one]\n",
            "",
            1,
        ),
    ] {
        site.configure(&weaker);
        let error = web.reload().unwrap_err().to_string();
        assert!(error.contains("only by a restart"), "{weaker:?}: {error}");
        assert!(!is_served(site.client(), &served).await, "{weaker:?}");
    }
    // Who is asked for may change, and so may the authority.
    site.configure(&named.replace("[one]", "[two, three]"));
    web.reload().unwrap();
    let two = site.authority.sign(vec![dns("two")]);
    assert!(is_served(site.client().identity(two.identity()), &served).await);
}

#[tokio::test]
async fn more_may_be_asked_of_client_certificates_at_any_time() {
    let ca = "  client_ca_file: client-ca.pem\n";
    let site = Site::new("");
    let (served, web) = site.start().await;
    for stronger in ["VerifyClientCertIfGiven", "RequireAndVerifyClientCert"] {
        site.configure(&format!("  client_auth_type: {stronger}\n{ca}"));
        web.reload().unwrap();
    }
    assert!(!is_served(site.client(), &served).await);
}

#[tokio::test]
async fn tls_is_added_or_removed_only_by_a_restart() {
    let site = Site::new("");
    let (served, web) = site.start().await;
    site.write("web.yml", "");
    let error = web.reload().unwrap_err().to_string();
    assert!(error.contains("only by a restart"), "{error}");
    assert!(is_served(site.client(), &served).await);

    site.write("web.yml", "{}\n");
    let (served, plain) = site.start().await;
    site.configure("");
    let error = plain.reload().unwrap_err().to_string();
    assert!(error.contains("only by a restart"), "{error}");
    assert_eq!(served.get("/metrics").await.status(), 200);
}
