//! The sample shop of `bodega up --demo`.

use crate::{Shop, client::ShopClient, commands::admin::create_user};
use anyhow::{Context as _, ensure};
use bodega_kernel::Role;
use bodega_settings::Settings;
use serde_json::{Value, json};
use std::{fmt::Write, net::SocketAddr};

/// Who may log in, and how. Known to everybody, which is why a demo only listens on this machine.
const PEOPLE: [(&str, &str, Role); 3] = [
    ("admin@example.com", "orchard-lantern-admin", Role::Admin),
    ("staff@example.com", "orchard-lantern-staff", Role::Staff),
    ("shopper@example.com", "orchard-lantern-shopper", Role::Customer),
];

/// SKU, name, price in pence, pieces.
const GOODS: [(&str, &str, i64, i64); 12] = [
    ("MUG-BLUE", "Stoneware mug, harbour blue", 1_250, 48),
    ("MUG-SAND", "Stoneware mug, sand", 1_250, 36),
    ("BOWL-L", "Salad bowl, olive wood", 3_900, 12),
    ("BOARD-OAK", "Chopping board, oak", 2_850, 20),
    ("APRON-LINEN", "Linen apron, washed grey", 3_400, 25),
    ("TOWEL-SET", "Tea towels, set of three", 1_800, 60),
    ("JAR-05", "Storage jar, half a litre", 950, 120),
    ("JAR-10", "Storage jar, one litre", 1_350, 90),
    ("POT-CAST", "Cast-iron pot, four litres", 12_900, 6),
    ("KNIFE-CHEF", "Chef's knife, 20 cm", 7_400, 9),
    ("COFFEE-250", "House blend coffee, 250 g", 890, 200),
    ("CANDLE-FIG", "Candle, fig and cedar", 2_200, 1),
];

/// Allows the payment simulator, and with it only addresses of this machine.
pub fn adjust(settings: &mut Settings) -> anyhow::Result<()> {
    let address: SocketAddr =
        settings.server.listen.parse().context("a demo listens on an address such as 127.0.0.1:8080")?;
    ensure!(address.ip().is_loopback(), "a demo takes play money from everybody, so it listens on 127.0.0.1 only");
    settings.payments.providers = vec!["simulator".to_owned(), "manual".to_owned()];
    settings.shipping.carriers = vec!["manual".to_owned(), "simulator".to_owned()];
    Ok(())
}

/// Fills the shop with goods and people; a second time changes nothing. Answers what to tell the newcomer.
pub async fn fill(shop: &Shop) -> anyhow::Result<String> {
    for (email, password, role) in PEOPLE {
        create_user(shop, email, password, role).await?;
    }
    let (url, serving) = shop.serve_here().await?;
    let (email, password, _) = PEOPLE[1];
    let staff = ShopClient::new(&url, None)?.log_in(email, password).await?;
    for (sku, name, pence, _) in GOODS {
        let product = json!({
            "name": name,
            "slug": sku.to_lowercase(),
            "status": "active",
            "variants": [{"sku": sku, "price": {"amount": pence, "currency": shop.settings.shop.currency}, "stocked": true}],
        });
        let key = format!("demo-product-{sku}");
        let headers = crate::client::Headers { key: Some(&key), ..crate::client::Headers::default() };
        let answer = staff.call(reqwest::Method::POST, "/v1/products", headers, Some(&product)).await?;
        ensure!(answer.status.is_success() || answer.status == 409, "the demo cannot list {sku}: {}", answer.body);
    }
    let receive = |(sku, _, _, pieces): (&str, &str, i64, i64)| json!({"sku": sku, "kind": "receive", "quantity": pieces, "reason": "demo"});
    let movements: Vec<Value> = GOODS.into_iter().map(receive).collect();
    let stocked = staff.get("/v1/stock/MUG-BLUE", crate::client::Headers::default()).await.is_ok();
    if !stocked {
        staff.post("/v1/stock/movements", &json!(movements), Some("demo-stock")).await?;
    }
    serving.abort();
    let mut logins = String::from("  Sample log-ins");
    for (email, password, role) in PEOPLE {
        // Writing to a String cannot fail.
        let _ = write!(logins, "\n    {email:<20} {password:<22} {role:?}");
    }
    Ok(logins)
}
