//! Telling products again when what surrounds them has changed: the categories above them, the tax at home.
//!
//! Each change of that counts up one number, in its transaction; each product notes the number it was last looked at in.
//! A product that was written at the same moment with what was before is therefore found afterwards, and a process that
//! dies between two portions goes on where it was.

use crate::{
    Catalog,
    error::Error,
    model::{Product, Surroundings, Terms},
    pages::Changed,
    store::{self, products},
};
use bodega_db::{DbError, Tx};

/// Products looked at in one transaction.
const PORTION: i64 = 50;

/// Looks at the next products, tells those again of which others would be told something else now, and says whether
/// there were any.
pub(crate) async fn retell_products(catalog: &Catalog) -> bool {
    let terms = catalog.terms;
    let looked = catalog.db.write(async move |tx: &mut Tx| portion(tx, terms).await).await;
    match looked {
        Ok(Looked { told: 0, all }) => all > 0,
        Ok(_) => {
            catalog.pages.changed(&Changed::Everything);
            true
        }
        Err(error) => {
            tracing::warn!(%error, "products could not be told again");
            false
        }
    }
}

struct Looked {
    all: usize,
    told: usize,
}

/// Products that somebody is writing at this moment are passed over: they come with what is now.
async fn portion(tx: &mut Tx, terms: Terms) -> Result<Looked, Error> {
    let mut around = store::tax::surroundings(tx, terms).await?;
    let due = products::told_before(tx, around.state, PORTION).await?;
    let mut looked = Looked { all: due.len(), told: 0 };
    for (id, told) in due {
        let product =
            products::locked(tx, id).await?.ok_or_else(|| DbError::Refused("a locked product is gone".into()))?;
        around.above = store::taxonomy::above(tx, &product.categories).await?;
        if around.digest(&product) == told {
            products::note_told(tx, id, around.state, &told).await?;
        } else {
            let again = Product { version: product.version + 1, ..product };
            products::count_up(tx, &again).await?;
            tell(tx, terms, &again, &around).await?;
            looked.told += 1;
        }
    }
    Ok(looked)
}

/// Tells a product that is stored, and notes with what.
pub(super) async fn tell(tx: &mut Tx, terms: Terms, product: &Product, around: &Surroundings) -> Result<(), DbError> {
    products::note_told(tx, product.id, around.state, &around.digest(product)).await?;
    tx.emit(&product.told(terms, around))
}
