//! What shoppers and staff read. Public answers are kept as bytes under the address they were asked at, until what they
//! rest on changes (see [`Pages`](crate::pages::Pages)).

use super::{markets::shown_in, searching};
use crate::{
    Catalog,
    error::Error,
    model::{MAX_NAME_CHARS, MAX_QUERY_CHARS, MAX_SLUG_CHARS, MAX_WORDS, Status, market_id_fault},
    pages::{Made, Page as Answer, RestsOn},
    store::{
        index::word_count,
        reads::{self, Filter, PageKey, Sort},
        taxonomy::{Brand, Category},
    },
    views::{BrandView, CategoryView, ProductPage, ProductSummary, ProductView},
};
use axum::http::HeaderValue;
use bodega_db::DbError;
use bodega_kernel::{Currency, Page, PageLimit};
use bodega_web::etag_of;
use serde::Serialize;
use std::sync::Arc;

/// Characters of the longest text in a cursor: a name may grow in lower case.
const MAX_KEY_CHARS: usize = 3 * MAX_NAME_CHARS;

/// Products of a part of the list of all.
const PART: u64 = 10_000;
/// The most parts.
const MAX_PARTS: u64 = 100;

/// Which products are looked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    pub(crate) text: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) brand: Option<String>,
    pub(crate) price_min: Option<i64>,
    pub(crate) price_max: Option<i64>,
    pub(crate) in_stock: Option<bool>,
    /// The fewest stars.
    pub(crate) stars: Option<u8>,
    pub(crate) sort: Sort,
    pub(crate) key: Option<PageKey>,
    /// Which ten thousand of the newest of all it begins with, from 1.
    pub(crate) part: Option<u64>,
    pub(crate) limit: PageLimit,
    pub(crate) count: bool,
    /// Whether to answer what each further choice would leave.
    pub(crate) facets: bool,
    pub(crate) prices: Prices,
    /// Staff alone may name one; everybody else sees what is active.
    pub(crate) status: Option<Status>,
}

/// In which currency prices are shown: the one that is named, or that of a market.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prices {
    pub(crate) currency: Option<Currency>,
    pub(crate) market: Option<String>,
}

/// A page of products. `address` is where it was asked for.
pub(crate) async fn list_products(
    catalog: &Catalog,
    address: &str,
    search: Search,
    for_staff: bool,
) -> Result<Arc<Answer>, Error> {
    search.check(for_staff)?;
    let is_public = search.status.is_none();
    let make = async || {
        let (found, rests_on) = found(catalog, search).await?;
        Ok(Made { page: listed(&found)?, rests_on: is_public.then_some(rests_on) })
    };
    catalog.pages.get_or_make(address, &catalog.world, make).await
}

/// The products, and what the list of them rests on: whoever puts a product into a category or takes it out changes
/// that category.
async fn found(catalog: &Catalog, mut search: Search) -> Result<(ProductPage, RestsOn), Error> {
    let db = catalog.db.reader();
    let currency = shown_in(catalog, &search.prices).await?;
    if let Some(found) = searching::found(catalog, &search, currency).await? {
        return Ok(found);
    }
    if let Some(PageKey::Fit(..)) = search.key {
        return Err(Error::ForeignCursor);
    }
    let nothing = ProductPage::nothing(false, search.count || search.facets);
    let mut rests_on = RestsOn::Products;
    if let Some(part) = search.part.filter(|part| *part > 1) {
        search.key = reads::newest_behind(db, (part - 1) * PART).await?;
        if search.key.is_none() {
            return Ok((nothing, rests_on));
        }
    }
    let mut brand = None;
    if let Some(slug) = &search.brand {
        let Some(found) = reads::brand_of(db, slug).await? else { return Ok((nothing, RestsOn::Shop)) };
        rests_on = RestsOn::Group(found);
        brand = Some(found);
    }
    let mut categories = None;
    if let Some(slug) = &search.category {
        let Some((top, below)) = reads::category_and_below(db, slug).await? else {
            return Ok((nothing, RestsOn::Shop));
        };
        rests_on = RestsOn::Group(top.0);
        categories = Some(below);
    }
    let filter = Filter {
        status: Some(search.status.unwrap_or(Status::Active)),
        text: search.text,
        categories,
        brand,
        price_min: search.price_min,
        price_max: search.price_max,
        in_stock: search.in_stock,
        stars: search.stars,
        currency: searching::foreign(catalog, currency),
    };
    let rows = reads::list(db, &filter, search.sort, search.key, search.limit.and_one()).await?;
    let mut page = Page::of(rows, search.limit, |row| PageKey::of(search.sort, row))
        .map(|row| ProductSummary::of(row, catalog.terms, currency, search.status.is_some()));
    if search.count || search.facets {
        page.total = Some(reads::count(db, &filter).await?);
    }
    Ok((ProductPage::from(page), rests_on))
}

