//! Money goes back: first by the provider that took it, then to the gift cards and the store credit that paid.

use super::{Attempt, Effect, Entry, GivingBack, Holder, Payment, Refund, Refusal, Told, refund::Origin};
use bodega_contracts::ReturnId;
use bodega_kernel::{Money, Time};

/// Goods that came back, whose money has yet to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReturnDue {
    /// Which return.
    pub(crate) return_id: ReturnId,
    /// What is to be given back.
    pub(crate) amount: Money,
    /// Whose store credit it becomes; `None` where it goes back as it was paid.
    pub(crate) to: Option<Holder>,
}

impl Payment {
    /// What was taken, is not given back, and is neither withheld nor gone: minor units. Below nothing while a bank has yet
    /// to decide about money that was given back as store credit.
    pub(crate) fn remaining(&self) -> i64 {
        self.left_at_provider() + self.tendered() - (self.credited - self.undone())
    }

    /// What the provider still has of it, minor units. A refund whose money a bank took is asked for in vain, and takes
    /// nothing more.
    fn left_at_provider(&self) -> i64 {
        (self.captured - self.refund_reserved - self.withheld() - self.lost()).max(0)
    }

    /// Staff give money back.
    pub(crate) fn reserve_refund(&mut self, amount: Money) -> Result<GivingBack, Refusal> {
        if self.due.is_some_and(|due| due.currency != amount.currency) {
            return Err(Refusal::OtherCurrency);
        }
        if self.withheld() > 0 {
            return Err(Refusal::Disputed);
        }
        let paid = self.captured > 0 || self.is_tendered_in_full();
        if !paid || amount.amount < 1 || amount.amount > self.remaining() {
            return Err(Refusal::ExceedsCapture);
        }
        Ok(self.give(amount.amount, Origin::Staff, None))
    }

    /// Goods came back; their money goes back as soon as there is some.
    pub(crate) fn goods_returned(&mut self, goods: ReturnDue, now: Time) -> Vec<Effect> {
        self.returns.push(goods);
        self.settle(now)
    }

    /// A provider gave back what it was to.
    pub(crate) fn refund_done(&mut self, refund: &Refund) -> Vec<Effect> {
        self.waits_no_more(refund);
        let amount = refund.cash().amount;
        if refund.origin == Origin::Surplus {
            return vec![Effect::Book(Entry::surplus_refund(refund.id, amount))];
        }
        self.refunded += amount;
        vec![Effect::Book(Entry::refund(refund.id, amount)), Effect::Tell(Told::Refunded(refund.id))]
    }

    /// A refund was refused for good.
    pub(crate) fn refund_failed(&mut self, refund: &Refund, now: Time) -> Vec<Effect> {
        self.waits_no_more(refund);
        let mut effects = vec![Effect::Alert("a refund was refused by the provider")];
        if refund.origin != Origin::Surplus {
            self.refund_reserved -= refund.cash().amount;
        }
        // What could not be given back of a cancelled order goes back as the rest of it does; what failed as that would
        // only fail again.
        if matches!(refund.origin, Origin::Staff | Origin::Return) {
            self.follow_up(now, &mut effects);
        }
        effects
    }

    /// Gives back what waits to be: of returns, and all of a cancelled order.
    pub(super) fn give_what_waits(&mut self, effects: &mut Vec<Effect>) {
        let paid = self.captured > 0 || self.is_tendered_in_full();
        if self.withheld() > 0 || !(paid || self.cancelled) {
            return;
        }
        if self.due.is_some() {
            for goods in std::mem::take(&mut self.returns) {
                self.settle_return(goods, effects);
            }
        }
        let kept = self.remaining();
        if self.cancelled && kept > 0 {
            let by_hand = self.paying().is_some_and(Attempt::is_manual);
            effects.push(Effect::GiveBack(self.give(kept, Origin::Cancelled, None)));
            effects.extend(by_hand.then_some(Effect::Alert("staff have to send back what was paid by hand")));
        }
    }

    fn settle_return(&mut self, goods: ReturnDue, effects: &mut Vec<Effect>) {
        let same = self.due.is_some_and(|due| due.currency == goods.amount.currency);
        let amount = if same { goods.amount.amount.min(self.remaining()).max(0) } else { 0 };
        if amount < goods.amount.amount {
            effects.push(Effect::Alert("a return is worth more than what is left of its order's money"));
        }
        if amount == 0 {
            return;
        }
        let (origin, return_id) = (Origin::Return, Some(goods.return_id));
        let Some(holder) = goods.to else {
            effects.push(Effect::GiveBack(self.give(amount, origin, return_id)));
            return;
        };
        self.credited += amount;
        let credits = vec![(holder, amount)];
        effects.push(Effect::GiveBack(GivingBack { attempt: 0, cash: 0, credits, origin, return_id }));
    }

    pub(super) fn give(&mut self, amount: i64, origin: Origin, return_id: Option<ReturnId>) -> GivingBack {
        let cash = amount.min(self.left_at_provider());
        let credits = self.return_to_tenders(amount - cash);
        self.refund_reserved += cash;
        self.credited += amount - cash;
        let attempt = self.paying().filter(|_| cash > 0).map_or(0, |attempt| attempt.number);
        GivingBack { attempt, cash, credits, origin, return_id }
    }
}
