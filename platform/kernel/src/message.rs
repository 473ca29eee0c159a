//! What services say to each other: facts that happened, and questions.

use serde::{Serialize, de::DeserializeOwned};

/// A fact that happened in one service and that others may hear. Grows only by optional fields.
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// `subject.fact.v1`, in the past tense.
    const TYPE: &'static str;

    /// What it happened to: the id of an order, a SKU.
    fn subject(&self) -> String;
}

/// A question one service asks another; never asked inside a transaction.
pub trait Question: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The service that answers.
    const SERVICE: &'static str;
    /// Its name, unique within that service: snake case.
    const NAME: &'static str;
    /// What comes back.
    type Answer: Serialize + DeserializeOwned + Send + 'static;
}
