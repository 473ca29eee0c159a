//! Credit notes: what is given back of an invoice, which they name, and the tax in it.

use super::{
    About, Issued, invoice, plain,
    rates::{given_back, rates},
    words::Language,
};
use bodega_kernel::Money;
use bodega_papers::{Align, Column, Paper, Part, Row, Size, Table, Total};

/// A credit note. What gives back all of an invoice repeats its lines; a part of it stands as one.
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
    let is_whole = issued.credited.is_empty() && amount == about.priced().total;
    let mut parts = if is_whole {
        vec![Part::Table(invoice::lines(about, language)), Part::Totals(invoice::sums(about, language))]
    } else {
        part_of_it(about, amount, language)
    };
    let whole = rates(about.basket(), about.priced());
    let rates = given_back(&whole, &issued.credited, amount);
    parts.extend(invoice::summary(about, &rates, language).map(Part::Table));
    let title = format!("{} {number}", words.credit_note);
    Paper { title, subtitle, parts, ..about.paper(language, facts) }
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
    let total = Total { label: words.credited.to_owned(), value: language.money(money), is_strong: true };
    vec![Part::Table(table), Part::Totals(vec![total])]
}
