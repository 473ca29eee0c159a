//! Why a request does not get through, and how that is answered.

use crate::settings::METHODS;
use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use bodega_web::{Problem, problem};

/// Why a request does not get through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The policy does not know the path, or nobody here answers it.
    NotListed,
    /// The policy knows the path with these methods.
    MethodNotAllowed([bool; METHODS.len()]),
    /// More bytes than the route takes.
    BodyTooLarge,
    /// The body ended before its end.
    BodyBroken,
    /// Asked too often; wait these seconds.
    TooMany(u64),
    /// As many requests as we want to work on are under way.
    Overloaded,
    /// A token that is none of ours, or is over.
    InvalidToken,
    /// Only for those who are logged in.
    Unauthenticated,
    /// For others.
    Forbidden,
    /// Nobody can say who this is now: nobody comes in.
    IdentityAway,
    /// The service took too long.
    Timeout,
    /// The service cannot be reached.
    ServiceAway,
    /// The service failed in a way it did not foresee.
    Panicked,
}

const CHALLENGE: HeaderName = header::WWW_AUTHENTICATE;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let refused = |problem: Problem| problem.into_response();
        match self {
            Self::NotListed => refused(problem(404, "not_found")),
            Self::MethodNotAllowed(methods) => {
                let allowed = METHODS.iter().zip(methods).filter(|(_, has)| *has).map(|(method, _)| method.as_str());
                let mut names: Vec<&str> = allowed.collect();
                if names.contains(&"GET") {
                    names.push("HEAD");
                }
                with(problem(405, "method_not_allowed"), header::ALLOW, &names.join(", "))
            }
            Self::BodyTooLarge => refused(problem(413, "body_too_large")),
            Self::BodyBroken => refused(problem(400, "body_unreadable").detail("the body ended early")),
            Self::TooMany(seconds) => refused(problem(429, "rate_limited").retry_after(seconds)),
            Self::Overloaded => refused(problem(503, "overloaded").retry_after(1)),
            Self::InvalidToken => {
                with(problem(401, "invalid_token"), CHALLENGE, "Bearer realm=\"bodega\", error=\"invalid_token\"")
            }
            Self::Unauthenticated => with(problem(401, "unauthenticated"), CHALLENGE, "Bearer realm=\"bodega\""),
            Self::Forbidden => refused(problem(403, "forbidden")),
            Self::IdentityAway => refused(problem(503, "identity_unavailable").retry_after(1)),
            Self::Timeout => refused(problem(503, "timeout").retry_after(1)),
            Self::Panicked => refused(problem(500, "internal")),
            Self::ServiceAway => refused(problem(503, "service_unavailable").retry_after(1)),
        }
    }
}

fn with(problem: Problem, name: HeaderName, value: &str) -> Response {
    let mut response = problem.into_response();
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}
