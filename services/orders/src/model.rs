//! The life of an order: what was heard of it, and one total function from that and the next fact to what follows.
//!
//! Facts come twice, late and in any order, so an order remembers what it heard (stock, money, wishes) apart from
//! where it is. Nothing here does I/O or knows the time; `docs/order-states.md` is printed from this table.

pub(crate) mod change;
#[cfg(test)]
mod diagram;
mod effect;
#[cfg(test)]
mod tests;
pub(crate) mod words;

pub(crate) use effect::{Effect, Entry};

use bodega_contracts::orders::{CancelReason, OrderStatus, PaymentStatus};

/// What is heard of an order. Amounts are minor units for the whole order, so the higher one is the later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fact {
    CheckedOut,
    StockReserved,
    StockRejected,
    StockAllocated,
    StockReleased,
    StockHoldExpired,
    StockUnavailable,
    PaymentActionRequired { attempt: i64 },
    PaymentAuthorized { total: i64 },
    PaymentCaptured { total: i64 },
    PaymentFailed { attempt: i64 },
    PaymentClosed,
    PaymentVoided,
    PaymentRefunded { total: i64 },
    CancelRequested { reason: CancelReason },
    TimerFired { kind: TimerKind },
}

/// What an order waits for. It has one timer until it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TimerKind {
    /// For an answer about its stock.
    Pending,
    /// For its money.
    PaymentDeadline,
    /// For payments to say that nothing more can come.
    Closing,
    /// For being sent.
    ServiceLevel,
}

/// What was heard of an order's stock. A later word of its life outranks an earlier one, whichever came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Stock {
    Waiting,
    Held,
    Refused,
    Expired,
    Allocated,
    Released,
    /// Last, because an order that hears of it must not be confirmed, whatever else was heard.
    Unavailable,
}

/// What was heard of an order's money. Attempts count from 1; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Heard {
    pub(crate) authorized: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    pub(crate) voided: bool,
    pub(crate) closed: bool,
    pub(crate) attempt: i64,
    pub(crate) failed_attempt: i64,
}

/// An order: where it is, and what was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Life {
    pub(crate) status: OrderStatus,
    /// How many statuses it has had, this one included; 0 before its checkout is applied.
    pub(crate) version: i64,
    /// What it costs.
    pub(crate) total: i64,
    pub(crate) stock: Stock,
    pub(crate) money: Heard,
    /// Why somebody wants it cancelled.
    pub(crate) requested: Option<CancelReason>,
    /// Whether payments was asked to close.
    pub(crate) closing: bool,
    /// How often stock was asked again.
    pub(crate) asked: i64,
    /// Why it was cancelled.
    pub(crate) reason: Option<CancelReason>,
}

/// Where a fact leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) life: Life,
    pub(crate) effects: Vec<Effect>,
}

/// After this many times without an answer somebody should look.
const ASKED_TOO_OFTEN: i64 = 3;

