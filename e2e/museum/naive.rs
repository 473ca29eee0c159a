//! A shop in memory, as one writes it in an afternoon: right by itself, and wrong in one way on demand. Wherever a real one
//! would ask its database or its provider, others get their turn.

use crate::shop::{Paying, Pieces, Report, Shop, Stands};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::OwnedMutexGuard;

mod books;

use books::{Books, Order, Status};

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Each line finds enough for itself.
    ChecksLinesAlone,
    /// Somebody else takes the piece in between.
    ChecksThenTakes,
    /// The amount is of the cart before, the goods of the cart after.
    ReadsLinesTwice,
    /// Money confirms, whatever became of the goods.
    ConfirmsWithoutStock,
    /// Nobody comes for what was never paid.
    HoldsForEver,
    /// Two orders lock each other out.
    LocksInLineOrder,
    /// Somebody else uses the code in between.
    ChecksCodeThenCounts,
    /// Uses are counted that nobody limits.
    CountsEveryCode,
    /// Somebody else spends the card in between.
    ChecksCardThenTakes,
    /// Browser and webhook both see that it is not paid.
    CapturesForEachMessenger,
    /// The money is taken before anybody knows of an order.
    ChargesBeforeTheOrder,
    /// A report counts as often as it comes.
    BooksEveryReport,
    /// Whoever pays is charged.
    StartsAnotherPayment,
    /// Somebody else gives money back in between.
    ChecksRefundThenGives,
    /// Any payment pays.
    BelievesAnyAmount,
    /// Any report is true.
    BelievesAnybody,
    /// Nobody counts what came back.
    RefundsWhatWasAsked,
    /// The price of the request is the price.
    TakesClientPrice,
    /// Minus one mug is a number.
    TakesAnyQuantity,
    /// A piece is rounded, then multiplied.
    RoundsEachPiece,
}

/// The shop.
pub(crate) struct Naive {
    flaw: Option<Flaw>,
    books: Mutex<Books>,
    locks: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// A line of a cart: SKU, quantity, price of one.
pub(crate) type Line = (String, i64, i64);

impl Naive {
    /// A shop with this flaw, or none.
    pub(crate) fn with(flaw: Option<Flaw>) -> Self {
        Self { flaw, books: Mutex::default(), locks: Mutex::default() }
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The goods of an order are held for it, or not.
    async fn hold(&self, lines: &[Line]) -> bool {
        if self.has(Flaw::ChecksLinesAlone) {
            let mut books = self.books();
            let enough = lines.iter().all(|line| books.has_all(std::slice::from_ref(line)));
            return enough && books.take(lines);
        }
        if self.has(Flaw::ChecksThenTakes) {
            let enough = self.books().has_all(lines);
            others_turn().await;
            return enough && self.books().take(lines);
        }
        let _locked = if self.has(Flaw::LocksInLineOrder) { self.lock(lines).await } else { Vec::new() };
        let mut books = self.books();
        books.has_all(lines) && books.take(lines)
    }

    async fn lock(&self, lines: &[Line]) -> Vec<OwnedMutexGuard<()>> {
        let mut locked = Vec::new();
        for (sku, ..) in lines {
            let lock = Arc::clone(self.locks.lock().unwrap().entry(sku.clone()).or_default());
            locked.push(lock.lock_owned().await);
            others_turn().await;
        }
        locked
    }

    /// A use of a code, or not.
    async fn redeem(&self, code: &str) -> bool {
        if self.has(Flaw::ChecksCodeThenCounts) {
            let left = self.books().code_is_left(code);
            others_turn().await;
            self.books().count(code);
            return left;
        }
        let mut books = self.books();
        let left = books.code_is_left(code);
        if left && (books.is_limited(code) || self.has(Flaw::CountsEveryCode)) {
            books.count(code);
        }
        left
    }

    fn goods(&self, lines: &[Line], bp: i64) -> i64 {
        let left = 10_000 - bp;
        if self.has(Flaw::RoundsEachPiece) {
            return lines.iter().map(|(_, quantity, price)| (price * left + 5_000) / 10_000 * quantity).sum();
        }
        let full: i64 = lines.iter().map(|(_, quantity, price)| price.saturating_mul(*quantity)).sum();
        (full.saturating_mul(left) + 5_000) / 10_000
    }

    /// A gift card pays all of an order, or nothing.
    async fn spend(&self, card: &str, order: usize) {
        let goods = self.books().orders[order].goods;
        let is_enough = self.books().cards[card] >= goods;
        if self.has(Flaw::ChecksCardThenTakes) {
            others_turn().await;
        }
        if is_enough {
            let mut books = self.books();
            *books.cards.entry(card.to_owned()).or_default() -= goods;
            books.orders[order].paid = goods;
            books.confirm(order);
        }
    }

    /// Somebody says that an order is to be paid now.
    async fn capture(&self, order: usize) {
        let is_due = self.books().is_due(order);
        if self.has(Flaw::CapturesForEachMessenger) {
            others_turn().await;
            if is_due {
                self.books().charge(order);
            }
            return;
        }
        let mut books = self.books();
        if !is_due {
            return;
        }
        books.charge(order);
        if books.confirm(order) {
            return;
        }
        if self.has(Flaw::ConfirmsWithoutStock) {
            books.orders[order].status = Status::Confirmed;
        } else {
            books.give_all_back(order);
        }
    }
}

/// A real shop waits for its database here.
async fn others_turn() {
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
}

impl Shop for Naive {
    type Cart = usize;
    type Order = usize;

    fn patience(&self) -> Duration {
        Duration::from_millis(500)
    }

