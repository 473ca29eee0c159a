//! Ways of shipping: staff list, make, change and switch them off.

use crate::{
    Shipping,
    error::Error,
    flows::{self, Given},
    model::{Method, MethodChange, Nullable},
    store,
    views::MethodView,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use bodega_kernel::Page;
use bodega_pricing::shipping::{Rate, Step};
use bodega_web::{Conditional, IfMatch, KeyedBody, Paging, Path, Problem, Staff, etag};
use serde::Deserialize;
use utoipa::ToSchema;

/// What a way of shipping costs, minor units of the shop's currency.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = NewRate)]
pub(super) enum NewRate {
    /// Always the same.
    Flat {
        /// 0 to 10^12.
        price: i64,
    },
    /// By the weight of the goods, grams.
    ByWeight {
        /// 1 to 50, in growing order. What is heavier than every step is not sent this way.
        steps: Vec<NewStep>,
    },
    /// By the price of the goods after discounts, minor units.
    ByPrice {
        /// 1 to 50, in growing order. What costs more than every step is not sent this way.
        steps: Vec<NewStep>,
    },
    /// The customer fetches it.
    Pickup {
        /// 0 to 10^12; 0 where it is left out.
        #[serde(default)]
        price: i64,
    },
}

/// A step of a table.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewStep {
    /// Up to this much, itself included; only the last step may be without.
    #[serde(default)]
    up_to: Option<i64>,
    /// 0 to 10^12.
    price: i64,
}

impl From<NewRate> for Rate {
    fn from(rate: NewRate) -> Self {
        let table = |steps: Vec<NewStep>| {
            steps.into_iter().map(|NewStep { up_to, price }| Step { up_to, price }).collect::<Vec<_>>()
        };
        match rate {
            NewRate::Flat { price } => Self::Flat { price },
            NewRate::ByWeight { steps } => Self::ByWeight { steps: table(steps) },
            NewRate::ByPrice { steps } => Self::ByPrice { steps: table(steps) },
            NewRate::Pickup { price } => Self::Pickup { price },
        }
    }
}

/// A new way of shipping.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"id": "tracked", "name": "Tracked", "rate": {"kind": "by_weight", "steps":
    [{"up_to": 2000, "price": 499}, {"price": 899}]}, "free_above": 5000, "countries": ["GB"], "tax_rate_bp": 2000}))]
pub(super) struct NewMethod {
    /// Names it for ever: 1 to 40 small letters, digits, hyphens and underscores.
    id: String,
    /// As customers see it, 1 to 100 characters.
    name: String,
    /// What it costs.
    rate: NewRate,
    /// Goods of at least this much, minor units after discounts, are sent free.
    #[serde(default)]
    free_above: Option<i64>,
    /// Where it goes, ISO 3166-1 alpha-2; everywhere where it is left out.
    #[serde(default)]
    countries: Vec<String>,
    /// Basis points; as the shop taxes what has no rate of its own where it is left out.
    #[serde(default)]
    tax_rate_bp: Option<i64>,
}

/// What is to be different; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MethodChanges {
    /// As customers see it, 1 to 100 characters.
    #[serde(default)]
    name: Option<String>,
    /// Whether it is offered.
    #[serde(default)]
    enabled: Option<bool>,
    /// What it costs.
    #[serde(default)]
    rate: Option<NewRate>,
    /// Goods of at least this much are sent free; null is never.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    free_above: Nullable<i64>,
    /// Where it goes; empty is everywhere.
    #[serde(default)]
    countries: Option<Vec<String>>,
    /// Basis points.
    #[serde(default)]
    tax_rate_bp: Option<i64>,
}

/// Ways of shipping in the order of their ids, those that are switched off too.
#[utoipa::path(
    get, path = "/v1/shipping-methods", tag = "shipping", params(Paging),
    responses((status = 200, body = Page<MethodView>), Problem),
)]
pub(super) async fn list_methods(
    State(shipping): State<Shipping>,
    _: Staff,
    paging: Paging,
) -> Result<Json<Page<MethodView>>, Problem> {
    let after = paging.key::<String>()?;
    Ok(Json(store::list_methods(shipping.db.reader(), after, &paging).await?.map(MethodView::from)))
}

/// A way of shipping.
#[utoipa::path(
    get, path = "/v1/shipping-methods/{id}", tag = "shipping", params(("id" = String, Path, example = "standard")),
    responses((status = 200, body = MethodView), (status = 304, description = "As in `If-None-Match`"), Problem),
)]
pub(super) async fn get_method(
    State(shipping): State<Shipping>,
    _: Staff,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let method = store::method(shipping.db.reader(), &id).await?.ok_or(Error::NotFound)?;
    Ok(Conditional::respond(&headers, etag(method.version), Json(MethodView::from(method))))
}

/// Makes a way of shipping. It is offered at once.
#[utoipa::path(
    post, path = "/v1/shipping-methods", tag = "shipping", request_body = NewMethod,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = MethodView), Problem),
)]
pub(super) async fn create_method(
    State(shipping): State<Shipping>,
    _: Staff,
    KeyedBody { body, key }: KeyedBody<NewMethod>,
) -> Result<Given, Error> {
    let NewMethod { id, name, rate, free_above, countries, tax_rate_bp } = body;
    let method = Method {
        id,
        version: 1,
        enabled: true,
        name,
        rate: rate.into(),
        free_above,
        countries,
        tax_rate_bp: tax_rate_bp.unwrap_or(shipping.tax_rate_bp),
        currency: shipping.currency,
    };
    flows::create_method(&shipping, method, key).await
}

/// Changes a way of shipping. With `If-Match` only if nobody changed it since it was read: 412.
#[utoipa::path(
    patch, path = "/v1/shipping-methods/{id}", tag = "shipping", request_body = MethodChanges,
    params(
        ("id" = String, Path, example = "standard"),
        ("If-Match" = Option<String>, Header, description = "the ETag it was read with"),
        ("Idempotency-Key" = Option<String>, Header),
    ),
    responses((status = 200, body = MethodView), Problem),
)]
pub(super) async fn change_method(
    State(shipping): State<Shipping>,
    _: Staff,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    KeyedBody { body, key }: KeyedBody<MethodChanges>,
) -> Result<Given, Error> {
    let MethodChanges { name, enabled, rate, free_above, countries, tax_rate_bp } = body;
    let change = MethodChange { enabled, name, rate: rate.map(Rate::from), free_above, countries, tax_rate_bp };
    flows::change_method(&shipping, id, version, change, key).await
}

/// Switches a way of shipping off. Orders that have it keep it, and it can be switched on again.
#[utoipa::path(
    delete, path = "/v1/shipping-methods/{id}", tag = "shipping",
    params(
        ("id" = String, Path, example = "standard"),
        ("If-Match" = Option<String>, Header, description = "the ETag it was read with"),
    ),
    responses((status = 204, description = "It is offered no more"), Problem),
)]
pub(super) async fn disable_method(
    State(shipping): State<Shipping>,
    _: Staff,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, Error> {
    flows::disable_method(&shipping, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
