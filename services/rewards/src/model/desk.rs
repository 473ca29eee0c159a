//! The desk at which a batch is decided, order by order: accounts on it, entries for the ledger out of it.
//!
//! Each fact is noted, and then all that follows from what is known is done once. What an account comes to depends on
//! what it got and lost in all, not on when, since debt is paid by whatever comes next.

use super::{
    account::{Entry, Figures, Kind},
    calendar::{day_of, year_of},
    lots::Lot,
    order::{Grant, Hold, News, Standing, Tell},
    rules::{Rules, kept},
};
use bodega_contracts::OrderId;
use bodega_kernel::{Money, Time, UserId};
use std::collections::BTreeMap;

/// Points that count for a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Earning {
    pub(crate) user: UserId,
    /// When they were earned.
    pub(crate) day: i64,
    /// Negative where they were taken back.
    pub(crate) points: i64,
}

/// A batch under decision.
#[derive(Debug)]
pub(crate) struct Desk<'r> {
    rules: &'r Rules,
    now: Time,
    /// The accounts of all customers in the batch.
    pub(crate) accounts: BTreeMap<UserId, Figures>,
    /// What they earned in the last twelve months.
    earned: BTreeMap<UserId, i64>,
    /// For the ledger.
    pub(crate) entries: Vec<Entry>,
    /// New lots.
    pub(crate) lots: Vec<Lot>,
    /// What lots of orders lose, if they are still alive.
    pub(crate) cuts: Vec<(OrderId, i64)>,
    /// For the tiers.
    pub(crate) earnings: Vec<Earning>,
}

impl<'r> Desk<'r> {
    /// With the accounts as they are, and what counts for the tiers.
    pub(crate) fn new(
        rules: &'r Rules,
        now: Time,
        accounts: BTreeMap<UserId, Figures>,
        earned: BTreeMap<UserId, i64>,
    ) -> Self {
        let (entries, lots, cuts, earnings) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { rules, now, accounts, earned, entries, lots, cuts, earnings }
    }

    /// Notes news of an order, and does what follows.
    pub(crate) fn learn(&mut self, id: OrderId, order: &mut Standing, news: News) -> Vec<Tell> {
        order.user = order.user.or(news.user());
        let mut tells = Vec::new();
        match news {
            News::Placed { points, .. } => self.place(id, order, points, &mut tells),
            News::Confirmed { goods, total, .. } => self.confirm(id, order, goods, total, &mut tells),
            News::Completed { .. } => {
                order.completed = true;
                self.earn(id, order, &mut tells);
            }
            News::Cancelled => self.cancel(id, order, &mut tells),
            News::Refunded { amount } => {
                order.refunded = order.refunded.max(amount);
                self.reverse(id, order, &mut tells);
            }
        }
        tells
    }

    /// Points are held once; whoever asks again hears what was said. One that is over gets no answer: it needs none.
    fn place(&mut self, id: OrderId, order: &mut Standing, points: i64, tells: &mut Vec<Tell>) {
        if order.wanted == 0 {
            order.wanted = points;
        }
        match order.hold {
            Hold::Open => self.hold(id, order, tells),
            Hold::Held | Hold::Spent => tells.push(Tell::Reserved),
            Hold::Rejected => tells.push(Tell::Rejected { wanted: order.wanted, spendable: order.short }),
            Hold::Released => {}
        }
    }

    fn hold(&mut self, id: OrderId, order: &mut Standing, tells: &mut Vec<Tell>) {
        let spendable = if self.rules.enabled { self.account(order).spendable } else { 0 };
        let wanted = order.wanted;
        if wanted > spendable {
            (order.hold, order.short) = (Hold::Rejected, spendable);
            tells.push(Tell::Rejected { wanted, spendable });
            return;
        }
        order.hold = Hold::Held;
        self.post(id, order, Kind::Hold, Figures { spendable: -wanted, held: wanted, ..Figures::default() });
        tells.push(Tell::Reserved);
        if order.confirmed {
            self.spend(id, order, tells);
        }
    }

    fn spend(&mut self, id: OrderId, order: &mut Standing, tells: &mut Vec<Tell>) {
        order.hold = Hold::Spent;
        self.post(id, order, Kind::Spend, Figures { held: -order.wanted, ..Figures::default() });
        tells.push(Tell::Spent(order.wanted));
    }

