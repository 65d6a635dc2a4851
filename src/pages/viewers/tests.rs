use axum::body::Body;

use super::*;

const OWN: (&str, &str) = ("host", "127.0.0.1:10063");

fn viewers(mode: SharesMode, address: &str, only: &[&str]) -> Viewers {
    let viewers = Viewers::new(mode, Some(address.parse().unwrap()));
    viewers.allow_only(only.iter().map(|user| (*user).to_owned()).collect());
    viewers
}

fn request(path: &str, client: Client, headers: &[(&str, &str)]) -> Request {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(client);
    request
}

fn user(name: &str) -> Client {
    Client {
        user: Some(name.to_owned()),
        has_certificate: false,
    }
}

fn certificate() -> Client {
    Client {
        user: None,
        has_certificate: true,
    }
}

/// Whether it is let in; and then whether it sees addresses.
fn admitted(viewers: &Viewers, client: &Client) -> Result<bool, Refusal> {
    let request = request("/shares", client.clone(), &[OWN]);
    let viewer = viewers.admit(&request, false)?;
    assert_eq!(viewer.user, client.user);
    Ok(viewer.sees_addresses)
}

#[test]
fn who_is_let_in() {
    use Refusal::{NoUser, NobodyIsKnown, Off, OtherUser};
    use SharesMode::{Auto, On};
    let (everywhere, here) = ("0.0.0.0:10063", "127.0.0.1:10063");
    let (nobody, ann, bob) = (Client::default(), user("ann"), user("bob"));
    for (mode, address, only, client, expected) in [
        (SharesMode::Off, here, &[][..], &nobody, Err(Off)),
        (SharesMode::Off, here, &["ann"], &ann, Err(Off)),
        (Auto, everywhere, &[], &nobody, Err(NobodyIsKnown)),
        (Auto, everywhere, &[], &ann, Ok(true)),
        (Auto, everywhere, &[], &certificate(), Ok(true)),
        (Auto, everywhere, &["ann"], &ann, Ok(true)),
        (Auto, everywhere, &["ann"], &bob, Err(OtherUser)),
        (Auto, everywhere, &["ann"], &user("Ann"), Err(OtherUser)),
        (Auto, everywhere, &["ann"], &certificate(), Err(NoUser)),
        (Auto, everywhere, &["ann"], &nobody, Err(NoUser)),
        (Auto, here, &[], &nobody, Ok(false)),
        (Auto, here, &[], &ann, Ok(true)),
        (Auto, here, &["ann"], &nobody, Err(NoUser)),
        (Auto, here, &["ann"], &certificate(), Err(NoUser)),
        (Auto, here, &["ann"], &bob, Err(OtherUser)),
        (On, everywhere, &[], &nobody, Ok(false)),
        (On, everywhere, &[], &ann, Ok(true)),
        (On, everywhere, &["ann"], &nobody, Err(NoUser)),
        (On, everywhere, &["ann"], &bob, Err(OtherUser)),
    ] {
        let viewers = viewers(mode, address, only);
        let found = admitted(&viewers, client);
        assert_eq!(found, expected, "{mode:?} {address} {only:?} {client:?}");
    }
}

#[test]
fn loopback_is_an_address_that_only_this_machine_reaches() {
    for (address, expected) in [
        ("127.0.0.1:1", true),
        ("127.8.8.8:1", true),
        ("[::1]:1", true),
        ("[::ffff:127.0.0.1]:1", true),
        ("0.0.0.0:1", false),
        ("[::]:1", false),
        ("[::ffff:0.0.0.0]:1", false),
        ("192.0.2.1:1", false),
        ("[::ffff:192.0.2.1]:1", false),
    ] {
        let viewers = viewers(SharesMode::Auto, address, &[]);
        let found = admitted(&viewers, &Client::default());
        assert_eq!(found.is_ok(), expected, "{address}");
    }
    let unknown = Viewers::new(SharesMode::Auto, None);
    assert!(admitted(&unknown, &Client::default()).is_err());
    assert!(admitted(&Viewers::default(), &Client::default()).is_err());
}

#[test]
fn only_without_a_password_must_it_come_from_this_machine() {
    let here = viewers(SharesMode::Auto, "127.0.0.1:1", &[]);
    let on = viewers(SharesMode::On, "127.0.0.1:1", &[]);
    for (header, expected) in [
        (("host", "exporter.example"), Refusal::OtherHost),
        (("x-forwarded-for", "192.0.2.1"), Refusal::Forwarded),
        (("via", "1.1 proxy"), Refusal::Forwarded),
    ] {
        let headers = if header.0 == "host" {
            vec![header]
        } else {
            vec![OWN, header]
        };
        let asked = |client| request("/shares", client, &headers);
        let found = here.admit(&asked(Client::default()), false);
        assert_eq!(found, Err(expected), "{header:?}");
        assert!(here.admit(&asked(user("ann")), false).is_ok());
        assert!(on.admit(&asked(Client::default()), false).is_ok());
    }
}

#[test]
fn a_client_that_could_show_a_certificate_is_told_so() {
    let everywhere = viewers(SharesMode::Auto, "[::]:1", &[]);
    let asked = request("/shares", Client::default(), &[OWN]);
    assert_eq!(everywhere.admit(&asked, true), Err(Refusal::NoCertificate));
}

#[test]
fn another_site_may_link_to_a_page_and_do_nothing_else() {
    let site = ("sec-fetch-site", "cross-site");
    let same_site = ("sec-fetch-site", "same-site");
    let (mode, dest) = (
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    );
    let frame = ("sec-fetch-dest", "iframe");
    for shares in [SharesMode::Auto, SharesMode::On] {
        for (path, headers, expected) in [
            ("/shares", vec![OWN], true),
            ("/shares", vec![OWN, site], false),
            ("/shares", vec![OWN, same_site], false),
            ("/shares", vec![OWN, site, mode, dest], true),
            ("/shares/0123456789ab", vec![OWN, site, mode, dest], true),
            ("/shares?org=a", vec![OWN, same_site, mode, dest], true),
            ("/shares", vec![OWN, site, mode, frame], false),
            ("/shares/0123456789ab?", vec![OWN, site, mode, dest], true),
            (
                "/shares/0123456789ab?address=show",
                vec![OWN, site, mode, dest],
                false,
            ),
            ("/shares/0123456789ab?address=show", vec![OWN], true),
            ("/shares.csv", vec![OWN, site, mode, dest], false),
            (
                "/shares.json?org=a",
                vec![OWN, same_site, mode, dest],
                false,
            ),
            ("/shares.csv", vec![OWN], true),
            ("/api/v1/shares", vec![OWN], true),
            ("/api/v1/shares", vec![OWN, site, mode, dest], false),
            ("/api/v1/shares", vec![OWN, same_site, mode, dest], false),
        ] {
            for client in [Client::default(), user("ann")] {
                let viewers = viewers(shares, "127.0.0.1:1", &[]);
                let found = viewers.admit(&request(path, client, &headers), false);
                assert_eq!(found.is_ok(), expected, "{path} {headers:?}");
                assert!(found.is_ok() || found == Err(Refusal::CrossSite));
            }
        }
    }
}
