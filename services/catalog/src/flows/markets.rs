//! Where the shop sells: staff make, change and switch off markets, and carts hear of them.

use super::{
    Answered, Done, Target, once,
    reading::{Prices, json, listed},
};
use crate::{
    Catalog,
    error::Error,
    model::{Fault, MAX_MARKETS, MarketEdit, market_id_fault, taken_country},
    pages::Page as Answer,
    store::{self, markets},
    views::MarketView,
};
use bodega_contracts::catalog::MarketChanged;
use bodega_db::{DbError, IdempotencyKey, Tx};
use bodega_kernel::{Currency, Page, PageLimit};
use bodega_web::etag;

/// A page of markets, those that are switched off too.
pub(crate) async fn list_markets(catalog: &Catalog, after: Option<String>, limit: PageLimit) -> Result<Answer, Error> {
    let rows = store::settings::markets(catalog.db.reader(), after.unwrap_or_default(), limit.and_one()).await?;
    let page = Page::of(rows, limit, |row| row.market_id.clone()).map(MarketView::from);
    Ok(listed(&page)?)
}

/// One market.
pub(crate) async fn market(catalog: &Catalog, id: &str) -> Result<Answer, Error> {
    let market = store::settings::market(catalog.db.reader(), id).await?.ok_or(Error::NotFound)?;
    let tag = etag(market.version);
    let body = json(&MarketView::from(market))?;
    Ok(Answer::new(tag, body))
}

/// Makes a market.
pub(crate) async fn create_market(
    catalog: &Catalog,
    key: Option<IdempotencyKey>,
    id: String,
    edit: MarketEdit,
) -> Result<Answered, Error> {
    let currency = edit.currency.unwrap_or(catalog.terms.currency);
    let market = valid(&edit, &blank(id, currency))?;
    once(catalog, key, async move |tx: &mut Tx| {
        let all = markets::locked(tx).await?;
        if all.len() >= MAX_MARKETS {
            return Err(Error::TooMany("the shop has as many markets as it may have"));
        }
        free(&market, &all)?;
        if !markets::insert(tx, &market).await? {
            return Err(Error::MarketExists(market.market_id));
        }
        tx.emit(&market)?;
        Ok(Done::new(201, Some(1), &MarketView::from(market))?)
    })
    .await
}

/// Changes a market, if it is in the version that was read.
pub(crate) async fn change_market(
    catalog: &Catalog,
    target: Target<String>,
    edit: MarketEdit,
) -> Result<Answered, Error> {
    once(catalog, target.key.clone(), async move |tx: &mut Tx| {
        let all = markets::locked(tx).await?;
        let before = all.iter().find(|market| market.market_id == target.id).ok_or(Error::NotFound)?;
        target.check(before.version)?;
        let mut market = edit.over(before)?;
        if market != *before {
            free(&market, &all)?;
            market.version += 1;
            markets::update(tx, &market).await?;
            tx.emit(&market)?;
        }
        Ok(Done::new(200, Some(market.version), &MarketView::from(market))?)
    })
    .await
}

/// What prices are shown in: the currency that is named, or that of the market.
pub(super) async fn shown_in(catalog: &Catalog, prices: &Prices) -> Result<Currency, Error> {
    let Some(id) = &prices.market else { return Ok(prices.currency.unwrap_or(catalog.terms.currency)) };
    let market = store::settings::market(catalog.db.reader(), id).await?;
    let open = market.filter(|market| market.enabled);
    let open = open.ok_or_else(|| Error::invalid("/market", "is no market that is open"))?;
    if prices.currency.is_some_and(|currency| currency != open.currency) {
        return Err(Error::invalid("/currency", "is not that of the market"));
    }
    Ok(open.currency)
}

/// The market that a new shop begins with.
pub(super) async fn seed(tx: &mut Tx, home: &MarketChanged) -> Result<(), DbError> {
    if store::seed_once(tx, "markets").await? && markets::insert(tx, home).await? {
        tx.emit(home)?;
    }
    Ok(())
}

/// A market that sells everywhere else, before its first edit.
pub(super) fn blank(id: String, currency: Currency) -> MarketChanged {
    MarketChanged {
        market_id: id,
        version: 1,
        enabled: true,
        name: String::new(),
        countries: Vec::new(),
        currency,
        prices_include_tax: true,
    }
}

fn valid(edit: &MarketEdit, blank: &MarketChanged) -> Result<MarketChanged, Error> {
    let mut faults: Vec<Fault> = market_id_fault(&blank.market_id).into_iter().collect();
    match edit.over(blank) {
        Ok(market) if faults.is_empty() => Ok(market),
        Ok(_) => Err(Error::Invalid(faults)),
        Err(more) => {
            faults.extend(more);
            Err(Error::Invalid(faults))
        }
    }
}

fn free(market: &MarketChanged, all: &[MarketChanged]) -> Result<(), Error> {
    taken_country(market, all).map_or(Ok(()), |taken| Err(Error::CountryTaken(taken)))
}
