//! Where a fact leads: the order as it is then, and what is to be done.

use super::{Claim, Effect, Entry, Fact, Life, Paper, Stock, TimerKind};
use bodega_contracts::{
    orders::{CancelReason, OrderStatus},
    payments::DisputeState,
};

/// After this many times without an answer somebody should look.
const ASKED_TOO_OFTEN: i64 = 3;

/// Where a fact leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) life: Life,
    pub(crate) effects: Vec<Effect>,
}

impl Step {
    /// The fact is remembered, and told if it is news.
    pub(super) fn hearing(order: &Life, fact: Fact) -> Self {
        let life = order.remembering(fact);
        // Where a parcel or a return is, is news every time, even where it changes nothing else.
        let is_seen =
            matches!(fact, Fact::InTransit | Fact::ParcelPacked | Fact::CaptureFailed | Fact::Returned { .. });
        let is_news = life != *order || is_seen;
        let entry = fact.entry().filter(|_| is_news);
        Self { life, effects: entry.map(Effect::Tell).into_iter().collect() }
    }

    pub(super) fn open(mut self) -> Self {
        if self.life.version > 0 {
            return self;
        }
        self.life.version = 1;
        self.effects.push(Effect::Moved { from: None, to: OrderStatus::Pending });
        self.and([Effect::Tell(Entry::CheckedOut), Effect::Placed]).proper_timer()
    }

    /// What an order needs before it may be paid: its stock, its promotions, its points.
    pub(super) fn go_on_if_all_answered(self) -> Self {
        let stock_is_there = match self.life.stock {
            Stock::Waiting | Stock::Refused => false,
            Stock::Held | Stock::Expired | Stock::Allocated | Stock::Released | Stock::Unavailable => true,
        };
        let is_given = |claim: Claim| matches!(claim, Claim::NotNeeded | Claim::Given);
        if !stock_is_there || !is_given(self.life.coupon) || !is_given(self.life.points) {
            self
        } else if self.life.is_covered() {
            self.confirm()
        } else {
            self.go(OrderStatus::AwaitingPayment)
                .and([Effect::Tell(Entry::PaymentDue), Effect::PaymentDue])
                .proper_timer()
        }
    }

    pub(super) fn ask_again(mut self) -> Self {
        self.life.asked += 1;
        let asked = self.life.asked;
        // Asked for as long as it takes, but told only while that is news.
        if asked <= ASKED_TOO_OFTEN {
            self.effects.push(Effect::Tell(Entry::AskedAgain));
        }
        let step = self.and([Effect::Placed]).proper_timer();
        if asked < ASKED_TOO_OFTEN { step } else { step.alert("nobody answers for an order's stock, code or points") }
    }

    pub(super) fn end_if_paid(self) -> Self {
        match self.life.requested {
            Some(reason) if self.life.heard_of_all() => self.cancel(reason),
            None if self.life.is_covered() => self.confirm(),
            Some(_) | None => self,
        }
    }

    pub(super) fn cancel_if_closing(self) -> Self {
        let reason = self.life.closing_reason();
        if self.life.closing { self.cancel(reason) } else { self }
    }

    /// Somebody wants the order cancelled while its money may be on the way.
    pub(super) fn close_for(self, before: &Life) -> Self {
        let reason = self.life.closing_reason();
        if before.requested.is_some() {
            self
        } else if self.life.money.closed || self.life.heard_of_all() {
            self.cancel(reason)
        } else {
            self.ask_to_close()
        }
    }

    pub(super) fn ask_to_close(mut self) -> Self {
        let reason = self.life.closing_reason();
        if !std::mem::replace(&mut self.life.closing, true) {
            self.effects.push(Effect::Tell(Entry::PaymentExpiring(reason)));
        }
        self.and([Effect::PaymentExpiring(reason)]).proper_timer()
    }

    /// Somebody wants a paid order cancelled.
    pub(super) fn stop_for(self, before: &Life) -> Self {
        if before.requested.is_some() { self } else { self.stop() }
    }

    /// Shipping is asked to stop, unless it has said already what it would answer.
    pub(super) fn stop(mut self) -> Self {
        let (Some(reason), parcels) = (self.life.requested, self.life.parcels) else { return self.proper_timer() };
        if parcels.stopped {
            return self.cancel(reason);
        }
        if parcels.have_left() {
            return self;
        }
        self.life.closing = true;
        self.and([Effect::Stopping]).proper_timer()
    }

