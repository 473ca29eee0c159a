//! Orders under work in one transaction: what was loaded, the facts applied to it, and what is to be written.
//!
//! Several facts for one order are merged here in order, so that the order is written once however many there were.

use crate::{
    model::words::Word,
    model::{Effect, Entry, Fact, Life, Paper, TimerKind, apply},
};
use bodega_contracts::{CartId, OrderId, PaymentMethod, orders::OrderStatus};
use bodega_db::Trace;
use bodega_kernel::{Currency, Money, Time, UserId};

/// An order as the store keeps it, without its snapshot.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) id: OrderId,
    pub(crate) number: String,
    pub(crate) cart_id: CartId,
    /// Whose it is: of whoever placed it, or of whoever has shown the address that a guest gave to be theirs.
    pub(crate) customer: Option<UserId>,
    /// Whether a guest placed it.
    pub(crate) guest: bool,
    /// Where mails go.
    pub(crate) email: String,
    pub(crate) currency: Currency,
    pub(crate) payment_method: PaymentMethod,
    pub(crate) placed: Time,
    /// Until when it is to be paid; set when that time begins.
    pub(crate) deadline: Option<Time>,
    /// Grows with every write; 0 before the first.
    pub(crate) revision: i64,
    pub(crate) life: Life,
}

impl Record {
    /// Who placed it: a guest is nobody, whoever has the order now. What an order earns is for those who placed it.
    pub(crate) fn placed_by(&self) -> Option<UserId> {
        self.customer.filter(|_| !self.guest)
    }
}

/// A fact on its way to its order.
#[derive(Clone, Debug)]
pub(crate) struct Hearing {
    pub(crate) order_id: OrderId,
    pub(crate) fact: Fact,
    /// What people may read about it.
    pub(crate) detail: Option<String>,
    /// The currency of its amount, if it has one.
    pub(crate) currency: Option<Currency>,
    pub(crate) trace: Option<Trace>,
}

/// An order and what is to be written of it.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) record: Record,
    /// Version and revision that the store has.
    pub(crate) expected: (i64, i64),
    /// What happened to it, in order.
    pub(crate) happenings: Vec<Happening>,
    /// What is to be told to others, and what caused it.
    pub(crate) events: Vec<(Effect, Option<Trace>)>,
    /// The papers to be issued, and what caused them.
    pub(crate) papers: Vec<(Paper, Option<Trace>)>,
    pub(crate) timer: TimerChange,
    pub(crate) is_changed: bool,
}

/// What becomes of an order's timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimerChange {
    Keep,
    Set(TimerKind),
    Clear,
}

/// What is kept in one row: a move at most, and the lines told before it and with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Happening {
    pub(crate) moved: Option<Move>,
    pub(crate) lines: Vec<Line>,
}

/// A step of the history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    pub(crate) version: i64,
    pub(crate) from: Option<OrderStatus>,
    pub(crate) to: OrderStatus,
}

/// A line for the timeline.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) what: &'static str,
    pub(crate) detail: Option<String>,
    pub(crate) status: OrderStatus,
}

impl Change {
    pub(crate) fn of(record: Record) -> Self {
        Self {
            expected: (record.life.version, record.revision),
            record,
            happenings: Vec::new(),
            events: Vec::new(),
            papers: Vec::new(),
            timer: TimerChange::Keep,
            is_changed: false,
        }
    }

    /// Applies a fact. Refused where its amount is in another currency: it cannot be about this order.
    pub(crate) fn hear(&mut self, hearing: &Hearing) -> Result<(), CurrencyDiffers> {
        if hearing.currency.is_some_and(|currency| currency != self.record.currency) {
            return Err(CurrencyDiffers(self.record.id));
        }
        let step = apply(&self.record.life, hearing.fact);
        self.is_changed |= step.life != self.record.life || !step.effects.is_empty();
        // Moves come one by one, so each effect is told with the status it happens in.
        let (mut status, mut version) = (self.record.life.status, self.record.life.version);
        for effect in step.effects {
            match effect {
                Effect::Moved { from, to } => {
                    (status, version) = (to, version + 1);
                    self.moved(Move { version, from, to });
                }
                Effect::Tell(entry) => {
                    let detail = detail(entry, hearing);
                    self.told(Line { what: entry.word(), detail, status });
                }
                Effect::SetTimer(kind) => self.timer = TimerChange::Set(kind),
                Effect::Issue(paper) => self.papers.push((paper, hearing.trace.clone())),
                Effect::ClearTimer => self.timer = TimerChange::Clear,
                Effect::Alert(why) => {
                    tracing::warn!(order = %self.record.id, number = self.record.number, why, "an order needs attention");
                }
                Effect::Placed
                | Effect::PaymentDue
                | Effect::PaymentExpiring(_)
                | Effect::Confirmed
                | Effect::Stopping
                | Effect::Delivered
                | Effect::Completed
                | Effect::Cancelled(_) => self.events.push((effect, hearing.trace.clone())),
            }
        }
        self.record.life = step.life;
        Ok(())
    }

    fn moved(&mut self, step: Move) {
        match self.happenings.last_mut() {
            Some(Happening { moved: moved @ None, .. }) => *moved = Some(step),
            Some(_) | None => self.happenings.push(Happening { moved: Some(step), lines: Vec::new() }),
        }
    }

    fn told(&mut self, line: Line) {
        match self.happenings.last_mut() {
            Some(last) => last.lines.push(line),
            None => self.happenings.push(Happening { moved: None, lines: vec![line] }),
        }
    }

    /// Whether its status moved.
    pub(crate) fn has_moved(&self) -> bool {
        self.expected.0 != self.record.life.version
    }

    /// Waits longer for its money, if it still does.
    pub(crate) fn wait_until(&mut self, deadline: Time) {
        let Record { ref life, deadline: before, .. } = self.record;
        let waits = life.status == OrderStatus::AwaitingPayment && !life.closing;
        if waits && before.is_some_and(|before| before < deadline) {
            self.record.deadline = Some(deadline);
            self.timer = TimerChange::Set(TimerKind::PaymentDeadline);
            self.is_changed = true;
        }
    }

    /// The total as money.
    pub(crate) fn total(&self) -> Money {
        Money::new(self.record.life.total, self.record.currency)
    }
}

/// What people read beside an entry: its fact's own words, or the reason of what follows from it.
fn detail(entry: Entry, hearing: &Hearing) -> Option<String> {
    if entry.is_fact() {
        return hearing.detail.clone();
    }
    entry.reason().map(|reason| reason.word().to_owned())
}

/// An amount in another currency than the order's.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("an amount for order {0} is in another currency than the order")]
pub(crate) struct CurrencyDiffers(OrderId);
