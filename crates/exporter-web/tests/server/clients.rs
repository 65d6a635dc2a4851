//! Who the routes are told has asked.

use std::sync::Arc;

use axum::routing::get;
use axum::{Extension, Router};
use exporter_web::{Client, ServerOptions, WebConfig};
use tokio::io::AsyncWriteExt;

use crate::site::{Authority, Pair, Site, dns};
use crate::support::{Served, client, closed, start};

/// Says whom a request is from.
fn app() -> Router {
    let who = async |Extension(client): Extension<Client>| {
        let user = client.user.as_deref().unwrap_or("nobody");
        format!("{user} {}", client.has_certificate)
    };
    Router::new()
        .route("/", get(who))
        .route("/-/healthy", get(who))
}

async fn serve(web: Option<Arc<WebConfig>>) -> Served {
    let options = ServerOptions {
        probe_paths: &["/-/healthy"],
        web,
        ..ServerOptions::default()
    };
    start(app(), options).await
}

async fn who(client: &reqwest::Client, served: &Served) -> String {
    let url = format!("https://{}/", served.address);
    let answer = client.get(url).send().await.unwrap();
    answer.text().await.unwrap()
}

#[tokio::test]
async fn without_a_web_file_nobody_is_known_whatever_is_sent() {
    let served = serve(None).await;
    let mut stream = served.connect().await;
    let request = "GET / HTTP/1.1\r\nHost: test\r\nAuthorization: Basic YW5uOm9uZQ==\r\n\
                   X-Forwarded-User: ann\r\nX-Client-Cert: ann\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = String::from_utf8(closed(&mut stream).await).unwrap();
    assert!(answer.ends_with("\r\n\r\nnobody false"), "{answer}");
}

#[tokio::test]
async fn the_user_is_whose_password_it_is() {
    let site = Site::new("");
    let hash = |password| bcrypt::hash(password, 4).unwrap();
    let (ann, bob) = (hash("one"), hash("two"));
    let users = format!("basic_auth_users:\n  ann: {ann}\n  bob: {bob}\n");
    site.write("web.yml", &users);
    let web = site.load();
    assert_eq!(web.users(), ["ann", "bob"]);
    let served = serve(Some(web.clone())).await;
    // Twice: the second time the password has been seen.
    for (user, password) in [("ann", "one"), ("bob", "two"), ("ann", "one")] {
        for path in ["/", "/-/healthy"] {
            let request = client().get(served.url(path));
            let answer = request.basic_auth(user, Some(password)).send().await;
            let text = answer.unwrap().text().await.unwrap();
            assert_eq!(text, format!("{user} false"));
        }
    }
    site.write("web.yml", &format!("basic_auth_users:\n  ann: {ann}\n"));
    let checked = web.check().unwrap().unwrap();
    assert_eq!(
        (checked.users(), web.users().len()),
        (vec!["ann".into()], 2)
    );
    web.activate(checked);
    assert_eq!(web.users(), ["ann"]);
}

#[tokio::test]
async fn a_certificate_counts_where_its_issuer_is_verified() {
    let ca = "  client_ca_file: client-ca.pem\n";
    for (policy, ca, none, right, identifies) in [
        ("NoClientCert", "", "nobody false", "nobody false", false),
        (
            "RequestClientCert",
            ca,
            "nobody false",
            "nobody false",
            false,
        ),
        ("RequireAnyClientCert", ca, "", "nobody false", false),
        (
            "VerifyClientCertIfGiven",
            ca,
            "nobody false",
            "nobody true",
            false,
        ),
        ("RequireAndVerifyClientCert", ca, "", "nobody true", true),
    ] {
        let site = Site::new(&format!("  client_auth_type: {policy}\n{ca}"));
        let web = site.load();
        assert_eq!(web.identifies_clients(), identifies, "{policy}");
        let served = serve(Some(web)).await;
        let signed = site.authority.sign(vec![dns("one")]);
        for version in [
            reqwest::tls::Version::TLS_1_2,
            reqwest::tls::Version::TLS_1_3,
        ] {
            let client = || site.client().tls_version_max(version);
            let with = || client().identity(signed.identity());
            // Each once more, with a session that is resumed, and on HTTP/1.1.
            for client in [
                with().build().unwrap(),
                with().http1_only().build().unwrap(),
            ] {
                assert_eq!(who(&client, &served).await, right, "{policy}");
                assert_eq!(who(&client, &served).await, right, "{policy}");
            }
            if !none.is_empty() {
                let without = client().build().unwrap();
                assert_eq!(who(&without, &served).await, none, "{policy}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_trusted_may_change_while_a_connection_lasts() {
    let verify = "  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: client-ca.pem\n";
    let site = Site::new("  client_auth_type: RequestClientCert\n");
    let web = site.load();
    let served = serve(Some(web.clone())).await;
    let client = |pair: &Pair| site.client().identity(pair.identity()).build().unwrap();
    let known = client(&site.authority.sign(vec![dns("one")]));
    let stranger = client(&Pair::self_signed(vec![dns("one")]));
    assert_eq!(who(&known, &served).await, "nobody false");
    assert_eq!(who(&stranger, &served).await, "nobody false");
    // Now its issuer is known; one that nobody has verified stays unknown.
    site.configure(verify);
    web.reload().unwrap();
    assert_eq!(who(&known, &served).await, "nobody true");
    assert_eq!(who(&stranger, &served).await, "nobody false");
    // Another certificate of the server changes nothing of that.
    site.install(&site.authority.server());
    web.reload().unwrap();
    assert_eq!(who(&known, &served).await, "nobody true");
    // Who was trusted is trusted no longer, on the same connection.
    site.write("client-ca.pem", &Authority::new().pem());
    web.reload().unwrap();
    assert_eq!(who(&known, &served).await, "nobody false");
}
