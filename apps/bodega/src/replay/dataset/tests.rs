//! The rules on invoices written by hand, the week's known figures where the real files are at hand, and the
//! sample's dirt where they are not.

use super::*;
use std::{
    collections::{BTreeSet, HashSet},
    env, process,
};

const HEADER: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

/// A folder of its own, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("bodega-dataset-{name}-{}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Reads rows `number,code,description,quantity,price,customer`.
fn parse(name: &str, rows: &[[&str; 6]]) -> anyhow::Result<Dataset> {
    let folder = Folder::new(name);
    let rows = rows.iter().map(|[number, code, description, quantity, price, customer]| {
        format!("{number},{code},{description},{quantity},2010-12-01 08:26:00,{price},{customer},EIRE\n")
    });
    fs::write(folder.0.join("day.csv"), HEADER.to_owned() + &rows.collect::<String>()).unwrap();
    read(&folder.0)
}

/// The real week where it is at hand.
fn week() -> Option<Dataset> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let data = env::var_os("BODEGA_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let dir = data.join("online-retail");
    dir.is_dir().then(|| read(&dir).unwrap())
}

fn sample(name: &str, seed: u64) -> Dataset {
    let folder = Folder::new(name);
    write_sample(&folder.0, seed).unwrap();
    read(&folder.0).unwrap()
}

#[test]
fn the_week_adds_up_to_its_known_figures() {
    let Some(week) = week() else { return };
    let customers: HashSet<&String> = week.invoices.iter().filter_map(|invoice| invoice.customer.as_ref()).collect();
    assert_eq!((week.invoices.len(), week.products.len(), customers.len()), (727, 2_368, 506));
    assert_eq!(week.products.iter().filter(|product| product.stocked).count(), 2_362);
    let totals = week.totals();
    assert_eq!((totals.revenue, totals.invoiced), (38_317_271, 38_526_647));
    assert_eq!((totals.units, totals.stocked_units), (161_029, 160_818));
    assert_eq!(week.invoices.iter().map(|invoice| invoice.lines.len()).max(), Some(675));
}

#[test]
fn what_is_no_sale_does_not_count() {
    let dataset = parse(
        "no-sale",
        &[
            ["C1", "A", "x", "-1", "1.0", ""],
            ["2", "A", "x", "0", "1.0", ""],
            ["3", "A", "x", "-5", "1.0", ""],
            ["4", "A", "x", "5", "0.0", ""],
            ["5", "A", "x", "5", "-11062.06", ""],
            ["6", "A", "x", "5", "2.1", "17850.0"],
        ],
    );
    let dataset = dataset.unwrap();
    assert_eq!(dataset.invoices.len(), 1);
    assert_eq!(dataset.invoices[0].customer.as_deref(), Some("17850"));
    assert_eq!((dataset.totals().units, dataset.totals().revenue), (5, 1_050));
}

#[test]
fn a_code_costs_its_most_frequent_price_and_the_lowest_on_a_tie() {
    let dataset = parse(
        "price",
        &[
            ["1", "A", "x", "90", "1.5", ""],
            ["2", "A", "x", "1", "2.5", ""],
            ["3", "A", "x", "1", "2.5", ""],
            ["4", "B", "x", "1", "9.99", ""],
            ["5", "B", "x", "1", "1", ""],
        ],
    );
    let prices: Vec<i64> = dataset.unwrap().products.iter().map(|product| product.price).collect();
    assert_eq!(prices, [250, 100]);
}

#[test]
fn a_code_is_named_by_its_most_frequent_description_trimmed() {
    let dataset = parse(
        "name",
        &[
            ["1", "A", " HEART ", "1", "1", ""],
            ["2", "A", "HEART", "1", "1", ""],
            ["3", "A", "damaged", "1", "1", ""],
            ["4", "B", "second", "1", "1", ""],
            ["5", "B", "first", "1", "1", ""],
            ["6", "b", "", "1", "1", ""],
        ],
    );
    let names: Vec<String> = dataset.unwrap().products.into_iter().map(|product| product.name).collect();
    assert_eq!(names, ["HEART", "first", "b"]);
}

#[test]
fn goods_receive_what_is_sold_and_ten_more_and_charges_nothing() {
    let dataset = parse(
        "receive",
        &[["1", "A", "x", "4", "1", ""], ["1", "A", "x", "3", "1", ""], ["1", "POST", "x", "1", "18", ""]],
    );
    let dataset = dataset.unwrap();
    assert_eq!(dataset.invoices[0].lines.len(), 3, "a code twice on an invoice stays two lines");
    let received: Vec<(bool, i64)> =
        dataset.products.iter().map(|product| (product.stocked, product.receive)).collect();
    assert_eq!(received, [(true, 17), (false, 0)]);
}

#[test]
fn data_that_is_no_invoice_is_an_error_with_its_line() {
    for (name, row, words) in [
        ("bad-quantity", ["1", "A", "x", "few", "1", ""], "quantity"),
        ("bad-price", ["1", "A", "x", "1", "1.999", ""], "1.999"),
        ("bad-code", ["1", "", "x", "1", "1", ""], "code"),
    ] {
        let error = format!("{:#}", parse(name, &[["0", "A", "x", "1", "1", ""], row]).unwrap_err());
        assert!(error.contains("line 3") && error.contains(words), "{error}");
    }
    assert!(read(Path::new("/nowhere")).is_err());
    let empty = Folder::new("empty");
    assert!(read(&empty.0).is_err());
}

#[test]
fn the_sample_repeats_with_its_seed() {
    assert_eq!(sample("one", 7), sample("two", 7));
    assert_ne!(sample("one", 7), sample("two", 8));
}

#[test]
fn the_sample_is_as_dirty_as_the_week() {
    for dataset in [sample("dirty", 7)].into_iter().chain(week()) {
        let codes: BTreeSet<&str> = dataset.products.iter().map(|product| product.sku.as_str()).collect();
        let lines = || dataset.invoices.iter().flat_map(|invoice| &invoice.lines);
        let twice = |invoice: &Invoice| {
            invoice.lines.iter().map(|line| &line.sku).collect::<BTreeSet<_>>().len() < invoice.lines.len()
        };
        assert!(codes.iter().any(|code| codes.contains(&*code.to_uppercase()) && code.to_uppercase() != **code));
        assert!(dataset.products.iter().any(|product| !product.stocked));
        assert!(dataset.products.iter().all(|product| product.name.trim() == product.name && product.price > 0));
        assert!(dataset.invoices.iter().any(|invoice| invoice.customer.is_none()));
        assert!(dataset.invoices.iter().any(|invoice| invoice.lines.len() >= 300));
        assert!(dataset.invoices.iter().any(twice));
        assert!(lines().all(|line| line.quantity > 0 && line.price > 0) && lines().any(|line| line.quantity > 1_000));
        assert_ne!(dataset.totals().revenue, dataset.totals().invoiced);
    }
}
