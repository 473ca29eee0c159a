//! The carts of a batch while it is decided: read once, changed in memory, written once. A refused command leaves its cart as
//! it was, so that the rest of the batch goes on.

use super::{
    Contents,
    batch::{Command, Intent, Wish},
};
use crate::{
    error::Error,
    model::{Access, Cart, LinesAt, Offers, Quote, Shop, Status, quote},
    store,
    views::{CartView, CheckedOutView},
};
use bodega_contracts::{CartId, LineId, cart::CartCheckedOut};
use bodega_db::{DbError, StoredAnswer, Trace, Tx};
use bodega_kernel::{Sku, Time, World};
use bodega_web::Problem;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of the largest event that is published.
const MAX_EVENT_BYTES: usize = 200_000;
/// Bytes that a line takes in the event beside its name and SKU, generously.
const LINE_BYTES: usize = 200;

pub(super) struct Desk<'a> {
    shop: &'a Shop,
    world: World,
    now: Time,
    carts: BTreeMap<CartId, Entry>,
    offers: Offers,
    opened: Vec<Cart>,
    merged: Vec<(CartId, CartId)>,
    checkouts: Vec<store::Checkout>,
    events: Vec<(Option<Trace>, CartCheckedOut)>,
}

/// A cart that was there before.
struct Entry {
    cart: Cart,
    /// The version that is stored.
    was: i64,
}

impl<'a> Desk<'a> {
    pub(super) async fn load(
        tx: &mut Tx,
        shop: &'a Shop,
        carts: BTreeSet<CartId>,
        mut skus: BTreeSet<Sku>,
    ) -> Result<Self, DbError> {
        let ids: Vec<CartId> = carts.into_iter().collect();
        let stored = store::select(tx, &ids).await?;
        skus.extend(stored.iter().flat_map(|cart| &cart.lines).map(|line| line.sku.clone()));
        let skus: Vec<Sku> = skus.into_iter().collect();
        let offers = store::select_offers(tx, &skus).await?;
        Ok(Self {
            shop,
            world: tx.world().clone(),
            now: tx.now(),
            carts: stored.into_iter().map(|cart| (cart.id, Entry { was: cart.version, cart })).collect(),
            offers,
            opened: Vec::new(),
            merged: Vec::new(),
            checkouts: Vec::new(),
            events: Vec::new(),
        })
    }

    /// Does what a command asks; what it answers is to be remembered under its key.
    pub(super) fn apply(&mut self, command: &Command) -> Result<StoredAnswer, Error> {
        let access = command.access;
        match &command.wish {
            Wish::Open { id, token, contents } => self.open(access, *id, token.clone(), contents),
            Wish::Change { cart, contents } => {
                let mut changed = self.open_cart(access, *cart)?.clone();
                self.fill(&mut changed, contents)?;
                self.put(changed)
            }
            Wish::SetQuantity { cart, line, quantity } => {
                let mut changed = self.open_cart(access, *cart)?.clone();
                changed.line_mut(*line).ok_or(Error::LineNotFound)?.quantity = *quantity;
                self.put(changed)
            }
            Wish::Remove { cart, line } => {
                let mut changed = self.open_cart(access, *cart)?.clone();
                if !changed.remove(*line) {
                    return Err(Error::LineNotFound);
                }
                self.put(changed)
            }
            Wish::Merge { cart, from } => self.merge(access, *cart, *from),
            Wish::CheckOut { cart, intent } => self.check_out(command, *cart, intent),
        }
    }

    /// Writes what was decided, and tells.
    pub(super) async fn save(self, tx: &mut Tx) -> Result<(), DbError> {
        store::insert(tx, &self.opened).await?;
        for entry in self.carts.values().filter(|entry| entry.cart.version != entry.was) {
            store::change(tx, &entry.cart, entry.was).await?;
        }
        for (from, into) in self.merged {
            store::merge(tx, from, into, self.now).await?;
        }
        store::freeze(tx, &self.checkouts).await?;
        for (trace, event) in self.events {
            tx.follow(trace);
            tx.emit(&event)?;
        }
        Ok(())
    }

    fn open(
        &mut self,
        access: Access,
        id: CartId,
        token: Option<String>,
        contents: &Contents,
    ) -> Result<StoredAnswer, Error> {
        let mut cart = Cart::new(id, access.user, self.now);
        self.fill(&mut cart, contents)?;
        let quote = quote(&cart, &self.offers, self.shop)?;
        let view = CartView { token, ..CartView::of(&cart, &quote, self.shop) };
        self.opened.push(cart);
        answer(201, &view)
    }

    fn fill(&self, cart: &mut Cart, contents: &Contents) -> Result<(), Error> {
        cart.change(&contents.details);
        let new_id = || LineId::new(&self.world);
        cart.add(&contents.lines, &self.offers, self.shop, new_id).map_err(|refusal| Error::Lines(refusal, contents.at))
    }

