//! Finding products by words: lists with what each further choice would leave, suggestions while somebody types, and
//! products that are like another one. The index says which and in which order; how they look comes from the database.

use super::{
    indexing::{self, find},
    markets::shown_in,
    reading::{Prices, Search, listed},
};
use crate::{
    Catalog,
    error::Error,
    model::{Counts, Hit, Likeness, Order, Status, Subject, Wanted},
    pages::{Made, Page as Answer, RestsOn},
    store::{
        entities::categories,
        products::from_json,
        reads::{self, Filter, ListedProduct, PageKey, Sort},
    },
    views::{Facets, ProductPage, ProductSummary, RelatedProducts, Suggestions},
};
use bodega_contracts::{BrandId, CategoryId};
use bodega_db::DbError;
use bodega_kernel::{Currency, Cursor, PageLimit, uuid::Uuid};
use std::{collections::HashMap, sync::Arc};

/// The most suggestions, and the most products that are like another one.
const FEW: usize = 8;
/// The most brands to choose from.
const MAX_BRANDS: usize = 100;

/// The page of a list that the index answers; `None` where it has to be read from the database. It rests on the index.
pub(super) async fn found(
    catalog: &Catalog,
    search: &Search,
    currency: Currency,
) -> Result<Option<(ProductPage, RestsOn)>, Error> {
    if !is_for_the_index(search) || !indexing::is_ready(catalog) {
        return Ok(None);
    }
    let db = catalog.db.reader();
    let order = order(search);
    let subject = search.text.clone().map_or(Subject::All, Subject::Words);
    let mut wanted = Wanted::new(subject, currency, order, search.limit.and_one() as usize);
    wanted.after = search.key.clone().map(PageKey::into_hit);
    (wanted.price_min, wanted.price_max) = (search.price_min, search.price_max);
    (wanted.in_stock, wanted.stars) = (search.in_stock, search.stars);
    let nothing = || Ok(Some((ProductPage::nothing(search.facets, search.count), RestsOn::Shop)));
    if let Some(slug) = &search.brand {
        let Some(brand) = reads::brand_of(db, slug).await? else { return nothing() };
        wanted.brand = Some(BrandId(brand));
    }
    let needs_tree = search.facets || search.category.is_some();
    let all = if needs_tree { reads::all_categories(db).await? } else { Vec::new() };
    if let Some(slug) = &search.category {
        let Some((_, below)) = reads::below(&all, slug) else { return nothing() };
        wanted.categories = Some(below.into_iter().collect());
    }
    if search.facets {
        let tree = reads::tree(&all);
        let ids = all.iter().map(|row| CategoryId(row.id));
        wanted.facets = Some(ids.map(|category| (category, tree.with_ancestors(category))).collect());
    }
    let Some(found) = find(catalog, wanted).await else { return Ok(None) };
    let next_cursor = next(&found.hits, order, search.limit);
    let shown = found.hits.get(..search.limit.get()).unwrap_or(&found.hits);
    let items = summaries(catalog, shown, currency).await?;
    let facets = match found.counts {
        Some(counts) => Some(facets(catalog, counts, all).await?),
        None => None,
    };
    let total = (search.count || search.facets).then_some(found.total);
    Ok(Some((ProductPage { items, next_cursor, total, facets }, RestsOn::Index)))
}

/// What only the index knows, or knows much faster. Staff look at what is not for sale in the database.
fn is_for_the_index(search: &Search) -> bool {
    let is_by_index = match search.sort {
        Sort::Rating | Sort::BestSelling => true,
        Sort::Newest | Sort::Cheapest | Sort::Dearest | Sort::Name | Sort::Relevance => false,
    };
    search.status.is_none() && (search.text.is_some() || search.facets || search.stars.is_some() || is_by_index)
}

fn order(search: &Search) -> Order {
    match search.sort {
        // What began while there was no index goes on as it began.
        Sort::Relevance if search.text.is_none() || matches!(search.key, Some(PageKey::Newest(_))) => Order::Newest,
        Sort::Relevance => Order::Fit,
        Sort::Newest => Order::Newest,
        Sort::Cheapest => Order::Cheapest,
        Sort::Dearest => Order::Dearest,
        Sort::Name => Order::Name,
        Sort::Rating => Order::Rating,
        Sort::BestSelling => Order::Sold,
    }
}

fn next(hits: &[Hit], order: Order, limit: PageLimit) -> Option<String> {
    let last = hits.get(limit.get() - 1).filter(|_| hits.len() > limit.get())?;
    Some(Cursor::of(&PageKey::found(order, last)).0)
}

