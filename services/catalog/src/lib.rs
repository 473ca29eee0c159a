//! The catalogue: products with their variants, brands, the tree of categories, and the import of Shopify files.
//!
//! Owns what is for sale and at which price, what is said of it in reviews, what countries tax, its markets, and what the
//! shop says of itself. Asks nobody. Publishes `product.changed.v1`, a
//! product whole, in the transaction of each change and again where what surrounds it has changed, `product.stocked.v1`
//! with the first stock of what an import brings, `tax_rates.changed.v1`, `market.changed.v1` and `shop.changed.v1`. Hears `stock.changed.v1` into its own
//! `availability`, so that readers see what is in stock without asking, and `order.confirmed.v1`, `order.cancelled.v1` and
//! `return.received.v1`: what sells, and who may review what. Keeps an index of what is for sale, which comes from the database alone. Answers `verify` with its variants,
//! markets and rates, and whoever writes papers or mails with who the shop is.

mod api;
mod error;
mod events;
mod facts;
mod flows;
pub mod import;
mod jobs;
mod model;
mod pages;
mod store;
mod views;

use anyhow::Context as _;
use bodega_contracts::catalog::{MarketChanged, ProductChanged, ProductStocked, ShopChanged, TaxRatesChanged};
use bodega_db::{Db, DbError, Migration};
use bodega_kernel::{Currency, Event, World, uuid::Uuid};
use bodega_service::{Context, Definition, Running};
use flows::{indexing::Indexing, photos::Gallery};
use model::{Country, Terms};
use pages::{Changed, Pages};
use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_catalog", sql: include_str!("migrations/0001_catalog.sql") },
    Migration { name: "0002_tax", sql: include_str!("migrations/0002_tax.sql") },
    Migration { name: "0003_markets", sql: include_str!("migrations/0003_markets.sql") },
    Migration { name: "0004_shop", sql: include_str!("migrations/0004_shop.sql") },
    Migration { name: "0005_lists", sql: include_str!("migrations/0005_lists.sql") },
    Migration { name: "0007_search", sql: include_str!("migrations/0007_search.sql") },
    Migration { name: "0008_reviews", sql: include_str!("migrations/0008_reviews.sql") },
];

/// The service.
pub fn service() -> Definition {
    Definition::new("catalog", start).migrations(MIGRATIONS).publishes(&[
        ProductChanged::TYPE,
        ProductStocked::TYPE,
        TaxRatesChanged::TYPE,
        MarketChanged::TYPE,
        ShopChanged::TYPE,
    ])
}

async fn start(context: Context) -> anyhow::Result<Running> {
    let shop = &context.settings.shop;
    let country = Country::new(&shop.country).context("shop.country")?;
    let terms = Terms { currency: Currency::new(&shop.currency)?, country };
    let gallery = Gallery::open(&context.settings).context("blobs")?;
    let indexing = Indexing::new(&context.settings.database.data_dir);
    let catalog = Catalog::new(context.db.clone(), context.world.clone(), terms, gallery, indexing);
    flows::seeds::seed(&catalog, &context.settings).await?;
    let subscriptions = events::subscriptions(&catalog);
    let answers = facts::answers(&catalog);
    let retelling = jobs::retelling(&catalog);
    let shelf = api::shelf(&catalog);
    let running = Running::new().hears(subscriptions).answers(answers).job(retelling);
    let running = running.job(jobs::indexing(&catalog)).job(jobs::selling(&catalog));
    Ok(running.routes(api::routes(catalog)).shelf(shelf))
}

/// What every part of the service works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Catalog {
    pub(crate) db: Db,
    pub(crate) world: World,
    pub(crate) terms: Terms,
    pub(crate) pages: Arc<Pages>,
    pub(crate) indexing: Arc<Indexing>,
    pub(crate) gallery: Gallery,
    /// Of what transactions under way have changed.
    changing: Arc<Mutex<Vec<Uuid>>>,
    runtime: tokio::runtime::Handle,
}

impl Catalog {
    fn new(db: Db, world: World, terms: Terms, gallery: Gallery, indexing: Indexing) -> Self {
        let runtime = tokio::runtime::Handle::current();
        let pages = Arc::new(Pages::new(db.has_one_owner()));
        let indexing = Arc::new(indexing);
        Self { db, world, terms, pages, indexing, gallery, changing: Arc::default(), runtime }
    }

    /// Drops what readers were told of these products, brands and categories: now, and once more after the transaction
    /// under way, until whose commit a reader may see what was before. A write that comes after it is answered after it.
    pub(crate) fn changed_by_commit(&self, ids: Vec<Uuid>) {
        let mut changing = self.changing();
        let is_waiting = !changing.is_empty();
        changing.extend(&ids);
        drop(changing);
        self.pages.changed(&Changed::Products(ids));
        if is_waiting {
            return;
        }
        let catalog = self.clone();
        self.runtime.spawn(async move {
            let ids = mem::take(&mut *catalog.changing());
            let committed: Result<(), DbError> = catalog.db.write(async |_tx| Ok(())).await;
            if let Err(error) = committed {
                tracing::debug!(%error, "answers are dropped all the same");
            }
            catalog.pages.changed(&Changed::Products(ids));
        });
    }

    fn changing(&self) -> MutexGuard<'_, Vec<Uuid>> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