    fn merge(&mut self, access: Access, into: CartId, from: CartId) -> Result<StoredAnswer, Error> {
        let target = self.open_cart(access, into)?;
        let source = &self.carts.get(&from).ok_or(Error::CartNotFound)?.cart;
        if source.status == Status::Merged && source.merged_into == Some(into) {
            return self.show(target);
        }
        let guest = Access { user: None, token: Some(from) };
        let source = self.open_cart(guest, from)?.clone();
        let mut changed = target.clone();
        changed.take_in(&source).map_err(|refusal| Error::Lines(refusal, LinesAt::Member))?;
        let answer = self.put(changed)?;
        self.merged.push((from, into));
        if let Some(entry) = self.carts.get_mut(&from) {
            (entry.cart.status, entry.cart.merged_into) = (Status::Merged, Some(into));
        }
        Ok(answer)
    }

    fn check_out(&mut self, command: &Command, id: CartId, intent: &Intent) -> Result<StoredAnswer, Error> {
        let cart = self.open_cart(command.access, id)?;
        let quote = quote(cart, &self.offers, self.shop)?;
        if intent.version.is_some_and(|version| version != cart.version) {
            return Err(Error::VersionChanged(Box::new(CartView::of(cart, &quote, self.shop))));
        }
        if !quote.missing.is_empty() {
            return Err(Error::Incomplete(quote.missing));
        }
        let unavailable: Vec<Sku> = quote.unavailable().cloned().collect();
        if !unavailable.is_empty() {
            return Err(Error::LineUnavailable(unavailable));
        }
        if quote.has_new_prices() {
            return Ok(self.show_new_prices(cart.clone(), &quote));
        }
        let event = self.checked_out(command, cart, quote, intent);
        if !fits(&event) {
            return Err(Error::TooLarge);
        }
        self.checkouts.push(store::Checkout {
            order_id: event.order_id,
            cart_id: event.cart_id,
            cart_version: event.cart_version,
            number: event.number.clone(),
            customer: event.customer_id,
        });
        self.events.push((command.trace.clone(), event));
        if let Some(entry) = self.carts.get_mut(&id) {
            (entry.cart.status, entry.cart.order_id) = (Status::CheckedOut, Some(intent.order_id));
        }
        answer(202, &CheckedOutView::of(intent.order_id, &intent.number, &intent.token))
    }

    fn checked_out(&self, command: &Command, cart: &Cart, quote: Quote, intent: &Intent) -> CartCheckedOut {
        CartCheckedOut {
            order_id: intent.order_id,
            number: intent.number.clone(),
            cart_id: cart.id,
            cart_version: cart.version,
            customer_id: cart.owner.or(command.access.user),
            email: cart.details.email.clone().unwrap_or_default(),
            shipping_address: cart.details.shipping_address.clone(),
            billing_address: cart.details.billing_address.clone(),
            basket: quote.basket,
            priced: quote.priced,
            unstocked: quote.unstocked,
            payment_method: intent.payment_method.clone(),
            at: self.now,
        }
    }

    /// The refusal is an effect: the new prices are shown now, so it is remembered under its key. Else a client that lost this
    /// answer and asked again would buy at prices that nobody saw.
    fn show_new_prices(&mut self, mut cart: Cart, quote: &Quote) -> StoredAnswer {
        quote.remember_in(&mut cart);
        cart.version += 1;
        cart.updated = self.now;
        let view = CartView::of(&cart, quote, self.shop);
        let problem = Problem::from(Error::PriceChanged(Box::new(view)));
        self.store(cart);
        StoredAnswer { status: problem.status, body: problem.body() }
    }

    /// A cart that this caller may open and that can be changed.
    fn open_cart(&self, access: Access, id: CartId) -> Result<&Cart, Error> {
        let entry = self.carts.get(&id).filter(|entry| access.opens(&entry.cart)).ok_or(Error::CartNotFound)?;
        match entry.cart.status {
            Status::Open => Ok(&entry.cart),
            Status::CheckedOut => Err(Error::CheckedOut(entry.cart.order_id)),
            Status::Merged => Err(Error::CartNotFound),
        }
    }

    /// Takes a changed cart in its next version; the prices it answers with are those shown from now on.
    fn put(&mut self, mut cart: Cart) -> Result<StoredAnswer, Error> {
        let quote = quote(&cart, &self.offers, self.shop)?;
        quote.remember_in(&mut cart);
        cart.version += 1;
        cart.updated = self.now;
        let answer = answer(200, &CartView::of(&cart, &quote, self.shop))?;
        self.store(cart);
        Ok(answer)
    }

    fn show(&self, cart: &Cart) -> Result<StoredAnswer, Error> {
        let quote = quote(cart, &self.offers, self.shop)?;
        answer(200, &CartView::of(cart, &quote, self.shop))
    }

    fn store(&mut self, cart: Cart) {
        if let Some(entry) = self.carts.get_mut(&cart.id) {
            entry.cart = cart;
        }
    }
}

fn answer(status: u16, view: &impl Serialize) -> Result<StoredAnswer, Error> {
    let body = serde_json::to_string(view).map_err(|error| DbError::Refused(error.to_string().into()))?;
    Ok(StoredAnswer { status, body })
}

/// Whether an order can be told of; measured only where it may be close.
fn fits(event: &CartCheckedOut) -> bool {
    let names: usize = event.basket.lines.iter().map(|item| item.name.len() + 2 * item.sku.as_str().len()).sum();
    let guess = names + event.basket.lines.len() * LINE_BYTES;
    guess < MAX_EVENT_BYTES / 8 || serde_json::to_string(event).is_ok_and(|json| json.len() <= MAX_EVENT_BYTES)
}