    fn confirm(&mut self, id: OrderId, order: &mut Standing, goods: Money, total: i64, tells: &mut Vec<Tell>) {
        if order.confirmed {
            return;
        }
        let earned = order.user.and_then(|user| self.earned.get(&user)).copied().unwrap_or(0);
        (order.confirmed, order.total) = (true, total);
        order.gained = self.rules.gained(goods, earned);
        self.post(id, order, Kind::EarnPending, Figures { pending: order.gained, ..Figures::default() });
        if order.hold == Hold::Held {
            self.spend(id, order, tells);
        }
        let is_over = order.hold == Hold::Released;
        if order.gained > 0 && !is_over && !order.completed {
            tells.push(Tell::Pending(order.gained));
        }
        let mut taken = Vec::new();
        self.reverse(id, order, &mut taken);
        if !is_over {
            tells.append(&mut taken);
        }
        self.earn(id, order, tells);
    }

    fn cancel(&mut self, id: OrderId, order: &mut Standing, tells: &mut Vec<Tell>) {
        let mut back = |desk: &mut Self, kind, held| {
            let credit = desk.account(order).credit(order.wanted);
            desk.post(id, order, kind, Figures { held, ..credit });
            tells.push(Tell::Released(order.wanted));
        };
        match order.hold {
            Hold::Held => back(self, Kind::Release, -order.wanted),
            Hold::Spent => back(self, Kind::Unspend, 0),
            Hold::Open | Hold::Rejected | Hold::Released => {}
        }
        order.hold = Hold::Released;
        self.reverse(id, order, tells);
    }

    /// Takes back what an order that is over, or of which money went back, has gained too much.
    fn reverse(&mut self, id: OrderId, order: &mut Standing, tells: &mut Vec<Tell>) {
        let kept = if order.hold == Hold::Released { 0 } else { kept(order.gained, order.refunded, order.total) };
        let reversed = order.gained - kept;
        let more = reversed - order.reversed;
        if !order.confirmed || more <= 0 {
            return;
        }
        order.reversed = reversed;
        let shift = match order.earned_at {
            None => Figures { pending: -more, ..Figures::default() },
            Some(at) => {
                self.count(order, at, -more);
                self.cuts.push((id, more));
                self.account(order).debit(more)
            }
        };
        self.post(id, order, Kind::Reverse, shift);
        tells.push(Tell::Reversed(reversed));
    }

    /// An order earns once, when it is both paid and completed.
    fn earn(&mut self, id: OrderId, order: &mut Standing, tells: &mut Vec<Tell>) {
        let (Some(user), true, true, None) = (order.user, order.confirmed, order.completed, order.earned_at) else {
            return;
        };
        order.earned_at = Some(self.now);
        let points = order.gained - order.reversed;
        if points == 0 {
            return;
        }
        let credit = self.account(order).credit(points);
        self.post(id, order, Kind::Earn, Figures { pending: -points, ..credit });
        self.lots.push(Lot { id: id.0, user, points, expires: self.rules.expires(self.now) });
        tells.push(Tell::Earned(points));
        let before = self.earned.get(&user).copied().unwrap_or(0);
        self.count(order, self.now, points);
        let (year, ends) = (year_of(day_of(self.now)), self.now.plus(self.rules.reward_for));
        tells.extend(
            self.rules
                .reached(before, before + points)
                .map(|tier| Tell::Rewarded(Grant { user, tier: tier.name.clone(), year, bp: tier.reward_bp, ends })),
        );
    }

    fn count(&mut self, order: &Standing, at: Time, points: i64) {
        let Some(user) = order.user else { return };
        let day = day_of(at);
        self.earnings.push(Earning { user, day, points });
        if day >= Rules::first_day(self.now) {
            *self.earned.entry(user).or_default() += points;
        }
    }

    fn account(&self, order: &Standing) -> Figures {
        order.user.and_then(|user| self.accounts.get(&user)).copied().unwrap_or_default()
    }

    fn post(&mut self, id: OrderId, order: &Standing, kind: Kind, shift: Figures) {
        let Some(user) = order.user else { return };
        if shift == Figures::default() {
            return;
        }
        *self.accounts.entry(user).or_default() += shift;
        let step = if kind == Kind::Reverse { order.reversed } else { 0 };
        self.entries.push(Entry { order: Some(id), step, ..Entry::of(user, kind, shift) });
    }
}
