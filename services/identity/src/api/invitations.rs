//! Asking people to join the staff, for admins, and joining it.

use super::answer;
use crate::{
    Identity, flows,
    model::{InvitationView, UserView},
};
use axum::{Json, extract::State, http::StatusCode, response::Response};
use bodega_kernel::{Page, Role};
use bodega_web::{Admin, Body, KeyedBody, Path, Problem, problem};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Invite {
    /// Whom.
    #[schema(example = "anna@example.com")]
    email: String,
    /// `staff` where not said, or `admin`.
    #[serde(default)]
    role: Option<Role>,
    /// What they may do as staff; left out: all that staff may.
    #[serde(default)]
    staff_role_id: Option<Uuid>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Accept {
    /// From the link in the mail; good once.
    #[schema(max_length = 512)]
    token: String,
    /// To log in with from now on.
    #[schema(example = "a walnut under the lamp", min_length = 15, max_length = 128)]
    password: String,
    /// As they want to be called, at most 100 characters.
    #[serde(default)]
    name: Option<String>,
}

/// The invitations that can still be accepted, oldest first.
#[utoipa::path(get, path = "/v1/admin/invitations", tag = "people",
    responses((status = 200, body = Page<InvitationView>), Problem))]
pub(super) async fn list_invitations(
    State(identity): State<Identity>,
    _: Admin,
) -> Result<Json<Page<InvitationView>>, Problem> {
    let items = flows::list_invitations(&identity).await?;
    Ok(Json(Page { items, next_cursor: None, total: None }))
}

/// Asks somebody by mail to join the staff. Asked again they get another link, and the one before is over.
#[utoipa::path(post, path = "/v1/admin/invitations", tag = "people", request_body = Invite,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = InvitationView), Problem))]
pub(super) async fn invite_staff(
    State(identity): State<Identity>,
    Admin(caller): Admin,
    KeyedBody { body, key }: KeyedBody<Invite>,
) -> Result<Response, Problem> {
    let by = caller.user.ok_or_else(|| problem(401, "unauthenticated"))?;
    let role = body.role.unwrap_or(Role::Staff);
    Ok(answer(StatusCode::CREATED, flows::invite(&identity, by, &body.email, role, body.staff_role_id, key).await?))
}

/// Asks somebody by mail to join the staff: another name of `/v1/admin/invitations`.
#[utoipa::path(post, path = "/v1/staff-invitations", tag = "people", request_body = Invite,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = InvitationView), Problem))]
pub(super) async fn invite_to_staff(
    identity: State<Identity>,
    caller: Admin,
    body: KeyedBody<Invite>,
) -> Result<Response, Problem> {
    invite_staff(identity, caller, body).await
}

/// Withdraws an invitation: its link is over.
#[utoipa::path(delete, path = "/v1/admin/invitations/{id}", tag = "people", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone"), Problem))]
pub(super) async fn withdraw_invitation(
    State(identity): State<Identity>,
    _: Admin,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    flows::withdraw_invitation(&identity, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Joins the staff with the link from the mail. Whoever has an account with the address gets the new password too, and
/// their sessions end. 422 `link_over` for a token that is unknown, used, or over.
#[utoipa::path(post, path = "/v1/auth/accept-invitation", tag = "accounts", request_body = Accept,
    responses((status = 201, body = UserView), Problem))]
pub(super) async fn accept_invitation(
    State(identity): State<Identity>,
    Body(body): Body<Accept>,
) -> Result<(StatusCode, Json<UserView>), Problem> {
    let joined = flows::accept_invitation(&identity, &body.token, &body.password, body.name.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(joined)))
}
