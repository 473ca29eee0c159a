//! Invoices: every line with what was taken off it, what it all comes to, and the tax by rate.

use super::{
    About, Issued, plain,
    rates::{Rate, rates},
    words::{Language, Words},
};
use bodega_contracts::TenderKind;
use bodega_kernel::Money;
use bodega_papers::{Align, Column, Note, Paper, Part, Row, Size, Table, Total};
use bodega_pricing::{Applied, PricedLine};

/// Discounts of a line that are named; where it has more, they stand there as one.
const NAMED: usize = 4;

/// The invoice of an order.
pub(crate) fn invoice(about: &About, issued: &Issued, language: Language) -> Paper {
    let words = language.words();
    let facts = vec![
        (words.invoice_number, plain(&issued.paper.number)),
        (words.invoice_date, language.day(issued.paper.issued())),
        (words.order_number, plain(&about.number)),
        (words.order_date, language.day(about.placed)),
        (words.payment, language.payment(&about.payment_method)),
    ];
    let mut sums = sums(about, language);
    sums.extend(tenders(about, language));
    let mut parts = vec![Part::Table(lines(about, language)), Part::Totals(sums)];
    parts.extend(summary(about, &rates(about.basket(), about.priced()), language).map(Part::Table));
    parts.extend(note(about, words).map(Part::Note));
    let title = format!("{} {}", words.invoice, plain(&issued.paper.number));
    Paper { title, parts, ..about.paper(language, facts) }
}

/// All lines of an order, with their discounts under them.
pub(super) fn lines(about: &About, language: Language) -> Table {
    let words = language.words();
    let rows = about.basket().lines.iter().zip(&about.priced().lines);
    let rows = rows.flat_map(|(item, line)| rows_of(about, line, item.tax_rate_bp, language));
    let right = |heading: &str| Column { heading: heading.to_owned(), align: Align::Right, grows: false };
    let amount = format!("{} ({})", words.amount, about.basket().currency);
    Table {
        columns: vec![
            Column { heading: words.item.to_owned(), grows: true, ..Column::default() },
            right(words.quantity),
            right(words.unit_price),
            right(words.tax),
            right(&amount),
        ],
        rows: rows.collect(),
        size: Size::Full,
    }
}

fn rows_of(about: &About, line: &PricedLine, rate_bp: i64, language: Language) -> Vec<Row> {
    let digits = |amount| language.digits(Money::new(amount, about.basket().currency));
    let main = vec![
        plain(&line.name),
        line.quantity.to_string(),
        digits(line.unit_price),
        language.rate(rate_bp),
        digits(line.subtotal),
    ];
    let mut rows = vec![Row::Main(main), Row::Detail(vec![plain(line.sku.as_str())])];
    let off = |label: &str, amount: i64| {
        let nothing = String::new();
        Row::Detail(vec![plain(label), nothing.clone(), nothing.clone(), nothing, digits(-amount)])
    };
    if line.discounts.len() > NAMED {
        let all = line.discounts.iter().map(|applied| applied.amount).sum();
        rows.push(off(language.words().discount, all));
    } else {
        rows.extend(line.discounts.iter().map(|Applied { label, amount }| off(label, *amount)));
    }
    rows
}

/// From the lines to the total.
pub(super) fn sums(about: &About, language: Language) -> Vec<Total> {
    let (words, basket, priced) = (language.words(), about.basket(), about.priced());
    let sum = |label: String, amount| Total {
        label,
        value: language.money(Money::new(amount, basket.currency)),
        is_strong: false,
    };
    let mut sums = vec![sum(words.subtotal.to_owned(), priced.subtotal)];
    if priced.discount != 0 {
        sums.push(sum(words.discount.to_owned(), -priced.discount));
    }
    if let Some(shipping) = &basket.shipping {
        sums.push(sum(format!("{} ({})", words.shipping, plain(&shipping.name)), priced.shipping));
    }
    if !basket.prices_include_tax {
        let taxed = rates(basket, priced).into_iter().filter(|rate| rate.tax != 0);
        sums.extend(taxed.map(|rate| sum(format!("{} {}", words.tax, language.rate(rate.bp)), rate.tax)));
    }
    sums.push(Total { is_strong: true, ..sum(words.total.to_owned(), priced.total) });
    sums
}

/// What of the total was paid by other means than the payment method.
fn tenders(about: &About, language: Language) -> impl Iterator<Item = Total> {
    let words = language.words();
    let currency = about.basket().currency;
    about.bought.tenders.iter().map(move |tender| {
        let kind = match tender.kind {
            TenderKind::GiftCard => words.gift_card,
            TenderKind::StoreCredit => words.store_credit,
        };
        let label = plain(&format!("{} {kind} {}", words.paid_by, tender.label));
        Total { label, value: language.money(Money::new(tender.amount, currency)), is_strong: false }
    })
}

/// Net, tax and gross by rate; nothing where nothing was charged.
pub(super) fn summary(about: &About, rates: &[Rate], language: Language) -> Option<Table> {
    let words = language.words();
    let digits = |amount| language.digits(Money::new(amount, about.basket().currency));
    let row =
        |rate: &Rate| Row::Main(vec![language.rate(rate.bp), digits(rate.net()), digits(rate.tax), digits(rate.gross)]);
    let right = |heading: &str| Column { heading: heading.to_owned(), align: Align::Right, grows: false };
    (!rates.is_empty()).then(|| Table {
        columns: vec![
            Column { heading: words.tax_rate.to_owned(), grows: true, ..Column::default() },
            right(words.net),
            right(words.tax),
            right(words.gross),
        ],
        rows: rates.iter().map(row).collect(),
        size: Size::Small,
    })
}

fn note(about: &About, words: &Words) -> Option<Note> {
    let included =
        (about.basket().prices_include_tax && about.priced().tax != 0).then(|| words.tax_included.to_owned());
    let terms = about.bought.terms.as_ref();
    let terms =
        terms.map(|terms| format!("{} {} (SHA-256 {}).", words.terms_accepted, terms.version, plain(&terms.digest)));
    let text = included.into_iter().chain(terms).collect::<Vec<_>>().join("\n");
    (!text.is_empty()).then_some(Note { text, ..Note::default() })
}
