//! The newest products of a category, in the order of its members: as many rows are read as are wanted, however many
//! products there are. Asked in another way, `SQLite` reads all members, or all products.

use super::entities::{product_categories, products};
use bodega_contracts::CategoryId;
use sea_orm::{
    ExprTrait,
    prelude::Uuid,
    sea_query::{Alias, Expr, Order, Query, SelectStatement, UnionType},
};

/// The ids of at least the newest `limit` products of all these categories that are among `fits` and before `last`.
pub(super) fn newest(
    categories: &[CategoryId],
    fits: &SelectStatement,
    last: Option<Uuid>,
    limit: u64,
) -> SelectStatement {
    let mut branches = categories.iter().map(|category| {
        let newest = of_one(*category, fits, last, limit);
        Query::select().column(product_categories::Column::ProductId).from_subquery(newest, Alias::new("newest")).take()
    });
    let Some(first) = branches.next() else { return fits.clone() };
    branches.fold(first, |mut all, branch| all.union(UnionType::All, branch).take())
}

fn of_one(category: CategoryId, fits: &SelectStatement, last: Option<Uuid>, limit: u64) -> SelectStatement {
    let member = |column| Expr::col((product_categories::Entity, column));
    let product = member(product_categories::Column::ProductId);
    let is_member = product.clone().equals((products::Entity, products::Column::Id));
    let mut newest = Query::select()
        .expr(product.clone())
        .from(product_categories::Entity)
        .and_where(member(product_categories::Column::CategoryId).eq(category.0))
        .and_where(Expr::exists(fits.clone().and_where(is_member).take()))
        .order_by((product_categories::Entity, product_categories::Column::ProductId), Order::Desc)
        .limit(limit)
        .take();
    if let Some(last) = last {
        newest.and_where(product.lt(last));
    }
    newest
}
