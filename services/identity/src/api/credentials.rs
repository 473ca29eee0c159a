//! Proving who one is by a link in a mail, and changing what one logs in with.

use super::bearer;
use crate::{Identity, flows};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use bodega_web::{Body, Customer, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VerifyEmail {
    /// From the link in the mail; good once.
    #[schema(max_length = 512)]
    token: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForgotPassword {
    #[schema(example = "anna@example.com")]
    email: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResetPassword {
    /// From the link in the mail; good once.
    #[schema(max_length = 512)]
    token: String,
    /// The new one, as at registration.
    #[schema(example = "a chestnut under the lamp", min_length = 15, max_length = 128)]
    password: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePassword {
    /// As it is.
    #[schema(example = "a walnut under the lamp")]
    old_password: String,
    /// As it shall be; as at registration.
    #[schema(example = "a chestnut under the lamp", min_length = 15, max_length = 128)]
    new_password: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeEmail {
    /// At most 254 characters; case does not matter.
    #[schema(example = "anne@example.com")]
    email: String,
    /// The password of the account.
    #[schema(example = "a walnut under the lamp")]
    password: String,
}

/// Takes the proof that an address is somebody's: that of the account, or the one that it shall have from now on. 422
/// `link_over` for a token that is unknown, used, or over.
#[utoipa::path(post, path = "/v1/auth/verify-email", tag = "accounts", request_body = VerifyEmail,
    responses((status = 204, description = "It is verified"), Problem))]
pub(super) async fn verify_email(
    State(identity): State<Identity>,
    Body(body): Body<VerifyEmail>,
) -> Result<StatusCode, Problem> {
    flows::verify_email(&identity, &body.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends the mail with which one's address is verified once more.
#[utoipa::path(post, path = "/v1/me/verification", tag = "accounts",
    responses((status = 202, description = "A mail follows, unless the address is verified already"), Problem))]
pub(super) async fn verify_again(
    State(identity): State<Identity>,
    Customer(user): Customer,
) -> Result<StatusCode, Problem> {
    flows::verify_again(&identity, user).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Asks for a link to choose a new password. The answer is the same whether the address is known or not.
#[utoipa::path(post, path = "/v1/auth/forgot-password", tag = "accounts", request_body = ForgotPassword,
    responses((status = 202, description = "If there is such an account, a mail follows"), Problem))]
pub(super) async fn forgot_password(
    State(identity): State<Identity>,
    Body(body): Body<ForgotPassword>,
) -> Result<StatusCode, Problem> {
    flows::forget_password(&identity, &body.email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Asks for a link to choose a new password: another name of `/v1/auth/forgot-password`.
#[utoipa::path(post, path = "/v1/auth/password/forgot", tag = "accounts", request_body = ForgotPassword,
    responses((status = 202, description = "If there is such an account, a mail follows"), Problem))]
pub(super) async fn forget_password(
    identity: State<Identity>,
    body: Body<ForgotPassword>,
) -> Result<StatusCode, Problem> {
    forgot_password(identity, body).await
}

/// Chooses a new password with the link from the mail. All sessions and all other links of the account end.
#[utoipa::path(post, path = "/v1/auth/reset-password", tag = "accounts", request_body = ResetPassword,
    responses((status = 204, description = "It is chosen"), Problem))]
pub(super) async fn reset_password(
    State(identity): State<Identity>,
    Body(body): Body<ResetPassword>,
) -> Result<StatusCode, Problem> {
    flows::reset_password(&identity, &body.token, &body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Chooses a new password: another name of `/v1/auth/reset-password`.
#[utoipa::path(post, path = "/v1/auth/password/reset", tag = "accounts", request_body = ResetPassword,
    responses((status = 204, description = "It is chosen"), Problem))]
pub(super) async fn choose_password(
    identity: State<Identity>,
    body: Body<ResetPassword>,
) -> Result<StatusCode, Problem> {
    reset_password(identity, body).await
}

/// Changes one's password. All other sessions end, and a mail says that it happened.
#[utoipa::path(post, path = "/v1/me/password", tag = "accounts", request_body = ChangePassword,
    responses((status = 204, description = "It is changed"), Problem))]
pub(super) async fn change_password(
    State(identity): State<Identity>,
    Customer(user): Customer,
    headers: HeaderMap,
    Body(body): Body<ChangePassword>,
) -> Result<StatusCode, Problem> {
    let session = bearer(&headers).and_then(|token| identity.signer.session_of(token));
    flows::change_password(&identity, user, session, &body.old_password, &body.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for another address. It becomes that of the account when the link in the mail to it is used; the old one is told.
#[utoipa::path(post, path = "/v1/me/email", tag = "accounts", request_body = ChangeEmail,
    responses((status = 202, description = "A mail to the new address follows"), Problem))]
pub(super) async fn change_email(
    State(identity): State<Identity>,
    Customer(user): Customer,
    Body(body): Body<ChangeEmail>,
) -> Result<StatusCode, Problem> {
    flows::change_email(&identity, user, &body.email, &body.password).await?;
    Ok(StatusCode::ACCEPTED)
}
