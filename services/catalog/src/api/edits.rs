//! What all writes of staff have in common: who may, which thing is meant in which version (`If-Match`), the key that
//! makes it happen once, and for what they are refused. What is made, changed and removed by its id is written in one
//! shape ([`written_by_staff`]).

use crate::{error::Error, flows::Target, model::Terms};
use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{header, request::Parts},
};
use bodega_db::IdempotencyKey;
use bodega_web::{KeyedBody, Path, Problem, Staff, problem};
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, IntoResponses};

/// Something new, from staff.
#[derive(Debug)]
pub(super) struct New<T> {
    pub(super) body: T,
    pub(super) key: Option<IdempotencyKey>,
}

/// A change of what the path names, from staff.
#[derive(Debug)]
pub(super) struct Change<Id, T> {
    pub(super) target: Target<Id>,
    pub(super) body: T,
}

/// What the path names is to go, say staff. Once is as good as twice, so it takes no key.
#[derive(Debug)]
pub(super) struct Removal<Id>(pub(super) Target<Id>);

/// The headers of a new thing.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "for the description; the header is read with the body")]
pub(super) struct NewHeaders {
    /// The same key makes the same thing once.
    #[param(rename = "Idempotency-Key")]
    key: Option<String>,
}

/// The headers of a change.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "for the description; the headers are read by `Change`")]
pub(super) struct ChangeHeaders {
    /// The `ETag` it was read with.
    #[param(rename = "If-Match")]
    version: Option<String>,
    /// The same key changes it once.
    #[param(rename = "Idempotency-Key")]
    key: Option<String>,
}

/// The header of a removal.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "for the description; the header is read by `Removal`")]
pub(super) struct RemovalHeaders {
    /// The `ETag` it was read with.
    #[param(rename = "If-Match")]
    version: Option<String>,
}

/// For what something new is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "for the description")]
pub(super) enum NewRefused {
    /// `slug_taken`, or of a product `sku_taken`.
    #[response(status = 409)]
    Taken,
    /// Fields are wrong; `errors` names them.
    #[response(status = 422)]
    Invalid,
}

/// For what a change is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "for the description")]
pub(super) enum ChangeRefused {
    /// There is no such thing.
    #[response(status = 404)]
    NotFound,
    /// `slug_taken`, or of a product `sku_taken`.
    #[response(status = 409)]
    Taken,
    /// It has changed since it was read.
    #[response(status = 412)]
    OtherVersion,
    /// Fields are wrong; `errors` names them.
    #[response(status = 422)]
    Invalid,
}

/// How a removal ends.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "for the description")]
pub(super) enum RemovalEnds {
    /// It is gone; a product is archived.
    #[response(status = 204)]
    Done,
    /// There is no such thing.
    #[response(status = 404)]
    NotFound,
    /// `in_use`: products or categories depend on it.
    #[response(status = 409)]
    InUse,
    /// It has changed since it was read.
    #[response(status = 412)]
    OtherVersion,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for New<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        Staff::from_request_parts(&mut parts, state).await?;
        let KeyedBody { body, key } = KeyedBody::from_request(Request::from_parts(parts, body), state).await?;
        Ok(Self { body, key })
    }
}

impl<S: Send + Sync, Id: DeserializeOwned + Send, T: DeserializeOwned> FromRequest<S> for Change<Id, T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Removal(target) = Removal::from_request_parts(&mut parts, state).await?;
        let KeyedBody { body, key } = KeyedBody::from_request(Request::from_parts(parts, body), state).await?;
        Ok(Self { target: Target { key, ..target }, body })
    }
}

impl<S: Send + Sync, Id: DeserializeOwned + Send> FromRequestParts<S> for Removal<Id> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Staff::from_request_parts(parts, state).await?;
        let Path(id) = Path::from_request_parts(parts, state).await?;
        Ok(Self(Target { id, read_version: read_version(parts)?, key: None }))
    }
}

