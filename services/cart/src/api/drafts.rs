//! Drafts over HTTP, for staff: the one place where a body has a price in it.

use super::{
    MAX_BODY_BYTES,
    requests::{ChangeCart, check_payment_method, check_quantity, refuse, sold_at},
    respond,
};
use crate::{
    Carts,
    flows::{self, Contents, DraftPlaced, Typed},
    model::{DraftChange, FieldErrors, Given, LinesAt, MAX_LINES, Own, Status, Wanted},
    views::{CheckedOutView, DraftSummary, DraftView},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use bodega_contracts::{Address, CartId};
use bodega_kernel::{Money, Page, Sku, UserId};
use bodega_pricing::MAX_PRICE;
use bodega_web::{
    Conditional, IfMatch, KeyedBody, Paging, Path, Problem, Query, RequiredKeyBody, Staff, etag, layers::body_limit,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The most characters of a note.
const MAX_NOTE_CHARS: usize = 2_000;
/// The most characters of a line's own name.
const MAX_NAME_CHARS: usize = 200;

/// All routes.
pub(super) fn routes() -> OpenApiRouter<Carts> {
    OpenApiRouter::new()
        .routes(routes!(open_draft, list_drafts))
        .routes(routes!(get_draft, change_draft, discard_draft))
        .routes(routes!(place_draft))
        .layer(body_limit(MAX_BODY_BYTES))
}

/// What a draft holds: what is left out stays as it is, null clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "email": "ada@example.org", "note": "agreed by phone",
    "lines": [{"sku": "85123A", "quantity": 600, "unit_price": {"amount": 199, "currency": "GBP"}, "name": "Heart, trade price"}],
    "shipping_address": {"name": "Ada", "line1": "1 High Street", "city": "Leeds", "postal_code": "LS1 1AA", "country": "GB"},
}))]
pub(crate) struct ChangeDraft {
    /// Whose order it becomes; without `email` mails go where their account says.
    #[serde(default)]
    #[schema(value_type = Option<UserId>)]
    customer_id: Given<UserId>,
    /// What staff note; at most 2,000 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    note: Given<String>,
    /// All its lines, at most 1,000; a SKU may stand on several.
    #[serde(default)]
    lines: Option<Vec<DraftLine>>,
    /// Where mails go.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    email: Given<String>,
    /// Where parcels go.
    #[serde(default)]
    #[schema(value_type = Option<Address>)]
    shipping_address: Given<Address>,
    /// Where the invoice goes.
    #[serde(default)]
    #[schema(value_type = Option<Address>)]
    billing_address: Given<Address>,
    /// One of `shipping_methods`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    shipping_method: Given<String>,
    /// A code, in any case.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    coupon_code: Given<String>,
    /// Of a new draft: a market of the shop; counts until a country is known.
    #[serde(default)]
    market: Option<String>,
    /// Of a new draft: where it goes, until there is a shipping address.
    #[serde(default)]
    country: Option<String>,
}

/// A line of a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftLine {
    /// What; anything the shop has ever listed, where it has a price of its own.
    sku: Sku,
    /// How many.
    #[schema(minimum = 1, maximum = 10_000)]
    quantity: i64,
    /// What one costs here; without it, what it costs in the shop.
    #[serde(default)]
    unit_price: Option<Money>,
    /// What it is called here, 1 to 200 characters.
    #[serde(default)]
    name: Option<String>,
}

/// How a draft becomes an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceDraft {
    /// A way of paying; not needed where it costs nothing.
    #[serde(default)]
    #[schema(example = "bank_transfer", pattern = "^[a-z0-9_]{1,40}$")]
    payment_method: Option<String>,
    /// The version that is meant; where it is not the present one: 409 `cart_changed`.
    #[serde(default)]
    version: Option<i64>,
}

/// Which drafts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DraftFilter {
    /// `open` or `checked_out`; both where not said.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    status: Option<StatusAsked>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StatusAsked {
    Open,
    CheckedOut,
}

impl ChangeDraft {
    fn check(self) -> Result<(Contents, Typed), Problem> {
        let mut errors = FieldErrors::new();
        let plain = |note: &String| !note.chars().any(|letter| letter.is_control() && letter != '\n');
        if self.note.value().is_some_and(|note| !plain(note) || note.chars().count() > MAX_NOTE_CHARS) {
            let detail = format!("has more than {MAX_NOTE_CHARS} characters, or control characters");
            errors.push(("/note".to_owned(), detail));
        }
        let lines = self.lines.map(|lines| wanted(lines, &mut errors)).transpose()?;
        refuse(errors)?;
        let (email, shipping_method) = (self.email, self.shipping_method);
        let (shipping_address, billing_address) = (self.shipping_address, self.billing_address);
        let details =
            ChangeCart::details((email, shipping_method), (shipping_address, billing_address), self.coupon_code);
        let (contents, typed) = details.check()?;
        let sold_at = sold_at(self.market, self.country)?;
        let typed = Typed { customer: self.customer_id.clone(), ..typed };
        let desk = Some(DraftChange { note: self.note, customer: self.customer_id, lines });
        Ok((Contents { sold_at, desk, ..contents }, typed))
    }

    /// Where a draft is for is said when it is made.
    fn check_change(self) -> Result<(Contents, Typed), Problem> {
        for (pointer, given) in [("/market", self.market.is_some()), ("/country", self.country.is_some())] {
            if given {
                return Err(Problem::invalid(pointer, "is said when a draft is made; later its address says it"));
            }
        }
        self.check()
    }
}

