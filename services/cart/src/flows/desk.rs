//! The carts of a batch while it is decided: read once, changed in memory, written once. A refused command leaves its cart as
//! it was, so that the rest of the batch goes on.

use super::{
    Answers, Contents,
    batch::{Command, Intent, Wish},
};
use crate::{
    error::Error,
    model::{
        Access, Cart, Given, LinesAt, Methods, Offers, Promotions, Quote, Shop, Status, Terms, buyer, buyer_key,
        claims_of, quote,
    },
    store,
    views::{CartView, CheckedOutView},
};
use bodega_contracts::{CartId, LineId, PromotionId, cart::CartCheckedOut, coupons::PromotionChanged};
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
    promotions: Promotions,
    methods: Methods,
    /// Promotions that are newer here than they were heard of.
    heard: BTreeMap<PromotionId, PromotionChanged>,
    /// Buyers who have an order already, as far as anybody asks.
    ordered: BTreeSet<String>,
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
        batch: &[Command],
    ) -> Result<Self, DbError> {
        let ids: Vec<CartId> = carts.into_iter().collect();
        let stored = store::select(tx, &ids).await?;
        let mut skus: BTreeSet<Sku> = batch.iter().flat_map(|command| command.wish.skus()).collect();
        skus.extend(stored.iter().flat_map(|cart| &cart.lines).map(|line| line.sku.clone()));
        let skus: Vec<Sku> = skus.into_iter().collect();
        let offers = store::select_offers(tx, &skus).await?;
        let (promotions, heard) = promotions(tx, &stored, batch).await?;
        let methods = Methods::new(store::select_methods(tx).await?, shop);
        let ordered = if promotions.ask_for_first_orders() {
            store::select_ordered(tx, &buyers(&stored, batch)).await?
        } else {
            BTreeSet::new()
        };
        Ok(Self {
            shop,
            world: tx.world().clone(),
            now: tx.now(),
            carts: stored.into_iter().map(|cart| (cart.id, Entry { was: cart.version, cart })).collect(),
            offers,
            promotions,
            methods,
            heard,
            ordered,
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
            Wish::Open { id, token, contents, answers } => self.open(access, (*id, token.clone()), contents, answers),
            Wish::Change { cart, contents, answers } => {
                let mut changed = self.open_cart(access, *cart)?.clone();
                self.fill(&mut changed, contents, answers)?;
                self.put(access, changed)
            }
            Wish::SetQuantity { cart, line, quantity } => {
                let mut changed = self.open_cart(access, *cart)?.clone();
                changed.line_mut(*line).ok_or(Error::LineNotFound)?.quantity = *quantity;
                self.put(access, changed)
            }
            Wish::Remove { cart, line } => {
                let mut changed = self.open_cart(access, *cart)?.clone();
                if !changed.remove(*line) {
                    return Err(Error::LineNotFound);
                }
                self.put(access, changed)
            }
            Wish::Merge { cart, from } => self.merge(access, *cart, *from),
            Wish::CheckOut { cart, intent } => self.check_out(command, *cart, intent),
        }
    }

    /// Writes what was decided, and tells.
    pub(super) async fn save(self, tx: &mut Tx) -> Result<(), DbError> {
        store::put_promotions(tx, &self.heard).await?;
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
        (id, token): (CartId, Option<String>),
        contents: &Contents,
        answers: &Answers,
    ) -> Result<StoredAnswer, Error> {
        let mut cart = Cart::new(id, access.user, self.now);
        self.fill(&mut cart, contents, answers)?;
        let quote = self.quote(&cart, access)?.of_a_write();
        quote.remember_in(&mut cart);
        let view = CartView { token, ..CartView::of(&cart, &quote, self.shop) };
        self.opened.push(cart);
        answer(201, &view)
    }

    fn fill(&self, cart: &mut Cart, contents: &Contents, answers: &Answers) -> Result<(), Error> {
        if contents.details.shipping_method.value().is_some_and(|id| !self.methods.has(id)) {
            return Err(Error::MethodUnknown);
        }
        cart.change(&contents.details);
        let new_id = || LineId::new(&self.world);
        let added = cart.add(&contents.lines, &self.offers, self.shop, new_id);
        added.map_err(|refusal| Error::Lines(refusal, contents.at))?;
        let reductions = &mut cart.reductions;
        match &answers.coupon {
            Given::Kept => {}
            Given::Cleared => (reductions.coupon, reductions.coupon_refused) = (None, None),
            Given::Set(Err(refusal)) => return Err(refusal.clone()),
            Given::Set(Ok((coupon, _))) => {
                (reductions.coupon, reductions.coupon_refused) = (Some(coupon.clone()), None);
            }
        }
        match &answers.points {
            Given::Kept => {}
            Given::Cleared => (reductions.points, reductions.points_refused) = (None, false),
            Given::Set(Err(refusal)) => return Err(refusal.clone()),
            Given::Set(Ok(points)) => (reductions.points, reductions.points_refused) = (Some(points.clone()), false),
        }
        Ok(())
    }

    fn quote(&self, cart: &Cart, access: Access) -> Result<Quote, Error> {
        let Self { offers, promotions, methods, shop, now, .. } = self;
        let buyer = buyer(cart, access.user, &self.ordered);
        Ok(quote(cart, Terms { offers, promotions, methods, shop, buyer, now: *now })?)
    }

    fn merge(&mut self, access: Access, into: CartId, from: CartId) -> Result<StoredAnswer, Error> {
        let target = self.open_cart(access, into)?;
        let source = &self.carts.get(&from).ok_or(Error::CartNotFound)?.cart;
        if source.status == Status::Merged && source.merged_into == Some(into) {
            return self.show(access, target);
        }
        let guest = Access { user: None, token: Some(from) };
        let source = self.open_cart(guest, from)?.clone();
        let mut changed = target.clone();
        changed.take_in(&source).map_err(|refusal| Error::Lines(refusal, LinesAt::Member))?;
        let answer = self.put(access, changed)?;
        self.merged.push((from, into));
        if let Some(entry) = self.carts.get_mut(&from) {
            (entry.cart.status, entry.cart.merged_into) = (Status::Merged, Some(into));
        }
        Ok(answer)
    }

    fn check_out(&mut self, command: &Command, id: CartId, intent: &Intent) -> Result<StoredAnswer, Error> {
        let cart = self.open_cart(command.access, id)?;
        let quote = self.quote(cart, command.access)?;
        if intent.version.is_some_and(|version| version != cart.version) {
            return Err(Error::VersionChanged(Box::new(CartView::of(cart, &quote, self.shop))));
        }
        if !quote.missing.is_empty() {
            return Err(Error::Incomplete(quote.missing));
        }
        if intent.prices_are_stale {
            return Err(Error::PricesStale);
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
            buyer: buyer_key(event.customer_id, Some(&event.email)),
            discounts: event.basket.discounts.clone(),
        });
        self.ordered.extend(buyer_key(event.customer_id, Some(&event.email)));
        let discounts = event.basket.discounts.clone();
        self.events.push((command.trace.clone(), event));
        if let Some(entry) = self.carts.get_mut(&id) {
            (entry.cart.status, entry.cart.order_id) = (Status::CheckedOut, Some(intent.order_id));
            entry.cart.reductions.frozen = Some(discounts);
        }
        answer(202, &CheckedOutView::of(intent.order_id, &intent.number, &intent.token))
    }

    fn checked_out(&self, command: &Command, cart: &Cart, quote: Quote, intent: &Intent) -> CartCheckedOut {
        let customer_id = cart.owner.or(command.access.user);
        let customer = buyer_key(customer_id, cart.details.email.as_deref()).unwrap_or_default();
        let (coupons, points) = (claims_of(&quote.claims, &customer), quote.points_used());
        CartCheckedOut {
            tenders: Vec::new(),
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
    fn put(&mut self, access: Access, mut cart: Cart) -> Result<StoredAnswer, Error> {
        let quote = self.quote(&cart, access)?.of_a_write();
        quote.remember_in(&mut cart);
        cart.version += 1;
        cart.updated = self.now;
        let answer = answer(200, &CartView::of(&cart, &quote, self.shop))?;
        self.store(cart);
        Ok(answer)
    }

    fn show(&self, access: Access, cart: &Cart) -> Result<StoredAnswer, Error> {
        let quote = self.quote(cart, access)?;
        answer(200, &CartView::of(cart, &quote, self.shop))
    }

    fn store(&mut self, cart: Cart) {
        if let Some(entry) = self.carts.get_mut(&cart.id) {
            entry.cart = cart;
        }
    }
}

/// The promotions that matter to a batch, and those of them that are news.
async fn promotions(
    tx: &mut Tx,
    carts: &[Cart],
    batch: &[Command],
) -> Result<(Promotions, BTreeMap<PromotionId, PromotionChanged>), DbError> {
    let asked = || batch.iter().filter_map(|command| command.wish.promotion());
    let mut ids: BTreeSet<PromotionId> = asked().map(|promotion| promotion.promotion_id).collect();
    ids.extend(carts.iter().filter_map(|cart| cart.reductions.coupon.as_ref()).map(|coupon| coupon.promotion));
    let mut promotions = store::select_promotions(tx, &ids).await?;
    let mut heard = BTreeMap::new();
    for promotion in asked() {
        if promotions.insert(promotion.clone()) {
            heard.insert(promotion.promotion_id, promotion.clone());
        }
    }
    Ok((promotions, heard))
}

/// Whoever may buy one of these carts after this batch.
fn buyers(carts: &[Cart], batch: &[Command]) -> BTreeSet<String> {
    let known = carts.iter().filter_map(|cart| buyer_key(cart.owner, cart.details.email.as_deref()));
    let asking = batch.iter().flat_map(|command| {
        [buyer_key(command.access.user, None), buyer_key(None, command.wish.email())].into_iter().flatten()
    });
    known.chain(asking).collect()
}

fn answer(status: u16, view: &impl Serialize) -> Result<StoredAnswer, Error> {
    let body = serde_json::to_string(view).map_err(|error| DbError::Refused(error.to_string().into()))?;
    Ok(StoredAnswer { status, body })
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
