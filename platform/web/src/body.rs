//! JSON bodies: what does not fit is refused by the place it stands at.

use crate::{Problem, problem};
use axum::{
    RequestExt,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::Segment;
use std::ops::Deref;

/// A JSON body: 415, 413, 400 `malformed_json` or 422 `invalid_body` where it is not. An empty body without a content
/// type stands for `{}`.
#[derive(Clone, Copy, Debug)]
pub struct Body<T>(pub T);

impl<T> Deref for Body<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let kind = ContentKind::of(request.headers());
        kind.check()?;
        let bytes = read(request).await?;
        decode(kind, &bytes).map(Self)
    }
}

/// What the content type says of the body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentKind {
    Json,
    Other,
    Unsaid,
}

impl ContentKind {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let Some(value) = headers.get(header::CONTENT_TYPE) else { return Self::Unsaid };
        let kind = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.strip_prefix("application/") {
            Some(name) if name == "json" || name.ends_with("+json") => Self::Json,
            _ => Self::Other,
        }
    }

    /// Refuses what is no JSON before a byte of it is read.
    pub(crate) fn check(self) -> Result<(), Problem> {
        if self == Self::Other { Err(unsupported()) } else { Ok(()) }
    }
}

fn unsupported() -> Problem {
    problem(415, "unsupported_media_type").detail("send application/json")
}

/// Reads the body up to the limit of the route.
pub(crate) async fn read(request: Request) -> Result<Bytes, Problem> {
    request.extract::<Bytes, _>().await.map_err(|rejection: BytesRejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => problem(413, "body_too_large"),
        _ => problem(400, "body_unreadable").detail("the body ended early"),
    })
}

pub(crate) fn decode<T: DeserializeOwned>(kind: ContentKind, bytes: &[u8]) -> Result<T, Problem> {
    let bytes = match (kind, bytes) {
        (ContentKind::Unsaid, []) => b"{}",
        (ContentKind::Unsaid | ContentKind::Other, _) => return Err(unsupported()),
        (ContentKind::Json, bytes) => bytes,
    };
    parse(bytes).or_else(|refusal| match bytes.trim_ascii() {
        // A body without members is `()` too, which JSON writes as null.
        b"{}" => serde_json::from_slice(b"null").map_err(|_| refusal),
        _ => Err(refusal),
    })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer(error.path());
        refusal(error.inner(), pointer)
    })?;
    json.end().map_err(|error| refusal(&error, String::new()))?;
    Ok(value)
}

fn refusal(error: &serde_json::Error, pointer: String) -> Problem {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let reason = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
    let fits_no_number = reason.starts_with("number out of range");
    match error.classify() {
        Category::Data => misfit(pointer, reason),
        Category::Syntax if fits_no_number => misfit(pointer, reason),
        Category::Syntax | Category::Eof | Category::Io => problem(400, "malformed_json")
            .detail(format!("{reason} at line {line}, column {column}"))
            .with("line", line)
            .with("column", column),
    }
}

fn misfit(mut pointer: String, reason: &str) -> Problem {
    // A field that is missing or given twice is reported at its object; point at the field.
    let said = ["missing field `", "duplicate field `"].iter().find_map(|start| reason.strip_prefix(start));
    if let Some(name) = said.and_then(|rest| rest.strip_suffix('`')) {
        step(&mut pointer, name);
    }
    Problem::invalid(pointer, shortened(reason)).detail("the body does not fit")
}

/// What a refusal repeats of the body is cut, as the body may be long.
fn shortened(reason: &str) -> String {
    const LONGEST: usize = 200;
    let mut text: String = reason.chars().take(LONGEST).collect();
    if text.len() < reason.len() {
        text.push('…');
    }
    text
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => step(&mut pointer, &index.to_string()),
            Segment::Map { key } => step(&mut pointer, &shortened(key)),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

fn step(pointer: &mut String, name: &str) {
    pointer.push('/');
    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
}
