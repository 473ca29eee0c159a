//! What readers ask: pages of products by keyset, one product with all that belongs to it, the tree, facts.
//!
//! A page of a list is one query, whatever is filtered: whether a product is in stock comes with its row.

pub(crate) use super::order::{PageKey, Sort};
use super::{
    entities::{availability, brands, categories, product_categories, product_prices, products, variants},
    members,
};
use crate::model::{Rating, Status, Tree};
use bodega_contracts::CategoryId;
use bodega_db::DbError;
use bodega_kernel::Currency;
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, EntityTrait, ExprTrait, FromQueryResult, JoinType, Order,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    prelude::Uuid,
    sea_query::{Expr, LikeExpr, Query, SelectStatement},
};
use std::collections::HashMap;

/// Categories whose newest are read one by one.
const FEW: usize = 32;

/// Which products a list shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) status: Option<Status>,
    /// The fewest stars.
    pub(crate) stars: Option<u8>,
    pub(crate) text: Option<String>,
    pub(crate) categories: Option<Vec<CategoryId>>,
    pub(crate) brand: Option<Uuid>,
    pub(crate) price_min: Option<i64>,
    pub(crate) price_max: Option<i64>,
    pub(crate) in_stock: Option<bool>,
    /// Prices and stock are those of variants with a price in this currency; `None` is the main price, which all have.
    pub(crate) currency: Option<Currency>,
}

/// A product as a list shows it.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct ListedProduct {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) status: String,
    pub(crate) price_from: i64,
    pub(crate) compare_from: Option<i64>,
    pub(crate) image: Option<String>,
    pub(crate) in_stock: bool,
    pub(crate) rating_sum: i64,
    pub(crate) rating_count: i64,
    pub(crate) rating_order: i64,
    pub(crate) sold: i64,
}

/// Up to `limit` products after `key`.
pub(crate) async fn list(
    db: &DatabaseConnection,
    filter: &Filter,
    sort: Sort,
    key: Option<PageKey>,
    limit: u64,
) -> Result<Vec<ListedProduct>, DbError> {
    use products::Column as P;
    let price = || price_from(filter.currency);
    let of_product = |column: P| Expr::col((products::Entity, column));
    let (column, order) = match sort {
        Sort::Newest | Sort::Relevance => (None, Order::Desc),
        Sort::Cheapest => (Some(price()), Order::Asc),
        Sort::Dearest => (Some(price()), Order::Desc),
        Sort::Name => (Some(of_product(P::NameKey)), Order::Asc),
        Sort::Rating => (Some(of_product(P::RatingOrder)), Order::Desc),
        Sort::BestSelling => (Some(of_product(P::Sold)), Order::Desc),
    };
    let mut select = first(filter, sort, key, limit);
    if let Some(column) = column {
        select = select.order_by(column, order.clone());
    }
    as_listed(select.order_by(P::Id, order).limit(limit), filter.currency, db).await
}

/// Of these products those that are for sale, and have a price in the currency, in the order they are named.
pub(crate) async fn listed(
    db: &DatabaseConnection,
    ids: &[Uuid],
    currency: Option<Currency>,
) -> Result<Vec<ListedProduct>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let select = priced(currency, products::Entity::find())
        .filter(products::Column::Id.is_in(ids.iter().copied()))
        .filter(products::Column::Status.eq(Status::Active.as_str()));
    let mut rows = as_listed(select, currency, db).await?;
    let places: HashMap<Uuid, usize> = ids.iter().enumerate().map(|(number, id)| (*id, number)).collect();
    rows.sort_by_key(|row| places.get(&row.id).copied());
    Ok(rows)
}

async fn as_listed(
    select: Select<products::Entity>,
    currency: Option<Currency>,
    db: &DatabaseConnection,
) -> Result<Vec<ListedProduct>, DbError> {
    use products::Column as P;
    let rows = select
        .select_only()
        .columns([P::Id, P::Slug, P::Name, P::NameKey, P::Status, P::CompareFrom, P::Image])
        .columns([P::RatingSum, P::RatingCount, P::RatingOrder, P::Sold])
        .expr_as(price_from(currency), "price_from")
        .expr_as(Expr::exists(sellable_variant(currency)), "in_stock")
        .into_model::<ListedProduct>()
        .all(db)
        .await?;
    Ok(rows)
}

