//! Behind proxies of ours: limits count clients and not the proxy, and no client says who it is.

use crate::{
    elsewhere::process,
    setup::{Answer, Door, door_with, request},
};
use axum::{body::Body, extract::ConnectInfo};
use bodega_settings::Settings;
use serde_json::json;
use std::net::SocketAddr;

const PROXY: &str = "10.0.0.1";
const STRANGER: &str = "192.0.2.7";

fn behind_a_proxy(settings: &mut Settings) {
    settings.gateway.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    (settings.limits.enabled, settings.limits.burst) = (true, 2);
}

/// Asks from this address with these headers.
async fn ask(door: &Door, peer: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = request("GET", "/public", headers, Body::empty());
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4711)));
    door.send(request).await
}

#[tokio::test]
async fn clients_behind_one_proxy_are_counted_each_for_itself() {
    let door = door_with(behind_a_proxy, None);
    for client in ["203.0.113.1", "203.0.113.2", "2001:db8::1"] {
        for expected in [200, 200, 429] {
            assert_eq!(ask(&door, PROXY, &[("x-forwarded-for", client)]).await.status, expected, "{client}");
        }
    }
    assert_eq!(ask(&door, PROXY, &[]).await.status, 200, "the proxy itself is one more");
}

#[tokio::test]
async fn no_header_makes_a_client_another_one() {
    let door = door_with(behind_a_proxy, None);
    let lies = |number: usize| [format!("203.0.113.{number}"), format!("for=203.0.113.{number}")];
    for number in 0..20 {
        let [list, standard] = lies(number);
        let straight = ask(&door, STRANGER, &[("x-forwarded-for", &list), ("forwarded", &standard)]).await;
        let behind = format!("{list}, 198.51.100.9");
        let through = ask(&door, PROXY, &[("x-forwarded-for", &behind), ("forwarded", &standard)]).await;
        let expected = if number < 2 { 200 } else { 429 };
        assert_eq!((straight.status.as_u16(), through.status.as_u16()), (expected, expected), "{number}");
    }
}

#[tokio::test]
async fn services_elsewhere_are_told_the_client_and_not_what_it_said() {
    let door = door_with(behind_a_proxy, Some(process().await));
    let said = [("x-forwarded-for", "198.51.100.1, 203.0.113.9, 10.0.0.2"), ("forwarded", "for=198.51.100.1")];
    let answer = ask(&door, PROXY, &said).await;
    let reached = &answer.body["headers"];
    assert_eq!((&reached["x-forwarded-for"], reached.get("forwarded")), (&json!("203.0.113.9"), None), "{answer:?}");
}
