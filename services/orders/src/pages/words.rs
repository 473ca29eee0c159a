//! The words of papers in each language, and how money, rates and days are written in it.

use bodega_kernel::{Money, Time};
use serde::Deserialize;
use utoipa::ToSchema;

/// Keeps an amount and its currency on one line.
const NBSP: char = '\u{a0}';

/// A language that papers are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Language {
    /// English.
    En,
    /// German.
    De,
}

/// The words of papers.
pub(super) struct Words {
    pub(super) invoice: &'static str,
    pub(super) invoice_number: &'static str,
    pub(super) invoice_date: &'static str,
    pub(super) credit_note: &'static str,
    pub(super) credit_note_number: &'static str,
    pub(super) credit_note_date: &'static str,
    pub(super) for_invoice: &'static str,
    pub(super) dated: &'static str,
    pub(super) packing_slip: &'static str,
    pub(super) order_number: &'static str,
    pub(super) order_date: &'static str,
    pub(super) payment: &'static str,
    pub(super) shipping: &'static str,
    pub(super) bill_to: &'static str,
    pub(super) ship_to: &'static str,
    pub(super) item: &'static str,
    pub(super) sku: &'static str,
    pub(super) quantity: &'static str,
    pub(super) pieces: &'static str,
    pub(super) unit_price: &'static str,
    pub(super) tax: &'static str,
    pub(super) amount: &'static str,
    pub(super) discount: &'static str,
    pub(super) subtotal: &'static str,
    pub(super) total: &'static str,
    pub(super) refund_for: &'static str,
    pub(super) credited: &'static str,
    pub(super) paid_by: &'static str,
    pub(super) gift_card: &'static str,
    pub(super) store_credit: &'static str,
    pub(super) tax_rate: &'static str,
    pub(super) net: &'static str,
    pub(super) gross: &'static str,
    pub(super) tax_included: &'static str,
    pub(super) tax_number: &'static str,
    pub(super) terms_accepted: &'static str,
    pub(super) page: &'static str,
    pub(super) of: &'static str,
}

const ENGLISH: Words = Words {
    invoice: "Invoice",
    invoice_number: "Invoice number",
    invoice_date: "Invoice date",
    credit_note: "Credit note",
    credit_note_number: "Credit note number",
    credit_note_date: "Date",
    for_invoice: "for invoice",
    dated: "of",
    packing_slip: "Packing slip",
    order_number: "Order number",
    order_date: "Order date",
    payment: "Payment",
    shipping: "Shipping",
    bill_to: "Bill to",
    ship_to: "Ship to",
    item: "Item",
    sku: "SKU",
    quantity: "Quantity",
    pieces: "Pieces",
    unit_price: "Unit price",
    tax: "Tax",
    amount: "Amount",
    discount: "Discount",
    subtotal: "Subtotal",
    total: "Total",
    refund_for: "Refund for order",
    credited: "Credited",
    paid_by: "of which by",
    gift_card: "gift card",
    store_credit: "store credit",
    tax_rate: "Tax rate",
    net: "Net",
    gross: "Gross",
    tax_included: "All amounts include tax.",
    tax_number: "VAT no.",
    terms_accepted: "With this order our terms were accepted: version",
    page: "Page",
    of: "of",
};

const GERMAN: Words = Words {
    invoice: "Rechnung",
    invoice_number: "Rechnungsnummer",
    invoice_date: "Rechnungsdatum",
    credit_note: "Gutschrift",
    credit_note_number: "Gutschriftnummer",
    credit_note_date: "Datum",
    for_invoice: "zur Rechnung",
    dated: "vom",
    packing_slip: "Lieferschein",
    order_number: "Bestellnummer",
    order_date: "Bestelldatum",
    payment: "Zahlung",
    shipping: "Versand",
    bill_to: "Rechnung an",
    ship_to: "Lieferung an",
    item: "Artikel",
    sku: "Art.-Nr.",
    quantity: "Menge",
    pieces: "Stück",
    unit_price: "Einzelpreis",
    tax: "USt.",
    amount: "Betrag",
    discount: "Rabatt",
    subtotal: "Zwischensumme",
    total: "Gesamtbetrag",
    refund_for: "Erstattung zur Bestellung",
    credited: "Gutgeschrieben",
    paid_by: "davon mit",
    gift_card: "Geschenkkarte",
    store_credit: "Guthaben",
    tax_rate: "Steuersatz",
    net: "Netto",
    gross: "Brutto",
    tax_included: "Alle Beträge enthalten die Umsatzsteuer.",
    tax_number: "USt-IdNr.",
    terms_accepted: "Mit dieser Bestellung wurden unsere Bedingungen angenommen: Fassung",
    page: "Seite",
    of: "von",
};

const MONTHS: [[&str; 2]; 12] = [
    ["January", "Januar"],
    ["February", "Februar"],
    ["March", "März"],
    ["April", "April"],
    ["May", "Mai"],
    ["June", "Juni"],
    ["July", "Juli"],
    ["August", "August"],
    ["September", "September"],
    ["October", "Oktober"],
    ["November", "November"],
    ["December", "Dezember"],
];

impl Language {
    /// Its ISO 639-1 code.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The first of these that papers are written in; English where there is none.
    pub(crate) fn first_of(tags: &[String]) -> Self {
        let code = |tag: &str| tag.get(..2).map(str::to_ascii_lowercase);
        let of = |tag: &String| [Self::En, Self::De].into_iter().find(|one| code(tag).as_deref() == Some(one.code()));
        tags.iter().find_map(of).unwrap_or(Self::En)
    }

