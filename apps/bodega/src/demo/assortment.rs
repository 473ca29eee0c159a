//! What the sample shop sells, read from the text beside this file.

use super::{
    studio::{print::Mark, vector::colour},
    things::{self, Distance, Kind, Look},
};
use anyhow::Context as _;
use serde::Deserialize;
use serde_json::{Value, json};

/// The ground of a picture whose category has no tone.
const TONE: &str = "#e4e0da";

/// Everything there is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Assortment {
    pub(super) shop: Value,
    pub(super) shipping: Vec<Shipping>,
    #[serde(rename = "coupon")]
    pub(super) coupons: Vec<Coupon>,
    #[serde(rename = "brand")]
    pub(super) brands: Vec<Brand>,
    #[serde(rename = "category")]
    pub(super) categories: Vec<Category>,
    #[serde(rename = "product")]
    pub(super) products: Vec<Product>,
}

/// A way of shipping beside the standard one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shipping {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) price: i64,
    #[serde(default)]
    pub(super) pickup: bool,
}

/// A code: a share or an amount off.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Coupon {
    pub(super) code: String,
    pub(super) label: String,
    pub(super) percent: Option<i64>,
    pub(super) pence: Option<i64>,
    pub(super) minimum: Option<i64>,
    #[serde(default)]
    pub(super) first_order: bool,
}

/// Who makes things.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Brand {
    pub(super) slug: String,
    pub(super) name: String,
    mark: Mark,
}

/// A category of the top, and those below it by name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Category {
    pub(super) slug: String,
    pub(super) name: String,
    tone: String,
    pub(super) below: Vec<String>,
}

/// A product.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Product {
    pub(super) name: String,
    pub(super) brand: String,
    /// The slug of a category below the top.
    pub(super) category: String,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    pub(super) grams: i64,
    #[serde(default)]
    pub(super) options: Vec<String>,
    pub(super) text: String,
    pub(super) variants: Vec<Variant>,
    pub(super) pictures: Vec<Drawing>,
}

/// A kind of a product; prices in pence.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variant {
    pub(super) sku: String,
    /// A value for each option.
    #[serde(default)]
    pub(super) is: Vec<String>,
    pub(super) price: i64,
    pub(super) was: Option<i64>,
    pub(super) stock: i64,
    pub(super) grams: Option<i64>,
}

/// A picture to be drawn.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Drawing {
    kind: Kind,
    colour: String,
    accent: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    note: String,
    /// What it shows of the product, for those who do not see it.
    #[serde(default)]
    of: String,
    /// Whether it is seen from near by.
    #[serde(default)]
    close: bool,
}

/// A drawing with all that it takes.
#[derive(Debug)]
pub(super) struct Order {
    drawing: Drawing,
    look: Look,
    tone: String,
}

impl Assortment {
    /// Reads the text.
    pub(super) fn read() -> anyhow::Result<Self> {
        toml::from_str(include_str!("assortment.toml")).context("the sample shop cannot be read")
    }

    /// What it takes to draw a picture of a product.
    pub(super) fn order(&self, product: &Product, drawing: &Drawing) -> Order {
        let brand = self.brands.iter().find(|brand| brand.slug == product.brand);
        let top = self.categories.iter().find(|top| top.below.iter().any(|name| slug(name) == product.category));
        let look = Look {
            colour: colour(&drawing.colour),
            accent: colour(&drawing.accent),
            mark: brand.map_or(Mark::Plain, |brand| brand.mark),
            words: drawing.words.clone(),
            note: drawing.note.clone(),
            maker: brand.map(|brand| brand.name.to_uppercase()).unwrap_or_default(),
        };
        let tone = top.map_or(TONE, |top| &top.tone).to_owned();
        Order { drawing: drawing.clone(), look, tone }
    }
}

impl Order {
    /// Draws it, `size` points each way: a JPEG.
    pub(super) fn draw(&self, size: usize) -> anyhow::Result<Vec<u8>> {
        let distance = if self.drawing.close { Distance::Close } else { Distance::Whole };
        let picture = things::draw(self.drawing.kind, &self.look, colour(&self.tone), distance, size);
        let mut file = Vec::new();
        let points = u32::try_from(picture.size)?;
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 92).encode(
            &picture.bytes,
            points,
            points,
            image::ExtendedColorType::Rgb8,
        )?;
        Ok(file)
    }
}

impl Product {
    /// Its part of an address.
    pub(super) fn slug(&self) -> String {
        slug(&self.name)
    }

    /// What a picture of it shows, in words.
    pub(super) fn alt(&self, drawing: &Drawing) -> String {
        if drawing.of.is_empty() { self.name.clone() } else { format!("{}, {}", self.name, drawing.of) }
    }

    /// Its text as HTML: paragraphs, and lists of what begins with a hyphen.
    pub(super) fn html(&self) -> String {
        let paragraphs = self.text.trim().split("\n\n").map(|part| {
            let items: Vec<&str> = part.lines().filter_map(|line| line.strip_prefix("- ")).collect();
            if items.is_empty() {
                return format!("<p>{}</p>", part.trim());
            }
            format!("<ul><li>{}</li></ul>", items.join("</li><li>"))
        });
        paragraphs.collect::<Vec<_>>().join("\n")
    }

    /// Its variants as the API takes them.
    pub(super) fn variants(&self, currency: &str) -> Vec<Value> {
        let money = |pence: i64| json!({"amount": pence, "currency": currency});
        let one = |variant: &Variant| {
            let options: serde_json::Map<String, Value> =
                self.options.iter().cloned().zip(variant.is.iter().map(|value| json!(value))).collect();
            let mut body = json!({
                "sku": variant.sku,
                "options": options,
                "price": money(variant.price),
                "grams": variant.grams.unwrap_or(self.grams),
                "stocked": true,
            });
            if let Some(was) = variant.was {
                body["compare_at_price"] = money(was);
            }
            body
        };
        self.variants.iter().map(one).collect()
    }
}

/// A name as a part of an address.
pub(super) fn slug(name: &str) -> String {
    let letters = name.chars().filter(|letter| *letter != '\'').flat_map(char::to_lowercase);
    let words: String = letters.map(|letter| if letter.is_alphanumeric() { letter } else { ' ' }).collect();
    words.split_whitespace().collect::<Vec<_>>().join("-")
}
