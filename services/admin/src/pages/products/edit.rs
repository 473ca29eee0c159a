//! The editor of a product: shown, built up row by row, saved if nobody else was faster, archived.

use super::{
    draw::{self, Drawn},
    form::{self, Named, Product},
};
use crate::{
    model::{Filled, Id},
    pages::{
        categories,
        forms::{all, belongs_to_form, currency, done, known, told},
        frame::framed,
    },
};
use axum::{
    http::Method,
    response::{IntoResponse as _, Response},
};
use bodega_pages::{Fault, Page, Visit};

/// `/admin/products/new`
pub(super) async fn blank(visit: Visit) -> Result<Page, Fault> {
    known(&visit)?;
    let form = form::blank().with("key", visit.new_key());
    page(&visit, &form, None, None, None).await
}

/// A new product was sent.
pub(super) async fn create(visit: Visit, sent: Filled) -> Result<Response, Fault> {
    known(&visit)?;
    if let Some(changed) = form::rebuilt(&sent) {
        return Ok(page(&visit, &changed, None, None, None).await?.into_response());
    }
    let outcome = match form::body(&sent, currency(&visit)) {
        Ok(body) => visit.ask(Method::POST, "/v1/products").key(sent.get("key")).json(&body).read::<Product>().await,
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(product) => {
            let to = format!("/admin/products/{}#photos", product.id);
            Ok(done(&visit, &to, "The product is made. Add its photos below."))
        }
        Err(fault) if belongs_to_form(&fault) => {
            // What was refused is another wish than what will be sent next.
            let sent = sent.instead("key", visit.new_key());
            Ok(page(&visit, &sent, Some(&fault), None, None).await?.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// `/admin/products/{id}`
pub(super) async fn show(visit: Visit, id: Id) -> Result<Page, Fault> {
    known(&visit)?;
    let product = read(&visit, id).await?;
    page(&visit, &form::filled(&product), None, Some(&product), None).await
}

/// A changed product was sent.
pub(super) async fn save(visit: Visit, id: Id, sent: Filled) -> Result<Response, Fault> {
    let product = read(&visit, id).await?;
    if let Some(changed) = form::rebuilt(&sent) {
        return Ok(page(&visit, &changed, None, Some(&product), None).await?.into_response());
    }
    let version = sent.get("version").parse().unwrap_or(product.version);
    let path = format!("/v1/products/{id}");
    let outcome = match form::body(&sent, currency(&visit)) {
        Ok(body) => visit.ask(Method::PATCH, path).version(version).json(&body).send().await,
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(_) => Ok(done(&visit, &format!("/admin/products/{id}"), "Saved. The shop shows it so from now on.")),
        Err(fault) if fault.status == 412 => {
            // The next time it is sent, it is sent over what is shown beside it.
            let sent = sent.instead("version", product.version.to_string());
            let theirs = form::filled(&product);
            Ok(page(&visit, &sent, Some(&fault), Some(&product), Some(&theirs)).await?.status(412).into_response())
        }
        Err(fault) if belongs_to_form(&fault) => {
            Ok(page(&visit, &sent, Some(&fault), Some(&product), None).await?.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// A product is to go off sale.
pub(super) async fn archive(visit: Visit, id: Id, sent: Filled) -> Result<Response, Fault> {
    let mut ask = visit.ask(Method::DELETE, format!("/v1/products/{id}"));
    if let Ok(version) = sent.get("version").parse() {
        ask = ask.version(version);
    }
    told(
        &visit,
        &format!("/admin/products/{id}"),
        ask.send().await,
        "The product is archived: nobody finds it any more.",
    )
}

async fn read(visit: &Visit, id: Id) -> Result<Product, Fault> {
    visit.get(format!("/v1/products/{id}")).await
}

async fn page(
    visit: &Visit,
    form: &Filled,
    fault: Option<&Fault>,
    product: Option<&Product>,
    theirs: Option<&Filled>,
) -> Result<Page, Fault> {
    let brands: Vec<Named> = all(visit, "/v1/brands").await?;
    let categories = categories::read(visit).await?;
    let drawn = Drawn { form, fault, product, theirs, brands: &brands, categories: &categories };
    let title = product.map_or("New product", |product| &product.name);
    Ok(framed(visit, title, &draw::editor(visit, &drawn)).await)
}
