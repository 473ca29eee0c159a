//! Checks of orders against what other services keep for them.

use super::{Books, Strictness, claims, money};
use bodega_contracts::{
    OrderId,
    inventory::ReservationState,
    orders::{OrderFact, OrderStatus, ReturnFact},
};
use bodega_kernel::Sku;
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    time::Duration,
};

/// A timer may be late by this much while services run.
const LATE: Duration = Duration::from_mins(1);

/// V3.
pub(super) fn confirmed_is_covered(books: &Books, strictness: Strictness) -> BTreeSet<String> {
    let confirmed = books.orders.values().filter(|order| is_sold(order.status));
    confirmed
        .filter(|order| {
            let is_sent_once = claims::parcels_agree(books, order, strictness);
            !money::is_covered(books, order) || !is_allocated(books, order, strictness) || !is_sent_once
        })
        .map(|order| format!("order {}", order.order_id))
        .collect()
}

/// Paid and not cancelled, however far it is on its way.
pub(super) fn is_sold(status: OrderStatus) -> bool {
    (OrderStatus::Confirmed..OrderStatus::Cancelled).contains(&status)
}

fn is_allocated(books: &Books, order: &OrderFact, strictness: Strictness) -> bool {
    let Some(reservation) = books.reservations.get(&order.order_id) else { return order.stocked.is_empty() };
    let state_fits = match reservation.state {
        ReservationState::Allocated => true,
        ReservationState::Held => strictness == Strictness::Live,
        ReservationState::Rejected
        | ReservationState::Released
        | ReservationState::Expired
        | ReservationState::Unavailable => order.stocked.is_empty(),
    };
    state_fits && by_sku(&reservation.lines) == by_sku(&order.stocked)
}

fn by_sku(lines: &[(Sku, i64)]) -> BTreeMap<&Sku, i64> {
    let mut sums = BTreeMap::new();
    for (sku, quantity) in lines {
        *sums.entry(sku).or_default() += quantity;
    }
    sums
}

/// V4.
pub(super) fn cancelled_holds_nothing(books: &Books, _: Strictness) -> BTreeSet<String> {
    let holds_stock = |order: &OrderFact| {
        books
            .reservations
            .get(&order.order_id)
            .is_some_and(|kept| matches!(kept.state, ReservationState::Held | ReservationState::Allocated))
    };
    let cancelled = books.orders.values().filter(|order| order.status == OrderStatus::Cancelled);
    cancelled
        .filter(|order| {
            let claims = claims::uses_a_coupon(books, order) || claims::keeps_points(books, order);
            holds_stock(order) || claims || !money::is_given_back(books, &order.order_id)
        })
        .map(|order| format!("order {}", order.order_id))
        .collect()
}

/// V10.
pub(super) fn waiting_has_a_timer(books: &Books, strictness: Strictness) -> BTreeSet<String> {
    let overdue = |order: &OrderFact| match (order.timer_due, books.read_at) {
        (Some(due), Some(now)) => strictness == Strictness::Live && now > due.plus(LATE),
        (None, _) => true,
        (Some(_), None) => false,
    };
    let is_over = |status| matches!(status, OrderStatus::Completed | OrderStatus::Cancelled);
    let waiting = books.orders.values().filter(|order| !is_over(order.status));
    waiting.filter(|order| overdue(order)).map(|order| format!("order {}", order.order_id)).collect()
}

/// V13.
pub(super) fn history_is_a_path(books: &Books, _: Strictness) -> BTreeSet<String> {
    let is_path = |order: &OrderFact| {
        let starts =
            order.history.first().is_some_and(|(version, status)| (*version, *status) == (1, OrderStatus::Pending));
        let moves = order.history.windows(2).all(|pair| match pair {
            [(before, from), (after, to)] => *after == before + 1 && may_follow(*from, *to),
            _ => false,
        });
        let ends = order.history.last().is_some_and(|last| *last == (order.version, order.status));
        starts && moves && ends
    };
    let offending = books.orders.values().filter(|order| !is_path(order));
    offending.map(|order| format!("order {}", order.order_id)).collect()
}

fn may_follow(from: OrderStatus, to: OrderStatus) -> bool {
    use OrderStatus::{
        AwaitingPayment, Cancelled, Completed, Confirmed, Delivered, PartiallyShipped, Pending, ReadyForPickup, Shipped,
    };
    match from {
        Pending => matches!(to, AwaitingPayment | Confirmed | Cancelled),
        AwaitingPayment => matches!(to, Confirmed | Cancelled),
        // Parcels can be heard of late, so a status may be left out, but none comes back.
        Confirmed | ReadyForPickup => to > from && to != Completed,
        PartiallyShipped | Shipped => to > from && to <= Delivered,
        Delivered => to == Completed,
        Completed | Cancelled => false,
    }
}

