//! Routes, request and response types.

mod addresses;
mod avatars;
mod credentials;
mod groups;
mod invitations;
mod profile;
mod questions;
mod staff_roles;

pub(crate) use questions::answers;

use crate::{Identity, flows, flows::Kept, model::UserView};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bodega_kernel::{Page, Role, UserId};
use bodega_web::{Admin, Body, Customer, KeyedBody, Paging, Path, Problem, Query, answer_again};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes(identity: Identity) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(log_in))
        .routes(routes!(refresh))
        .routes(routes!(log_out))
        .routes(routes!(log_out_everywhere))
        .routes(routes!(credentials::verify_email))
        .routes(routes!(credentials::verify_again))
        .routes(routes!(credentials::forgot_password))
        .routes(routes!(credentials::reset_password))
        .routes(routes!(credentials::forget_password))
        .routes(routes!(credentials::choose_password))
        .routes(routes!(credentials::change_password))
        .routes(routes!(credentials::change_email))
        .routes(routes!(profile::get_me, profile::change_me))
        .routes(routes!(profile::export_me))
        .merge(avatars::routes())
        .routes(routes!(addresses::list_addresses, addresses::add_address))
        .routes(routes!(addresses::get_address, addresses::replace_address, addresses::delete_address))
        .routes(routes!(list_users))
        .routes(routes!(get_user))
        .routes(routes!(assign_role, remove_role))
        .routes(routes!(disable_user))
        .routes(routes!(enable_user))
        .routes(routes!(staff_roles::list_permissions))
        .routes(routes!(staff_roles::list_staff_roles, staff_roles::create_staff_role))
        .routes(routes!(staff_roles::change_staff_role, staff_roles::delete_staff_role))
        .routes(routes!(staff_roles::give_staff_role, staff_roles::take_staff_role))
        .routes(routes!(invitations::list_invitations, invitations::invite_staff))
        .routes(routes!(invitations::invite_to_staff))
        .routes(routes!(invitations::withdraw_invitation))
        .routes(routes!(invitations::accept_invitation))
        .routes(routes!(groups::list_customer_groups, groups::create_customer_group))
        .routes(routes!(groups::delete_customer_group))
        .routes(routes!(groups::list_group_members))
        .routes(routes!(groups::list_groups_of_user))
        .routes(routes!(groups::join_customer_group, groups::leave_customer_group))
        .with_state(identity)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Register {
    /// At most 254 characters; case does not matter.
    #[schema(example = "anna@example.com")]
    email: String,
    /// 15 to 128 characters of any kind; passwords that are guessed first are refused.
    #[schema(example = "a walnut under the lamp", min_length = 15, max_length = 128)]
    password: String,
    /// As the customer wants to be called, at most 100 characters.
    name: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LogIn {
    #[schema(example = "anna@example.com")]
    email: String,
    #[schema(example = "a walnut under the lamp")]
    password: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refresh {
    /// From the last answer; each is good once.
    #[schema(max_length = 256)]
    refresh_token: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LogOut {
    /// Of the session to close; without it the session of the access token is closed.
    refresh_token: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Where {
    /// Closes all sessions of the user, not only this one.
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    everywhere: bool,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// A part of the address, at most 254 characters.
    email: Option<String>,
}

/// Opens an account, and asks by mail to verify its address. For a known address the answer is the same; only its owner
/// is told, by mail.
#[utoipa::path(post, path = "/v1/auth/register", tag = "accounts", request_body = Register,
    responses((status = 201, body = UserView), Problem))]
async fn register(State(identity): State<Identity>, request: KeyedBody<Register>) -> Result<Response, Problem> {
    let Register { email, password, name } = request.body;
    let kept = flows::register(&identity, &email, &password, name.as_deref(), request.key).await?;
    Ok(answer(StatusCode::CREATED, kept))
}

/// Opens a session.
#[utoipa::path(post, path = "/v1/auth/login", tag = "accounts", request_body = LogIn,
    responses((status = 200, body = flows::Tokens), Problem))]
async fn log_in(State(identity): State<Identity>, Body(body): Body<LogIn>) -> Result<Response, Problem> {
    Ok(unstored(flows::log_in(&identity, &body.email, &body.password).await?))
}

