//! What a cart costs, line by line of the sum, and what is not as it was shown last.

use crate::views::{Cart, Change, Coupon};
use bodega_kernel::Money;
use bodega_pages::{
    Text, Visit,
    parts::{self, Mood, Sum},
};
use maud::{Markup, html};

/// The sum, every discount explained.
pub(crate) fn totals(visit: &Visit, cart: &Cart) -> Markup {
    const GOODS: Text = Text { en: "Goods", de: "Warenwert" };
    const SHIPPING: Text = Text { en: "Delivery", de: "Versand" };
    const OPEN: Text = Text { en: "at checkout", de: "an der Kasse" };
    const FREE: Text = Text { en: "free", de: "kostenlos" };
    const TOTAL: Text = Text { en: "Total", de: "Gesamtsumme" };
    const INCLUDED: Text = Text { en: "including tax", de: "darin enthaltene MwSt." };
    const ADDED: Text = Text { en: "Tax", de: "MwSt." };
    const DUE: Text = Text { en: "To pay", de: "Zu zahlen" };
    let lang = visit.lang();
    let shipping = match (&cart.shipping_method, cart.shipping.amount) {
        (None, _) if cart.missing.iter().any(|missing| missing == "shipping_method") => visit.say(OPEN).to_owned(),
        (None, 0) => visit.say(OPEN).to_owned(),
        (Some(_), 0) => visit.say(FREE).to_owned(),
        (_, _) => visit.money(cart.shipping),
    };
    let has_tax = cart.tax.amount > 0;
    let mut rows = vec![Sum::of(visit.say(GOODS), visit.money(cart.subtotal))];
    rows.extend(cart.discounts.iter().map(|off| Sum::less(lang, &off.label, off.amount)));
    rows.push(Sum::of(visit.say(SHIPPING), shipping));
    if let Some(off) = cart.shipping_discount.as_ref().filter(|off| off.amount.amount > 0) {
        rows.push(Sum::less(lang, &off.label, off.amount));
    }
    if has_tax && !cart.prices_include_tax {
        rows.push(Sum::of(visit.say(ADDED), visit.money(cart.tax)));
    }
    let total = Sum::total(visit.say(TOTAL), visit.money(cart.total));
    rows.push(if has_tax && cart.prices_include_tax {
        total.explained(format!("{} {}", visit.say(INCLUDED), visit.money(cart.tax)))
    } else {
        total
    });
    let tenders = cart.tenders.iter();
    rows.extend(tenders.map(|one| Sum::less(lang, tender_name(visit, &one.kind, &one.label), one.amount)));
    if !cart.tenders.is_empty() {
        rows.push(Sum::total(visit.say(DUE), visit.money(cart.due)));
    }
    parts::totals(&rows)
}

/// What pays a part, by name.
pub(crate) fn tender_name(visit: &Visit, kind: &str, label: &str) -> String {
    const CARD: Text = Text { en: "Gift card", de: "Geschenkkarte" };
    const CREDIT: Text = Text { en: "Store credit", de: "Guthaben" };
    match kind {
        "gift_card" => format!("{} {label}", visit.say(CARD)),
        _ => visit.say(CREDIT).to_owned(),
    }
}

/// What is not as it was shown last, or cannot be had.
pub(crate) fn changes(visit: &Visit, cart: &Cart) -> Markup {
    const POINTS: Text =
        Text { en: "Your points cannot be used here.", de: "Ihre Punkte können hier nicht eingesetzt werden." };
    let told: Vec<(Mood, String)> = cart.changes.iter().filter_map(|change| told(visit, cart, change)).collect();
    let points = cart.points.as_ref().and_then(|points| points.reason.as_ref());
    html! {
        @for (mood, text) in told { (parts::notice(mood, &text)) }
        @if points.is_some() { (parts::notice(Mood::Warn, visit.say(POINTS))) }
    }
}

