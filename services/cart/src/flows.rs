//! What can be done with carts. Every write is a [`Command`] in one lane: what queues while the last commit runs is decided as
//! one batch, in memory, between one read of its carts and one write of them.

mod asking;
mod batch;
mod checkout;
mod desk;
mod drafts;
mod exchanges;
mod heard;
mod memory;
mod numbers;
mod prices;
mod reminders;
mod tenders;

pub(crate) use asking::{Answers, Typed};
pub(crate) use batch::{Buying, Command, Intent, Outcome, Wish, decide};
pub(crate) use drafts::{DraftPlaced, change_draft, discard_draft, list_drafts, open_draft, place_draft, read_draft};
pub(crate) use exchanges::exchanges_due;
pub(crate) use heard::{
    groups_changed, markets_changed, methods_changed, orders_cancelled, products_changed, promotions_changed,
    rates_changed, shop_changed, stock_changed,
};
pub(crate) use memory::Memory;
pub(crate) use numbers::Numbers;
pub(crate) use prices::Prices;
pub(crate) use reminders::{left_behind, tell_of_left_carts};
pub(crate) use tenders::{CreditWanted, TendersWanted, set_tenders};

use crate::{
    Carts,
    error::Error,
    model::{
        Access, Buyers, Cart, DetailsChange, DraftChange, LinesAt, Methods, Quote, SoldAt, Terms, Wanted, buyer, quote,
    },
    store,
    views::CartView,
};
use bodega_contracts::{CartId, LineId, OrderId};
use bodega_db::{DbError, IdempotencyKey, StoredAnswer};
use bodega_kernel::Money;
use bodega_web::current_trace;
use std::{sync::Arc, time::Duration};

/// How long a guest's cart lives untouched, and the token that opens it.
pub(crate) const CART_LIFE: Duration = Duration::from_hours(90 * 24);
/// How long a guest can read an order.
const ORDER_LIFE: Duration = Duration::from_hours(180 * 24);
/// The fewest characters of a key that a guest without any token may use: whoever guesses it is given the cart.
pub(crate) const MIN_GUEST_KEY: usize = 16;

/// An answer, and whether it was given before.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// What was stored, or would be.
    pub answer: StoredAnswer,
    /// Whether the same key brought it before.
    pub again: bool,
}

/// What a cart is to hold, checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents {
    /// All but the lines.
    pub details: DetailsChange,
    /// The lines to add.
    pub lines: Vec<Wanted>,
    /// Where those stood in the body.
    pub at: LinesAt,
    /// Where a new cart is for.
    pub sold_at: SoldAt,
    /// What staff say of a draft.
    pub desk: Option<DraftChange>,
}

impl Contents {
    /// The lines that staff say a draft has.
    fn desk_lines(&self) -> &[Wanted] {
        self.desk.as_ref().and_then(|change| change.lines.as_deref()).unwrap_or_default()
    }
}

/// How a cart is to be bought, checked.
#[derive(Clone, Debug)]
pub(crate) struct Purchase {
    /// How it is paid; not needed where nothing is left to pay.
    pub payment_method: Option<String>,
    /// The version of the cart that is meant.
    pub version: Option<i64>,
    /// The version of the legal texts that is accepted.
    pub accepted_terms: Option<i64>,
}

/// Reads a cart at present prices; nothing is remembered as shown.
pub(crate) async fn read(carts: &Carts, access: Access, id: CartId) -> Result<CartView, Error> {
    let (cart, quote) = look(carts, access, id).await?;
    Ok(CartView::of(&cart, &quote))
}

/// A cart that this caller may open, and its price at present.
async fn look(carts: &Carts, access: Access, id: CartId) -> Result<(Cart, Quote), Error> {
    let reader = carts.db.reader();
    let cart = store::read_cart(reader, id).await?.filter(|cart| access.opens(cart)).ok_or(Error::CartNotFound)?;
    let skus: Vec<_> = cart.lines.iter().map(|line| &line.sku).collect();
    let offers = store::read_offers(reader, &skus).await?;
    let coupon = cart.reductions.coupon.as_ref().map(|coupon| coupon.promotion);
    let promotions = store::read_promotions(reader, coupon).await?;
    let named = coupon.into_iter().collect();
    let (customer, email) = (cart.owner.or(access.user), cart.details.email.as_deref());
    let mut buyers = Buyers::default();
    if promotions.ask_for_first_orders(&named) {
        buyers.ordered = Some(store::read_ordered(reader, customer, email).await?);
    }
    if let Some(customer) = customer.filter(|_| promotions.ask_for_groups(&named)) {
        buyers.groups = store::read_groups(reader, customer).await?;
    }
    let buyer = &buyer(&cart, access.user, &buyers);
    let (shop, now) = (&*carts.shop, carts.world.now());
    let methods = &Methods::new(store::read_methods(reader).await?, shop);
    let markets = &store::read_markets(reader).await?;
    let terms = Terms { offers: &offers, promotions: &promotions, methods, markets, shop, buyer, now };
    let quote = quote(&cart, terms)?;
    Ok((cart, quote))
}

