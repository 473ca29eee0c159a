//! One pass over what fits the words: which products pass all filters, the first of them, and how many each choice would
//! leave.

use super::layout::{self, columns};
use crate::model::{Counts, Found, Hit, Ladder, Order, Rating, Subject, Wanted};
use bodega_contracts::{BrandId, CategoryId};
use bodega_kernel::uuid::Uuid;
use std::{
    collections::{BinaryHeap, HashMap, HashSet},
    sync::Arc,
};
use tantivy::{
    DocId, Score, SegmentOrdinal, SegmentReader, TantivyError,
    collector::{Collector, SegmentCollector},
    columnar::{Column, StrColumn},
};

/// Filters, each by one bit.
const CATEGORY: u8 = 1;
const BRAND: u8 = 2;
const PRICE: u8 = 4;
const STOCK: u8 = 8;
const STARS: u8 = 16;
/// What is like a product and in stock comes before all that is not.
const IN_STOCK_FIRST: u64 = 1_000_000;

/// What comes before what: by name first where that is the order, then by value, then by id; the lowest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    name: Option<String>,
    value: u64,
    tie: u128,
}

/// Looks at each product once.
pub(super) struct Finder {
    wanted: Arc<Wanted>,
    /// Each category with its number and those of all above it.
    above: Arc<HashMap<u64, Vec<usize>>>,
    categories: Arc<[CategoryId]>,
    any_word: bool,
}

/// What the products of an index came to.
#[derive(Default)]
pub(super) struct Pass {
    /// Whatever the filters say.
    pub(super) matched: u64,
    total: u64,
    ranked: Vec<Rank>,
    tally: Option<Tally>,
    categories: Arc<[CategoryId]>,
    any_word: bool,
    error: Option<String>,
}

#[derive(Default)]
struct Tally {
    categories: Vec<u64>,
    /// By the random half of the id, with the other.
    brands: HashMap<u64, (u64, u64)>,
    prices: Ladder,
    stars: [u64; 5],
    in_stock: u64,
}

/// The columns of a segment.
struct Columns {
    id_high: Column<u64>,
    id_low: Column<u64>,
    brand: Column<u64>,
    brand_high: Column<u64>,
    categories: Column<u64>,
    offers: Column<u64>,
    rating: Column<u64>,
    sold: Column<u64>,
    name: Option<StrColumn>,
}

pub(super) struct SegmentFinder {
    wanted: Arc<Wanted>,
    currency: u64,
    wanted_categories: Option<HashSet<u64>>,
    above: Arc<HashMap<u64, Vec<usize>>>,
    /// The product that was counted last in each category.
    last_in: Vec<DocId>,
    columns: Columns,
    after: Option<(u64, u128)>,
    heap: BinaryHeap<(u64, u128)>,
    pass: Pass,
}

impl Finder {
    pub(super) fn new(wanted: Arc<Wanted>, any_word: bool) -> Self {
        let tree = wanted.facets.iter().flatten();
        let categories: Vec<CategoryId> = tree.clone().map(|(category, _)| *category).collect();
        let numbers: HashMap<CategoryId, usize> =
            categories.iter().enumerate().map(|(number, category)| (*category, number)).collect();
        let above = tree
            .map(|(category, above)| {
                let numbers = above.iter().filter_map(|category| numbers.get(category).copied()).collect();
                (layout::low(category.0), numbers)
            })
            .collect();
        Self { wanted, above: Arc::new(above), categories: categories.into(), any_word }
    }
}

impl Collector for Finder {
    type Fruit = Pass;
    type Child = SegmentFinder;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentFinder> {
        let columns = Columns::of(segment)?;
        let wanted = Arc::clone(&self.wanted);
        let after = wanted.after.as_ref().map(|hit| columns.place(&wanted, hit)).transpose()?.flatten();
        let categories = wanted.categories.as_ref();
        let numbers = |categories: &HashSet<CategoryId>| categories.iter().map(|one| layout::low(one.0)).collect();
        let tally =
            wanted.facets.is_some().then(|| Tally { categories: vec![0; self.categories.len()], ..Tally::default() });
        Ok(SegmentFinder {
            currency: layout::number(wanted.currency),
            wanted_categories: categories.map(numbers),
            above: Arc::clone(&self.above),
            last_in: vec![DocId::MAX; self.categories.len()],
            columns,
            after,
            heap: BinaryHeap::new(),
            pass: Pass { tally, ..Pass::default() },
            wanted,
        })
    }

    fn requires_scoring(&self) -> bool {
        self.wanted.order == Order::Fit
    }