impl Prices {
    /// Before the answer is looked for among those that are kept: names of any length name none.
    pub(super) fn check(&self) -> Result<(), Error> {
        let fits = self.market.as_deref().is_none_or(|market| market_id_fault(market).is_none());
        if fits { Ok(()) } else { Err(Error::invalid("/market", "is no market that is open")) }
    }
}

impl Search {
    pub(super) fn check(&self, for_staff: bool) -> Result<(), Error> {
        self.prices.check()?;
        if self.text.as_deref().is_some_and(|text| !is_plain(text, MAX_QUERY_CHARS) || word_count(text) > MAX_WORDS) {
            let detail = "has at most 200 characters and 10 words, and no control characters";
            return Err(Error::invalid("/q", detail));
        }
        if self.stars.is_some_and(|stars| !(1..=5).contains(&stars)) {
            return Err(Error::invalid("/rating", "is 1 to 5"));
        }
        for (pointer, text) in [("/category", &self.category), ("/brand", &self.brand)] {
            if text.as_deref().is_some_and(|text| !is_plain(text, MAX_NAME_CHARS)) {
                return Err(Error::invalid(pointer, "has at most 255 characters, none of them a control character"));
            }
        }
        for (pointer, price) in [("/price_min", self.price_min), ("/price_max", self.price_max)] {
            if price.is_some_and(i64::is_negative) {
                return Err(Error::invalid(pointer, "is not negative"));
            }
        }
        if self.part.is_some_and(|part| !(1..=MAX_PARTS).contains(&part) || !self.is_of_all()) {
            return Err(Error::invalid("/part", "is 1 to 100, of the newest without filter and cursor"));
        }
        match &self.key {
            Some(PageKey::Name(name, _)) if !is_plain(name, MAX_KEY_CHARS) => return Err(Error::ForeignCursor),
            Some(key) if !key.fits(self.sort) => return Err(Error::ForeignCursor),
            Some(_) | None => {}
        }
        if self.status.is_some() && !for_staff { Err(Error::StaffOnly) } else { Ok(()) }
    }

    /// Whether it is for the newest of all, from the first on.
    fn is_of_all(&self) -> bool {
        let texts = [&self.text, &self.category, &self.brand, &self.prices.market];
        let numbers = [self.price_min, self.price_max, self.stars.map(i64::from)];
        let others = self.in_stock.is_some() || self.facets || self.status.is_some() || self.prices.currency.is_some();
        let is_narrowed = others || texts.iter().any(|text| text.is_some()) || numbers.iter().any(Option::is_some);
        self.sort == Sort::Newest && self.key.is_none() && !is_narrowed
    }
}

/// Not too long, and without what `PostgreSQL` takes for no text.
fn is_plain(text: &str, max_chars: usize) -> bool {
    text.chars().count() <= max_chars && !text.chars().any(char::is_control)
}

