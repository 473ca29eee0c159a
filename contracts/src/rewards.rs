//! Rewards: points that are earned by buying and spent on buying.

use crate::{OrderId, events, questions};
use bodega_kernel::{Time, UserId};
use serde::{Deserialize, Serialize};

/// The points that an order spends are held for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsReserved {
    /// For which order.
    pub order_id: OrderId,
}

/// No points are held for an order, because there are not enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsRejected {
    /// For which order.
    pub order_id: OrderId,
    /// How many were to be spent.
    pub wanted: i64,
    /// How many there are.
    pub spendable: i64,
}

/// What was held for an order is spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsSpent {
    /// For which order.
    pub order_id: OrderId,
    /// Whose.
    pub user_id: UserId,
    /// How many.
    pub points: i64,
}

/// What was held or spent for an order is spendable again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsReleased {
    /// Of which order.
    pub order_id: OrderId,
    /// Whose.
    pub user_id: UserId,
    /// How many.
    pub points: i64,
}

/// An order earns points, to be spent when it is completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsPending {
    /// Which order.
    pub order_id: OrderId,
    /// Whose.
    pub user_id: UserId,
    /// How many.
    pub points: i64,
}

/// What an order earned can be spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsEarned {
    /// Which order.
    pub order_id: OrderId,
    /// Whose.
    pub user_id: UserId,
    /// How many.
    pub points: i64,
}

/// What an order earned is taken back, because it was cancelled or money went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsReversed {
    /// Which order.
    pub order_id: OrderId,
    /// Whose.
    pub user_id: UserId,
    /// How many in all: grows.
    pub points: i64,
}

/// A customer is given a discount as a reward; coupons makes the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardGranted {
    /// Names the reward; a code is made once for it.
    pub reward_id: String,
    /// Whose.
    pub user_id: UserId,
    /// As the customer sees it.
    pub label: String,
    /// Basis points off.
    pub bp: i64,
    /// Until when it can be used.
    pub ends: Time,
}

events! {
    PointsReserved = "points.reserved.v1" by order_id,
    PointsRejected = "points.rejected.v1" by order_id,
    PointsSpent = "points.spent.v1" by order_id,
    PointsReleased = "points.released.v1" by order_id,
    PointsPending = "points.pending.v1" by order_id,
    PointsEarned = "points.earned.v1" by order_id,
    PointsReversed = "points.reversed.v1" by order_id,
    RewardGranted = "reward.granted.v1" by user_id,
}

/// Asked by cart before points are spent: what a customer has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PointsBalance {
    /// Whose.
    pub user_id: UserId,
}

/// What a customer has, and what it is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Points that can be spent now.
    pub spendable: i64,
    /// Minor units of the shop's currency that one point takes off.
    pub point_value: i64,
}

/// Asked by `verify`: the accounts of customers, by id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PointsFacts {
    /// The last customer of the page before.
    pub after: Option<UserId>,
}

/// An account beside what its ledger, its orders and its lots add up to. Each figure of the account is the sum of its
/// column in the ledger; `held` and `pending` are the sums over its orders too; no figure is negative, either
/// `spendable` or `debt` is 0, and `spendable` is at most `lots`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsFact {
    /// Whose.
    pub user_id: UserId,
    /// What can be spent.
    pub spendable: i64,
    /// Held for orders that are not paid.
    pub held: i64,
    /// Earned by orders that are not completed.
    pub pending: i64,
    /// Taken back after it was spent: later earnings pay it.
    pub debt: i64,
    /// The ledger's sum of spendable points.
    pub ledger_spendable: i64,
    /// The ledger's sum of held points.
    pub ledger_held: i64,
    /// The ledger's sum of pending points.
    pub ledger_pending: i64,
    /// The ledger's sum of debt.
    pub ledger_debt: i64,
    /// What its orders hold.
    pub live_holds: i64,
    /// What its orders will earn.
    pub live_pending: i64,
    /// Points that were earned and have not expired, spent or not.
    pub lots: i64,
}

/// Asked by `verify`: what orders spend and earn, by order id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderPointsFacts {
    /// The last order of the page before.
    pub after: Option<OrderId>,
}

/// The points of one order. `ledger_net` is `pending + earned - spent`; a cancelled order has nothing held, spent,
/// pending or earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPointsFact {
    /// Which order.
    pub order_id: OrderId,
    /// Whose; `None` where nobody said so yet, or nobody has to.
    pub user_id: Option<UserId>,
    /// Whether it is over.
    pub cancelled: bool,
    /// Points held for it.
    pub held: i64,
    /// Points spent on it.
    pub spent: i64,
    /// Points it will earn, less what was taken back.
    pub pending: i64,
    /// Points it earned, less what was taken back.
    pub earned: i64,
    /// Points that were taken back.
    pub reversed: i64,
    /// The ledger's sum of held points for it.
    pub ledger_held: i64,
    /// The ledger's sum of everything for it, debt taken off.
    pub ledger_net: i64,
    /// How often the ledger says that it earned: once at most.
    pub earnings: i64,
}

questions! {
    PointsBalance -> Balance, "rewards" / "points_balance";
    PointsFacts -> Vec<PointsFact>, "rewards" / "points_facts";
    OrderPointsFacts -> Vec<OrderPointsFact>, "rewards" / "order_points_facts";
}
