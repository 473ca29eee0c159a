//! What a cart costs at this moment, what changed since its prices were shown, and what checkout still lacks.

use super::{
    Buyer, Cart, Change, CouponState, Line, Markets, Methods, Offer, Offers, Place, PointsState, Promotions, Shop,
    Status, TenderState,
    methods::held,
    promotions::{frozen, reduce},
    tender,
};
use bodega_contracts::{PromotionId, Terms as LegalTexts};
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
    /// The market it is sold in; `None` while none was heard of.
    pub market: Option<String>,
    /// What pays a part of it.
    pub tenders: Vec<TenderState>,
    /// What is left to be paid.
    pub due: i64,
    /// What has to be accepted.
    pub texts: Option<LegalTexts>,
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
    /// Where the shop sells.
    pub markets: &'a Markets,
    /// The shop.
    pub shop: &'a Shop,
    /// Who would buy.
    pub buyer: &'a Buyer,
    /// When.
    pub now: Time,
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

/// Prices `cart`: an open one at present prices, any other at those it was frozen with. What cannot be bought any more is
/// priced as it was shown. What comes off the goods does not depend on shipping, but shipping on what the goods then cost.
pub(crate) fn quote(cart: &Cart, terms: Terms<'_>) -> Result<Quote, PricingError> {
    let Terms { offers, methods, markets, shop, buyer, .. } = terms;
    let open = cart.status == Status::Open;
    let place = place_of(cart, markets, shop);
    let Looked { lines, facts, changes, unstocked, ships, grams } = look(cart, offers, (&place, shop));
    let (currency, prices_include_tax) = (place.currency, place.prices_include_tax);
    let mut basket = Basket { currency, prices_include_tax, lines, discounts: Vec::new(), shipping: None };
    let reduced = if open { reduce(cart, &basket, &facts, &terms)? } else { frozen(cart) };
    basket.discounts = reduced.discounts;
    let goods = bodega_pricing::price(&basket)?;
    let country = cart.details.shipping_address.as_ref().map(|address| address.country.as_str());
    let country = country.or(cart.sold_at.country.as_deref());
    let parcel = Parcel { country, goods: goods.subtotal - goods.discount, grams };
    let shown = shown_shipping(cart, ships, shop, &parcel);
    let found = methods.offers(&parcel, currency);
    let sent = |way: &Way<'_>| {
        let shipping = way.shipping();
        Shipping { tax_rate_bp: place.shipping_rate(shipping.tax_rate_bp), ..shipping }
    };
    let ways = found.iter().map(sent).collect();
    let held = held(&found, cart.details.shipping_method.as_deref());
    basket.shipping = if open { held.filter(|_| ships).map(|way| sent(&way)) } else { shown.clone() };
    let missing = if open { missing(cart, ships, held) } else { Vec::new() };
    let of_basket = || basket.shipping.as_ref().map(|shipping| shipping.method.clone());
    let way = if open { held.map(|way| way.method.id.clone()) } else { of_basket() };
    let priced = bodega_pricing::price(&basket)?;
    let shipping_off = shipping_off(&basket, &priced);
    let (tenders, due) = tender(cart, buyer, currency, priced.total);
    let (claims, coupon, points) = (reduced.claims, reduced.coupon, reduced.points);
    let (market, texts) = (place.market.map(str::to_owned), markets.terms.clone());
    let mut quote = Quote {
        basket,
        priced,
        changes,
        missing,
        unstocked,
        claims,
        coupon,
        points,
        shipping_off,
        ways,
        way,
        market,
        tenders,
        due,
        texts,
    };
    if open {
        quote.compare(cart, shown.as_ref(), shop);
    }
    Ok(quote)
}

/// Where it is sold; what is an order stays in the currency it was bought in.
fn place_of<'a>(cart: &'a Cart, markets: &'a Markets, shop: &'a Shop) -> Place<'a> {
    let place = markets.place(&cart.details, &cart.sold_at, shop);
    if cart.status == Status::Open {
        return place;
    }
    let of_settings = (shop.currency, shop.prices_include_tax);
    let shown = cart.shown_at.map_or(of_settings, |shown| (shown.currency, shown.prices_include_tax));
    place.at_prices_of(shown.0, shown.1)
}

