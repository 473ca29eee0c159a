//! An order in full, and everything that staff can do with it. What moves by itself is fetched again when the order's
//! timeline grows.

use super::{
    acts, in_words, money as payments, mood,
    parcels::{self, sent_with},
};
use crate::{
    model::Id,
    pages::frame::framed,
    views::{
        List,
        money::Payment,
        orders::{Fulfilment, Note, Order, Paper},
        running::Mail,
    },
};
use axum::{extract::Path, http::Method, response::Response};
use bodega_contracts::Address;
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, PaperLink, Step, Sum},
};
use futures_util::join;
use maud::{Markup, html};

/// What the stream of an order tells; each is a name of its timeline.
const TOLD: &str = "checked_out stock_reserved stock_rejected stock_allocated stock_released stock_hold_expired \
    stock_unavailable coupon_reserved coupon_rejected points_reserved points_rejected payment_action_required \
    payment_authorized payment_captured payment_failed payment_closed payment_voided payment_refunded payment_disputed \
    dispute_won dispute_lost parcel_packed capture_failed cancel_requested cancel_refused fulfilment_stopped \
    ready_for_pickup parcel_dispatched parcel_in_transit parcel_delivered collected address_changed return_requested \
    return_approved return_rejected return_received return_cancelled payment_due confirmed delivered completed cancelled";

/// An order with what other services know of it; what could not be asked is left out.
pub(super) struct Whole {
    pub(super) order: Order,
    pub(super) payment: Option<Payment>,
    pub(super) fulfilments: Vec<Fulfilment>,
    notes: Vec<Note>,
    mails: Vec<Mail>,
}

/// `/admin/orders/{id}`
pub(super) async fn show(visit: Visit, id: Id) -> Result<Page, Fault> {
    page(&visit, id, None).await
}

/// The page, with what was tried and refused on top.
pub(super) async fn page(visit: &Visit, id: Id, tried: Option<&acts::Tried>) -> Result<Page, Fault> {
    let whole = read(visit, id).await?;
    let order = &whole.order;
    let main = html! {
        (parts::crumbs("You are here", &[("/admin/orders", "Orders"), ("", &order.number)]))
        @if let Some(tried) = tried { (acts::refusal(tried)) }
        div data-live={ "/admin/orders/" (order.id) "/live" } data-live-events=(TOLD) { (head(visit, &whole)) }
        div.split {
            div.stack.is-loose {
                (parts::card("Goods", &goods(visit, order)))
                div id="order-money" data-live-part { (payments::shown(visit, &whole)) }
                div id="order-parcels" data-live-part { (parcels::shown(visit, &whole)) }
                (returns(order))
                (parts::card("What happened", &html! {
                    div id="order-timeline" data-live-part { (timeline(visit, order)) }
                }))
                (mails(visit, &whole.mails))
            }
            aside.stack aria-label="What to do" {
                div.stack id="order-actions" data-live-part { (acts::actions(visit, &whole, tried)) }
                (people(order))
                (papers(visit, order))
                (notes(visit, &whole, tried))
            }
        }
    };
    let page = framed(visit, &format!("Order {}", order.number), &main).await;
    Ok(match tried {
        Some(tried) => page.status(tried.fault.status),
        None => page,
    })
}

async fn read(visit: &Visit, id: Id) -> Result<Whole, Fault> {
    let (payment, sent) = (format!("/v1/orders/{id}/payments"), format!("/v1/orders/{id}/fulfilments"));
    let (notes, mails) = (format!("/v1/admin/orders/{id}/notes?limit=50"), format!("/v1/mails?order={id}&limit=50"));
    let (order, payment, sent, notes, mails) = join!(
        visit.get::<Order>(format!("/v1/orders/{id}")),
        visit.get::<Payment>(payment),
        visit.get::<List<Fulfilment>>(sent),
        visit.get::<List<Note>>(notes),
        visit.get::<List<Mail>>(mails),
    );
    Ok(Whole {
        order: order?,
        payment: payment.ok(),
        fulfilments: sent.map(|list| list.items).unwrap_or_default(),
        notes: notes.map(|list| list.items).unwrap_or_default(),
        mails: mails.map(|list| list.items).unwrap_or_default(),
    })
}

