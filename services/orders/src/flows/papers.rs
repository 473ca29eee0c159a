//! Reading the papers of an order. An invoice or credit note is made when it is first read, and kept: from then on its
//! bytes are the paper. Who the shop was and where it was sent are kept before, so that it says the same in each language.

use super::{Found, Looker, find};
use crate::{
    Orders,
    error::Error,
    pages::{About, Issued, Language, credit_note, invoice, packing_slip},
    store::{self, OrderRow, PaperRow},
};
use bodega_blobs::{BlobError, Blobs, Key, Put};
use bodega_contracts::{
    Address, OrderId,
    catalog::{Shop, ShopProfile},
};
use bodega_db::DbError;
use bodega_kernel::Time;
use bodega_papers::Paper;
use bodega_settings::Settings;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};

/// Papers made at the same time: each takes a processor for a moment.
const MAKERS: usize = 2;
/// The kind of paper that there is one of in an order.
const INVOICE: &str = "invoice";

/// Where papers are kept, and what they say where nobody else says it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Archive {
    blobs: Blobs,
    makers: Arc<Semaphore>,
    shop: Arc<str>,
}

/// A file for whoever asked.
pub(crate) struct PaperFile {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// What is neither in the order for good nor in its numbered papers, as it was when a paper was first read.
#[derive(Debug, Serialize, Deserialize)]
struct Frozen {
    shop: Shop,
    #[serde(default)]
    shipping_address: Option<Address>,
    #[serde(default)]
    billing_address: Option<Address>,
}

impl Archive {
    /// The archive that the settings name.
    pub(crate) fn open(settings: &Settings) -> Result<Self, BlobError> {
        Ok(Self {
            blobs: Blobs::open(settings, "orders")?,
            makers: Arc::new(Semaphore::new(MAKERS)),
            shop: settings.shop.name.as_str().into(),
        })
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, Error> {
        self.makers.acquire().await.map_err(|error: AcquireError| Error::Unwritable(error.to_string()))
    }

    /// Keeps a file unless there is one; says what is there then.
    async fn keep(&self, key: &Key, bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
        let bytes = bytes::Bytes::from(bytes);
        if self.blobs.put_new(key, bytes.clone()).await? == Put::WasThere
            && let Some(first) = self.blobs.get(key).await?
        {
            return Ok(first.into());
        }
        Ok(bytes.into())
    }

    async fn kept(&self, key: &Key) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.blobs.get(key).await?.map(Vec::from))
    }

    /// A paper that was read before.
    async fn read(&self, number: &str, language: Option<Language>) -> Result<Option<Vec<u8>>, Error> {
        let language = match language {
            Some(language) => language,
            None => match self.frozen(number).await? {
                Some(frozen) => Language::first_of(&frozen.shop.languages),
                None => return Ok(None),
            },
        };
        self.kept(&key(number, language)?).await
    }

    async fn frozen(&self, number: &str) -> Result<Option<Frozen>, Error> {
        self.kept(&facts(number)?).await?.as_deref().map(Frozen::read).transpose()
    }
}

impl Frozen {
    fn read(bytes: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(bytes).map_err(|error| Error::Unwritable(error.to_string()))
    }
}

/// The invoice and the credit notes of an order, oldest first, for whoever may see it.
pub(crate) async fn list_papers(
    state: &Orders,
    looker: &Looker,
    id: OrderId,
) -> Result<Option<(OrderRow, Vec<PaperRow>)>, Error> {
    let (found, _) = find(state, looker, id).await?;
    let Found::Known(order) = found else { return Ok(None) };
    let papers = store::papers(&state.db, id).await?;
    Ok(Some((*order, papers)))
}

/// A paper of an order by its number, in `language` or, where none is said, in the first of the shop's own. The same
/// bytes for everybody who reads it, however many at once.
pub(crate) async fn read_paper(
    state: &Orders,
    looker: &Looker,
    id: OrderId,
    number: &str,
    language: Option<Language>,
) -> Result<PaperFile, Error> {
    let (order, papers) = list_papers(state, looker, id).await?.ok_or(Error::NoPaper)?;
    let place = papers.iter().position(|paper| paper.number == number).ok_or(Error::NoPaper)?;
    let name = format!("{number}.pdf");
    let archive = &state.archive;
    if let Some(bytes) = archive.read(number, language).await? {
        return Ok(PaperFile { name, bytes });
    }
    let mut about = about(state, &order).await?;
    let is_complete = freeze(state, number, &mut about).await?;
    let language = language.unwrap_or_else(|| Language::first_of(&about.shop.languages));
    let _turn = archive.turn().await?;
    // Whoever had the turn before may have made it.
    if let Some(bytes) = archive.read(number, Some(language)).await? {
        return Ok(PaperFile { name, bytes });
    }
    let bytes = write(numbered(&about, &papers, place, language)?).await?;
    // What was made without word of the shop is no more than a view of it.
    let bytes = if is_complete { archive.keep(&key(number, language)?, bytes).await? } else { bytes };
    Ok(PaperFile { name, bytes })
}

