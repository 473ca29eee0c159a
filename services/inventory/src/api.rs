//! Stock over HTTP, for staff: read it, count it, enter what came and went, say what may be sold, read the ledger. Where
//! goods are is in `locations`, how they get there in `transfers`, many figures at once in `counting`, what other
//! systems say in `sources`.

mod counting;
mod locations;
mod sources;
mod transfers;

use crate::{
    Inventory,
    error::Error,
    flows::{self, MovedStock, Written},
    model::{Count, NewMovement, PolicyChange, Violation},
    store::{self, Sought},
    views::{MovementView, StockView},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bodega_kernel::{Page, Sku};
use bodega_web::{Conditional, KeyedBody, Paging, Path, Problem, Query, Staff, answer_again, etag_of, problem};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use std::fmt;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The most movements of one request.
const MAX_MOVEMENTS: usize = 1_000;

/// All routes, for callers the gateway has verified.
pub(crate) fn routes(inventory: Inventory) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_stock))
        .routes(routes!(get_stock, count_stock))
        .routes(routes!(move_stock))
        .routes(routes!(list_movements))
        .routes(routes!(change_policy))
        .merge(locations::routes())
        .merge(transfers::routes())
        .merge(counting::routes())
        .merge(sources::routes())
        .with_state(inventory)
}

/// Which SKUs to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Listing {
    /// Only those that begin so, in large or small letters: at most 64 characters.
    #[param(example = "851")]
    q: Option<String>,
    /// Only those of which fewer are available.
    #[param(example = 5)]
    below: Option<i64>,
    /// Only those of which staff were told that little is left, and that have not risen since.
    #[param(value_type = Option<bool>)]
    low: bool,
}

impl Listing {
    fn checked(self) -> Result<Sought, Problem> {
        let Self { q, below, low } = self;
        let fits = |text: &String| text.chars().count() <= Sku::MAX_CHARS && !text.chars().any(char::is_control);
        if !q.as_ref().is_none_or(fits) {
            return Err(problem(422, "invalid_query").field("/q", "is the beginning of a SKU: at most 64 characters"));
        }
        Ok(Sought { beginning: q, below, low })
    }
}

/// Stock of every SKU, in the order of their names: over all locations, and at each.
#[utoipa::path(get, path = "/v1/stock", tag = "stock", params(Listing, Paging),
    responses((status = 200, body = Page<StockView>), Problem))]
async fn list_stock(
    State(inventory): State<Inventory>,
    _: Staff,
    Query(listing): Query<Listing>,
    paging: Paging,
) -> Result<Json<Page<StockView>>, Problem> {
    let (sought, after) = (listing.checked()?, paging.key::<String>()?);
    Ok(Json(store::list_stock(inventory.db.reader(), &sought, after, &paging).await?))
}

/// Stock of one SKU: over all locations, and at each.
#[utoipa::path(get, path = "/v1/stock/{sku}", tag = "stock", params(("sku" = String, Path, example = "85123A")),
    responses((status = 200, body = StockView), (status = 304, description = "As in `If-None-Match`"), Problem))]
async fn get_stock(
    State(inventory): State<Inventory>,
    _: Staff,
    Path(sku): Path<Sku>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let stock = store::stock_of(inventory.db.reader(), &sku).await?.ok_or(Error::NotFound(sku))?;
    let body = serde_json::to_string(&stock)?;
    Ok(Conditional::respond(&headers, etag_of(&body), json(StatusCode::OK, body)))
}

/// Sets what was counted at a location. With `expected_on_hand` only if the books say so: 409 `stock_conflict`. Never below what is
/// held or allocated, unless it may be sold without being there: 409 `stock_committed`.
#[utoipa::path(put, path = "/v1/stock/{sku}", tag = "stock", params(("sku" = String, Path, example = "85123A")),
    request_body = Count, responses((status = 200, body = StockView), Problem))]
async fn count_stock(
    State(inventory): State<Inventory>,
    Staff(caller): Staff,
    Path(sku): Path<Sku>,
    KeyedBody { body, key }: KeyedBody<Count>,
) -> Result<Response, Error> {
    answer(StatusCode::OK, flows::count_stock(&inventory, caller.scope(), sku, body, key).await?)
}

