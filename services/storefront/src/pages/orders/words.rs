//! The stable words of orders, parcels, money and points, as shoppers read them.

use bodega_pages::{Text, parts::Mood};

/// The statuses of an order, in their order.
pub(crate) const STATUSES: [(&str, Text); 9] = [
    ("pending", Text { en: "Being placed", de: "Wird aufgenommen" }),
    ("awaiting_payment", Text { en: "Waiting for payment", de: "Wartet auf Zahlung" }),
    ("confirmed", Text { en: "Confirmed", de: "Bestätigt" }),
    ("ready_for_pickup", Text { en: "Ready for pickup", de: "Abholbereit" }),
    ("partially_shipped", Text { en: "Partly on its way", de: "Teilweise unterwegs" }),
    ("shipped", Text { en: "On its way", de: "Unterwegs" }),
    ("delivered", Text { en: "Delivered", de: "Zugestellt" }),
    ("completed", Text { en: "Completed", de: "Abgeschlossen" }),
    ("cancelled", Text { en: "Cancelled", de: "Storniert" }),
];

/// A status, and how it is meant.
pub(crate) fn status(word: &str) -> (Mood, Text) {
    const UNKNOWN: Text = Text { en: "Under way", de: "In Arbeit" };
    let text = STATUSES.iter().find(|(known, _)| *known == word).map_or(UNKNOWN, |(_, text)| *text);
    let mood = match word {
        "awaiting_payment" => Mood::Warn,
        "cancelled" => Mood::Bad,
        "pending" => Mood::Plain,
        _ => Mood::Good,
    };
    (mood, text)
}

/// Why an order was cancelled, for those whose money is given back.
pub(crate) fn cancelled(reason: Option<&str>) -> Text {
    match reason.unwrap_or_default() {
        "out_of_stock" | "paid_out_of_stock" => Text {
            en: "We are sorry: something you chose was sold out in the meantime. What you paid is given back.",
            de: "Es tut uns leid: Etwas davon war inzwischen ausverkauft. Was Sie bezahlt haben, erhalten Sie zurück.",
        },
        "payment_expired" => Text {
            en: "It was not paid in time. You are welcome to order again.",
            de: "Sie wurde nicht rechtzeitig bezahlt. Bestellen Sie gern noch einmal.",
        },
        "by_shopper" => Text {
            en: "You cancelled this order. What you paid is given back.",
            de: "Sie haben die Bestellung storniert. Was Sie bezahlt haben, erhalten Sie zurück.",
        },
        "coupon_rejected" => Text {
            en: "Your coupon could not be used any more. You are welcome to order again.",
            de: "Ihr Gutschein galt nicht mehr. Bestellen Sie gern noch einmal.",
        },
        "points_rejected" => Text {
            en: "Your points were spent elsewhere in the meantime. You are welcome to order again.",
            de: "Ihre Punkte wurden inzwischen anderswo eingelöst. Bestellen Sie gern noch einmal.",
        },
        _ => Text {
            en: "We had to cancel this order. What you paid is given back.",
            de: "Wir mussten die Bestellung stornieren. Was Sie bezahlt haben, erhalten Sie zurück.",
        },
    }
}

/// Why an order was cancelled, for those from whom nothing was taken.
pub(crate) fn cancelled_unpaid(reason: Option<&str>) -> Text {
    match reason.unwrap_or_default() {
        "out_of_stock" | "paid_out_of_stock" => Text {
            en: "We are sorry: something you chose was sold out in the meantime. Nothing was charged.",
            de: "Es tut uns leid: Etwas davon war inzwischen ausverkauft. Es wurde nichts abgebucht.",
        },
        "by_shopper" => Text {
            en: "You cancelled this order. Nothing was charged.",
            de: "Sie haben die Bestellung storniert. Es wurde nichts abgebucht.",
        },
        reason @ ("payment_expired" | "coupon_rejected" | "points_rejected") => cancelled(Some(reason)),
        _ => Text {
            en: "We had to cancel this order. Nothing was charged.",
            de: "Wir mussten die Bestellung stornieren. Es wurde nichts abgebucht.",
        },
    }
}

/// What happened; `None` for what goes on behind the scenes.
pub(crate) fn happened(what: &str) -> Option<(Mood, Text)> {
    of_order(what).or_else(|| of_money(what)).or_else(|| of_return(what))
}

fn of_order(what: &str) -> Option<(Mood, Text)> {
    Some(match what {
        "checked_out" => (Mood::Plain, Text { en: "Order placed", de: "Bestellung eingegangen" }),
        "confirmed" => (Mood::Good, Text { en: "Order confirmed", de: "Bestellung bestätigt" }),
        "stock_rejected" | "stock_unavailable" => (Mood::Bad, Text { en: "Sold out", de: "Ausverkauft" }),
        "parcel_packed" => (Mood::Plain, Text { en: "Parcel packed", de: "Paket gepackt" }),
        "ready_for_pickup" => (Mood::Good, Text { en: "Ready for pickup", de: "Liegt zur Abholung bereit" }),
        "parcel_dispatched" => {
            (Mood::Good, Text { en: "Parcel handed to the carrier", de: "Paket an den Paketdienst übergeben" })
        }
        "parcel_in_transit" => (Mood::Good, Text { en: "Parcel on its way", de: "Paket unterwegs" }),
        "parcel_delivered" => (Mood::Good, Text { en: "Parcel delivered", de: "Paket zugestellt" }),
        "collected" => (Mood::Good, Text { en: "Picked up", de: "Abgeholt" }),
        "delivered" => (Mood::Good, Text { en: "Everything has arrived", de: "Alles ist angekommen" }),
        "completed" => (Mood::Good, Text { en: "Order completed", de: "Bestellung abgeschlossen" }),
        "cancelled" => (Mood::Bad, Text { en: "Order cancelled", de: "Bestellung storniert" }),
        "cancel_requested" => (Mood::Warn, Text { en: "Cancellation asked for", de: "Stornierung angefragt" }),
        "cancel_refused" => {
            (Mood::Warn, Text { en: "Too late to cancel: it has left", de: "Zu spät zum Stornieren: schon unterwegs" })
        }
        "address_changed" => (Mood::Plain, Text { en: "Address changed", de: "Adresse geändert" }),
        _ => return None,
    })
}

