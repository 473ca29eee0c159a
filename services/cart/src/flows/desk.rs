//! The carts of a batch while it is decided: read once, changed in memory, written once. A refused command leaves its cart as
//! it was, so that the rest of the batch goes on.

use super::{
    Answers, Contents, Memory,
    batch::{Command, Wish},
    memory::Known,
};
use crate::{
    error::Error,
    model::{
        Access, Buyers, Cart, Draft, Given, LinesAt, Quote, Shop, Status, Terms, add_lines, buyer, buyer_key, quote,
        set_lines,
    },
    store,
    views::{CartView, DraftView},
};
use bodega_contracts::{CartId, LineId, PromotionId, cart::CartCheckedOut, coupons::PromotionChanged};
use bodega_db::{DbError, StoredAnswer, Trace, Tx};
use bodega_kernel::{Sku, Time, UserId, World};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub(super) struct Desk<'a> {
    shop: &'a Shop,
    world: World,
    pub(super) now: Time,
    pub(super) carts: BTreeMap<CartId, Entry>,
    known: Known,
    /// Promotions that are newer here than they were heard of.
    heard: BTreeMap<PromotionId, PromotionChanged>,
    pub(super) buyers: Buyers,
    pub(super) opened: Vec<Cart>,
    merged: Vec<(CartId, CartId)>,
    discarded: Vec<(CartId, i64)>,
    pub(super) checkouts: Vec<store::Checkout>,
    pub(super) events: Vec<(Option<Trace>, CartCheckedOut)>,
}

/// A cart that was there before.
pub(super) struct Entry {
    pub(super) cart: Cart,
    /// The version that is stored.
    was: i64,
}

