//! The forms of what staff do with an order: each is there while it can be done, with what was typed if it was refused.

use super::Tried;
use crate::{
    model::major,
    pages::{forms, orders::detail::Whole},
    views::{
        money::Payment,
        orders::{Fulfilment, Order},
    },
};
use bodega_contracts::Address;
use bodega_pages::{
    Visit,
    parts::{self, Choice, Field},
};
use maud::{Markup, html};

/// One form of the page, as it was sent or fresh.
struct Sheet<'a> {
    visit: &'a Visit,
    order: String,
    action: &'static str,
    tried: Option<&'a Tried>,
}

impl<'a> Sheet<'a> {
    fn of(visit: &'a Visit, order: &Order, action: &'static str, tried: Option<&'a Tried>) -> Self {
        let tried = tried.filter(|tried| tried.action == action);
        Self { visit, order: order.id.to_string(), action, tried }
    }

    /// What was typed, or what stands there before.
    fn typed(&self, name: &str, before: &str) -> String {
        self.tried.map_or_else(|| before.to_owned(), |tried| tried.form.get(name).to_owned())
    }

    fn wrong(&self, pointer: &str) -> Option<&str> {
        forms::wrong(self.tried.map(|tried| &tried.fault), pointer)
    }

    fn field(&self, name: &str, label: &str, before: &str, pointer: &str) -> Markup {
        let (value, error) = (self.typed(name, before), self.wrong(pointer));
        parts::field(&Field { name, label, value: &value, error, ..Field::default() })
    }

    fn needed(&self, name: &str, label: &str, before: &str, pointer: &str) -> Markup {
        let (value, error) = (self.typed(name, before), self.wrong(pointer));
        parts::field(&Field { name, label, value: &value, error, required: true, ..Field::default() })
    }

    /// The form. A refused one keeps its key: sent again it is the same wish.
    fn form(&self, confirm: &str, fields: &Markup, button: &str, quiet: bool) -> Markup {
        let key = self.tried.map_or_else(|| self.visit.new_key(), |tried| tried.form.get("key").to_owned());
        html! {
            form.form id={ "form-" (self.action) } method="post" action={ "/admin/orders/" (self.order) "/" (self.action) }
                data-confirm=[Some(confirm).filter(|text| !text.is_empty())] {
                (parts::hidden("key", &key))
                (fields)
                div.actions { @if quiet { (parts::submit_quiet(button)) } @else { (parts::submit(button)) } }
            }
        }
    }
}

/// What was refused, and why.
pub(crate) fn refusal(tried: &Tried) -> Markup {
    html! {
        div.notice.is-bad id="refused" role="alert" tabindex="-1" {
            @match tried.fault.status {
                412 => { p { strong { "The order changed since you opened it." } " It is shown as it is now; nothing was done." } }
                409 => { p { strong { "That is not possible now." } " The order is shown as it is now." } }
                _ => { p { strong { "Not done yet: please look at this." } } }
            }
            p { (forms::in_words(&tried.fault)) }
        }
    }
}

/// A form of one button that works once.
pub(crate) fn one_button(visit: &Visit, action: &str, hidden: &[(&str, &str)], text: &str, confirm: &str) -> Markup {
    let key = visit.new_key();
    let mut all = vec![("key", key.as_str())];
    all.extend(hidden);
    forms::button(action, text, confirm, &all)
}

/// Everything that can be done with the order as it stands.
pub(crate) fn actions(visit: &Visit, whole: &Whole, tried: Option<&Tried>) -> Markup {
    let order = &whole.order;
    let is_unsent = ["pending", "awaiting_payment", "confirmed", "ready_for_pickup"].contains(&order.status.as_str());
    let has_left = whole.fulfilments.iter().any(|one| one.dispatched > 0);
    html! {
        @for one in &whole.fulfilments { (fulfilment(visit, order, one, tried)) }
        @if let Some(payment) = &whole.payment { (money(visit, order, payment, tried)) }
        @if is_unsent { (address(visit, order, tried)) }
        @if has_left && order.status != "cancelled" { (ask_back(visit, whole, tried)) }
        @if is_unsent {
            @let sheet = Sheet::of(visit, order, "cancel", tried);
            (folded("Cancel the order", sheet.tried.is_some(), &sheet.form(
                "Cancel this order?",
                &sheet.field("cancel_reason", "Why (the customer reads it)", "", "/reason"),
                "Cancel the order",
                true,
            )))
        }
    }
}

