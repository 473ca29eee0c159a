//! The moment a cart becomes an order: what is refused, in which order, and what is told.

use super::{
    batch::{Buying, Command, Intent},
    desk::{Desk, answer},
};
use crate::{
    error::Error,
    model::{Cart, Quote, Status, buyer_key, claims_of},
    store,
    views::{CartView, CheckedOutView},
};
use bodega_contracts::{CartId, Terms, cart::CartCheckedOut};
use bodega_db::StoredAnswer;
use bodega_kernel::Money;
use bodega_web::Problem;

/// Bytes of the largest event that is published.
const MAX_EVENT_BYTES: usize = 200_000;
/// Bytes that a line takes in the event beside its name and SKU, generously.
const LINE_BYTES: usize = 200;
/// How an order is paid that nothing is left to pay of.
pub(super) const NO_PAYMENT: &str = "none";

impl Desk<'_> {
    pub(super) fn check_out(&mut self, command: &Command, id: CartId, intent: &Intent) -> Result<StoredAnswer, Error> {
        let cart = self.open_cart(command.access, id)?;
        let quote = self.quote(cart, command.access)?;
        if intent.version.is_some_and(|version| version != cart.version) {
            return Err(Error::VersionChanged(Box::new(CartView::of(cart, &quote))));
        }
        let terms = can_be_sold(cart, &quote, intent)?;
        if quote.has_new_prices() {
            return Ok(self.show_new_prices(cart.clone(), &quote));
        }
        let event = CartCheckedOut { terms, ..self.checked_out(command, cart, quote, intent)? };
        let discounts = event.basket.discounts.clone();
        self.sell(command, event)?;
        if let Some(entry) = self.carts.get_mut(&id) {
            (entry.cart.status, entry.cart.order_id) = (Status::CheckedOut, Some(intent.order_id));
            entry.cart.reductions.frozen = Some(discounts);
        }
        answer(202, &CheckedOutView::of(intent.order_id, &intent.number, &intent.token))
    }

    /// A cart that is made and bought at once, where it costs what its buyer was told. A refusal leaves nothing of it.
    pub(super) fn buy(&mut self, command: &Command, purchase: &Buying) -> Result<StoredAnswer, Error> {
        let Buying { id, contents, answers, total, intent } = purchase;
        let mut cart = self.new_cart(command.access, *id, contents, answers)?;
        let quote = self.quote(&cart, command.access)?.of_a_write();
        let terms = can_be_sold(&cart, &quote, intent)?;
        quote.remember_in(&mut cart);
        let costs = Money::new(quote.priced.total, quote.basket.currency);
        if costs != *total {
            return Err(Error::TotalChanged(costs));
        }
        let event = CartCheckedOut { terms, ..self.checked_out(command, &cart, quote, intent)? };
        cart.reductions.frozen = Some(event.basket.discounts.clone());
        self.sell(command, event)?;
        (cart.status, cart.order_id) = (Status::CheckedOut, Some(intent.order_id));
        self.opened.push(cart);
        answer(202, &CheckedOutView::of(intent.order_id, &intent.number, &intent.token))
    }

    fn sell(&mut self, command: &Command, event: CartCheckedOut) -> Result<(), Error> {
        if !fits(&event) {
            return Err(Error::TooLarge);
        }
        let checkout = store::Checkout::of(&event);
        if let Some(ordered) = &mut self.buyers.ordered {
            ordered.extend(checkout.buyer.clone());
        }
        self.checkouts.push(checkout);
        self.events.push((command.trace.clone(), event));
        Ok(())
    }

    fn checked_out(
        &self,
        command: &Command,
        cart: &Cart,
        quote: Quote,
        intent: &Intent,
    ) -> Result<CartCheckedOut, Error> {
        if intent.payment_method.is_none() && quote.due > 0 {
            return Err(Error::PaymentMethodNeeded);
        }
        let customer_id = cart.owner.or(command.access.user);
        let coupons = if quote.claims.is_empty() {
            Vec::new()
        } else {
            let customer = buyer_key(customer_id, cart.details.email.as_deref()).unwrap_or_default();
            claims_of(&quote.claims, &customer)
        };
        let points = quote.points_used();
        let tenders = quote.tenders.into_iter().map(|state| state.tender).filter(|tender| tender.amount > 0);
        Ok(CartCheckedOut {
            tenders: tenders.collect(),
            terms: None,
            exchange_of: None,
            order_id: intent.order_id,
            number: intent.number.clone(),
            cart_id: cart.id,
            cart_version: cart.version,
            customer_id,
            email: cart.details.email.clone().unwrap_or_default(),
            shipping_address: cart.details.shipping_address.clone(),
            billing_address: cart.details.billing_address.clone(),
            basket: quote.basket,
            priced: quote.priced,
            unstocked: quote.unstocked,
            coupons,
            points,
            payment_method: intent.payment_method.clone().unwrap_or_else(|| NO_PAYMENT.to_owned()),
            at: self.now,
        })
    }

    /// The refusal is an effect: the new prices are shown now, so it is remembered under its key. Else a client that lost this
    /// answer and asked again would buy at prices that nobody saw.
    fn show_new_prices(&mut self, mut cart: Cart, quote: &Quote) -> StoredAnswer {
        quote.remember_in(&mut cart);
        cart.version += 1;
        cart.updated = self.now;
        let view = CartView::of(&cart, quote);
        let problem = Problem::from(Error::PriceChanged(Box::new(view)));
        self.store(cart);
        StoredAnswer { status: problem.status, body: problem.body() }
    }
}

