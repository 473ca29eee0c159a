//! What the lane has read of prices, promotions, ways of shipping, markets and taxes, kept from batch to batch, so that it is
//! neither read nor parsed again for each.
//!
//! It holds as long as the stamp beside it is the database's, which is read in the same transaction. Whoever writes any of those
//! tables draws a new stamp there, in theirs; none is ever drawn twice. So what was read in a transaction that was undone
//! afterwards stands beside a stamp that never comes back, and what was read beside a stamp that did come back is what the
//! undoing brought back with it. Whoever decides takes the memory, and puts it back at the end: what fails leaves none.

use crate::{
    model::{Markets, Methods, Offers, Promotions, Shop},
    store,
};
use bodega_contracts::PromotionId;
use bodega_db::{DbError, Tx};
use bodega_kernel::{Sku, uuid::Uuid};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// The most SKUs and the most promotions that are remembered; with more it begins anew.
const MOST: usize = 20_000;

/// What is remembered, if anything is to be. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(Option<Arc<Mutex<Option<Known>>>>);

/// What a cart's price depends on beside the cart and its buyer.
#[derive(Debug)]
pub(super) struct Known {
    /// `None` where none is kept: then nothing is remembered.
    stamp: Option<Uuid>,
    pub(super) offers: Offers,
    pub(super) promotions: Promotions,
    pub(super) methods: Methods,
    pub(super) markets: Markets,
}

impl Memory {
    /// One that remembers, for a database that keeps a stamp.
    pub(crate) fn kept() -> Self {
        Self(Some(Arc::default()))
    }

    /// What is known, as the database of `tx` has it; read where it is not remembered. Of SKUs and of promotions with a code it
    /// holds those that were read before.
    pub(super) async fn take(&self, tx: &mut Tx, shop: &Shop) -> Result<Known, DbError> {
        let stamp = match &self.0 {
            Some(_) => store::select_stamp(tx).await?,
            None => None,
        };
        let lock = |kept: &Arc<Mutex<Option<Known>>>| kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let known = self.0.as_ref().and_then(lock).filter(|known| known.stamp == stamp);
        if let Some(mut known) = known {
            known.offers.forget_available();
            return Ok(known);
        }
        Ok(Known {
            stamp,
            offers: Offers::default(),
            promotions: store::select_automatic(tx).await?,
            methods: Methods::new(store::select_methods(tx).await?, shop),
            markets: store::select_markets(tx).await?,
        })
    }

    /// Remembers what was taken and read.
    pub(super) fn put_back(&self, known: Known) {
        let fits = known.stamp.is_some() && known.offers.len() <= MOST && known.promotions.len() <= MOST;
        if let Some(kept) = self.0.as_ref().filter(|_| fits) {
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        }
    }
}

impl Known {
    /// Reads what was heard of all of `shown`, with what is available, and of those of `skus` that are not known yet.
    pub(super) async fn learn_offers(
        &mut self,
        tx: &mut Tx,
        shown: BTreeSet<Sku>,
        skus: impl Iterator<Item = Sku>,
    ) -> Result<(), DbError> {
        let mut asked = shown;
        asked.extend(skus.filter(|sku| self.offers.get(sku).is_none()));
        store::select_offers(tx, &asked.into_iter().collect::<Vec<_>>(), &mut self.offers).await
    }

    /// Reads those of `ids` that are not known yet.
    pub(super) async fn learn_promotions(&mut self, tx: &mut Tx, ids: &BTreeSet<PromotionId>) -> Result<(), DbError> {
        let unknown: Vec<PromotionId> = ids.iter().filter(|id| self.promotions.get(**id).is_none()).copied().collect();
        store::select_named(tx, &unknown, &mut self.promotions).await
    }
}
