//! Invoices and credit notes, passed through to whoever may see the order.

use super::ask;
use crate::pages::ways::id;
use axum::{
    extract::Path,
    http::{HeaderValue, Method, header},
    response::Response,
};
use bodega_pages::{Fault, Visit};

/// `GET /orders/{id}/papers/{file}`
pub(crate) async fn read(visit: Visit, Path((order, file)): Path<(String, String)>) -> Result<Response, Fault> {
    let id = id(&order)?;
    let plain =
        file.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) && !file.starts_with('.');
    if !plain || file.len() > 100 {
        return Err(Fault::of(404, "not_found"));
    }
    let lang = visit.lang().code();
    let answer = ask(&visit, Method::GET, id, &format!("/papers/{file}?lang={lang}")).pass().await?;
    let mut response = Response::new(axum::body::Body::empty());
    for name in [header::CONTENT_TYPE, header::CONTENT_DISPOSITION, header::CONTENT_LENGTH] {
        if let Some(value) = answer.headers().get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    // It is for one reader, and may lie in no cache that others look into.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    *response.body_mut() = answer.into_body();
    Ok(response)
}
