//! Faults of gift cards and credit.

use crate::shop::{Paying, Seen, Shop, exhibit, never};
use futures_util::future::join_all;

async fn one_card_in_many_tabs<S: Shop>(shop: &mut S) -> Seen {
    shop.sell("MUG", 1_000, 100).await;
    let code = shop.gift_card(1_000).await;
    let tab = async || {
        let cart = shop.cart_with_card("MUG", &code).await?;
        shop.check_out(&cart, Paying::AtOnce).await
    };
    let orders = join_all((0..10).map(|_| tab())).await;
    // Whoever asks for the money waits until nothing moves any more.
    shop.charged().await;
    let mut bought = 0;
    for order in orders.iter().flatten() {
        let order = shop.order(order, &["confirmed", "awaiting_payment"]).await;
        bought += usize::from(order.status == "confirmed");
    }
    let (left, charged) = (shop.left_on(&code).await, shop.charged().await);
    never(charged != 0, || format!("{charged} was charged to somebody who paid with a card"))?;
    never(bought != 1 || left != 0, || format!("a card for one mug bought {bought} and has {left} left"))
}

exhibit! {
    /// spree #11284, pull request 13734, CVE-2024-58248.
    a_gift_card_in_many_tabs_is_spent_once: ChecksCardThenTakes, one_card_in_many_tabs
}
