//! What rewards says to the cart, and of itself to `verify`.

use crate::{Rewards, store};
use bodega_contracts::rewards::{Balance, OrderPointsFacts, PointsBalance, PointsFacts};
use bodega_db::DbError;
use bodega_kernel::UserId;
use bodega_rpc::{Answers, RpcError};

/// What a customer may spend; accounts and orders, in pages.
pub(crate) fn answers(rewards: &Rewards) -> Answers {
    let (of_balance, of_accounts, of_orders) = (rewards.clone(), rewards.db.clone(), rewards.db.clone());
    Answers::new()
        .on(async move |question: PointsBalance| balance(&of_balance, question.user_id).await.map_err(unavailable))
        .on(async move |question: PointsFacts| {
            store::account_facts(of_accounts.reader(), question.after).await.map_err(unavailable)
        })
        .on(async move |question: OrderPointsFacts| {
            store::order_facts(of_orders.reader(), question.after).await.map_err(unavailable)
        })
}

/// Nothing can be spent where the shop gives no points.
async fn balance(rewards: &Rewards, user: UserId) -> Result<Balance, DbError> {
    let account = store::account_of(rewards.db.reader(), user).await?;
    let spendable = if rewards.rules.enabled { account.spendable } else { 0 };
    Ok(Balance { spendable, point_value: rewards.rules.point_value_minor })
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unavailable(error: DbError) -> RpcError {
    RpcError::Unavailable(error.to_string())
}
