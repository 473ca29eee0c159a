//! What searches read of every product that fits, in memory: by segment, because a segment never changes. Which of its
//! products are gone the index says itself.

use super::layout::{self, columns};
use crate::model::{Hit, Order, Wanted};
use bodega_kernel::uuid::Uuid;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tantivy::{
    DocId, Index, SegmentReader,
    columnar::{Column, StrColumn},
    index::SegmentId,
};

/// An offer of nothing.
const NONE: u64 = 0;

/// The columns of the segments that are searched.
#[derive(Default)]
pub(super) struct Shelf(Mutex<HashMap<SegmentId, Arc<Columns>>>);

/// The columns of a segment, each by the number of the product in it.
pub(super) struct Columns {
    pub(super) ids: Vec<u128>,
    /// By the number of a currency; see [`Offers`].
    offers: HashMap<u64, Arc<Offers>>,
    /// The place of its brand in `brand_ids`, from 1; 0 where it has none.
    brands: Vec<u32>,
    pub(super) brand_ids: Vec<u128>,
    /// Where its categories begin, and behind all of them where they end.
    category_starts: Vec<u32>,
    /// Places in `category_ids`.
    categories: Vec<u32>,
    /// The random halves.
    pub(super) category_ids: Vec<u64>,
    pub(super) ratings: Vec<u64>,
    pub(super) sold: Vec<u64>,
    name: Option<StrColumn>,
}

/// What each product costs in one currency, and whether it can be bought: one number, which is 0 where it has no price.
pub(super) struct Offers(Vec<u64>);

impl Shelf {
    /// Those of a segment.
    pub(super) fn of(&self, segment: &SegmentReader) -> tantivy::Result<Arc<Columns>> {
        let mut read = self.read();
        if let Some(columns) = read.get(&segment.segment_id()) {
            return Ok(Arc::clone(columns));
        }
        let columns = Arc::new(Columns::of(segment)?);
        read.insert(segment.segment_id(), Arc::clone(&columns));
        Ok(columns)
    }

    /// Reads what is new, before anybody searches it, and lets go what is gone.
    pub(super) fn fill(&self, index: &Index) -> tantivy::Result<()> {
        let segments = index.searchable_segments()?;
        for segment in &segments {
            let is_read = self.read().contains_key(&segment.id());
            if is_read {
                continue;
            }
            // Searches go on meanwhile.
            let columns = Arc::new(Columns::of(&SegmentReader::open(segment)?)?);
            self.read().insert(segment.id(), columns);
        }
        let ids: HashSet<SegmentId> = segments.iter().map(tantivy::Segment::id).collect();
        self.read().retain(|id, _| ids.contains(id));
        Ok(())
    }

    fn read(&self) -> MutexGuard<'_, HashMap<SegmentId, Arc<Columns>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Columns {
    fn of(segment: &SegmentReader) -> tantivy::Result<Self> {
        let fast = segment.fast_fields();
        let products = segment.max_doc();
        let pairs = |high: Column<u64>, low: Column<u64>| {
            move |product| {
                let half = |column: &Column<u64>| u128::from(column.first(product).unwrap_or(0));
                (half(&high) << 64) | half(&low)
            }
        };
        let id = pairs(fast.u64(columns::ID_HIGH)?, fast.u64(columns::ID_LOW)?);
        let brand = pairs(fast.u64(columns::BRAND_HIGH)?, fast.u64(columns::BRAND)?);
        let (brands, brand_ids) = numbered(products, brand);
        let (category_starts, categories, category_ids) = grouped(products, &fast.u64(columns::CATEGORIES)?);
        let all = |column: &Column<u64>| (0..products).map(|product| column.first(product).unwrap_or(0)).collect();
        Ok(Self {
            ids: (0..products).map(id).collect(),
            offers: offers(products, &fast.u64(columns::OFFERS)?),
            brands,
            brand_ids,
            category_starts,
            categories,
            category_ids,
            ratings: all(&fast.u64(columns::RATING)?),
            sold: all(&fast.u64(columns::SOLD)?),
            name: fast.str(columns::NAME_KEY)?,
        })
    }

    /// What is for sale in this currency.
    pub(super) fn offers_in(&self, currency: u64) -> Option<Arc<Offers>> {
        self.offers.get(&currency).cloned()
    }

    /// The place of a product's brand.
    pub(super) fn brand(&self, product: DocId) -> Option<usize> {
        self.brands[product as usize].checked_sub(1).map(|place| place as usize)
    }

