//! Brings the assortment into a shop through its API. Everything is looked for before it is made, so that a second time
//! changes nothing, and what staff have changed stays.

use super::assortment::{Assortment, Coupon, Shipping, slug};
use crate::client::{Headers, ShopClient};
use anyhow::{Context as _, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How many requests are under way at once.
const AT_ONCE: usize = 8;

/// A member of staff who fills the shop.
pub(super) struct Listing<'a> {
    pub(super) staff: &'a ShopClient,
    pub(super) assortment: &'a Assortment,
    pub(super) currency: &'a str,
}

impl Listing<'_> {
    /// Brings in what is missing; whether anything was.
    pub(super) async fn fill(&self) -> anyhow::Result<bool> {
        let listed: BTreeSet<String> = slugs(self.staff).await?.into_keys().collect();
        let missing = self.assortment.products.iter().any(|product| !listed.contains(&product.slug()));
        if missing {
            let brands = self.brands().await?;
            let categories = self.categories().await?;
            self.products(&listed, &brands, &categories).await?;
        }
        self.stock().await?;
        self.profile().await?;
        self.shipping().await?;
        self.coupons().await?;
        Ok(missing)
    }

    /// Makes something, or finds that its name is taken already.
    async fn make(&self, path: &str, body: &Value) -> anyhow::Result<()> {
        let answer = self.staff.call(Method::POST, path, Headers::default(), Some(body)).await?;
        ensure!(answer.status.is_success() || answer.status == 409, "the demo cannot make {body}: {}", answer.body);
        Ok(())
    }

    async fn brands(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let known = ids(self.staff, "/v1/brands").await?;
        let new = self.assortment.brands.iter().filter(|brand| !known.contains_key(&brand.slug));
        let bodies = new.map(|brand| json!({"name": brand.name, "slug": brand.slug}));
        self.make_all("/v1/brands", bodies.collect()).await?;
        ids(self.staff, "/v1/brands").await
    }

    async fn categories(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let path = "/v1/categories";
        let known = ids(self.staff, path).await?;
        let new = self.assortment.categories.iter().filter(|category| !known.contains_key(&category.slug));
        self.make_all(path, new.map(|top| json!({"name": top.name, "slug": top.slug})).collect()).await?;
        let tops = ids(self.staff, path).await?;
        let below = self.assortment.categories.iter().flat_map(|top| top.below.iter().map(move |name| (top, name)));
        let new = below.filter(|(_, name)| !tops.contains_key(&slug(name)));
        let body = |(top, name): (&super::assortment::Category, &String)| json!({"name": name, "slug": slug(name), "parent_id": tops.get(&top.slug)});
        self.make_all(path, new.map(body).collect()).await?;
        ids(self.staff, path).await
    }

    async fn products(
        &self,
        listed: &BTreeSet<String>,
        brands: &BTreeMap<String, String>,
        categories: &BTreeMap<String, String>,
    ) -> anyhow::Result<()> {
        let new = self.assortment.products.iter().filter(|product| !listed.contains(&product.slug()));
        let bodies = new.map(|product| {
            json!({
                "name": product.name,
                "slug": product.slug(),
                "status": "active",
                "description": product.html(),
                "brand_id": brands.get(&product.brand),
                "category_ids": categories.get(&product.category).into_iter().collect::<Vec<_>>(),
                "options": product.options,
                "tags": product.tags,
                "variants": product.variants(self.currency),
            })
        });
        self.make_all("/v1/products", bodies.collect()).await
    }

    async fn make_all(&self, path: &str, bodies: Vec<Value>) -> anyhow::Result<()> {
        let made = stream::iter(bodies).map(|body| async move { self.make(path, &body).await });
        made.buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Goods come for every SKU of which the books know nothing.
    async fn stock(&self) -> anyhow::Result<()> {
        let known: BTreeSet<String> = texts(&all(self.staff, "/v1/stock").await?, "sku").into_iter().collect();
        let variants = self.assortment.products.iter().flat_map(|product| &product.variants);
        let (some, none): (Vec<_>, Vec<_>) =
            variants.filter(|variant| !known.contains(&variant.sku)).partition(|variant| variant.stock > 0);
        let came: Vec<Value> = some
            .into_iter()
            .map(|variant| json!({"sku": variant.sku, "kind": "receive", "quantity": variant.stock, "reason": "demo"}))
            .collect();
        if !came.is_empty() {
            self.staff.post("/v1/stock/movements", &json!(came), None).await?;
        }
        for variant in none {
            let path = format!("/v1/stock/{}", variant.sku);
            let counted = json!({"on_hand": 0, "reason": "demo"});
            self.staff.call(Method::PUT, &path, Headers::default(), Some(&counted)).await?.ok(&path)?;
        }
        Ok(())
    }

    /// Name, address and legal texts, as long as nobody has written any. No terms: they would have to be accepted by whoever
    /// tries the API.
    async fn profile(&self) -> anyhow::Result<()> {
        let path = "/v1/admin/shop";
        let shop = self.staff.get(path, Headers::default()).await?;
        if shop["legal_version"].as_i64() != Some(0) || !shop["address"].is_null() {
            return Ok(());
        }
        let mut body = self.assortment.shop.clone();
        body["languages"] = shop["languages"].clone();
        let language = shop["languages"][0].as_str().unwrap_or("en").to_owned();
        for (name, text) in [
            ("privacy", include_str!("legal/privacy.md")),
            ("withdrawal", include_str!("legal/withdrawal.md")),
            ("imprint", include_str!("legal/imprint.md")),
        ] {
            body["legal"][name][&language] = json!(text);
        }
        self.staff.call(Method::PUT, path, Headers::default(), Some(&body)).await?.ok(path)?;
        Ok(())
    }

    async fn shipping(&self) -> anyhow::Result<()> {
        let known = texts(&all(self.staff, "/v1/shipping-methods").await?, "id");
        for Shipping { id, name, price, pickup } in &self.assortment.shipping {
            if !known.contains(id) {
                let kind = if *pickup { "pickup" } else { "flat" };
                let method = json!({"id": id, "name": name, "rate": {"kind": kind, "price": price}});
                self.make("/v1/shipping-methods", &method).await?;
            }
        }
        Ok(())
    }

    async fn coupons(&self) -> anyhow::Result<()> {
        for coupon in &self.assortment.coupons {
            let path = format!("/v1/coupons/{}", coupon.code);
            let known = self.staff.call(Method::GET, &path, Headers::default(), None).await?;
            if known.status == 404 {
                self.make("/v1/coupons", &promotion(coupon, self.currency)).await?;
            }
        }
        Ok(())
    }
}

