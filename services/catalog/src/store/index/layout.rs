//! What the index holds of a product, and what it takes for a word.

use crate::model::{Entry, Offer};
use bodega_kernel::{Currency, uuid::Uuid};
use tantivy::{
    TantivyDocument,
    schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{AsciiFoldingFilter, LowerCaser, RemoveLongFilter, SimpleTokenizer, TextAnalyzer},
};

/// The name of what makes words of texts.
pub(super) const WORDS: &str = "words";
/// Bytes of the longest word.
const MAX_WORD_BYTES: usize = 80;
/// Bits of a price in an offer: prices are at most 10 to the power of 12.
const PRICE_BITS: u32 = 40;

/// The fields of a product. What is read of every product that fits lies in columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub(super) id: Field,
    pub(super) name: Field,
    pub(super) labels: Field,
    pub(super) text: Field,
    pub(super) codes: Field,
    pub(super) brand: Field,
    pub(super) categories: Field,
    id_high: Field,
    id_low: Field,
    brand_high: Field,
    offers: Field,
    rating: Field,
    sold: Field,
    name_key: Field,
}

/// Columns by name.
pub(super) mod columns {
    pub(in super::super) const ID_HIGH: &str = "id_high";
    pub(in super::super) const ID_LOW: &str = "id_low";
    pub(in super::super) const BRAND: &str = "brand";
    pub(in super::super) const BRAND_HIGH: &str = "brand_high";
    pub(in super::super) const CATEGORIES: &str = "categories";
    pub(in super::super) const OFFERS: &str = "offers";
    pub(in super::super) const RATING: &str = "rating";
    pub(in super::super) const SOLD: &str = "sold";
    pub(in super::super) const NAME_KEY: &str = "name_key";
}

/// The fields, always the same.
pub(super) fn schema() -> (Schema, Fields) {
    let indexed = |tokenizer| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_fieldnorms(false);
        TextOptions::default().set_indexing_options(indexing.set_index_option(IndexRecordOption::Basic))
    };
    let mut schema = Schema::builder();
    let fields = Fields {
        id: schema.add_bytes_field("id", INDEXED),
        name: schema.add_text_field("name", indexed(WORDS)),
        labels: schema.add_text_field("labels", indexed(WORDS)),
        text: schema.add_text_field("text", indexed(WORDS)),
        codes: schema.add_text_field("codes", indexed("raw")),
        brand: schema.add_u64_field(columns::BRAND, INDEXED | FAST),
        categories: schema.add_u64_field(columns::CATEGORIES, INDEXED | FAST),
        id_high: schema.add_u64_field(columns::ID_HIGH, FAST),
        id_low: schema.add_u64_field(columns::ID_LOW, FAST),
        brand_high: schema.add_u64_field(columns::BRAND_HIGH, FAST),
        offers: schema.add_u64_field(columns::OFFERS, FAST),
        rating: schema.add_u64_field(columns::RATING, FAST),
        sold: schema.add_u64_field(columns::SOLD, FAST),
        name_key: schema.add_text_field(columns::NAME_KEY, FAST),
    };
    (schema.build(), fields)
}

/// What makes words: letters and digits, in small letters and without accents.
pub(super) fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(MAX_WORD_BYTES))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

impl Fields {
    /// A product as it is put in.
    pub(super) fn document(&self, entry: &Entry) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_bytes(self.id, entry.id.as_bytes());
        document.add_text(self.name, &entry.name);
        entry.labels.iter().for_each(|label| document.add_text(self.labels, label));
        document.add_text(self.text, &entry.text);
        entry.codes.iter().for_each(|code| document.add_text(self.codes, folded(code)));
        document.add_u64(self.id_high, high(entry.id));
        document.add_u64(self.id_low, low(entry.id));
        if let Some(brand) = entry.brand {
            document.add_u64(self.brand, low(brand.0));
            document.add_u64(self.brand_high, high(brand.0));
        }
        entry.categories.iter().for_each(|category| document.add_u64(self.categories, low(category.0)));
        entry.offers.iter().for_each(|offer| document.add_u64(self.offers, packed(offer)));
        document.add_u64(self.rating, u64::try_from(entry.rating.order()).unwrap_or(0));
        document.add_u64(self.sold, u64::try_from(entry.sold).unwrap_or(0));
        document.add_text(self.name_key, entry.name.to_lowercase());
        document
    }
}

/// SKUs and barcodes as they are compared.
pub(super) fn folded(code: &str) -> String {
    code.to_lowercase()
}

/// The half of an id that tells when it was made.
fn high(id: Uuid) -> u64 {
    id.as_u64_pair().0
}

/// The half of an id that is random.
pub(super) fn low(id: Uuid) -> u64 {
    id.as_u64_pair().1
}

/// An offer as a number: its currency, whether it can be bought, its price.
fn packed(offer: &Offer) -> u64 {
    let price = u64::try_from(offer.price).unwrap_or(0).min((1 << PRICE_BITS) - 1);
    (number(offer.currency) << (PRICE_BITS + 1)) | (u64::from(offer.in_stock) << PRICE_BITS) | price
}

/// The currency of an offer, its price, and whether it can be bought.
pub(super) fn unpacked(offer: u64) -> (u64, i64, bool) {
    (offer >> (PRICE_BITS + 1), (offer & ((1 << PRICE_BITS) - 1)) as i64, (offer >> PRICE_BITS) & 1 == 1)
}

/// A currency as a number.
pub(super) fn number(currency: Currency) -> u64 {
    currency.code().bytes().fold(0, |number, letter| (number << 5) | u64::from(letter & 31))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_read_in_its_currency_as_it_was_put_in() {
        for currency in [Currency::GBP, Currency::EUR] {
            for (price, in_stock) in [(0, false), (1_299, true), (1_000_000_000_000, true), (1_000_000_000_000, false)]
            {
                let offer = packed(&Offer { currency, price, in_stock });
                assert_eq!(unpacked(offer), (number(currency), price, in_stock));
            }
        }
    }

    #[test]
    fn accents_and_capitals_make_no_other_word() {
        let words = |text: &str| {
            let (mut analyzer, mut words) = (analyzer(), Vec::new());
            analyzer.token_stream(text).process(&mut |token| words.push(token.text.clone()));
            words
        };
        assert_eq!(words("Große CAFÉ-Tasse"), ["grosse", "cafe", "tasse"]);
    }
}
