//! What a cart costs at this moment, what changed since its prices were shown, and what checkout still lacks.

use super::{
    Buyer, Cart, CouponState, Methods, Offer, Offers, PointsState, Promotions, Shop, ShownShipping, Status,
    methods::held,
    promotions::{frozen, reduce},
};
use bodega_contracts::PromotionId;
use bodega_kernel::{Money, Sku, Time};
use bodega_pricing::{
    Basket, DiscountKind, Item, ItemFacts, Priced, PricingError, Shipping,
    shipping::{Offer as Way, Parcel},
};
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
    /// The promotions that count their uses, each with the code that was given.
    pub claims: Vec<(PromotionId, Option<String>)>,
    /// The code and what became of it.
    pub coupon: Option<CouponState>,
    /// The points and what became of them.
    pub points: Option<PointsState>,
    /// What comes off shipping, minor units, and what for.
    pub shipping_off: Option<(String, i64)>,
    /// The ways of shipping that take all this, the cheapest first.
    pub ways: Vec<Shipping>,
    /// The id of the one that holds.
    pub way: Option<String>,
}

/// All that the price of a cart depends on beside the cart itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms<'a> {
    /// What was heard of its SKUs.
    pub offers: &'a Offers,
    /// What was heard of promotions.
    pub promotions: &'a Promotions,
    /// The ways of shipping.
    pub methods: &'a Methods,
    /// The shop.
    pub shop: &'a Shop,
    /// Who would buy.
    pub buyer: Buyer,
    /// When.
    pub now: Time,
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
            Change::PriceChanged { .. }
            | Change::DiscountChanged { .. }
            | Change::ShippingChanged { .. }
            | Change::ShortStock { .. } => None,
        })
    }

    /// Whether a price, that of shipping or a discount is not the one shown last.
    pub(crate) fn has_new_prices(&self) -> bool {
        self.changes.iter().any(|change| match change {
            Change::PriceChanged { .. } | Change::DiscountChanged { .. } | Change::ShippingChanged { .. } => true,
            Change::Unavailable { .. } | Change::ShortStock { .. } => false,
        })
    }

    /// How many points an order of this takes.
    pub(crate) fn points_used(&self) -> i64 {
        self.points.as_ref().map_or(0, |points| points.used)
    }

    /// The same for whoever changes the cart: that something else comes off then, or shipping costs more, is no news to them.
    #[must_use]
    pub(crate) fn of_a_write(mut self) -> Self {
        let news = |change: &Change| match change {
            Change::DiscountChanged { .. } | Change::ShippingChanged { .. } => false,
            Change::PriceChanged { .. } | Change::Unavailable { .. } | Change::ShortStock { .. } => true,
        };
        self.changes.retain(news);
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
    }

    /// Tells of another price or way of shipping; where none holds, `missing` says it.
    fn compare_shipping(&mut self, shown: Option<&Shipping>, shop: &Shop) {
        let now = self.basket.shipping.as_ref();
        let price = |shipping: Option<&Shipping>| shipping.map_or(0, |shipping| shipping.price);
        let same = match (shown, now) {
            (Some(was), Some(now)) => {
                (&was.method, was.price, was.tax_rate_bp) == (&now.method, now.price, now.tax_rate_bp)
            }
            (Some(_) | None, None) | (None, Some(_)) => price(shown) == price(now),
        };
        if !same && !self.missing.contains(&Missing::ShippingMethod) {
            let (was, now) = (price(shown), price(now));
            let money = |amount| Money::new(amount, shop.currency);
            let method = self.way.clone().filter(|_| self.basket.shipping.is_some());
            self.changes.push(Change::ShippingChanged { method, was: money(was), now: money(now) });
        }
    }

    /// Tells of another discount where no other price explains it.
    fn compare_discounts(&mut self, cart: &Cart, shop: &Shop) {
        let (was, now) = (cart.reductions.shown_off, self.off());
        if was != now && !self.has_new_prices() {
            let money = |amount| Money::new(amount, shop.currency);
            self.changes.push(Change::DiscountChanged { was: money(was), now: money(now) });
        }
    }
}

