//! What a product may be: every field has its bounds, and a fault names the field by its JSON pointer.
//!
//! The bounds keep the event of a product below the size that brokers carry.

use super::{Product, Variant, slug};
use std::collections::HashSet;

/// The highest price, minor units.
pub(crate) const MAX_PRICE: i64 = 1_000_000_000_000;
/// The most variants of a product.
pub(crate) const MAX_VARIANTS: usize = 100;
/// The most options of a product.
pub(crate) const MAX_OPTIONS: usize = 5;
/// The most pictures of a product.
pub(crate) const MAX_PHOTOS: usize = 20;
/// The most categories of a product.
pub(crate) const MAX_CATEGORIES: usize = 20;
/// The most tags of a product.
pub(crate) const MAX_TAGS: usize = 250;
/// Characters of the longest name.
pub(crate) const MAX_NAME_CHARS: usize = 255;
/// Bytes of the longest description.
pub(crate) const MAX_DESCRIPTION_BYTES: usize = 100_000;
/// The heaviest variant.
pub(crate) const MAX_GRAMS: i64 = 1_000_000_000;

/// The most further currencies of a variant.
const MAX_PRICES: usize = 8;
const MAX_OPTION_CHARS: usize = 50;
const MAX_BARCODE_CHARS: usize = 64;
const MAX_ALT_CHARS: usize = 1_000;
const MAX_URL_CHARS: usize = 2_000;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where: a JSON pointer.
    pub(crate) pointer: String,
    /// What.
    pub(crate) detail: String,
}