fn head(visit: &Visit, whole: &Whole) -> Markup {
    let order = &whole.order;
    let badge = |word: &str| parts::badge(mood(word), &in_words(word));
    html! {
        div.panel id="order-head" data-live-part {
            div.row {
                span { "Order " (badge(&order.status)) }
                span { "Payment " (badge(&order.payment_status)) }
                span { "Sent " (badge(&order.fulfilment_status)) }
                @if let Some(reason) = &order.cancel_reason { span.muted { (in_words(reason)) } }
            }
            p.muted {
                "Placed " (visit.lang().moment(order.placed_at))
                @if let Some(method) = &order.payment_method { " · pays by " (in_words(method)) }
                @if let Some(method) = &order.shipping_method { " · sent by " (method) }
                @if let (Some(deadline), "awaiting_payment") = (order.payment_deadline, order.status.as_str()) {
                    " · to be paid until " (visit.lang().moment(deadline))
                }
            }
            @if let Some(of) = order.exchange_of {
                p { "Sent in exchange for goods of " a href={ "/admin/orders/" (of) } { "another order" } "." }
            }
        }
    }
}

fn goods(visit: &Visit, order: &Order) -> Markup {
    let row = |line: &crate::views::orders::Line| {
        vec![
            html! {
                (line.name)
                p.small { a href={ "/admin/stock/items/" (crate::model::encoded(&line.sku)) } { (line.sku) } }
                @for taken in &line.discounts { p.small.muted { (taken.label) ": " (visit.money(taken.amount)) " off" } }
            },
            html! { (visit.lang().number(line.quantity)) },
            html! { (visit.money(line.unit_price)) },
            html! { (visit.money(line.total)) },
        ]
    };
    let rows: Vec<Vec<Markup>> = order.lines.iter().map(row).collect();
    let sum =
        |name: &str, amount: Option<bodega_kernel::Money>| amount.map(|amount| Sum::of(name, visit.money(amount)));
    let mut sums: Vec<Sum> = sum("Goods", order.subtotal).into_iter().collect();
    sums.extend(order.discounts.iter().map(|taken| Sum::less(visit.lang(), &taken.label, taken.amount)));
    sums.extend(sum("Shipping", order.shipping));
    sums.extend(order.total.map(|total| Sum::total("Total", visit.money(total))));
    sums.extend(sum("Tax in it", order.tax));
    html! {
        @if rows.is_empty() { p.muted { "The order is being written: its goods are shown in a moment." } } @else {
            (parts::table("Goods", &parts::columns(&["Product", "#Pieces", "#Each", "#Sum"]), &rows))
        }
        (parts::totals(&sums))
    }
}

/// An address as it stands on a parcel.
pub(super) fn address(of: &Address) -> Markup {
    let lines = [
        Some(&of.name),
        Some(&of.line1),
        of.line2.as_ref(),
        Some(&of.city),
        of.region.as_ref(),
        Some(&of.postal_code),
        Some(&of.country),
        of.phone.as_ref(),
    ];
    html! { address.address { @for line in lines.into_iter().flatten() { (line) br; } } }
}

fn people(order: &Order) -> Markup {
    let body = html! {
        @if let Some(email) = &order.email {
            p {
                @match order.customer_id {
                    Some(id) => { a href={ "/admin/customers/" (id) } { (email) } }
                    None => { (email) " " span.muted { "(guest)" } }
                }
            }
            p.small { a href={ "/admin/orders?q=" (crate::model::encoded(email)) } { "All orders of this address" } }
        }
        @if let Some(to) = &order.shipping_address { h3 { "Sent to" } (address(to)) }
        @if let Some(to) = &order.billing_address { h3 { "Invoice to" } (address(to)) }
    };
    parts::card("Customer", &body)
}

