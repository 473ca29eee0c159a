//! A played API: answers that a test sets, and what the pages asked of it.

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, Method, Response, StatusCode, header},
};
use bodega_kernel::{ManualClock, Time, World};
use bodega_pages::Api;
use bodega_settings::Settings;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;

/// What the API was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// With its query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// What a page answered.
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

struct Play {
    method: Method,
    path: String,
    status: u16,
    kind: &'static str,
    body: String,
}

/// A shop whose API is played.
#[derive(Clone, Default)]
pub(crate) struct Played(Arc<Inner>);

#[derive(Default)]
struct Inner {
    plays: Mutex<Vec<Play>>,
    asked: Mutex<Vec<Asked>>,
}

impl Played {
    /// The API answers `method path` so: the path without its query. What nobody set is not found.
    pub(crate) fn answers(self, method: Method, path: &str, status: u16, body: &Value) -> Self {
        self.says(method, path, status, "application/json", &body.to_string())
    }

    /// The same with a body of another kind.
    pub(crate) fn says(self, method: Method, path: &str, status: u16, kind: &'static str, body: &str) -> Self {
        let play = Play { method, path: path.to_owned(), status, kind, body: body.to_owned() };
        self.0.plays.lock().unwrap().insert(0, play);
        self
    }

    /// The API refuses so.
    pub(crate) fn refuses(self, method: Method, path: &str, status: u16, code: &str, errors: &Value) -> Self {
        let problem = json!({"status": status, "code": code, "errors": errors, "request_id": "r-1"});
        self.answers(method, path, status, &problem)
    }

    /// What was asked, where the path begins so.
    pub(crate) fn asked(&self, method: &Method, path: &str) -> Vec<Asked> {
        let asked = self.0.asked.lock().unwrap();
        asked.iter().filter(|one| one.method == *method && one.path.starts_with(path)).cloned().collect()
    }

    /// Reads a page with these cookies.
    pub(crate) async fn get(&self, path: &str, cookies: &str) -> Shown {
        self.send(Request::get(path).header(header::COOKIE, cookies).body(Body::empty()).unwrap()).await
    }

    /// Sends a form from a page of our own.
    pub(crate) async fn post(&self, path: &str, cookies: &str, form: &str) -> Shown {
        let request = Request::post(path)
            .header(header::COOKIE, cookies)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request) -> Shown {
        let answer = self.router().oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Shown { status: head.status.as_u16(), headers: head.headers, text: String::from_utf8_lossy(&body).into_owned() }
    }

    fn router(&self) -> Router {
        let played = self.clone();
        let door = move |request: Request| -> futures_util::future::BoxFuture<'static, _> {
            let played = played.clone();
            Box::pin(async move { played.answer(request).await })
        };
        let clock = ManualClock::at(Time::parse("2026-03-01T12:00:00Z").unwrap());
        let mut settings = Settings::defaults();
        settings.payments.providers = vec!["simulator".to_owned(), "manual".to_owned()];
        bodega_storefront::router(Api::new(Arc::new(door)), World::simulated(1, clock), Arc::new(settings))
    }

    async fn answer(&self, request: Request) -> Response<Body> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let path = head.uri.to_string();
        let bare = head.uri.path().to_owned();
        let body = serde_json::from_slice(&body).unwrap_or_default();
        let asked = Asked { method: head.method.clone(), path, headers: head.headers, body };
        self.0.asked.lock().unwrap().push(asked);
        let plays = self.0.plays.lock().unwrap();
        let play = plays.iter().find(|play| play.method == head.method && play.path == bare);
        let (status, kind, body) = match play {
            Some(play) => (play.status, play.kind, play.body.clone()),
            None => (404, "application/json", json!({"status": 404, "code": "not_found"}).to_string()),
        };
        let answer = Response::builder().status(StatusCode::from_u16(status).unwrap());
        answer.header(header::CONTENT_TYPE, kind).body(Body::from(body)).unwrap()
    }
}

impl Shown {
    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default()
    }

    /// What the browser is told to keep under `name`, decoded; `None` where nothing is said of it.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let lines = self.headers.get_all(header::SET_COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        let start = format!("__Host-{name}=");
        let value = lines.filter_map(|line| line.strip_prefix(&start)).find_map(|rest| rest.split(';').next())?;
        Some(percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
    }
}

/// The cookie of somebody whose session lasts.
pub(crate) fn logged_in() -> String {
    // {"exp": 4102444800}: the year 2100.
    format!("__Host-session={}", "e30%2EeyJleHAiOjQxMDI0NDQ4MDB9%2Esig%20refresh")
}