/// Where the newest that are for sale go on behind the first `count`; `None` where there are not so many.
pub(crate) async fn newest_behind(db: &DatabaseConnection, count: u64) -> Result<Option<PageKey>, DbError> {
    let select = products::Entity::find()
        .select_only()
        .column(products::Column::Id)
        .filter(products::Column::Status.eq(Status::Active.as_str()))
        .order_by_desc(products::Column::Id)
        .offset(count.saturating_sub(1))
        .limit(1);
    Ok(select.into_tuple().one(db).await?.map(PageKey::Newest))
}

/// How many products a list has in all.
pub(crate) async fn count(db: &DatabaseConnection, filter: &Filter) -> Result<u64, DbError> {
    Ok(found(filter).count(db).await?)
}

/// The products of a list; in another currency, those that have a price in it.
fn found(filter: &Filter) -> Select<products::Entity> {
    priced(filter.currency, products::Entity::find()).filter(condition(filter))
}

fn priced(currency: Option<Currency>, select: Select<products::Entity>) -> Select<products::Entity> {
    let Some(currency) = currency else { return select };
    let price = products::Entity::belongs_to(product_prices::Entity)
        .from(products::Column::Id)
        .to(product_prices::Column::ProductId);
    select.join(JoinType::InnerJoin, price.into()).filter(product_prices::Column::Currency.eq(currency.code()))
}

/// The first of a list: where they are the newest of few categories, as many of each are read in their order and put
/// together, so that the size of the shop does not matter.
fn first(filter: &Filter, sort: Sort, key: Option<PageKey>, limit: u64) -> Select<products::Entity> {
    let after_key = Condition::all().add_option(key.clone().map(|key| after(key, &price_from(filter.currency))));
    match (&filter.categories, sort) {
        (Some(categories), Sort::Newest) if (1..=FEW).contains(&categories.len()) => {
            let anywhere = Filter { categories: None, ..filter.clone() };
            let fits = found(&anywhere).select_only().column(products::Column::Id);
            let newest = members::newest(categories, &fits.into_query(), key.map(PageKey::id), limit);
            priced(filter.currency, products::Entity::find()).filter(products::Column::Id.in_subquery(newest))
        }
        _ => found(filter).filter(after_key),
    }
}

fn price_from(currency: Option<Currency>) -> Expr {
    match currency {
        None => Expr::col((products::Entity, products::Column::PriceFrom)),
        Some(_) => Expr::col((product_prices::Entity, product_prices::Column::PriceFrom)),
    }
}

fn condition(filter: &Filter) -> Condition {
    use products::Column as P;
    let in_categories = filter.categories.as_ref().map(|categories| {
        let ids = categories.iter().map(|category| category.0);
        let members = Query::select()
            .column(product_categories::Column::ProductId)
            .from(product_categories::Entity)
            .and_where(product_categories::Column::CategoryId.is_in(ids))
            .take();
        P::Id.in_subquery(members)
    });
    let stock = filter.in_stock.map(|wanted| {
        let exists = Expr::exists(sellable_variant(filter.currency));
        if wanted { exists } else { exists.not() }
    });
    Condition::all()
        .add_option(filter.status.map(|status| P::Status.eq(status.as_str())))
        .add_option(filter.text.as_deref().map(|text| Expr::col((products::Entity, P::NameKey)).like(contains(text))))
        .add_option(in_categories)
        .add_option(filter.brand.map(|brand| P::BrandId.eq(brand)))
        .add_option(filter.stars.map(|stars| P::RatingOrder.gte(Rating::order_from(stars))))
        .add_option(filter.price_min.map(|price| price_from(filter.currency).gte(price)))
        .add_option(filter.price_max.map(|price| price_from(filter.currency).lte(price)))
        .add_option(stock)
}

