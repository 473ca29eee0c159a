//! A refusal, as RFC 9457 writes it: `application/problem+json` with a stable code.

use crate::current_request_id;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bodega_db::DbError;
use serde::Serialize;
use serde_json::{Map, Value};
use std::{borrow::Cow, fmt};
use utoipa::ToSchema;

/// Where the types of problems live; the code follows.
const TYPES: &str = "urn:bodega:problem:";

/// Why a request was refused. Answered as it stands: `Result<Json<T>, Problem>`.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// Stable, in snake case: what programs decide by.
    pub code: &'static str,
    /// For people; the code in words where none is set.
    pub title: Option<&'static str>,
    /// What is wrong this time.
    pub detail: Option<String>,
    /// Which fields are wrong, and why.
    pub errors: Vec<FieldError>,
    /// Seconds after which another try makes sense; sent as `Retry-After`.
    pub retry_after_s: Option<u64>,
    /// Members of this problem alone; they never replace the standard ones.
    pub extra: Option<Box<Map<String, Value>>>,
}

/// One field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// A JSON pointer into the body, or `/name` of a query parameter.
    #[schema(example = "/lines/0/quantity")]
    pub pointer: String,
    /// Why.
    pub detail: String,
}

/// A problem of this status and code.
pub fn problem(status: u16, code: &'static str) -> Problem {
    Problem::new(status, code)
}

/// Our own failure: logged, and hidden behind 500 `internal`.
pub fn internal_error(error: &(impl fmt::Display + ?Sized)) -> Problem {
    tracing::error!(%error, "a request failed");
    problem(500, "internal")
}

impl Problem {
    /// A problem of this status and code.
    pub fn new(status: u16, code: &'static str) -> Self {
        Self { status, code, title: None, detail: None, errors: Vec::new(), retry_after_s: None, extra: None }
    }

    /// 422 for a field of the body, by its JSON pointer.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(422, "invalid_body").field(pointer, detail)
    }

    /// 422: the idempotency key was used with another body.
    pub fn key_reused() -> Self {
        Self::new(422, "idempotency_key_reused").detail("this Idempotency-Key was used with another body")
    }

    /// 412: what is to be edited has changed since it was read.
    pub fn precondition_failed() -> Self {
        Self::new(412, "precondition_failed").detail("it has changed since it was read; read it again")
    }

    /// 503 for a moment.
    pub fn unavailable() -> Self {
        Self::new(503, "unavailable").retry_after(1)
    }

    /// What is wrong this time.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// One more wrong field.
    #[must_use]
    pub fn field(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError { pointer: pointer.into(), detail: detail.into() });
        self
    }

    /// Seconds after which another try makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// One more member of the body.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, json: impl Into<Value>) -> Self {
        self.extra.get_or_insert_default().insert(key.into(), json.into());
        self
    }

    /// The body that is sent, with the id of the request under way.
    pub fn body(&self) -> String {
        let mut members = self.extra.as_deref().cloned().unwrap_or_default();
        members.retain(|name, _| !MEMBERS.contains(&name.as_str()));
        let shape = ProblemBody {
            kind: format!("{TYPES}{}", self.code),
            title: self.title.map_or_else(|| words(self.code), Cow::Borrowed),
            status: self.status,
            detail: self.detail.as_deref(),
            code: self.code,
            errors: &self.errors,
            request_id: current_request_id(),
            members,
        };
        // Strings, numbers and JSON values: there is nothing here that JSON cannot hold.
        serde_json::to_string(&shape).unwrap_or_default()
    }
}

const MEMBERS: [&str; 7] = ["type", "title", "status", "detail", "code", "errors", "request_id"];

#[derive(Serialize)]
struct ProblemBody<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: Cow<'static, str>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    code: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<std::sync::Arc<str>>,
    #[serde(flatten)]
    members: Map<String, Value>,
}

/// `cart_not_found` as `Cart not found`.
fn words(code: &str) -> Cow<'static, str> {
    let mut letters = code.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters.map(|letter| if letter == '_' { ' ' } else { letter })).collect()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))];
        let mut response = (status, kind, self.body()).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(reason) => {
                tracing::warn!(%reason, "the database is not available");
                Self::unavailable()
            }
            DbError::Overloaded => Self::new(503, "overloaded").retry_after(1),
            DbError::Refused(_) => internal_error(&error),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.code)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        self.errors.iter().try_for_each(|error| write!(f, "; {}: {}", error.pointer, error.detail))
    }
}
impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(problem: &Problem) -> Value {
        serde_json::from_str(&problem.body()).unwrap()
    }

    #[test]
    fn a_problem_is_written_as_rfc_9457_says() {
        let body = sent(&problem(409, "out_of_stock").detail("2 left").field("/quantity", "is 3").with("left", 2));
        assert_eq!(
            body,
            serde_json::json!({
                "type": "urn:bodega:problem:out_of_stock", "title": "Out of stock", "status": 409,
                "detail": "2 left", "code": "out_of_stock", "left": 2,
                "errors": [{"pointer": "/quantity", "detail": "is 3"}],
            })
        );
    }

    #[test]
    fn a_member_of_its_own_never_replaces_a_standard_one() {
        let body = problem(404, "not_found").with("status", 200).with("code", "fine").body();
        assert_eq!(body.matches("\"status\"").count(), 1, "{body}");
        assert_eq!(body.matches("\"code\"").count(), 1, "{body}");
    }

    #[test]
    fn what_the_database_says_stays_inside() {
        let refused = Problem::from(DbError::Refused("table secrets".into()));
        assert_eq!((refused.status, refused.code), (500, "internal"));
        assert!(!refused.body().contains("secrets"));
        let away = Problem::from(DbError::Unavailable("10.0.0.7 refused".into()));
        assert_eq!((away.status, away.code, away.retry_after_s), (503, "unavailable", Some(1)));
        assert!(!away.body().contains("10.0.0.7"));
        assert_eq!(Problem::from(DbError::Overloaded).code, "overloaded");
    }

    #[test]
    fn a_problem_is_small_enough_to_be_an_error() {
        assert!(size_of::<Problem>() < 120, "{}", size_of::<Problem>());
    }
}
