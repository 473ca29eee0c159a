//! The extractors, tokens and layers as a service uses them: through a router, by requests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use axum::{Router, body::Body as Raw, http::Request};
use bodega_kernel::{Caller, ManualClock, Role, Time, UserId, World};
use bodega_web::layers;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

mod bodies;
mod conditional;
mod keys;
mod queries;
mod reports;
mod standing;
mod tokens;
mod who;

const NOW: Time = Time::from_ms(1_800_000_000_000);

fn world() -> World {
    World::simulated(1, ManualClock::at(NOW))
}

fn user(roles: &[Role]) -> Caller {
    Caller { user: Some(UserId(uuid::Uuid::from_u128(7))), roles: roles.to_vec() }
}

fn standard(router: Router) -> Router {
    layers::standard(router, world(), layers::Limits::default())
}

/// An answer, read to its end.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: axum::http::HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status, code and the pointer of the first wrong field, of what must be a problem.
    fn problem(&self) -> (u16, String, String) {
        let json = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        assert_eq!(json["status"], self.status, "{self:?}");
        assert!(json["request_id"].is_string() && json["title"].is_string(), "{self:?}");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        assert_eq!(text(&json["type"]), format!("urn:bodega:problem:{}", text(&json["code"])));
        (self.status, text(&json["code"]), text(&json["errors"][0]["pointer"]))
    }
}

async fn sent(router: &Router, request: Request<Raw>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    Answer { status: parts.status.as_u16(), headers: parts.headers, text }
}

async fn got(router: &Router, uri: &str) -> Answer {
    sent(router, Request::get(uri).body(Raw::empty()).unwrap()).await
}
