//! What every page goes through: nobody sends a form here from another site, browsers are told what may run, faults
//! become pages, and cookies are written.

use crate::{
    api::{Api, Fault},
    visit::Visit,
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use bodega_kernel::World;
use bodega_settings::Settings;
use flate2::{Compression, write::GzEncoder};
use futures_util::future::BoxFuture;
use http_body_util::BodyExt as _;
use std::{io::Write as _, sync::Arc};

/// Shorter pages are sent as they are.
const MIN_PACKED: usize = 1_024;

/// What pages work with.
#[derive(Clone)]
pub struct Pages {
    /// The public API.
    pub api: Api,
    /// Clock, ids, randomness.
    pub world: World,
    /// How the shop is set.
    pub settings: Arc<Settings>,
    /// Shows a fault: a page, or the way to one, such as that to log in.
    pub faults: fn(Visit, Fault) -> BoxFuture<'static, Response>,
}

/// These pages behind the guard, which gives each request its [`Visit`].
pub fn guarded(router: Router, pages: Pages) -> Router {
    router.layer(from_fn_with_state(pages, guard))
}

async fn guard(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let (mut head, body) = request.into_parts();
    let (visit, away) = Visit::begin(&pages.api, &pages.world, &pages.settings, &head).await;
    let takes_gzip = takes_gzip(&head.headers);
    let is_forged = ![Method::GET, Method::HEAD].contains(&head.method) && !is_ours(&head.headers);
    head.extensions.insert(visit.clone());
    let request = Request::from_parts(head, body);
    let refused = is_forged.then(|| Fault::of(403, "sent_from_another_site")).or(away);
    let mut response = match refused {
        Some(fault) => fault.into_response(),
        None => next.run(request).await,
    };
    if let Some(fault) = response.extensions_mut().remove::<Fault>() {
        response = (pages.faults)(visit.clone(), fault).await;
    }
    if is_html(&response) {
        secure(&visit, response.headers_mut());
        if takes_gzip {
            response = packed(response).await;
        }
    }
    for line in visit.cookie_lines() {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

/// Whether a form was sent by a page of ours: browsers say so themselves, and pages cannot make them lie. What says
/// nothing is no browser; it has no cookies that somebody else could misuse.
fn is_ours(headers: &HeaderMap) -> bool {
    let told = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = told(HeaderName::from_static("sec-fetch-site")) {
        return ["same-origin", "none"].contains(&site);
    }
    match (told(header::ORIGIN), told(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, place)| place == host),
        (Some(_), None) => false,
        (None, _) => !headers.contains_key(header::COOKIE),
    }
}

fn is_html(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn secure(visit: &Visit, headers: &mut HeaderMap) {
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{}'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; \
         font-src 'self'; manifest-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        visit.nonce(),
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    let permissions = HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    headers.insert(HeaderName::from_static("permissions-policy"), permissions);
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    headers.append(header::VARY, HeaderValue::from_static("accept-encoding, cookie"));
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let told = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    told.is_some_and(|told| told.split(',').any(|coding| coding.trim().split(';').next() == Some("gzip")))
}

async fn packed(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    // Pages are written before they are sent: their bytes are there.
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let packed = if body.len() < MIN_PACKED { None } else { pack(&body) };
    let Some(packed) = packed else { return Response::from_parts(head, Body::from(body)) };
    head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from(packed))
}

/// In gzip, quickly rather than small.
pub(crate) fn pack(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 3), Compression::new(4));
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

impl IntoResponse for Fault {
    /// Left to the guard, which knows how the pages show it.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(lines: &[(&'static str, &'static str)]) -> bool {
        let line = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        is_ours(&lines.iter().map(line).collect())
    }

    #[test]
    fn a_form_of_another_site_is_told_apart() {
        assert!(sent(&[("sec-fetch-site", "same-origin"), ("cookie", "a=b")]));
        assert!(!sent(&[("sec-fetch-site", "cross-site")]));
        assert!(!sent(&[("sec-fetch-site", "same-site"), ("origin", "https://shop.example")]));
        assert!(sent(&[("origin", "https://shop.example"), ("host", "shop.example"), ("cookie", "a=b")]));
        assert!(!sent(&[("origin", "https://evil.example"), ("host", "shop.example")]));
        assert!(!sent(&[("origin", "null"), ("host", "shop.example")]));
        assert!(!sent(&[("host", "shop.example"), ("cookie", "a=b")]));
        assert!(sent(&[("host", "shop.example")]));
    }

    /// Pages whose only one says whether somebody is logged in, over an API that answers every request so.
    async fn shown(api: (u16, &'static str), cookie: &'static str) -> Response {
        let (status, body) = api;
        let door: crate::Door = Arc::new(move |_| {
            Box::pin(async move {
                let status = StatusCode::from_u16(status).unwrap();
                (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
            })
        });
        let faults: fn(Visit, Fault) -> BoxFuture<'static, Response> =
            |_, fault| Box::pin(async move { StatusCode::from_u16(fault.status).unwrap().into_response() });
        let settings = Arc::new(Settings::defaults());
        let pages = Pages { api: Api::new(door), world: World::system(), settings, faults };
        let page = axum::routing::get(async |visit: Visit| visit.is_logged_in().to_string());
        let router = guarded(Router::new().route("/", page), pages);
        let request = Request::get("/").header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        tower::ServiceExt::oneshot(router, request).await.unwrap()
    }

    #[tokio::test]
    async fn whoever_is_logged_in_stays_so_while_nobody_can_renew_it() {
        const OLD: &str = "__Host-session=old%20refresh";
        let away = shown((503, "{\"code\":\"service_unavailable\"}"), OLD).await;
        assert_eq!(away.status(), 503);
        assert!(!away.headers().contains_key(header::SET_COOKIE), "the session is kept for the next try");
        let over = shown((401, "{\"code\":\"invalid_token\"}"), OLD).await;
        assert_eq!(over.status(), 200);
        let told = over.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(told.starts_with("__Host-session=;") && told.contains("Max-Age=0"), "{told}");
        let renewed = shown((200, "{\"access_token\":\"a\",\"refresh_token\":\"b\"}"), OLD).await;
        assert!(renewed.headers()[header::SET_COOKIE].to_str().unwrap().starts_with("__Host-session=a%20b;"));
        let guest = shown((503, "{}"), "").await;
        assert_eq!(guest.status(), 200, "guests need nobody");
    }
}
