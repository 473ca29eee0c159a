//! What a cart costs at this moment, what changed since its prices were shown, and what checkout still lacks.

use super::{Cart, Offers, Shop, Status};
use bodega_kernel::{Money, Sku};
use bodega_pricing::{Basket, Item, Priced, PricingError, Shipping};
use serde::Serialize;
use utoipa::ToSchema;

/// The price of a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quote {
    /// What was priced: one item for each line of the cart.
    pub basket: Basket,
    /// What came out.
    pub priced: Priced,
    /// What is not as it was shown, line by line.
    pub changes: Vec<Change>,
    /// What checkout lacks.
    pub missing: Vec<Missing>,
    /// SKUs of which no stock is kept.
    pub unstocked: Vec<Sku>,
}

/// Something that is not as it was shown, or not as it is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Change {
    /// One costs another price than was shown last.
    PriceChanged {
        /// Which.
        sku: Sku,
        /// What was shown.
        was: Money,
        /// What it costs.
        now: Money,
    },
    /// It cannot be bought any more; checkout refuses until its line is removed.
    Unavailable {
        /// Which.
        sku: Sku,
    },
    /// There seem to be fewer than wanted; a warning, since stock decides when the order is placed.
    ShortStock {
        /// Which.
        sku: Sku,
        /// How many the line wants.
        wanted: i64,
        /// How many there are.
        available: i64,
    },
}

/// What a cart needs before it can be checked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Missing {
    /// Anything to buy.
    Lines,
    /// Where mails go.
    Email,
    /// Where parcels go.
    ShippingAddress,
    /// How it is sent.
    ShippingMethod,
}

impl Quote {
    /// The SKUs that cannot be bought any more.
    pub(crate) fn unavailable(&self) -> impl Iterator<Item = &Sku> {
        self.changes.iter().filter_map(|change| match change {
            Change::Unavailable { sku } => Some(sku),
            Change::PriceChanged { .. } | Change::ShortStock { .. } => None,
        })
    }

    /// Whether a price is not the one shown last.
    pub(crate) fn has_new_prices(&self) -> bool {
        self.changes.iter().any(|change| matches!(change, Change::PriceChanged { .. }))
    }

    /// Makes the prices of this quote those that `cart` showed last.
    pub(crate) fn remember_in(&self, cart: &mut Cart) {
        for (line, item) in cart.lines.iter_mut().zip(&self.basket.lines) {
            line.shown = item.unit_price;
        }
    }
}

/// Prices `cart`: an open one at present prices, any other at those it was frozen with. What cannot be bought any more is
/// priced as it was shown.
pub(crate) fn quote(cart: &Cart, offers: &Offers, shop: &Shop) -> Result<Quote, PricingError> {
    let open = cart.status == Status::Open;
    let (mut changes, mut unstocked, mut ships) = (Vec::new(), Vec::new(), false);
    let mut lines = Vec::with_capacity(cart.lines.len());
    for line in &cart.lines {
        let known = offers.get(&line.sku);
        let unit_price = match offers.for_sale(&line.sku, shop) {
            Some(offer) if open => offer.price,
            Some(_) | None => line.shown,
        };
        if open {
            let for_sale = offers.for_sale(&line.sku, shop).is_some();
            changes.extend((!for_sale).then(|| Change::Unavailable { sku: line.sku.clone() }));
        }
        if unit_price != line.shown {
            let money = |amount| Money::new(amount, shop.currency);
            changes.push(Change::PriceChanged {
                sku: line.sku.clone(),
                was: money(line.shown),
                now: money(unit_price),
            });
        }
        if known.is_some_and(|offer| !offer.stocked) {
            unstocked.push(line.sku.clone());
        } else {
            ships = true;
            let short = known.and_then(|offer| offer.available).filter(|&available| open && available < line.quantity);
            changes.extend(short.map(|available| Change::ShortStock {
                sku: line.sku.clone(),
                wanted: line.quantity,
                available: available.max(0),
            }));
        }
        lines.push(Item {
            sku: line.sku.clone(),
            name: known.map_or_else(|| line.sku.to_string(), |offer| offer.name.clone()),
            unit_price,
            quantity: line.quantity,
            tax_rate_bp: known.map_or(0, |offer| offer.tax_rate_bp.clamp(0, bodega_pricing::MAX_RATE_BP)),
        });
    }
    let method = shop.method(cart.details.shipping_method.as_deref()).filter(|_| ships);
    let shipping = method.map(|method| Shipping {
        method: method.id.clone(),
        name: method.name.clone(),
        price: method.price,
        tax_rate_bp: shop.tax_rate_bp,
    });
    let missing = if open { missing(cart, ships, shipping.is_some()) } else { Vec::new() };
    let (currency, prices_include_tax) = (shop.currency, shop.prices_include_tax);
    let basket = Basket { currency, prices_include_tax, lines, discounts: Vec::new(), shipping };
    let priced = bodega_pricing::price(&basket)?;
    Ok(Quote { basket, priced, changes, missing, unstocked })
}

fn missing(cart: &Cart, ships: bool, has_method: bool) -> Vec<Missing> {
    let mut missing = Vec::new();
    missing.extend(cart.lines.is_empty().then_some(Missing::Lines));
    missing.extend(cart.details.email.is_none().then_some(Missing::Email));
    missing.extend((ships && cart.details.shipping_address.is_none()).then_some(Missing::ShippingAddress));
    missing.extend((ships && !has_method).then_some(Missing::ShippingMethod));
    missing
}