/// A product by slug or id: what is active for everybody, the rest for staff, who see its source too. What staff are
/// answered is not kept. `address` is where it was asked for.
pub(crate) async fn product(
    catalog: &Catalog,
    address: &str,
    name: &str,
    prices: &Prices,
    for_staff: bool,
) -> Result<Arc<Answer>, Error> {
    check_name(name)?;
    prices.check()?;
    if for_staff {
        return Ok(Arc::new(shown(&read(catalog, name, prices).await?)?));
    }
    let make = async || {
        let view = read(catalog, name, prices).await?;
        if view.status != Status::Active {
            return Err(Error::NotFound);
        }
        let rests_on = RestsOn::Product(view.id.0);
        Ok(Made { page: shown(&view.for_everybody())?, rests_on: Some(rests_on) })
    };
    catalog.pages.get_or_make(address, &catalog.world, make).await
}

async fn read(catalog: &Catalog, name: &str, prices: &Prices) -> Result<ProductView, Error> {
    let currency = shown_in(catalog, prices).await?;
    let found = reads::product(catalog.db.reader(), name).await?.ok_or(Error::NotFound)?;
    ProductView::found(found, catalog.terms)?.shown_in(currency).ok_or(Error::NotFound)
}

fn shown(view: &ProductView) -> Result<Answer, DbError> {
    let body = json(view)?;
    Ok(Answer::new(versioned(view.version, &etag_of(&body)), body))
}

/// Names of any length name no product.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let fits = name.chars().count() <= MAX_SLUG_CHARS + 2 && !name.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(Error::NotFound) }
}

/// A tag that tells both: which version an edit would be meant for, and whether anything is to be read again (stock
/// and names of brands change without the product): `"7-0a1b2c3d4e5f6071"`.
fn versioned(version: i64, digest: &HeaderValue) -> HeaderValue {
    let digits: String = digest.to_str().unwrap_or_default().chars().filter(char::is_ascii_hexdigit).take(16).collect();
    HeaderValue::from_str(&format!("\"{version}-{digits}\"")).unwrap_or_else(|_| digest.clone())
}

/// A page of brands. `address` is where it was asked for.
pub(crate) async fn list_brands(catalog: &Catalog, address: &str, list: Names) -> Result<Arc<Answer>, Error> {
    let db = catalog.db.reader();
    list.check()?;
    let make = async || {
        let rows = reads::brands(db, list.after, list.limit.and_one()).await?;
        let mut page = Page::of(rows, list.limit, |row| row.slug.clone()).map(|row| BrandView::from(Brand::from(row)));
        if list.count {
            page.total = Some(reads::brand_count(db).await?);
        }
        Ok(Made { page: listed(&page)?, rests_on: Some(RestsOn::Shop) })
    };
    catalog.pages.get_or_make(address, &catalog.world, make).await
}

/// A page of categories; each names what it stands under. `address` is where it was asked for.
pub(crate) async fn list_categories(catalog: &Catalog, address: &str, list: Names) -> Result<Arc<Answer>, Error> {
    let db = catalog.db.reader();
    list.check()?;
    let make = async || {
        let rows = reads::categories(db, list.after, list.limit.and_one()).await?;
        let mut page =
            Page::of(rows, list.limit, |row| row.slug.clone()).map(|row| CategoryView::from(Category::from(row)));
        if list.count {
            page.total = Some(reads::category_count(db).await?);
        }
        Ok(Made { page: listed(&page)?, rests_on: Some(RestsOn::Shop) })
    };
    catalog.pages.get_or_make(address, &catalog.world, make).await
}

/// Which brands or categories are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) after: Option<String>,
    pub(crate) limit: PageLimit,
    pub(crate) count: bool,
}

impl Names {
    fn check(&self) -> Result<(), Error> {
        let plain = self.after.as_deref().is_none_or(|slug| is_plain(slug, MAX_KEY_CHARS));
        if plain { Ok(()) } else { Err(Error::ForeignCursor) }
    }
}

pub(super) fn listed(page: &impl Serialize) -> Result<Answer, DbError> {
    let body = json(page)?;
    Ok(Answer::new(etag_of(&body), body))
}

pub(super) fn json(view: &impl Serialize) -> Result<Vec<u8>, DbError> {
    serde_json::to_vec(view).map_err(|error| DbError::Refused(error.to_string().into()))
}
