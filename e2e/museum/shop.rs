//! What an exhibit needs of a shop, whichever it is.

use std::time::Duration;

/// What an exhibit found: `Err` says what was seen that must not be.
pub(crate) type Seen = Result<(), String>;

/// How the shopper pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paying {
    /// The card is charged at once.
    AtOnce,
    /// The same, and the provider reports it as well, twice.
    Reported,
    /// The bank waits until the shopper approves.
    AtTheBank,
}

/// Pieces of a SKU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pieces {
    pub(crate) on_hand: i64,
    pub(crate) held: i64,
    pub(crate) allocated: i64,
}

/// An order as it stands. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stands {
    /// `awaiting_payment`, `confirmed`, `cancelled`…
    pub(crate) status: String,
    /// Pieces bought.
    pub(crate) pieces: i64,
    /// What its goods cost, after discounts.
    pub(crate) goods: i64,
    /// What it costs in all.
    pub(crate) total: i64,
    /// What the shop's books say was taken.
    pub(crate) paid: i64,
    /// What the shop's books say was given back.
    pub(crate) refunded: i64,
}

/// A provider's report that the money of an order was taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    pub(crate) id: u32,
    pub(crate) amount: i64,
    pub(crate) currency: &'static str,
    pub(crate) signed: bool,
    /// How long ago it was signed.
    pub(crate) age: Duration,
}

/// A shop that a fault can be played against.
pub(crate) trait Shop {
    type Cart: Clone;
    type Order: Clone;

    /// How long a crowd may take before it counts as stuck.
    fn patience(&self) -> Duration;
    /// Puts a SKU on sale.
    async fn sell(&self, sku: &str, price: i64, pieces: i64);
    /// Makes a code that takes basis points off, so many times.
    async fn make_code(&self, code: &str, bp: i64, limit: Option<i64>);
    /// How many rows that all orders share an order with this code writes.
    async fn shared_rows(&self, code: &str) -> i64;
    /// A cart, if the shop makes one of this.
    async fn cart(&self, lines: &[(&str, i64)], code: Option<&str>) -> Option<Self::Cart>;
    /// Makes a gift card; its code.
    async fn gift_card(&self, amount: i64) -> String;
    /// What is left on it.
    async fn left_on(&self, code: &str) -> i64;
    /// A cart with one piece that a gift card is to pay.
    async fn cart_with_card(&self, sku: &str, code: &str) -> Option<Self::Cart>;
    /// A cart with one piece at a price of the client's own, if the shop makes one of that.
    async fn cart_at(&self, sku: &str, price: i64) -> Option<Self::Cart>;
    /// Puts so many pieces of a cart's first line into it.
    async fn change(&self, cart: &Self::Cart, quantity: i64);
    /// Checks a cart out, if it can be.
    async fn check_out(&self, cart: &Self::Cart, paying: Paying) -> Option<Self::Order>;
    /// The shopper tells their bank to pay.
    async fn approve(&self, order: &Self::Order);
    /// The shopper pays an order (again).
    async fn pay(&self, order: &Self::Order);
    /// The provider reports.
    async fn report(&self, order: &Self::Order, report: Report);
    /// Staff give money back.
    async fn refund(&self, order: &Self::Order, amount: i64, key: &str);
    /// All of an order leaves and arrives; the buyer sends `asked` pieces back, of which `received` come.
    async fn send_back(&self, order: &Self::Order, asked: i64, received: i64);
    /// Days pass.
    async fn days_pass(&mut self, days: u64);
    /// The order once it is in one of these statuses, or as it is if it does not get there.
    async fn order(&self, order: &Self::Order, among: &[&str]) -> Stands;
    /// What the provider's own books say was taken of all orders, less what was given back.
    async fn charged(&self) -> i64;
    /// What there is of a SKU, once the shop has come to rest.
    async fn pieces(&self, sku: &str) -> Pieces;
}

/// Nothing belongs to more than one.
pub(crate) async fn nothing_is_oversold<S: Shop>(shop: &S, sku: &str) -> Seen {
    let Pieces { on_hand, held, allocated } = shop.pieces(sku).await;
    let free = on_hand - held - allocated;
    if free < 0 { Err(format!("{sku}: {on_hand} on hand, {held} held, {allocated} allocated")) } else { Ok(()) }
}

/// Refuses what must not be.
pub(crate) fn never(fault: bool, words: impl FnOnce() -> String) -> Seen {
    if fault { Err(words()) } else { Ok(()) }
}

/// An exhibit: seen in the naive shop with its flaw, and nowhere else.
macro_rules! exhibit {
    ($(#[$comment:meta])* $name:ident: $flaw:ident, $play:ident) => {
        $(#[$comment])*
        #[tokio::test]
        async fn $name() {
            use crate::{bodega::Bodega, naive::{Flaw, Naive}};
            let seen = $play(&mut Naive::with(Some(Flaw::$flaw))).await;
            assert!(seen.is_err(), "the fault does not show in a shop that has it");
            $play(&mut Naive::with(None)).await.expect("a naive shop without the fault shows it");
            for backend in bodega_testkit::backends() {
                let mut shop = Bodega::open(backend).await;
                $play(&mut shop).await.unwrap_or_else(|seen| panic!("{backend:?}: {seen}"));
                shop.prove().await;
            }
        }
    };
}
pub(crate) use exhibit;
