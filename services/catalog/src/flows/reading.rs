//! What shoppers and staff read. Public answers are kept as bytes for a moment (see [`Pages`](crate::pages::Pages)).

use super::markets::shown_in;
use crate::{
    Catalog,
    error::Error,
    model::{MAX_NAME_CHARS, MAX_SLUG_CHARS, Status, market_id_fault},
    pages::Page as Answer,
    store::{
        reads::{self, Filter, PageKey, Sort},
        taxonomy::{Brand, Category},
    },
    views::{BrandView, CategoryView, ProductSummary, ProductView},
};
use axum::http::HeaderValue;
use bodega_db::DbError;
use bodega_kernel::{Currency, Page, PageLimit};
use bodega_web::etag_of;
use serde::Serialize;

/// Characters of the longest text in a cursor: a name may grow in lower case.
const MAX_KEY_CHARS: usize = 3 * MAX_NAME_CHARS;

/// Which products are looked for. Its debug form names the answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    pub(crate) text: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) brand: Option<String>,
    pub(crate) price_min: Option<i64>,
    pub(crate) price_max: Option<i64>,
    pub(crate) in_stock: Option<bool>,
    pub(crate) sort: Sort,
    pub(crate) key: Option<PageKey>,
    pub(crate) limit: PageLimit,
    pub(crate) count: bool,
    pub(crate) prices: Prices,
    /// Staff alone may name one; everybody else sees what is active.
    pub(crate) status: Option<Status>,
}

/// In which currency prices are shown: the one that is named, or that of a market. Its debug form names the answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prices {
    pub(crate) currency: Option<Currency>,
    pub(crate) market: Option<String>,
}

/// A page of products.
pub(crate) async fn list_products(catalog: &Catalog, search: Search, for_staff: bool) -> Result<Answer, Error> {
    search.check(for_staff)?;
    let name = format!("{search:?}");
    let public = search.status.is_none();
    if public && let Some(answer) = catalog.pages.get(&name, catalog.world.now()) {
        return Ok(answer);
    }
    let (epoch, now) = (catalog.pages.epoch(), catalog.world.now());
    let page = found(catalog, search).await?;
    let answer = listed(&page)?;
    if public {
        catalog.pages.keep(name, epoch, now, &answer);
    }
    Ok(answer)
}

async fn found(catalog: &Catalog, search: Search) -> Result<Page<ProductSummary>, Error> {
    let db = catalog.db.reader();
    let currency = shown_in(catalog, &search.prices).await?;
    let categories = match &search.category {
        Some(slug) => Some(reads::category_and_below(db, slug).await?),
        None => None,
    };
    let brand = match &search.brand {
        Some(slug) => Some(reads::brand_of(db, slug).await?),
        None => None,
    };
    if categories.as_ref().is_some_and(Vec::is_empty) || brand == Some(None) {
        return Ok(Page { items: Vec::new(), next_cursor: None, total: search.count.then_some(0) });
    }
    let filter = Filter {
        status: Some(search.status.unwrap_or(Status::Active)),
        text: search.text,
        categories,
        brand: brand.flatten(),
        price_min: search.price_min,
        price_max: search.price_max,
        in_stock: search.in_stock,
        currency: Some(currency).filter(|currency| *currency != catalog.terms.currency),
    };
    let rows = reads::list(db, &filter, search.sort, search.key, search.limit.and_one()).await?;
    let mut page = Page::of(rows, search.limit, |row| PageKey::of(search.sort, row))
        .map(|row| ProductSummary::of(row, catalog.terms, currency, search.status.is_some()));
    if search.count {
        page.total = Some(reads::count(db, &filter).await?);
    }
    Ok(page)
}

impl Prices {
    /// Before the answer is looked for among those that are kept: names of any length name none.
    fn check(&self) -> Result<(), Error> {
        let fits = self.market.as_deref().is_none_or(|market| market_id_fault(market).is_none());
        if fits { Ok(()) } else { Err(Error::invalid("/market", "is no market that is open")) }
    }
}

