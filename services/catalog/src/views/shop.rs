//! What staff read and shoppers are shown of the shop and its legal texts.

use super::MarketView;
use crate::model::{LegalStored, LegalTexts, ShopNow};
use bodega_contracts::{Address, catalog::MarketChanged};
use bodega_kernel::{Currency, Time};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The shop as staff see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ShopView {
    /// For `If-Match`.
    pub(crate) version: i64,
    /// As customers see it.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) address: Option<Address>,
    /// Where customers write.
    pub(crate) email: Option<String>,
    /// Its number for value added tax.
    pub(crate) tax_number: Option<String>,
    /// The languages it speaks, its own first.
    pub(crate) languages: Vec<String>,
    /// Its legal texts.
    pub(crate) legal: LegalTexts,
    /// The version of the legal texts; 0 before the first.
    pub(crate) legal_version: i64,
}

/// A version of the legal texts, whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LegalVersion {
    /// Which.
    pub(crate) version: i64,
    /// SHA-256 of the texts in hexadecimal, as it is kept with what was accepted.
    pub(crate) digest: String,
    /// Since when they applied.
    pub(crate) at: Time,
    /// The texts.
    pub(crate) texts: LegalTexts,
}

/// The shop as shoppers see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "name": "Harbour Mugs", "languages": ["en", "de"],
    "legal": {"version": 2, "digest": "b7…", "texts": {"terms": ["de", "en"], "privacy": ["en"]}},
    "markets": [{"id": "home", "countries": [], "currency": "GBP", "prices_include_tax": true}]
}))]
pub(crate) struct PublicShop {
    /// Its name.
    pub(crate) name: String,
    /// The languages it speaks, its own first.
    pub(crate) languages: Vec<String>,
    /// Which legal texts there are; null while there are none.
    pub(crate) legal: Option<LegalIndex>,
    /// Where it sells.
    pub(crate) markets: Vec<PublicMarket>,
}

/// Which legal texts there are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LegalIndex {
    /// Their version: what a shopper accepts.
    pub(crate) version: i64,
    /// SHA-256 of them in hexadecimal.
    pub(crate) digest: String,
    /// The languages of each text that there is.
    pub(crate) texts: BTreeMap<String, Vec<String>>,
}

/// A market as shoppers see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PublicMarket {
    /// For `?market=`.
    pub(crate) id: String,
    /// ISO 3166-1 alpha-2; none: every country that is in no other market.
    pub(crate) countries: Vec<String>,
    /// What one pays in.
    pub(crate) currency: Currency,
    /// Whether prices contain their tax.
    pub(crate) prices_include_tax: bool,
}

/// A legal text.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "text": "terms", "language": "en", "version": 2, "digest": "b7…", "markdown": "# Terms\n\nWe sell mugs."
}))]
pub(crate) struct LegalView {
    /// `terms`, `privacy`, `withdrawal` or `imprint`.
    pub(crate) text: String,
    /// The language it is in, which may be another than was asked for.
    pub(crate) language: String,
    /// The version of all texts.
    pub(crate) version: i64,
    /// SHA-256 of all texts in hexadecimal.
    pub(crate) digest: String,
    /// As staff wrote it: escape HTML in it before showing it.
    pub(crate) markdown: String,
}

impl ShopView {
    pub(crate) fn of(shop: ShopNow, legal: LegalTexts) -> Self {
        let ShopNow { version, profile, legal_version } = shop;
        Self {
            version,
            name: profile.name,
            address: profile.address,
            email: profile.email,
            tax_number: profile.tax_number,
            languages: profile.languages,
            legal,
            legal_version,
        }
    }
}

impl PublicShop {
    pub(crate) fn of(shop: ShopNow, legal: Option<LegalStored>, markets: impl Iterator<Item = MarketChanged>) -> Self {
        Self {
            name: shop.profile.name,
            languages: shop.profile.languages,
            legal: legal.filter(|legal| !legal.texts.is_empty()).map(LegalIndex::from),
            markets: markets.map(|market| PublicMarket::from(MarketView::from(market))).collect(),
        }
    }
}

impl LegalView {
    /// A text in the first of the languages that it is there in.
    pub(crate) fn of<'a>(
        legal: &LegalStored,
        name: &str,
        mut languages: impl Iterator<Item = &'a str>,
    ) -> Option<Self> {
        let text = legal.texts.of(name)?;
        let (language, markdown) = languages.find_map(|language| text.get_key_value(language))?;
        Some(Self {
            text: name.to_owned(),
            language: language.clone(),
            version: legal.version,
            digest: legal.digest.clone(),
            markdown: markdown.clone(),
        })
    }
}

impl From<LegalStored> for LegalIndex {
    fn from(LegalStored { version, digest, texts, .. }: LegalStored) -> Self {
        let languages = |text: &BTreeMap<String, String>| text.keys().cloned().collect::<Vec<_>>();
        let there = texts.all().into_iter().filter(|(_, text)| !text.is_empty());
        let texts = there.map(|(name, text)| (name.to_owned(), languages(text))).collect();
        Self { version, digest, texts }
    }
}

impl From<LegalStored> for LegalVersion {
    fn from(LegalStored { version, digest, texts, at }: LegalStored) -> Self {
        Self { version, digest, at, texts }
    }
}

impl From<MarketView> for PublicMarket {
    fn from(MarketView { id, countries, currency, prices_include_tax, .. }: MarketView) -> Self {
        Self { id, countries, currency, prices_include_tax }
    }
}