impl<'a> Desk<'a> {
    pub(super) async fn load(
        tx: &mut Tx,
        (shop, memory): (&'a Shop, &Memory),
        carts: BTreeSet<CartId>,
        batch: &[Arc<Command>],
    ) -> Result<Self, DbError> {
        let ids: Vec<CartId> = carts.into_iter().collect();
        let stored = store::select(tx, &ids).await?;
        let mut known = memory.take(tx, shop).await?;
        learn_offers(tx, &mut known, &stored, batch).await?;
        let named = named(&stored, batch);
        known.learn_promotions(tx, &named).await?;
        let heard = news(&mut known, batch);
        let buyers = buyers(tx, (&known, &named), &stored, batch).await?;
        Ok(Self {
            shop,
            world: tx.world().clone(),
            now: tx.now(),
            carts: stored.into_iter().map(|cart| (cart.id, Entry { was: cart.version, cart })).collect(),
            known,
            heard,
            buyers,
            opened: Vec::new(),
            merged: Vec::new(),
            discarded: Vec::new(),
            checkouts: Vec::new(),
            events: Vec::new(),
        })
    }

    /// Does what a command asks; what it answers is to be remembered under its key.
    pub(super) fn apply(&mut self, command: &Command) -> Result<StoredAnswer, Error> {
        let access = command.access;
        match &command.wish {
            Wish::Open { id, token, contents, answers } => self.open(access, (*id, token.clone()), contents, answers),
            Wish::Change { cart, read_version, contents, answers } => {
                let mut changed = self.read_cart(access, *cart, *read_version)?.clone();
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
            Wish::Tender { cart, tenders } => {
                let mut changed = self.open_cart(access, *cart)?.clone();
                changed.tenders = tenders.clone();
                self.put(access, changed)
            }
            Wish::Discard { cart, read_version } => {
                self.read_cart(access, *cart, *read_version)?;
                let entry = self.carts.remove(cart);
                self.discarded.extend(entry.map(|entry| (*cart, entry.was)));
                Ok(StoredAnswer { status: 204, body: String::new() })
            }
            Wish::CheckOut { cart, intent } => self.check_out(command, *cart, intent),
            Wish::Buy(buying) => self.buy(command, buying),
        }
    }

    /// Writes what was decided, and tells. What was read is remembered, unless there were news in it that are only now written:
    /// they would be remembered though this transaction may be undone.
    pub(super) async fn save(self, tx: &mut Tx, memory: &Memory) -> Result<(), DbError> {
        let reminding = self.reminding();
        store::put_promotions(tx, &self.heard).await?;
        store::insert(tx, &self.opened).await?;
        for entry in self.carts.values().filter(|entry| entry.cart.version != entry.was) {
            store::change(tx, &entry.cart, entry.was).await?;
        }
        for (from, into) in self.merged {
            store::merge(tx, from, into, self.now).await?;
        }
        for (cart, was) in self.discarded {
            store::discard(tx, cart, was).await?;
        }
        store::freeze(tx, &self.checkouts, |cart| self.carts.contains_key(&cart)).await?;
        store::watch(tx, &reminding).await?;
        for (trace, event) in self.events {
            tx.follow(trace);
            tx.emit(&event)?;
        }
        if self.heard.is_empty() {
            memory.put_back(self.known);
        }
        Ok(())
    }

    /// The carts that were touched now and whose shoppers want to be reminded of them.
    fn reminding(&self) -> BTreeSet<(CartId, Time)> {
        let touched = self.carts.values().filter(|entry| entry.cart.version != entry.was).map(|entry| &entry.cart);
        let reminding = self.opened.iter().chain(touched).filter(|cart| cart.reminds());
        reminding.map(|cart| (cart.id, cart.updated)).collect()
    }

    fn open(
        &mut self,
        access: Access,
        (id, token): (CartId, Option<String>),
        contents: &Contents,
        answers: &Answers,
    ) -> Result<StoredAnswer, Error> {
        let mut cart = self.new_cart(access, id, contents, answers)?;
        let quote = self.quote(&cart, access)?.of_a_write();
        quote.remember_in(&mut cart);
        let answer = shown(201, &cart, CartView { token, ..CartView::of(&cart, &quote) })?;
        self.opened.push(cart);
        Ok(answer)
    }

    pub(super) fn new_cart(
        &self,
        access: Access,
        id: CartId,
        contents: &Contents,
        answers: &Answers,
    ) -> Result<Cart, Error> {
        let mut cart = Cart::new(id, access.user, self.now);
        cart.draft = access.desk.then(Draft::default);
        if contents.sold_at.market.as_ref().is_some_and(|market| !self.known.markets.has(market)) {
            return Err(Error::MarketUnknown);
        }
        cart.sold_at = contents.sold_at.clone();
        self.fill(&mut cart, contents, answers)?;
        Ok(cart)
    }

    fn fill(&self, cart: &mut Cart, contents: &Contents, answers: &Answers) -> Result<(), Error> {
        cart.change(&contents.details);
        let Known { offers, markets, methods, .. } = &self.known;
        let place = markets.place(&cart.details, &cart.sold_at, self.shop);
        if contents.details.shipping_method.value().is_some_and(|id| !methods.has(id, place.currency)) {
            return Err(Error::MethodUnknown);
        }
        let new_id = || LineId::new(&self.world);
        let added = add_lines(&mut cart.lines, &contents.lines, offers, &place, new_id);
        added.map_err(|refusal| Error::Lines(refusal, contents.at))?;
        if let Some(change) = &contents.desk {
            change.customer.apply(&mut cart.owner);
            if let Some(draft) = &mut cart.draft {
                change.note.apply(&mut draft.note);
            }
            if let Some(lines) = &change.lines {
                let set = set_lines(&mut cart.lines, lines, offers, &place, new_id);
                set.map_err(|refusal| Error::Lines(refusal, LinesAt::Member))?;
            }
        }
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

    pub(super) fn quote(&self, cart: &Cart, access: Access) -> Result<Quote, Error> {
        let Self { known: Known { offers, promotions, methods, markets, .. }, shop, now, .. } = self;
        let buyer = &buyer(cart, access.user, &self.buyers);
        Ok(quote(cart, Terms { offers, promotions, methods, markets, shop, buyer, now: *now })?)
    }

    fn merge(&mut self, access: Access, into: CartId, from: CartId) -> Result<StoredAnswer, Error> {
        let target = self.open_cart(access, into)?;
        let source = &self.carts.get(&from).ok_or(Error::CartNotFound)?.cart;
        if source.status == Status::Merged && source.merged_into == Some(into) {
            return self.show(access, target);
        }
        let guest = Access { token: Some(from), ..Access::default() };
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

    /// A cart that this caller may open and that can be changed.
    pub(super) fn open_cart(&self, access: Access, id: CartId) -> Result<&Cart, Error> {
        let entry = self.carts.get(&id).filter(|entry| access.opens(&entry.cart)).ok_or(Error::CartNotFound)?;
        match entry.cart.status {
            Status::Open => Ok(&entry.cart),
            Status::CheckedOut => Err(Error::CheckedOut(entry.cart.order_id)),
            Status::Merged => Err(Error::CartNotFound),
        }
    }

    /// The same, in the version it was read in.
    fn read_cart(&self, access: Access, id: CartId, read_version: Option<i64>) -> Result<&Cart, Error> {
        let cart = self.open_cart(access, id)?;
        if read_version.is_some_and(|version| version != cart.version) {
            return Err(Error::VersionMismatch);
        }
        Ok(cart)
    }

    /// Takes a changed cart in its next version; the prices it answers with are those shown from now on.
    fn put(&mut self, access: Access, mut cart: Cart) -> Result<StoredAnswer, Error> {
        let quote = self.quote(&cart, access)?.of_a_write();
        quote.remember_in(&mut cart);
        cart.version += 1;
        cart.updated = self.now;
        let answer = shown(200, &cart, CartView::of(&cart, &quote))?;
        self.store(cart);
        Ok(answer)
    }

    fn show(&self, access: Access, cart: &Cart) -> Result<StoredAnswer, Error> {
        let quote = self.quote(cart, access)?;
        shown(200, cart, CartView::of(cart, &quote))
    }

    pub(super) fn store(&mut self, cart: Cart) {
        if let Some(entry) = self.carts.get_mut(&cart.id) {
            entry.cart = cart;
        }
    }
}

/// Reads what a batch needs to know of what is in its carts. What is available is told in a cart that is shown; what is bought at
/// once never is.
async fn learn_offers(tx: &mut Tx, known: &mut Known, carts: &[Cart], batch: &[Arc<Command>]) -> Result<(), DbError> {
    let (at_once, shown): (Vec<_>, Vec<_>) =
        batch.iter().map(|command| &command.wish).partition(|wish| matches!(wish, Wish::Buy(_)));
    let mut skus: BTreeSet<Sku> = shown.into_iter().flat_map(Wish::skus).collect();
    skus.extend(carts.iter().flat_map(|cart| &cart.lines).map(|line| line.sku.clone()));
    known.learn_offers(tx, skus, at_once.into_iter().flat_map(Wish::skus)).await
}

/// The promotions that the codes of a batch stand for.
fn named(carts: &[Cart], batch: &[Arc<Command>]) -> BTreeSet<PromotionId> {
    let asked = batch.iter().filter_map(|command| command.wish.promotion()).map(|promotion| promotion.promotion_id);
    asked
        .chain(carts.iter().filter_map(|cart| cart.reductions.coupon.as_ref()).map(|coupon| coupon.promotion))
        .collect()
}

/// Learns of the promotions that came along with codes; those of them that are news.
fn news(known: &mut Known, batch: &[Arc<Command>]) -> BTreeMap<PromotionId, PromotionChanged> {
    let mut heard = BTreeMap::new();
    for promotion in batch.iter().filter_map(|command| command.wish.promotion()) {
        if known.promotions.insert(promotion) {
            heard.insert(promotion.promotion_id, promotion.clone());
        }
    }
    heard
}

/// What promotions ask of whoever may buy one of these carts after this batch.
async fn buyers(
    tx: &mut Tx,
    (known, named): (&Known, &BTreeSet<PromotionId>),
    carts: &[Cart],
    batch: &[Arc<Command>],
) -> Result<Buyers, DbError> {
    let customers = || {
        let asking = batch.iter().flat_map(|command| [command.access.user, command.wish.customer()]);
        carts.iter().map(|cart| cart.owner).chain(asking).flatten()
    };
    let mut buyers = Buyers::default();
    if known.promotions.ask_for_first_orders(named) {
        let emails = carts.iter().filter_map(|cart| cart.details.email.as_deref());
        let emails = emails.chain(batch.iter().filter_map(|command| command.wish.email()));
        let guests = emails.filter_map(|email| buyer_key(None, Some(email)));
        let keys = customers().filter_map(|customer| buyer_key(Some(customer), None)).chain(guests);
        buyers.ordered = Some(store::select_ordered(tx, &keys.collect()).await?);
    }
    if known.promotions.ask_for_groups(named) {
        let users: BTreeSet<UserId> = customers().collect();
        buyers.groups = store::select_groups(tx, &users.into_iter().collect::<Vec<_>>()).await?;
    }
    Ok(buyers)
}

/// A cart as its caller sees it.
fn shown(status: u16, cart: &Cart, view: CartView) -> Result<StoredAnswer, Error> {
    match DraftView::of(cart, view) {
        Ok(draft) => answer(status, &draft),
        Err(view) => answer(status, &view),
    }
}

pub(super) fn answer(status: u16, view: &impl Serialize) -> Result<StoredAnswer, Error> {
    let body = serde_json::to_string(view).map_err(|error| DbError::Refused(error.to_string().into()))?;
    Ok(StoredAnswer { status, body })
}
