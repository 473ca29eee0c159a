//! Groups of customers, for staff: others price and discount by them.

use super::answer;
use crate::{
    Identity, flows,
    model::{self, GroupView},
};
use axum::{Json, extract::State, http::StatusCode, response::Response};
use bodega_kernel::{Page, UserId};
use bodega_web::{KeyedBody, Paging, Path, Problem, Staff};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewGroup {
    /// 1 to 40 small letters, digits and hyphens; names it everywhere and never changes.
    #[schema(example = "trade")]
    name: String,
    /// For people, 1 to 100 characters.
    #[schema(example = "Trade customers")]
    label: String,
}

fn page<T>(items: Vec<T>) -> Json<Page<T>> {
    Json(Page { items, next_cursor: None, total: None })
}

/// All groups of customers, by name; there are 200 at most.
#[utoipa::path(get, path = "/v1/admin/groups", tag = "people",
    responses((status = 200, body = Page<GroupView>), Problem))]
pub(super) async fn list_customer_groups(
    State(identity): State<Identity>,
    _: Staff,
) -> Result<Json<Page<GroupView>>, Problem> {
    Ok(page(flows::list_groups(&identity).await?))
}

/// Makes a group of customers. 409 `name_taken`.
#[utoipa::path(post, path = "/v1/admin/groups", tag = "people", request_body = NewGroup,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = GroupView), Problem))]
pub(super) async fn create_customer_group(
    State(identity): State<Identity>,
    _: Staff,
    KeyedBody { body, key }: KeyedBody<NewGroup>,
) -> Result<Response, Problem> {
    let name = model::group_name(&body.name).map_err(|reason| Problem::invalid("/name", reason))?;
    let label = model::name(&body.label).map_err(|reason| Problem::invalid("/label", reason))?;
    Ok(answer(StatusCode::CREATED, flows::create_group(&identity, name, label, key).await?))
}

/// Deletes a group of customers. 409 `group_in_use` while somebody is in it.
#[utoipa::path(delete, path = "/v1/admin/groups/{name}", tag = "people",
    params(("name" = String, Path, example = "trade")),
    responses((status = 204, description = "It is gone"), Problem))]
pub(super) async fn delete_customer_group(
    State(identity): State<Identity>,
    _: Staff,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    flows::delete_group(&identity, name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The customers in a group, by id.
#[utoipa::path(get, path = "/v1/admin/groups/{name}/members", tag = "people",
    params(("name" = String, Path, example = "trade"), Paging),
    responses((status = 200, body = Page<UserId>), Problem))]
pub(super) async fn list_group_members(
    State(identity): State<Identity>,
    _: Staff,
    Path(name): Path<String>,
    paging: Paging,
) -> Result<Json<Page<UserId>>, Problem> {
    let after = paging.key::<UserId>()?;
    Ok(Json(flows::list_members(&identity, name, after, paging.limit).await?))
}

/// The groups that a customer is in.
#[utoipa::path(get, path = "/v1/admin/users/{id}/groups", tag = "people", params(("id" = UserId, Path)),
    responses((status = 200, body = Page<String>, example = json!({"items": ["trade"]})), Problem))]
pub(super) async fn list_groups_of_user(
    State(identity): State<Identity>,
    _: Staff,
    Path(user): Path<UserId>,
) -> Result<Json<Page<String>>, Problem> {
    Ok(page(flows::groups_of(&identity, user).await?))
}

/// Puts a customer into a group; fine if they are in it. Answers all their groups.
#[utoipa::path(put, path = "/v1/admin/users/{id}/groups/{name}", tag = "people",
    params(("id" = UserId, Path), ("name" = String, Path, example = "trade")),
    responses((status = 200, body = Page<String>, example = json!({"items": ["trade"]})), Problem))]
pub(super) async fn join_customer_group(
    State(identity): State<Identity>,
    _: Staff,
    Path((user, name)): Path<(UserId, String)>,
) -> Result<Json<Page<String>>, Problem> {
    Ok(page(flows::join_group(&identity, user, name).await?))
}

/// Takes a customer out of a group; fine if they are not in it. Answers all their groups.
#[utoipa::path(delete, path = "/v1/admin/users/{id}/groups/{name}", tag = "people",
    params(("id" = UserId, Path), ("name" = String, Path, example = "trade")),
    responses((status = 200, body = Page<String>, example = json!({"items": ["trade"]})), Problem))]
pub(super) async fn leave_customer_group(
    State(identity): State<Identity>,
    _: Staff,
    Path((user, name)): Path<(UserId, String)>,
) -> Result<Json<Page<String>>, Problem> {
    Ok(page(flows::leave_group(&identity, user, name).await?))
}
