//! What was heard of products and stock. A row for each pair of SKU and product, so that each product's facts stand alone and
//! a SKU that moves from one product to another comes out right in any order of arrival.

use super::{carts::parsed, stamps::renew};
use crate::model::{Offer, Offers};
use bodega_contracts::{BrandId, ProductId, cart::SeenFact, catalog::ProductChanged, inventory::StockChanged};
use bodega_db::{DbError, OnConflict, Row, Tx, Value, params};
use bodega_kernel::{Currency, Sku};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, entity::prelude::*};
use std::collections::{BTreeMap, HashMap};

/// Another replica hears of the same new product at this moment; the batch is tried again.
const PRODUCT_RACE: &str = "a new product is being stored already";

/// The columns of a price.
const PRICE: &[&str] = &[
    "sku",
    "product_id",
    "name",
    "price",
    "currency",
    "active",
    "stocked",
    "tax_rate_bp",
    "brand_id",
    "category_ids",
    "grams",
    "other_prices",
    "tax_class",
];

mod prices {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "prices")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub sku: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub product_id: Uuid,
        pub name: String,
        pub price: i64,
        pub currency: String,
        pub active: bool,
        pub stocked: bool,
        pub tax_rate_bp: i64,
        pub brand_id: Option<Uuid>,
        pub category_ids: String,
        pub grams: Option<i64>,
        pub other_prices: String,
        pub tax_class: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod stock {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "stock_seen")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub sku: String,
        pub available: i64,
        pub version: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Reads what is known of these SKUs, outside of transactions.
pub(crate) async fn read_offers(reader: &DatabaseConnection, skus: &[&Sku]) -> Result<Offers, DbError> {
    let mut offers = Offers::default();
    if skus.is_empty() {
        return Ok(offers);
    }
    let names = || skus.iter().map(|sku| sku.as_str());
    for row in prices::Entity::find().filter(prices::Column::Sku.is_in(names())).all(reader).await? {
        let Ok(sku) = Sku::new(&row.sku) else { continue };
        offers.insert(sku, offer(row)?);
    }
    for row in stock::Entity::find().filter(stock::Column::Sku.is_in(names())).all(reader).await? {
        let Ok(sku) = Sku::new(&row.sku) else { continue };
        offers.set_available(sku, row.available);
    }
    Ok(offers)
}

/// Reads up to `limit` SKUs after one, in the order of the database.
pub(crate) async fn read_seen(reader: &DatabaseConnection, after: &str, limit: i64) -> Result<Vec<SeenFact>, DbError> {
    let sql =
        "SELECT sku FROM prices WHERE sku > $1 UNION SELECT sku FROM stock_seen WHERE sku > $1 ORDER BY sku LIMIT $2";
    let statement = Statement::from_sql_and_values(reader.get_database_backend(), sql, [after.into(), limit.into()]);
    let mut skus = Vec::new();
    for row in reader.query_all_raw(statement).await? {
        skus.extend(Sku::new(&row.try_get::<String>("", "sku")?));
    }
    let offers = read_offers(reader, &skus.iter().collect::<Vec<_>>()).await?;
    let fact = |sku: Sku| SeenFact {
        price: offers.get(&sku).and_then(Offer::money),
        active: offers.get(&sku).is_some_and(|offer| offer.active),
        available: offers.available(&sku),
        sku,
    };
    Ok(skus.into_iter().map(fact).collect())
}

/// Reads what is known of these SKUs into `offers`.
pub(crate) async fn select(tx: &mut Tx, skus: &[Sku], offers: &mut Offers) -> Result<(), DbError> {
    let keys: Vec<Value<'_>> = skus.iter().map(Value::from).collect();
    let rows = tx
        .query_keys(
            "SELECT p.sku, p.product_id, p.name, p.price, p.currency, p.active, p.stocked, p.tax_rate_bp, p.brand_id, \
             p.category_ids, p.grams, p.other_prices, p.tax_class, s.available \
             FROM prices p LEFT JOIN stock_seen s ON s.sku = p.sku WHERE p.sku = $1",
            &keys,
        )
        .await?;
    for row in &rows {
        let sku: Sku = row.get(0)?;
        if let Some(available) = row.get(13)? {
            offers.set_available(sku.clone(), available);
        }
        offers.insert(sku, offer_of(row)?);
    }
    Ok(())
}

