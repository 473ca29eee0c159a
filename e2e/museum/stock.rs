//! Faults of stock.

use crate::shop::{Paying, Seen, Shop, exhibit, never, nothing_is_oversold};
use futures_util::future::join_all;

const ENDS: &[&str] = &["confirmed", "cancelled"];

async fn one_sku_on_two_lines<S: Shop>(shop: &mut S) -> Seen {
    shop.sell("MUG", 1_000, 3).await;
    if let Some(cart) = shop.cart(&[("MUG", 2), ("MUG", 2)], None).await
        && let Some(order) = shop.check_out(&cart, Paying::AtOnce).await
    {
        shop.order(&order, ENDS).await;
    }
    nothing_is_oversold(shop, "MUG").await
}

async fn a_crowd_for_one_piece<S: Shop>(shop: &mut S) -> Seen {
    shop.sell("LAST", 1_000, 1).await;
    let buyer = async || {
        let cart = shop.cart(&[("LAST", 1)], None).await?;
        let order = shop.check_out(&cart, Paying::AtOnce).await?;
        Some(shop.order(&order, ENDS).await.status)
    };
    let sold = join_all((0..30).map(|_| buyer())).await.into_iter().flatten().filter(|status| status == "confirmed");
    let sold = sold.count();
    never(sold != 1, || format!("one piece was sold {sold} times"))?;
    nothing_is_oversold(shop, "LAST").await
}

async fn a_cart_that_changes_while_it_is_checked_out<S: Shop>(shop: &mut S) -> Seen {
    shop.sell("MUG", 1_000, 1_000).await;
    let mut bought = 0;
    for _ in 0..10 {
        let Some(cart) = shop.cart(&[("MUG", 1)], None).await else { return Err("no cart".to_owned()) };
        let (order, ()) = tokio::join!(shop.check_out(&cart, Paying::AtOnce), shop.change(&cart, 7));
        // Where the change came first, the shopper has to look at it again.
        let Some(order) = order else { continue };
        let order = shop.order(&order, ENDS).await;
        bought += order.pieces;
        never(order.goods != order.pieces * 1_000, || format!("{} pieces for {}", order.pieces, order.goods))?;
    }
    let allocated = shop.pieces("MUG").await.allocated;
    never(allocated != bought, || format!("{bought} were bought, {allocated} are allocated"))
}

async fn paid_after_the_goods_were_given_to_another<S: Shop>(shop: &mut S) -> Seen {
    shop.sell("LAST", 1_000, 1).await;
    let cart = shop.cart(&[("LAST", 1)], None).await.ok_or("no cart")?;
    let late = shop.check_out(&cart, Paying::AtTheBank).await.ok_or("no order")?;
    shop.order(&late, &["awaiting_payment"]).await;
    shop.days_pass(3).await;
    shop.order(&late, ENDS).await;
    if let Some(cart) = shop.cart(&[("LAST", 1)], None).await
        && let Some(order) = shop.check_out(&cart, Paying::AtOnce).await
    {
        shop.order(&order, ENDS).await;
    }
    shop.approve(&late).await;
    let late = shop.order(&late, &["cancelled"]).await;
    never(late.status != "cancelled", || format!("paid, without goods, and {}", late.status))?;
    never(late.paid != late.refunded, || format!("{} of {} came back", late.refunded, late.paid))?;
    nothing_is_oversold(shop, "LAST").await
}

async fn an_order_that_nobody_pays<S: Shop>(shop: &mut S) -> Seen {
    shop.sell("MUG", 1_000, 5).await;
    let cart = shop.cart(&[("MUG", 5)], None).await.ok_or("no cart")?;
    let order = shop.check_out(&cart, Paying::AtTheBank).await.ok_or("no order")?;
    shop.order(&order, &["awaiting_payment"]).await;
    shop.days_pass(30).await;
    shop.order(&order, &["cancelled"]).await;
    let held = shop.pieces("MUG").await.held;
    never(held > 0, || format!("{held} pieces are held for nobody"))
}

async fn two_skus_in_either_order<S: Shop>(shop: &mut S) -> Seen {
    shop.sell("CUP", 1_000, 1_000).await;
    shop.sell("POT", 1_000, 1_000).await;
    let buyer = async |number: usize| {
        let lines = if number.is_multiple_of(2) { [("CUP", 1), ("POT", 1)] } else { [("POT", 1), ("CUP", 1)] };
        let cart = shop.cart(&lines, None).await?;
        let order = shop.check_out(&cart, Paying::AtOnce).await?;
        Some(shop.order(&order, ENDS).await.status)
    };
    let all = tokio::time::timeout(shop.patience(), join_all((0..40).map(buyer))).await;
    let sold = all.map_err(|_| "the orders wait for each other for ever")?.into_iter().flatten();
    let sold = sold.filter(|status| status == "confirmed").count();
    never(sold != 40, || format!("{sold} of 40 orders were confirmed"))
}

exhibit! {
    /// medusa #16502.
    two_lines_of_one_sku_are_checked_together: ChecksLinesAlone, one_sku_on_two_lines
}
exhibit! {
    /// vendure #3508, saleor #543, nopCommerce #4184, medusa #16825.
    the_last_piece_is_sold_once: ChecksThenTakes, a_crowd_for_one_piece
}
exhibit! {
    /// spree #11286.
    what_is_charged_is_what_is_taken_from_the_shelf: ReadsLinesTwice, a_cart_that_changes_while_it_is_checked_out
}
exhibit! {
    /// vendure #3065.
    who_pays_and_gets_no_goods_gets_the_money_back: ConfirmsWithoutStock, paid_after_the_goods_were_given_to_another
}
exhibit! {
    /// vendure #3509, saleor #2797.
    an_unpaid_order_lets_go_of_its_stock: HoldsForEver, an_order_that_nobody_pays
}
exhibit! {
    /// saleor pull request 17123.
    orders_of_the_same_goods_do_not_lock_each_other_out: LocksInLineOrder, two_skus_in_either_order
}
