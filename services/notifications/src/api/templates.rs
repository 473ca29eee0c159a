//! Trying the templates, for whoever edits them.

use crate::{
    Notifications,
    error::Error,
    flows,
    model::{Kind, Language},
    views::Example,
};
use axum::{Json, extract::State};
use bodega_web::{Body, Path, Problem, Staff};
use serde::Deserialize;
use utoipa::ToSchema;

/// How to show it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreviewTemplate {
    /// In which language; the shop's where not said.
    #[serde(default)]
    language: Option<Language>,
}

/// An example of a kind of mail with invented data, by the templates as they are in their folder now; says what is wrong
/// with them.
#[utoipa::path(post, path = "/v1/mail-templates/{kind}/preview", tag = "mails", params(("kind" = Kind, Path)),
    request_body = PreviewTemplate, responses((status = 200, body = Example), Problem))]
pub(super) async fn preview_template(
    State(state): State<Notifications>,
    _: Staff,
    Path(kind): Path<Kind>,
    Body(body): Body<PreviewTemplate>,
) -> Result<Json<Example>, Error> {
    flows::show_example(&state, kind, body.language).await.map(Json)
}