fn of_money(what: &str) -> Option<(Mood, Text)> {
    Some(match what {
        "payment_due" => (Mood::Plain, Text { en: "Payment begun", de: "Zahlung begonnen" }),
        "payment_action_required" => {
            (Mood::Warn, Text { en: "Your part of the payment is awaited", de: "Ihr Teil der Zahlung wird erwartet" })
        }
        "payment_authorized" => (Mood::Good, Text { en: "Payment promised", de: "Zahlung zugesagt" }),
        "payment_captured" => (Mood::Good, Text { en: "Payment received", de: "Zahlung erhalten" }),
        "payment_failed" => (Mood::Bad, Text { en: "Payment declined", de: "Zahlung abgelehnt" }),
        "payment_voided" => (Mood::Plain, Text { en: "Payment released", de: "Zahlung freigegeben" }),
        "payment_refunded" => (Mood::Good, Text { en: "Money given back", de: "Geld erstattet" }),
        "payment_disputed" => {
            (Mood::Warn, Text { en: "Your bank disputes the payment", de: "Ihre Bank bestreitet die Zahlung" })
        }
        _ => return None,
    })
}

fn of_return(what: &str) -> Option<(Mood, Text)> {
    Some(match what {
        "return_requested" => (Mood::Plain, Text { en: "Return asked for", de: "Rücksendung angefragt" }),
        "return_approved" => (Mood::Good, Text { en: "Return allowed", de: "Rücksendung genehmigt" }),
        "return_rejected" => (Mood::Bad, Text { en: "Return refused", de: "Rücksendung abgelehnt" }),
        "return_received" => (Mood::Good, Text { en: "Return received", de: "Rücksendung angekommen" }),
        "return_cancelled" => (Mood::Plain, Text { en: "Return called off", de: "Rücksendung abgebrochen" }),
        _ => return None,
    })
}

/// Where a return is.
pub(crate) fn return_state(state: &str) -> (Mood, Text) {
    match state {
        "requested" => (Mood::Warn, Text { en: "We look at it", de: "Wir prüfen sie" }),
        "approved" => (Mood::Good, Text { en: "Please send it", de: "Bitte einsenden" }),
        "rejected" => (Mood::Bad, Text { en: "Refused", de: "Abgelehnt" }),
        "received" => (Mood::Good, Text { en: "Received", de: "Angekommen" }),
        _ => (Mood::Plain, Text { en: "Called off", de: "Abgebrochen" }),
    }
}

/// Where a parcel is.
pub(crate) fn parcel(state: &str) -> (Mood, Text) {
    match state {
        "delivered" => (Mood::Good, Text { en: "Delivered", de: "Zugestellt" }),
        _ => (Mood::Good, Text { en: "On its way", de: "Unterwegs" }),
    }
}

/// Where an attempt to pay is.
pub(crate) fn attempt(status: &str) -> (Mood, Text) {
    match status {
        "captured" => (Mood::Good, Text { en: "Paid", de: "Bezahlt" }),
        "authorized" => (Mood::Good, Text { en: "Promised", de: "Zugesagt" }),
        "failed" => (Mood::Bad, Text { en: "Declined", de: "Abgelehnt" }),
        "action_required" => (Mood::Warn, Text { en: "Waits for you", de: "Wartet auf Sie" }),
        "closed" | "voided" => (Mood::Plain, Text { en: "Ended without money", de: "Ohne Zahlung beendet" }),
        _ => (Mood::Plain, Text { en: "Under way", de: "Läuft" }),
    }
}

/// Where a refund is.
pub(crate) fn refund(status: &str) -> (Mood, Text) {
    match status {
        "done" => (Mood::Good, Text { en: "Given back", de: "Erstattet" }),
        "failed" => (Mood::Warn, Text { en: "We look after it", de: "Wir kümmern uns darum" }),
        _ => (Mood::Plain, Text { en: "On its way back", de: "Auf dem Rückweg" }),
    }
}

/// What moved points.
pub(crate) fn points(kind: &str) -> Text {
    match kind {
        "earn_pending" => Text { en: "Will be earned", de: "Wird gutgeschrieben" },
        "earn" => Text { en: "Earned", de: "Gutgeschrieben" },
        "hold" => Text { en: "Held", de: "Vorgemerkt" },
        "release" => Text { en: "Free again", de: "Wieder frei" },
        "spend" => Text { en: "Spent", de: "Eingelöst" },
        "unspend" => Text { en: "Given back", de: "Zurückgegeben" },
        "reverse" => Text { en: "Taken back with money given back", de: "Mit einer Erstattung zurückgebucht" },
        "expire" => Text { en: "Expired", de: "Verfallen" },
        _ => Text { en: "By the shop", de: "Vom Shop" },
    }
}

/// What moved store credit.
pub(crate) fn credit(kind: &str) -> Text {
    match kind {
        "tender" => Text { en: "Spent", de: "Eingelöst" },
        "released" => Text { en: "Free again", de: "Wieder frei" },
        "refund" => Text { en: "Given back", de: "Erstattet" },
        "dispute" => Text { en: "Taken back by a bank", de: "Von einer Bank zurückgebucht" },
        _ => Text { en: "By the shop", de: "Vom Shop" },
    }
}
