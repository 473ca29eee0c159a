//! Orders without a shopper: goods that replace others which came back. Each return has one, whatever is heard how often.

use super::{Numbers, checkout::NO_PAYMENT};
use crate::{
    model::{Cart, Line, Markets, Offers, Own, Shop, ShownAt, ShownShipping, order_number},
    store::{self, Checkout},
};
use bodega_bus::{Delivery, Failure};
use bodega_contracts::{CartId, LineId, OrderId, cart::CartCheckedOut, orders::ExchangeDue};
use bodega_db::{DbError, Tx};
use bodega_kernel::{Sku, World};
use bodega_pricing::{Basket, Discount, DiscountKind, Item, MAX_RATE_BP, Priced, PricingError, price};
use std::collections::{BTreeMap, BTreeSet};

/// What the discount of an exchange is called.
const LABEL: &str = "Exchange";

/// Another replica hears of the same return at this moment; the batch is tried again.
const RACE: &str = "a replacement is being made already";

/// Exchanges that are due: a cart for each that is an order from the start.
pub(crate) async fn exchanges_due(
    tx: &mut Tx,
    (shop, numbers): (&Shop, &Numbers),
    batch: &[Delivery<ExchangeDue>],
) -> Result<(), Failure> {
    let due: BTreeMap<OrderId, &ExchangeDue> =
        batch.iter().map(|delivery| (delivery.event.replacement_id, &delivery.event)).collect();
    let orders: Vec<OrderId> = due.keys().copied().collect();
    let made = store::select_made(tx, &orders).await?;
    let due: Vec<&ExchangeDue> = due.into_values().filter(|due| !made.contains(&due.replacement_id)).collect();
    if due.is_empty() {
        return Ok(());
    }
    let skus: BTreeSet<&Sku> = due.iter().flat_map(|due| &due.lines).map(|line| &line.sku).collect();
    let mut offers = Offers::default();
    store::select_offers(tx, &skus.into_iter().cloned().collect::<Vec<_>>(), &mut offers).await?;
    let markets = store::select_markets(tx).await?;
    for due in due {
        let number = order_number(numbers.take_within(tx).await?);
        let mut cart = empty(tx, due);
        let (basket, priced) = replacement(&cart, due, &offers, (&markets, shop)).map_err(Failure::permanent)?;
        fill(&mut cart, &basket, tx.world());
        let event = told(due, &cart, (basket, priced), (number, tx));
        if !store::insert_once(tx, cart).await? {
            return Err(Failure::Transient(RACE.to_owned()));
        }
        store::freeze(tx, &[Checkout::of(&event)], |_| true).await?;
        tx.emit(&event)?;
    }
    Ok(())
}

/// The cart of a return has its id, so that there is one.
fn empty(tx: &Tx, due: &ExchangeDue) -> Cart {
    let mut cart = Cart::new(CartId(due.return_id.0), due.customer_id, tx.now());
    cart.details.email = Some(due.email.clone());
    cart.details.shipping_address.clone_from(&due.shipping_address);
    cart.exchange_of = Some(due.order_id);
    cart
}

/// The lines at what they cost now or cost last, all of it off. What nothing is known of, or what would be worth more than can
/// be counted, costs nothing.
fn replacement(
    cart: &Cart,
    due: &ExchangeDue,
    offers: &Offers,
    (markets, shop): (&Markets, &Shop),
) -> Result<(Basket, Priced), PricingError> {
    let place = markets.place(&cart.details, &cart.sold_at, shop);
    let item = |line: &bodega_contracts::OrderLine| {
        let known = offers.get(&line.sku);
        Item {
            sku: line.sku.clone(),
            name: known.map_or_else(|| line.sku.to_string(), |offer| offer.name.clone()),
            unit_price: known.and_then(|offer| offer.price_in(due.currency)).unwrap_or(0),
            quantity: line.quantity,
            tax_rate_bp: known.map_or(0, |offer| place.rate(offer)),
        }
    };
    let all = Discount { label: LABEL.to_owned(), kind: DiscountKind::Percentage { bp: MAX_RATE_BP }, skus: None };
    let mut basket = Basket {
        currency: due.currency,
        prices_include_tax: place.prices_include_tax,
        lines: due.lines.iter().map(item).collect(),
        discounts: vec![all],
        shipping: None,
    };
    if price(&basket) == Err(PricingError::TooLarge) {
        basket.lines.iter_mut().for_each(|item| item.unit_price = 0);
    }
    let priced = price(&basket)?;
    Ok((basket, priced))
}

fn fill(cart: &mut Cart, basket: &Basket, world: &World) {
    let line = |item: &Item| Line {
        id: LineId::new(world),
        sku: item.sku.clone(),
        quantity: item.quantity,
        shown: item.unit_price,
        own: Own::default(),
    };
    cart.lines = basket.lines.iter().map(line).collect();
    cart.shown_shipping = Some(ShownShipping { shipping: None });
    let (currency, prices_include_tax) = (basket.currency, basket.prices_include_tax);
    cart.shown_at = Some(ShownAt { currency, prices_include_tax, tax: 0, total: 0 });
}

fn told(
    due: &ExchangeDue,
    cart: &Cart,
    (basket, priced): (Basket, Priced),
    (number, tx): (String, &Tx),
) -> CartCheckedOut {
    let unstocked: BTreeSet<Sku> = due.lines.iter().filter(|line| !line.stocked).map(|line| line.sku.clone()).collect();
    CartCheckedOut {
        order_id: due.replacement_id,
        number,
        cart_id: cart.id,
        cart_version: cart.version,
        customer_id: due.customer_id,
        email: due.email.clone(),
        shipping_address: due.shipping_address.clone(),
        billing_address: None,
        basket,
        priced,
        unstocked: unstocked.into_iter().collect(),
        coupons: Vec::new(),
        points: 0,
        tenders: Vec::new(),
        terms: None,
        exchange_of: Some(due.order_id),
        payment_method: NO_PAYMENT.to_owned(),
        at: tx.now(),
    }
}

impl Numbers {
    /// A number for an order that `tx` makes. Where this process has none at hand, the block that it takes gives only this one:
    /// whether the others are its own is known once `tx` is committed.
    async fn take_within(&self, tx: &mut Tx) -> Result<i64, DbError> {
        match self.take_free() {
            Some(number) => Ok(number),
            None => Ok(store::new_block(tx).await? * crate::model::BLOCK),
        }
    }
}
