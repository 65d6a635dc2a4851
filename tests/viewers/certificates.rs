//! Client certificates, over HTTP/1.1 and HTTP/2.

use crate::asking::{API, Answer, PAGES, here, sent};
use crate::common::files::Files;
use crate::common::process::Process;
use crate::site::{Pair, Site, dns};

const VERIFY: &str = "  client_ca_file: client-ca.pem\n  client_auth_type: ";

/// An exporter that listens on every address, and asks for certificates as `policy` says.
fn everywhere(site: &Site, flags: &[&str]) -> Process {
    let web = format!("--web.config.file={}", site.file().display());
    let flags = [flags, &[&web]].concat();
    crate::asking::at("0.0.0.0:0", &flags)
}

async fn ask(client: &reqwest::Client, exporter: &Process, path: &str) -> Answer {
    let url = format!("https://127.0.0.1:{}{path}", exporter.address().port());
    sent(client.get(url)).await
}

#[tokio::test]
async fn a_certificate_opens_them_where_it_is_verified() {
    let site = Site::new(&format!("{VERIFY}VerifyClientCertIfGiven\n"));
    let exporter = everywhere(&site, &[]);
    let signed = site.authority.sign(vec![dns("ann")]);
    for with in [
        site.client().identity(signed.identity()),
        site.client().identity(signed.identity()).http1_only(),
    ] {
        let with = with.build().unwrap();
        for path in PAGES.iter().chain(&API) {
            ask(&with, &exporter, path).await.is_shown(path);
        }
    }
    let without = site.client().build().unwrap();
    for path in PAGES.iter().chain(&API) {
        let answer = ask(&without, &exporter, path).await;
        answer.is_refused(path, "client certificate");
    }
    assert_eq!(ask(&without, &exporter, "/metrics").await.status, 200);
}

#[tokio::test]
async fn one_that_nobody_has_verified_opens_nothing() {
    for policy in ["RequestClientCert", "RequireAnyClientCert"] {
        let site = Site::new(&format!("{VERIFY}{policy}\n"));
        let exporter = everywhere(&site, &[]);
        for pair in [
            Pair::self_signed(vec![dns("ann")]),
            site.authority.sign(vec![dns("ann")]),
        ] {
            let client = site.client().identity(pair.identity()).build().unwrap();
            for path in PAGES.iter().chain(&API) {
                let answer = ask(&client, &exporter, path).await;
                answer.is_refused(path, "has no login");
            }
        }
    }
}

#[tokio::test]
async fn a_certificate_is_none_of_some_users() {
    let site = Site::new(&format!("{VERIFY}RequireAndVerifyClientCert\n"));
    let hash = bcrypt::hash("one", 4).unwrap();
    let web = std::fs::read_to_string(site.file()).unwrap();
    let users = format!("{web}basic_auth_users: {{ann: {hash}, scraper: {hash}}}\n");
    site.write("web.yml", &users);
    let files = Files::new();
    let config = files.write("config.yml", "web: {share_viewers: [ann]}\n");
    let config = format!("--config.file={}", config.display());
    let exporter = everywhere(&site, &[&config]);
    let signed = site.authority.sign(vec![dns("ann")]);
    let client = site.client().identity(signed.identity()).build().unwrap();
    let url = format!("https://127.0.0.1:{}/shares", exporter.address().port());
    for (user, status) in [("ann", 200), ("scraper", 403), ("eve", 401)] {
        let answer = sent(client.get(&url).basic_auth(user, Some("one"))).await;
        assert_eq!(answer.status, status, "{user}");
    }
}

/// HTTP/2 has the host in its target.
#[tokio::test]
async fn on_loopback_http_2_must_name_this_machine_too() {
    let site = Site::new("");
    let web = format!("--web.config.file={}", site.file().display());
    let exporter = here(&[&web]);
    let client = site.client().build().unwrap();
    ask(&client, &exporter, "/shares").await.is_shown("/shares");
    // The server's certificate is for 127.0.0.1, so that another name has to be accepted first.
    let other = site.client().danger_accept_invalid_hostnames(true);
    let other = other.resolve("evil.example", exporter.address());
    let url = format!("https://evil.example:{}/shares", exporter.address().port());
    let request = other.build().unwrap().get(url);
    let answer = request.try_clone().unwrap().send().await.unwrap();
    assert_eq!(answer.version(), reqwest::Version::HTTP_2);
    sent(request).await.is_refused("/shares", "on this machine");
    // A second host is not believed.
    let two = client.get(format!("https://{}/shares", exporter.address()));
    let answer = sent(two.header("Host", "evil.example")).await;
    assert_ne!(answer.status, 200, "{}", answer.text);
}
