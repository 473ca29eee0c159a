//! What an order was paid with: attempts, what was taken and given back, what the buyer's bank says.

use super::{detail::Whole, in_words, mood, when};
use crate::views::money::{Attempt, Payment, Refund};
use bodega_pages::{Visit, parts};
use maud::{Markup, html};

/// The money of an order.
pub(super) fn shown(visit: &Visit, whole: &Whole) -> Markup {
    let Some(payment) = &whole.payment else { return html! {} };
    let body = html! {
        (parts::facts(&[
            ("Due", html! { (visit.money(payment.amount)) }),
            ("Promised", html! { (visit.money(payment.authorized)) }),
            ("Taken", html! { (visit.money(payment.captured)) }),
            ("Given back", html! { (visit.money(payment.refunded)) }),
        ]))
        @if let Some(dispute) = &payment.dispute {
            (parts::notice(mood(&dispute.state), &format!(
                "The buyer's bank: {}, about {}.", in_words(&dispute.state), visit.money(dispute.amount),
            )))
        }
        @if payment.state != "open" { p.muted { "Payment is " (in_words(&payment.state).to_lowercase()) "." } }
        @if !payment.tenders.is_empty() { (tenders(visit, payment)) }
        @if !payment.attempts.is_empty() { (attempts(visit, &payment.attempts)) }
        @if !payment.refunds.is_empty() { (refunds(visit, &payment.refunds)) }
    };
    parts::card("Money", &body)
}

fn tenders(visit: &Visit, payment: &Payment) -> Markup {
    let rows: Vec<Vec<Markup>> = payment
        .tenders
        .iter()
        .map(|tender| {
            vec![
                html! { (tender.label) },
                html! { (parts::badge(mood(&tender.state), &in_words(&tender.state))) },
                html! { (visit.money(tender.amount)) },
                html! { (visit.money(tender.returned)) },
            ]
        })
        .collect();
    parts::table(
        "Gift cards and credit",
        &parts::columns(&["Gift card or credit", "State", "#Pays", "#Given back"]),
        &rows,
    )
}

fn attempts(visit: &Visit, attempts: &[Attempt]) -> Markup {
    let row = |attempt: &Attempt| {
        vec![
            html! { (attempt.number) },
            html! { (in_words(&attempt.payment_method)) },
            html! {
                (parts::badge(mood(&attempt.status), &in_words(&attempt.status)))
                @for word in [&attempt.code, &attempt.flag].into_iter().flatten() { " " span.small { (in_words(word)) } }
                @if let Some(reference) = &attempt.reference { p.small.muted { (reference) } }
            },
            html! { (when(attempt.at)) },
            html! { (visit.money(attempt.amount)) },
        ]
    };
    let rows: Vec<Vec<Markup>> = attempts.iter().map(row).collect();
    parts::table("Attempts to pay", &parts::columns(&["Try", "By", "State", "When", "#Amount"]), &rows)
}

fn refunds(visit: &Visit, refunds: &[Refund]) -> Markup {
    let row = |refund: &Refund| {
        vec![
            html! { (in_words(&refund.origin)) @if !refund.reason.is_empty() { p.small.muted { (refund.reason) } } },
            html! {
                (parts::badge(mood(&refund.status), &in_words(&refund.status)))
                @if let Some(code) = &refund.code { " " span.small { (in_words(code)) } }
            },
            html! { (when(refund.at)) },
            html! { (visit.money(refund.amount)) },
        ]
    };
    let rows: Vec<Vec<Markup>> = refunds.iter().map(row).collect();
    parts::table("Given back", &parts::columns(&["Given back for", "State", "When", "#Amount"]), &rows)
}