/// The table: what each fact means in each status. A fact that was heard already changes nothing and has no effects.
#[expect(clippy::match_same_arms, reason = "a block for each status, so that one reads the table by status")]
pub(crate) fn apply(order: &Life, fact: Fact) -> Step {
    use Fact::{
        CancelRequested, CheckedOut, PaymentActionRequired, PaymentAuthorized, PaymentCaptured, PaymentClosed,
        PaymentFailed, PaymentRefunded, PaymentVoided, StockAllocated, StockHoldExpired, StockRejected, StockReleased,
        StockReserved, StockUnavailable, TimerFired,
    };
    use OrderStatus::{AwaitingPayment, Cancelled, Confirmed, Pending};
    use TimerKind::{Closing, PaymentDeadline, ServiceLevel};

    let step = Step::hearing(order, fact);
    match (order.status, fact) {
        (Pending, CheckedOut) => step.open(),
        (Pending, StockReserved) => step.confirm_or_ask_for_money(),
        (Pending, StockRejected) => step.cancel(CancelReason::OutOfStock),
        (Pending, CancelRequested { reason }) => step.cancel(reason),
        (Pending, TimerFired { kind: TimerKind::Pending }) => step.ask_stock_again(),
        (Pending, TimerFired { kind: PaymentDeadline | Closing | ServiceLevel }) => step.timer(TimerKind::Pending),
        (Pending, StockAllocated | StockReleased | StockHoldExpired | StockUnavailable) => step,
        (Pending, PaymentActionRequired { .. } | PaymentAuthorized { .. } | PaymentCaptured { .. }) => step,
        (Pending, PaymentFailed { .. } | PaymentClosed | PaymentVoided | PaymentRefunded { .. }) => step,

        (AwaitingPayment, PaymentAuthorized { .. } | PaymentCaptured { .. }) => step.end_if_paid(),
        (AwaitingPayment, PaymentClosed) => step.cancel_if_closing(),
        (AwaitingPayment, CancelRequested { .. }) => step.close_for(order),
        // A deadline never cancels by itself: it asks, and only the answer does.
        (AwaitingPayment, TimerFired { kind: PaymentDeadline | Closing }) => step.ask_to_close(),
        (AwaitingPayment, TimerFired { kind: TimerKind::Pending | ServiceLevel }) if order.closing => {
            step.timer(Closing)
        }
        (AwaitingPayment, TimerFired { kind: TimerKind::Pending | ServiceLevel }) => step.timer(PaymentDeadline),
        (AwaitingPayment, CheckedOut | StockReserved | StockRejected | StockAllocated | StockReleased) => step,
        (AwaitingPayment, StockHoldExpired | StockUnavailable) => step,
        (AwaitingPayment, PaymentActionRequired { .. } | PaymentFailed { .. }) => step,
        (AwaitingPayment, PaymentVoided | PaymentRefunded { .. }) => step,

        (Confirmed, StockUnavailable) => step.cancel(CancelReason::PaidOutOfStock),
        (Confirmed, CancelRequested { reason }) => step.cancel(reason),
        (Confirmed, TimerFired { kind: ServiceLevel }) => step.alert("a paid order is late").timer(ServiceLevel),
        (Confirmed, TimerFired { kind: TimerKind::Pending | PaymentDeadline | Closing }) => step.timer(ServiceLevel),
        (Confirmed, PaymentVoided) => step.alert_if_unpaid(),
        (Confirmed, StockReleased) => step.alert("a confirmed order lost its stock"),
        (Confirmed, CheckedOut | StockReserved | StockRejected | StockAllocated | StockHoldExpired) => step,
        (Confirmed, PaymentActionRequired { .. } | PaymentAuthorized { .. } | PaymentCaptured { .. }) => step,
        (Confirmed, PaymentFailed { .. } | PaymentClosed | PaymentRefunded { .. }) => step,

        // Over for good: late money moves its payment status only, and payments gives it back.
        (Cancelled, CheckedOut | CancelRequested { .. } | TimerFired { .. }) => step,
        (Cancelled, StockReserved | StockRejected | StockAllocated | StockReleased) => step,
        (Cancelled, StockHoldExpired | StockUnavailable) => step,
        (Cancelled, PaymentActionRequired { .. } | PaymentAuthorized { .. } | PaymentCaptured { .. }) => step,
        (Cancelled, PaymentFailed { .. } | PaymentClosed | PaymentVoided | PaymentRefunded { .. }) => step,
    }
}

impl Step {
    /// The fact is remembered, and told if it is news.
    fn hearing(order: &Life, fact: Fact) -> Self {
        let life = order.remembering(fact);
        let entry = fact.entry().filter(|_| life != *order);
        Self { life, effects: entry.map(Effect::Tell).into_iter().collect() }
    }

    fn open(mut self) -> Self {
        if self.life.version > 0 {
            return self;
        }
        self.life.version = 1;
        self.effects.push(Effect::Moved { from: None, to: OrderStatus::Pending });
        self.and([Effect::Tell(Entry::CheckedOut), Effect::Placed]).timer(TimerKind::Pending)
    }

    fn confirm_or_ask_for_money(self) -> Self {
        if self.life.is_covered() {
            return self.confirm();
        }
        self.go(OrderStatus::AwaitingPayment)
            .and([Effect::Tell(Entry::PaymentDue), Effect::PaymentDue])
            .timer(TimerKind::PaymentDeadline)
    }

    fn ask_stock_again(mut self) -> Self {
        self.life.asked += 1;
        let asked = self.life.asked;
        // Asked for as long as it takes, but told only while that is news.
        if asked <= ASKED_TOO_OFTEN {
            self.effects.push(Effect::Tell(Entry::StockAskedAgain));
        }
        let step = self.and([Effect::Placed]).timer(TimerKind::Pending);
        if asked < ASKED_TOO_OFTEN { step } else { step.alert("nobody answers whether an order's stock is there") }
    }

    fn end_if_paid(self) -> Self {
        match self.life.requested {
            Some(reason) if self.life.heard_of_all() => self.cancel(reason),
            None if self.life.is_covered() => self.confirm(),
            Some(_) | None => self,
        }
    }

    fn cancel_if_closing(self) -> Self {
        let reason = self.life.closing_reason();
        if self.life.closing { self.cancel(reason) } else { self }
    }

    /// Somebody wants the order cancelled while its money may be on the way.
    fn close_for(self, before: &Life) -> Self {
        let reason = self.life.closing_reason();
        if before.requested.is_some() {
            self
        } else if self.life.money.closed || self.life.heard_of_all() {
            self.cancel(reason)
        } else {
            self.ask_to_close()
        }
    }

    fn ask_to_close(mut self) -> Self {
        let reason = self.life.closing_reason();
        if !std::mem::replace(&mut self.life.closing, true) {
            self.effects.push(Effect::Tell(Entry::PaymentExpiring(reason)));
        }
        self.and([Effect::PaymentExpiring(reason)]).timer(TimerKind::Closing)
    }