/// Prices `cart`: an open one at present prices, any other at those it was frozen with. What cannot be bought any more is
/// priced as it was shown. What comes off the goods does not depend on shipping, but shipping on what the goods then cost.
pub(crate) fn quote(cart: &Cart, terms: Terms<'_>) -> Result<Quote, PricingError> {
    let Terms { offers, promotions, methods, shop, buyer, now } = terms;
    let open = cart.status == Status::Open;
    let Looked { lines, facts, changes, unstocked, ships, grams } = look(cart, offers, shop);
    let (currency, prices_include_tax) = (shop.currency, shop.prices_include_tax);
    let mut basket = Basket { currency, prices_include_tax, lines, discounts: Vec::new(), shipping: None };
    let reduced = if open { reduce(cart, &basket, &facts, promotions, (buyer, now))? } else { frozen(cart) };
    basket.discounts = reduced.discounts;
    let goods = bodega_pricing::price(&basket)?;
    let country = cart.details.shipping_address.as_ref().map(|address| address.country.as_str());
    let parcel = Parcel { country, goods: goods.subtotal - goods.discount, grams };
    let shown = shown_shipping(cart, ships, shop, &parcel);
    let found = methods.offers(&parcel);
    let ways = found.iter().map(Way::shipping).collect();
    let held = held(&found, cart.details.shipping_method.as_deref());
    basket.shipping = if open { held.filter(|_| ships).map(|offer| offer.shipping()) } else { shown.clone() };
    let missing = if open { missing(cart, ships, held) } else { Vec::new() };
    let of_basket = || basket.shipping.as_ref().map(|shipping| shipping.method.clone());
    let way = if open { held.map(|offer| offer.method.id.clone()) } else { of_basket() };
    let priced = bodega_pricing::price(&basket)?;
    let shipping_off = shipping_off(&basket, &priced);
    let (claims, coupon, points) = (reduced.claims, reduced.coupon, reduced.points);
    let mut quote =
        Quote { basket, priced, changes, missing, unstocked, claims, coupon, points, shipping_off, ways, way };
    if open {
        quote.compare_shipping(shown.as_ref(), shop);
        quote.compare_discounts(cart, shop);
    }
    Ok(quote)
}

/// The shipping that was shown last. Before that was kept, it was the settings' to say.
fn shown_shipping(cart: &Cart, ships: bool, shop: &Shop, parcel: &Parcel<'_>) -> Option<Shipping> {
    if let Some(shown) = &cart.shown_shipping {
        return shown.shipping.clone();
    }
    let methods = Methods::of_settings(shop);
    let held = held(&methods.offers(parcel), cart.details.shipping_method.as_deref());
    held.filter(|_| ships).map(|offer| offer.shipping())
}

/// The lines of a cart as they would be bought.
#[derive(Default)]
struct Looked {
    lines: Vec<Item>,
    facts: Vec<ItemFacts>,
    changes: Vec<Change>,
    unstocked: Vec<Sku>,
    /// Whether any of them is sent.
    ships: bool,
    /// What those weigh that are sent.
    grams: i64,
}

fn look(cart: &Cart, offers: &Offers, shop: &Shop) -> Looked {
    let open = cart.status == Status::Open;
    let mut looked = Looked::default();
    for line in &cart.lines {
        let known = offers.get(&line.sku);
        let unit_price = match offers.for_sale(&line.sku, shop) {
            Some(offer) if open => offer.price,
            Some(_) | None => line.shown,
        };
        if open {
            let for_sale = offers.for_sale(&line.sku, shop).is_some();
            looked.changes.extend((!for_sale).then(|| Change::Unavailable { sku: line.sku.clone() }));
        }
        if unit_price != line.shown {
            let money = |amount| Money::new(amount, shop.currency);
            looked.changes.push(Change::PriceChanged {
                sku: line.sku.clone(),
                was: money(line.shown),
                now: money(unit_price),
            });
        }
        if known.is_some_and(|offer| !offer.stocked) {
            looked.unstocked.push(line.sku.clone());
        } else {
            looked.ships = true;
            let grams = known.and_then(|offer| offer.grams).unwrap_or(0).max(0);
            looked.grams = looked.grams.saturating_add(grams.saturating_mul(line.quantity));
            let short = known.and_then(|offer| offer.available).filter(|&available| open && available < line.quantity);
            looked.changes.extend(short.map(|available| Change::ShortStock {
                sku: line.sku.clone(),
                wanted: line.quantity,
                available: available.max(0),
            }));
        }
        looked.facts.push(known.map(Offer::facts).unwrap_or_default());
        looked.lines.push(Item {
            sku: line.sku.clone(),
            name: known.map_or_else(|| line.sku.to_string(), |offer| offer.name.clone()),
            unit_price,
            quantity: line.quantity,
            tax_rate_bp: known.map_or(0, |offer| offer.tax_rate_bp.clamp(0, bodega_pricing::MAX_RATE_BP)),
        });
    }
    looked
}

/// What free shipping is worth here, and which discount gave it.
fn shipping_off(basket: &Basket, priced: &Priced) -> Option<(String, i64)> {
    let full = basket.shipping.as_ref()?.price;
    let free = basket.discounts.iter().find(|discount| discount.kind == DiscountKind::FreeShipping)?;
    (priced.shipping < full).then(|| (free.label.clone(), full - priced.shipping))
}

/// Who fetches the goods needs no address.
fn missing(cart: &Cart, ships: bool, held: Option<Way<'_>>) -> Vec<Missing> {
    let mut missing = Vec::new();
    missing.extend(cart.lines.is_empty().then_some(Missing::Lines));
    missing.extend(cart.details.email.is_none().then_some(Missing::Email));
    let sent = ships && !held.is_some_and(|offer| offer.method.rate.is_pickup());
    missing.extend((sent && cart.details.shipping_address.is_none()).then_some(Missing::ShippingAddress));
    missing.extend((ships && held.is_none()).then_some(Missing::ShippingMethod));
    missing
}
