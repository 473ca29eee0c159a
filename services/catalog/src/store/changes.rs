//! What the index of products has to be told: each product with the number of its last change, which is written in the
//! transaction of that change. Whoever follows the numbers sees every change, whatever commits in which order.

use super::entities::{product_categories, products, search_changes};
use bodega_contracts::{BrandId, CategoryId};
use bodega_db::{Db, DbError, Tx, params};
use bodega_kernel::{Sku, uuid::Uuid};
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};
use serde::{Deserialize, Serialize};

/// Where a follower is: all changes up to this one are known to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Position {
    number: i64,
    id: Uuid,
}

/// Where the numbers of changes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// There is one writer: each change is one more than the last.
    Counted,
    /// There are many: the number is that of the transaction. One is read when no older transaction of ours is under way.
    OfTransactions,
}

/// The oldest transaction that is under way and has touched a table of ours, else the next one. Whoever writes holds a
/// lock on a table before it has a number, and until others see what it wrote: what is read in a later statement of the
/// transactions before this one is all there is. Numbers of locks have 32 bits of the 64.
const OLDEST: &str = "WITH next AS MATERIALIZED (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS number), \
    held AS MATERIALIZED (SELECT locktype, relation, transactionid, virtualtransaction FROM pg_locks WHERE granted), \
    ours AS (SELECT DISTINCT virtualtransaction FROM held WHERE locktype = 'relation' AND relation IN \
        (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)) \
    SELECT LEAST(next.number, (SELECT MIN(next.number - ((next.number - held.transactionid::text::bigint) & 4294967295)) \
        FROM held JOIN ours ON ours.virtualtransaction = held.virtualtransaction \
        WHERE held.locktype = 'transactionid')) AS number FROM next";

/// The statement that marks products, with the number of the change between two parts of it.
macro_rules! marking {
    (@ $before:literal, $number:literal, $after:literal) => {
        concat!(
            "INSERT INTO search_changes (product_id, number) ",
            $before,
            $number,
            $after,
            " ON CONFLICT (product_id) DO UPDATE SET number = excluded.number"
        )
    };
    ($numbers:expr, $before:literal, $after:literal) => {
        match $numbers {
            Numbers::Counted => marking!(@ $before, "(SELECT COALESCE(MAX(number), 0) + 1 FROM search_changes)", $after),
            Numbers::OfTransactions => marking!(@ $before, "pg_current_xact_id()::text::bigint", $after),
        }
    };
}

#[derive(FromQueryResult)]
struct Latest {
    number: Option<i64>,
}

impl Numbers {
    /// Those of a database.
    pub(crate) fn of(db: &Db) -> Self {
        if db.has_one_owner() { Self::Counted } else { Self::OfTransactions }
    }

    /// These products have changed.
    pub(crate) async fn mark(self, tx: &mut Tx, products: &[Uuid]) -> Result<(), DbError> {
        let mut products = products.to_vec();
        // Two replicas lock in one order.
        products.sort_unstable();
        products.dedup();
        let sql = marking!(self, "VALUES ($1, ", ")");
        let rows: Vec<_> = products.iter().map(|id| params![*id].to_vec()).collect();
        if rows.is_empty() { Ok(()) } else { tx.execute_each(sql, &rows).await.map(drop) }
    }

    /// The products of these SKUs have changed.
    pub(crate) async fn mark_skus(self, tx: &mut Tx, skus: &[&Sku]) -> Result<(), DbError> {
        let keys: Vec<_> = skus.iter().flat_map(|sku| params![*sku]).collect();
        let rows = tx.query_keys("SELECT product_id FROM variants WHERE sku = $1", &keys).await?;
        let products: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
        self.mark(tx, &products).await
    }

    /// All products of a brand have changed.
    pub(crate) async fn mark_brand(self, tx: &mut Tx, brand: BrandId) -> Result<(), DbError> {
        let sql = marking!(self, "SELECT id, ", " FROM products WHERE brand_id = $1 ORDER BY id");
        tx.execute(sql, &params![brand.0]).await.map(drop)
    }