/// How these look now. What went off sale since the index was told is left out.
async fn summaries(catalog: &Catalog, hits: &[Hit], currency: Currency) -> Result<Vec<ProductSummary>, DbError> {
    let ids: Vec<Uuid> = hits.iter().map(|hit| hit.id).collect();
    let rows = reads::listed(catalog.db.reader(), &ids, foreign(catalog, currency)).await?;
    Ok(rows.into_iter().map(|row| ProductSummary::of(row, catalog.terms, currency, false)).collect())
}

/// The currency, unless it is the main one.
pub(super) fn foreign(catalog: &Catalog, currency: Currency) -> Option<Currency> {
    Some(currency).filter(|currency| *currency != catalog.terms.currency)
}

async fn facets(catalog: &Catalog, counts: Counts, all: Vec<categories::Model>) -> Result<Facets, DbError> {
    let mut brands: Vec<(Uuid, u64)> = counts.brands.iter().map(|(brand, count)| (brand.0, *count)).collect();
    brands.sort_unstable_by_key(|(id, count)| (u64::MAX - count, *id));
    brands.truncate(MAX_BRANDS);
    let ids: Vec<Uuid> = brands.iter().map(|(id, _)| *id).collect();
    let rows = reads::brands_of(catalog.db.reader(), &ids).await?;
    let brands: HashMap<Uuid, u64> = brands.into_iter().collect();
    let brand =
        |row: crate::store::entities::brands::Model| brands.get(&row.id).map(|count| (row.slug, row.name, *count));
    let category =
        |row: categories::Model| counts.categories.get(&CategoryId(row.id)).map(|count| (row.slug, row.name, *count));
    let brands = rows.into_iter().filter_map(brand).collect();
    Ok(Facets::of(all.into_iter().filter_map(category).collect(), brands, &counts))
}

/// What somebody may mean who has written so much. `address` is where it was asked for.
pub(crate) async fn suggestions(
    catalog: &Catalog,
    address: &str,
    text: Option<String>,
    prices: &Prices,
) -> Result<Arc<Answer>, Error> {
    let search = Search { text: text.clone(), prices: prices.clone(), ..Search::default() };
    search.check(false)?;
    let make = async || {
        let currency = shown_in(catalog, prices).await?;
        let (rows, rests_on) = match text {
            Some(text) => few(catalog, Subject::Beginning(text.clone()), currency, Some(text)).await?,
            None => (Vec::new(), RestsOn::Shop),
        };
        let suggestions = Suggestions::of(rows, currency);
        Ok(Made { page: listed(&suggestions)?, rests_on: Some(rests_on) })
    };
    catalog.pages.get_or_make(address, &catalog.world, make).await
}

/// Products that are like the one of this slug or id, those that can be bought first. `address` is where it was asked for.
pub(crate) async fn related(
    catalog: &Catalog,
    address: &str,
    name: &str,
    prices: &Prices,
) -> Result<Arc<Answer>, Error> {
    prices.check()?;
    super::reading::check_name(name)?;
    let make = async || {
        let currency = shown_in(catalog, prices).await?;
        let (product, members) = reads::likeness(catalog.db.reader(), name).await?.ok_or(Error::NotFound)?;
        if Status::read(&product.status) != Some(Status::Active) {
            return Err(Error::NotFound);
        }
        let id = product.id;
        let likeness = Likeness {
            id,
            brand: product.brand_id.map(BrandId),
            categories: members,
            tags: from_json(&product.tags)?,
            name: product.name,
        };
        let (mut rows, rests_on) = few(catalog, Subject::Like(Box::new(likeness)), currency, None).await?;
        rows.retain(|row| row.id != id);
        let items = rows.into_iter().map(|row| ProductSummary::of(row, catalog.terms, currency, false)).collect();
        Ok(Made { page: listed(&RelatedProducts { items })?, rests_on: Some(rests_on) })
    };
    catalog.pages.get_or_make(address, &catalog.world, make).await
}

/// The first few of a subject: by the index, else the newest of the database that hold the text or share a category.
async fn few(
    catalog: &Catalog,
    subject: Subject,
    currency: Currency,
    text: Option<String>,
) -> Result<(Vec<ListedProduct>, RestsOn), Error> {
    let db = catalog.db.reader();
    let foreign = foreign(catalog, currency);
    let categories = match &subject {
        Subject::Like(likeness) => Some(likeness.categories.clone()),
        Subject::All | Subject::Words(_) | Subject::Beginning(_) => None,
    };
    if let Some(found) = find(catalog, Wanted::new(subject, currency, Order::Fit, FEW)).await {
        let ids: Vec<Uuid> = found.hits.iter().map(|hit| hit.id).collect();
        return Ok((reads::listed(db, &ids, foreign).await?, RestsOn::Index));
    }
    let filter = Filter { status: Some(Status::Active), text, categories, currency: foreign, ..Filter::default() };
    let mut rows = reads::list(db, &filter, Sort::Newest, None, FEW as u64 + 1).await?;
    rows.truncate(FEW);
    Ok((rows, RestsOn::Products))
}
