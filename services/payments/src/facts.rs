//! What other services and `verify` may ask.

use crate::{Payments, error::Error, flows, model::Code, store};
use bodega_contracts::payments::{
    CreditFacts, GiftCardStanding, GiftCardToMail, PaymentFacts, PendingAction, StoreCredit,
};
use bodega_db::DbError;
use bodega_rpc::{Answers, RpcError};

/// The questions payments answers.
pub(crate) fn answers(payments: &Payments) -> Answers {
    let (acting, telling) = (payments.clone(), payments.clone());
    of_credit(Answers::new(), payments)
        .on::<PendingAction, _>(async move |asked: PendingAction| {
            let details = acting.bank_details.as_deref();
            store::pending_action(&acting.db, asked.order_id, details).await.map_err(|error| no_answer(&error))
        })
        .on::<PaymentFacts, _>(async move |asked: PaymentFacts| {
            let simulated = telling.providers.simulator.is_some();
            store::payment_facts(&telling.db, asked.after, simulated).await.map_err(|error| no_answer(&error))
        })
}

/// Gift cards and store credit: what carts, mails and `verify` ask.
fn of_credit(answers: Answers, payments: &Payments) -> Answers {
    let (standing, credit, mail, facts) = (payments.clone(), payments.clone(), payments.clone(), payments.clone());
    answers
        .on::<GiftCardStanding, _>(async move |asked: GiftCardStanding| {
            let found = flows::find_card(&standing, &asked.code).await.map_err(|error| refused(&error))?;
            Ok(found.map(|(card, _)| card))
        })
        .on::<StoreCredit, _>(async move |asked: StoreCredit| {
            store::credit_of(&credit.db, asked.user_id, asked.currency).await.map_err(|error| no_answer(&error))
        })
        .on::<GiftCardToMail, _>(async move |asked: GiftCardToMail| {
            let known = store::card_view(&mail.db, asked.card_id).await.map_err(|error| no_answer(&error))?;
            Ok(known.map(|_| Code::of(&mail.secrets, asked.card_id).to_string()))
        })
        .on::<CreditFacts, _>(async move |asked: CreditFacts| {
            store::credit_facts(&facts.db, asked.after).await.map_err(|error| no_answer(&error))
        })
}

fn refused(error: &Error) -> RpcError {
    if let Error::Db(error) = error { no_answer(error) } else { RpcError::Refused(error.to_string()) }
}

fn no_answer(error: &DbError) -> RpcError {
    if error.is_transient() { RpcError::Unavailable(error.to_string()) } else { RpcError::Refused(error.to_string()) }
}
