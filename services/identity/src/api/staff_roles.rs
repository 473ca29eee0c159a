//! Staff roles, for admins: what each permits, and who holds which.

use super::answer;
use crate::{
    Identity, flows,
    model::{self, StaffRoleView, UserView},
};
use axum::{Json, extract::State, http::StatusCode, response::Response};
use bodega_contracts::identity::PERMISSIONS;
use bodega_kernel::{Page, UserId};
use bodega_web::{Admin, Body, IfMatch, KeyedBody, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The most permissions that a body names; there are fewer.
const MOST_NAMED: usize = 200;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewStaffRole {
    /// 1 to 100 characters; each once.
    #[schema(example = "Warehouse")]
    name: String,
    /// Of `GET /v1/admin/permissions`.
    #[schema(example = json!(["orders.read", "stock.write"]))]
    permissions: Vec<String>,
}

/// What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StaffRoleChange {
    /// 1 to 100 characters; each once.
    #[serde(default)]
    #[schema(example = "Warehouse")]
    name: Option<String>,
    /// All that it permits from now on.
    #[serde(default)]
    #[schema(example = json!(["orders.read"]))]
    permissions: Option<Vec<String>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GivenStaffRole {
    /// Which.
    staff_role_id: Uuid,
}

fn name(text: &str) -> Result<String, Problem> {
    model::name(text).map_err(|reason| Problem::invalid("/name", reason))
}

fn permissions(words: Vec<String>) -> Result<Vec<String>, Problem> {
    let words = if words.len() > MOST_NAMED { Err("are too many") } else { model::permissions(words) };
    words.map_err(|reason| Problem::invalid("/permissions", reason))
}

/// What a staff role can permit.
#[utoipa::path(get, path = "/v1/admin/permissions", tag = "people",
    responses((status = 200, body = Page<String>, example = json!({"items": ["orders.read", "stock.write"]})), Problem))]
pub(super) async fn list_permissions(_: Admin) -> Json<Page<&'static str>> {
    Json(Page { items: PERMISSIONS.to_vec(), next_cursor: None, total: None })
}

/// All staff roles, by name; there are 100 at most.
#[utoipa::path(get, path = "/v1/admin/staff-roles", tag = "people",
    responses((status = 200, body = Page<StaffRoleView>), Problem))]
pub(super) async fn list_staff_roles(
    State(identity): State<Identity>,
    _: Admin,
) -> Result<Json<Page<StaffRoleView>>, Problem> {
    let items = flows::list_staff_roles(&identity).await?;
    Ok(Json(Page { items, next_cursor: None, total: None }))
}

/// Makes a staff role. 409 `name_taken`.
#[utoipa::path(post, path = "/v1/admin/staff-roles", tag = "people", request_body = NewStaffRole,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = StaffRoleView), Problem))]
pub(super) async fn create_staff_role(
    State(identity): State<Identity>,
    _: Admin,
    KeyedBody { body, key }: KeyedBody<NewStaffRole>,
) -> Result<Response, Problem> {
    let (name, permissions) = (name(&body.name)?, permissions(body.permissions)?);
    Ok(answer(StatusCode::CREATED, flows::create_staff_role(&identity, name, permissions, key).await?))
}

/// Changes a staff role, in effect within a minute. With `If-Match` only if nobody changed it since it was read: 412.
#[utoipa::path(patch, path = "/v1/admin/staff-roles/{id}", tag = "people", request_body = StaffRoleChange,
    params(
        ("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "its version, as an ETag"),
        ("Idempotency-Key" = Option<String>, Header),
    ),
    responses((status = 200, body = StaffRoleView), Problem))]
pub(super) async fn change_staff_role(
    State(identity): State<Identity>,
    _: Admin,
    Path(id): Path<Uuid>,
    IfMatch(version): IfMatch,
    KeyedBody { body, key }: KeyedBody<StaffRoleChange>,
) -> Result<Response, Problem> {
    let name = body.name.as_deref().map(name).transpose()?;
    let permissions = body.permissions.map(permissions).transpose()?;
    Ok(answer(StatusCode::OK, flows::change_staff_role(&identity, id, version, name, permissions, key).await?))
}

/// Deletes a staff role. 409 `staff_role_in_use` while somebody holds it.
#[utoipa::path(delete, path = "/v1/admin/staff-roles/{id}", tag = "people", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone"), Problem))]
pub(super) async fn delete_staff_role(
    State(identity): State<Identity>,
    _: Admin,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    flows::delete_staff_role(&identity, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes somebody a member of staff who may do what this role permits, in effect within a minute.
#[utoipa::path(put, path = "/v1/admin/users/{id}/staff-role", tag = "people", request_body = GivenStaffRole,
    params(("id" = UserId, Path)), responses((status = 200, body = UserView), Problem))]
pub(super) async fn give_staff_role(
    State(identity): State<Identity>,
    _: Admin,
    Path(user): Path<UserId>,
    Body(body): Body<GivenStaffRole>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(flows::give_staff_role(&identity, user, body.staff_role_id).await?))
}

/// Takes the staff role of somebody: as a member of staff they may then do all that staff may. Take the role `staff` away
/// from whoever shall be none.
#[utoipa::path(delete, path = "/v1/admin/users/{id}/staff-role", tag = "people", params(("id" = UserId, Path)),
    responses((status = 200, body = UserView), Problem))]
pub(super) async fn take_staff_role(
    State(identity): State<Identity>,
    _: Admin,
    Path(user): Path<UserId>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(flows::take_staff_role(&identity, user).await?))
}