/// Exchanges a refresh token for new tokens. One that is used twice closes its session, except within ten seconds.
#[utoipa::path(post, path = "/v1/auth/refresh", tag = "accounts", request_body = Refresh,
    responses((status = 200, body = flows::Tokens), Problem))]
async fn refresh(State(identity): State<Identity>, Body(body): Body<Refresh>) -> Result<Response, Problem> {
    Ok(unstored(flows::refresh(&identity, &body.refresh_token).await?))
}

/// Closes the session of the refresh token, or of the access token where no body is sent.
#[utoipa::path(post, path = "/v1/auth/logout", tag = "accounts", params(Where), request_body = Option<LogOut>,
    responses((status = 204), Problem))]
async fn log_out(
    State(identity): State<Identity>,
    Query(which): Query<Where>,
    headers: HeaderMap,
    Body(body): Body<LogOut>,
) -> Result<StatusCode, Problem> {
    flows::log_out(&identity, body.refresh_token, bearer(&headers), which.everywhere).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Closes all sessions of the user.
#[utoipa::path(post, path = "/v1/auth/logout-all", tag = "accounts", responses((status = 204), Problem))]
async fn log_out_everywhere(State(identity): State<Identity>, Customer(user): Customer) -> Result<StatusCode, Problem> {
    flows::log_out_everywhere(&identity, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Users, oldest first.
#[utoipa::path(get, path = "/v1/users", tag = "people", params(Which, Paging),
    responses((status = 200, body = Page<UserView>), Problem))]
async fn list_users(
    State(identity): State<Identity>,
    Admin(_): Admin,
    Query(which): Query<Which>,
    paging: Paging,
) -> Result<Json<Page<UserView>>, Problem> {
    let email = which.email.map(|email| email.chars().take(254).collect::<String>());
    let after = paging.key::<UserId>()?;
    Ok(Json(flows::list_users(&identity, email.as_deref(), after, paging.limit, paging.count).await?))
}

/// A user.
#[utoipa::path(get, path = "/v1/users/{id}", tag = "people", params(("id" = UserId, Path)),
    responses((status = 200, body = UserView), Problem))]
async fn get_user(
    State(identity): State<Identity>,
    Admin(_): Admin,
    Path(user): Path<UserId>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(flows::get_me(&identity, user).await?))
}

/// Gives a user a role: `customer`, `staff` or `admin`.
#[utoipa::path(put, path = "/v1/users/{id}/roles/{role}", tag = "people",
    params(("id" = UserId, Path), ("role" = Role, Path)), responses((status = 200, body = UserView), Problem))]
async fn assign_role(
    State(identity): State<Identity>,
    Admin(_): Admin,
    Path((user, role)): Path<(UserId, Role)>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(flows::assign_role(&identity, user, role).await?))
}

/// Takes a role from a user, in effect within a minute. The last admin stays one.
#[utoipa::path(delete, path = "/v1/users/{id}/roles/{role}", tag = "people",
    params(("id" = UserId, Path), ("role" = Role, Path)), responses((status = 200, body = UserView), Problem))]
async fn remove_role(
    State(identity): State<Identity>,
    Admin(_): Admin,
    Path((user, role)): Path<(UserId, Role)>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(flows::remove_role(&identity, user, role).await?))
}

/// Keeps a user from logging in and ends their sessions, in effect within a minute.
#[utoipa::path(post, path = "/v1/users/{id}/disable", tag = "people", params(("id" = UserId, Path)),
    responses((status = 200, body = UserView), Problem))]
async fn disable_user(
    State(identity): State<Identity>,
    Admin(_): Admin,
    Path(user): Path<UserId>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(flows::disable(&identity, user).await?))
}

/// Lets a user log in again.
#[utoipa::path(post, path = "/v1/users/{id}/enable", tag = "people", params(("id" = UserId, Path)),
    responses((status = 200, body = UserView), Problem))]
async fn enable_user(
    State(identity): State<Identity>,
    Admin(_): Admin,
    Path(user): Path<UserId>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(flows::enable(&identity, user).await?))
}

fn answer<T: Serialize>(status: StatusCode, kept: Kept<T>) -> Response {
    match kept {
        Kept::New(made) => (status, Json(made)).into_response(),
        Kept::Again(stored) => answer_again(stored),
    }
}

/// Tokens belong into no cache.
fn unstored(tokens: flows::Tokens) -> Response {
    ([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(tokens)).into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
