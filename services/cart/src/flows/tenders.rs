//! Gift cards and store credit of a cart. Payments is asked what there is, before and outside of any transaction; nothing is
//! taken before there is an order. A code is never kept.

use super::{Reply, Wish, look, submit};
use crate::{
    Carts,
    error::Error,
    model::{Access, Card, Credit, Tenders},
};
use bodega_contracts::{
    CartId,
    payments::{GiftCardStanding, StoreCredit},
};
use bodega_kernel::{Currency, Money, UserId};

/// What a shopper wants to pay with, checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct TendersWanted {
    /// Codes of gift cards, in the order they are to be spent.
    pub codes: Vec<String>,
    /// Store credit.
    pub credit: Option<CreditWanted>,
}

/// How much store credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CreditWanted {
    /// As much as there is and is needed.
    All,
    /// At most this, more than 0.
    Most(Money),
}

/// Makes these the tenders of a cart.
pub(crate) async fn set_tenders(
    carts: &Carts,
    access: Access,
    cart: CartId,
    wanted: TendersWanted,
) -> Result<Reply, Error> {
    let (read, quote) = look(carts, access, cart).await?;
    let currency = quote.basket.currency;
    let customer = read.owner.or(access.user);
    let known = of_codes(carts, &wanted.codes, currency).await?;
    let credit = match wanted.credit {
        None => None,
        Some(wanted) => Some(credit(carts, customer.ok_or(Error::CreditOfGuest)?, wanted, currency).await?),
    };
    submit(carts, access, None, Wish::Tender { cart, tenders: Tenders { cards: known, credit } }).await
}

/// A card that is not there, is empty or is over is answered alike. All are asked for, whatever the first ones say.
async fn of_codes(carts: &Carts, codes: &[String], currency: Currency) -> Result<Vec<Card>, Error> {
    let (mut found, mut unknown, mut foreign) = (Vec::<Card>::new(), Vec::new(), Vec::new());
    for (index, code) in codes.iter().enumerate() {
        let known = carts.rpc.ask(GiftCardStanding { code: code.clone() }).await;
        let known = known.map_err(|error| Error::Unanswered(error.to_string()))?;
        match known.filter(|known| known.balance.amount > 0) {
            None => unknown.push(index),
            Some(known) if known.balance.currency != currency => foreign.push(index),
            Some(known) if found.iter().any(|card| card.id == known.card_id) => {}
            Some(known) => found.push(Card { id: known.card_id, label: known.label, balance: known.balance }),
        }
    }
    if !unknown.is_empty() {
        return Err(Error::CardUnknown(unknown));
    }
    if foreign.is_empty() { Ok(found) } else { Err(Error::CardOtherCurrency(foreign)) }
}

async fn credit(carts: &Carts, user: UserId, wanted: CreditWanted, currency: Currency) -> Result<Credit, Error> {
    let most = match wanted {
        CreditWanted::All => None,
        CreditWanted::Most(money) if money.currency != currency => return Err(Error::CreditOtherCurrency(currency)),
        CreditWanted::Most(money) => Some(money.amount),
    };
    let there_is = carts.rpc.ask(StoreCredit { user_id: user, currency }).await;
    let there_is = there_is.map_err(|error| Error::Unanswered(error.to_string()))?.max(0);
    if most.is_some_and(|most| most > there_is) {
        return Err(Error::CreditShort(Money::new(there_is, currency)));
    }
    Ok(Credit { user, most, balance: Money::new(there_is, currency) })
}
