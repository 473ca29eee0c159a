//! Pages of the same process: they ask by the same policy as everybody, and a person who is lost gets one.

use crate::setup::{Answer, door, door_shelved};
use bodega_gateway::Inside;
use bodega_kernel::Role;
use bodega_settings::Settings;

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

/// Status and code; the id is that of the page's own request.
fn refused(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.body["code"].as_str().unwrap())
}

#[tokio::test]
async fn a_page_may_do_what_its_visitor_may_and_nothing_else() {
    let door = door();
    let bearer = format!("Bearer {}", door.good_token());
    let visitor = [("authorization", bearer.as_str())];
    door.stand(true, &[Role::Customer]);
    assert_eq!(refused(&door.ask_inside("/user", &[]).await), (401, "unauthenticated"));
    assert_eq!(door.ask_inside("/user", &visitor).await.body["caller"]["roles"][0], "customer");
    assert_eq!(refused(&door.ask_inside("/staff", &visitor).await), (403, "forbidden"));
    assert_eq!(refused(&door.ask_inside("/nowhere", &visitor).await), (404, "not_found"));
    assert_eq!(refused(&door.ask_inside("/user", &[("authorization", "Bearer forged")]).await), (401, "invalid_token"));
    let smuggled = door.ask_inside("/public", &[("x-bodega-caller", "admin")]).await;
    assert!(smuggled.body["headers"]["x-bodega-caller"].is_null());
    door.stand(false, &[]);
    door.clock.advance(std::time::Duration::from_mins(2));
    assert_eq!(door.ask_inside("/user", &visitor).await.status, 401, "logged out elsewhere");
}

#[tokio::test]
async fn what_a_page_asks_is_not_counted_twice() {
    let door = door_shelved(|settings: &mut Settings| {
        settings.limits.enabled = true;
        (settings.limits.burst, settings.limits.per_second_per_address) = (1, 1);
        settings.server.admission = 1;
    });
    let bearer = format!("Bearer {}", door.good_token());
    for _ in 0..20 {
        assert_eq!(door.ask_inside("/user", &[("authorization", bearer.as_str())]).await.status, 200);
        assert_eq!(door.ask_inside("/public", &[]).await.bytes, "at hand");
        assert_eq!(door.ask_inside("/slow", &[]).await.status, 200);
    }
}

#[tokio::test]
async fn nobody_gets_in_before_the_gateway_stands_or_after_it() {
    let closed = Inside::default();
    let request = || crate::setup::request("GET", "/public", &[], axum::body::Body::empty());
    assert_eq!(closed.call(request()).await.status(), 503);
    let inside = {
        let door = door();
        assert_eq!(door.inside.call(request()).await.status(), 200);
        door.inside.clone()
    };
    assert_eq!(inside.call(request()).await.status(), 503);
}

#[tokio::test]
async fn a_person_who_is_lost_gets_a_page_and_a_program_a_problem() {
    let door = door();
    let lost = door.get("/no/such/page", &[BROWSER]).await;
    assert_eq!(
        (lost.status.as_u16(), lost.body["path"].as_str()),
        (200, Some("/no/such/page")),
        "the storefront's word"
    );
    assert!(lost.body["caller"]["user"].is_null());
    for (path, headers) in [("/no/such/page", &[][..]), ("/v1/no/such", &[BROWSER]), ("/no", &[("accept", "*/*")])] {
        assert_eq!(door.get(path, headers).await.problem(), (404, "not_found"), "{path}");
    }
    let posted = crate::setup::request("POST", "/no/such/page", &[BROWSER], axum::body::Body::empty());
    assert_eq!(door.send(posted).await.problem(), (404, "not_found"));
}