fn papers(visit: &Visit, order: &Order) -> Markup {
    let link = |paper: &Paper| PaperLink {
        href: format!("/admin/orders/{}/papers/{}.pdf", order.id, crate::model::encoded(&paper.number)),
        name: paper.number.clone(),
        about: [in_words(&paper.kind), visit.money(paper.amount), visit.lang().day(paper.issued_at)].join(" · "),
    };
    let slip = PaperLink {
        href: format!("/admin/orders/{}/packing-slip.pdf", order.id),
        name: "Packing slip".to_owned(),
        about: String::new(),
    };
    let all: Vec<PaperLink> = order.papers.iter().map(link).chain(std::iter::once(slip)).collect();
    parts::card("Papers", &parts::papers(&all))
}

fn notes(visit: &Visit, whole: &Whole, tried: Option<&acts::Tried>) -> Markup {
    let body = html! {
        ul.stack.is-tight {
            @for note in &whole.notes { li { p { (note.text) } p.muted.small { (visit.lang().moment(note.at)) } } }
        }
        (acts::note_form(visit, &whole.order, tried))
    };
    parts::card("Notes of staff", &body)
}

fn returns(order: &Order) -> Markup {
    html! {
        @if !order.returns.is_empty() {
            (parts::card("Returns", &html! {
                ul.stack.is-tight {
                    @for one in &order.returns {
                        li {
                            a href={ "/admin/returns/" (one.id) } { (one.number) } " "
                            (parts::badge(mood(&one.state), &in_words(&one.state)))
                            span.muted.small { " " (one.lines.iter().map(|line| line.quantity).sum::<i64>()) " pieces · " (one.reason) }
                        }
                    }
                }
            }))
        }
    }
}

fn timeline(visit: &Visit, order: &Order) -> Markup {
    let step = |moment: &crate::views::orders::Moment| {
        let detail = moment.detail.clone().unwrap_or_default();
        Step {
            at: visit.lang().moment(moment.at),
            what: in_words(&moment.what),
            detail: visit.money_told(&detail).unwrap_or(detail),
            mood: told_as(&moment.what),
        }
    };
    let steps: Vec<Step> = order.timeline.iter().rev().map(step).collect();
    parts::timeline(&steps)
}

fn told_as(what: &str) -> parts::Mood {
    let is_bad = ["failed", "rejected", "expired", "unavailable", "cancel", "dispute", "late"];
    let is_good = ["captured", "confirmed", "delivered", "completed", "dispatched", "collected", "reserved"];
    match what {
        _ if is_bad.iter().any(|part| what.contains(part)) => parts::Mood::Bad,
        _ if is_good.iter().any(|part| what.contains(part)) => parts::Mood::Good,
        _ => parts::Mood::Plain,
    }
}

fn mails(visit: &Visit, mails: &[Mail]) -> Markup {
    html! {
        @if !mails.is_empty() {
            (parts::card("Mails", &html! {
                ul.stack.is-tight {
                    @for mail in mails {
                        li {
                            a href={ "/admin/mails/" (mail.id) } { (in_words(&mail.kind)) } " "
                            (parts::badge(mood(&mail.state), &in_words(&mail.state)))
                            span.muted.small { " " (visit.lang().moment(mail.created_at)) }
                        }
                    }
                }
            }))
        }
    }
}

/// `/admin/orders/{id}/live`: the timeline of the order, passed on as it grows.
pub(super) async fn live(visit: Visit, id: Id, headers: axum::http::HeaderMap) -> Result<Response, Fault> {
    let ask = visit.ask(Method::GET, format!("/v1/orders/{id}/events"));
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    match last {
        Some(last) => ask.header(axum::http::HeaderName::from_static("last-event-id"), last).pass().await,
        None => ask.pass().await,
    }
}

/// `/admin/orders/{id}/papers/{file}`
pub(super) async fn paper(visit: Visit, id: Id, Path((_, file)): Path<(String, String)>) -> Result<Response, Fault> {
    visit.ask(Method::GET, sent_with("/v1/orders", id, "papers", &file)).pass().await
}

/// `/admin/orders/{id}/packing-slip.pdf`
pub(super) async fn packing_slip(visit: Visit, id: Id) -> Result<Response, Fault> {
    visit.ask(Method::GET, format!("/v1/admin/orders/{id}/packing-slip.pdf")).pass().await
}