fn told(visit: &Visit, cart: &Cart, change: &Change) -> Option<(Mood, String)> {
    const COSTS: Text = Text { en: "now costs", de: "kostet jetzt" };
    const INSTEAD: Text = Text { en: "instead of", de: "statt" };
    const OFF: Text = Text { en: "The discount has changed:", de: "Der Rabatt hat sich geändert:" };
    const SENT: Text = Text { en: "Delivery has changed:", de: "Der Versand hat sich geändert:" };
    const TAX: Text = Text { en: "The tax has changed:", de: "Die Steuer hat sich geändert:" };
    const GONE: Text = Text {
        en: "is not available any more. Please remove it.",
        de: "ist nicht mehr erhältlich. Bitte entfernen Sie den Artikel.",
    };
    const ELSEWHERE: Text = Text {
        en: "cannot be sent to this country. Please remove it.",
        de: "wird nicht in dieses Land verkauft. Bitte entfernen Sie den Artikel.",
    };
    const LEFT: Text = Text { en: "left of", de: "noch da von" };
    const NONE_LEFT: Text = Text { en: "seems to be sold out just now.", de: "scheint gerade ausverkauft zu sein." };
    let instead = |title: Text, was: &Money, now: &Money| {
        format!("{} {} {} {}.", visit.say(title), visit.money(*now), visit.say(INSTEAD), visit.money(*was))
    };
    Some(match change {
        Change::PriceChanged { sku, was, now } => {
            let text = format!("{} {} {}", cart.name_of(sku), visit.say(COSTS), visit.money(*now));
            (Mood::Warn, format!("{text} {} {}.", visit.say(INSTEAD), visit.money(*was)))
        }
        Change::DiscountChanged { was, now } => (Mood::Warn, instead(OFF, was, now)),
        Change::ShippingChanged { was, now } => (Mood::Warn, instead(SENT, was, now)),
        Change::TaxChanged { was, now } => (Mood::Warn, instead(TAX, was, now)),
        Change::NotSoldThere { sku } => (Mood::Bad, format!("{} {}", cart.name_of(sku), visit.say(ELSEWHERE))),
        Change::Unavailable { sku } => (Mood::Bad, format!("{} {}", cart.name_of(sku), visit.say(GONE))),
        Change::ShortStock { sku, available } if *available > 0 => {
            (Mood::Warn, format!("{} {} {}.", visit.lang().number(*available), visit.say(LEFT), cart.name_of(sku)))
        }
        Change::ShortStock { sku, .. } => (Mood::Bad, format!("{} {}", cart.name_of(sku), visit.say(NONE_LEFT))),
        Change::Other => return None,
    })
}

/// Why a code takes nothing off.
pub(super) fn why_not(visit: &Visit, coupon: &Coupon) -> String {
    const MORE: Text = Text { en: "Spend this much more to use it:", de: "So viel fehlt noch, um ihn einzulösen:" };
    const PIECES: Text = Text { en: "Pieces that are still missing:", de: "So viele Stück fehlen noch:" };
    if let Some(missing) = coupon.missing {
        return format!("{} {}", visit.say(MORE), visit.money(missing));
    }
    if let Some(pieces) = coupon.missing_pieces {
        return format!("{} {}", visit.say(PIECES), visit.lang().number(pieces));
    }
    refused_because(visit, coupon.reason.as_deref().unwrap_or_default()).to_owned()
}

/// What a reason of coupons means.
pub(super) fn refused_because(visit: &Visit, reason: &str) -> &'static str {
    visit.say(match reason {
        "minimum_not_met" => Text {
            en: "Your cart is worth too little for this code.",
            de: "Für diesen Code ist Ihr Warenkorb noch zu klein.",
        },
        "no_such_goods" => Text {
            en: "Nothing in your cart goes with this code.",
            de: "Zu diesem Code passt nichts in Ihrem Warenkorb.",
        },
        "too_few_pieces" => Text {
            en: "There are too few pieces in your cart for this code.",
            de: "Für diesen Code sind zu wenige Stücke im Warenkorb.",
        },
        "not_combinable" => Text {
            en: "This code cannot be combined with another discount.",
            de: "Dieser Code lässt sich nicht mit anderen Rabatten verbinden.",
        },
        "not_first_order" => {
            Text { en: "This code is for a first order.", de: "Dieser Code gilt für die erste Bestellung." }
        }
        "not_yours" => Text {
            en: "This code is not for you. Are you logged in?",
            de: "Dieser Code gilt nicht für Sie. Sind Sie angemeldet?",
        },
        "not_started" => Text { en: "This code is not valid yet.", de: "Dieser Code gilt noch nicht." },
        "expired" => Text { en: "This code has expired.", de: "Dieser Code ist abgelaufen." },
        "nothing_to_take_off" => {
            Text { en: "There is nothing to take off.", de: "Es gibt nichts, was abgezogen werden könnte." }
        }
        _ => Text { en: "This code cannot be used.", de: "Dieser Code kann nicht eingelöst werden." },
    })
}