fn wanted(lines: Vec<DraftLine>, errors: &mut FieldErrors) -> Result<Vec<Wanted>, Problem> {
    if lines.len() > MAX_LINES {
        return Err(Problem::new(422, "too_many_lines").detail(format!("a draft has at most {MAX_LINES} lines")));
    }
    let at = LinesAt::Member;
    for (index, line) in lines.iter().enumerate() {
        check_quantity(at.pointer(index, "quantity"), line.quantity, errors);
        if line.unit_price.is_some_and(|price| !(0..=MAX_PRICE).contains(&price.amount)) {
            errors.push((at.pointer(index, "unit_price/amount"), format!("is not between 0 and {MAX_PRICE}")));
        }
        let fits = |name: &String| {
            !name.trim().is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.chars().any(char::is_control)
        };
        if line.name.as_ref().is_some_and(|name| !fits(name)) {
            let detail = format!("is not 1 to {MAX_NAME_CHARS} characters without control characters");
            errors.push((at.pointer(index, "name"), detail));
        }
    }
    let line = |line: DraftLine| Wanted {
        sku: line.sku,
        quantity: line.quantity,
        own: Own { price: line.unit_price, name: line.name },
    };
    Ok(lines.into_iter().map(line).collect())
}

/// Make a draft: an order that staff write for somebody, with prices and names of their own where they say so. It is bought
/// by placing it.
#[utoipa::path(
    post, path = "/v1/admin/drafts", tag = "drafts", request_body = ChangeDraft,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = DraftView), Problem),
)]
async fn open_draft(
    State(carts): State<Carts>,
    _: Staff,
    KeyedBody { body, key }: KeyedBody<ChangeDraft>,
) -> Result<Response, Problem> {
    let (contents, typed) = body.check()?;
    Ok(respond(flows::open_draft(&carts, key, contents, typed).await?))
}

/// Drafts, newest first.
#[utoipa::path(
    get, path = "/v1/admin/drafts", tag = "drafts", params(DraftFilter, Paging),
    responses((status = 200, body = Page<DraftSummary>), Problem),
)]
async fn list_drafts(
    State(carts): State<Carts>,
    _: Staff,
    Query(filter): Query<DraftFilter>,
    paging: Paging,
) -> Result<Json<Page<DraftSummary>>, Problem> {
    let status = filter.status.map(|status| match status {
        StatusAsked::Open => Status::Open,
        StatusAsked::CheckedOut => Status::CheckedOut,
    });
    Ok(Json(flows::list_drafts(&carts, status, paging.key()?, paging.limit).await?))
}

/// Read a draft at present prices.
#[utoipa::path(
    get, path = "/v1/admin/drafts/{id}", tag = "drafts", params(("id" = CartId, Path)),
    responses((status = 200, body = DraftView), Problem),
)]
async fn get_draft(State(carts): State<Carts>, _: Staff, Path(id): Path<CartId>) -> Result<Response, Problem> {
    let draft = flows::read_draft(&carts, id).await?;
    // No condition is answered: prices change without the version, which edits state.
    Ok(Conditional::respond(&HeaderMap::new(), etag(draft.cart.version), Json(draft)))
}

/// Change a draft; `lines` are all it is to have.
#[utoipa::path(
    patch, path = "/v1/admin/drafts/{id}", tag = "drafts", request_body = ChangeDraft,
    params(
        ("id" = CartId, Path), ("If-Match" = Option<String>, Header, description = "The ETag it was read with"),
        ("Idempotency-Key" = Option<String>, Header),
    ),
    responses((status = 200, body = DraftView), Problem),
)]
async fn change_draft(
    State(carts): State<Carts>,
    _: Staff,
    Path(id): Path<CartId>,
    IfMatch(read_version): IfMatch,
    KeyedBody { body, key }: KeyedBody<ChangeDraft>,
) -> Result<Response, Problem> {
    let (contents, typed) = body.check_change()?;
    Ok(respond(flows::change_draft(&carts, key, (id, read_version), contents, typed).await?))
}

/// Delete a draft that became no order.
#[utoipa::path(
    delete, path = "/v1/admin/drafts/{id}", tag = "drafts",
    params(
        ("id" = CartId, Path), ("If-Match" = Option<String>, Header, description = "The ETag it was read with"),
    ),
    responses((status = 204, description = "It is gone"), Problem),
)]
async fn discard_draft(
    State(carts): State<Carts>,
    _: Staff,
    Path(id): Path<CartId>,
    IfMatch(read_version): IfMatch,
) -> Result<StatusCode, Problem> {
    flows::discard_draft(&carts, id, read_version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make an order of a draft. What refuses a checkout refuses this; staff accept no legal texts in a customer's name.
#[utoipa::path(
    post, path = "/v1/admin/drafts/{id}/place", tag = "drafts", request_body = PlaceDraft,
    params(("id" = CartId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 202, body = CheckedOutView), Problem),
)]
async fn place_draft(
    State(carts): State<Carts>,
    _: Staff,
    Path(id): Path<CartId>,
    RequiredKeyBody { body, key }: RequiredKeyBody<PlaceDraft>,
) -> Result<Response, Problem> {
    check_payment_method(body.payment_method.as_deref())?;
    let placed = DraftPlaced { payment_method: body.payment_method, version: body.version };
    Ok(respond(flows::place_draft(&carts, key, id, placed).await?))
}
