//! Checks of what orders take up elsewhere: promotions, points, parcels.

use super::{Books, Strictness, orders::is_sold};
use bodega_contracts::{
    coupons::CouponUseState,
    orders::OrderFact,
    rewards::{OrderPointsFact, PointsFact},
    shipping::FulfilmentFact,
};
use std::collections::BTreeSet;

/// V6.
pub(super) fn uses_keep_their_limits(books: &Books, strictness: Strictness) -> BTreeSet<String> {
    let beyond = |uses: i64, limit: Option<i64>| limit.is_some_and(|limit| uses > limit);
    let mut offenders = BTreeSet::new();
    for promotion in &books.promotions {
        let counts = promotion.counted.is_none_or(|counted| counted == promotion.live_uses);
        let by_customer = beyond(promotion.most_by_customer, promotion.limit_per_customer);
        let counts_customers =
            promotion.most_counted_by_customer.is_none_or(|counted| counted == promotion.most_by_customer);
        if beyond(promotion.live_uses, promotion.limit) || by_customer || !counts || !counts_customers {
            offenders.insert(format!("promotion {}", promotion.promotion_id));
        }
    }
    for code in &books.codes {
        let counts = code.counted.is_none_or(|counted| counted == code.live_uses);
        if beyond(code.live_uses, code.limit) || !counts {
            offenders.insert(format!("code {}", code.code));
        }
    }
    let sold = books.orders.values().filter(|order| is_sold(order.status) && !order.coupons.is_empty());
    let lacking = sold.filter(|order| !has_its_uses(books, order, strictness));
    offenders.extend(lacking.map(|order| format!("order {}", order.order_id)));
    offenders
}

fn has_its_uses(books: &Books, order: &OrderFact, strictness: Strictness) -> bool {
    let Some(uses) = books.coupon_uses.get(&order.order_id) else { return false };
    let state_fits = match uses.state {
        CouponUseState::Redeemed => true,
        CouponUseState::Reserved => strictness == Strictness::Live,
        CouponUseState::Rejected | CouponUseState::Released | CouponUseState::Awaited => false,
    };
    state_fits && uses.claims == order.coupons
}

/// Whether a cancelled order counts as a use of anything.
pub(super) fn uses_a_coupon(books: &Books, order: &OrderFact) -> bool {
    books
        .coupon_uses
        .get(&order.order_id)
        .is_some_and(|uses| matches!(uses.state, CouponUseState::Reserved | CouponUseState::Redeemed))
}

/// V7.
pub(super) fn points_equal_their_ledger(books: &Books, strictness: Strictness) -> BTreeSet<String> {
    let accounts = books.points.iter().filter(|account| !balances(account));
    let mut offenders: BTreeSet<String> = accounts.map(|account| format!("points of {}", account.user_id)).collect();
    let orders = books.order_points.values().filter(|points| !adds_up(points));
    offenders.extend(orders.map(|points| format!("points of order {}", points.order_id)));
    if strictness == Strictness::Strict {
        let sold = books.orders.values().filter(|order| is_sold(order.status) && order.points > 0);
        let unspent = sold
            .filter(|order| books.order_points.get(&order.order_id).is_none_or(|points| points.spent != order.points));
        offenders.extend(unspent.map(|order| format!("order {}", order.order_id)));
    }
    offenders
}

fn balances(account: &PointsFact) -> bool {
    let figures = [account.spendable, account.held, account.pending, account.debt];
    let ledger = [account.ledger_spendable, account.ledger_held, account.ledger_pending, account.ledger_debt];
    figures == ledger
        && figures.iter().all(|figure| *figure >= 0)
        && (account.live_holds, account.live_pending) == (account.held, account.pending)
        && (account.spendable == 0 || account.debt == 0)
        && account.spendable <= account.lots
}

fn adds_up(points: &OrderPointsFact) -> bool {
    points.ledger_held == points.held
        && points.ledger_net == points.pending + points.earned - points.spent
        && points.earnings <= 1
        && !(points.cancelled && holds_points(points))
}

fn holds_points(points: &OrderPointsFact) -> bool {
    points.held + points.spent + points.pending + points.earned != 0
}

/// Whether points are still held, spent or earned by a cancelled order.
pub(super) fn keeps_points(books: &Books, order: &OrderFact) -> bool {
    books.order_points.get(&order.order_id).is_some_and(holds_points)
}

/// Whether what has left is what shipping, stock and orders say of it.
pub(super) fn parcels_agree(books: &Books, order: &OrderFact, strictness: Strictness) -> bool {
    let Some(fulfilment) = books.fulfilments.get(&order.order_id) else { return order.dispatched == 0 };
    let shipped: i64 = books
        .reservations
        .get(&order.order_id)
        .map_or(0, |kept| kept.shipped.iter().map(|(_, quantity)| quantity).sum());
    let is_told = order.dispatched == fulfilment.dispatched || is_fetched(fulfilment);
    is_whole(fulfilment) && (strictness == Strictness::Live || (is_told && shipped == fulfilment.dispatched))
}

/// What is fetched leaves in no parcel that orders counts.
fn is_fetched(fulfilment: &FulfilmentFact) -> bool {
    fulfilment.state == bodega_contracts::shipping::FulfilmentState::Collected
}

fn is_whole(fulfilment: &FulfilmentFact) -> bool {
    let pieces: i64 = fulfilment.lines.iter().map(|(_, quantity)| quantity).sum();
    let of_line = |sku| fulfilment.lines.iter().find(|(of, _)| of == sku).map_or(0, |(_, quantity)| *quantity);
    pieces == fulfilment.pieces
        && fulfilment.claimed.iter().all(|(sku, quantity)| *quantity <= of_line(sku))
        && (fulfilment.parcels_dispatched, fulfilment.parcels_delivered)
            == (fulfilment.dispatched, fulfilment.delivered)
}
