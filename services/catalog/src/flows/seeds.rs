//! What a new shop begins with, from its settings: each thing once for ever, whichever replica is first. Later the
//! settings say nothing about it any more.

use super::{markets, shop};
use crate::{Catalog, model::HOME_MARKET, store};
use bodega_contracts::catalog::{MarketChanged, STANDARD_TAX, Shop, TaxRatesChanged};
use bodega_db::{DbError, Tx};
use bodega_settings::Settings;

/// Fills what is empty.
pub(crate) async fn seed(catalog: &Catalog, settings: &Settings) -> Result<(), DbError> {
    let of_settings = &settings.shop;
    let rates = TaxRatesChanged {
        country: catalog.terms.country.code().to_owned(),
        version: 1,
        rates: [(STANDARD_TAX.to_owned(), of_settings.tax_rate_bp)].into(),
        regions: [].into(),
    };
    let home = MarketChanged {
        name: of_settings.name.trim().to_owned(),
        prices_include_tax: of_settings.prices_include_tax,
        ..markets::blank(HOME_MARKET.to_owned(), catalog.terms.currency)
    };
    let profile = Shop {
        name: of_settings.name.trim().to_owned(),
        languages: vec![settings.mail.language.clone()],
        ..Shop::default()
    };
    catalog
        .db
        .write(async move |tx: &mut Tx| {
            if store::seed_once(tx, "tax").await? && store::tax::insert(tx, &rates).await? {
                tx.emit(&rates)?;
            }
            markets::seed(tx, &home).await?;
            shop::seed(tx, profile).await
        })
        .await
}
