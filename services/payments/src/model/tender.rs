//! Gift cards and store credit that pay a part of an order: all of them are taken, or none.

use super::{Account, Effect, Entry, Payment, Told, words::words};
use bodega_contracts::{GiftCardId, Tender, TenderKind};
use bodega_kernel::{Currency, Time, UserId};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Whose balance it is: `card/` and the gift card, or `credit/`, the customer and the currency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Holder(String);

impl Holder {
    /// A gift card.
    pub(crate) fn card(card: GiftCardId) -> Self {
        Self(format!("card/{card}"))
    }

    /// A customer's store credit.
    pub(crate) fn credit(user: UserId, currency: Currency) -> Self {
        Self(format!("credit/{user}/{currency}"))
    }

    /// As it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// As it is stored.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Which gift card; `None` for store credit.
    pub(crate) fn card_id(&self) -> Option<GiftCardId> {
        self.0.strip_prefix("card/")?.parse().ok()
    }

    /// Where it is booked.
    pub(crate) fn account(&self) -> Account {
        if self.0.starts_with("card/") { Account::GiftCards } else { Account::StoreCredit }
    }

    /// The stable word for there being too little.
    pub(crate) fn short(&self) -> &'static str {
        if self.0.starts_with("card/") { "gift_card_short" } else { "credit_short" }
    }
}

words! {
    /// Where a tender is.
    read TenderState {
        /// Not taken: it was short, or another one was.
        Wanted = "wanted",
        /// Taken for the order.
        Taken = "taken",
        /// Given back, as the order came to nothing before it was paid.
        Released = "released",
    }
}

/// A part of an order that a balance pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// From 1.
    pub(crate) number: i64,
    /// Whose balance.
    pub(crate) holder: Holder,
    /// How it is shown.
    pub(crate) label: String,
    /// Minor units.
    pub(crate) amount: i64,
    /// Where it is.
    pub(crate) state: TenderState,
    /// What was given back of it, minor units.
    pub(crate) returned: i64,
}

impl Held {
    /// Those that an order is to be paid with. Store credit is the buyer's; a guest has none.
    pub(crate) fn wanted(tenders: &[Tender], buyer: Option<UserId>, currency: Currency) -> Vec<Self> {
        let holder = |tender: &Tender| match (tender.kind, tender.card_id) {
            (TenderKind::GiftCard, card) => Holder::card(card.unwrap_or(GiftCardId(Uuid::nil()))),
            (TenderKind::StoreCredit, _) => Holder::credit(buyer.unwrap_or(UserId(Uuid::nil())), currency),
        };
        let held = |(number, tender): (i64, &Tender)| Self {
            number,
            holder: holder(tender),
            label: tender.label.clone(),
            amount: tender.amount,
            state: TenderState::Wanted,
            returned: 0,
        };
        (1..).zip(tenders).map(held).collect()
    }
}

/// What can be spent of each balance, minor units of the order's currency; what is not there has nothing.
pub(crate) type Purse = BTreeMap<Holder, i64>;

impl Payment {
    /// What gift cards and store credit have paid, whether or not it was given back since.
    pub(crate) fn tendered(&self) -> i64 {
        let taken = self.tenders.iter().filter(|tender| tender.state == TenderState::Taken);
        taken.map(|tender| tender.amount).sum()
    }

    /// What the payment method has to pay.
    pub(crate) fn rest(&self) -> i64 {
        self.due.map_or(0, |due| due.amount - self.tendered())
    }

    /// Whether nothing is left for the payment method.
    pub(crate) fn is_tendered_in_full(&self) -> bool {
        self.tendered() > 0 && self.rest() <= 0
    }

    /// Takes all tenders, or none: then it answers which word says why.
    pub(crate) fn take_tenders(&mut self, purse: &mut Purse) -> Result<Vec<Effect>, &'static str> {
        let mut left = purse.clone();
        for tender in &self.tenders {
            spend(&mut left, tender).ok_or_else(|| tender.holder.short())?;
        }
        *purse = left;
        Ok(self.mark_taken(|_| true))
    }

    /// Takes those that were not taken yet and still hold.
    pub(crate) fn take_what_holds(&mut self, purse: &mut Purse) -> Vec<Effect> {
        let wanted = self.tenders.iter().filter(|tender| tender.state == TenderState::Wanted);
        let holds: Vec<i64> = wanted.filter_map(|tender| spend(purse, tender).map(|()| tender.number)).collect();
        self.mark_taken(|tender| holds.contains(&tender.number))
    }

    /// The tenders pay all of it: nobody else is asked.
    pub(crate) fn paid_by_tenders(&mut self, number: i64, now: Time) -> Vec<Effect> {
        let mut effects = vec![Effect::Tell(Told::Captured(number))];
        self.follow_up(now, &mut effects);
        effects
    }

    /// The order comes to nothing: whatever was taken is as if it had not been.
    pub(super) fn release_tenders(&mut self) -> Vec<Effect> {
        let taken = self.tenders.iter_mut().filter(|tender| tender.state == TenderState::Taken && tender.returned == 0);
        let release = |tender: &mut Held| {
            tender.state = TenderState::Released;
            Effect::Book(Entry::tender_released(tender.number, &tender.holder, tender.amount))
        };
        taken.map(release).collect()
    }

    /// Gives `amount` back to the tenders, first to last; answers to whom how much.
    pub(super) fn return_to_tenders(&mut self, amount: i64) -> Vec<(Holder, i64)> {
        let (mut left, mut credits) = (amount, Vec::new());
        for tender in self.tenders.iter_mut().filter(|tender| tender.state == TenderState::Taken) {
            let part = left.min(tender.amount - tender.returned);
            if part > 0 {
                (tender.returned, left) = (tender.returned + part, left - part);
                credits.push((tender.holder.clone(), part));
            }
        }
        credits
    }

    fn mark_taken(&mut self, takes: impl Fn(&Held) -> bool) -> Vec<Effect> {
        let mut effects = Vec::new();
        for tender in self.tenders.iter_mut().filter(|tender| takes(tender)) {
            tender.state = TenderState::Taken;
            effects.push(Effect::Book(Entry::tender(tender.number, &tender.holder, tender.amount)));
        }
        effects
    }
}

fn spend(purse: &mut Purse, tender: &Held) -> Option<()> {
    let balance = purse.get_mut(&tender.holder).filter(|balance| **balance >= tender.amount)?;
    *balance -= tender.amount;
    Some(())
}
