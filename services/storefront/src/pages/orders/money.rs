//! What an order costs, and how it was paid.

use super::{Whole, views::Order, words};
use crate::model::pay_methods;
use bodega_kernel::Money;
use bodega_pages::{
    Text, Visit,
    parts::{self, Sum},
};
use maud::{Markup, html};

/// The sums of an order.
pub(crate) fn totals(visit: &Visit, order: &Order) -> Markup {
    const TITLE: Text = Text { en: "Summary", de: "Zusammenfassung" };
    const GOODS: Text = Text { en: "Goods", de: "Warenwert" };
    const SHIPPING: Text = Text { en: "Delivery", de: "Versand" };
    const FREE: Text = Text { en: "free", de: "kostenlos" };
    const TOTAL: Text = Text { en: "Total", de: "Gesamtsumme" };
    const TAX: Text = Text { en: "Tax", de: "MwSt." };
    const TAX_IN: Text = Text { en: "including tax", de: "darin enthaltene MwSt." };
    let lang = visit.lang();
    let includes = visit.settings().shop.prices_include_tax;
    let tax = order.tax.filter(|tax| tax.amount != 0);
    let Some(total) = order.total else { return html! { section #order-totals data-live-part {} } };
    let mut rows: Vec<Sum> =
        order.subtotal.map(|sum| Sum::of(visit.say(GOODS), visit.money(sum))).into_iter().collect();
    rows.extend(order.discounts.iter().map(|off| Sum::less(lang, &off.label, off.amount)));
    if let Some(shipping) = order.shipping {
        let shown = if shipping.amount == 0 { visit.say(FREE).to_owned() } else { visit.money(shipping) };
        rows.push(Sum::of(visit.say(SHIPPING), shown));
    }
    if let Some(tax) = tax.filter(|_| !includes) {
        rows.push(Sum::of(visit.say(TAX), visit.money(tax)));
    }
    let total = Sum::total(visit.say(TOTAL), visit.money(total));
    rows.push(match tax.filter(|_| includes) {
        Some(tax) => total.explained(format!("{} {}", visit.say(TAX_IN), visit.money(tax))),
        None => total,
    });
    rows.extend(order.tenders.iter().map(|tender| Sum::less(lang, &tender.label, tender.amount)));
    html! {
        section.panel.stack #order-totals data-live-part {
            h2 { (visit.say(TITLE)) }
            (parts::totals(&rows))
        }
    }
}

/// The attempts to pay, and what was given back.
pub(crate) fn payments(visit: &Visit, whole: &Whole) -> Markup {
    const TITLE: Text = Text { en: "Payment", de: "Zahlung" };
    const BACK: Text = Text { en: "Given back", de: "Erstattung" };
    let payments = &whole.payments;
    let line = |name: &str, amount: Money, at: bodega_kernel::Time, (mood, word): (parts::Mood, Text)| {
        html! {
            li {
                p { (name) ": " (visit.money(amount)) " " (parts::badge(mood, visit.say(word))) }
                p.muted.small { (visit.lang().moment(at)) }
            }
        }
    };
    html! {
        section.panel.stack #order-payments data-live-part {
            h2 { (visit.say(TITLE)) }
            @if payments.attempts.is_empty() {
                @if let Some(method) = &whole.order.payment_method { p { (method_name(visit, method)) } }
            }
            ul.stack.is-tight {
                @for attempt in &payments.attempts {
                    (line(&method_name(visit, &attempt.payment_method), attempt.amount, attempt.at, words::attempt(&attempt.status)))
                }
                @for refund in &payments.refunds {
                    (line(visit.say(BACK), refund.amount, refund.at, words::refund(&refund.status)))
                }
            }
        }
    }
}

/// A way of paying as shoppers call it; one that is not offered any more by its own name.
pub(crate) fn method_name(visit: &Visit, id: &str) -> String {
    const CREDIT: Text = Text { en: "Gift card or credit", de: "Gutschein oder Guthaben" };
    if id.is_empty() || id == "none" {
        return visit.say(CREDIT).to_owned();
    }
    let known = pay_methods(visit).into_iter().find(|method| method.id == id);
    known.map_or_else(|| id.replace('_', " "), |method| visit.say(method.name).to_owned())
}