/// A form of less use, folded until somebody wants it.
fn folded(title: &str, open: bool, body: &Markup) -> Markup {
    html! { details.panel.act open[open] { summary { (title) } (body) } }
}

fn fulfilment(visit: &Visit, order: &Order, one: &Fulfilment, tried: Option<&Tried>) -> Markup {
    let is_open = ["open", "partly_dispatched"].contains(&one.state.as_str());
    let is_pickup =
        order.shipping_method.as_deref().is_some_and(|method| method.contains("pickup") || method.contains("collect"));
    let (to, id) = (format!("/admin/orders/{}/fulfilment", order.id), one.id.to_string());
    let step = |step: &str, text: &str, confirm: &str| {
        one_button(visit, &to, &[("fulfilment", &id), ("step", step)], text, confirm)
    };
    html! {
        @if one.held {
            (parts::card("Held", &html! {
                p { "The buyer's bank wants the money back. Nothing leaves until the shop wins or you let it go on." }
                (step("release-hold", "Let it go on", "Send goods whose money is disputed?"))
            }))
        } @else if is_open && !one.stopping {
            (parts::card("Pack and send", &html! {
                (dispatch(visit, order, one, tried))
                @if is_pickup { div.row { (step("ready", "Ready to be fetched", "")) (step("collected", "Fetched", "")) } }
            }))
        } @else if one.state == "ready_for_pickup" {
            (parts::card("At the desk", &html! { (step("collected", "Fetched by the customer", "")) }))
        }
    }
}

fn dispatch(visit: &Visit, order: &Order, one: &Fulfilment, tried: Option<&Tried>) -> Markup {
    let sheet = Sheet::of(visit, order, "dispatch", tried);
    let typed: Vec<&str> = sheet.tried.map(|tried| tried.form.all("pieces").collect()).unwrap_or_default();
    let carrier = sheet.typed("carrier", "manual");
    let left = one.lines.iter().filter(|part| part.quantity > part.packed);
    let fields = html! {
        ul.stack.is-tight {
            @for (place, part) in left.enumerate() {
                @let left = (part.quantity - part.packed).to_string();
                li.row.is-spread {
                    (parts::hidden("sku", &part.sku))
                    label.code for={ "pieces-" (place) } { (part.sku) }
                    span.row {
                        input.cell id={ "pieces-" (place) } name="pieces" type="number" min="0" max=(left) inputmode="numeric"
                            value=(typed.get(place).copied().unwrap_or(&left));
                        span.muted.small { "of " (left) }
                    }
                }
            }
        }
        @if let Some(error) = sheet.wrong("/lines") { p.field-error { (error) } }
        (parts::select(
            &Field { name: "carrier", label: "Handed in", value: &carrier, error: sheet.wrong("/carrier"), ..Field::default() },
            &[Choice::new("manual", "By hand"), Choice::new("simulator", "Simulated carrier")],
        ))
        (sheet.field("carrier_name", "Carrier, as customers see it", "", "/carrier_name"))
        (sheet.field("tracking_number", "Tracking number", "", "/tracking_number"))
        (sheet.field("tracking_url", "Address to track it", "", "/tracking_url"))
    };
    sheet.form("", &fields, "Send the parcel", false)
}

