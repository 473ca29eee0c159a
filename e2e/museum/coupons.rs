//! Faults of codes.

use crate::shop::{Paying, Seen, Shop, exhibit, never};
use futures_util::future::join_all;

async fn a_crowd_with_one_code<S: Shop>(shop: &mut S) -> Seen {
    shop.sell("MUG", 1_000, 1_000).await;
    shop.make_code("ONCE", 5_000, Some(1)).await;
    let buyer = async || {
        let cart = shop.cart(&[("MUG", 1)], Some("ONCE")).await?;
        let order = shop.check_out(&cart, Paying::AtOnce).await?;
        Some(shop.order(&order, &["confirmed", "cancelled"]).await)
    };
    let orders = join_all((0..30).map(|_| buyer())).await;
    let cheap = orders.iter().flatten().filter(|order| order.status == "confirmed" && order.goods == 500).count();
    never(cheap != 1, || format!("a code for one order was used {cheap} times"))
}

async fn a_code_without_a_limit<S: Shop>(shop: &mut S) -> Seen {
    shop.sell("MUG", 1_000, 1_000).await;
    shop.make_code("ALWAYS", 5_000, None).await;
    let cart = shop.cart(&[("MUG", 1)], Some("ALWAYS")).await.ok_or("no cart")?;
    let order = shop.check_out(&cart, Paying::AtOnce).await.ok_or("no order")?;
    shop.order(&order, &["confirmed"]).await;
    let shared = shop.shared_rows("ALWAYS").await;
    never(shared > 0, || format!("every order with an unlimited code writes {shared} shared rows"))
}

exhibit! {
    /// vendure pull request 4660, CVE-2026-31824 (Sylius), woocommerce #13505, CVE-2026-47741.
    a_code_for_one_order_is_used_once: ChecksCodeThenCounts, a_crowd_with_one_code
}
exhibit! {
    /// Sylius #18960.
    a_code_without_a_limit_is_no_hot_row: CountsEveryCode, a_code_without_a_limit
}
