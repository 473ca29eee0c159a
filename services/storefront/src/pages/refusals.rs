//! What the API refuses, in the words of the shop and in the visitor's language.

use bodega_pages::{Fault, FieldFault, Text, Visit};

/// The same fault with words that a shopper reads.
pub(crate) fn told(visit: &Visit, fault: &Fault) -> Fault {
    let errors = fault.errors.iter().map(|field| FieldFault {
        pointer: field.pointer.clone(),
        detail: visit.say(of_field(&field.pointer, &field.detail)).to_owned(),
    });
    Fault { detail: Some(detail(visit, fault)), errors: errors.collect(), ..fault.clone() }
}

/// The fault in a sentence or two.
pub(crate) fn detail(visit: &Visit, fault: &Fault) -> String {
    if let Some(seconds) = fault.retry_after_s.filter(|_| fault.status == 429 || fault.status == 503) {
        return wait(visit, fault.status, seconds);
    }
    let known = of_code(&fault.code, fault.status);
    visit.say(known.unwrap_or_else(|| of_status(fault.status))).to_owned()
}

fn wait(visit: &Visit, status: u16, seconds: u32) -> String {
    const OFTEN: Text = Text { en: "That was too often in a short time.", de: "Das war zu oft in kurzer Zeit." };
    const BUSY: Text = Text { en: "The shop is very busy right now.", de: "Im Shop ist gerade sehr viel los." };
    const AGAIN: Text = Text { en: "Please try again in", de: "Bitte versuchen Sie es wieder in" };
    const MINUTES: Text = Text { en: "minutes", de: "Minuten" };
    const SECONDS: Text = Text { en: "seconds", de: "Sekunden" };
    let why = visit.say(if status == 429 { OFTEN } else { BUSY });
    let (number, unit) = if seconds > 120 { (seconds.div_ceil(60), MINUTES) } else { (seconds.max(1), SECONDS) };
    let unit = match (number, unit) {
        (1, _) => visit.say(Text { en: "second", de: "Sekunde" }),
        (_, unit) => visit.say(unit),
    };
    format!("{why} {} {number} {unit}.", visit.say(AGAIN))
}

fn of_status(status: u16) -> Text {
    match status {
        404 => Text { en: "It is not there, or not there any more.", de: "Das gibt es nicht oder nicht mehr." },
        401 => Text { en: "Please log in first.", de: "Bitte melden Sie sich zuerst an." },
        403 => Text { en: "You may not do that.", de: "Das ist Ihnen nicht erlaubt." },
        409 | 412 => Text {
            en: "It changed in the meantime. Please look at it again.",
            de: "Es hat sich inzwischen geändert. Bitte sehen Sie es sich noch einmal an.",
        },
        413 => Text { en: "That is too large.", de: "Das ist zu groß." },
        400 | 422 => Text { en: "Please check what you entered.", de: "Bitte prüfen Sie Ihre Angaben." },
        429 => Text { en: "That was too often in a short time.", de: "Das war zu oft in kurzer Zeit." },
        _ => Text {
            en: "This does not work right now. Please try again in a moment.",
            de: "Das geht gerade nicht. Bitte versuchen Sie es gleich noch einmal.",
        },
    }
}

fn of_code(code: &str, status: u16) -> Option<Text> {
    of_account(code).or_else(|| of_order(code)).or_else(|| of_payment(code, status))
}

fn of_account(code: &str) -> Option<Text> {
    Some(match code {
        "invalid_credentials" => Text {
            en: "The e-mail address or the password is wrong.",
            de: "Die E-Mail-Adresse oder das Passwort stimmt nicht.",
        },
        "link_over" => Text {
            en: "This link was used already or is over. Please ask for a new one.",
            de: "Dieser Link wurde schon benutzt oder ist abgelaufen. Bitte fordern Sie einen neuen an.",
        },
        "wrong_password" => Text { en: "This is not your password.", de: "Das ist nicht Ihr Passwort." },
        "email_taken" => Text {
            en: "Another account has this address by now.",
            de: "Ein anderes Konto hat diese Adresse inzwischen.",
        },
        "too_many_addresses" => Text {
            en: "Your address book is full. Please delete an address first.",
            de: "Ihr Adressbuch ist voll. Bitte löschen Sie zuerst eine Adresse.",
        },
        "sent_from_another_site" => Text {
            en: "This form was not sent from our shop. Please open the page again.",
            de: "Dieses Formular kam nicht von unserem Shop. Bitte öffnen Sie die Seite noch einmal.",
        },
        _ => return None,
    })
}