fn money(visit: &Visit, order: &Order, payment: &Payment, tried: Option<&Tried>) -> Markup {
    let left = bodega_kernel::Money::new(payment.captured.amount - payment.refunded.amount, payment.amount.currency);
    let promised = payment.authorized.amount - payment.captured.amount;
    let is_due = order.status == "awaiting_payment" && payment.captured.amount == 0 && promised == 0;
    let currency = parts::hidden("currency", payment.amount.currency.code());
    html! {
        @if promised > 0 && order.status != "cancelled" {
            (parts::card("Promised money", &Sheet::of(visit, order, "capture", tried).form(
                "Take the money now?", &html! { p.muted { "It is taken by itself when parcels are packed." } }, "Take it now", true,
            )))
        }
        @if is_due {
            @let sheet = Sheet::of(visit, order, "received", tried);
            (folded("Money came by hand", sheet.tried.is_some(), &sheet.form("", &html! {
                (currency)
                (sheet.needed("received_amount", "Amount", &major(payment.amount), "/amount"))
                (sheet.needed("received_reference", "Where it stands, such as the line of the statement", "", "/reference"))
            }, "Book it", false)))
        }
        @if left.amount > 0 {
            @let sheet = Sheet::of(visit, order, "refund", tried);
            (folded("Give money back", sheet.tried.is_some(), &sheet.form("Give this money back?", &html! {
                (currency)
                (sheet.needed("refund_amount", &format!("Amount, at most {}", visit.money(left)), &major(left), "/amount"))
                (sheet.needed("refund_reason", "Why, for the books", "", "/reason"))
            }, "Give it back", true)))
        }
    }
}

fn address(visit: &Visit, order: &Order, tried: Option<&Tried>) -> Markup {
    let Some(Address { name, line1, line2, city, region, postal_code, country, phone }) = &order.shipping_address
    else {
        return html! {};
    };
    let sheet = Sheet::of(visit, order, "address", tried);
    let text = |text: &'_ Option<String>| text.clone().unwrap_or_default();
    let fields = html! {
        // The order as it is shown now: what was refused as changed since can be sent again on purpose.
        (parts::hidden("version", &order.version.to_string()))
        (sheet.needed("name", "Name", name, "/name"))
        (sheet.needed("line1", "Street", line1, "/line1"))
        (sheet.field("line2", "More", &text(line2), "/line2"))
        div.fields-2 {
            (sheet.needed("postal_code", "Postal code", postal_code, "/postal_code"))
            (sheet.needed("city", "Town", city, "/city"))
            (sheet.field("region", "Region", &text(region), "/region"))
            (sheet.needed("country", "Country, two letters", country, "/country"))
        }
        (sheet.field("phone", "Phone", &text(phone), "/phone"))
    };
    folded("Send it elsewhere", sheet.tried.is_some(), &sheet.form("", &fields, "Change the address", true))
}

fn ask_back(visit: &Visit, whole: &Whole, tried: Option<&Tried>) -> Markup {
    let order = &whole.order;
    let sheet = Sheet::of(visit, order, "return", tried);
    let wish = sheet.typed("wish", "refund");
    let parts_left = whole.fulfilments.iter().flat_map(|one| &one.lines).filter(|part| part.packed > 0);
    let fields = html! {
        ul.stack.is-tight {
            @for (place, part) in parts_left.enumerate() {
                li.row.is-spread {
                    (parts::hidden("sku", &part.sku))
                    label.code for={ "back-" (place) } { (part.sku) }
                    input.cell id={ "back-" (place) } name="pieces" type="number" min="0" max=(part.packed) value="0" inputmode="numeric";
                }
            }
        }
        @if let Some(error) = sheet.wrong("/lines") { p.field-error { (error) } }
        (sheet.needed("return_reason", "Why, in the buyer's words", "", "/reason"))
        (parts::select(
            &Field { name: "wish", label: "For", value: &wish, error: sheet.wrong("/wish"), ..Field::default() },
            &[Choice::new("refund", "The money"), Choice::new("store_credit", "Store credit")],
        ))
    };
    folded("Goods come back", sheet.tried.is_some(), &sheet.form("", &fields, "Ask for the return", true))
}

/// A note for the staff.
pub(crate) fn note_form(visit: &Visit, order: &Order, tried: Option<&Tried>) -> Markup {
    let sheet = Sheet::of(visit, order, "note", tried);
    let text = sheet.typed("note_text", "");
    let field = Field {
        name: "note_text",
        label: "Add a note",
        value: &text,
        hint: "Customers never see it.",
        error: sheet.wrong("/text"),
        required: true,
        max: Some(2_000),
        ..Field::default()
    };
    sheet.form("", &parts::area(&field, 3), "Note it", true)
}