impl Search {
    fn check(&self, for_staff: bool) -> Result<(), Error> {
        self.prices.check()?;
        let texts = [("/q", &self.text), ("/category", &self.category), ("/brand", &self.brand)];
        for (pointer, text) in texts {
            if text.as_deref().is_some_and(|text| !is_plain(text, MAX_NAME_CHARS)) {
                return Err(Error::invalid(pointer, "has at most 255 characters, none of them a control character"));
            }
        }
        for (pointer, price) in [("/price_min", self.price_min), ("/price_max", self.price_max)] {
            if price.is_some_and(i64::is_negative) {
                return Err(Error::invalid(pointer, "is not negative"));
            }
        }
        match &self.key {
            Some(PageKey::Name(name, _)) if !is_plain(name, MAX_KEY_CHARS) => return Err(Error::ForeignCursor),
            Some(key) if !key.fits(self.sort) => return Err(Error::ForeignCursor),
            Some(_) | None => {}
        }
        if self.status.is_some() && !for_staff { Err(Error::StaffOnly) } else { Ok(()) }
    }
}

/// Not too long, and without what `PostgreSQL` takes for no text.
fn is_plain(text: &str, max_chars: usize) -> bool {
    text.chars().count() <= max_chars && !text.chars().any(char::is_control)
}

/// A product by slug or id: what is active for everybody, the rest for staff.
pub(crate) async fn product(catalog: &Catalog, name: &str, prices: &Prices, for_staff: bool) -> Result<Answer, Error> {
    if name.chars().count() > MAX_SLUG_CHARS + 2 || name.chars().any(char::is_control) {
        return Err(Error::NotFound);
    }
    prices.check()?;
    let kept = format!("product {prices:?} {name}");
    if let Some(answer) = catalog.pages.get(&kept, catalog.world.now()) {
        return Ok(answer);
    }
    let (epoch, now) = (catalog.pages.epoch(), catalog.world.now());
    let currency = shown_in(catalog, prices).await?;
    let found = reads::product(catalog.db.reader(), name).await?.ok_or(Error::NotFound)?;
    let view = ProductView::found(found, catalog.terms)?.shown_in(currency).ok_or(Error::NotFound)?;
    let active = view.status == Status::Active;
    if !active && !for_staff {
        return Err(Error::NotFound);
    }
    let body = json(&view)?;
    let answer = Answer { etag: versioned(view.version, &etag_of(&body)), body: body.into() };
    if active {
        catalog.pages.keep(kept, epoch, now, &answer);
    }
    Ok(answer)
}

/// A tag that tells both: which version an edit would be meant for, and whether anything is to be read again (stock
/// and names of brands change without the product): `"7-0a1b2c3d4e5f6071"`.
fn versioned(version: i64, digest: &HeaderValue) -> HeaderValue {
    let digits: String = digest.to_str().unwrap_or_default().chars().filter(char::is_ascii_hexdigit).take(16).collect();
    HeaderValue::from_str(&format!("\"{version}-{digits}\"")).unwrap_or_else(|_| digest.clone())
}

/// A page of brands.
pub(crate) async fn list_brands(catalog: &Catalog, list: Names) -> Result<Answer, Error> {
    let db = catalog.db.reader();
    list.check()?;
    let rows = reads::brands(db, list.after, list.limit.and_one()).await?;
    let mut page = Page::of(rows, list.limit, |row| row.slug.clone()).map(|row| BrandView::from(Brand::from(row)));
    if list.count {
        page.total = Some(reads::brand_count(db).await?);
    }
    Ok(listed(&page)?)
}

/// A page of categories; each names what it stands under.
pub(crate) async fn list_categories(catalog: &Catalog, list: Names) -> Result<Answer, Error> {
    let db = catalog.db.reader();
    list.check()?;
    let rows = reads::categories(db, list.after, list.limit.and_one()).await?;
    let mut page =
        Page::of(rows, list.limit, |row| row.slug.clone()).map(|row| CategoryView::from(Category::from(row)));
    if list.count {
        page.total = Some(reads::category_count(db).await?);
    }
    Ok(listed(&page)?)
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
    Ok(Answer { etag: etag_of(&body), body: body.into() })
}

pub(super) fn json(view: &impl Serialize) -> Result<Vec<u8>, DbError> {
    serde_json::to_vec(view).map_err(|error| DbError::Refused(error.to_string().into()))
}
