//! The way in for pages of this process: the same policy and the same identity, without being counted or let in twice.

use super::pass::{Gate, pass_inside};
use crate::error::Refusal;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use std::sync::{Arc, OnceLock, Weak};

/// Closed until the gateway stands, and again when it is gone. Cheap to clone.
#[derive(Clone, Default)]
pub struct Inside(Arc<OnceLock<Weak<Gate>>>);

impl Inside {
    pub(crate) fn open(&self, gate: &Arc<Gate>) {
        // A gateway is built once.
        let _ = self.0.set(Arc::downgrade(gate));
    }

    /// Answers a request to the API as whoever its token names.
    pub async fn call(&self, request: Request) -> Response {
        match self.0.get().and_then(Weak::upgrade) {
            Some(gate) => pass_inside(&gate, request).await,
            None => Refusal::ServiceAway.into_response(),
        }
    }
}
