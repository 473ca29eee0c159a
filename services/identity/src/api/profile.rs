//! What people see and change of themselves.

use super::answer;
use crate::{
    Identity, flows,
    model::{self, Export, Given, ProfileChange, UserView},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bodega_web::{Customer, KeyedBody, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is left out stays as it is; `null` clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeMe {
    /// At most 100 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "Anna")]
    name: Given<String>,
    /// At most 40 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "+44 20 7946 0000")]
    phone: Given<String>,
    /// A day of the past since 1900.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "1990-12-31")]
    birthday: Given<String>,
    /// As BCP 47 writes it; mails are in it where they are written in it.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "en")]
    language: Given<String>,
}

impl ChangeMe {
    fn checked(self, identity: &Identity) -> Result<ProfileChange, Problem> {
        let wrong = |pointer: &'static str| move |reason: &'static str| Problem::invalid(pointer, reason);
        let now = identity.world.now();
        Ok(ProfileChange {
            name: self.name.checked(|text| model::name(&text)).map_err(wrong("/name"))?,
            phone: self.phone.checked(|text| model::phone(&text)).map_err(wrong("/phone"))?,
            birthday: self.birthday.checked(|text| model::birthday(&text, now)).map_err(wrong("/birthday"))?,
            language: self.language.checked(|text| model::language(&text)).map_err(wrong("/language"))?,
        })
    }
}

/// The user who asks.
#[utoipa::path(get, path = "/v1/me", tag = "accounts", responses((status = 200, body = UserView), Problem))]
pub(super) async fn get_me(
    State(identity): State<Identity>,
    Customer(user): Customer,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(flows::get_me(&identity, user).await?))
}

/// All that is kept of oneself here, to be saved as a file: profile, addresses, groups, sessions, links that wait. Orders,
/// points and reviews are kept elsewhere and read there. Consents and a history of log-ins are not kept here.
#[utoipa::path(get, path = "/v1/me/export", tag = "accounts",
    responses((status = 200, description = "A file, `account.json`", body = Export), Problem))]
pub(super) async fn export_me(State(identity): State<Identity>, Customer(user): Customer) -> Result<Response, Problem> {
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"account.json\"")),
    ];
    Ok((headers, Json(flows::export_me(&identity, user).await?)).into_response())
}

/// Changes what one says of oneself.
#[utoipa::path(patch, path = "/v1/me", tag = "accounts", request_body = ChangeMe,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = UserView), Problem))]
pub(super) async fn change_me(
    State(identity): State<Identity>,
    Customer(user): Customer,
    KeyedBody { body, key }: KeyedBody<ChangeMe>,
) -> Result<Response, Problem> {
    let change = body.checked(&identity)?;
    Ok(answer(StatusCode::OK, flows::change_me(&identity, user, change, key).await?))
}
