//! What of an order has left, where it is, and what is still to be packed.

use super::{acts::one_button, detail::Whole, in_words, mood};
use crate::{
    model::{Id, encoded},
    views::orders::{Fulfilment, Shipment},
};
use axum::{extract::Path, http::Method, response::Response};
use bodega_kernel::uuid::Uuid;
use bodega_pages::{Fault, Visit, parts};
use maud::{Markup, html};

/// The path of a thing that belongs to another one, whatever its name holds.
pub(super) fn sent_with(path: &str, id: Id, kind: &str, name: &str) -> String {
    // Dots are left as they are: they stand in names of files, and a whole segment of them names no file.
    format!("{path}/{id}/{kind}/{}", encoded(name).replace("%2E", ".").replace("%2D", "-"))
}

/// The parcels of an order.
pub(super) fn shown(visit: &Visit, whole: &Whole) -> Markup {
    html! {
        @for one in &whole.fulfilments {
            (parts::card("Parcels", &fulfilment(visit, &whole.order.id.to_string(), one)))
        }
    }
}

fn fulfilment(visit: &Visit, order: &str, one: &Fulfilment) -> Markup {
    let rows: Vec<Vec<Markup>> = one
        .lines
        .iter()
        .map(|part| {
            vec![
                html! { span.code.nowrap { (part.sku) } },
                html! { (visit.lang().number(part.quantity)) },
                html! { (visit.lang().number(part.packed)) },
                html! { (visit.lang().number(part.quantity - part.packed)) },
            ]
        })
        .collect();
    html! {
        div.row {
            (parts::badge(mood(&one.state), &in_words(&one.state)))
            span.muted { (one.dispatched) " of " (one.pieces) " pieces have left" }
            @if one.stopping { (parts::badge(parts::Mood::Warn, "Being stopped")) }
            @if one.held { (parts::badge(parts::Mood::Bad, "Held: disputed")) }
            @if let Some(dispute) = &one.dispute { span.muted { "Dispute: " (in_words(dispute)) } }
        }
        @if !rows.is_empty() { (parts::table("What is to leave", &parts::columns(&["SKU", "#Pieces", "#Packed", "#Left"]), &rows)) }
        @for shipment in &one.shipments { (parcel(visit, order, shipment)) }
    }
}

fn parcel(visit: &Visit, order: &str, one: &Shipment) -> Markup {
    let is_away = ["dispatched", "in_transit"].contains(&one.state.as_str());
    let has_label = is_away || one.state == "delivered";
    html! {
        div.panel.is-soft id={ "parcel-" (one.id) } {
            div.row.is-spread {
                span { strong { (one.carrier_name) } " " (parts::badge(mood(&one.state), &in_words(&one.state))) }
                @if has_label { a href={ "/admin/orders/" (order) "/parcels/" (one.id) "/label.pdf" } { "Label" } }
                @if is_away {
                    (one_button(visit, &format!("/admin/orders/{order}/parcel"), &[("shipment", &one.id.to_string())], "Delivered", ""))
                }
            }
            p {
                @if let Some(number) = &one.tracking_number {
                    "Tracking "
                    @match one.tracking_url.as_deref().filter(|url| is_web(url)) {
                        Some(url) => { a.code href=(url) rel="noopener noreferrer" { (number) } }
                        None => { span.code { (number) } }
                    }
                }
                @if let Some(status) = &one.tracking_status { " · " (status) }
                @if let Some(failure) = &one.failure { " · " strong { (in_words(failure)) } }
            }
            p.muted.small {
                (one.lines.iter().map(|piece| format!("{} × {}", piece.quantity, piece.sku)).collect::<Vec<_>>().join(", "))
                @if let Some(at) = one.dispatched_at { " · left " (visit.lang().moment(at)) }
                @if let Some(at) = one.delivered_at { " · arrived " (visit.lang().moment(at)) }
            }
        }
    }
}

/// `/admin/orders/{id}/parcels/{parcel}/label.pdf`
pub(super) async fn label(visit: Visit, Path((_, parcel)): Path<(String, String)>) -> Result<Response, Fault> {
    let parcel = Uuid::parse_str(&parcel).map_err(|_| Fault::of(404, "not_found"))?;
    visit.ask(Method::GET, format!("/v1/shipments/{parcel}/label.pdf")).pass().await
}

/// An address of the web, and not one that runs something.
fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_become_links() {
        assert!(is_web("https://carrier.example/1"));
        assert!(!is_web("javascript:alert(1)"));
        assert!(!is_web("data:text/html,x"));
    }

    #[test]
    fn a_name_stays_one_part_of_a_path() {
        let id = Id(bodega_kernel::uuid::Uuid::nil());
        assert!(sent_with("/v1/orders", id, "papers", "INV-1.pdf").ends_with("/papers/INV-1.pdf"));
        assert!(sent_with("/v1/orders", id, "papers", "a/../b?x").ends_with("/papers/a%2F..%2Fb%3Fx"));
    }
}
