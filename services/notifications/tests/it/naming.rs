//! Mails are signed as the shop is called when they are written.

use crate::setup::Shop;
use bodega_contracts::catalog::{Shop as Profile, ShopProfile};
use bodega_kernel::{Caller, Role};
use bodega_rpc::{Answers, RpcError};
use bodega_testkit::{Ask, stories};
use std::{collections::BTreeSet, time::Duration};

stories!(mails_are_signed_as_the_shop_is_called_and_by_its_settings_where_nobody_answers);

/// One more mail is sent; how all that were are signed.
async fn signed(shop: &Shop) -> BTreeSet<String> {
    shop.deliver(vec![shop.confirmed(shop.order())]).await;
    shop.send_all().await;
    let staff = Caller { user: Some(shop.user()), roles: vec![Role::Admin] };
    let kept = shop.ask(0, Ask::get("/v1/mailbox?limit=100").by(staff)).await.expect(200).json;
    let signature = |text: &str| text.lines().skip_while(|line| *line != "-- ").nth(1).unwrap_or_default().to_owned();
    kept["items"].as_array().unwrap().iter().map(|mail| signature(mail["text"].as_str().unwrap())).collect()
}

async fn mails_are_signed_as_the_shop_is_called_and_by_its_settings_where_nobody_answers(shop: &Shop) {
    assert_eq!(signed(shop).await, BTreeSet::from(["Tea & Mugs".to_owned()]));
    let called = Profile { name: "Harbour & Hearth".to_owned(), ..Profile::default() };
    let answers = Answers::new().on(async move |_: ShopProfile| Ok::<_, RpcError>(called));
    shop.neighbour("catalog", &answers);
    shop.clock.advance(Duration::from_mins(1));
    let both = BTreeSet::from(["Harbour & Hearth".to_owned(), "Tea & Mugs".to_owned()]);
    assert_eq!(signed(shop).await, both);
}