fn of_order(code: &str) -> Option<Text> {
    Some(match code {
        "order_not_ready" => Text {
            en: "Your order was placed just now. Please try again in a moment.",
            de: "Ihre Bestellung ist gerade erst eingegangen. Bitte versuchen Sie es gleich noch einmal.",
        },
        "order_has_left" => Text {
            en: "Some of the order has left already. You can send it back when it has arrived.",
            de: "Ein Teil ist schon unterwegs. Sie können ihn nach der Ankunft zurückschicken.",
        },
        "order_is_over" => Text {
            en: "The order is completed or cancelled; nothing can be changed any more.",
            de: "Die Bestellung ist abgeschlossen oder storniert und lässt sich nicht mehr ändern.",
        },
        "order_is_not_sent" => Text {
            en: "This order is not sent, so it has no address.",
            de: "Diese Bestellung wird nicht verschickt und hat daher keine Adresse.",
        },
        "country_differs" => Text {
            en: "The country cannot be changed: taxes and shipping were reckoned for it.",
            de: "Das Land lässt sich nicht ändern: Steuern und Versand wurden dafür berechnet.",
        },
        "nothing_to_return" => Text {
            en: "Nothing of the order has left yet, so nothing can come back.",
            de: "Noch ist nichts unterwegs, also kann nichts zurückkommen.",
        },
        "return_window_over" => Text {
            en: "The time to send it back is over. Please write to us.",
            de: "Die Frist für die Rückgabe ist vorbei. Bitte schreiben Sie uns.",
        },
        "too_many_returns" => Text {
            en: "This order has very many returns. Please write to us.",
            de: "Zu dieser Bestellung gibt es schon sehr viele Rücksendungen. Bitte schreiben Sie uns.",
        },
        "exceeds_returnable" => Text {
            en: "Fewer pieces can come back than you chose.",
            de: "Es können weniger Stück zurückkommen, als Sie gewählt haben.",
        },
        _ => return None,
    })
}

fn of_payment(code: &str, status: u16) -> Option<Text> {
    Some(match code {
        "already_paid" => Text { en: "The order is paid already.", de: "Die Bestellung ist schon bezahlt." },
        "order_not_payable" => Text {
            en: "The order cannot be paid: it is not due yet, or not any more.",
            de: "Die Bestellung kann nicht bezahlt werden: noch nicht oder nicht mehr.",
        },
        "attempt_open" => Text {
            en: "The last payment is still under way. Please wait a moment.",
            de: "Die letzte Zahlung läuft noch. Bitte warten Sie einen Moment.",
        },
        "too_many_attempts" if status == 409 => Text {
            en: "There were too many attempts to pay this order. Please write to us.",
            de: "Es gab zu viele Zahlungsversuche. Bitte schreiben Sie uns.",
        },
        _ => return None,
    })
}

fn of_field(pointer: &str, detail: &str) -> Text {
    match detail {
        "has fewer than 15 characters" => {
            Text { en: "The password has fewer than 15 characters.", de: "Das Passwort hat weniger als 15 Zeichen." }
        }
        "has more than 128 characters" => {
            Text { en: "The password has more than 128 characters.", de: "Das Passwort hat mehr als 128 Zeichen." }
        }
        "is too easy to guess" => Text {
            en: "This password is too easy to guess. Several words that do not belong together are good ones.",
            de: "Dieses Passwort ist zu leicht zu erraten. Gut sind mehrere Wörter, die nicht zusammengehören.",
        },
        _ => of_pointer(pointer),
    }
}

fn of_pointer(pointer: &str) -> Text {
    match pointer {
        "/email" => Text { en: "Please enter an e-mail address.", de: "Bitte geben Sie eine E-Mail-Adresse an." },
        "/old_password" | "/password" => Text { en: "This is not your password.", de: "Das ist nicht Ihr Passwort." },
        "/token" => Text { en: "The link is not good any more.", de: "Der Link gilt nicht mehr." },
        "/name" => Text { en: "Please enter a name.", de: "Bitte geben Sie einen Namen an." },
        "/line1" => Text { en: "Please enter street and number.", de: "Bitte geben Sie Straße und Hausnummer an." },
        "/city" => Text { en: "Please enter a town.", de: "Bitte geben Sie einen Ort an." },
        "/postal_code" => Text { en: "Please enter a postal code.", de: "Bitte geben Sie eine Postleitzahl an." },
        "/country" => Text { en: "Please choose the country.", de: "Bitte wählen Sie das Land." },
        "/phone" => Text { en: "This is no telephone number.", de: "Das ist keine Telefonnummer." },
        "/birthday" => {
            Text { en: "Please enter a day of the past.", de: "Bitte geben Sie einen Tag der Vergangenheit an." }
        }
        "/reason" => Text {
            en: "Please say why, in at most 500 characters.",
            de: "Bitte sagen Sie kurz, warum (höchstens 500 Zeichen).",
        },
        "/lines" => Text {
            en: "Please choose what you want to send back.",
            de: "Bitte wählen Sie, was Sie zurückschicken möchten.",
        },
        "/payment_method" => Text { en: "Please choose how to pay.", de: "Bitte wählen Sie eine Zahlungsart." },
        _ => Text { en: "Please check this.", de: "Bitte prüfen Sie diese Angabe." },
    }
}
