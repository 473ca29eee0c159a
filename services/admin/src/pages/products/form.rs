//! A product as the form of its editor holds it: read from the API, and written for it.

use crate::model::{Filled, Reading, major, typed_all};
use bodega_kernel::{Currency, Money};
use bodega_pages::Fault;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A product in full.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::pages) struct Product {
    pub(in crate::pages) id: String,
    pub(in crate::pages) version: i64,
    pub(in crate::pages) slug: String,
    pub(in crate::pages) name: String,
    pub(in crate::pages) status: String,
    /// HTML that the API made harmless.
    #[serde(default)]
    pub(in crate::pages) description: String,
    /// As somebody wrote it, Markdown or HTML.
    #[serde(default)]
    description_source: String,
    #[serde(default)]
    pub(in crate::pages) brand: Option<Named>,
    #[serde(default)]
    pub(in crate::pages) categories: Vec<Named>,
    #[serde(default)]
    pub(in crate::pages) options: Vec<String>,
    #[serde(default)]
    pub(in crate::pages) tags: Vec<String>,
    #[serde(default)]
    pub(in crate::pages) photos: Vec<Photo>,
    pub(in crate::pages) variants: Vec<Variant>,
}

/// A brand or a category.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::pages) struct Named {
    pub(in crate::pages) id: String,
    pub(in crate::pages) name: String,
}

/// A photo: of our own where it has an id.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::pages) struct Photo {
    #[serde(default)]
    pub(in crate::pages) id: Option<String>,
    pub(in crate::pages) url: String,
    #[serde(default)]
    pub(in crate::pages) alt: String,
}

/// A kind of a product.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::pages) struct Variant {
    id: String,
    sku: String,
    #[serde(default)]
    options: BTreeMap<String, String>,
    price: Money,
    #[serde(default)]
    compare_at_price: Option<Money>,
    #[serde(default)]
    barcode: Option<String>,
    #[serde(default)]
    grams: i64,
    #[serde(default)]
    stocked: bool,
    #[serde(default)]
    tax_class: String,
    #[serde(default)]
    prices: BTreeMap<Currency, i64>,
}

/// What a new product begins with: one kind.
pub(super) fn blank() -> Filled {
    let form = Filled::default().with("status", "draft").with("variant.0.id", "");
    form.with("variant.0.stocked", "yes").with("variant.0.tax_class", "standard")
}

/// A product as its editor shows it.
pub(super) fn filled(product: &Product) -> Filled {
    let mut form = Filled::default()
        .with("version", product.version.to_string())
        .with("name", product.name.as_str())
        .with("slug", product.slug.as_str())
        .with("status", product.status.as_str())
        .with("description", product.description_source.as_str())
        .with("brand", product.brand.as_ref().map_or("", |brand| &brand.id))
        .with("tags", product.tags.join(", "));
    for category in &product.categories {
        form = form.with("category", category.id.as_str());
    }
    for (place, option) in product.options.iter().enumerate() {
        form = form.with(&format!("option.{place}.id"), "").with(&format!("option.{place}.name"), option.as_str());
    }
    for (place, variant) in product.variants.iter().enumerate() {
        form = filled_variant(form, place, variant, &product.options);
    }
    form
}

fn filled_variant(form: Filled, place: usize, variant: &Variant, options: &[String]) -> Filled {
    let at = |field: &str| format!("variant.{place}.{field}");
    let prices: Vec<Money> = variant.prices.iter().map(|(currency, amount)| Money::new(*amount, *currency)).collect();
    let grams = if variant.grams == 0 { String::new() } else { variant.grams.to_string() };
    let mut form = form
        .with(&at("id"), variant.id.as_str())
        .with(&at("sku"), variant.sku.as_str())
        .with(&at("price"), major(variant.price))
        .with(&at("compare_at"), variant.compare_at_price.map(major).unwrap_or_default())
        .with(&at("barcode"), variant.barcode.as_deref().unwrap_or_default())
        .with(&at("grams"), grams)
        .ticked(&at("stocked"), variant.stocked)
        .with(&at("tax_class"), variant.tax_class.as_str())
        .with(&at("prices"), typed_all(&prices));
    for (option, name) in options.iter().enumerate() {
        let value = variant.options.get(name).map(String::as_str).unwrap_or_default();
        form = form.with(&at(&format!("option.{option}")), value);
    }
    form
}

