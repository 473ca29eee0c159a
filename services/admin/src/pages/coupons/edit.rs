//! The form of a promotion: made, shown, changed if nobody else was faster.

use super::{
    draw::{self, Drawn},
    form::{self, Promotion},
};
use crate::{
    model::{Filled, Id},
    pages::{
        categories,
        forms::{all, belongs_to_form, currency, done},
        frame::framed,
    },
};
use axum::{
    http::Method,
    response::{IntoResponse as _, Response},
};
use bodega_pages::{Fault, Page, Visit};
use serde::Deserialize;

/// A brand, as one is chosen.
#[derive(Debug, Deserialize)]
pub(super) struct Brand {
    pub(super) id: String,
    pub(super) name: String,
}

/// What a promotion came to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Report {
    pub(super) reserved: i64,
    pub(super) redeemed: i64,
    pub(super) released: i64,
    pub(super) customers: i64,
    pub(super) codes: Vec<CodeUses>,
    pub(super) days: Vec<DayUses>,
}

/// How often a code was redeemed.
#[derive(Debug, Deserialize)]
pub(super) struct CodeUses {
    pub(super) code: String,
    pub(super) redeemed: i64,
}

/// How often it was redeemed by orders of a day.
#[derive(Debug, Deserialize)]
pub(super) struct DayUses {
    pub(super) day: String,
    pub(super) redeemed: i64,
}

/// `/admin/coupons/new`
pub(super) async fn blank(visit: Visit) -> Result<Page, Fault> {
    crate::pages::forms::known(&visit)?;
    page(&visit, &form::blank().with("key", visit.new_key()), None, None, None).await
}

/// A new promotion was sent.
pub(super) async fn create(visit: Visit, sent: Filled) -> Result<Response, Fault> {
    if let Some(changed) = sent.rebuilt() {
        return Ok(page(&visit, &changed, None, None, None).await?.into_response());
    }
    let outcome = match form::body(&sent, currency(&visit), true) {
        Ok(body) => {
            visit.ask(Method::POST, "/v1/promotions").key(sent.get("key")).json(&body).read::<Promotion>().await
        }
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(made) => Ok(done(&visit, &format!("/admin/coupons/{}", made.id), "The promotion is made.")),
        Err(fault) if belongs_to_form(&fault) => {
            let sent = sent.instead("key", visit.new_key());
            Ok(page(&visit, &sent, Some(&fault), None, None).await?.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// `/admin/coupons/{id}`
pub(super) async fn show(visit: Visit, id: Id) -> Result<Page, Fault> {
    let promotion: Promotion = visit.get(format!("/v1/promotions/{id}")).await?;
    page(&visit, &form::filled(&promotion), None, Some(&promotion), None).await
}

/// A changed promotion was sent.
pub(super) async fn save(visit: Visit, id: Id, sent: Filled) -> Result<Response, Fault> {
    let path = format!("/v1/promotions/{id}");
    let promotion: Promotion = visit.get(path.as_str()).await?;
    if let Some(changed) = sent.rebuilt() {
        return Ok(page(&visit, &changed, None, Some(&promotion), None).await?.into_response());
    }
    let version = sent.get("version").parse().unwrap_or(promotion.version);
    let outcome = match form::body(&sent, currency(&visit), false) {
        Ok(body) => visit.ask(Method::PATCH, path).version(version).json(&body).send().await,
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(_) => Ok(done(&visit, &format!("/admin/coupons/{id}"), "The promotion is saved.")),
        Err(fault) if fault.status == 412 => {
            let sent = sent.instead("version", promotion.version.to_string());
            let theirs = form::filled(&promotion);
            let page = page(&visit, &sent, Some(&fault), Some(&promotion), Some(&theirs)).await?;
            Ok(page.status(412).into_response())
        }
        Err(fault) if belongs_to_form(&fault) => {
            Ok(page(&visit, &sent, Some(&fault), Some(&promotion), None).await?.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn page(
    visit: &Visit,
    form: &Filled,
    fault: Option<&Fault>,
    promotion: Option<&Promotion>,
    theirs: Option<&Filled>,
) -> Result<Page, Fault> {
    let brands: Vec<Brand> = all(visit, "/v1/brands").await?;
    let categories = categories::read(visit).await?;
    let report: Option<Report> = match promotion {
        Some(promotion) => Some(visit.get(format!("/v1/promotions/{}/report", promotion.id)).await?),
        None => None,
    };
    let drawn = Drawn { form, fault, promotion, theirs, brands: &brands, categories: &categories };
    let title = promotion.map_or("New promotion", |promotion| &promotion.label);
    Ok(framed(visit, title, &draw::editor(visit, &drawn, report.as_ref())).await)
}
