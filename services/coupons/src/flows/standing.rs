//! Who asks about a code: what it is, and whether this customer could use it now. Nothing is taken by asking.

use crate::{Coupons, model, store};
use bodega_contracts::coupons::{CodeStanding, KnownCode};
use bodega_db::DbError;

/// What a code is; `None` if there is none.
pub(crate) async fn code_standing(coupons: &Coupons, question: &CodeStanding) -> Result<Option<KnownCode>, DbError> {
    let reader = coupons.db.reader();
    let Some(code) = model::canonical(&question.code) else { return Ok(None) };
    let Some((known, stored)) = store::read_code(reader, &code).await? else { return Ok(None) };
    let (promotion, customer) = (stored.told(), question.customer.as_deref());
    let (id, mut books) = (known.promotion, model::Books::default());
    books.promotions.insert(id, stored);
    books.codes.insert(code.clone(), known);
    let counts = books.counts(id, Some(&code), customer);
    books.set_used(store::read_counters(reader, counts.iter().map(|count| count.key.as_str())).await?);
    let refusal = books.refusal(id, Some(&code), customer, coupons.world.now()).or_else(|| books.exhausted(&counts));
    Ok(Some(KnownCode { code, promotion, refused: refusal.map(|refusal| refusal.as_str().to_owned()) }))
}
