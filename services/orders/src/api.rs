//! The routes of orders: look, follow, cancel, list. Each reads, calls, answers.

mod address;
mod export;
mod notes;
mod papers;
mod reports;
mod returns;
mod shapes;

use crate::{
    Orders,
    error::Error,
    flows::{self, As, Cancellation, Cancelling, Found, Given, Looker, PATIENCE, Until},
    store::{self, Filter, TimelineRow},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{
        IntoResponse, Json, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use bodega_contracts::{OrderId, orders::OrderStatus, payments::PaymentAction};
use bodega_db::StoredAnswer;
use bodega_kernel::{Page, Time, UserId};
use bodega_web::{
    Conditional, Customer, KeyedBody, OrderToken, Paging, Path, Problem, Query, Staff, Who, answer_again, etag,
};
use futures_util::{Stream, StreamExt};
use shapes::{Cancel, Listing, MyListing, OrderSummary, OrderView, TimelineEntry, Waiting};
use std::{convert::Infallible, time::Duration};
use utoipa_axum::{router::OpenApiRouter, routes};

/// How often a live stream says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a request waits where it names a status and no time.
const USUAL_WAIT_S: u64 = 10;
/// The most characters of a reason to cancel.
const REASON: usize = 500;
/// The most characters of a text that is searched for.
const TEXT: usize = 254;

pub(crate) fn routes(state: Orders) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_order))
        .routes(routes!(follow_order))
        .routes(routes!(cancel_order))
        .routes(routes!(list_my_orders))
        .routes(routes!(list_orders))
        .routes(routes!(returns::list_returns_of_order, returns::request_return))
        .routes(routes!(returns::list_returns))
        .routes(routes!(returns::get_return))
        .routes(routes!(returns::approve_return))
        .routes(routes!(returns::reject_return))
        .routes(routes!(returns::receive_return))
        .routes(routes!(returns::cancel_return))
        .routes(routes!(address::change_address))
        .routes(routes!(notes::list_notes, notes::add_note))
        .routes(routes!(papers::list_papers))
        .routes(routes!(papers::get_paper))
        .routes(routes!(papers::get_packing_slip))
        .routes(routes!(export::export_orders))
        .routes(routes!(reports::report_sales))
        .with_state(state)
}

/// An order with its timeline. With `wait` the answer is held back until that status, a later one, or the end of the
/// order, but no longer than `timeout`.
#[utoipa::path(
    get, path = "/v1/orders/{id}", tag = "orders",
    params(("id" = OrderId, Path), Waiting, ("X-Order-Token" = Option<String>, Header, description = "a guest's key to it")),
    responses((status = 200, body = OrderView), (status = 304, description = "not changed"), Problem),
)]
async fn get_order(
    State(state): State<Orders>,
    Path(id): Path<OrderId>,
    Who(caller): Who,
    OrderToken(token): OrderToken,
    Query(waiting): Query<Waiting>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let until = until(&waiting)?;
    let (found, seen_as) = flows::find_until(&state, &Looker { caller, token }, id, until).await?;
    let (view, is_complete) = view(&state, id, found, seen_as).await?;
    // What could not be asked must not be kept as the order's state.
    Ok(if is_complete {
        Conditional::respond(&headers, etag(view.version), Json(view))
    } else {
        Json(view).into_response()
    })
}

/// What happens to an order, as it happens: its timeline as server-sent events, each with `id`, for `Last-Event-ID`.
#[utoipa::path(
    get, path = "/v1/orders/{id}/events", tag = "orders",
    params(
        ("id" = OrderId, Path),
        ("X-Order-Token" = Option<String>, Header, description = "a guest's key to it"),
        ("Last-Event-ID" = Option<i64>, Header, description = "go on after this event"),
    ),
    responses((status = 200, content_type = "text/event-stream", body = TimelineEntry), Problem),
)]
async fn follow_order(
    State(state): State<Orders>,
    Path(id): Path<OrderId>,
    Who(caller): Who,
    OrderToken(token): OrderToken,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>> + use<>>, Problem> {
    let lines = flows::live(&state, &Looker { caller, token }, id, last_event(&headers)).await?;
    let events = lines.map(|line| Ok(event(&line)));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// Cancels an order. Where money may be on the way, `closing` is true and the answer of the payment provider decides.
#[utoipa::path(
    post, path = "/v1/orders/{id}/cancel", tag = "orders", request_body = Cancel,
    params(
        ("id" = OrderId, Path),
        ("X-Order-Token" = Option<String>, Header, description = "a guest's key to it"),
        ("Idempotency-Key" = Option<String>, Header, description = "the same for every try"),
    ),
    responses((status = 200, body = Cancellation), Problem),
)]
async fn cancel_order(
    State(state): State<Orders>,
    Path(id): Path<OrderId>,
    Who(caller): Who,
    OrderToken(token): OrderToken,
    KeyedBody { body, key }: KeyedBody<Cancel>,
) -> Result<Response, Problem> {
    let reason = reason(body)?;
    Ok(match flows::cancel(&state, &Looker { caller, token }, id, reason, key).await? {
        Cancelling::Now(cancellation) => Json(cancellation).into_response(),
        Cancelling::Again(answer) => answer_again(answer),
    })
}

