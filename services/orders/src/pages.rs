//! What stands on the papers of an order: invoices, credit notes, packing slips. Pure: facts in, a described paper out.
//!
//! A paper adds up: lines − discounts + shipping (+ tax, where prices exclude it) is its total, and so are the sums by tax
//! rate. Whoever changes a word here changes no paper that was read before: those are kept as bytes.

mod countries;
mod credit;
mod invoice;
mod rates;
mod slip;
mod words;

pub(crate) use credit::credit_note;
pub(crate) use invoice::invoice;
pub(crate) use slip::packing_slip;
pub(crate) use words::Language;

use crate::{
    model::shares::Share,
    store::{PaperRow, Snapshot},
};
use bodega_contracts::{Address, catalog::Shop};
use bodega_kernel::Time;
use bodega_papers::{Block, Fact, Footer, Paper};
use bodega_pricing::{Basket, Priced};
use words::Words;

/// The most characters of a name, a label or a line of an address.
const MAX_CHARS: usize = 300;
/// Countries that write the town before the postal code.
const TOWN_FIRST: [&str; 8] = ["AU", "CA", "GB", "IE", "IN", "NZ", "SG", "US"];

/// What a paper is about.
#[derive(Clone, Debug)]
pub(crate) struct About {
    /// Who sells.
    pub(crate) shop: Shop,
    /// Of the order.
    pub(crate) number: String,
    /// When the order was placed.
    pub(crate) placed: Time,
    pub(crate) payment_method: String,
    pub(crate) bought: Snapshot,
}

/// A numbered paper and those before it.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub(crate) paper: PaperRow,
    /// The order's invoice.
    pub(crate) invoice: Option<PaperRow>,
    /// What it gives back of which line; empty where it stands as one sum.
    pub(crate) shares: Vec<Share>,
    /// The credit notes before this one: how much, and of which line.
    pub(crate) credited: Vec<(i64, Vec<Share>)>,
}

impl About {
    fn basket(&self) -> &Basket {
        &self.bought.basket
    }

    fn priced(&self) -> &Priced {
        &self.bought.priced
    }

    /// All but its title and its parts.
    fn paper(&self, language: Language, facts: Vec<(&str, String)>) -> Paper {
        let words = language.words();
        let shop = plain(&self.shop.name);
        let mut lines = self.shop.address.as_ref().map(|address| lines_of(address, language)).unwrap_or_default();
        lines.retain(|line| *line != shop);
        let tax_number =
            self.shop.tax_number.as_deref().map(|number| format!("{} {}", words.tax_number, plain(number)));
        let contact: Vec<String> = self.shop.email.as_deref().map(plain).into_iter().chain(tax_number).collect();
        let whole = [vec![shop.clone()], lines.clone()].concat().join(" · ");
        Paper {
            language: language.code().to_owned(),
            issuer: shop,
            issuer_lines: [lines, contact.clone()].concat(),
            blocks: self.blocks(language, words),
            facts: facts.into_iter().map(|(label, value)| Fact { label: label.to_owned(), value }).collect(),
            footer: Footer {
                lines: [whole, contact.join(" · ")].into_iter().filter(|line| !line.is_empty()).collect(),
                page: words.page.to_owned(),
                of: words.of.to_owned(),
            },
            ..Paper::default()
        }
    }

    /// Who pays, and where it is sent if that is elsewhere.
    fn blocks(&self, language: Language, words: &Words) -> Vec<Block> {
        let (billing, shipping) = (self.bought.billing_address.as_ref(), self.bought.shipping_address.as_ref());
        let block = |heading: &str, address| Block { heading: heading.to_owned(), lines: lines_of(address, language) };
        let payer = billing.or(shipping).map(|address| block(words.bill_to, address));
        let receiver = shipping.filter(|address| billing.is_some_and(|billing| billing != *address));
        payer.into_iter().chain(receiver.map(|address| block(words.ship_to, address))).collect()
    }
}

/// An address as it is written on a letter.
fn lines_of(address: &Address, language: Language) -> Vec<String> {
    let (city, code) = (&address.city, &address.postal_code);
    let town = if TOWN_FIRST.contains(&address.country.as_str()) {
        format!("{city} {code}")
    } else {
        format!("{code} {city}")
    };
    let country = countries::name(&address.country, language).unwrap_or(&address.country).to_owned();
    let parts =
        [Some(&address.name), Some(&address.line1), address.line2.as_ref(), Some(&town), address.region.as_ref()];
    let lines = parts.into_iter().flatten().chain([&country]);
    lines.map(|line| plain(line)).filter(|line| !line.is_empty()).collect()
}

/// A text on one line, cut where it is long: names come from people.
fn plain(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let text = text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
