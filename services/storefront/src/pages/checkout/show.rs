//! The checkout as it is shown.

use super::{
    Desk, fields,
    place::in_view,
    typed::{BILLING, needs_address},
};
use crate::{
    clients,
    pages::{
        cart::{changes, totals},
        frame::framed_below,
        ways,
    },
    views::Looks,
};
use bodega_pages::{
    Document, Lang, Page, Text, Visit,
    parts::{self, Field, GoodsLine},
};
use futures_util::future::join;
use maud::{Markup, html};

const TITLE: Text = Text { en: "Checkout", de: "Kasse" };

impl Desk {
    pub(super) async fn page(&self, visit: &Visit) -> Page {
        let looks = clients::looks(visit, self.cart.lines.iter().map(|line| line.sku.as_str()));
        let (looks, categories) = join(looks, clients::categories(visit)).await;
        let main = html! {
            h1 { (visit.say(TITLE)) }
            div id="checkout-page" {
                div.stack {
                    div.stack id="news" {
                        @for (mood, text) in &self.notices {
                            // Takes the focus where the page is put in place by a script.
                            div class={ "notice " (mood.class()) } role="alert" tabindex="-1" { p { (text) } }
                        }
                        (changes(visit, &self.cart))
                    }
                    (self.form(visit, &looks))
                }
            }
        };
        let title = format!("{} – {}", visit.say(TITLE), visit.shop());
        framed_below(visit, &categories, Document { title, ..Document::default() }, &main)
    }

    fn form(&self, visit: &Visit, looks: &Looks) -> Markup {
        const BILL: Text = Text { en: "Send the bill to another address", de: "Rechnung an eine andere Adresse" };
        const SAME: Text = Text {
            en: "Leave these empty where the bill goes to the delivery address.",
            de: "Lassen Sie die Felder leer, wenn die Rechnung an die Lieferadresse geht.",
        };
        let typed = &self.typed;
        html! {
            // The first button is the one that Enter presses: it orders nothing.
            form id="checkout" method="post" action=(visit.link("/checkout")) novalidate data-swap="checkout-page" {
                button.unseen id="update" type="submit" name="do" value="update" formnovalidate tabindex="-1" aria-hidden="true"
                    data-swap="ways summary news address" { (visit.say(TITLE)) }
                (parts::hidden("key", &typed.key))
                div.split {
                    div.stack {
                        (self.contact(visit))
                        (self.address(visit))
                        details.panel id="billing" open[typed.has_billing()] {
                            summary { (visit.say(BILL)) }
                            p.field-hint { (visit.say(SAME)) }
                            (fields::address(visit, BILLING, &typed.billing, &self.wrong))
                        }
                        (fields::ways(visit, self))
                        (fields::paying(visit, self))
                    }
                    (self.summary(visit, looks))
                }
            }
        }
    }

    /// Where parcels go; nothing where there is no parcel.
    fn address(&self, visit: &Visit) -> Markup {
        const ADDRESS: Text = Text { en: "Delivery address", de: "Lieferadresse" };
        const SAVE: Text =
            Text { en: "Keep this address in my address book", de: "Diese Adresse in meinem Adressbuch behalten" };
        html! {
            div id="address" {
                @if needs_address(&self.cart) {
                    (parts::card(visit.say(ADDRESS), &html! {
                        (fields::book(visit, &self.account))
                        (fields::address(visit, "", &self.typed.shipping, &self.wrong))
                        @if self.account.is_known { (parts::check("save_address", visit.say(SAVE), self.typed.keeps)) }
                    }))
                }
            }
        }
    }

    fn contact(&self, visit: &Visit) -> Markup {
        const CONTACT: Text = Text { en: "Contact", de: "Kontakt" };
        const EMAIL: Text = Text { en: "E-mail", de: "E-Mail" };
        const HINT: Text = Text {
            en: "For the confirmation and news of your parcel",
            de: "Für die Bestätigung und Nachrichten zu Ihrem Paket",
        };
        const LOG_IN: Text = Text { en: "Have an account? Log in", de: "Sie haben ein Konto? Anmelden" };
        let here = visit.link("/checkout");
        parts::card(
            visit.say(CONTACT),
            &html! {
                (parts::field(&Field {
                    name: "email", label: visit.say(EMAIL), kind: "email", value: &self.typed.email, hint: visit.say(HINT),
                    error: self.wrong.at("email"), required: true, autocomplete: "email", inputmode: "email", max: Some(254),
                }))
                @if !self.account.is_known { p.small { a href=(ways::log_in_first(visit, &here)) { (visit.say(LOG_IN)) } } }
            },
        )
    }

    fn summary(&self, visit: &Visit, looks: &Looks) -> Markup {
        const SUM: Text = Text { en: "Your order", de: "Ihre Bestellung" };
        const EDIT: Text = Text { en: "Change the cart", de: "Warenkorb ändern" };
        let line = |line: &'_ crate::views::Line| format!("{} × {}", line.quantity, visit.money(line.unit_price));
        let lines: Vec<GoodsLine<'_>> = self
            .cart
            .lines
            .iter()
            .map(|of| GoodsLine {
                name: &of.name,
                picture: looks.picture(&of.sku),
                notes: vec![line(of)],
                price: visit.money(of.total),
                ..GoodsLine::default()
            })
            .collect();
        html! {
            aside id="summary" aria-label=(visit.say(SUM)) {
                (parts::card(visit.say(SUM), &html! {
                    (parts::goods_lines(&lines))
                    p.small { a href=(visit.link("/cart")) { (visit.say(EDIT)) } }
                    (totals(visit, &self.cart))
                    (parts::hidden("total", &in_view(&self.cart)))
                    (self.terms(visit))
                    (self.buy(visit))
                }))
            }
        }
    }

    /// The button that orders: German law names its words.
    fn buy(&self, visit: &Visit) -> Markup {
        const ORDER: Text = Text { en: "Place order", de: "Zahlungspflichtig bestellen" };
        let due = self.cart.due;
        let text = match visit.lang() {
            Lang::En if due.amount > 0 => format!("Order and pay {}", visit.money(due)),
            Lang::En | Lang::De => visit.say(ORDER).to_owned(),
        };
        html! {
            button.button.is-wide id="place-order" type="submit" name="do" value="order" { (text) }
        }
    }

    fn terms(&self, visit: &Visit) -> Markup {
        const ACCEPT: Text = Text { en: "I accept the", de: "Ich stimme den" };
        const TERMS: Text = Text { en: "terms", de: "AGB" };
        const AND: Text = Text { en: "and have read about", de: "zu und habe die Hinweise gelesen zu" };
        const PRIVACY: Text = Text { en: "privacy", de: "Datenschutz" };
        const RETURNS: Text = Text { en: "withdrawal", de: "Widerruf" };
        let Some(version) = self.cart.terms_version else { return html! {} };
        let error = self.wrong.at("terms");
        let link = |name: &str, text: Text| html! { a href=(visit.link(&format!("/legal/{name}"))) target="_blank" { (visit.say(text)) } };
        html! {
            (parts::hidden("terms_version", &version.to_string()))
            div.stack.is-tight {
                label.check {
                    input id="terms" type="checkbox" name="terms" value="yes" required checked[self.typed.accepts]
                        aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| "terms-error")];
                    span {
                        (visit.say(ACCEPT)) " " (link("terms", TERMS)) " " (visit.say(AND)) " "
                        (link("privacy", PRIVACY)) ", " (link("withdrawal", RETURNS)) "."
                    }
                }
                @if let Some(error) = error { p.field-error id="terms-error" { (error) } }
            }
        }
    }
}
