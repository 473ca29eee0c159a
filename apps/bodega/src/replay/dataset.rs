//! Reads the "Online Retail" invoices: what a shop sold, to whom, and so what it must have had.
//!
//! Pure: a folder of CSV files in, products and invoices out. Only sales count: no cancellation (a number that
//! starts with `C`), no quantity or price of zero or less. Data that is no such file is an error with its line.

mod modal;
mod sample;
#[cfg(test)]
mod tests;

pub use sample::write_sample;

use anyhow::{Context, bail};
use bodega_kernel::{Currency, Money, Sku};
use modal::Modal;
use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
};

/// Pieces of a stocked product beyond what the files sell.
pub const SPARE_PIECES: i64 = 10;
/// Codes that are no goods: postage, charges, manual entries.
pub const NOT_STOCKED: [&str; 6] = ["POST", "DOT", "M", "C2", "AMAZONFEE", "BANK CHARGES"];

/// Everything the files sell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// One for each stock code, by code.
    pub products: Vec<RetailProduct>,
    /// In the order of the files.
    pub invoices: Vec<Invoice>,
}

/// A stock code and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetailProduct {
    /// The stock code; some differ only by case.
    pub sku: Sku,
    /// Its most frequent description, or the code where it has none.
    pub name: String,
    /// Its most frequent unit price in pence, the lowest on a tie.
    pub price: i64,
    /// Whether it is goods.
    pub stocked: bool,
    /// Pieces to take into stock: what the files sell and [`SPARE_PIECES`], 0 where not stocked.
    pub receive: i64,
}

/// One sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// Unique.
    pub number: String,
    /// The customer's number; none for a guest.
    pub customer: Option<String>,
    /// The country's English name.
    pub country: String,
    /// When, as written: `2010-12-01 08:26:00`, local time.
    pub at: String,
    /// In the order of the file; a code may stand there twice.
    pub lines: Vec<Line>,
}

/// So many of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The stock code.
    pub sku: Sku,
    /// Pieces, at least 1.
    pub quantity: i64,
    /// The unit price on this invoice in pence, which may differ from the product's.
    pub price: i64,
}

/// What the invoices add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Pieces of all products.
    pub units: i64,
    /// Pieces of stocked products.
    pub stocked_units: i64,
    /// Pence, at the products' prices.
    pub revenue: i64,
    /// Pence, at the prices on the invoices.
    pub invoiced: i64,
}

impl Dataset {
    /// Adds up every line.
    pub fn totals(&self) -> Totals {
        let products: HashMap<&Sku, &RetailProduct> =
            self.products.iter().map(|product| (&product.sku, product)).collect();
        let mut totals = Totals { units: 0, stocked_units: 0, revenue: 0, invoiced: 0 };
        for line in self.invoices.iter().flat_map(|invoice| &invoice.lines) {
            let product = products.get(&line.sku);
            totals.units += line.quantity;
            totals.stocked_units += product.map_or(0, |product| if product.stocked { line.quantity } else { 0 });
            totals.revenue += product.map_or(0, |product| product.price * line.quantity);
            totals.invoiced += line.price * line.quantity;
        }
        totals
    }
}

/// Reads every CSV file of `dir`, by name.
pub fn read(dir: &Path) -> anyhow::Result<Dataset> {
    let mut reading = Reading::default();
    for file in files(dir)? {
        let mut reader = csv::Reader::from_path(&file).with_context(|| format!("reading {}", file.display()))?;
        let columns = Columns::of(reader.headers()?).with_context(|| format!("in {}", file.display()))?;
        for record in reader.records() {
            let record = record.with_context(|| format!("in {}", file.display()))?;
            let line = record.position().map_or(0, csv::Position::line);
            reading.add(&columns, &record).with_context(|| format!("in {} line {line}", file.display()))?;
        }
    }
    Ok(reading.finish())
}

fn files(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).with_context(|| format!("reading the folder {}", dir.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    let mut files: Vec<_> =
        paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "csv")).collect();
    if files.is_empty() {
        bail!("{} has no CSV file", dir.display());
    }
    files.sort();
    Ok(files)
}

/// Where each column of a file is.
struct Columns {
    invoice: usize,
    code: usize,
    description: usize,
    quantity: usize,
    date: usize,
    price: usize,
    customer: usize,
    country: usize,
}

impl Columns {
    fn of(header: &csv::StringRecord) -> anyhow::Result<Self> {
        let find = |name: &str| {
            let found = header.iter().position(|column| column.trim() == name);
            found.with_context(|| format!("the column {name} is missing"))
        };
        Ok(Self {
            invoice: find("InvoiceNo")?,
            code: find("StockCode")?,
            description: find("Description")?,
            quantity: find("Quantity")?,
            date: find("InvoiceDate")?,
            price: find("UnitPrice")?,
            customer: find("CustomerID")?,
            country: find("Country")?,
        })
    }
}

/// What was seen of a stock code so far.
#[derive(Default)]
struct Seen {
    names: Modal<String>,
    prices: Modal<i64>,
    sold: i64,
}

#[derive(Default)]
struct Reading {
    invoices: Vec<Invoice>,
    by_number: HashMap<String, usize>,
    products: BTreeMap<Sku, Seen>,
}

impl Reading {
    fn add(&mut self, columns: &Columns, record: &csv::StringRecord) -> anyhow::Result<()> {
        let field = |index: usize| record.get(index).unwrap_or("").trim();
        let (number, price) = (field(columns.invoice), field(columns.price));
        let quantity: i64 = field(columns.quantity).parse().context("the quantity is no whole number")?;
        // Bad debt is booked with a negative price, which is no Money.
        if number.starts_with('C') || quantity <= 0 || price.starts_with('-') {
            return Ok(());
        }
        let price = Money::parse(price, Currency::GBP).with_context(|| format!("`{price}` is no price in GBP"))?.amount;
        if price == 0 {
            return Ok(());
        }
        let sku = Sku::new(field(columns.code)).with_context(|| format!("the code `{}`", field(columns.code)))?;
        let seen = self.products.entry(sku.clone()).or_default();
        seen.prices.count(price);
        seen.sold += quantity;
        if !field(columns.description).is_empty() {
            seen.names.count(field(columns.description).to_owned());
        }
        let index = *self.by_number.entry(number.to_owned()).or_insert(self.invoices.len());
        if index == self.invoices.len() {
            // The customers' numbers went through a spreadsheet: 17850.0.
            let customer = field(columns.customer);
            let customer = customer.strip_suffix(".0").unwrap_or(customer);
            self.invoices.push(Invoice {
                number: number.to_owned(),
                customer: Some(customer).filter(|number| !number.is_empty()).map(str::to_owned),
                country: field(columns.country).to_owned(),
                at: field(columns.date).to_owned(),
                lines: Vec::new(),
            });
        }
        self.invoices[index].lines.push(Line { sku, quantity, price });
        Ok(())
    }

    fn finish(self) -> Dataset {
        let product = |(sku, seen): (Sku, Seen)| {
            let stocked = !NOT_STOCKED.contains(&sku.as_str());
            RetailProduct {
                name: seen.names.most_frequent().unwrap_or_else(|| sku.to_string()),
                price: seen.prices.most_frequent().unwrap_or_default(),
                receive: if stocked { seen.sold + SPARE_PIECES } else { 0 },
                stocked,
                sku,
            }
        };
        Dataset { products: self.products.into_iter().map(product).collect(), invoices: self.invoices }
    }
}
