//! What is not as a cart showed it last, so that no price is ever charged that nobody saw.

use super::{Cart, Missing, Quote, Shop, ShownAt, ShownShipping};
use bodega_kernel::{Currency, Money, Sku};
use bodega_pricing::Shipping;
use serde::Serialize;
use utoipa::ToSchema;

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
    /// Something else comes off than was shown last, though no price changed: a promotion began, ended or is used up.
    DiscountChanged {
        /// What came off, shipping included.
        was: Money,
        /// What comes off.
        now: Money,
    },
    /// Shipping costs another price than was shown last, or goes another way.
    ShippingChanged {
        /// The method it goes by; none where nothing is sent any more.
        #[serde(skip_serializing_if = "Option::is_none")]
        method: Option<String>,
        /// What was shown, before anything came off.
        was: Money,
        /// What it costs.
        now: Money,
    },
    /// There is another tax on it than was shown last, though no price changed.
    TaxChanged {
        /// What was shown, shipping included.
        was: Money,
        /// What it is.
        now: Money,
    },
    /// It has no price where the cart goes; checkout refuses until its line is removed or the cart goes elsewhere.
    NotSoldThere {
        /// Which.
        sku: Sku,
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

impl Change {
    /// Whether something costs otherwise than it was shown.
    fn is_of_a_price(&self) -> bool {
        match self {
            Self::PriceChanged { .. }
            | Self::DiscountChanged { .. }
            | Self::ShippingChanged { .. }
            | Self::TaxChanged { .. } => true,
            Self::Unavailable { .. } | Self::NotSoldThere { .. } | Self::ShortStock { .. } => false,
        }
    }

    /// Whether it is no news to whoever changes the cart: that something else comes off then, or shipping or tax is more.
    fn follows_a_write(&self) -> bool {
        match self {
            Self::DiscountChanged { .. } | Self::ShippingChanged { .. } | Self::TaxChanged { .. } => true,
            Self::PriceChanged { .. }
            | Self::Unavailable { .. }
            | Self::NotSoldThere { .. }
            | Self::ShortStock { .. } => false,
        }
    }
}

impl Quote {
    /// The SKUs that cannot be bought any more.
    pub(crate) fn unavailable(&self) -> Vec<Sku> {
        let gone = self.changes.iter().filter_map(|change| match change {
            Change::Unavailable { sku } => Some(sku.clone()),
            Change::PriceChanged { .. }
            | Change::DiscountChanged { .. }
            | Change::ShippingChanged { .. }
            | Change::TaxChanged { .. }
            | Change::NotSoldThere { .. }
            | Change::ShortStock { .. } => None,
        });
        gone.collect()
    }

    /// The SKUs that have no price where the cart goes.
    pub(crate) fn not_sold_there(&self) -> Vec<Sku> {
        let gone = self.changes.iter().filter_map(|change| match change {
            Change::NotSoldThere { sku } => Some(sku.clone()),
            Change::PriceChanged { .. }
            | Change::DiscountChanged { .. }
            | Change::ShippingChanged { .. }
            | Change::TaxChanged { .. }
            | Change::Unavailable { .. }
            | Change::ShortStock { .. } => None,
        });
        gone.collect()
    }

    /// Whether a price, that of shipping, a discount or the tax is not the one shown last.
    pub(crate) fn has_new_prices(&self) -> bool {
        self.changes.iter().any(Change::is_of_a_price)
    }

    /// How many points an order of this takes.
    pub(crate) fn points_used(&self) -> i64 {
        self.points.as_ref().map_or(0, |points| points.used)
    }

    /// The same for whoever changes the cart.
    #[must_use]
    pub(crate) fn of_a_write(mut self) -> Self {
        self.changes.retain(|change| !change.follows_a_write());
        self
    }

    /// All that comes off, shipping included, minor units.
    fn off(&self) -> i64 {
        self.priced.discount + self.shipping_off.as_ref().map_or(0, |(_, off)| *off)
    }

    /// Makes the prices of this quote those that `cart` showed last.
    pub(crate) fn remember_in(&self, cart: &mut Cart) {
        for (line, item) in cart.lines.iter_mut().zip(&self.basket.lines) {
            line.shown = item.unit_price;
        }
        cart.reductions.shown_off = self.off();
        cart.shown_shipping = Some(ShownShipping { shipping: self.basket.shipping.clone() });
        cart.shown_at = Some(ShownAt {
            currency: self.basket.currency,
            prices_include_tax: self.basket.prices_include_tax,
            tax: self.priced.tax,
            total: self.priced.total,
        });
    }

    /// Tells of whatever else is not as `cart` showed it last.
    pub(super) fn compare(&mut self, cart: &Cart, shown: Option<&Shipping>, shop: &Shop) {
        let shown_in = cart.shown_at.map_or(shop.currency, |shown| shown.currency);
        self.compare_shipping(shown, shown_in);
        self.compare_discounts(cart, shown_in);
        self.compare_tax(cart);
    }

    /// Tells of another price or way of shipping; where none holds, `missing` says it.
    fn compare_shipping(&mut self, shown: Option<&Shipping>, shown_in: Currency) {
        let now = self.basket.shipping.as_ref();
        let price = |shipping: Option<&Shipping>| shipping.map_or(0, |shipping| shipping.price);
        let same = match (shown, now) {
            (Some(was), Some(now)) => {
                (&was.method, was.price, was.tax_rate_bp) == (&now.method, now.price, now.tax_rate_bp)
            }
            (Some(_) | None, None) | (None, Some(_)) => price(shown) == price(now),
        };
        if !same && !self.missing.contains(&Missing::ShippingMethod) {
            let (was, now) = (Money::new(price(shown), shown_in), Money::new(price(now), self.basket.currency));
            let method = self.way.clone().filter(|_| self.basket.shipping.is_some());
            self.changes.push(Change::ShippingChanged { method, was, now });
        }
    }

    /// Tells of another discount where no other price explains it.
    fn compare_discounts(&mut self, cart: &Cart, shown_in: Currency) {
        let was = Money::new(cart.reductions.shown_off, shown_in);
        let now = Money::new(self.off(), self.basket.currency);
        if was.amount != now.amount && !self.has_new_prices() {
            self.changes.push(Change::DiscountChanged { was, now });
        }
    }

    /// Tells of another tax where nothing else explains it.
    fn compare_tax(&mut self, cart: &Cart) {
        let Some(shown) = cart.shown_at else { return };
        let (tax, included) = (self.priced.tax, self.basket.prices_include_tax);
        if (shown.tax, shown.prices_include_tax) != (tax, included) && !self.has_new_prices() {
            let (was, now) = (Money::new(shown.tax, shown.currency), Money::new(tax, self.basket.currency));
            self.changes.push(Change::TaxChanged { was, now });
        }
    }
}
