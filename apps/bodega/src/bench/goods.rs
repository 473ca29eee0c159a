//! What the shop of a bench sells: products by import, with stock, and one code.

use crate::client::{Headers, ShopClient};
use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::json;
use std::fmt::Write as _;

/// A code for a tenth off, of which there are enough.
pub(super) const CODE: &str = "BENCH10";
/// How often it may be used: its uses are counted.
const USES: i64 = 1_000_000_000;
/// Pieces of a product that never runs out.
pub(super) const PLENTY: i64 = 1_000_000_000;
/// Products of one file.
const IN_A_FILE: usize = 5_000;
/// A page of products that one can browse.
pub(super) const GROUPS: usize = 100;

/// What is imported.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goods {
    pub(super) products: usize,
    /// Bytes of a description.
    pub(super) description: usize,
    /// Pieces of each.
    pub(super) pieces: i64,
}

/// The SKU of a product; in small letters its slug.
pub(super) fn sku(product: usize) -> String {
    format!("BENCH-{product:06}")
}

/// The address of a product's page.
pub(super) fn page(product: usize) -> String {
    format!("/v1/products/{}", sku(product).to_lowercase())
}

impl Goods {
    /// Imports all of it, as staff. Carts and stock hear of it soon after.
    pub(super) async fn import(self, staff: &ShopClient) -> anyhow::Result<()> {
        for first in (0..self.products).step_by(IN_A_FILE) {
            let file = self.file(first, self.products.min(first + IN_A_FILE));
            let body = Some(("text/csv", file.into_bytes()));
            let answer = staff.send(Method::POST, "/v1/products/import", Headers::default(), body).await?;
            let report = answer.ok("/v1/products/import")?;
            ensure!(report["rejected"] == 0, "products were rejected: {}", report["errors"]);
        }
        Ok(())
    }

    fn file(self, first: usize, end: usize) -> String {
        let description = "An article like many others. ".repeat(self.description / 29 + 1);
        let description = description[..self.description].trim_end();
        let mut file =
            "Handle,Title,Body (HTML),Type,Published,Variant SKU,Variant Price,Variant Inventory Qty\n".to_owned();
        for product in first..end {
            let (sku, group) = (sku(product), product % GROUPS);
            let handle = sku.to_lowercase();
            // Writing to a String cannot fail.
            let _ = writeln!(
                file,
                "{handle},Product {product},<p>{description}</p>,Group {group},true,{sku},19.99,{}",
                self.pieces
            );
        }
        file
    }
}

/// Makes the code, as staff. Carts hear of it soon after.
pub(super) async fn make_code(staff: &ShopClient) -> anyhow::Result<()> {
    let coupon = json!({
        "label": "A tenth off", "code": CODE, "reward": {"kind": "percentage", "bp": 1_000}, "limit": USES,
    });
    staff.post("/v1/coupons", &coupon, None).await.context("the code").map(drop)
}