/// V14.
pub(super) fn one_for_a_cart(books: &Books, strictness: Strictness) -> BTreeSet<String> {
    let mut offenders = BTreeSet::new();
    let mut bought = HashSet::new();
    for order in books.orders.values() {
        let checkout = books.checkouts.get(&order.order_id);
        let same =
            checkout.is_some_and(|made| (made.cart_id, made.cart_version) == (order.cart_id, order.cart_version));
        if !bought.insert((order.cart_id, order.cart_version)) || !same {
            offenders.insert(format!("order {}", order.order_id));
        }
    }
    if strictness == Strictness::Strict {
        let lost = books.checkouts.keys().filter(|order_id| !books.orders.contains_key(order_id));
        offenders.extend(lost.map(|order_id| format!("checkout of order {order_id}")));
    }
    offenders
}

/// V16.
pub(super) fn returns_fit(books: &Books, _: Strictness) -> BTreeSet<String> {
    let mut by_order: BTreeMap<OrderId, Vec<&ReturnFact>> = BTreeMap::new();
    for fact in &books.returns {
        by_order.entry(fact.order_id).or_default().push(fact);
    }
    let fits = |(order_id, returns): &(OrderId, Vec<&ReturnFact>)| {
        let Some(order) = books.orders.get(order_id) else { return false };
        let refunds: i64 = returns.iter().map(|fact| fact.refund).sum();
        let restocked: Vec<_> = returns.iter().flat_map(|fact| &fact.restocked).cloned().collect();
        let left = books.fulfilments.get(order_id).map_or(&order.stocked, |fulfilment| &fulfilment.claimed);
        let left = by_sku(left);
        let had_left = by_sku(&restocked).iter().all(|(sku, pieces)| left.get(sku).is_some_and(|left| pieces <= left));
        is_sold(order.status) && refunds <= order.total.amount && had_left
    };
    let misfits = by_order.into_iter().filter(|returns| !fits(returns));
    misfits.map(|(order_id, _)| format!("order {order_id}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_contracts::{CartId, ReturnId, orders::PaymentStatus};
    use bodega_kernel::{Currency, Money, uuid::Uuid};
    use bodega_pricing::{Basket, price};

    fn books(returns: &[(i64, i64)]) -> Books {
        let (order_id, mug) = (OrderId(Uuid::from_u128(1)), Sku::new("mug").unwrap());
        let basket = Basket {
            currency: Currency::GBP,
            prices_include_tax: true,
            lines: Vec::new(),
            discounts: Vec::new(),
            shipping: None,
        };
        let order = OrderFact {
            order_id,
            cart_id: CartId(Uuid::from_u128(2)),
            cart_version: 1,
            number: "B1".to_owned(),
            status: OrderStatus::Delivered,
            payment_status: PaymentStatus::Captured,
            cancel_reason: None,
            stocked: vec![(mug.clone(), 3)],
            coupons: Vec::new(),
            points: 0,
            dispatched: 3,
            total: Money::new(900, Currency::GBP),
            priced: price(&basket).unwrap(),
            basket,
            version: 1,
            history: Vec::new(),
            timer_due: None,
        };
        let came_back = |(nth, (pieces, refund)): (usize, &(i64, i64))| ReturnFact {
            return_id: ReturnId(Uuid::from_u128(nth as u128)),
            order_id,
            restocked: vec![(mug.clone(), *pieces)],
            refund: *refund,
        };
        let returns = returns.iter().enumerate().map(came_back).collect();
        Books { orders: BTreeMap::from([(order_id, order)]), returns, ..Books::default() }
    }

    #[test]
    fn no_more_comes_back_than_left_and_no_more_is_given_back_than_was_paid() {
        let misfits = |returns: &[(i64, i64)]| returns_fit(&books(returns), Strictness::Strict).len();
        assert_eq!(misfits(&[]), 0);
        assert_eq!(misfits(&[(2, 600), (1, 300)]), 0);
        assert_eq!(misfits(&[(2, 600), (2, 300)]), 1, "more pieces than left");
        assert_eq!(misfits(&[(2, 600), (1, 301)]), 1, "more money than was paid");
        let mut lost = books(&[(1, 300)]);
        lost.orders.clear();
        assert_eq!(returns_fit(&lost, Strictness::Strict).len(), 1, "of an order that nobody knows");
    }
}