/// Stores products, each once in `products` and only if it is newer than what is stored.
pub(crate) async fn put_products(tx: &mut Tx, products: &BTreeMap<ProductId, &ProductChanged>) -> Result<(), DbError> {
    let keys: Vec<Value<'_>> = products.keys().map(|id| id.0.into()).collect();
    let sql = "SELECT product_id, version FROM products WHERE product_id = $1 ORDER BY product_id {lock}";
    let mut known = HashMap::new();
    for row in tx.query_keys(sql, &keys).await? {
        known.insert(ProductId(row.get(0)?), row.get::<i64>(1)?);
    }
    let (stored, new): (Vec<_>, Vec<_>) = products.iter().partition(|(id, _)| known.contains_key(id));
    let rows: Vec<_> = new.iter().map(|(id, product)| params![id.0, product.version].to_vec()).collect();
    if tx.insert_new("products", &["product_id", "version"], &rows).await?.contains(&false) {
        return Err(DbError::Unavailable(PRODUCT_RACE.into()));
    }
    let rows: Vec<_> = new.iter().flat_map(|(_, product)| variants(product)).collect();
    tx.insert_rows("prices", PRICE, OnConflict::Fail, &rows).await?;
    for (id, product) in stored {
        if known.get(id).is_some_and(|version| *version < product.version) {
            replace(tx, product).await?;
        }
    }
    renew(tx).await
}

async fn replace(tx: &mut Tx, product: &ProductChanged) -> Result<(), DbError> {
    let id = product.product_id.0;
    tx.execute("UPDATE products SET version = $2 WHERE product_id = $1", &params![id, product.version]).await?;
    tx.execute("UPDATE prices SET active = FALSE WHERE product_id = $1", &params![id]).await?;
    let sql = "INSERT INTO prices (sku, product_id, name, price, currency, active, stocked, tax_rate_bp, brand_id, \
               category_ids, grams, other_prices, tax_class) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (sku, product_id) DO UPDATE \
               SET name = excluded.name, price = excluded.price, currency = excluded.currency, \
               active = excluded.active, stocked = excluded.stocked, tax_rate_bp = excluded.tax_rate_bp, \
               brand_id = excluded.brand_id, category_ids = excluded.category_ids, grams = excluded.grams, \
               other_prices = excluded.other_prices, tax_class = excluded.tax_class";
    let rows: Vec<_> = variants(product).collect();
    tx.execute_each(sql, &rows).await.map(drop)
}

/// The rows of a product's variants; of twins the last one counts.
fn variants(product: &ProductChanged) -> impl Iterator<Item = Vec<Value<'_>>> {
    let by_sku: BTreeMap<_, _> = product.variants.iter().map(|variant| (&variant.sku, variant)).collect();
    // Ids are text: there is nothing here that JSON cannot hold.
    let categories = serde_json::to_string(&product.category_ids).unwrap_or_default();
    by_sku.into_values().map(move |variant| {
        params![
            &variant.sku,
            product.product_id.0,
            &variant.name,
            variant.price.amount,
            variant.price.currency.to_string(),
            product.active,
            variant.stocked,
            variant.tax_rate_bp,
            product.brand_id.map(|brand| brand.0),
            categories.clone(),
            variant.grams,
            // Amounts and codes are text: there is nothing here that JSON cannot hold.
            serde_json::to_string(&variant.other_prices).unwrap_or_default(),
            &variant.tax_class
        ]
        .to_vec()
    })
}

/// Stores what is available, each SKU once and only if it is newer than what is stored; in the order of the SKUs.
pub(crate) async fn put_stock(tx: &mut Tx, stock: &BTreeMap<&Sku, &StockChanged>) -> Result<(), DbError> {
    let row = |event: &&StockChanged| params![event.sku.to_string(), event.available, event.version].to_vec();
    let rows: Vec<_> = stock.values().map(row).collect();
    let sql = "INSERT INTO stock_seen (sku, available, version) VALUES ($1, $2, $3) ON CONFLICT (sku) DO UPDATE \
               SET available = excluded.available, version = excluded.version WHERE stock_seen.version < excluded.version";
    tx.execute_each(sql, &rows).await.map(drop)
}

fn offer(row: prices::Model) -> Result<Offer, DbError> {
    Ok(Offer {
        product: ProductId(row.product_id),
        name: row.name,
        price: row.price,
        currency: Currency::new(&row.currency).ok(),
        active: row.active,
        stocked: row.stocked,
        tax_rate_bp: row.tax_rate_bp,
        brand: row.brand_id.map(BrandId),
        categories: parsed(&row.category_ids)?,
        grams: row.grams,
        other_prices: parsed(&row.other_prices)?,
        tax_class: row.tax_class,
    })
}

fn offer_of(row: &Row) -> Result<Offer, DbError> {
    Ok(Offer {
        product: ProductId(row.get(1)?),
        name: row.get(2)?,
        price: row.get(3)?,
        currency: Currency::new(&row.get::<String>(4)?).ok(),
        active: row.get(5)?,
        stocked: row.get(6)?,
        tax_rate_bp: row.get(7)?,
        brand: row.get::<Option<Uuid>>(8)?.map(BrandId),
        categories: parsed(&row.get::<String>(9)?)?,
        grams: row.get(10)?,
        other_prices: parsed(&row.get::<String>(11)?)?,
        tax_class: row.get(12)?,
    })
}