    async fn sell(&self, sku: &str, price: i64, pieces: i64) {
        self.books().shelve(sku, price, pieces);
    }

    async fn make_code(&self, code: &str, bp: i64, limit: Option<i64>) {
        self.books().codes.insert(code.to_owned(), (bp, limit, 0));
    }

    async fn shared_rows(&self, code: &str) -> i64 {
        self.books().codes[code].2
    }

    async fn cart(&self, lines: &[(&str, i64)], code: Option<&str>) -> Option<usize> {
        let sane = |quantity: i64| (1..=10_000).contains(&quantity) || self.has(Flaw::TakesAnyQuantity);
        let all_sane = lines.iter().all(|(_, quantity)| sane(*quantity));
        all_sane.then(|| self.books().new_cart(lines, code))
    }

    async fn gift_card(&self, amount: i64) -> String {
        let code = "CARD".to_owned();
        self.books().cards.insert(code.clone(), amount);
        code
    }

    async fn left_on(&self, card: &str) -> i64 {
        self.books().cards[card]
    }

    async fn cart_with_card(&self, sku: &str, code: &str) -> Option<usize> {
        let cart = self.books().new_cart(&[(sku, 1)], None);
        self.books().carts[cart].gift_card = Some(code.to_owned());
        Some(cart)
    }

    async fn cart_at(&self, sku: &str, price: i64) -> Option<usize> {
        let cart = self.books().new_cart(&[(sku, 1)], None);
        if self.has(Flaw::TakesClientPrice) {
            self.books().carts[cart].lines[0].2 = price;
        }
        Some(cart)
    }

    async fn change(&self, cart: &usize, quantity: i64) {
        let cart = &mut self.books().carts[*cart];
        if !cart.is_frozen || self.has(Flaw::ReadsLinesTwice) {
            cart.lines[0].1 = quantity;
        }
    }

    async fn check_out(&self, cart: &usize, paying: Paying) -> Option<usize> {
        let (mut lines, code, bp) = self.books().freeze(*cart)?;
        let gift_card = self.books().carts[*cart].gift_card.clone();
        let goods = self.goods(&lines, bp);
        if self.has(Flaw::ChargesBeforeTheOrder) && paying == Paying::AtOnce {
            self.books().provider += goods;
        }
        if self.has(Flaw::ReadsLinesTwice) {
            others_turn().await;
            lines = self.books().carts[*cart].lines.clone();
        }
        if let Some(code) = &code
            && !self.redeem(code).await
        {
            return None;
        }
        if !self.hold(&lines).await {
            return None;
        }
        let order = {
            let mut books = self.books();
            books.orders.push(Order::new(lines, goods));
            books.orders.len() - 1
        };
        match paying {
            Paying::AtTheBank => {}
            Paying::AtOnce if self.has(Flaw::ChargesBeforeTheOrder) => {
                let mut books = self.books();
                books.orders[order].paid = goods;
                books.confirm(order);
            }
            Paying::AtOnce if gift_card.is_some() => self.spend(&gift_card.unwrap_or_default(), order).await,
            Paying::AtOnce => self.capture(order).await,
            Paying::Reported => {
                tokio::join!(self.capture(order), self.capture(order), self.capture(order));
                self.books().confirm(order);
            }
        }
        Some(order)
    }

    async fn approve(&self, order: &usize) {
        self.capture(*order).await;
    }

    async fn pay(&self, order: &usize) {
        if self.has(Flaw::StartsAnotherPayment) {
            self.books().charge(*order);
        }
    }

    async fn report(&self, order: &usize, report: Report) {
        let mut books = self.books();
        let genuine = report.signed && report.age.as_secs() <= 300 || self.has(Flaw::BelievesAnybody);
        let fits = report.amount == books.orders[*order].goods && report.currency == "GBP";
        let fits = fits || self.has(Flaw::BelievesAnyAmount);
        let is_new = books.reports.insert((*order, report.id)) && books.is_due(*order);
        if genuine && fits && (is_new || self.has(Flaw::BooksEveryReport)) {
            books.orders[*order].paid += report.amount;
            books.confirm(*order);
        }
    }

    async fn refund(&self, order: &usize, amount: i64, _key: &str) {
        let left = |order: &Order| order.paid - order.refunded;
        let enough = left(&self.books().orders[*order]) >= amount;
        if self.has(Flaw::ChecksRefundThenGives) {
            others_turn().await;
        } else if !enough {
            return;
        }
        if enough {
            self.books().give_back(*order, amount);
        }
    }

    async fn send_back(&self, order: &usize, asked: i64, received: i64) {
        let mut books = self.books();
        let price = books.orders[*order].lines[0].2;
        let counted = if self.has(Flaw::RefundsWhatWasAsked) { asked } else { received };
        books.orders[*order].status = Status::Delivered;
        books.give_back(*order, price * counted);
    }

    async fn days_pass(&mut self, _days: u64) {
        if !self.has(Flaw::HoldsForEver) {
            self.books().let_go_of_unpaid(self.has(Flaw::ConfirmsWithoutStock));
        }
    }

    async fn order(&self, order: &usize, _among: &[&str]) -> Stands {
        let books = self.books();
        let order = &books.orders[*order];
        Stands {
            status: order.status.word().to_owned(),
            pieces: order.lines.iter().map(|line| line.1).sum(),
            goods: order.goods,
            total: order.goods,
            paid: order.paid,
            refunded: order.refunded,
        }
    }

    async fn charged(&self) -> i64 {
        self.books().provider
    }

    async fn pieces(&self, sku: &str) -> Pieces {
        self.books().shelf[sku].1
    }
}
