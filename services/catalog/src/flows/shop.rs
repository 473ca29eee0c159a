//! Who the shop is and what shoppers accept: staff write it whole; every version of the legal texts is kept.

use super::{
    Answered, Done, Target, once,
    reading::{json, listed},
};
use crate::{
    Catalog,
    error::Error,
    model::{LegalTexts, ShopNow, is_language, shop_faults},
    pages::{Made, Page as Answer, RestsOn},
    store::{self, settings, shop},
    views::{LegalVersion, LegalView, PublicShop, ShopView},
};
use bodega_contracts::catalog::Shop;
use bodega_db::{DbError, Tx};
use bodega_web::etag;
use std::sync::Arc;

/// The shop as staff see it.
pub(crate) async fn shop_for_staff(catalog: &Catalog) -> Result<Answer, Error> {
    let db = catalog.db.reader();
    let shop = settings::shop(db).await?;
    let legal = settings::legal(db, shop.legal_version).await?.map(|version| version.texts).unwrap_or_default();
    let tag = etag(shop.version);
    let body = json(&ShopView::of(shop, legal))?;
    Ok(Answer::new(tag, body))
}

/// Writes the shop whole, if it is in the version that was read. Its legal texts get a version where they change.
pub(crate) async fn put_shop(
    catalog: &Catalog,
    target: Target<()>,
    profile: Shop,
    legal: LegalTexts,
) -> Result<Answered, Error> {
    let faults = shop_faults(&profile, &legal);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    once(catalog, target.key.clone(), async move |tx: &mut Tx| {
        let before = shop::locked(tx).await?;
        target.check(before.version)?;
        let digest = shop::legal_digest(tx, before.legal_version).await?;
        let same = digest.map_or_else(|| legal.is_empty(), |digest| digest == legal.digest());
        let mut now = ShopNow { profile, ..before.clone() };
        if !same {
            now.legal_version += 1;
            shop::insert_legal(tx, now.legal_version, &legal).await?;
        }
        if now != before {
            now.version += 1;
            shop::update(tx, &now).await?;
            tx.emit(&now.told(&legal))?;
        }
        Ok(Done::new(200, Some(now.version), &ShopView::of(now, legal))?)
    })
    .await
}

/// A version of the legal texts, as somebody may have accepted it.
pub(crate) async fn legal_version(catalog: &Catalog, version: i64) -> Result<Answer, Error> {
    let found = settings::legal(catalog.db.reader(), version).await?.ok_or(Error::NotFound)?;
    Ok(listed(&LegalVersion::from(found))?)
}

/// What shoppers see of the shop: its name, its languages, its markets, and which legal texts there are. `address` is
/// where it was asked for.
pub(crate) async fn shop_for_shoppers(catalog: &Catalog, address: &str) -> Result<Arc<Answer>, Error> {
    let make = async || {
        let db = catalog.db.reader();
        let shop = settings::shop(db).await?;
        let legal = settings::legal(db, shop.legal_version).await?;
        let markets = settings::markets(db, String::new(), settings::ALL).await?;
        let open = markets.into_iter().filter(|market| market.enabled);
        Ok(Made { page: listed(&PublicShop::of(shop, legal, open))?, rests_on: Some(RestsOn::Shop) })
    };
    catalog.pages.get_or_make(address, &catalog.world, make).await
}

/// A legal text: in the language that is asked for where there is one, else in the first of the shop's that has it.
/// `address` is where it was asked for.
pub(crate) async fn legal_text(
    catalog: &Catalog,
    address: &str,
    name: &str,
    language: Option<&str>,
) -> Result<Arc<Answer>, Error> {
    if language.is_some_and(|language| !is_language(language)) {
        return Err(Error::invalid("/lang", "is a language such as `en` or `pt-BR`"));
    }
    let known = LegalTexts::default();
    let (name, _) = known.all().into_iter().find(|(known, _)| *known == name).ok_or(Error::NotFound)?;
    let make = async || {
        let db = catalog.db.reader();
        let shop = settings::shop(db).await?;
        let legal = settings::legal(db, shop.legal_version).await?.ok_or(Error::NotFound)?;
        let wanted = language.into_iter().chain(shop.profile.languages.iter().map(String::as_str));
        let view = LegalView::of(&legal, name, wanted).ok_or(Error::NotFound)?;
        Ok(Made { page: listed(&view)?, rests_on: Some(RestsOn::Shop) })
    };
    catalog.pages.get_or_make(address, &catalog.world, make).await
}

/// Who the shop is, for those who write papers and mails.
pub(crate) async fn profile(catalog: &Catalog) -> Result<Shop, DbError> {
    Ok(settings::shop(catalog.db.reader()).await?.profile)
}

/// The shop that a new one begins as.
pub(super) async fn seed(tx: &mut Tx, profile: Shop) -> Result<(), DbError> {
    let shop = ShopNow { version: 1, profile, legal_version: 0 };
    if store::seed_once(tx, "shop").await? && shop::insert(tx, &shop).await? {
        tx.emit(&shop.told(&LegalTexts::default()))?;
    }
    Ok(())
}
