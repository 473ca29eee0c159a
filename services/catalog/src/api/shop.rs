//! The shop itself. Anybody sees its name and its legal texts; staff write them and see every version there was.

use super::{
    address,
    edits::{Change, ChangeHeaders},
    read, read_kept,
    tax::TableRefused,
    written,
};
use crate::{
    Catalog,
    flows::shop,
    model::LegalTexts,
    views::{LegalVersion, LegalView, PublicShop, ShopView},
};
use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use bodega_contracts::{Address, catalog::Shop};
use bodega_web::{Path, Problem, Query, Staff};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Bytes of the longest body: the legal texts in all languages.
pub(super) const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// The shop as it is to be, whole.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Harbour Mugs", "email": "shop@example.com", "languages": ["en"],
    "legal": {"terms": {"en": "# Terms\n\nWe sell mugs."}}
}))]
pub(super) struct NewShop {
    /// 1 to 100 characters.
    name: String,
    /// Where it is, as it stands on papers.
    address: Option<Address>,
    /// Where customers write.
    email: Option<String>,
    /// Its number for value added tax, at most 40 characters.
    tax_number: Option<String>,
    /// The languages it speaks, its own first: 1 to 10, such as `en` or `pt-BR`.
    languages: Vec<String>,
    /// Its legal texts: Markdown of at most 50,000 characters each, by language.
    #[serde(default)]
    legal: LegalTexts,
}

/// In which language a text is wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Such as `en`; the shop's own where it is left out, or where the text is not there in it.
    lang: Option<String>,
}

/// The shop as staff see it, with its legal texts.
#[utoipa::path(
    get, path = "/v1/admin/shop", tag = "catalog",
    responses((status = 200, description = "The shop", body = ShopView))
)]
pub(super) async fn get_shop_settings(
    State(catalog): State<Catalog>,
    Staff(_): Staff,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(read(&headers, &shop::shop_for_staff(&catalog).await?))
}

/// Writes the shop whole. Where its legal texts change, they get a new version, which shoppers accept from then on.
#[utoipa::path(
    put, path = "/v1/admin/shop", tag = "catalog", request_body = NewShop, params(ChangeHeaders),
    responses((status = 200, description = "The shop", body = ShopView), TableRefused)
)]
pub(super) async fn put_shop_settings(
    State(catalog): State<Catalog>,
    Change { target, body }: Change<(), NewShop>,
) -> Result<Response, Problem> {
    let NewShop { name, address, email, tax_number, languages, legal } = body;
    let profile = Shop { name, address, email, tax_number, languages };
    Ok(written(shop::put_shop(&catalog, target, profile, legal).await?))
}

/// A version of the legal texts, as somebody may have accepted it.
#[utoipa::path(
    get, path = "/v1/admin/shop/legal/versions/{version}", tag = "catalog",
    params(("version" = i64, Path, description = "As orders name it")),
    responses(
        (status = 200, description = "The texts", body = LegalVersion),
        (status = 404, description = "There was no such version"),
    )
)]
pub(super) async fn get_legal_version(
    State(catalog): State<Catalog>,
    Staff(_): Staff,
    Path(version): Path<i64>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(read(&headers, &shop::legal_version(&catalog, version).await?))
}

/// The shop as shoppers see it: its name, languages and markets, and which legal texts there are.
#[utoipa::path(
    get, path = "/v1/shop", tag = "catalog",
    responses((status = 200, description = "The shop", body = PublicShop), (status = 304, description = "No change"))
)]
pub(super) async fn get_shop(
    State(catalog): State<Catalog>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let answer = shop::shop_for_shoppers(&catalog, address(&uri)).await?;
    Ok(read_kept(&catalog, &uri, &headers, answer))
}

/// A legal text.
#[utoipa::path(
    get, path = "/v1/shop/legal/{text}", tag = "catalog",
    params(("text" = String, Path, description = "`terms`, `privacy`, `withdrawal` or `imprint`"), Wanted),
    responses(
        (status = 200, description = "The text", body = LegalView),
        (status = 304, description = "No change"),
        (status = 404, description = "There is no such text"),
        (status = 422, description = "That is no language"),
    )
)]
pub(super) async fn get_legal_text(
    State(catalog): State<Catalog>,
    Path(text): Path<String>,
    Query(wanted): Query<Wanted>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let answer = shop::legal_text(&catalog, address(&uri), &text, wanted.lang.as_deref()).await?;
    Ok(read_kept(&catalog, &uri, &headers, answer))
}
