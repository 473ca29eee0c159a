//! The catalogue: products with their variants, brands, the tree of categories, and the import of Shopify files.
//!
//! Owns what is for sale and at which price. Asks nobody. Publishes `product.changed.v1`, a product whole, in the
//! transaction of each change, and `product.stocked.v1` with the first stock of what an import brings. Hears `stock.changed.v1` into its own `availability`, so that readers see what is in
//! stock without asking. Answers `verify` with its variants.

mod api;
mod error;
mod events;
mod facts;
mod flows;
pub mod import;
mod model;
mod pages;
mod store;
mod views;

use bodega_contracts::catalog::{ProductChanged, ProductStocked};
use bodega_db::{Db, DbError, Migration};
use bodega_kernel::{Currency, Event, World};
use bodega_service::{Context, Definition, Running};
use model::Terms;
use pages::Pages;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

const MIGRATIONS: &[Migration] =
    &[Migration { name: "0001_catalog", sql: include_str!("migrations/0001_catalog.sql") }];

/// The service.
pub fn service() -> Definition {
    Definition::new("catalog", start).migrations(MIGRATIONS).publishes(&[ProductChanged::TYPE, ProductStocked::TYPE])
}

async fn start(context: Context) -> anyhow::Result<Running> {
    let shop = &context.settings.shop;
    let terms = Terms { currency: Currency::new(&shop.currency)?, tax_rate_bp: shop.tax_rate_bp };
    let catalog = Catalog::new(context.db.clone(), context.world.clone(), terms);
    let subscriptions = events::subscriptions(&catalog);
    let answers = facts::answers(&catalog);
    Ok(Running::new().routes(api::routes(catalog)).hears(subscriptions).answers(answers))
}

/// What every part of the service works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Catalog {
    pub(crate) db: Db,
    pub(crate) world: World,
    pub(crate) terms: Terms,
    pub(crate) pages: Arc<Pages>,
    dropping: Arc<AtomicBool>,
    runtime: tokio::runtime::Handle,
}

impl Catalog {
    fn new(db: Db, world: World, terms: Terms) -> Self {
        let runtime = tokio::runtime::Handle::current();
        Self { db, world, terms, pages: Arc::default(), dropping: Arc::default(), runtime }
    }

    /// Drops the kept answers now and once more after the transaction under way: a reader may see what was before it
    /// until it commits. A write that comes after it is answered after it.
    pub(crate) fn drop_pages_after_commit(&self) {
        self.pages.drop_all();
        if self.dropping.swap(true, Ordering::SeqCst) {
            return;
        }
        let catalog = self.clone();
        self.runtime.spawn(async move {
            catalog.dropping.store(false, Ordering::SeqCst);
            let committed: Result<(), DbError> = catalog.db.write(async |_tx| Ok(())).await;
            if let Err(error) = committed {
                tracing::debug!(%error, "answers are dropped all the same");
            }
            catalog.pages.drop_all();
        });
    }
}