/// The form after one of its buttons changed its rows; `None` where it is to be saved.
pub(super) fn rebuilt(form: &Filled) -> Option<Filled> {
    let mut changed = form.rebuilt()?;
    if form.text("add") == Some("variant") {
        let at = |field: &str| format!("variant.{}.{field}", changed.rows("variant").saturating_sub(1));
        let (stocked, tax) = (at("stocked"), at("tax_class"));
        changed = changed.instead(&stocked, "yes").instead(&tax, "standard");
    }
    let gone = form.text("remove").and_then(|row| row.strip_prefix("option.")?.parse().ok());
    if let Some(option) = gone {
        for place in 0..changed.rows("variant") {
            changed = changed.without_row(&format!("variant.{place}.option"), option);
        }
    }
    Some(changed)
}

/// The body that the form stands for.
pub(super) fn body(form: &Filled, currency: Currency) -> Result<Value, Fault> {
    let mut read = Reading::of(form, currency);
    let mut body = Map::new();
    body.insert("name".into(), read.needed("name", "/name").into());
    if let Some(slug) = form.text("slug") {
        body.insert("slug".into(), slug.into());
    }
    if let Some(status) = form.text("status") {
        body.insert("status".into(), status.into());
    }
    body.insert("description".into(), form.get("description").into());
    body.insert("brand_id".into(), form.text("brand").into());
    body.insert("category_ids".into(), form.all("category").collect::<Vec<_>>().into());
    body.insert("tags".into(), form.list("tags").into());
    let name = |place: usize| (format!("option.{place}.name"), format!("/options/{place}"));
    let options: Vec<String> =
        (0..form.rows("option")).map(name).map(|(name, pointer)| read.needed(&name, &pointer)).collect();
    let variants = (0..form.rows("variant")).map(|place| variant(form, &mut read, currency, place, &options));
    body.insert("variants".into(), variants.collect::<Vec<Value>>().into());
    body.insert("options".into(), options.into());
    read.finish()?;
    Ok(body.into())
}

fn variant(form: &Filled, read: &mut Reading<'_>, currency: Currency, place: usize, options: &[String]) -> Value {
    let at = |field: &str| format!("variant.{place}.{field}");
    let pointer = |field: &str| format!("/variants/{place}/{field}");
    let money = |amount: i64| Money::new(amount, currency);
    let mut values = BTreeMap::new();
    for (option, name) in options.iter().enumerate() {
        let field = format!("option.{option}");
        values.insert(name.as_str(), read.needed(&at(&field), &pointer(&format!("options/{option}"))));
    }
    let prices = read.amounts(&at("prices"), &pointer("prices"));
    let prices: BTreeMap<String, i64> =
        prices.into_iter().map(|money| (money.currency.code().to_owned(), money.amount)).collect();
    let mut variant = json!({
        "sku": read.needed(&at("sku"), &pointer("sku")),
        "options": values,
        "price": money(read.price(&at("price"), &pointer("price"))),
        "compare_at_price": read.money(&at("compare_at"), &pointer("compare_at_price")).map(money),
        "barcode": form.text(&at("barcode")),
        "grams": read.number(&at("grams"), &pointer("grams")).unwrap_or_default(),
        "stocked": form.is(&at("stocked")),
        "prices": prices,
    });
    for (name, field) in [("id", "id"), ("tax_class", "tax_class")] {
        if let Some(text) = form.text(&at(field)) {
            variant[name] = text.into();
        }
    }
    variant
}

/// What the fields of an editor are called, for showing two versions beside each other.
pub(super) fn labels(forms: [&Filled; 2]) -> Vec<(String, String)> {
    let plain = [
        ("name", "Name"),
        ("slug", "Address"),
        ("status", "Status"),
        ("description", "Description"),
        ("brand", "Brand"),
        ("category", "Categories"),
        ("tags", "Tags"),
    ];
    let mut labels: Vec<(String, String)> =
        plain.iter().map(|(name, label)| ((*name).into(), (*label).into())).collect();
    let most = |kind: &str| forms.iter().map(|form| form.rows(kind)).max().unwrap_or_default();
    for place in 0..most("option") {
        labels.push((format!("option.{place}.name"), format!("Option {}", place + 1)));
    }
    for place in 0..most("variant") {
        for (field, label) in [
            ("sku", "SKU"),
            ("price", "price"),
            ("compare_at", "price before"),
            ("barcode", "barcode"),
            ("grams", "weight"),
            ("stocked", "stocked"),
            ("tax_class", "tax class"),
            ("prices", "other currencies"),
        ] {
            labels.push((format!("variant.{place}.{field}"), format!("Variant {}, {label}", place + 1)));
        }
        for option in 0..most("option") {
            labels.push((
                format!("variant.{place}.option.{option}"),
                format!("Variant {}, option {}", place + 1, option + 1),
            ));
        }
    }
    labels
}
