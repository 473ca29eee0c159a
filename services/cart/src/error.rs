//! Why a cart refuses, and what a shopper is told.

use crate::{
    model::{LinesAt, MAX_LINES, MAX_QUANTITY, Missing, Refusal},
    views::CartView,
};
use bodega_contracts::OrderId;
use bodega_db::DbError;
use bodega_kernel::{Currency, Money, Sku};
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
    /// These have no price where the cart goes.
    NotSoldThere(Vec<Sku>),
    /// There is no such market.
    MarketUnknown,
    /// Staff named a customer there is not.
    CustomerUnknown,
    /// The draft is not in the version it was read in.
    VersionMismatch,
    /// The legal texts, which are in this version, were not accepted.
    TermsNotAccepted(i64),
    /// They are in this version now, and another one was accepted.
    TermsChanged(i64),
    /// Something is left to be paid, and nobody said how.
    PaymentMethodNeeded,
    /// There are no such gift cards with anything on them; says which of those given.
    CardUnknown(Vec<usize>),
    /// These gift cards are in another currency.
    CardOtherCurrency(Vec<usize>),
    /// A guest has no store credit.
    CreditOfGuest,
    /// There is only so much store credit.
    CreditShort(Money),
    /// Store credit was asked for in another currency than the cart's.
    CreditOtherCurrency(Currency),
    /// The cart is not in the version that was to be bought.
    VersionChanged(Box<CartView>),
    /// Prices are not those that were shown; from now on they are.
    PriceChanged(Box<CartView>),
    /// It does not cost what its buyer was told, but this.
    TotalChanged(Money),
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
            Error::NotSoldThere(skus) => Self::new(409, "not_sold_there").with("skus", json(&skus)),
            Error::MarketUnknown => Self::invalid("/market", "is no market of this shop"),
            Error::CustomerUnknown => Self::new(422, "customer_unknown").field("/customer_id", "is no customer"),
            Error::VersionMismatch => Self::precondition_failed(),
            Error::TermsNotAccepted(version) => Self::new(422, "terms_not_accepted")
                .field("/accepted_terms", format!("is not {version}, the version of the shop's terms"))
                .with("terms_version", version),
            Error::TermsChanged(version) => Self::new(409, "terms_changed").with("terms_version", version),
            Error::PaymentMethodNeeded => Self::invalid("/payment_method", "is needed: something is left to be paid"),
            Error::CardUnknown(indexes) => cards("gift_card_unknown", &indexes, "is no gift card with anything on it"),
            Error::CardOtherCurrency(indexes) => {
                cards("gift_card_other_currency", &indexes, "is in another currency than the cart")
            }
            Error::CreditOfGuest => {
                Self::new(422, "store_credit_needs_account").field("/store_credit", "is for customers who log in")
            }
            Error::CreditShort(spendable) => Self::new(422, "store_credit_short")
                .field("/store_credit", "is more than there is")
                .with("spendable", json(&spendable)),
            Error::CreditOtherCurrency(currency) => {
                Self::invalid("/store_credit/currency", format!("is not {currency}, which the cart is in"))
            }
            Error::VersionChanged(cart) => Self::new(409, "cart_changed").with("cart", json(&cart)),
            Error::PriceChanged(cart) => Self::new(409, "price_changed")
                .detail("check out again, with a new Idempotency-Key, to buy at these prices")
                .with("cart", json(&cart)),
            Error::TotalChanged(costs) => Self::new(409, "total_changed")
                .detail(format!("it costs {costs} now; ask again with that `total`, and a new Idempotency-Key, to buy"))
                .with("total", json(&costs)),
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
        Refusal::OtherCurrency(index, currency) => Problem::new(422, "invalid_body")
            .field(at.pointer(*index, "unit_price/currency"), format!("is not {currency}, which the cart is in")),
        Refusal::TooManyLines => {
            Problem::new(422, "too_many_lines").detail(format!("a cart has at most {MAX_LINES} lines"))
        }
    }
}

fn cards(code: &'static str, indexes: &[usize], detail: &str) -> Problem {
    indexes.iter().fold(Problem::new(422, code), |problem, index| problem.field(format!("/gift_cards/{index}"), detail))
}

fn json(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}
