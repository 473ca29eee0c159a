//! Many figures at once: counts of a location, and rows as JSON or CSV that are set where the books say what was expected.

use super::answer;
use crate::{
    Inventory,
    error::Error,
    flows::{self, MovedStock},
    model::{BulkRow, MAX_ROWS, StockCount, Violation},
    views::BulkReport,
};
use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use bodega_web::{KeyedBody, Problem, Staff, problem};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The columns of a CSV body.
const COLUMNS: [&str; 4] = ["sku", "location", "expected", "on_hand"];

/// The routes of figures that come together.
pub(super) fn routes() -> OpenApiRouter<Inventory> {
    OpenApiRouter::new().routes(routes!(book_count)).routes(routes!(set_bulk))
}

/// Rows to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rows": [{"sku": "85123A", "location": "main", "expected": 14, "on_hand": 12}]}))]
struct Bulk {
    /// 1 to 1,000.
    rows: Vec<BulkRow>,
}

/// Books what was counted at a location: the difference to what the books said when it was counted, so that what was sold
/// meanwhile is not lost. All of it or nothing; 409 `stock_committed` where more is promised to orders than was found.
#[utoipa::path(post, path = "/v1/admin/counts", tag = "stock", request_body = StockCount,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = MovedStock), Problem))]
async fn book_count(
    State(inventory): State<Inventory>,
    Staff(caller): Staff,
    KeyedBody { body, key }: KeyedBody<StockCount>,
) -> Result<Response, Error> {
    answer(StatusCode::CREATED, flows::book_count(&inventory, caller.scope(), body, key).await?)
}

/// Sets up to 1,000 figures, each only where the books say what is expected; says of each what became of it, and goes on.
/// As `text/csv` with the columns `sku,location,expected,on_hand`, a row that cannot be read is reported like any other.
#[utoipa::path(post, path = "/v1/admin/stock/bulk", tag = "stock",
    request_body(content((Bulk = "application/json"), (String = "text/csv"))),
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = BulkReport), Problem))]
async fn set_bulk(
    State(inventory): State<Inventory>,
    Staff(caller): Staff,
    request: Request,
) -> Result<Response, Problem> {
    let (rows, key) = if is_csv(request.headers()) {
        let KeyedBody { body, key } = KeyedBody::<Vec<Vec<String>>>::from_request(as_json(request).await?, &()).await?;
        (body.iter().map(|fields| BulkRow::of(fields)).collect(), key)
    } else {
        let KeyedBody { body, key } = KeyedBody::<Bulk>::from_request(request, &()).await?;
        (body.rows.into_iter().map(Ok).collect::<Vec<_>>(), key)
    };
    if !(1..=MAX_ROWS).contains(&rows.len()) {
        let detail = format!("1 to {MAX_ROWS} rows");
        return Err(Error::Invalid(vec![Violation { field: "/rows".to_owned(), detail }]).into());
    }
    Ok(answer(StatusCode::OK, flows::set_bulk(&inventory, caller.scope(), rows, key).await?)?)
}

fn is_csv(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/csv")
}

/// The same request with its lines as lists of texts, so that its key holds for them as for any other body.
async fn as_json(request: Request) -> Result<Request, Problem> {
    let (mut parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    let bytes = Bytes::from_request(whole, &()).await.map_err(|rejection| unreadable(&rejection))?;
    let lines = serde_json::to_vec(&records(&bytes)?).map_err(|error| Problem::from(Error::Json(error)))?;
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Request::from_parts(parts, Body::from(lines)))
}

fn records(bytes: &[u8]) -> Result<Vec<Vec<String>>, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let malformed = |detail: String| problem(400, "malformed_csv").detail(detail);
    let mut lines = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = lines.headers().map_err(|error| malformed(error.to_string()))?;
    if !header.iter().map(str::trim).eq(COLUMNS) {
        return Err(malformed(format!("the first line is not {}", COLUMNS.join(","))));
    }
    let record = |line: Result<csv::StringRecord, csv::Error>| {
        line.map(|line| line.iter().map(str::to_owned).collect()).map_err(|error| malformed(error.to_string()))
    };
    lines.records().take(MAX_ROWS + 1).map(record).collect()
}

fn unreadable(rejection: &BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => problem(413, "body_too_large"),
        _ => problem(400, "body_unreadable"),
    }
}
