//! What every service says over HTTP in the same way: problem bodies, extractors, idempotency keys, tokens, layers.
//!
//! Every refusal is a [`Problem`]. Extractors read at most what the body limit allows and never panic. Who asks is
//! a [`Caller`](bodega_kernel::Caller) among the request's extensions, put there by the gateway or by
//! [`layers::internal`]; without one nobody is served.

mod body;
mod conditional;
mod context;
mod guest;
mod hex;
mod hs256;
mod idempotency;
pub mod internal;
pub mod layers;
mod openapi;
mod paging;
mod path;
mod problem;
mod query;
mod query_values;
mod report;
mod shelf;
pub mod tokens;
mod who;

pub use body::Body;
pub use conditional::{Conditional, IfMatch, etag, etag_of};
pub use context::{current_request_id, current_trace};
pub use guest::{CartToken, OrderToken};
pub use idempotency::{Idempotent, IdempotentRequired, KeyedBody, RequiredKeyBody, answer_again};
pub use internal::InternalKeys;
pub use paging::Paging;
pub use path::Path;
pub use problem::{FieldError, Problem, internal_error, problem};
pub use query::Query;
pub use report::{ReportError, ReportKey};
pub use shelf::Shelf;
pub use tokens::GuestKeys;
pub use who::{Admin, Customer, Staff, Who};