    fn confirm(self) -> Self {
        let step = self
            .go(OrderStatus::Confirmed)
            .and([Effect::Tell(Entry::Confirmed), Effect::Confirmed])
            .timer(TimerKind::ServiceLevel);
        match step.life.stock {
            Stock::Unavailable => step.cancel(CancelReason::PaidOutOfStock),
            Stock::Waiting | Stock::Held | Stock::Refused | Stock::Expired | Stock::Allocated | Stock::Released => step,
        }
    }

    fn cancel(mut self, reason: CancelReason) -> Self {
        self.life.reason = Some(reason);
        let step = self.go(OrderStatus::Cancelled).and([
            Effect::Tell(Entry::Cancelled(reason)),
            Effect::Cancelled(reason),
            Effect::ClearTimer,
        ]);
        let paid_in_vain = reason == CancelReason::PaidOutOfStock;
        if paid_in_vain { step.alert("a paid order has no stock; its money goes back") } else { step }
    }

    fn alert_if_unpaid(self) -> Self {
        if self.life.is_covered() { self } else { self.alert("a confirmed order lost its payment") }
    }

    fn go(mut self, to: OrderStatus) -> Self {
        let from = Some(self.life.status);
        (self.life.status, self.life.closing) = (to, false);
        self.life.version += 1;
        self.and([Effect::Moved { from, to }])
    }

    fn timer(self, kind: TimerKind) -> Self {
        self.and([Effect::SetTimer(kind)])
    }

    fn alert(self, why: &'static str) -> Self {
        self.and([Effect::Alert(why)])
    }

    fn and(mut self, effects: impl IntoIterator<Item = Effect>) -> Self {
        self.effects.extend(effects);
        self
    }
}

impl Life {
    /// An order that costs `total`, before its checkout is applied.
    pub(crate) fn new(total: i64) -> Self {
        Self {
            status: OrderStatus::Pending,
            version: 0,
            total,
            stock: Stock::Waiting,
            money: Heard::default(),
            requested: None,
            closing: false,
            asked: 0,
            reason: None,
        }
    }

    /// Where its money is. What was given back was taken before, even if that is heard later.
    pub(crate) fn payment_status(&self) -> PaymentStatus {
        let Heard { authorized, refunded, voided, attempt, failed_attempt, .. } = self.money;
        let captured = self.money.captured.max(refunded);
        if captured > 0 {
            return match refunded {
                0 => PaymentStatus::Captured,
                _ if refunded < captured => PaymentStatus::PartiallyRefunded,
                _ => PaymentStatus::Refunded,
            };
        }
        if voided {
            PaymentStatus::Voided
        } else if authorized > 0 {
            PaymentStatus::Authorized
        } else if failed_attempt > 0 && failed_attempt >= attempt {
            PaymentStatus::Failed
        } else {
            PaymentStatus::Unpaid
        }
    }

    /// The same order after hearing `fact`. Every order of the same facts is remembered alike.
    fn remembering(&self, fact: Fact) -> Self {
        let mut life = *self;
        let (stock, money) = (&mut life.stock, &mut life.money);
        match fact {
            Fact::StockReserved => *stock = Stock::Held.max(*stock),
            Fact::StockRejected => *stock = Stock::Refused.max(*stock),
            Fact::StockHoldExpired => *stock = Stock::Expired.max(*stock),
            Fact::StockAllocated => *stock = Stock::Allocated.max(*stock),
            Fact::StockUnavailable => *stock = Stock::Unavailable.max(*stock),
            Fact::StockReleased => *stock = Stock::Released.max(*stock),
            Fact::PaymentActionRequired { attempt } => money.attempt = attempt.max(money.attempt),
            Fact::PaymentFailed { attempt } => money.failed_attempt = attempt.max(money.failed_attempt),
            Fact::PaymentAuthorized { total } => money.authorized = total.max(money.authorized),
            Fact::PaymentCaptured { total } => money.captured = total.max(money.captured),
            Fact::PaymentRefunded { total } => money.refunded = total.max(money.refunded),
            Fact::PaymentClosed => money.closed = true,
            Fact::PaymentVoided => money.voided = true,
            Fact::CancelRequested { reason } if self.status != OrderStatus::Cancelled => {
                life.requested.get_or_insert(reason);
            }
            Fact::CancelRequested { .. } | Fact::CheckedOut | Fact::TimerFired { .. } => {}
        }
        life
    }

    /// Whether the money that is there, or firmly promised, pays for it.
    fn is_covered(&self) -> bool {
        let promised = if self.money.voided { 0 } else { self.money.authorized };
        self.money.captured.max(promised) >= self.total
    }

    /// Whether the whole sum came, even if the promise was let go since: nothing more is on the way.
    fn heard_of_all(&self) -> bool {
        self.money.captured.max(self.money.authorized) >= self.total
    }

    fn closing_reason(&self) -> CancelReason {
        self.requested.unwrap_or(CancelReason::PaymentExpired)
    }
}
