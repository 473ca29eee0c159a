//! The parts of an order's page beside its goods and its money. Those with `data-live-part` move by themselves.

use super::{
    Whole,
    views::{Action, Order, Parcel},
    words,
};
use crate::model::query;
use bodega_pages::{
    Text, Visit,
    orders::Paper,
    parts::{self, PaperLink, Step},
};
use maud::{Markup, html};

/// Where the order is, in plain words, and what happens next.
pub(crate) fn status(visit: &Visit, whole: &Whole) -> Markup {
    const AGAIN: Text = Text { en: "Look again", de: "Noch einmal nachsehen" };
    const PAY: Text = Text { en: "Pay in another way", de: "Anders bezahlen" };
    let order = &whole.order;
    let (mood, word) = words::status(&order.status);
    let path = format!("/orders/{}", order.id);
    html! {
        section #order-status class={ "panel stack " (mood.class()) } data-live-part {
            div.status-line {
                (parts::icon(sign(&order.status)))
                div {
                    h2 #order-status-word data-say { (visit.say(word)) }
                    p { (visit.say(next(whole))) }
                }
            }
            (progress(visit, order))
            @if let Some(action) = &order.payment_action { (to_do(visit, order, action)) }
            @if order.can_be_paid(&whole.payments) {
                p { (parts::link_button(&visit.link(&format!("{path}/pay")), visit.say(PAY), false)) }
            }
            @if order.status == "awaiting_payment" && let Some(deadline) = order.payment_deadline {
                p.muted.small { (visit.say(Text { en: "To be paid by", de: "Zu zahlen bis" })) " " (visit.lang().moment(deadline)) " UTC" }
            }
            @if !order.is_over() { p.plain { a #look-again href=(visit.link(&path)) { (visit.say(AGAIN)) } } }
        }
    }
}

/// How far it is, at a glance.
fn progress(visit: &Visit, order: &Order) -> Markup {
    let (steps, reached) = order.progress();
    html! {
        @if !steps.is_empty() {
            ol.steps {
                @for (index, step) in steps.iter().enumerate() {
                    li.is-done[index < reached] aria-current=[(index + 1 == reached).then_some("step")] { (visit.say(*step)) }
                }
            }
        }
    }
}

fn sign(status: &str) -> &'static str {
    match status {
        "partially_shipped" | "shipped" => "truck",
        "pending" | "confirmed" | "ready_for_pickup" => "box",
        "awaiting_payment" => "bell",
        "cancelled" => "close",
        _ => "check",
    }
}

fn next(whole: &Whole) -> Text {
    let order = &whole.order;
    match &*order.status {
        "pending" => Text {
            en: "We check that everything is there. This takes a moment.",
            de: "Wir prüfen, ob alles da ist. Das dauert einen Moment.",
        },
        "awaiting_payment" => unpaid(whole),
        "confirmed" => Text {
            en: "Everything is paid and set aside for you. Next we pack it.",
            de: "Alles ist bezahlt und für Sie zurückgelegt. Als Nächstes packen wir.",
        },
        "ready_for_pickup" => Text { en: "It is waiting for you.", de: "Sie können es abholen." },
        "partially_shipped" => Text {
            en: "Some of it is on its way to you; the rest follows.",
            de: "Ein Teil ist unterwegs zu Ihnen, der Rest folgt.",
        },
        "shipped" => Text { en: "It is on its way to you.", de: "Es ist unterwegs zu Ihnen." },
        "delivered" => Text {
            en: "We hope you like it. If not, you can send it back.",
            de: "Wir hoffen, es gefällt Ihnen. Wenn nicht, können Sie es zurückschicken.",
        },
        "completed" => Text { en: "All done. Thank you!", de: "Alles erledigt. Vielen Dank!" },
        "cancelled" if whole.payments.have_taken() || !order.tenders.is_empty() => {
            words::cancelled(order.cancel_reason.as_deref())
        }
        "cancelled" => words::cancelled_unpaid(order.cancel_reason.as_deref()),
        _ => Text { en: "We are at it.", de: "Wir sind dabei." },
    }
}

fn unpaid(whole: &Whole) -> Text {
    let order = &whole.order;
    match order.payment_action.as_ref().map(|action| &*action.kind) {
        Some("redirect") => {
            Text { en: "Your bank wants to know that it is you.", de: "Ihre Bank möchte wissen, dass Sie es sind." }
        }
        Some("bank_transfer") => Text {
            en: "Your goods are set aside. We send them when your transfer has come.",
            de: "Ihre Waren sind zurückgelegt. Wir verschicken sie, sobald Ihre Überweisung da ist.",
        },
        Some(_) | None if order.can_be_paid(&whole.payments) => Text {
            en: "The payment was declined; nothing was taken. Your goods are still set aside for you.",
            de: "Die Zahlung wurde abgelehnt, es wurde nichts abgebucht. Ihre Waren sind weiter für Sie zurückgelegt.",
        },
        Some(_) | None => Text {
            en: "Your payment is under way. This page shows when it has arrived.",
            de: "Ihre Zahlung läuft. Diese Seite zeigt, wenn sie da ist.",
        },
    }
}

