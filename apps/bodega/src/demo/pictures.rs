//! Draws the pictures of the assortment and uploads them, one at a time beside a shop that is open. Where it was ended it goes
//! on with the next start.

use super::{
    PEOPLE,
    assortment::{Assortment, Drawing, Order, Product},
    listing,
};
use crate::client::{Headers, ShopClient};
use anyhow::Context as _;
use reqwest::{Method, Url};
use serde_json::Value;
use std::time::Duration;

/// Points each way. What is built for tests draws ten times slower.
const SIZE: usize = if cfg!(debug_assertions) { 400 } else { 1000 };
/// How long to leave the machine to the shop, before the first picture and after each.
const REST: Duration = Duration::from_millis(150);

/// Draws what is missing in the shop at `url`: first one picture of each product, then the further ones. A product whose
/// pictures are not ours any more is left alone.
pub async fn hang(url: &str) -> anyhow::Result<()> {
    tokio::time::sleep(REST).await;
    let assortment = Assortment::read()?;
    let (email, password, _) = PEOPLE[1];
    let staff = ShopClient::new(url, None)?.log_in(email, password).await?;
    let listed = listing::slugs(&staff).await?;
    let most = assortment.products.iter().map(|product| product.pictures.len()).max().unwrap_or(0);
    for round in 0..most {
        for product in &assortment.products {
            let Some((id, pictured)) = listed.get(&product.slug()) else { continue };
            let Some(drawing) = product.pictures.get(round) else { continue };
            let wanted = if round == 0 { !pictured } else { goes_on(&staff, id, product, round).await? };
            if wanted {
                upload(&staff, id, &product.alt(drawing), drawn(assortment.order(product, drawing)).await?).await?;
                tokio::time::sleep(REST).await;
            }
        }
    }
    Ok(())
}

/// Whether a product has just the pictures that were uploaded in the rounds before.
async fn goes_on(staff: &ShopClient, id: &str, product: &Product, round: usize) -> anyhow::Result<bool> {
    let view = staff.get(&format!("/v1/products/{id}"), Headers::default()).await?;
    let photos = view["photos"].as_array().map_or(&[][..], Vec::as_slice);
    let ours = |(photo, drawing): (&Value, &Drawing)| photo["alt"] == product.alt(drawing).as_str();
    Ok(photos.len() == round && photos.iter().zip(&product.pictures).all(ours))
}

/// Drawn in a thread of its own, for which nobody waits when the shop ends.
async fn drawn(order: Order) -> anyhow::Result<Vec<u8>> {
    let (done, drawn) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("demo picture".to_owned());
    // Nobody waits for it any more if this cannot be sent.
    thread.spawn(move || drop(done.send(order.draw(SIZE))))?;
    drawn.await.context("a picture was not drawn")?
}

async fn upload(staff: &ShopClient, id: &str, alt: &str, file: Vec<u8>) -> anyhow::Result<()> {
    let mut url = Url::parse("http://shop.invalid/")?;
    url.query_pairs_mut().append_pair("alt", alt);
    let path = format!("/v1/products/{id}/photos?{}", url.query().unwrap_or_default());
    let body = Some(("image/jpeg", file));
    staff.send(Method::POST, &path, Headers::default(), body).await?.ok(&path)?;
    Ok(())
}
