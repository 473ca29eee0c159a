//! A played API: answers what a test says, and remembers what it was asked; and a browser that looks at the desk.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    http::{Method, StatusCode, header},
};
use bodega_kernel::World;
use bodega_pages::Api;
use bodega_settings::Settings;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tower::ServiceExt as _;

/// Somebody of the staff, until 2100.
const SESSION: &str = "__Host-session=h.eyJleHAiOjQxMDI0NDQ4MDB9.s%20refresh";

/// What the API was asked.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) if_match: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) kind: String,
    pub(crate) body: Bytes,
}

impl Heard {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A page that was seen.
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) to: String,
    pub(crate) cookies: String,
    pub(crate) policy: String,
    pub(crate) html: String,
}

impl Seen {
    /// Whether the page has all of these.
    #[track_caller]
    pub(crate) fn has(&self, texts: &[&str]) {
        for text in texts {
            assert!(self.html.contains(text), "{text} is not in\n{}", self.html);
        }
    }
}

type Answers = HashMap<(Method, String), Vec<(u16, Value)>>;

/// The desk over a played API.
pub(crate) struct Desk {
    router: Router,
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<Answers>>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new(Answers::new()));
        let (told, known) = (Arc::clone(&heard), Arc::clone(&answers));
        let api = Api::new(Arc::new(move |request| {
            let (told, known) = (Arc::clone(&told), Arc::clone(&known));
            Box::pin(async move { play(request, &told, &known).await })
        }));
        let router = bodega_admin::router(api, World::system(), Arc::new(Settings::defaults()));
        let desk = Self { router, heard, answers };
        desk.on("GET /v1/brands", 200, json!({"items": [{"id": "b1", "slug": "acme", "name": "Acme", "version": 1}]}))
            .on(
                "GET /v1/categories",
                200,
                json!({"items": [
                    {"id": "c1", "slug": "mugs", "name": "Mugs", "parent_id": "c2", "version": 1},
                    {"id": "c2", "slug": "kitchen", "name": "Kitchen", "version": 1},
                ]}),
            )
    }

    /// `METHOD /path` is answered so; told again, the next time it is asked, and the last one from then on.
    pub(crate) fn on(self, what: &str, status: u16, body: Value) -> Self {
        let (method, path) = what.split_once(' ').unwrap();
        let key = (method.parse().unwrap(), path.to_owned());
        self.answers.lock().unwrap().entry(key).or_default().push((status, body));
        self
    }

    /// What the API was asked with a method other than GET.
    pub(crate) fn written(&self) -> Vec<Heard> {
        let heard = self.heard.lock().unwrap();
        heard.iter().filter(|heard| heard.method != Method::GET).cloned().collect()
    }

    /// What the API was asked to read at a path.
    pub(crate) fn read(&self, path: &str) -> Vec<Heard> {
        let heard = self.heard.lock().unwrap();
        heard.iter().filter(|heard| heard.method == Method::GET && heard.path == path).cloned().collect()
    }

    pub(crate) async fn get(&self, path: &str) -> Seen {
        self.send(Request::get(path).body(Body::empty()).unwrap(), true).await
    }

    pub(crate) async fn get_as_guest(&self, path: &str) -> Seen {
        self.send(Request::get(path).body(Body::empty()).unwrap(), false).await
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Seen {
        let pairs: Vec<String> = form.iter().map(|(name, value)| format!("{}={}", coded(name), coded(value))).collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(pairs.join("&")))
            .unwrap();
        self.send(request, true).await
    }

    /// A form with files: name, file name (empty: no file), content.
    pub(crate) async fn upload(&self, path: &str, parts: &[(&str, &str, &[u8])]) -> Seen {
        let mut body = Vec::new();
        for (name, file, content) in parts {
            let named = if file.is_empty() {
                String::new()
            } else {
                format!("; filename=\"{file}\"\r\nContent-Type: image/png")
            };
            body.extend(format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"{named}\r\n\r\n").bytes());
            body.extend(*content);
            body.extend(b"\r\n");
        }
        body.extend(b"--xyz--\r\n");
        let mut request = Request::post(path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=xyz")
            .body(Body::from(body))
            .unwrap();
        // As the gateway's policy says for these pages.
        axum::extract::DefaultBodyLimit::max(220_200_960).apply(&mut request);
        self.send(request, true).await
    }

    async fn send(&self, mut request: Request, is_staff: bool) -> Seen {
        let headers = request.headers_mut();
        headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
        if is_staff {
            headers.insert(header::COOKIE, SESSION.parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let text = |name: header::HeaderName| {
            let all = response.headers().get_all(name).into_iter().map(|value| value.to_str().unwrap());
            all.collect::<Vec<_>>().join("\n")
        };
        let (to, cookies) = (text(header::LOCATION), text(header::SET_COOKIE));
        let policy = text(header::CONTENT_SECURITY_POLICY);
        let html = response.into_body().collect().await.unwrap().to_bytes();
        Seen { status, to, cookies, policy, html: String::from_utf8(html.to_vec()).unwrap() }
    }
}

async fn play(request: Request, heard: &Mutex<Vec<Heard>>, answers: &Mutex<Answers>) -> axum::response::Response {
    let (parts, stream) = request.into_parts();
    let body = stream.collect().await.unwrap().to_bytes();
    let text = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    heard.lock().unwrap().push(Heard {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        if_match: text("if-match"),
        key: text("idempotency-key"),
        kind: text("content-type").unwrap_or_default(),
        body,
    });
    let mut answers = answers.lock().unwrap();
    let (status, body) = match answers.get_mut(&(parts.method, parts.uri.path().to_owned())) {
        Some(all) if all.len() > 1 => all.remove(0),
        Some(all) => all[0].clone(),
        None => (404, json!({"status": 404, "code": "not_found"})),
    };
    let mut response = axum::response::Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

/// A problem of the API: fields that are wrong, by JSON pointer.
pub(crate) fn problem(status: u16, code: &str, errors: &[(&str, &str)]) -> Value {
    let errors: Vec<Value> =
        errors.iter().map(|(pointer, detail)| json!({"pointer": pointer, "detail": detail})).collect();
    json!({"status": status, "code": code, "errors": errors})
}

fn coded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
