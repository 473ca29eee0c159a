//! What coupons answers when it is asked: by cart about a code, by `verify` about all it counts.

use crate::{Coupons, flows, store};
use bodega_contracts::coupons::{CodeFacts, CodeStanding, CouponUseFacts, PromotionFacts};
use bodega_db::DbError;
use bodega_rpc::{Answers, RpcError};

/// The questions and their answers.
pub(crate) fn answers(coupons: &Coupons) -> Answers {
    let asked = coupons.clone();
    let (promotions, codes, uses) = (coupons.db.clone(), coupons.db.clone(), coupons.db.clone());
    Answers::new()
        .on(async move |question: CodeStanding| {
            flows::code_standing(&asked, &question).await.map_err(|error| failed(&error))
        })
        .on(async move |question: PromotionFacts| {
            store::promotion_facts(promotions.reader(), question.after).await.map_err(|error| failed(&error))
        })
        .on(async move |question: CodeFacts| {
            store::code_facts(codes.reader(), question.after).await.map_err(|error| failed(&error))
        })
        .on(async move |question: CouponUseFacts| {
            store::use_facts(uses.reader(), question.after).await.map_err(|error| failed(&error))
        })
}

fn failed(error: &DbError) -> RpcError {
    RpcError::Unavailable(error.to_string())
}
