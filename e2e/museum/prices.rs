//! Faults of prices.

use crate::shop::{Paying, Seen, Shop, exhibit, never};

const ENDS: &[&str] = &["confirmed", "cancelled"];

async fn a_price_of_the_clients_own<S: Shop>(shop: &mut S) -> Seen {
    shop.sell("MUG", 1_000, 10).await;
    let Some(cart) = shop.cart_at("MUG", 1).await else { return Ok(()) };
    let Some(order) = shop.check_out(&cart, Paying::AtOnce).await else { return Ok(()) };
    let goods = shop.order(&order, ENDS).await.goods;
    never(goods != 1_000, || format!("a mug for 1,000 was sold for {goods}"))
}

async fn quantities_that_are_none<S: Shop>(shop: &mut S) -> Seen {
    shop.sell("MUG", 1_000, 10).await;
    for quantity in [0, -1, -1_000, 1_000_000_000, i64::MAX, i64::MIN] {
        let Some(cart) = shop.cart(&[("MUG", quantity)], None).await else { continue };
        let Some(order) = shop.check_out(&cart, Paying::AtOnce).await else { continue };
        let order = shop.order(&order, ENDS).await;
        never(order.status == "confirmed", || format!("{quantity} mugs were sold for {}", order.total))?;
    }
    Ok(())
}

async fn a_third_off_of_many<S: Shop>(shop: &mut S) -> Seen {
    shop.sell("MUG", 999, 1_000).await;
    shop.make_code("THIRD", 3_333, None).await;
    let mut sum = 0;
    for quantity in [1, 3, 7, 50, 100] {
        let cart = shop.cart(&[("MUG", quantity)], Some("THIRD")).await.ok_or("no cart")?;
        let order = shop.check_out(&cart, Paying::AtOnce).await.ok_or("no order")?;
        let order = shop.order(&order, ENDS).await;
        sum += order.total;
        // In ten-thousandths of a penny.
        let (exact, asked) = (999 * quantity * 6_667, order.goods * 10_000);
        let off = (asked - exact).abs();
        never(off > 5_000, || {
            format!("{quantity} mugs cost {}, off by {off} ten-thousandths of a penny", order.goods)
        })?;
    }
    let charged = shop.charged().await;
    never(charged != sum, || format!("the orders say {sum}, {charged} was charged"))
}

exhibit! {
    /// `CoCart` #361, dotnet/eShop's `CreateOrder`.
    the_client_does_not_choose_the_price: TakesClientPrice, a_price_of_the_clients_own
}
exhibit! {
    /// CVE-2026-44826, newbee-mall #127.
    a_quantity_that_is_none_is_not_sold: TakesAnyQuantity, quantities_that_are_none
}
exhibit! {
    /// medusa #14818, vendure #3091.
    rounding_does_not_grow_with_the_quantity: RoundsEachPiece, a_third_off_of_many
}
