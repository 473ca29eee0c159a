//! What countries tax: staff write a country's table whole, and carts hear of it.

use super::{Answered, Done, Target, once};
use crate::{
    Catalog,
    error::Error,
    model::{Country, table_faults},
    pages::Page as Answer,
    store,
    views::TaxTable,
};
use bodega_contracts::catalog::TaxRatesChanged;
use bodega_db::Tx;
use bodega_kernel::{Page, PageLimit};
use bodega_web::etag;
use std::collections::BTreeMap;

/// Rates by tax class.
pub(crate) type Rates = BTreeMap<String, i64>;

/// A page of the countries that have a table.
pub(crate) async fn list_tax_rates(
    catalog: &Catalog,
    after: Option<String>,
    limit: PageLimit,
) -> Result<Answer, Error> {
    let rows = store::settings::tax_tables(catalog.db.reader(), after.unwrap_or_default(), limit.and_one()).await?;
    let page = Page::of(rows, limit, |row| row.country.clone()).map(TaxTable::from);
    super::reading::listed(&page).map_err(Error::Db)
}

/// A country's table: empty, in version 0, where nobody wrote one.
pub(crate) async fn tax_rates(catalog: &Catalog, country: Country) -> Result<Answer, Error> {
    let found = store::settings::tax_table(catalog.db.reader(), country.code()).await?;
    let table = found.unwrap_or_else(|| blank(country));
    let tag = etag(table.version);
    let body = super::reading::json(&TaxTable::from(table))?;
    Ok(Answer::new(tag, body))
}

/// Puts a country's table in place of the one that was read.
pub(crate) async fn put_tax_rates(
    catalog: &Catalog,
    target: Target<Country>,
    rates: Rates,
    regions: BTreeMap<String, Rates>,
) -> Result<Answered, Error> {
    let table = TaxRatesChanged { rates, regions, ..blank(target.id) };
    let faults = table_faults(&table);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let home = catalog.terms.country;
    once(catalog, target.key.clone(), async move |tx: &mut Tx| {
        let before = store::tax::locked(tx, &blank(target.id)).await?;
        target.check(before.version)?;
        let mut table = TaxRatesChanged { version: before.version, ..table };
        if table != before || before.version == 0 {
            table.version += 1;
            store::tax::update(tx, &table).await?;
            tx.emit(&table)?;
            if target.id == home {
                store::tax::surroundings_changed(tx).await?;
            }
        }
        Ok(Done::new(200, Some(table.version), &TaxTable::from(table))?)
    })
    .await
}

fn blank(country: Country) -> TaxRatesChanged {
    TaxRatesChanged { country: country.code().to_owned(), version: 0, rates: BTreeMap::new(), regions: BTreeMap::new() }
}
