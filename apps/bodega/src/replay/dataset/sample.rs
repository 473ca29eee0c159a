//! Invoices as dirty as the real ones, made from a seed, for machines without the real ones.

use anyhow::Context;
use bodega_kernel::{ManualClock, Time, World};
use std::path::Path;

const HEADER: [&str; 8] =
    ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"];
const DAYS: u64 = 2;
const INVOICES_A_DAY: u64 = 20;
const FIRST_INVOICE: u64 = 536_365;
const CODES: u64 = 60;
/// The first invoice of each day, like the largest real ones, has this many lines.
const LONG_INVOICE: u64 = 300;
const CHARGES: [&str; 3] = ["POST", "M", "BANK CHARGES"];

/// Writes two days of invoices into `dir`, the same for the same `seed`.
///
/// They have what makes the real ones hard: cancellations, quantities and prices of zero and less, several
/// descriptions and prices of a code, codes that differ only by case, a code twice on an invoice, quotes, commas
/// and stray spaces, guests, charges that are no goods, invoices of hundreds of lines and thousands of pieces.
pub fn write_sample(dir: &Path, seed: u64) -> anyhow::Result<()> {
    let world = World::simulated(seed, ManualClock::at(Time::from_ms(0)));
    for day in 1..=DAYS {
        let path = dir.join(format!("2010-12-{day:02}.csv"));
        let mut writer = csv::Writer::from_path(&path).with_context(|| format!("writing {}", path.display()))?;
        writer.write_record(HEADER)?;
        for nth in 0..INVOICES_A_DAY {
            let number = FIRST_INVOICE + day * INVOICES_A_DAY + nth;
            let sold = Sold::new(&world, format!("2010-12-{day:02} {:02}:26:00", 8 + nth / 4), number);
            let lines = if nth == 0 { LONG_INVOICE } else { 1 + world.below(12) };
            for row in sold.rows(&world, lines) {
                writer.write_record(&row)?;
            }
        }
        writer.flush()?;
    }
    Ok(())
}

/// What the rows of an invoice share.
struct Sold {
    number: u64,
    at: String,
    customer: String,
    country: &'static str,
}

impl Sold {
    fn new(world: &World, at: String, number: u64) -> Self {
        let guest = world.below(4) == 0;
        Self {
            number,
            at,
            customer: if guest { String::new() } else { format!("{}.0", 12_346 + world.below(15)) },
            country: if world.below(8) == 0 { "EIRE" } else { "United Kingdom" },
        }
    }

    /// Sales, and among them what is none; the last code comes twice.
    fn rows(&self, world: &World, lines: u64) -> Vec<[String; 8]> {
        let mut rows = Vec::new();
        for _ in 0..lines {
            let item = Item::any(world);
            rows.push(self.row("", &item, &quantity(world).to_string()));
            match world.below(20) {
                0 => rows.push(self.row("C", &item, "-1")),
                1 => rows.push(self.row("", &Item { price: "0.0".to_owned(), ..item }, "3")),
                2 => rows.push(self.row("", &item, "0")),
                3 => rows.push(self.row("", &Item { price: "-11.5".to_owned(), ..item }, "1")),
                _ => {}
            }
        }
        if world.below(3) == 0 {
            rows.push(self.row("", &Item::charge(world), "1"));
        }
        let again = rows[0].clone();
        rows.push(again);
        rows
    }

    fn row(&self, prefix: &str, item: &Item, quantity: &str) -> [String; 8] {
        [
            format!("{prefix}{}", self.number),
            item.code.clone(),
            item.description.clone(),
            quantity.to_owned(),
            self.at.clone(),
            item.price.clone(),
            self.customer.clone(),
            self.country.to_owned(),
        ]
    }
}

fn quantity(world: &World) -> u64 {
    match world.below(50) {
        0 => 1_000 + world.below(2_000),
        _ => 1 + world.below(48),
    }
}

struct Item {
    code: String,
    description: String,
    price: String,
}

impl Item {
    fn any(world: &World) -> Self {
        let nth = world.below(CODES);
        // Every third code ends in a letter, large and small: two codes.
        let suffix = ["", "", ["A", "a"][world.below(2) as usize]][(nth % 3) as usize];
        let code = format!("{}{suffix}", 85_000 + nth);
        let description = match world.below(10) {
            0 => String::new(),
            1 => format!(" {code} \"SPACEBOY\", SMALL "),
            2 => format!("damaged {code}"),
            _ => format!("HANGING  HEART {code} "),
        };
        let pence = 42 + nth * 37 + if world.below(5) == 0 { 30 } else { 0 };
        Self { code, description, price: pounds(pence) }
    }

    fn charge(world: &World) -> Self {
        let code = CHARGES[world.below(CHARGES.len() as u64) as usize];
        Self { code: code.to_owned(), description: code.to_lowercase(), price: pounds(1_800 + world.below(200)) }
    }
}

/// Without the zeros at the end, as a spreadsheet writes it: `2.1`.
fn pounds(pence: u64) -> String {
    let text = format!("{}.{:02}", pence / 100, pence % 100);
    text.strip_suffix('0').map_or(text.clone(), str::to_owned)
}
