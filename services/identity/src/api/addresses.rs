//! One's address book: at most fifty, one of them the default for parcels and one for bills. Those of others do not exist.

use super::answer;
use crate::{
    Identity,
    flows::{self, NewAddress},
    model::{AddressView, check_address},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bodega_contracts::Address;
use bodega_kernel::Page;
use bodega_web::{Body, Conditional, Customer, IfMatch, KeyedBody, Path, Problem, etag};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An address for the address book.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddressBody {
    /// Who receives it, at most 120 characters.
    #[schema(example = "Ada Lovelace")]
    name: String,
    /// Street and number, at most 200 characters.
    #[schema(example = "1 High Street")]
    line1: String,
    /// Flat, floor.
    #[serde(default)]
    line2: Option<String>,
    /// Town, at most 100 characters.
    #[schema(example = "London")]
    city: String,
    /// State, county.
    #[serde(default)]
    region: Option<String>,
    /// At most 20 characters.
    #[schema(example = "N1 1AA")]
    postal_code: String,
    /// ISO 3166-1 alpha-2.
    #[schema(example = "GB")]
    country: String,
    /// For the carrier.
    #[serde(default)]
    phone: Option<String>,
    /// Whether parcels go there; the first address is the default, others keep what they are.
    #[serde(default)]
    default_shipping: Option<bool>,
    /// Whether bills go there.
    #[serde(default)]
    default_billing: Option<bool>,
}

impl AddressBody {
    fn checked(self) -> Result<NewAddress, Problem> {
        let Self { name, line1, line2, city, region, postal_code, country, phone, .. } = self;
        let address = Address { name, line1, line2, city, region, postal_code, country, phone };
        check_address(&address).map_err(|(pointer, reason)| Problem::invalid(pointer, reason))?;
        let (default_shipping, default_billing) = (self.default_shipping, self.default_billing);
        Ok(NewAddress { address, default_shipping, default_billing })
    }
}

/// One's addresses, oldest first.
#[utoipa::path(get, path = "/v1/me/addresses", tag = "accounts",
    responses((status = 200, body = Page<AddressView>), Problem))]
pub(super) async fn list_addresses(
    State(identity): State<Identity>,
    Customer(user): Customer,
) -> Result<Json<Page<AddressView>>, Problem> {
    let items = flows::list_addresses(&identity, user).await?;
    Ok(Json(Page { items, next_cursor: None, total: None }))
}

/// Adds an address. 409 `too_many_addresses` where there are 50.
#[utoipa::path(post, path = "/v1/me/addresses", tag = "accounts", request_body = AddressBody,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = AddressView), Problem))]
pub(super) async fn add_address(
    State(identity): State<Identity>,
    Customer(user): Customer,
    KeyedBody { body, key }: KeyedBody<AddressBody>,
) -> Result<Response, Problem> {
    Ok(answer(StatusCode::CREATED, flows::add_address(&identity, user, body.checked()?, key).await?))
}

/// One of one's addresses.
#[utoipa::path(get, path = "/v1/me/addresses/{id}", tag = "accounts", params(("id" = Uuid, Path)),
    responses((status = 200, body = AddressView), Problem))]
pub(super) async fn get_address(
    State(identity): State<Identity>,
    Customer(user): Customer,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let view = flows::get_address(&identity, user, id).await?;
    Ok(Conditional::respond(&headers, etag(view.version), Json(view)))
}

/// Replaces an address. With `If-Match` only if nobody changed it since it was read: 412.
#[utoipa::path(put, path = "/v1/me/addresses/{id}", tag = "accounts", request_body = AddressBody,
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "the ETag it was read with")),
    responses((status = 200, body = AddressView), Problem))]
pub(super) async fn replace_address(
    State(identity): State<Identity>,
    Customer(user): Customer,
    Path(id): Path<Uuid>,
    IfMatch(version): IfMatch,
    Body(body): Body<AddressBody>,
) -> Result<Response, Problem> {
    let view = flows::replace_address(&identity, user, id, version, body.checked()?).await?;
    Ok(([(header::ETAG, etag(view.version))], Json(view)).into_response())
}

/// Deletes an address.
#[utoipa::path(delete, path = "/v1/me/addresses/{id}", tag = "accounts",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "the ETag it was read with")),
    responses((status = 204, description = "It is gone"), Problem))]
pub(super) async fn delete_address(
    State(identity): State<Identity>,
    Customer(user): Customer,
    Path(id): Path<Uuid>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, Problem> {
    flows::delete_address(&identity, user, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
