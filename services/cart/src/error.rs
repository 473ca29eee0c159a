//! Why a cart refuses, and what a shopper is told.

use crate::{
    model::{LinesAt, MAX_LINES, MAX_QUANTITY, Missing, Refusal},
    views::CartView,
};
use bodega_contracts::OrderId;
use bodega_db::DbError;
use bodega_kernel::Sku;
use bodega_pricing::PricingError;
use bodega_web::Problem;
use serde::Serialize;

/// When a checkout that was refused for stale prices makes sense again, seconds: about as often word of prices comes.
const PRICES_RETRY_S: u64 = 10;

/// Why a request on a cart was refused. Where not said otherwise nothing changed.
#[derive(Clone, Debug)]
pub(crate) enum Error {
    /// There is no such cart, or it is somebody else's.
    CartNotFound,
    /// The cart has no such line.
    LineNotFound,
    /// The cart became this order.
    CheckedOut(Option<OrderId>),
    /// Lines cannot be changed so; says where they stood in the body.
    Lines(Refusal, LinesAt),
    /// The cart is worth more than can be counted, or would make too large an order.
    TooLarge,
    /// Checkout lacks something.
    Incomplete(Vec<Missing>),
    /// These cannot be bought any more.
    LineUnavailable(Vec<Sku>),
    /// The cart is not in the version that was to be bought.
    VersionChanged(Box<CartView>),
    /// Prices are not those that were shown; from now on they are.
    PriceChanged(Box<CartView>),
    /// A price may have changed too long ago without the cart having heard of it.
    PricesStale,
    /// There is no such code.
    CouponUnknown,
    /// The code cannot be used; the stable word why.
    CouponNotUsable(String),
    /// A guest has no points.
    PointsOfGuest,
    /// There are only so many points.
    PointsShort(i64),
    /// Another service did not answer.
    Unanswered(String),
    /// The shop has no such way of shipping.
    MethodUnknown,
    /// A cart cannot be merged into itself.
    MergedIntoItself,
    /// The key was used with another body.
    KeyReused,
    /// The database failed.
    Db(DbError),
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<PricingError> for Error {
    fn from(error: PricingError) -> Self {
        match error {
            PricingError::TooManyLines { .. } => Self::Lines(Refusal::TooManyLines, LinesAt::Member),
            PricingError::TooLarge
            | PricingError::TooManyDiscounts { .. }
            | PricingError::Quantity { .. }
            | PricingError::Price { .. }
            | PricingError::TaxRate { .. }
            | PricingError::ShippingPrice { .. }
            | PricingError::ShippingTaxRate { .. }
            | PricingError::DiscountRate { .. }
            | PricingError::DiscountAmount { .. } => Self::TooLarge,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::CartNotFound => Self::new(404, "cart_not_found"),
            Error::LineNotFound => Self::new(404, "line_not_found"),
            Error::CheckedOut(order_id) => Self::new(409, "cart_checked_out").with("order_id", json(&order_id)),
            Error::Lines(refusal, at) => lines(&refusal, at),
            Error::TooLarge => Self::new(422, "cart_too_large").detail("split it into several orders"),
            Error::Incomplete(missing) => Self::new(409, "cart_incomplete").with("missing", json(&missing)),
            Error::LineUnavailable(skus) => Self::new(409, "line_unavailable").with("skus", json(&skus)),
            Error::VersionChanged(cart) => Self::new(409, "cart_changed").with("cart", json(&cart)),
            Error::PriceChanged(cart) => Self::new(409, "price_changed")
                .detail("check out again, with a new Idempotency-Key, to buy at these prices")
                .with("cart", json(&cart)),
            Error::PricesStale => Self::new(503, "prices_stale")
                .detail("prices are not known to be up to date; ask again with the same Idempotency-Key")
                .retry_after(PRICES_RETRY_S),
            Error::CouponUnknown => Self::new(422, "coupon_unknown").field("/coupon_code", "is no code of this shop"),
            Error::CouponNotUsable(reason) => Self::new(422, "coupon_not_usable")
                .field("/coupon_code", format!("cannot be used: {reason}"))
                .with("reason", reason),
            Error::PointsOfGuest => {
                Self::new(422, "points_need_account").field("/points", "are for customers who log in")
            }
            Error::PointsShort(spendable) => Self::new(422, "points_short")
                .field("/points", format!("are more than the {spendable} there are"))
                .with("spendable", spendable),
            Error::Unanswered(reason) => {
                tracing::warn!(%reason, "a question was not answered");
                Self::unavailable()
            }
            Error::MethodUnknown => Self::invalid("/shipping_method", "is none of shipping_methods"),
            Error::MergedIntoItself => Self::invalid("/from", "is the cart itself"),
            Error::KeyReused => Self::key_reused(),
            Error::Db(error) => error.into(),
        }
    }
}

fn lines(refusal: &Refusal, at: LinesAt) -> Problem {
    match refusal {
        Refusal::UnknownSku(indexes) => indexes.iter().fold(Problem::new(422, "unknown_sku"), |problem, &index| {
            problem.field(at.pointer(index, "sku"), "is not for sale")
        }),
        Refusal::TooMany(index) => Problem::new(422, "quantity_too_large")
            .field(at.pointer(*index, "quantity"), format!("its line would hold more than {MAX_QUANTITY}")),
        Refusal::TooManyLines => {
            Problem::new(422, "too_many_lines").detail(format!("a cart has at most {MAX_LINES} lines"))
        }
    }
}

fn json(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}
