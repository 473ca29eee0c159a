//! The route that changes where an order is sent.

use super::answer;
use crate::{
    Orders,
    flows::{self, Looker},
    views::AddressView,
};
use axum::{extract::State, response::Response};
use bodega_contracts::{Address, OrderId};
use bodega_web::{IfMatch, KeyedBody, OrderToken, Path, Problem, Who};

/// Changes where an order is sent, within its country and before anything of it has left. With `If-Match` only if nothing
/// happened to it since it was read: 412.
#[utoipa::path(
    put, path = "/v1/orders/{id}/shipping-address", tag = "orders", request_body = Address,
    params(
        ("id" = OrderId, Path),
        ("X-Order-Token" = Option<String>, Header, description = "a guest's key to it"),
        ("If-Match" = Option<String>, Header, description = "the ETag it was read with"),
        ("Idempotency-Key" = Option<String>, Header, description = "the same for every try"),
    ),
    responses((status = 200, body = AddressView), Problem),
)]
pub(super) async fn change_address(
    State(state): State<Orders>,
    Path(id): Path<OrderId>,
    Who(caller): Who,
    OrderToken(token): OrderToken,
    IfMatch(version): IfMatch,
    KeyedBody { body, key }: KeyedBody<Address>,
) -> Result<Response, Problem> {
    check(&body)?;
    let looker = Looker { caller, token };
    Ok(answer(flows::change_address(&state, &looker, id, body, version, key).await?))
}

fn check(address: &Address) -> Result<(), Problem> {
    let Address { name, line1, line2, city, region, postal_code, country, phone } = address;
    let needed = [("name", name, 120), ("line1", line1, 200), ("city", city, 100), ("postal_code", postal_code, 20)];
    let optional = [("line2", line2, 200), ("region", region, 100), ("phone", phone, 40)];
    let optional = optional.iter().filter_map(|(field, text, most)| Some((*field, text.as_ref()?, *most)));
    let mut problem = Problem::new(422, "invalid_body");
    for (field, text, most) in needed.into_iter().chain(optional) {
        let is_plain = !text.trim().is_empty() && !text.chars().any(char::is_control);
        if !is_plain || text.chars().count() > most {
            problem = problem
                .field(format!("/{field}"), format!("has 1 to {most} characters, none of them a control character"));
        }
    }
    if country.len() != 2 || !country.bytes().all(|letter| letter.is_ascii_uppercase()) {
        problem = problem.field("/country", "is not two capital letters (ISO 3166-1 alpha-2)");
    }
    if problem.errors.is_empty() { Ok(()) } else { Err(problem) }
}