/// What the shopper does to pay.
fn to_do(visit: &Visit, order: &Order, action: &Action) -> Markup {
    const GO: Text = Text { en: "Go to your bank", de: "Weiter zu Ihrer Bank" };
    const TO: Text = Text { en: "To", de: "An" };
    const AMOUNT: Text = Text { en: "Amount", de: "Betrag" };
    const REFERENCE: Text = Text { en: "Reference", de: "Verwendungszweck" };
    // Providers name the way; nothing but the web is followed. A page of our own is told the way back.
    let own = action.url.starts_with('/');
    let back = query(&[("back", &visit.link(&format!("/orders/{}", order.id)))]);
    let url = if own { format!("{}?{back}", action.url) } else { action.url.clone() };
    html! {
        @if action.kind == "redirect" && (own || url.starts_with("https://")) {
            p { a.button #to-bank href=(url) rel="noopener" { (visit.say(GO)) } }
        }
        @if action.kind == "bank_transfer" {
            dl.facts #bank-transfer {
                @if let Some(text) = action.text.as_deref().filter(|text| !text.is_empty()) {
                    div { dt { (visit.say(TO)) } dd { @for line in text.lines() { (line) br; } } }
                }
                @if let Some(total) = order.total { div { dt { (visit.say(AMOUNT)) } dd { (visit.money(total)) } } }
                @if let Some(reference) = &action.reference {
                    div { dt { (visit.say(REFERENCE)) } dd { span.code data-copy { (reference) } } }
                }
            }
        }
    }
}

/// What happened, the latest on top.
pub(crate) fn timeline(visit: &Visit, order: &Order) -> Markup {
    const TITLE: Text = Text { en: "What happened", de: "Verlauf" };
    let steps = order.timeline.iter().rev().filter_map(|entry| {
        let (mood, word) = words::happened(&entry.what)?;
        let detail = shown_detail(visit, &entry.what, entry.detail.as_deref().unwrap_or_default());
        Some(Step { at: visit.lang().moment(entry.at), what: visit.say(word).to_owned(), detail, mood })
    });
    let steps: Vec<Step> = steps.collect();
    html! {
        section.panel.stack #order-timeline data-live-part {
            h2 { (visit.say(TITLE)) }
            (parts::timeline(&steps))
        }
    }
}

/// Amounts in the visitor's way of writing them, and the words of people; nothing else that is for programs.
fn shown_detail(visit: &Visit, what: &str, detail: &str) -> String {
    match what {
        "payment_captured" | "payment_authorized" | "payment_refunded" => visit.money_told(detail).unwrap_or_default(),
        "cancel_requested" | "return_rejected" | "parcel_in_transit" => detail.to_owned(),
        _ => String::new(),
    }
}

/// The parcels that have left.
pub(crate) fn parcels(visit: &Visit, whole: &Whole) -> Markup {
    const TITLE: Text = Text { en: "Parcels", de: "Pakete" };
    let parcels: Vec<&Parcel> = whole.fulfilments.items.iter().flat_map(|one| &one.shipments).collect();
    html! {
        section #order-parcels data-live-part class=[(!parcels.is_empty()).then_some("panel stack")] {
            @if !parcels.is_empty() { h2 { (visit.say(TITLE)) } }
            @for parcel in parcels { (one_parcel(visit, &whole.order, parcel)) }
        }
    }
}

fn one_parcel(visit: &Visit, order: &Order, parcel: &Parcel) -> Markup {
    const TRACK: Text = Text { en: "Track parcel", de: "Paket verfolgen" };
    const LEFT: Text = Text { en: "Left on", de: "Versandt am" };
    const CAME: Text = Text { en: "Arrived on", de: "Angekommen am" };
    let (mood, word) = words::parcel(&parcel.state);
    let name =
        |sku: &str| order.lines.iter().find(|line| line.sku == sku).map_or(sku.to_owned(), |line| line.name.clone());
    let url = parcel.tracking_url.as_deref().filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    html! {
        article.parcel.stack {
            p {
                strong { (parcel.carrier_name) } " " (parts::badge(mood, visit.say(word)))
                @if let Some(words) = &parcel.tracking_status { " " span.muted.small { (words) } }
            }
            @if let Some(number) = &parcel.tracking_number { p { span.code data-copy { (number) } } }
            @if let Some(url) = url { p { a href=(url) rel="noopener noreferrer" { (visit.say(TRACK)) } } }
            @if let Some(at) = parcel.delivered_at {
                p.muted.small { (visit.say(CAME)) " " (visit.lang().day(at)) }
            } @else if let Some(at) = parcel.dispatched_at {
                p.muted.small { (visit.say(LEFT)) " " (visit.lang().day(at)) }
            }
            ul.stack.is-tight { @for piece in &parcel.lines { li { (piece.quantity) " × " (name(&piece.sku)) } } }
        }
    }
}