    /// It cannot be cancelled any more.
    pub(super) fn go_on_if_closing(mut self) -> Self {
        if std::mem::take(&mut self.life.closing) { self.proper_timer() } else { self }
    }

    fn confirm(mut self) -> Self {
        self.life.invoiced = true;
        let invoice = Effect::Issue(Paper::Invoice { total: self.life.total });
        let step = self
            .go(OrderStatus::Confirmed)
            .and([Effect::Tell(Entry::Confirmed), Effect::Confirmed, invoice])
            .proper_timer();
        if step.life.stock == Stock::Unavailable {
            step.cancel(CancelReason::PaidOutOfStock)
        } else {
            step.follow_parcels()
        }
    }

    /// Goes as far as its parcels are.
    pub(super) fn follow_parcels(self) -> Self {
        let to = self.life.parcels.status();
        if to <= self.life.status {
            return self;
        }
        let step = self.go(to).proper_timer();
        if to == OrderStatus::Delivered { step.and([Effect::Tell(Entry::Delivered), Effect::Delivered]) } else { step }
    }

    /// The time to send it back is over, but what is on its way back is waited for.
    pub(super) fn complete_unless_returning(self) -> Self {
        if self.life.returns.open > 0 { self.and([Effect::SetTimer(TimerKind::OpenReturn)]) } else { self.complete() }
    }

    /// What staff has to know of an order, wherever that is.
    pub(super) fn flag(self, before: &Life, fact: Fact) -> Self {
        let dispute = self.life.money.dispute;
        if fact == Fact::CaptureFailed {
            return self.alert("money for a parcel could not be taken");
        }
        match dispute.filter(|_| dispute != before.money.dispute) {
            Some(DisputeState::Opened) => self.alert("the buyer's bank wants money back"),
            Some(DisputeState::Lost) => self.alert("the buyer's bank took money back"),
            Some(DisputeState::Won) | None => self,
        }
    }

    fn complete(self) -> Self {
        self.go(OrderStatus::Completed).and([Effect::Tell(Entry::Completed), Effect::Completed, Effect::ClearTimer])
    }

    pub(super) fn cancel(mut self, reason: CancelReason) -> Self {
        self.life.reason = Some(reason);
        let step = self.go(OrderStatus::Cancelled).and([
            Effect::Tell(Entry::Cancelled(reason)),
            Effect::Cancelled(reason),
            Effect::ClearTimer,
        ]);
        let paid_in_vain = reason == CancelReason::PaidOutOfStock;
        if paid_in_vain { step.alert("a paid order has no stock; its money goes back") } else { step }
    }

    /// What was given back of an invoice is credited.
    pub(super) fn credit(mut self) -> Self {
        let amount = self.life.money.refunded - self.life.credited;
        if !self.life.invoiced || amount <= 0 {
            return self;
        }
        self.life.credited += amount;
        self.and([Effect::Issue(Paper::CreditNote { amount })])
    }

    pub(super) fn alert_if_unpaid(self) -> Self {
        if self.life.is_covered() { self } else { self.alert("a confirmed order lost its payment") }
    }

    fn go(mut self, to: OrderStatus) -> Self {
        let from = Some(self.life.status);
        (self.life.status, self.life.closing) = (to, false);
        self.life.version += 1;
        self.and([Effect::Moved { from, to }])
    }

    /// The one timer that fits where the order is.
    pub(super) fn proper_timer(self) -> Self {
        let kind = match self.life.status {
            OrderStatus::Pending => TimerKind::Pending,
            OrderStatus::AwaitingPayment | OrderStatus::Confirmed | OrderStatus::ReadyForPickup
                if self.life.closing =>
            {
                TimerKind::Closing
            }
            OrderStatus::AwaitingPayment => TimerKind::PaymentDeadline,
            OrderStatus::Confirmed | OrderStatus::PartiallyShipped => TimerKind::ServiceLevel,
            OrderStatus::ReadyForPickup | OrderStatus::Shipped => TimerKind::Arrival,
            OrderStatus::Delivered => TimerKind::ReturnWindow,
            OrderStatus::Completed | OrderStatus::Cancelled => return self.and([Effect::ClearTimer]),
        };
        self.and([Effect::SetTimer(kind)])
    }

    pub(super) fn alert(self, why: &'static str) -> Self {
        self.and([Effect::Alert(why)])
    }

    fn and(mut self, effects: impl IntoIterator<Item = Effect>) -> Self {
        self.effects.extend(effects);
        self
    }
}