    /// All products of a category and of those under it have changed.
    pub(crate) async fn mark_category(self, tx: &mut Tx, category: CategoryId) -> Result<(), DbError> {
        let sql = marking!(
            self,
            "SELECT DISTINCT product_id, ",
            " FROM product_categories WHERE category_id IN ( \
                WITH RECURSIVE below (id) AS ( \
                  SELECT id FROM categories WHERE id = $1 \
                  UNION \
                  SELECT child.id FROM categories AS child JOIN below ON child.parent_id = below.id) \
                SELECT id FROM below) ORDER BY product_id"
        );
        tx.execute(sql, &params![category.0]).await.map(drop)
    }

    /// Behind every change that can be read now, and before every other.
    pub(crate) async fn latest(self, db: &DatabaseConnection) -> Result<Position, DbError> {
        let number = match self {
            Self::Counted => number(db, "SELECT MAX(number) AS number FROM search_changes").await?,
            Self::OfTransactions => number(db, OLDEST).await? - 1,
        };
        Ok(Position { number, id: Uuid::max() })
    }

    /// Up to `limit` products that have changed since, each with where it stands.
    pub(crate) async fn after(
        self,
        db: &DatabaseConnection,
        position: Position,
        limit: u64,
    ) -> Result<Vec<Position>, DbError> {
        use search_changes::Column as C;
        let mut oldest = None;
        if self == Self::OfTransactions {
            let is_later = C::Number.gte(position.number);
            let last = search_changes::Entity::find().filter(is_later).order_by_desc(C::Number);
            let any = last.order_by_desc(C::ProductId).limit(1).one(db).await?;
            if any.is_none_or(|last| Position { number: last.number, id: last.product_id } <= position) {
                return Ok(Vec::new());
            }
            oldest = Some(number(db, OLDEST).await?);
        }
        let Position { number, id } = position;
        let later = Condition::any()
            .add(C::Number.gt(number))
            .add(Condition::all().add(C::Number.eq(number)).add(C::ProductId.gt(id)));
        let settled = oldest.map(|oldest| C::Number.lt(oldest));
        // What the index over the numbers needs to begin at the right place.
        let near = C::Number.gte(number);
        let select = search_changes::Entity::find()
            .filter(Condition::all().add(near).add(later).add_option(settled))
            .order_by_asc(C::Number)
            .order_by_asc(C::ProductId)
            .limit(limit);
        let rows = select.all(db).await?;
        Ok(rows.into_iter().map(|row| Position { number: row.number, id: row.product_id }).collect())
    }
}

async fn number(db: &DatabaseConnection, sql: &str) -> Result<i64, DbError> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let latest = Latest::find_by_statement(statement).one(db).await?;
    Ok(latest.and_then(|latest| latest.number).unwrap_or(0))
}

impl Position {
    /// Which product changed there.
    pub(crate) fn product(self) -> Uuid {
        self.id
    }
}

/// Up to `limit` products that are for sale after this one, by id.
pub(crate) async fn for_sale_after(db: &DatabaseConnection, after: Uuid, limit: u64) -> Result<Vec<Uuid>, DbError> {
    let select = products::Entity::find()
        .select_only()
        .column(products::Column::Id)
        .filter(products::Column::Status.eq(crate::model::Status::Active.as_str()))
        .filter(products::Column::Id.gt(after))
        .order_by_asc(products::Column::Id)
        .limit(limit);
    Ok(select.into_tuple().all(db).await?)
}

/// The categories that these products were put into.
pub(super) async fn categories_of(
    db: &DatabaseConnection,
    products: &[Uuid],
) -> Result<Vec<product_categories::Model>, DbError> {
    let is_of = product_categories::Column::ProductId.is_in(products.iter().copied());
    Ok(product_categories::Entity::find().filter(is_of).all(db).await?)
}
