//! What a service says of its routes, asked by whoever tells the whole API.

use bodega_kernel::Question;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Asked of any service: its part of the API's description.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OwnDescription {}

impl Question for OwnDescription {
    const SERVICE: &'static str = "";
    const NAME: &'static str = "description";
    /// `OpenAPI` 3.1, as text: it is large, and few ask.
    type Answer = Box<RawValue>;
}