    fn merge_fruits(&self, passes: Vec<Pass>) -> tantivy::Result<Pass> {
        let mut all = Pass { categories: Arc::clone(&self.categories), any_word: self.any_word, ..Pass::default() };
        for pass in passes {
            if let Some(error) = pass.error {
                return Err(TantivyError::InternalError(error));
            }
            all.matched += pass.matched;
            all.total += pass.total;
            all.ranked.extend(pass.ranked);
            all.tally = match (all.tally, pass.tally) {
                (Some(mut mine), Some(theirs)) => {
                    mine.add(theirs);
                    Some(mine)
                }
                (mine, theirs) => mine.or(theirs),
            };
        }
        all.ranked.sort_unstable();
        all.ranked.truncate(self.wanted.limit);
        Ok(all)
    }
}

impl SegmentCollector for SegmentFinder {
    type Fruit = Pass;

    fn collect(&mut self, doc: DocId, score: Score) {
        let columns = &self.columns;
        let mut offers = columns.offers.values_for_doc(doc);
        // What has no price in this currency is not for sale in it.
        let Some((price, in_stock)) = offers.find_map(|offer| layout::unpacked(offer, self.currency)) else { return };
        drop(offers);
        let id = columns.id(doc);
        if let Subject::Like(likeness) = &self.wanted.subject
            && likeness.id.as_u128() == id
        {
            return;
        }
        self.pass.matched += 1;
        let rating = columns.rating.first(doc).unwrap_or(0);
        let failed = self.failed(doc, price, in_stock, rating);
        if self.pass.tally.is_some() {
            self.tally(doc, failed, (price, in_stock, rating));
        }
        if failed == 0 {
            self.pass.total += 1;
            self.rank(doc, id, score, (price, in_stock, rating));
        }
    }

    fn harvest(mut self) -> Pass {
        for (value, tie) in self.heap.into_vec() {
            let name = if self.wanted.order == Order::Name { Some(self.columns.name_of(value)) } else { None };
            match name.transpose() {
                Ok(None) => self.pass.ranked.push(Rank { name: None, value, tie }),
                Ok(name) => self.pass.ranked.push(Rank { name, value: 0, tie }),
                Err(error) => self.pass.error = Some(error.to_string()),
            }
        }
        self.pass
    }
}

impl SegmentFinder {
    /// The filters that this product does not pass.
    fn failed(&self, doc: DocId, price: i64, in_stock: bool, rating: u64) -> u8 {
        let wanted = &*self.wanted;
        let mut failed = 0;
        let is_cheaper = wanted.price_min.is_some_and(|min| price < min);
        if is_cheaper || wanted.price_max.is_some_and(|max| price > max) {
            failed |= PRICE;
        }
        if wanted.in_stock.is_some_and(|wanted| wanted != in_stock) {
            failed |= STOCK;
        }
        if wanted.stars.is_some_and(|stars| (rating as i64) < Rating::order_from(stars)) {
            failed |= STARS;
        }
        if wanted.brand.is_some_and(|brand| self.columns.brand.first(doc) != Some(layout::low(brand.0))) {
            failed |= BRAND;
        }
        if let Some(wanted) = &self.wanted_categories {
            let mut categories = self.columns.categories.values_for_doc(doc);
            if !categories.any(|category| wanted.contains(&category)) {
                failed |= CATEGORY;
            }
        }
        failed
    }

    /// Counts it for each choice that it is one of, whatever the filter of that kind says.
    fn tally(&mut self, doc: DocId, failed: u8, (price, in_stock, rating): (i64, bool, u64)) {
        let Some(tally) = &mut self.pass.tally else { return };
        let passes_but = |filter: u8| failed & !filter == 0;
        if passes_but(CATEGORY) {
            for category in self.columns.categories.values_for_doc(doc) {
                for number in self.above.get(&category).into_iter().flatten() {
                    if self.last_in[*number] != doc {
                        self.last_in[*number] = doc;
                        tally.categories[*number] += 1;
                    }
                }
            }
        }
        if passes_but(BRAND)
            && let Some(brand) = self.columns.brand.first(doc)
        {
            let high = || self.columns.brand_high.first(doc).unwrap_or(0);
            tally.brands.entry(brand).or_insert_with(|| (high(), 0)).1 += 1;
        }
        if passes_but(PRICE) {
            tally.prices.count(price);
        }
        if passes_but(STARS) {
            for (count, stars) in tally.stars.iter_mut().zip([5, 4, 3, 2, 1]) {
                *count += u64::from(rating as i64 >= Rating::order_from(stars));
            }
        }
        if passes_but(STOCK) && in_stock {
            tally.in_stock += 1;
        }
    }

