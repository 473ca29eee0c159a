//! Mails over HTTP, for staff: the log, one in full, one as it looks, send one again, write one, try the templates; for
//! readers: unsubscribe.

mod templates;
mod unsubscribing;
mod writing;

use crate::{
    Notifications,
    clients::Post,
    error::Error,
    flows::{self, Written},
    model::{Kind, State as MailState, message_id},
    store,
    views::{Kept, MailInFull, MailView},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bodega_contracts::OrderId;
use bodega_kernel::{Page, Role, uuid::Uuid};
use bodega_web::{Idempotent, Paging, Path, Problem, Query, Staff, answer_again};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A mail may show itself and nothing else: no script, no picture from elsewhere that tells it was read.
const SHOWN_ALONE: HeaderValue = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");

/// All routes, for callers the gateway has verified.
pub(crate) fn routes(notifications: Notifications) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_mails, writing::write_mail))
        .routes(routes!(get_mail))
        .routes(routes!(unsubscribing::ask_reader, unsubscribing::unsubscribe))
        .routes(routes!(preview_mail))
        .routes(routes!(resend_mail))
        .routes(routes!(list_mailbox))
        .routes(routes!(templates::preview_template))
        .with_state(notifications)
}

/// Which mails.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those in this state.
    state: Option<MailState>,
    /// Only those of this kind.
    kind: Option<Kind>,
    /// Only those to this address.
    recipient: Option<String>,
    /// Only those about this order.
    order: Option<OrderId>,
}

/// Mails, newest first.
#[utoipa::path(get, path = "/v1/mails", tag = "mails", params(Which, Paging),
    responses((status = 200, body = Page<MailView>), Problem))]
async fn list_mails(
    State(state): State<Notifications>,
    _: Staff,
    Query(which): Query<Which>,
    paging: Paging,
) -> Result<Json<Page<MailView>>, Problem> {
    let before = paging.key::<Uuid>()?;
    let Which { state: in_state, kind, recipient, order } = which;
    let filter = store::Filter { state: in_state, kind, recipient, order };
    Ok(Json(store::list_mails(state.db.reader(), filter, before, &paging).await?))
}

/// A mail with the log of its attempts.
#[utoipa::path(get, path = "/v1/mails/{id}", tag = "mails", params(("id" = Uuid, Path)),
    responses((status = 200, body = MailInFull), Problem))]
async fn get_mail(
    State(state): State<Notifications>,
    _: Staff,
    Path(id): Path<Uuid>,
) -> Result<Json<MailInFull>, Error> {
    let stored = store::find(state.db.reader(), id).await?.ok_or(Error::NotFound)?;
    let message_id = message_id(id, stored.view.resends, state.sender.domain());
    let log = store::attempts_of(state.db.reader(), &stored).await?;
    Ok(Json(MailInFull { mail: stored.view, message_id, log }))
}

/// A mail as it looks: as it was kept, or as it would be written now. 403 `mail_is_private` for one whose link opens an
/// account.
#[utoipa::path(get, path = "/v1/mails/{id}/preview", tag = "mails", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The HTML part", body = String, content_type = "text/html"), Problem))]
async fn preview_mail(State(state): State<Notifications>, _: Staff, Path(id): Path<Uuid>) -> Result<Response, Error> {
    let html = flows::preview(&state, id).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, SHOWN_ALONE),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, html).into_response())
}

/// Sends a mail once more, under a `Message-ID` of its own, so that its reader gets to see it. 409 `mail_is_queued` where
/// it is tried by itself.
#[utoipa::path(post, path = "/v1/mails/{id}/resend", tag = "mails",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, description = "Queued", body = MailView), Problem))]
async fn resend_mail(
    State(state): State<Notifications>,
    _: Staff,
    Path(id): Path<Uuid>,
    Idempotent(key): Idempotent,
) -> Result<Response, Error> {
    accepted(flows::resend(&state, id, key).await?)
}

/// Mails that stayed here because there is no server to hand them to, newest first; those whose link opens an account for
/// admins alone. 404 `no_mailbox` where there is a server.
#[utoipa::path(get, path = "/v1/mailbox", tag = "mails", params(Paging),
    responses((status = 200, body = Page<Kept>), Problem))]
async fn list_mailbox(
    State(state): State<Notifications>,
    Staff(caller): Staff,
    paging: Paging,
) -> Result<Json<Page<Kept>>, Problem> {
    if !matches!(state.post, Post::Mailbox) {
        return Err(Error::NoMailbox.into());
    }
    let before = paging.key::<i64>()?;
    let private = caller.is_at_least(Role::Admin);
    Ok(Json(store::list_kept(state.db.reader(), private, before, &paging).await?))
}

fn accepted<T: Serialize>(written: Written<T>) -> Result<Response, Error> {
    Ok(match written {
        Written::Now(value) => {
            let body = serde_json::to_string(&value)?;
            (StatusCode::ACCEPTED, [(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        Written::Before(stored) => answer_again(stored),
    })
}
