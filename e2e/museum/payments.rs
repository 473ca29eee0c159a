//! Faults of payments.

use crate::shop::{Paying, Report, Seen, Shop, exhibit, never};
use futures_util::future::join_all;
use std::time::Duration;

const ENDS: &[&str] = &["confirmed", "cancelled"];

/// A mug, checked out.
async fn mug<S: Shop>(shop: &S, price: i64, paying: Paying) -> Result<S::Order, String> {
    shop.sell("MUG", price, 10).await;
    let cart = shop.cart(&[("MUG", 1)], None).await.ok_or("no cart")?;
    let order = shop.check_out(&cart, paying).await.ok_or("no order")?;
    let settled = if paying == Paying::AtTheBank { &["awaiting_payment"][..] } else { ENDS };
    shop.order(&order, settled).await;
    Ok(order)
}

/// Nothing paid the order yet; its own payment does.
async fn still_unpaid<S: Shop>(shop: &S, order: &S::Order) -> Seen {
    let seen = shop.order(order, &["awaiting_payment"]).await;
    never(seen.status != "awaiting_payment", || format!("an order that nobody paid is {}", seen.status))?;
    shop.approve(order).await;
    let seen = shop.order(order, &["confirmed"]).await;
    never(seen.status != "confirmed", || format!("an order that was paid is {}", seen.status))
}

fn report(id: u32, amount: i64) -> Report {
    Report { id, amount, currency: "GBP", signed: true, age: Duration::ZERO }
}

async fn browser_and_webhook<S: Shop>(shop: &mut S) -> Seen {
    let order = mug(shop, 1_000, Paying::Reported).await?;
    let order = shop.order(&order, &["confirmed"]).await;
    let charged = shop.charged().await;
    never(order.paid != order.total || charged != order.total, || {
        format!("an order of {} was booked with {} and charged with {charged}", order.total, order.paid)
    })
}

async fn a_crowd_for_a_few<S: Shop>(shop: &mut S) -> Seen {
    shop.sell("FEW", 1_000, 2).await;
    let buyer = async || {
        let cart = shop.cart(&[("FEW", 1)], None).await?;
        let order = shop.check_out(&cart, Paying::AtOnce).await?;
        Some(shop.order(&order, ENDS).await)
    };
    let orders = join_all((0..20).map(|_| buyer())).await;
    let booked: i64 = orders.iter().flatten().map(|order| order.paid - order.refunded).sum();
    let charged = shop.charged().await;
    never(charged != booked, || format!("{charged} was charged, orders know of {booked}"))
}

async fn a_report_three_times<S: Shop>(shop: &mut S) -> Seen {
    let order = mug(shop, 1_000, Paying::AtTheBank).await?;
    let total = shop.order(&order, &["awaiting_payment"]).await.total;
    shop.approve(&order).await;
    for _ in 0..3 {
        shop.report(&order, report(1, total)).await;
    }
    let order = shop.order(&order, &["confirmed"]).await;
    never(order.paid != total, || format!("an order of {total} was paid with {}", order.paid))
}

async fn a_shopper_who_pays_twice<S: Shop>(shop: &mut S) -> Seen {
    let order = mug(shop, 1_000, Paying::AtTheBank).await?;
    join_all((0..5).map(|_| shop.pay(&order))).await;
    shop.approve(&order).await;
    shop.pay(&order).await;
    let order = shop.order(&order, &["confirmed"]).await;
    let charged = shop.charged().await;
    never(charged > order.total, || format!("an order of {} was charged with {charged}", order.total))
}

async fn refunds_at_once<S: Shop>(shop: &mut S) -> Seen {
    let order = mug(shop, 1_000, Paying::AtOnce).await?;
    let total = shop.order(&order, &["confirmed"]).await.total;
    let part = total * 2 / 5;
    join_all((0..10).map(async |number| shop.refund(&order, part, &format!("refund-{number}")).await)).await;
    let charged = shop.charged().await;
    let order = shop.order(&order, &["confirmed"]).await;
    never(charged < 0 || order.refunded > order.paid, || {
        format!("{} of {} was given back, {charged} is left at the provider", order.refunded, order.paid)
    })
}

async fn a_pound_for_two_thousand<S: Shop>(shop: &mut S) -> Seen {
    let order = mug(shop, 200_000, Paying::AtTheBank).await?;
    let total = shop.order(&order, &["awaiting_payment"]).await.total;
    shop.report(&order, report(1, 100)).await;
    shop.report(&order, Report { currency: "JPY", ..report(2, total) }).await;
    still_unpaid(shop, &order).await
}

async fn a_report_of_anybody<S: Shop>(shop: &mut S) -> Seen {
    let order = mug(shop, 1_000, Paying::AtTheBank).await?;
    let total = shop.order(&order, &["awaiting_payment"]).await.total;
    shop.report(&order, Report { signed: false, ..report(1, total) }).await;
    shop.report(&order, Report { age: Duration::from_hours(1), ..report(2, total) }).await;
    still_unpaid(shop, &order).await
}

async fn two_of_three_come_back<S: Shop>(shop: &mut S) -> Seen {
    shop.sell("MUG", 1_000, 10).await;
    let cart = shop.cart(&[("MUG", 3)], None).await.ok_or("no cart")?;
    let order = shop.check_out(&cart, Paying::AtOnce).await.ok_or("no order")?;
    shop.order(&order, &["confirmed"]).await;
    shop.send_back(&order, 3, 2).await;
    let refunded = shop.order(&order, &["delivered"]).await.refunded;
    never(refunded != 2_000, || format!("two mugs for 1,000 each came back, {refunded} was given back"))
}

exhibit! {
    /// medusa #13301, #12674.
    browser_and_webhook_take_the_money_once: CapturesForEachMessenger, browser_and_webhook
}
exhibit! {
    /// medusa #12790.
    nobody_pays_without_an_order: ChargesBeforeTheOrder, a_crowd_for_a_few
}
exhibit! {
    /// pinelab-vendure-plugins #620.
    a_webhook_that_comes_three_times_settles_once: BooksEveryReport, a_report_three_times
}
exhibit! {
    /// vendure #2620, saleor #19220, nopCommerce #5131.
    a_customer_cannot_pay_twice: StartsAnotherPayment, a_shopper_who_pays_twice
}
exhibit! {
    /// hyperswitch #13379, craft #1098, kill-bill #334.
    refunds_at_once_stay_below_the_capture: ChecksRefundThenGives, refunds_at_once
}
exhibit! {
    /// CVE-2026-9189.
    a_small_payment_does_not_pay_a_large_order: BelievesAnyAmount, a_pound_for_two_thousand
}
exhibit! {
    /// CVE-2026-0656.
    a_report_without_a_fresh_signature_pays_nothing: BelievesAnybody, a_report_of_anybody
}
exhibit! {
    /// spree pull request 14678.
    what_came_back_is_refunded_and_not_what_was_asked: RefundsWhatWasAsked, two_of_three_come_back
}