/// Enters goods that came, came back, or were corrected: one or up to 1,000, all or none. Answers the stock of each SKU.
#[utoipa::path(post, path = "/v1/stock/movements", tag = "stock", request_body = Movements,
    responses((status = 201, body = MovedStock), Problem))]
async fn move_stock(
    State(inventory): State<Inventory>,
    Staff(caller): Staff,
    KeyedBody { body, key }: KeyedBody<OneOrMany>,
) -> Result<Response, Error> {
    let movements = body.checked()?;
    let written = flows::move_stock(&inventory, caller.scope(), movements, key).await?;
    answer(StatusCode::CREATED, written)
}

/// Changes what may be sold of a SKU: safety stock by location, backorders, and when staff are told that there is little.
/// Refused where somebody changed that since it was read: 409 `policy_conflict`.
#[utoipa::path(patch, path = "/v1/admin/stock/{sku}", tag = "stock",
    params(("sku" = String, Path, example = "85123A"), ("Idempotency-Key" = Option<String>, Header)),
    request_body = PolicyChange, responses((status = 200, body = StockView), Problem))]
async fn change_policy(
    State(inventory): State<Inventory>,
    _: Staff,
    Path(sku): Path<Sku>,
    KeyedBody { body, key }: KeyedBody<PolicyChange>,
) -> Result<Response, Error> {
    answer(StatusCode::OK, flows::change_policy(&inventory, sku, body, key).await?)
}

/// The ledger of a SKU, newest first.
#[utoipa::path(get, path = "/v1/stock/{sku}/movements", tag = "stock",
    params(("sku" = String, Path, example = "85123A"), Paging),
    responses((status = 200, body = Page<MovementView>), Problem))]
async fn list_movements(
    State(inventory): State<Inventory>,
    _: Staff,
    Path(sku): Path<Sku>,
    paging: Paging,
) -> Result<Json<Page<MovementView>>, Problem> {
    let before = paging.key::<i64>()?;
    let page = store::list_movements(inventory.db.reader(), &sku, before, &paging).await?;
    page.map(Json).ok_or_else(|| Error::NotFound(sku).into())
}

/// One movement or a list of up to 1,000.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "for the schema; reading is by hand, so that a refusal names the place")]
enum Movements {
    One(NewMovement),
    Many(Vec<NewMovement>),
}

/// What `POST /v1/stock/movements` takes.
#[derive(Debug)]
struct OneOrMany {
    movements: Vec<NewMovement>,
    many: bool,
}

impl OneOrMany {
    fn checked(self) -> Result<Vec<NewMovement>, Error> {
        if self.movements.is_empty() || self.movements.len() > MAX_MOVEMENTS {
            let detail = format!("1 to {MAX_MOVEMENTS} movements");
            return Err(Error::Invalid(vec![Violation { field: String::new(), detail }]));
        }
        let place = |index: usize| if self.many { format!("/{index}") } else { String::new() };
        let violations: Vec<_> = self
            .movements
            .iter()
            .enumerate()
            .flat_map(|(index, movement)| movement.violations(&place(index)))
            .take(100)
            .collect();
        if violations.is_empty() { Ok(self.movements) } else { Err(Error::Invalid(violations)) }
    }
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a movement or a list of movements")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OneOrMany, A::Error> {
                let one = NewMovement::deserialize(MapAccessDeserializer::new(map))?;
                Ok(OneOrMany { movements: vec![one], many: false })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMany, A::Error> {
                let mut movements = Vec::new();
                while let Some(movement) = list.next_element()? {
                    movements.push(movement);
                }
                Ok(OneOrMany { movements, many: true })
            }
        }
        deserializer.deserialize_any(Either)
    }
}

fn answer<T: Serialize>(status: StatusCode, written: Written<T>) -> Result<Response, Error> {
    Ok(match written {
        Written::Now(value) => json(status, serde_json::to_string(&value)?),
        Written::Before(stored) => answer_again(stored),
    })
}

fn json(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