/// The packing slip of an order as it is now.
pub(crate) async fn read_packing_slip(
    state: &Orders,
    id: OrderId,
    language: Option<Language>,
) -> Result<PaperFile, Error> {
    let order = store::order(&state.db, id).await?.ok_or(Error::NotFound)?;
    let mut about = about(state, &order).await?;
    (about.shop, _) = shop(state).await;
    let language = language.unwrap_or_else(|| Language::first_of(&about.shop.languages));
    let _turn = state.archive.turn().await?;
    let bytes = write(packing_slip(&about, language)).await?;
    Ok(PaperFile { name: format!("{}.pdf", order.number), bytes })
}

async fn about(state: &Orders, order: &OrderRow) -> Result<About, Error> {
    let bought = store::snapshot(&state.db, order.order_id()).await?.ok_or(Error::NotFound)?;
    Ok(About {
        shop: Shop::default(),
        number: order.number.clone(),
        placed: Time::from_ms(order.placed_ms),
        payment_method: order.payment_method.clone(),
        bought,
    })
}

/// Puts into `about` what was true when the paper was first read, which is now if it is the first time. False where the
/// shop did not say who it is: then nothing is kept.
async fn freeze(state: &Orders, number: &str, about: &mut About) -> Result<bool, Error> {
    let archive = &state.archive;
    let frozen = if let Some(frozen) = archive.frozen(number).await? {
        frozen
    } else {
        let (shop, is_known) = shop(state).await;
        if !is_known {
            about.shop = shop;
            return Ok(false);
        }
        let bought = &about.bought;
        let (shipping_address, billing_address) = (bought.shipping_address.clone(), bought.billing_address.clone());
        let now = Frozen { shop, shipping_address, billing_address };
        let bytes = serde_json::to_vec(&now).map_err(|error| Error::Unwritable(error.to_string()))?;
        Frozen::read(&archive.keep(&facts(number)?, bytes).await?)?
    };
    about.shop = frozen.shop;
    about.bought.shipping_address = frozen.shipping_address;
    about.bought.billing_address = frozen.billing_address;
    Ok(true)
}

/// Who the shop is, and whether it said so itself; its name from the settings where it did not.
async fn shop(state: &Orders) -> (Shop, bool) {
    let name = || state.archive.shop.to_string();
    match state.rpc.ask(ShopProfile {}).await {
        Ok(shop) if shop.name.trim().is_empty() => (Shop { name: name(), ..shop }, true),
        Ok(shop) => (shop, true),
        Err(error) => {
            tracing::warn!(%error, "a paper is shown without word of who the shop is, and not kept");
            (Shop { name: name(), ..Shop::default() }, false)
        }
    }
}

/// The paper at this place of the order's.
fn numbered(about: &About, papers: &[PaperRow], place: usize, language: Language) -> Result<Paper, Error> {
    let paper = papers.get(place).ok_or(Error::NoPaper)?;
    let before = papers.iter().take(place).filter(|paper| paper.kind != INVOICE);
    let before = before.map(|paper| Ok((paper.amount, paper.shares()?)));
    let issued = Issued {
        paper: paper.clone(),
        invoice: papers.iter().find(|paper| paper.kind == INVOICE).cloned(),
        shares: paper.shares()?,
        credited: before.collect::<Result<_, DbError>>()?,
    };
    if paper.kind != INVOICE {
        return Ok(credit_note(about, &issued, language));
    }
    if paper.amount != about.bought.priced.total {
        let number = &paper.number;
        return Err(Error::Unwritable(format!("{number} is about another amount than its order")));
    }
    Ok(invoice(about, &issued, language))
}

async fn write(paper: Paper) -> Result<Vec<u8>, Error> {
    let written = tokio::task::spawn_blocking(move || paper.to_pdf()).await;
    let written = written.map_err(|error| Error::Unwritable(error.to_string()))?;
    written.map_err(|error| Error::Unwritable(error.to_string()))
}

/// Where a paper is kept.
fn key(number: &str, language: Language) -> Result<Key, Error> {
    Ok(Key::new(format!("papers/{}/{}.pdf", Key::part(number), language.code()))?)
}

/// Where is kept what was true when it was first read.
fn facts(number: &str) -> Result<Key, Error> {
    Ok(Key::new(format!("papers/{}/facts.json", Key::part(number)))?)
}
