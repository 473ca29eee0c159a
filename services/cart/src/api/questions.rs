//! What the cart answers when notifications asks about a cart that was left.

use crate::{Carts, facts::failed, flows};
use bodega_contracts::cart::AbandonedCart;
use bodega_rpc::Answers;

/// The answers, with this one.
pub(crate) fn with_questions(answers: Answers, carts: &Carts) -> Answers {
    let carts = carts.clone();
    answers
        .on(async move |asked: AbandonedCart| flows::left_behind(&carts, asked).await.map_err(|error| failed(&error)))
}