    /// The places of a product's categories.
    pub(super) fn categories(&self, product: DocId) -> &[u32] {
        let (start, end) = (self.category_starts[product as usize], self.category_starts[product as usize + 1]);
        &self.categories[start as usize..end as usize]
    }

    /// The number of a product's name among those of its segment, in their order.
    pub(super) fn name(&self, product: DocId) -> u64 {
        self.name.as_ref().and_then(|name| name.ords().first(product)).unwrap_or(0)
    }

    /// The name of this number.
    pub(super) fn name_of(&self, ordinal: u64) -> std::io::Result<String> {
        let mut text = String::new();
        if let Some(name) = &self.name {
            name.ord_to_str(ordinal, &mut text)?;
        }
        Ok(text)
    }

    /// What all that follows a hit is greater than, in the numbers of this segment; `None` where all follow.
    pub(super) fn place(&self, wanted: &Wanted, hit: &Hit) -> tantivy::Result<Option<(u64, u128)>> {
        let tie = tie(wanted.order, hit.id);
        let value = u64::try_from(hit.value).unwrap_or(0);
        Ok(match wanted.order {
            Order::Newest => Some((0, tie)),
            Order::Cheapest => Some((value, tie)),
            Order::Fit | Order::Dearest | Order::Rating | Order::Sold => Some((!value, tie)),
            Order::Name => {
                let Some(column) = &self.name else { return Ok(None) };
                let name = hit.name.as_deref().unwrap_or_default();
                match column.dictionary().term_ord(name)? {
                    Some(ordinal) => Some((ordinal, tie)),
                    None => names_up_to(column, name)?.map(|ordinal| (ordinal, u128::MAX)),
                }
            }
        })
    }
}

impl Offers {
    /// The price of a product and whether it can be bought.
    pub(super) fn of(&self, product: DocId) -> Option<(i64, bool)> {
        let offer = self.0[product as usize];
        (offer != NONE).then_some(((offer >> 2) as i64, offer & 2 != 0))
    }
}

/// By what products are told apart that are equal otherwise.
fn tie(order: Order, id: Uuid) -> u128 {
    if super::collector::is_oldest_first(order) { id.as_u128() } else { !id.as_u128() }
}

/// The last name before this one, where there is any.
fn names_up_to(column: &StrColumn, name: &str) -> tantivy::Result<Option<u64>> {
    let mut later = column.dictionary().range().ge(name).into_stream()?;
    let next = if later.advance() { later.term_ord() } else { column.dictionary().num_terms() as u64 };
    Ok(next.checked_sub(1))
}

/// Each product's value by its place among all that there are, from 1; 0 where it has none.
fn numbered(products: DocId, value: impl Fn(DocId) -> u128) -> (Vec<u32>, Vec<u128>) {
    let (mut all, mut places) = (Vec::new(), HashMap::new());
    let place = |product| match value(product) {
        0 => 0,
        value => *places.entry(value).or_insert_with(|| {
            all.push(value);
            all.len() as u32
        }),
    };
    ((0..products).map(place).collect(), all)
}

fn grouped(products: DocId, column: &Column<u64>) -> (Vec<u32>, Vec<u32>, Vec<u64>) {
    let (mut starts, mut members) = (Vec::with_capacity(products as usize + 1), Vec::new());
    let (mut all, mut places) = (Vec::new(), HashMap::new());
    for product in 0..products {
        starts.push(members.len() as u32);
        for value in column.values_for_doc(product) {
            members.push(*places.entry(value).or_insert_with(|| {
                all.push(value);
                all.len() as u32 - 1
            }));
        }
    }
    starts.push(members.len() as u32);
    (starts, members, all)
}

fn offers(products: DocId, column: &Column<u64>) -> HashMap<u64, Arc<Offers>> {
    let mut all: HashMap<u64, Vec<u64>> = HashMap::new();
    for product in 0..products {
        for offer in column.values_for_doc(product) {
            let (currency, price, in_stock) = layout::unpacked(offer);
            let offers = all.entry(currency).or_insert_with(|| vec![NONE; products as usize]);
            offers[product as usize] = ((price as u64) << 2) | (u64::from(in_stock) << 1) | 1;
        }
    }
    all.into_iter().map(|(currency, offers)| (currency, Arc::new(Offers(offers)))).collect()
}