/// The version that `If-Match` names with any tag this service gives; `None` where it is absent or `*`.
fn read_version(parts: &Parts) -> Result<Option<i64>, Problem> {
    let mut values = parts.headers.get_all(header::IF_MATCH).iter();
    let text = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().unwrap_or_default().trim(),
        (Some(_), Some(_)) => "",
    };
    if text == "*" {
        return Ok(None);
    }
    let refusal = || problem(422, "invalid_if_match").detail("If-Match holds one ETag as it was given");
    version(text).map(Some).ok_or_else(refusal)
}

/// The version in a tag such as `"7"`, `W/"7"` or `"7-0a1b"`: that of a product read in public holds a digest behind it.
fn version(text: &str) -> Option<i64> {
    let tag = text.strip_prefix("W/").unwrap_or(text).strip_prefix('"')?.strip_suffix('"')?;
    let digits = tag.split_once('-').map_or(tag, |(version, _)| version);
    digits.parse().ok()
}

/// A body, and the edit it stands for.
pub(super) trait Wanted {
    /// What a flow takes.
    type Edit;

    /// The edit, in a shop of these terms.
    fn into_edit(self, terms: Terms) -> Result<Self::Edit, Error>;
}

/// The three writes of staff on things that have an id: their handlers and their descriptions, which differ in nothing
/// but names. A body becomes an edit ([`Wanted`]), a flow takes it, and the answer is the thing as it is then; what is
/// removed answers 204.
macro_rules! written_by_staff {
    (
        $thing:literal: $Id:ident => $View:ident at $all:literal, $one:literal;
        $(#[doc = $create_doc:literal])* create $create:ident($New:ident) by $make:path;
        $(#[doc = $change_doc:literal])* change $change:ident($Changes:ident) by $edit:path;
        $(#[doc = $remove_doc:literal])* remove $remove:ident by $remove_flow:path;
    ) => {
        $(#[doc = $create_doc])*
        #[utoipa::path(
            post, path = $all, tag = "catalog", request_body = $New, params(NewHeaders),
            responses((status = 201, description = $thing, body = $View), NewRefused)
        )]
        pub(super) async fn $create(
            State(catalog): State<Catalog>,
            New { body, key }: New<$New>,
        ) -> Result<Response, Problem> {
            let edit = body.into_edit(catalog.terms)?;
            Ok(written($make(&catalog, key, edit).await?))
        }

        $(#[doc = $change_doc])*
        #[utoipa::path(
            patch, path = $one, tag = "catalog", request_body = $Changes,
            params(("id" = $Id, Path, description = "Which"), ChangeHeaders),
            responses((status = 200, description = $thing, body = $View), ChangeRefused)
        )]
        pub(super) async fn $change(
            State(catalog): State<Catalog>,
            Change { target, body }: Change<$Id, $Changes>,
        ) -> Result<Response, Problem> {
            let edit = body.into_edit(catalog.terms)?;
            Ok(written($edit(&catalog, target, edit).await?))
        }

        $(#[doc = $remove_doc])*
        #[utoipa::path(
            delete, path = $one, tag = "catalog",
            params(("id" = $Id, Path, description = "Which"), RemovalHeaders), responses(RemovalEnds)
        )]
        pub(super) async fn $remove(
            State(catalog): State<Catalog>,
            Removal(target): Removal<$Id>,
        ) -> Result<StatusCode, Problem> {
            $remove_flow(&catalog, target).await?;
            Ok(StatusCode::NO_CONTENT)
        }
    };
}
pub(super) use written_by_staff;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_we_give_is_understood_and_nothing_else_is() {
        for text in ["\"7\"", "W/\"7\"", "\"7-0a1b\"", "W/\"7-0a1b\""] {
            assert_eq!(version(text), Some(7), "{text}");
        }
        for text in ["", "*", "7", "\"", "\"\"", "\"a\"", "\"-\"", "\"7\", \"8\"", "\"99999999999999999999\""] {
            assert_eq!(version(text), None, "{text}");
        }
    }
}
