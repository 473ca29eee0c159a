//! Credit notes: what is given back of an invoice, which they name, and the tax in it.

use super::{
    About, Issued, invoice, plain,
    rates::{Given, given_back, of_shares, rates},
    words::Language,
};
use crate::model::shares::Share;
use bodega_kernel::Money;
use bodega_papers::{Align, Column, Paper, Part, Row, Size, Table, Total};

/// A credit note. What gives back all of an invoice repeats its lines, what gives back goods that came back names those;
/// any other part of it stands as one sum.
pub(crate) fn credit_note(about: &About, issued: &Issued, language: Language) -> Paper {
    let words = language.words();
    let number = plain(&issued.paper.number);
    let mut facts =
        vec![(words.credit_note_number, number.clone()), (words.credit_note_date, language.day(issued.paper.issued()))];
    let invoice = issued.invoice.as_ref().map(|invoice| (plain(&invoice.number), language.day(invoice.issued())));
    facts.extend(invoice.iter().map(|(number, _)| (words.invoice_number, number.clone())));
    facts.push((words.order_number, plain(&about.number)));
    let subtitle = invoice
        .map(|(number, day)| format!("{} {number} {} {day}", words.for_invoice, words.dated))
        .unwrap_or_default();
    let amount = issued.paper.amount;
    let given =
        |(amount, shares): &(i64, Vec<Share>)| Given { amount: *amount, known: of_shares(about.basket(), shares) };
    let before: Vec<Given> = issued.credited.iter().map(given).collect();
    let now = given(&(amount, issued.shares.clone()));
    let (rates, is_known) = given_back(&rates(about.basket(), about.priced()), &before, &now);
    let is_whole = issued.credited.is_empty() && amount == about.priced().total;
    let mut parts = if is_whole {
        vec![Part::Table(invoice::lines(about, language)), Part::Totals(invoice::sums(about, language))]
    } else if is_known {
        goods(about, &issued.shares, amount, language)
    } else {
        part_of_it(about, amount, language)
    };
    parts.extend(invoice::summary(about, &rates, language).map(Part::Table));
    let title = format!("{} {number}", words.credit_note);
    Paper { title, subtitle, parts, ..about.paper(language, facts) }
}

/// Goods that came back: how many of which, what is given back for them and the tax in it.
fn goods(about: &About, shares: &[Share], amount: i64, language: Language) -> Vec<Part> {
    let words = language.words();
    let right = |heading: &str| Column { heading: heading.to_owned(), align: Align::Right, grows: false };
    let heading = format!("{} ({})", words.amount, about.basket().currency);
    let table = Table {
        columns: vec![
            Column { heading: words.item.to_owned(), grows: true, ..Column::default() },
            right(words.quantity),
            right(words.tax_rate),
            right(words.tax),
            right(&heading),
        ],
        rows: shares.iter().flat_map(|share| rows_of(about, share, language)).collect(),
        size: Size::Full,
    };
    vec![Part::Table(table), Part::Totals(vec![credited(about, amount, language)])]
}

fn rows_of(about: &About, share: &Share, language: Language) -> Vec<Row> {
    let digits = |amount| language.digits(Money::new(amount, about.basket().currency));
    let row = |name: String, bp: i64| {
        let quantity = share.quantity.to_string();
        Row::Main(vec![name, quantity, language.rate(bp), digits(share.tax), digits(share.amount)])
    };
    if let Some(line) = share.line {
        let Some(item) = about.basket().lines.get(line) else { return Vec::new() };
        return vec![row(plain(&item.name), item.tax_rate_bp), Row::Detail(vec![plain(item.sku.as_str())])];
    }
    let name = |name: &str| format!("{} ({})", language.words().shipping, plain(name));
    let shipping = about.basket().shipping.as_ref();
    shipping.map(|shipping| row(name(&shipping.name), shipping.tax_rate_bp)).into_iter().collect()
}

fn credited(about: &About, amount: i64, language: Language) -> Total {
    let money = Money::new(amount, about.basket().currency);
    Total { label: language.words().credited.to_owned(), value: language.money(money), is_strong: true }
}

fn part_of_it(about: &About, amount: i64, language: Language) -> Vec<Part> {
    let words = language.words();
    let money = Money::new(amount, about.basket().currency);
    let heading = format!("{} ({})", words.amount, about.basket().currency);
    let what = format!("{} {}", words.refund_for, plain(&about.number));
    let table = Table {
        columns: vec![
            Column { heading: words.item.to_owned(), grows: true, ..Column::default() },
            Column { heading, align: Align::Right, grows: false },
        ],
        rows: vec![Row::Main(vec![what, language.digits(money)])],
        size: Size::Full,
    };
    vec![Part::Table(table), Part::Totals(vec![credited(about, amount, language)])]
}