fn promotion(coupon: &Coupon, currency: &str) -> Value {
    let amounts = |pence: i64| json!([{"amount": pence, "currency": currency}]);
    let reward = match coupon.percent {
        Some(percent) => json!({"kind": "percentage", "bp": percent * 100}),
        None => json!({"kind": "amount", "amounts": amounts(coupon.pence.unwrap_or(0))}),
    };
    let minimum = coupon.minimum.map_or_else(|| json!([]), amounts);
    json!({
        "label": coupon.label,
        "code": coupon.code,
        "reward": reward,
        "conditions": {"minimum": minimum, "first_order": coupon.first_order},
    })
}

/// The products that are for sale: the picture of each by its slug.
pub(super) async fn slugs(staff: &ShopClient) -> anyhow::Result<BTreeMap<String, (String, bool)>> {
    let products = all(staff, "/v1/products").await?;
    let one = |product: &Value| {
        let text = |field: &str| Some(product[field].as_str()?.to_owned());
        Some((text("slug")?, (text("id")?, !product["image"].is_null())))
    };
    Ok(products.iter().filter_map(one).collect())
}

/// Ids by slug.
async fn ids(staff: &ShopClient, path: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let things = all(staff, path).await?;
    Ok(texts(&things, "slug").into_iter().zip(texts(&things, "id")).collect())
}

fn texts(things: &[Value], field: &str) -> Vec<String> {
    things.iter().filter_map(|thing| thing[field].as_str()).map(str::to_owned).collect()
}

/// A list, page by page.
async fn all(staff: &ShopClient, path: &str) -> anyhow::Result<Vec<Value>> {
    let (mut things, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = staff.get(&format!("{path}?limit=100{cursor}"), Headers::default()).await?;
        let items = page["items"].as_array().with_context(|| format!("{path} is no list"))?;
        things.extend(items.iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(things),
        }
    }
}
