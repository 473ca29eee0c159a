//! What the cart asks before a write: coupons what a code is, rewards what a customer can spend. Never within a
//! transaction; an answer, also a refusal, goes along with the command, so that a key that was used before is answered as
//! before.

use crate::{
    Carts,
    error::Error,
    model::{Access, Coupon, Given, Points, buyer_key},
    store,
};
use bodega_contracts::{
    CartId,
    coupons::{CodeStanding, PromotionChanged},
    rewards::PointsBalance,
};
use bodega_kernel::UserId;

/// What a shopper typed in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    /// A code.
    pub code: Given<String>,
    /// Points to spend, checked to be above zero.
    pub points: Given<i64>,
    /// The e-mail address that comes along.
    pub email: Given<String>,
    /// The customer that staff name.
    pub customer: Given<UserId>,
}

/// What others say to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    /// The code with its promotion.
    pub coupon: Given<Result<(Coupon, PromotionChanged), Error>>,
    /// The points that may be spent.
    pub points: Given<Result<Points, Error>>,
}

/// Whom a cart is bought by, as far as that is known.
#[derive(Clone, Debug, Default)]
struct Known {
    customer: Option<UserId>,
    email: Option<String>,
}

/// Asks what is needed for a cart that is to be made.
pub(super) async fn ask_for_new(carts: &Carts, access: Access, typed: Typed) -> Answers {
    ask(carts, Known { customer: access.user, email: None }, typed).await
}

/// Asks what is needed for a cart there is. Of somebody else's cart nothing is asked: it will not be found.
pub(super) async fn ask_for(carts: &Carts, access: Access, id: CartId, typed: Typed) -> Result<Answers, Error> {
    if typed.code.value().is_none() && typed.points.value().is_none() {
        return Ok(ask(carts, Known::default(), typed).await);
    }
    let cart = store::read_cart(carts.db.reader(), id).await?.filter(|cart| access.opens(cart));
    let cart = cart.ok_or(Error::CartNotFound)?;
    let known = Known { customer: cart.owner.or(access.user), email: cart.details.email };
    Ok(ask(carts, known, typed).await)
}

async fn ask(carts: &Carts, mut known: Known, typed: Typed) -> Answers {
    match typed.email {
        Given::Kept => {}
        Given::Cleared => known.email = None,
        Given::Set(email) => known.email = Some(email),
    }
    match typed.customer {
        Given::Kept => {}
        Given::Cleared => known.customer = None,
        Given::Set(customer) => known.customer = Some(customer),
    }
    let coupon = match typed.code {
        Given::Kept => Given::Kept,
        Given::Cleared => Given::Cleared,
        Given::Set(code) => Given::Set(ask_coupons(carts, &known, code).await),
    };
    let points = match typed.points {
        Given::Kept => Given::Kept,
        Given::Cleared => Given::Cleared,
        Given::Set(points) => Given::Set(ask_rewards(carts, known.customer, points).await),
    };
    Answers { coupon, points }
}

async fn ask_coupons(carts: &Carts, known: &Known, code: String) -> Result<(Coupon, PromotionChanged), Error> {
    let customer = buyer_key(known.customer, known.email.as_deref());
    let answer = carts.rpc.ask(CodeStanding { code, customer }).await;
    let answer = answer.map_err(|error| Error::Unanswered(error.to_string()))?.ok_or(Error::CouponUnknown)?;
    if let Some(reason) = answer.refused {
        return Err(Error::CouponNotUsable(reason));
    }
    let promotion = answer.promotion;
    let (id, label) = (promotion.promotion_id, promotion.promotion.label.clone());
    Ok((Coupon { code: answer.code, promotion: id, label }, promotion))
}

async fn ask_rewards(carts: &Carts, customer: Option<UserId>, points: i64) -> Result<Points, Error> {
    let user = customer.ok_or(Error::PointsOfGuest)?;
    let balance = carts.rpc.ask(PointsBalance { user_id: user }).await;
    let balance = balance.map_err(|error| Error::Unanswered(error.to_string()))?;
    if points > balance.spendable {
        return Err(Error::PointsShort(balance.spendable.max(0)));
    }
    Ok(Points { most: points, value: balance.point_value.max(0), user })
}
