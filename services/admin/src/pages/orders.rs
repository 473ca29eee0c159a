//! Orders: the list with its filters, one in full, and what staff do with it.

mod acts;
mod detail;
mod list;
mod money;
mod parcels;

pub(crate) use acts::one_button;
pub(crate) use list::{one_of, pager, path, table as order_table};

use axum::{
    Router,
    routing::{get, post},
};
use bodega_kernel::Time;
use bodega_pages::parts::Mood;
use maud::{Markup, html};

/// Everything under `/admin/orders`.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/admin/orders", get(list::show))
        .route("/admin/orders/export.csv", get(list::export))
        .route("/admin/orders/{id}", get(detail::show))
        .route("/admin/orders/{id}/live", get(detail::live))
        .route("/admin/orders/{id}/papers/{file}", get(detail::paper))
        .route("/admin/orders/{id}/packing-slip.pdf", get(detail::packing_slip))
        .route("/admin/orders/{id}/parcels/{parcel}/label.pdf", get(parcels::label))
        .route("/admin/orders/{id}/dispatch", post(acts::dispatch))
        .route("/admin/orders/{id}/parcel", post(acts::parcel))
        .route("/admin/orders/{id}/fulfilment", post(acts::fulfilment))
        .route("/admin/orders/{id}/capture", post(acts::capture))
        .route("/admin/orders/{id}/refund", post(acts::refund))
        .route("/admin/orders/{id}/received", post(acts::received))
        .route("/admin/orders/{id}/cancel", post(acts::cancel))
        .route("/admin/orders/{id}/note", post(acts::note))
        .route("/admin/orders/{id}/address", post(acts::change_address))
        .route("/admin/orders/{id}/return", post(acts::ask_back))
}

/// A stable word of the API for people: `awaiting_payment` is `Awaiting payment`.
pub(crate) fn in_words(word: &str) -> String {
    let mut text = word.replace('_', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// A moment, short, for cells of tables: `2026-01-31 12:00`, UTC.
pub(crate) fn when(at: Time) -> Markup {
    let text: String = at.to_string().chars().take(16).collect();
    html! { time.nowrap datetime=(at) { (text.replace('T', " ")) } }
}

/// How a status of an order, a payment, a parcel or a mail is meant.
pub(crate) fn mood(word: &str) -> Mood {
    match word {
        "confirmed" | "captured" | "delivered" | "completed" | "fulfilled" | "collected" | "handed_over" | "sent"
        | "accepted" | "received" | "won" | "succeeded" | "done" | "taken" => Mood::Good,
        "awaiting_payment" | "unpaid" | "authorized" | "partially_captured" | "partially_shipped" | "partial"
        | "partially_refunded" | "ready_for_pickup" | "partly_dispatched" | "open" | "requested" | "queued"
        | "later" | "pending" | "awaiting_capture" | "preparing" | "approved" | "opened" => Mood::Warn,
        "cancelled" | "failed" | "disputed" | "lost" | "rejected" | "refused" | "declined" | "stopped" => Mood::Bad,
        _ => Mood::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_for_people() {
        assert_eq!(in_words("awaiting_payment"), "Awaiting payment");
        assert_eq!(in_words(""), "");
        assert_eq!(in_words("é_x"), "é x");
    }
}