/// What comes back.
pub(crate) fn returns(visit: &Visit, order: &Order) -> Markup {
    const TITLE: Text = Text { en: "Returns", de: "Rücksendungen" };
    const BACK: Text = Text { en: "You get back", de: "Sie erhalten zurück" };
    const INSTEAD: Text = Text { en: "Order of the exchange", de: "Bestellung des Umtauschs" };
    const NUMBER: Text =
        Text { en: "Please put this number into the parcel:", de: "Bitte legen Sie diese Nummer ins Paket:" };
    let name =
        |sku: &str| order.lines.iter().find(|line| line.sku == sku).map_or(sku.to_owned(), |line| line.name.clone());
    html! {
        section #order-returns data-live-part class=[(!order.returns.is_empty()).then_some("panel stack")] {
            @if !order.returns.is_empty() { h2 { (visit.say(TITLE)) } }
            @for one in &order.returns {
                @let (mood, word) = words::return_state(&one.state);
                article.stack {
                    p { strong { (one.number) } " " (parts::badge(mood, visit.say(word))) }
                    @if one.state == "approved" { p { (visit.say(NUMBER)) " " strong { (one.number) } } }
                    @if let Some(message) = &one.message { p { (message) } }
                    ul.stack.is-tight { @for piece in &one.lines { li { (piece.quantity) " × " (name(&piece.sku)) } } }
                    @if let Some(refund) = one.refund { p { (visit.say(BACK)) ": " (visit.money(refund)) } }
                    @if let Some(order) = &one.replacement_id {
                        p { a href=(visit.link(&format!("/orders/{order}"))) { (visit.say(INSTEAD)) } }
                    }
                }
            }
        }
    }
}

/// Where it goes, and where the bill goes.
pub(crate) fn addresses(visit: &Visit, order: &Order) -> Markup {
    const SHIP: Text = Text { en: "Delivery address", de: "Lieferadresse" };
    const BILL: Text = Text { en: "Billing address", de: "Rechnungsadresse" };
    const CHANGE: Text = Text { en: "Change address", de: "Adresse ändern" };
    html! {
        section #order-addresses data-live-part class=[order.shipping_address.is_some().then_some("panel stack")] {
            @if let Some(address) = &order.shipping_address {
                h2 { (visit.say(SHIP)) }
                (address.shown(visit))
                @if order.can_be_readdressed() {
                    p { a href=(visit.link(&format!("/orders/{}/address", order.id))) { (visit.say(CHANGE)) } }
                }
            }
            @if let Some(address) = order.billing_address.as_ref().filter(|bill| Some(*bill) != order.shipping_address.as_ref()) {
                h2 { (visit.say(BILL)) }
                (address.shown(visit))
            }
        }
    }
}

/// The invoice and the credit notes.
pub(crate) fn papers(visit: &Visit, order: &Order) -> Markup {
    const TITLE: Text = Text { en: "Papers", de: "Belege" };
    const INVOICE: Text = Text { en: "Invoice", de: "Rechnung" };
    const CREDIT: Text = Text { en: "Credit note", de: "Gutschrift" };
    let link = |paper: &Paper| PaperLink {
        href: visit.link(&format!("/orders/{}/papers/{}.pdf", order.id, paper.number)),
        name: format!("{} {} (PDF)", visit.say(if paper.kind == "invoice" { INVOICE } else { CREDIT }), paper.number),
        about: format!("{} · {}", visit.money(paper.amount), visit.lang().day(paper.issued_at)),
    };
    html! {
        section #order-papers data-live-part class=[(!order.papers.is_empty()).then_some("panel stack")] {
            @if !order.papers.is_empty() {
                h2 { (visit.say(TITLE)) }
                (parts::papers(&order.papers.iter().map(link).collect::<Vec<_>>()))
            }
        }
    }
}

/// What can be done about it.
pub(crate) fn actions(visit: &Visit, order: &Order) -> Markup {
    const RETURN: Text = Text { en: "Send something back", de: "Etwas zurückschicken" };
    const CANCEL: Text = Text { en: "Cancel order", de: "Bestellung stornieren" };
    let to = |rest: &str| visit.link(&format!("/orders/{}/{rest}", order.id));
    html! {
        section.stack #order-actions data-live-part {
            @if order.can_be_returned() { p { (parts::link_button(&to("return"), visit.say(RETURN), true)) } }
            @if order.can_be_cancelled() { p { (parts::link_button(&to("cancel"), visit.say(CANCEL), true)) } }
        }
    }
}