impl Fault {
    /// At `pointer`, `detail`.
    pub(crate) fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// Checks a text of one line: 1 to `max_chars` characters, no control characters, no blanks at its ends.
pub(crate) fn label(pointer: &str, text: &str, max_chars: usize, faults: &mut Vec<Fault>) {
    if text.is_empty() || text.chars().count() > max_chars {
        faults.push(Fault::new(pointer, format!("has 1 to {max_chars} characters")));
    } else if text.chars().any(char::is_control) {
        faults.push(Fault::new(pointer, "has no control characters"));
    } else if text.trim() != text {
        faults.push(Fault::new(pointer, "has no blanks at its ends"));
    }
}

/// The pointer of what a map at `at` holds under `name`.
pub(crate) fn pointer_of(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// What is wrong with a slug that somebody chose.
pub(crate) fn slug_fault(text: &str) -> Option<Fault> {
    let detail = "has lower-case letters and digits, with single hyphens between them, and is no UUID";
    (text.is_empty() || slug::slug_of(text) != text).then(|| Fault::new("/slug", detail))
}

/// All that is wrong with `product`.
pub(super) fn check(product: &Product, faults: &mut Vec<Fault>) {
    label("/name", &product.name, MAX_NAME_CHARS, faults);
    if product.description.len() > MAX_DESCRIPTION_BYTES || product.description.contains('\0') {
        faults.push(Fault::new("/description", format!("has at most {MAX_DESCRIPTION_BYTES} bytes, none of them NUL")));
    }
    at_most("/category_ids", product.categories.len(), MAX_CATEGORIES, faults);
    at_most("/tags", product.tags.len(), MAX_TAGS, faults);
    for (index, tag) in product.tags.iter().take(MAX_TAGS).enumerate() {
        label(&format!("/tags/{index}"), tag, MAX_NAME_CHARS, faults);
    }
    photos(product, faults);
    options(product, faults);
    at_most("/variants", product.variants.len(), MAX_VARIANTS, faults);
    if product.variants.is_empty() {
        faults.push(Fault::new("/variants", "has at least one"));
    }
    let (mut skus, mut kinds) = (HashSet::new(), HashSet::new());
    for (index, kind) in product.variants.iter().take(MAX_VARIANTS).enumerate() {
        let at = format!("/variants/{index}");
        variant(product, kind, &at, faults);
        if !skus.insert(&kind.sku) {
            faults.push(Fault::new(format!("{at}/sku"), "is the SKU of an earlier variant"));
        }
        if !kinds.insert(&kind.options) {
            faults.push(Fault::new(format!("{at}/options"), "are those of an earlier variant"));
        }
    }
}

fn at_most(pointer: &str, count: usize, most: usize, faults: &mut Vec<Fault>) {
    if count > most {
        faults.push(Fault::new(pointer, format!("has at most {most}")));
    }
}

fn photos(product: &Product, faults: &mut Vec<Fault>) {
    at_most("/photos", product.photos.len(), MAX_PHOTOS, faults);
    for (index, photo) in product.photos.iter().take(MAX_PHOTOS).enumerate() {
        if photo.id.is_none() && !is_web_address(&photo.url) {
            faults.push(Fault::new(format!("/photos/{index}/url"), "is an http or https address"));
        }
        faults.extend(alt_fault(&format!("/photos/{index}/alt"), &photo.alt));
    }
}

/// What is wrong with the text of a photo.
pub(crate) fn alt_fault(pointer: &str, alt: &str) -> Option<Fault> {
    let fits = alt.chars().count() <= MAX_ALT_CHARS && !alt.chars().any(char::is_control);
    let detail = || format!("has at most {MAX_ALT_CHARS} characters, none of them a control character");
    (!fits).then(|| Fault::new(pointer, detail()))
}

/// http or https with a host, and nothing that could end an attribute it is put into.
fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let starts_well =
        rest.and_then(|rest| rest.chars().next()).is_some_and(|first| first.is_alphanumeric() || first == '[');
    let bad = |letter: char| letter.is_control() || letter.is_whitespace() || "\"'<>`\\".contains(letter);
    starts_well && url.chars().count() <= MAX_URL_CHARS && !url.contains(bad)
}

fn options(product: &Product, faults: &mut Vec<Fault>) {
    at_most("/options", product.options.len(), MAX_OPTIONS, faults);
    let mut names = HashSet::new();
    for (index, name) in product.options.iter().take(MAX_OPTIONS).enumerate() {
        label(&format!("/options/{index}"), name, MAX_OPTION_CHARS, faults);
        if !names.insert(name) {
            faults.push(Fault::new(format!("/options/{index}"), "is the name of an earlier option"));
        }
    }
}

fn variant(product: &Product, variant: &Variant, at: &str, faults: &mut Vec<Fault>) {
    let complete = variant.options.len() == product.options.len()
        && product.options.iter().all(|option| variant.options.contains_key(option));
    if complete {
        for (name, value) in &variant.options {
            label(&pointer_of(&format!("{at}/options"), name), value, MAX_NAME_CHARS, faults);
        }
    } else {
        let detail = "has a value for each option of the product and for nothing else";
        faults.push(Fault::new(format!("{at}/options"), detail));
    }
    if !(0..=MAX_PRICE).contains(&variant.price) {
        faults.push(Fault::new(format!("{at}/price/amount"), format!("is 0 to {MAX_PRICE} minor units")));
    }
    at_most(&format!("{at}/prices"), variant.prices.len(), MAX_PRICES, faults);
    for (currency, price) in &variant.prices {
        if !(0..=MAX_PRICE).contains(price) {
            faults.push(Fault::new(format!("{at}/prices/{currency}"), format!("is 0 to {MAX_PRICE} minor units")));
        }
    }
    if !super::tax::is_class(&variant.tax_class) {
        let detail = "has 1 to 40 lower-case letters, digits, `-` and `_`";
        faults.push(Fault::new(format!("{at}/tax_class"), detail));
    }
    if variant.compare_at.is_some_and(|price| !(0..=MAX_PRICE).contains(&price)) {
        faults.push(Fault::new(format!("{at}/compare_at_price/amount"), format!("is 0 to {MAX_PRICE} minor units")));
    }
    if let Some(barcode) = &variant.barcode {
        label(&format!("{at}/barcode"), barcode, MAX_BARCODE_CHARS, faults);
    }
    if !(0..=MAX_GRAMS).contains(&variant.grams) {
        faults.push(Fault::new(format!("{at}/grams"), format!("is 0 to {MAX_GRAMS}")));
    }
}