    pub(super) const fn words(self) -> &'static Words {
        match self {
            Self::En => &ENGLISH,
            Self::De => &GERMAN,
        }
    }

    /// An amount without its currency: `1,234.50`, `1.234,50`.
    pub(super) fn digits(self, money: Money) -> String {
        let (separator, point) = match self {
            Self::En => (',', '.'),
            Self::De => ('.', ','),
        };
        let decimals = money.currency.decimals();
        let (unit, amount) = (10_u64.pow(decimals), money.amount.unsigned_abs());
        let whole = (amount / unit).to_string();
        let mut text = String::from(if money.amount < 0 { "\u{2212}" } else { "" });
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                text.push(separator);
            }
            text.push(digit);
        }
        if decimals > 0 {
            text.push(point);
            let fraction = format!("{:0width$}", amount % unit, width = decimals as usize);
            text.push_str(&fraction);
        }
        text
    }

    /// An amount with its currency: `£1,234.50`, `1.234,50 €`.
    pub(super) fn money(self, money: Money) -> String {
        let digits = self.digits(money);
        let code = money.currency.code();
        let (sign, plain) = digits.strip_prefix('\u{2212}').map_or(("", &*digits), |plain| ("\u{2212}", plain));
        match (self, symbol(code)) {
            (Self::En, Some(symbol)) => format!("{sign}{symbol}{plain}"),
            (Self::En, None) => format!("{sign}{code}{NBSP}{plain}"),
            (Self::De, symbol) => format!("{digits}{NBSP}{}", symbol.unwrap_or(code)),
        }
    }

    /// A rate of basis points: `5.5%`, `5,5 %`.
    pub(super) fn rate(self, bp: i64) -> String {
        let cents = format!("{:02}", bp % 100);
        let cents = cents.trim_end_matches('0');
        match (self, cents) {
            (Self::En, "") => format!("{}%", bp / 100),
            (Self::En, cents) => format!("{}.{cents}%", bp / 100),
            (Self::De, "") => format!("{}{NBSP}%", bp / 100),
            (Self::De, cents) => format!("{},{cents}{NBSP}%", bp / 100),
        }
    }

    /// A day, UTC: `3 January 2026`, `3. Januar 2026`.
    pub(super) fn day(self, time: Time) -> String {
        let written = time.to_string();
        let date: Vec<&str> = written.split('T').next().unwrap_or_default().split('-').collect();
        let month = |text: &str| MONTHS.get(text.parse::<usize>().ok()?.checked_sub(1)?);
        match *date.as_slice() {
            [year, number, day] => match month(number) {
                Some([english, german]) => match self {
                    Self::En => format!("{} {english} {year}", day.trim_start_matches('0')),
                    Self::De => format!("{}. {german} {year}", day.trim_start_matches('0')),
                },
                None => written,
            },
            _ => written,
        }
    }

    /// A way to pay, in words where it is known and by its name where not.
    pub(super) fn payment(self, method: &str) -> String {
        let known = match (method, self) {
            ("bank_transfer", Self::En) => Some("Bank transfer"),
            ("bank_transfer", Self::De) => Some("Überweisung"),
            ("cash_on_delivery", Self::En) => Some("Cash on delivery"),
            ("cash_on_delivery", Self::De) => Some("Nachnahme"),
            ("card", Self::En) => Some("Card"),
            ("card", Self::De) => Some("Karte"),
            _ => None,
        };
        known.map_or_else(|| super::plain(&method.replace('_', " ")), str::to_owned)
    }
}

fn symbol(code: &str) -> Option<&'static str> {
    match code {
        "GBP" => Some("£"),
        "EUR" => Some("€"),
        "USD" => Some("$"),
        "JPY" => Some("¥"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::Currency;

    #[test]
    fn money_rates_and_days_are_written_in_the_language() {
        let money = |amount, code: &str| Money::new(amount, Currency::new(code).unwrap());
        let cases = [
            (money(123_450, "GBP"), "£1,234.50", "1.234,50\u{a0}£"),
            (money(-250, "USD"), "\u{2212}$2.50", "\u{2212}2,50\u{a0}$"),
            (money(1_234_567, "JPY"), "¥1,234,567", "1.234.567\u{a0}¥"),
            (money(1_234_567, "KWD"), "KWD\u{a0}1,234.567", "1.234,567\u{a0}KWD"),
            (
                money(i64::MIN, "KRW"),
                "\u{2212}KRW\u{a0}9,223,372,036,854,775,808",
                "\u{2212}9.223.372.036.854.775.808\u{a0}KRW",
            ),
        ];
        for (amount, english, german) in cases {
            assert_eq!((Language::En.money(amount), Language::De.money(amount)), (english.into(), german.into()));
        }
        let rates = [
            (0, "0%", "0\u{a0}%"),
            (2_000, "20%", "20\u{a0}%"),
            (550, "5.5%", "5,5\u{a0}%"),
            (25, "0.25%", "0,25\u{a0}%"),
        ];
        for (bp, english, german) in rates {
            assert_eq!((Language::En.rate(bp), Language::De.rate(bp)), (english.into(), german.into()));
        }
        let day = Time::parse("2026-03-01T23:59:59Z").unwrap();
        assert_eq!((Language::En.day(day), Language::De.day(day)), ("1 March 2026".into(), "1. März 2026".into()));
    }

    #[test]
    fn the_first_language_of_the_shop_that_papers_are_written_in_is_taken() {
        for (tags, language) in
            [(vec!["fr", "de-AT", "en"], Language::De), (vec!["fr"], Language::En), (vec![], Language::En)]
        {
            let tags: Vec<String> = tags.into_iter().map(str::to_owned).collect();
            assert_eq!(Language::first_of(&tags), language, "{tags:?}");
        }
    }
}
