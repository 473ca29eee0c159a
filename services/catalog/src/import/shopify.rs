//! One product out of its rows: the first names it and is its first variant, each further row is a variant, an
//! image, or both. <https://help.shopify.com/en/manual/products/import-export/using-csv>

use super::{Fault, ImportedImage, ImportedProduct, ImportedVariant, rows::Row};
use bodega_kernel::{Currency, Money, Sku};
use std::collections::HashSet;

/// The column that says which product a row belongs to.
pub(super) const HANDLE: &str = "Handle";
const TITLE: &str = "Title";
const PRICE: &str = "Variant Price";
const IMAGE: &str = "Image Src";
/// The columns without which there is no product.
pub(super) const NEEDED: [&str; 3] = [HANDLE, TITLE, PRICE];

const OPTIONS: [(&str, &str); 3] =
    [("Option1 Name", "Option1 Value"), ("Option2 Name", "Option2 Value"), ("Option3 Name", "Option3 Value")];
/// How Shopify writes "one kind only": the option `Title` with this value.
const ONE_KIND: (&str, &str) = ("Title", "Default Title");

const MAX_ROWS: usize = 2_300;
const MAX_NAME_CHARS: usize = 255;
const MAX_GRAMS: f64 = 1e9;
/// As many as inventory keeps of a SKU.
const MAX_PIECES: i64 = 1_000_000_000;

/// The product of these rows, which share a handle and are not none.
pub(super) fn product(rows: &[Row], currency: Currency) -> Result<ImportedProduct, Fault> {
    let first = &rows[0];
    let named = name(first).map_err(|reason| Fault::new(first.line, reason))?;
    if let Some(excess) = rows.get(MAX_ROWS) {
        return Err(Fault::new(excess.line, format!("a product has at most {MAX_ROWS} rows")));
    }
    let mut product = ImportedProduct { variants: Vec::new(), images: Vec::new(), ..named };
    let mut kinds = HashSet::new();
    let mut skus = HashSet::new();
    for row in rows {
        let fault = |reason| Fault::new(row.line, reason);
        if let Some((fields, columns)) = row.ragged() {
            return Err(fault(format!("the row has {fields} fields where the header has {columns}")));
        }
        if row.line == first.line || has_variant(row) {
            let variant = variant(row, &product, currency).map_err(fault)?;
            if !kinds.insert(variant.options.clone()) {
                return Err(fault("an earlier row of the product has the same options".to_owned()));
            }
            if !skus.insert(variant.sku.clone()) {
                return Err(fault(format!("an earlier row of the product has the SKU `{}`", variant.sku)));
            }
            product.variants.push(variant);
        }
        if !row.get(IMAGE).is_empty() {
            let image = image(row, product.images.len() as i64 + 1).map_err(fault)?;
            product.images.push(image);
        }
    }
    Ok(product)
}

/// What the first row says of the product as a whole; its variants and images are still to come.
fn name(first: &Row) -> Result<ImportedProduct, String> {
    let handle = first.get(HANDLE);
    let in_address = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    if handle.is_empty() || handle.chars().count() > MAX_NAME_CHARS || !handle.chars().all(in_address) {
        return Err(format!("a handle has 1 to {MAX_NAME_CHARS} letters, digits, `-`, `_` and `.`"));
    }
    let title = first.get(TITLE);
    if title.is_empty() || title.chars().count() > MAX_NAME_CHARS {
        return Err(format!("a title has 1 to {MAX_NAME_CHARS} characters"));
    }
    let status = first.get("Status");
    let published = yes_or_no(first, "Published")?.unwrap_or(true);
    Ok(ImportedProduct {
        line: first.line,
        handle: handle.to_owned(),
        title: title.to_owned(),
        body_html: first.get("Body (HTML)").to_owned(),
        brand: text(first, "Vendor"),
        category: text(first, "Type"),
        tags: tags(first.get("Tags")),
        active: published && (status.is_empty() || status.eq_ignore_ascii_case("active")),
        options: option_names(first)?,
        variants: Vec::new(),
        images: Vec::new(),
    })
}

fn tags(list: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let tags = list.split(',').map(str::trim).filter(|tag| !tag.is_empty());
    tags.filter(|tag| seen.insert(*tag)).map(str::to_owned).collect()
}