    /// Keeps it if it is among the first after where the list goes on.
    fn rank(&mut self, doc: DocId, id: u128, score: Score, (price, in_stock, rating): (i64, bool, u64)) {
        let wanted = &*self.wanted;
        let value = match wanted.order {
            Order::Newest => 0,
            Order::Cheapest => price as u64,
            Order::Dearest => !(price as u64),
            Order::Rating => !rating,
            Order::Sold => !self.columns.sold.first(doc).unwrap_or(0),
            Order::Name => self.columns.name.as_ref().and_then(|name| name.ords().first(doc)).unwrap_or(0),
            Order::Fit => {
                let is_like = matches!(wanted.subject, Subject::Like(_));
                !(score as u64 + if is_like && in_stock { IN_STOCK_FIRST } else { 0 })
            }
        };
        let rank = (value, if is_oldest_first(wanted.order) { id } else { !id });
        if self.after.is_some_and(|after| rank <= after) {
            return;
        }
        if self.heap.len() < wanted.limit {
            self.heap.push(rank);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && rank < *worst
        {
            *worst = rank;
        }
    }
}

impl Columns {
    fn of(segment: &SegmentReader) -> tantivy::Result<Self> {
        let fast = segment.fast_fields();
        Ok(Self {
            id_high: fast.u64(columns::ID_HIGH)?,
            id_low: fast.u64(columns::ID_LOW)?,
            brand: fast.u64(columns::BRAND)?,
            brand_high: fast.u64(columns::BRAND_HIGH)?,
            categories: fast.u64(columns::CATEGORIES)?,
            offers: fast.u64(columns::OFFERS)?,
            rating: fast.u64(columns::RATING)?,
            sold: fast.u64(columns::SOLD)?,
            name: fast.str(columns::NAME_KEY)?,
        })
    }

    fn id(&self, doc: DocId) -> u128 {
        let half = |column: &Column<u64>| u128::from(column.first(doc).unwrap_or(0));
        (half(&self.id_high) << 64) | half(&self.id_low)
    }

    fn name_of(&self, ordinal: u64) -> std::io::Result<String> {
        let mut text = String::new();
        if let Some(name) = &self.name {
            name.ord_to_str(ordinal, &mut text)?;
        }
        Ok(text)
    }

    /// What all that follows a hit is greater than, in the numbers of this segment; `None` where all follow.
    fn place(&self, wanted: &Wanted, hit: &Hit) -> tantivy::Result<Option<(u64, u128)>> {
        let id = hit.id.as_u128();
        let tie = if is_oldest_first(wanted.order) { id } else { !id };
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
                    None => self.names_up_to(name)?.map(|ordinal| (ordinal, u128::MAX)),
                }
            }
        })
    }

    /// The last name before this one, where there is any.
    fn names_up_to(&self, name: &str) -> tantivy::Result<Option<u64>> {
        let Some(column) = &self.name else { return Ok(None) };
        let mut later = column.dictionary().range().ge(name).into_stream()?;
        let next = if later.advance() { later.term_ord() } else { column.dictionary().num_terms() as u64 };
        Ok(next.checked_sub(1))
    }
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.categories.iter_mut().zip(other.categories).for_each(|(mine, theirs)| *mine += theirs);
        for (brand, (high, count)) in other.brands {
            self.brands.entry(brand).or_insert((high, 0)).1 += count;
        }
        self.prices.add(&other.prices);
        self.stars.iter_mut().zip(other.stars).for_each(|(mine, theirs)| *mine += theirs);
        self.in_stock += other.in_stock;
    }

    fn into_counts(self, categories: &[CategoryId]) -> Counts {
        Counts {
            categories: categories.iter().copied().zip(self.categories).filter(|(_, count)| *count > 0).collect(),
            brands: self
                .brands
                .into_iter()
                .map(|(low, (high, count))| (BrandId(Uuid::from_u64_pair(high, low)), count))
                .collect(),
            prices: self.prices.ranges(),
            stars: self.stars,
            in_stock: self.in_stock,
        }
    }
}

impl Pass {
    pub(super) fn into_found(self, wanted: &Wanted) -> Found {
        let hit = |Rank { name, value, tie }| {
            let id = Uuid::from_u128(if is_oldest_first(wanted.order) { tie } else { !tie });
            let value = match wanted.order {
                Order::Newest | Order::Name => 0,
                Order::Cheapest => value,
                Order::Fit | Order::Dearest | Order::Rating | Order::Sold => !value,
            };
            Hit { id, value: value as i64, name, any_word: self.any_word }
        };
        Found {
            hits: self.ranked.into_iter().map(hit).collect(),
            total: self.total,
            counts: self.tally.map(|tally| tally.into_counts(&self.categories)),
        }
    }
}

fn is_oldest_first(order: Order) -> bool {
    match order {
        Order::Cheapest | Order::Name => true,
        Order::Fit | Order::Newest | Order::Dearest | Order::Rating | Order::Sold => false,
    }
}
