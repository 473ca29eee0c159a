//! Answers questions over HTTP, to our own processes alone.

use crate::{Answers, MAX_BYTES, RpcError, error::unknown};
use axum::{
    Router,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::post,
};
use bodega_kernel::World;
use bodega_web::{InternalKeys, Path, Problem, layers, problem};
use bytes::Bytes;

/// Serves `POST /internal/questions/{name}` to whoever holds an internal token for `service`.
pub fn router(service: &str, answers: Answers, keys: InternalKeys, world: World) -> Router {
    Router::new()
        .route("/internal/questions/{name}", post(answer_question))
        .with_state(answers)
        .layer(layers::body_limit(MAX_BYTES))
        .layer(layers::internal(keys, service, world))
}

async fn answer_question(State(answers): State<Answers>, name: Path<String>, question: Bytes) -> Response {
    let Some(answer) = answers.answer(&name, question) else {
        return refusal(404, unknown(&name)).into_response();
    };
    match answer.await {
        Ok(json) => ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response(),
        Err(error) => refusal(422, error).into_response(),
    }
}

/// Only our own processes read it, so it may say what is wrong.
fn refusal(status: u16, error: RpcError) -> Problem {
    match error {
        RpcError::Unavailable(reason) => Problem::unavailable().detail(reason),
        RpcError::Refused(reason) => problem(status, "question_refused").detail(reason),
    }
}