fn option_names(first: &Row) -> Result<Vec<String>, String> {
    let names: Vec<&str> = OPTIONS.iter().map(|(name, _)| first.get(name)).collect();
    let given = names.iter().take_while(|name| !name.is_empty()).count();
    if names[given..].iter().any(|name| !name.is_empty()) {
        return Err(format!("option {} has no name, but one after it has", given + 1));
    }
    if names[..given].iter().collect::<HashSet<_>>().len() < given {
        return Err("two options have the same name".to_owned());
    }
    if (names[0], first.get(OPTIONS[0].1)) == ONE_KIND && given == 1 {
        return Ok(Vec::new());
    }
    Ok(names[..given].iter().map(|&name| name.to_owned()).collect())
}

fn has_variant(row: &Row) -> bool {
    let columns = OPTIONS.iter().map(|(_, value)| *value).chain(["Variant SKU", PRICE]);
    columns.into_iter().any(|column| !row.get(column).is_empty())
}

fn variant(row: &Row, product: &ImportedProduct, currency: Currency) -> Result<ImportedVariant, String> {
    let options = option_values(row, &product.options)?;
    let compare_at = match row.get("Variant Compare At Price") {
        "" => None,
        text => Some(amount(text, "compare-at price", currency)?),
    };
    let gift_card = yes_or_no(row, "Gift Card")?.unwrap_or(false);
    let shipped = yes_or_no(row, "Variant Requires Shipping")?.unwrap_or(true);
    Ok(ImportedVariant {
        line: row.line,
        sku: sku(row, &options)?,
        options,
        price: amount(row.get(PRICE), "price", currency)?,
        compare_at,
        barcode: text(row, "Variant Barcode"),
        grams: grams(row.get("Variant Grams"))?,
        stocked: shipped && !gift_card,
        quantity: quantity(row.get("Variant Inventory Qty"))?,
        taxable: yes_or_no(row, "Variant Taxable")?,
    })
}

fn option_values(row: &Row, names: &[String]) -> Result<Vec<(String, String)>, String> {
    let mut values = Vec::with_capacity(names.len());
    for (index, (_, column)) in OPTIONS.iter().enumerate() {
        match (names.get(index), row.get(column)) {
            (Some(name), "") => return Err(format!("the option `{name}` has no value")),
            (Some(name), value) => values.push((name.clone(), value.to_owned())),
            (None, value) if value.is_empty() || (names.is_empty() && value == ONE_KIND.1) => {}
            (None, value) => {
                return Err(format!("`{value}` is a value of option {}, which has no name", index + 1));
            }
        }
    }
    Ok(values)
}

fn sku(row: &Row, options: &[(String, String)]) -> Result<Sku, String> {
    let written = row.get("Variant SKU");
    let made = || options.iter().fold(row.get(HANDLE).to_owned(), |sku, (_, value)| format!("{sku}-{value}"));
    let text = if written.is_empty() { made() } else { written.to_owned() };
    Sku::new(&text).map_err(|error| format!("`{text}` is no SKU: {error}"))
}

fn image(row: &Row, next_position: i64) -> Result<ImportedImage, String> {
    let url = row.get(IMAGE);
    if !["https://", "http://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(format!("the image `{url}` is no http address"));
    }
    let position = match row.get("Image Position") {
        "" => next_position,
        text => text.parse().ok().filter(|&at| at > 0).ok_or(format!("`{text}` is no position of an image"))?,
    };
    Ok(ImportedImage { url: url.to_owned(), alt: row.get("Image Alt Text").to_owned(), position })
}

fn amount(text: &str, what: &str, currency: Currency) -> Result<i64, String> {
    let money =
        Money::parse(text, currency).ok_or_else(|| format!("the {what} `{text}` is no amount of {currency}"))?;
    Ok(money.amount)
}

fn grams(text: &str) -> Result<i64, String> {
    if text.is_empty() {
        return Ok(0);
    }
    let grams = text.parse::<f64>().ok().filter(|grams| (0.0..=MAX_GRAMS).contains(grams));
    grams.map(|grams| grams.round() as i64).ok_or_else(|| format!("`{text}` is no weight in grams"))
}

fn quantity(text: &str) -> Result<Option<i64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let quantity = text.parse::<i64>().map_err(|_| format!("`{text}` is no whole number of pieces"))?;
    if quantity > MAX_PIECES {
        return Err(format!("`{text}` are more pieces than a shop keeps: at most {MAX_PIECES}"));
    }
    Ok(Some(quantity.max(0)))
}

fn yes_or_no(row: &Row, column: &str) -> Result<Option<bool>, String> {
    match row.get(column).to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        other => Err(format!("`{other}` in the column `{column}` is neither true nor false")),
    }
}

fn text(row: &Row, column: &str) -> Option<String> {
    Some(row.get(column)).filter(|text| !text.is_empty()).map(str::to_owned)
}
