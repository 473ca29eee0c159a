//! Reads products from a Shopify product CSV: several rows a product, its first row naming it.
//!
//! Pure: bytes in, products and rejections out, one row in memory at a time besides the result. A product with a
//! bad row is left out whole and reported with its line; a file that is no table at all (cut off inside quotes,
//! a needed column missing, a row over a megabyte, no text) imports nothing.

mod rows;
mod shopify;
#[cfg(test)]
mod tests;

use bodega_kernel::{Currency, Sku};
use rows::{Row, Rows};
use std::{collections::HashSet, io::Read, mem};

/// What a file holds: the good products in its order, and why each other one is not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Import {
    /// Products fit to be written, in the order of the file.
    pub products: Vec<ImportedProduct>,
    /// Products left out, one entry each.
    pub rejected: Vec<Rejection>,
    /// Rows read, the header not counted.
    pub rows: u64,
}

/// A product left out whole, and its first fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The line of the file where the faulty row starts; the header is line 1.
    pub line: u64,
    /// The product's handle as written, empty where it has none.
    pub handle: String,
    /// What is wrong, in words for the person who made the file.
    pub reason: String,
}

/// A product as the file describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedProduct {
    /// The line of the file where it starts.
    pub line: u64,
    /// Its name in addresses (the slug), unique in the file.
    pub handle: String,
    /// Its name for people, never empty.
    pub title: String,
    /// The description as written: HTML from outside, not yet sanitised.
    pub body_html: String,
    /// Shopify's vendor, where given.
    pub brand: Option<String>,
    /// Shopify's type, where given.
    pub category: Option<String>,
    /// Each tag once, in the order of the file.
    pub tags: Vec<String>,
    /// Whether it is on sale: published, and of status active where the file has a status.
    pub active: bool,
    /// The names of its options, none for a product of one kind.
    pub options: Vec<String>,
    /// At least one; no two with the same options or SKU.
    pub variants: Vec<ImportedVariant>,
    /// In the order of the file.
    pub images: Vec<ImportedImage>,
}

/// One kind of a product, the thing that is sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedVariant {
    /// The line of the file where it starts.
    pub line: u64,
    /// As written, or the handle and the options' values joined by `-` where the file has none; unique in the file.
    pub sku: Sku,
    /// A value for each of the product's options: `("Size", "Large")`.
    pub options: Vec<(String, String)>,
    /// Minor units of the import's currency.
    pub price: i64,
    /// The price before a reduction, in minor units.
    pub compare_at: Option<i64>,
    /// An EAN, UPC or ISBN as written.
    pub barcode: Option<String>,
    /// Weight in grams, 0 where unknown.
    pub grams: i64,
    /// Whether it is goods with a stock. Not told by the inventory tracker, which development shops leave empty:
    /// everything is goods but gift cards and what says that it needs no shipping.
    pub stocked: bool,
    /// Pieces on hand where the file says so; an oversold (negative) figure is 0.
    pub quantity: Option<i64>,
    /// Whether tax is due on it, where the file says so.
    pub taxable: Option<bool>,
}

/// A picture of a product, still at its old address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedImage {
    /// An http or https address.
    pub url: String,
    /// The text for those who do not see it, may be empty.
    pub alt: String,
    /// Its place among the product's images, counted from 1.
    pub position: i64,
}

/// Why a file imports nothing. Lines count from 1, the header's.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Not a single row.
    #[error("the file is empty: its first line must name the columns")]
    Empty,
    /// A column without which no product can be read.
    #[error("line 1: the column `{column}` is missing")]
    MissingColumn {
        /// Its name in Shopify's format.
        column: &'static str,
    },
    /// The file ends inside quotes.
    #[error("the file is cut off: quotes opened in the row of line {line} are never closed")]
    CutInQuotes {
        /// Where the unfinished row starts.
        line: u64,
    },
    /// A row too long to be a product's.
    #[error("the row of line {line} is longer than {} bytes", rows::MAX_ROW_BYTES)]
    RowTooLong {
        /// Where the row starts.
        line: u64,
    },
    /// Bytes that are no text.
    #[error("the row of line {line} is not UTF-8 text")]
    NotText {
        /// Where the row starts.
        line: u64,
    },
    /// The source failed.
    #[error("reading the file: {0}")]
    Read(#[source] std::io::Error),
}

/// Reads a whole file of prices in `currency`.
pub fn read(input: impl Read, currency: Currency) -> Result<Import, ImportError> {
    let mut rows = Rows::open(input, &shopify::NEEDED)?;
    let mut collector = Collector::new(currency);
    let mut product: Vec<Row> = Vec::new();
    while let Some(row) = rows.next()? {
        collector.import.rows += 1;
        if product.first().is_some_and(|first| first.get(shopify::HANDLE) != row.get(shopify::HANDLE)) {
            collector.add(&mem::take(&mut product));
        }
        product.push(row);
    }
    collector.add(&product);
    Ok(collector.import)
}

/// Remembers what a later product may not take again.
struct Collector {
    currency: Currency,
    import: Import,
    handles: HashSet<String>,
    skus: HashSet<Sku>,
}

impl Collector {
    fn new(currency: Currency) -> Self {
        Self { currency, import: Import::default(), handles: HashSet::new(), skus: HashSet::new() }
    }

    fn add(&mut self, rows: &[Row]) {
        let Some(first) = rows.first() else { return };
        let handle = first.get(shopify::HANDLE).to_owned();
        match shopify::product(rows, self.currency).and_then(|product| self.unique(product)) {
            Ok(product) => {
                self.skus.extend(product.variants.iter().map(|variant| variant.sku.clone()));
                self.import.products.push(product);
            }
            Err(fault) => {
                let rejection = Rejection { line: fault.line, handle: handle.clone(), reason: fault.reason };
                self.import.rejected.push(rejection);
            }
        }
        // A rejected product keeps its handle: what follows under that name is the rest of it.
        self.handles.insert(handle);
    }

    fn unique(&self, product: ImportedProduct) -> Result<ImportedProduct, Fault> {
        if self.handles.contains(&product.handle) {
            return Err(Fault::new(product.line, "an earlier product has this handle".to_owned()));
        }
        match product.variants.iter().find(|variant| self.skus.contains(&variant.sku)) {
            Some(taken) => Err(Fault::new(taken.line, format!("an earlier product has the SKU `{}`", taken.sku))),
            None => Ok(product),
        }
    }
}

/// What is wrong with a row, and so with its product.
struct Fault {
    line: u64,
    reason: String,
}

impl Fault {
    fn new(line: u64, reason: String) -> Self {
        Self { line, reason }
    }
}
