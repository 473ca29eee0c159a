//! Packing slips: what goes into the parcel and where it goes, without a price.

use super::{About, lines_of, plain, words::Language};
use bodega_papers::{Align, Block, Column, Paper, Part, Row, Size, Table, Total};

/// The packing slip of all lines of an order.
pub(crate) fn packing_slip(about: &About, language: Language) -> Paper {
    let words = language.words();
    let number = plain(&about.number);
    let mut facts = vec![(words.order_number, number.clone()), (words.order_date, language.day(about.placed))];
    facts.extend(about.basket().shipping.as_ref().map(|shipping| (words.shipping, plain(&shipping.name))));
    let address = about.bought.shipping_address.as_ref().or(about.bought.billing_address.as_ref());
    let block = |address| Block { heading: words.ship_to.to_owned(), lines: lines_of(address, language) };
    let lines = &about.basket().lines;
    let row = |item: &bodega_pricing::Item| {
        Row::Main(vec![plain(item.sku.as_str()), plain(&item.name), item.quantity.to_string()])
    };
    let table = Table {
        columns: vec![
            Column { heading: words.sku.to_owned(), ..Column::default() },
            Column { heading: words.item.to_owned(), grows: true, ..Column::default() },
            Column { heading: words.quantity.to_owned(), align: Align::Right, grows: false },
        ],
        rows: lines.iter().map(row).collect(),
        size: Size::Full,
    };
    let pieces: i64 = lines.iter().map(|item| item.quantity).sum();
    let total = Total { label: words.pieces.to_owned(), value: pieces.to_string(), is_strong: true };
    Paper {
        title: format!("{} {number}", words.packing_slip),
        blocks: address.map(block).into_iter().collect(),
        parts: vec![Part::Table(table), Part::Totals(vec![total])],
        ..about.paper(language, facts)
    }
}