/// Makes a cart: the customer's, or a guest's with a token.
pub(crate) async fn open(
    carts: &Carts,
    access: Access,
    key: Option<IdempotencyKey>,
    contents: Contents,
    typed: Typed,
) -> Result<Reply, Error> {
    let answers = asking::ask_for_new(carts, access, typed).await;
    let id = CartId::new(&carts.world);
    let token = || carts.guests.sign("cart", id.0, carts.world.now().plus(CART_LIFE));
    let token = (access.user.is_none() && !access.desk).then(token);
    submit(carts, access, key, Wish::Open { id, token, contents, answers }).await
}

/// Changes details and adds lines.
pub(crate) async fn change(
    carts: &Carts,
    access: Access,
    key: Option<IdempotencyKey>,
    cart: CartId,
    contents: Contents,
    typed: Typed,
) -> Result<Reply, Error> {
    let answers = asking::ask_for(carts, access, cart, typed).await?;
    submit(carts, access, key, Wish::Change { cart, read_version: None, contents, answers }).await
}

/// Sets how many of a line.
pub(crate) async fn set_quantity(
    carts: &Carts,
    access: Access,
    key: Option<IdempotencyKey>,
    (cart, line): (CartId, LineId),
    quantity: i64,
) -> Result<Reply, Error> {
    submit(carts, access, key, Wish::SetQuantity { cart, line, quantity }).await
}

/// Takes a line out.
pub(crate) async fn remove_line(
    carts: &Carts,
    access: Access,
    key: Option<IdempotencyKey>,
    (cart, line): (CartId, LineId),
) -> Result<Reply, Error> {
    submit(carts, access, key, Wish::Remove { cart, line }).await
}

/// Moves what a guest's cart holds into another; `token` proves that the guest's cart is the caller's too.
pub(crate) async fn merge(
    carts: &Carts,
    access: Access,
    key: Option<IdempotencyKey>,
    cart: CartId,
    (from, token): (CartId, &str),
) -> Result<Reply, Error> {
    if carts.guests.verify("cart", token, carts.world.now()) != Some(from.0) {
        return Err(Error::CartNotFound);
    }
    if from == cart {
        return Err(Error::MergedIntoItself);
    }
    submit(carts, access, key, Wish::Merge { cart, from }).await
}

/// Makes an order of a cart.
pub(crate) async fn check_out(
    carts: &Carts,
    access: Access,
    key: IdempotencyKey,
    cart: CartId,
    purchase: Purchase,
) -> Result<Reply, Error> {
    let counter = carts.numbers.take(&carts.db).await?;
    let wish = Wish::CheckOut { cart, intent: Box::new(intent(carts, counter, purchase)) };
    with_number(carts, counter, submit(carts, access, Some(key), wish).await).await
}

/// Makes an order of what is in no cart yet, if it costs `total`.
pub(crate) async fn buy(
    carts: &Carts,
    access: Access,
    key: IdempotencyKey,
    (contents, typed): (Contents, Typed),
    (purchase, total): (Purchase, Money),
) -> Result<Reply, Error> {
    let answers = asking::ask_for_new(carts, access, typed).await;
    let counter = carts.numbers.take(&carts.db).await?;
    let (id, intent) = (CartId::new(&carts.world), intent(carts, counter, purchase));
    let wish = Wish::Buy(Box::new(Buying { id, contents, answers, total, intent }));
    with_number(carts, counter, submit(carts, access, Some(key), wish).await).await
}

fn intent(carts: &Carts, counter: i64, purchase: Purchase) -> Intent {
    let Purchase { payment_method, version, accepted_terms } = purchase;
    let (now, order_id) = (carts.world.now(), OrderId::new(&carts.world));
    let token = carts.guests.sign("order", order_id.0, now.plus(ORDER_LIFE));
    let (number, prices_are_stale) = (crate::model::order_number(counter), carts.prices.are_stale(now));
    Intent { order_id, number, token, payment_method, accepted_terms, version, prices_are_stale }
}

/// Gives the number back that no order took.
async fn with_number(carts: &Carts, counter: i64, reply: Result<Reply, Error>) -> Result<Reply, Error> {
    let used = match &reply {
        Ok(reply) => !reply.again && reply.answer.status == 202,
        // Whether a failed commit went through is not known.
        Err(Error::Db(_)) => true,
        Err(_) => false,
    };
    if !used {
        carts.numbers.give_back(counter).await;
    }
    reply
}

/// The command is put together at once, so that what waits for its outcome is small.
fn submit(
    carts: &Carts,
    access: Access,
    key: Option<IdempotencyKey>,
    wish: Wish,
) -> impl Future<Output = Result<Reply, Error>> {
    let command = Arc::new(Command { access, key, trace: current_trace(), wish });
    async move {
        let outcome = match carts.lane.submit(Arc::clone(&command)).await {
            // A key makes a second try safe; it is needed where a twin on another replica was faster.
            Err(DbError::Unavailable(_)) if command.key.is_some() => carts.lane.submit(command).await?,
            outcome => outcome?,
        };
        match outcome {
            Outcome::Done(answer) => Ok(Reply { answer, again: false }),
            Outcome::Again(answer) => Ok(Reply { answer, again: true }),
            Outcome::Refused(error) => Err(error),
        }
    }
}
