//! How a list of products is narrowed and sorted: read from an address, written to one, asked of the API.

use super::form::{Form, query};
use bodega_kernel::{Currency, Money};
use bodega_pages::Text;

/// Products on a page of a list.
const PAGE: &str = "24";
/// Characters of the longest text that is looked for.
const MAX_TEXT: usize = 200;

/// The orders that shoppers choose from, by their name in the API.
pub(crate) const SORTS: [(&str, Text); 6] = [
    ("best_selling", Text { en: "Best selling", de: "Beliebteste" }),
    ("newest", Text { en: "Newest", de: "Neueste" }),
    ("price", Text { en: "Price, low to high", de: "Preis aufsteigend" }),
    ("-price", Text { en: "Price, high to low", de: "Preis absteigend" }),
    ("rating", Text { en: "Best rated", de: "Beste Bewertung" }),
    ("relevance", Text { en: "Best match", de: "Beste Treffer" }),
];

/// What a list is narrowed by. What makes no sense in an address is left out, so that old links keep working.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filters {
    /// What is looked for.
    pub(crate) text: String,
    /// The slug of a category.
    pub(crate) category: String,
    /// The slug of a brand.
    pub(crate) brand: String,
    /// The lowest price, as in the address: `12.50`.
    pub(crate) price_min: String,
    /// The highest.
    pub(crate) price_max: String,
    /// The fewest stars, 1 to 5.
    pub(crate) rating: String,
    /// Whether only what can be bought now.
    pub(crate) in_stock: bool,
    /// One of [`SORTS`]; empty is the API's own.
    pub(crate) sort: String,
    /// Where in the list.
    pub(crate) cursor: String,
}

impl Filters {
    /// Reads what stands behind the question mark, prices in `currency`.
    pub(crate) fn read(text: Option<&str>, currency: Currency) -> Self {
        let form = Form::read(text.unwrap_or_default());
        let price = |name| Money::parse(&form.get(name).replace(',', "."), currency).map(major).unwrap_or_default();
        let is_known = |sort: &&str| SORTS.iter().any(|(name, _)| name == sort);
        let slug = |name| form.get(name).chars().take(MAX_TEXT).collect();
        Self {
            text: form.get("q").chars().take(MAX_TEXT).collect(),
            category: slug("category"),
            brand: slug("brand"),
            price_min: price("price_min"),
            price_max: price("price_max"),
            rating: form
                .number("rating")
                .filter(|stars| (1..=5).contains(stars))
                .map(|stars| stars.to_string())
                .unwrap_or_default(),
            in_stock: form.is_ticked("in_stock"),
            sort: form.some("sort").filter(is_known).unwrap_or_default().to_owned(),
            cursor: form.get("cursor").to_owned(),
        }
    }

    /// The fields of an address of ours.
    pub(crate) fn fields(&self) -> [(&'static str, &str); 9] {
        [
            ("q", &self.text),
            ("category", &self.category),
            ("brand", &self.brand),
            ("price_min", &self.price_min),
            ("price_max", &self.price_max),
            ("rating", &self.rating),
            ("in_stock", if self.in_stock { "yes" } else { "" }),
            ("sort", &self.sort),
            ("cursor", &self.cursor),
        ]
    }

    /// An address of ours: `path` with these filters.
    pub(crate) fn address(&self, path: &str) -> String {
        match query(&self.fields()) {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// The same, changed, from its first page on.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut changed = Self { cursor: String::new(), ..self.clone() };
        change(&mut changed);
        changed
    }

    /// The question to the API, where `category` is narrowed to as well.
    pub(crate) fn question(&self, category: &str, currency: Currency) -> String {
        let minor =
            |price: &str| Money::parse(price, currency).map(|price| price.amount.to_string()).unwrap_or_default();
        let (from, to) = (minor(&self.price_min), minor(&self.price_max));
        let category = if category.is_empty() { &self.category } else { category };
        let fields = [
            ("q", self.text.as_str()),
            ("category", category),
            ("brand", &self.brand),
            ("price_min", &from),
            ("price_max", &to),
            ("rating", &self.rating),
            ("in_stock", if self.in_stock { "true" } else { "" }),
            ("sort", self.order()),
            ("facets", "true"),
            ("limit", PAGE),
            ("cursor", &self.cursor),
        ];
        format!("/v1/products?{}", query(&fields))
    }

    /// The order that holds: what fits best for who looks for something, what sells best for who looks around.
    pub(crate) fn order(&self) -> &str {
        match (self.sort.as_str(), self.text.is_empty()) {
            ("" | "relevance", true) => "best_selling",
            ("", false) => "relevance",
            (sort, _) => sort,
        }
    }

    /// Whether anything but the text narrows the list.
    pub(crate) fn narrows(&self) -> bool {
        let texts = [&self.category, &self.brand, &self.price_min, &self.price_max, &self.rating];
        self.in_stock || texts.iter().any(|text| !text.is_empty())
    }
}

/// An amount as addresses and inputs have it: `12.5` of 1250 pence, `12` of 1200.
pub(crate) fn major(money: Money) -> String {
    let decimals = money.currency.decimals();
    let unit = 10_i64.pow(decimals);
    let (whole, rest) = (money.amount / unit, money.amount % unit);
    match rest {
        0 => whole.to_string(),
        rest => format!("{whole}.{rest:0width$}", width = decimals as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Filters {
        Filters::read(Some(text), Currency::GBP)
    }

    #[test]
    fn filters_survive_their_address() {
        let filters = read("q=mug+%26+cup&brand=kiln&price_min=5&price_max=12,50&rating=4&in_stock=yes&sort=-price");
        let (path, written) =
            filters.address("/search").split_once('?').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap_or_default();
        assert_eq!((path.as_str(), read(&written)), ("/search", filters.clone()));
        let question = filters.question("", Currency::GBP);
        assert!(question.contains("price_min=500&price_max=1250&rating=4&in_stock=true&sort=-price"), "{question}");
    }

    #[test]
    fn nonsense_in_an_address_is_left_out() {
        let filters = read("price_min=abc&price_max=-3&rating=9&in_stock=maybe&sort=evil&cursor=");
        assert_eq!(filters, Filters::default());
        assert_eq!(filters.address("/search"), "/search");
    }
}