/// A pattern for what contains `text`, in which nothing is a wildcard but its ends.
fn contains(text: &str) -> LikeExpr {
    let escaped = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    LikeExpr::new(format!("%{escaped}%")).escape('!')
}

fn after(key: PageKey, price: &Expr) -> Condition {
    use products::Column as P;
    let of_product = |column: P| Expr::col((products::Entity, column));
    let later = |column: Expr, value: i64, id| {
        let tie = Condition::all().add(column.clone().eq(value)).add(P::Id.gt(id));
        Condition::any().add(column.gt(value)).add(tie)
    };
    let earlier = |column: Expr, value: i64, id| {
        let tie = Condition::all().add(column.clone().eq(value)).add(P::Id.lt(id));
        Condition::any().add(column.lt(value)).add(tie)
    };
    match key {
        PageKey::Newest(id) | PageKey::Fit(_, _, id) => Condition::all().add(P::Id.lt(id)),
        PageKey::Cheapest(value, id) => later(price.clone(), value, id),
        PageKey::Dearest(value, id) => earlier(price.clone(), value, id),
        PageKey::Rating(value, id) => earlier(of_product(P::RatingOrder), value, id),
        PageKey::Sold(value, id) => earlier(of_product(P::Sold), value, id),
        PageKey::Name(name, id) => {
            Condition::any().add(P::NameKey.gt(&name)).add(Condition::all().add(P::NameKey.eq(&name)).add(P::Id.gt(id)))
        }
    }
}

/// A variant of the product in the outer query that can be sold now.
fn sellable_variant(currency: Option<Currency>) -> SelectStatement {
    let column = |column: variants::Column| Expr::col((variants::Entity, column));
    let sku = Expr::col((availability::Entity, availability::Column::Sku));
    // Prices are an object by currency, so that a code in quotes is in it where there is a price.
    let priced = currency.map(|currency| column(variants::Column::Prices).like(format!("%\"{currency}\"%")));
    Query::select()
        .expr(Expr::val(1))
        .from(variants::Entity)
        .join(JoinType::LeftJoin, availability::Entity, sku.equals((variants::Entity, variants::Column::Sku)))
        .and_where(column(variants::Column::ProductId).equals((products::Entity, products::Column::Id)))
        .cond_where(Condition::all().add_option(priced))
        .cond_where(
            Condition::any()
                .add(column(variants::Column::Stocked).eq(false))
                .add(Expr::col((availability::Entity, availability::Column::Available)).gt(0)),
        )
        .take()
}

/// A product with all that belongs to it.
#[derive(Clone, Debug)]
pub(crate) struct FoundProduct {
    pub(crate) product: products::Model,
    pub(crate) variants: Vec<variants::Model>,
    pub(crate) available: HashMap<String, i64>,
    pub(crate) brand: Option<brands::Model>,
    pub(crate) categories: Vec<categories::Model>,
}

/// The product of this slug or id. Its own row is read first: what belongs to it is never older than its version.
pub(crate) async fn product(db: &DatabaseConnection, name: &str) -> Result<Option<FoundProduct>, DbError> {
    let Some((product, brand)) = named(name).find_also_related(brands::Entity).one(db).await? else { return Ok(None) };
    let found = variants::Entity::find()
        .filter(variants::Column::ProductId.eq(product.id))
        .find_also_related(availability::Entity)
        .order_by_asc(variants::Column::Position)
        .limit(1_000)
        .all(db)
        .await?;
    let (mut variants, mut available) = (Vec::with_capacity(found.len()), HashMap::new());
    for (variant, seen) in found {
        available.extend(seen.map(|seen| (seen.sku, seen.available)));
        variants.push(variant);
    }
    let members = Query::select()
        .column(product_categories::Column::CategoryId)
        .from(product_categories::Entity)
        .and_where(product_categories::Column::ProductId.eq(product.id))
        .take();
    let categories = categories::Entity::find()
        .filter(categories::Column::Id.in_subquery(members))
        .order_by_asc(categories::Column::Name)
        .order_by_asc(categories::Column::Id)
        .limit(1_000)
        .all(db)
        .await?;
    Ok(Some(FoundProduct { product, variants, available, brand, categories }))
}