/// The shipping that was shown last. Before that was kept, it was the settings' to say.
fn shown_shipping(cart: &Cart, ships: bool, shop: &Shop, parcel: &Parcel<'_>) -> Option<Shipping> {
    if let Some(shown) = &cart.shown_shipping {
        return shown.shipping.clone();
    }
    let methods = Methods::of_settings(shop);
    let held = held(&methods.offers(parcel, shop.currency), cart.details.shipping_method.as_deref());
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

fn look(cart: &Cart, offers: &Offers, (place, shop): (&Place<'_>, &Shop)) -> Looked {
    let open = cart.status == Status::Open;
    let shown_in = cart.shown_at.map_or(shop.currency, |shown| shown.currency);
    let mut looked = Looked::default();
    for line in &cart.lines {
        let known = offers.get(&line.sku);
        let now = if open { present(line, offers, place) } else { Present::Price(line.shown) };
        looked.changes.extend(now.refusal(&line.sku));
        // What has no price here is in no sum, and no order has it.
        let last = if shown_in == place.currency { line.shown } else { 0 };
        let unit_price = now.price().unwrap_or(last);
        if now.price().is_some() && (unit_price, place.currency) != (line.shown, shown_in) {
            looked.changes.push(Change::PriceChanged {
                sku: line.sku.clone(),
                was: Money::new(line.shown, shown_in),
                now: Money::new(unit_price, place.currency),
            });
        }
        if known.is_some_and(|offer| !offer.stocked) {
            looked.unstocked.push(line.sku.clone());
        } else {
            looked.ships = true;
            let grams = known.and_then(|offer| offer.grams).unwrap_or(0).max(0);
            looked.grams = looked.grams.saturating_add(grams.saturating_mul(line.quantity));
            let short =
                known.and_then(|_| offers.available(&line.sku)).filter(|&available| open && available < line.quantity);
            looked.changes.extend(short.map(|available| Change::ShortStock {
                sku: line.sku.clone(),
                wanted: line.quantity,
                available: available.max(0),
            }));
        }
        looked.facts.push(known.map(Offer::facts).unwrap_or_default());
        looked.lines.push(Item {
            sku: line.sku.clone(),
            name: name(line, known),
            unit_price,
            quantity: line.quantity,
            tax_rate_bp: known.map_or(0, |offer| place.rate(offer)),
        });
    }
    looked.unstocked.sort();
    looked.unstocked.dedup();
    looked
}

fn name(line: &Line, known: Option<&Offer>) -> String {
    let own = line.own.name.clone().or_else(|| known.map(|offer| offer.name.clone()));
    own.unwrap_or_else(|| line.sku.to_string())
}

/// What a line costs at present.
enum Present {
    Price(i64),
    /// It is not for sale anywhere, or the shop sells in one place only.
    Unavailable,
    /// It has no price in the currency of the place.
    NotSoldThere,
}

impl Present {
    fn price(&self) -> Option<i64> {
        match self {
            Self::Price(price) => Some(*price),
            Self::Unavailable | Self::NotSoldThere => None,
        }
    }

    fn refusal(&self, sku: &Sku) -> Option<Change> {
        match self {
            Self::Price(_) => None,
            Self::Unavailable => Some(Change::Unavailable { sku: sku.clone() }),
            Self::NotSoldThere => Some(Change::NotSoldThere { sku: sku.clone() }),
        }
    }
}

fn present(line: &Line, offers: &Offers, place: &Place<'_>) -> Present {
    let price = match line.own.price {
        Some(own) => Some(own.amount).filter(|_| own.currency == place.currency),
        None => offers.for_sale(&line.sku, place).map(|(_, price)| price),
    };
    let elsewhere = line.own.price.is_some() || (place.market.is_some() && offers.active(&line.sku).is_some());
    match price {
        Some(price) => Present::Price(price),
        None if elsewhere => Present::NotSoldThere,
        None => Present::Unavailable,
    }
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