/// Whether nothing keeps this from being bought; the legal texts that its order accepts.
fn can_be_sold(cart: &Cart, quote: &Quote, intent: &Intent) -> Result<Option<Terms>, Error> {
    if !quote.missing.is_empty() {
        return Err(Error::Incomplete(quote.missing.clone()));
    }
    let terms = accepted(cart, quote, intent)?;
    if intent.prices_are_stale {
        return Err(Error::PricesStale);
    }
    let (unavailable, elsewhere) = (quote.unavailable(), quote.not_sold_there());
    if !unavailable.is_empty() {
        return Err(Error::LineUnavailable(unavailable));
    }
    if !elsewhere.is_empty() {
        return Err(Error::NotSoldThere(elsewhere));
    }
    Ok(terms)
}

/// The legal texts that this order accepts. Staff accept nothing in a customer's name.
fn accepted(cart: &Cart, quote: &Quote, intent: &Intent) -> Result<Option<Terms>, Error> {
    let Some(texts) = quote.texts.as_ref().filter(|_| cart.draft.is_none()) else { return Ok(None) };
    match intent.accepted_terms {
        None => Err(Error::TermsNotAccepted(texts.version)),
        Some(version) if version != texts.version => Err(Error::TermsChanged(texts.version)),
        Some(_) => Ok(Some(texts.clone())),
    }
}

/// Whether an order can be told of; measured only where it may be close.
fn fits(event: &CartCheckedOut) -> bool {
    let names: usize = event.basket.lines.iter().map(|item| item.name.len() + 2 * item.sku.as_str().len()).sum();
    let scopes = event.basket.discounts.iter().flat_map(|discount| discount.skus.iter().flatten());
    let scopes: usize = scopes.map(|sku| sku.as_str().len() + 3).sum();
    let applied = event.priced.lines.iter().flat_map(|line| &line.discounts);
    let applied: usize = applied.map(|applied| applied.label.len() + LINE_BYTES / 4).sum();
    let guess = names + scopes + applied + event.basket.lines.len() * LINE_BYTES;
    guess < MAX_EVENT_BYTES / 8 || serde_json::to_string(event).is_ok_and(|json| json.len() <= MAX_EVENT_BYTES)
}