/// The product of this slug or id, and the categories it was put into.
pub(crate) async fn likeness(
    db: &DatabaseConnection,
    name: &str,
) -> Result<Option<(products::Model, Vec<CategoryId>)>, DbError> {
    let Some(product) = named(name).one(db).await? else { return Ok(None) };
    let members = super::changes::categories_of(db, &[product.id]).await?;
    Ok(Some((product, members.into_iter().map(|member| CategoryId(member.category_id)).collect())))
}

fn named(name: &str) -> Select<products::Entity> {
    match Uuid::try_parse(name) {
        Ok(id) => products::Entity::find_by_id(id),
        Err(_) => products::Entity::find().filter(products::Column::Slug.eq(name)),
    }
}

/// All categories.
pub(crate) async fn all_categories(db: &DatabaseConnection) -> Result<Vec<categories::Model>, DbError> {
    Ok(categories::Entity::find().limit(2 * Tree::MAX_CATEGORIES as u64).all(db).await?)
}

/// The category of this slug, and it with all that stand under it; `None` where there is no such category.
pub(crate) async fn category_and_below(
    db: &DatabaseConnection,
    slug: &str,
) -> Result<Option<(CategoryId, Vec<CategoryId>)>, DbError> {
    let rows = all_categories(db).await?;
    Ok(below(&rows, slug))
}

/// The category of this slug among all, and it with all that stand under it.
pub(crate) fn below(all: &[categories::Model], slug: &str) -> Option<(CategoryId, Vec<CategoryId>)> {
    let top = all.iter().find(|row| row.slug == slug).map(|row| CategoryId(row.id))?;
    Some((top, tree(all).with_descendants(top)))
}

/// The tree of all categories.
pub(crate) fn tree(all: &[categories::Model]) -> Tree {
    Tree::new(all.iter().map(|row| (CategoryId(row.id), row.parent_id.map(CategoryId))))
}

/// These brands.
pub(crate) async fn brands_of(db: &DatabaseConnection, ids: &[Uuid]) -> Result<Vec<brands::Model>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(brands::Entity::find().filter(brands::Column::Id.is_in(ids.iter().copied())).all(db).await?)
}

/// The id of the brand of this slug.
pub(crate) async fn brand_of(db: &DatabaseConnection, slug: &str) -> Result<Option<Uuid>, DbError> {
    let row = brands::Entity::find().filter(brands::Column::Slug.eq(slug)).one(db).await?;
    Ok(row.map(|brand| brand.id))
}

/// Up to `limit` brands after this slug, by slug.
pub(crate) async fn brands(
    db: &DatabaseConnection,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<brands::Model>, DbError> {
    let key = after.map(|slug| brands::Column::Slug.gt(slug));
    let select = brands::Entity::find().filter(Condition::all().add_option(key));
    Ok(select.order_by_asc(brands::Column::Slug).limit(limit).all(db).await?)
}

/// How many brands there are.
pub(crate) async fn brand_count(db: &DatabaseConnection) -> Result<u64, DbError> {
    Ok(brands::Entity::find().count(db).await?)
}

/// Up to `limit` categories after this slug, by slug.
pub(crate) async fn categories(
    db: &DatabaseConnection,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<categories::Model>, DbError> {
    let key = after.map(|slug| categories::Column::Slug.gt(slug));
    let select = categories::Entity::find().filter(Condition::all().add_option(key));
    Ok(select.order_by_asc(categories::Column::Slug).limit(limit).all(db).await?)
}

/// How many categories there are.
pub(crate) async fn category_count(db: &DatabaseConnection) -> Result<u64, DbError> {
    Ok(categories::Entity::find().count(db).await?)
}