/// One's own orders, newest first.
#[utoipa::path(
    get, path = "/v1/me/orders", tag = "orders", params(MyListing, Paging),
    responses((status = 200, body = Page<OrderSummary>), Problem),
)]
async fn list_my_orders(
    State(state): State<Orders>,
    Customer(user): Customer,
    Query(listing): Query<MyListing>,
    paging: Paging,
) -> Result<Json<Page<OrderSummary>>, Problem> {
    page(&state, mine(user, &listing), &paging).await.map(Json)
}

/// All orders, newest first.
#[utoipa::path(
    get, path = "/v1/orders", tag = "orders", params(Listing, Paging),
    responses((status = 200, body = Page<OrderSummary>), Problem),
)]
async fn list_orders(
    State(state): State<Orders>,
    Staff(_): Staff,
    Query(listing): Query<Listing>,
    paging: Paging,
) -> Result<Json<Page<OrderSummary>>, Problem> {
    page(&state, everybody(&state, listing)?, &paging).await.map(Json)
}

fn until(waiting: &Waiting) -> Result<Option<Until>, Problem> {
    let timeout = waiting.timeout.unwrap_or(USUAL_WAIT_S);
    if timeout > PATIENCE.as_secs() {
        return Err(Problem::new(422, "invalid_query").field("/timeout", "is 0 to 30 seconds"));
    }
    Ok(waiting.wait.map(|status| Until { status, patience: Duration::from_secs(timeout) }))
}

/// The view, and whether all of it could be asked for.
async fn view(state: &Orders, id: OrderId, found: Found, seen_as: As) -> Result<(OrderView, bool), Error> {
    let order = match found {
        Found::Made(made) => return Ok((OrderView::made(id, made), false)),
        Found::Known(order) => order,
    };
    let snapshot = store::snapshot(&state.db, id).await?.ok_or(Error::NotFound)?;
    let papers = store::papers(&state.db, id).await?;
    let timeline = store::timeline(&state.db, id).await?;
    let returns = store::returns(&state.db, id).await?;
    let mut view = OrderView::of(&order, snapshot, papers, returns, &timeline)?;
    if view.status != OrderStatus::AwaitingPayment || seen_as == As::Staff {
        return Ok((view, true));
    }
    match flows::pending_action(state, id).await {
        Ok(action) => {
            // What goes into the form of a bank is the number, which payments does not know.
            let named = |given: Option<String>| given.map(|_| view.number.clone());
            view.payment_action = action.map(|action| PaymentAction { reference: named(action.reference), ..action });
            Ok((view, true))
        }
        Err(error) => {
            tracing::warn!(%error, order = %id, "shown without what the shopper has to do");
            Ok((view, false))
        }
    }
}

/// What the reader saw last; what is no number was not given by us, and the stream starts from the beginning.
fn last_event(headers: &HeaderMap) -> i64 {
    headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0)
}

fn event(line: &TimelineRow) -> Event {
    let event = Event::default().id(line.seq.to_string()).event(&line.what);
    // An entry is strings and a time: there is nothing in it that JSON cannot hold.
    event.json_data(TimelineEntry::of(line)).unwrap_or_default()
}

fn reason(body: Cancel) -> Result<Option<String>, Problem> {
    words("/reason", body.reason, REASON)
}

/// A text in somebody's own words, without what stands around it; `None` where there is none.
fn words(pointer: &str, text: Option<String>, most: usize) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim();
    if text.chars().count() > most || text.chars().any(|letter| letter.is_control() && letter != '\n') {
        let bounds = format!("has at most {most} characters, none of them a control character");
        return Err(Problem::invalid(pointer, bounds));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// The same where there has to be one.
fn some_words(pointer: &str, text: String, most: usize) -> Result<String, Problem> {
    words(pointer, Some(text), most)?.ok_or_else(|| Problem::invalid(pointer, "is empty"))
}

/// The answer to a request that may come twice.
fn answer(given: Given) -> Response {
    let (StoredAnswer { status, body }, version) = match given {
        Given::Now(answer, version) => (answer, version),
        Given::Again(answer) => return answer_again(answer),
    };
    let status = StatusCode::from_u16(status).unwrap_or_default();
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    if let Some(version) = version {
        response.headers_mut().insert(header::ETAG, etag(version));
    }
    response
}

fn mine(user: UserId, listing: &MyListing) -> Filter {
    Filter { customer: Some(user), status: listing.status, ..Filter::default() }
}

fn everybody(state: &Orders, listing: Listing) -> Result<Filter, Problem> {
    let Listing { status, payment_status, fulfilment_status: fulfilment, late, from, to, q } = listing;
    let since = state.world.now().ms() - state.lengths.service_level.as_millis() as i64;
    let late = late.unwrap_or_default().then_some(Time::from_ms(since));
    let text = q.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > TEXT || text.chars().any(char::is_control)) {
        return Err(
            Problem::new(422, "invalid_query").field("/q", "has at most 254 characters, none a control character")
        );
    }
    Ok(Filter { customer: None, status, payment_status, fulfilment, late, from, to, text })
}

async fn page(state: &Orders, filter: Filter, paging: &Paging) -> Result<Page<OrderSummary>, Problem> {
    let rows = store::list(&state.db, &filter, paging.key()?, paging.limit).await?;
    let summaries = rows.iter().map(OrderSummary::of).collect::<Result<Vec<_>, _>>()?;
    let mut page = Page::of(summaries, paging.limit, |summary| summary.id);
    if paging.count {
        page.total = Some(store::count(&state.db, &filter).await?);
    }
    Ok(page)
}
