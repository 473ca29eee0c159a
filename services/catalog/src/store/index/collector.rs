//! One pass over what fits the words: which products pass all filters, the first of them, and how many each choice would
//! leave.

use super::{
    columns::{Columns, Offers, Shelf},
    layout,
};
use crate::model::{Counts, Found, Hit, Ladder, Order, Rating, Subject, Wanted};
use bodega_contracts::{BrandId, CategoryId};
use bodega_kernel::uuid::Uuid;
use std::{
    collections::{BinaryHeap, HashMap},
    sync::Arc,
};
use tantivy::{
    DocId, DocSet as _, Score, SegmentOrdinal, SegmentReader, TERMINATED, TantivyError,
    collector::{Collector, SegmentCollector},
    query::Weight,
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
    shelf: Arc<Shelf>,
    /// Each category by its random half with its number and those of all above it.
    above: HashMap<u64, Vec<usize>>,
    categories: Arc<[CategoryId]>,
    any_word: bool,
    /// How many of a segment are looked at; all where nothing is said.
    most: Option<usize>,
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
    brands: HashMap<u128, u64>,
    prices: Ladder,
    stars: [u64; 5],
    in_stock: u64,
}

/// What is counted of a segment in its own numbers.
struct Places {
    /// By the place of a category: the numbers of it and of all above it.
    above: Vec<Vec<usize>>,
    /// By the place of a category: products that stand in it and in no other.
    alone: Vec<u64>,
    /// The product that was counted last in each category.
    last_in: Vec<DocId>,
    /// By the place of a brand.
    brands: Vec<u64>,
}

pub(super) struct SegmentFinder {
    wanted: Arc<Wanted>,
    columns: Arc<Columns>,
    /// `None` where nothing is for sale in this currency.
    offers: Option<Arc<Offers>>,
    /// By the place of a category: whether it is wanted.
    wanted_categories: Option<Vec<bool>>,
    /// The place of the brand that is wanted; `None` where no product of the segment is of it.
    wanted_brand: Option<usize>,
    places: Places,
    after: Option<(u64, u128)>,
    heap: BinaryHeap<(u64, u128)>,
    pass: Pass,
}

impl Finder {
    pub(super) fn new(wanted: Arc<Wanted>, shelf: Arc<Shelf>, any_word: bool) -> Self {
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
        Self { wanted, shelf, above, categories: categories.into(), any_word, most: None }
    }

    /// Looks at so many of each segment, and no further.
    pub(super) fn at_most(self, most: usize) -> Self {
        Self { most: Some(most), ..self }
    }
}

impl Collector for Finder {
    type Fruit = Pass;
    type Child = SegmentFinder;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentFinder> {
        let columns = self.shelf.of(segment)?;
        let wanted = Arc::clone(&self.wanted);
        let after = wanted.after.as_ref().map(|hit| columns.place(&wanted, hit)).transpose()?.flatten();
        let low: Option<Vec<u64>> =
            wanted.categories.as_ref().map(|categories| categories.iter().map(|one| layout::low(one.0)).collect());
        let tally =
            wanted.facets.is_some().then(|| Tally { categories: vec![0; self.categories.len()], ..Tally::default() });
        let above = |category: &u64| self.above.get(category).cloned().unwrap_or_default();
        let brand = wanted.brand.map(|brand| brand.0.as_u128());
        Ok(SegmentFinder {
            offers: columns.offers_in(layout::number(wanted.currency)),
            wanted_categories: low
                .map(|low| columns.category_ids.iter().map(|category| low.contains(category)).collect()),
            wanted_brand: columns.brand_ids.iter().position(|id| Some(*id) == brand),
            places: Places {
                above: columns.category_ids.iter().map(above).collect(),
                alone: vec![0; columns.category_ids.len()],
                last_in: vec![DocId::MAX; self.categories.len()],
                brands: vec![0; columns.brand_ids.len()],
            },
            columns,
            after,
            heap: BinaryHeap::new(),
            pass: Pass { tally, ..Pass::default() },
            wanted,
        })
    }

    fn collect_segment(&self, weight: &dyn Weight, ordinal: u32, segment: &SegmentReader) -> tantivy::Result<Pass> {
        let mut finder = self.for_segment(ordinal, segment)?;
        let gone = segment.alive_bitset();
        let is_there = |product| gone.is_none_or(|alive| alive.is_alive(product));
        if let Some(most) = self.most {
            let mut fitting = weight.scorer(segment, 1.0)?;
            let (mut product, mut left) = (fitting.doc(), most);
            while product != TERMINATED && left > 0 {
                if is_there(product) {
                    finder.collect(product, fitting.score());
                    left -= 1;
                }
                product = fitting.advance();
            }
        } else if self.requires_scoring() {
            weight.for_each(segment, &mut |product, score| {
                if is_there(product) {
                    finder.collect(product, score);
                }
            })?;
        } else {
            weight.for_each_no_score(segment, &mut |products| {
                for product in products.iter().filter(|product| is_there(**product)) {
                    finder.collect(*product, 0.0);
                }
            })?;
        }
        Ok(finder.harvest())
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
        // What has no price in this currency is not for sale in it.
        let Some((price, in_stock)) = self.offers.as_ref().and_then(|offers| offers.of(doc)) else { return };
        if let Subject::Like(likeness) = &self.wanted.subject
            && likeness.id.as_u128() == self.columns.ids[doc as usize]
        {
            return;
        }
        self.pass.matched += 1;
        let rating = self.columns.ratings[doc as usize];
        let failed = self.failed(doc, price, in_stock, rating);
        if self.pass.tally.is_some() {
            self.tally(doc, failed, (price, in_stock, rating));
        }
        if failed == 0 {
            self.pass.total += 1;
            self.rank(doc, score, (price, in_stock, rating));
        }
    }

    fn harvest(mut self) -> Pass {
        if let Some(tally) = &mut self.pass.tally {
            for (above, count) in self.places.above.iter().zip(&self.places.alone) {
                for number in above {
                    tally.categories[*number] += count;
                }
            }
            let brands = self.columns.brand_ids.iter().copied().zip(self.places.brands.iter().copied());
            tally.brands.extend(brands.filter(|(_, count)| *count > 0));
        }
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
        if wanted.brand.is_some() && (self.wanted_brand.is_none() || self.columns.brand(doc) != self.wanted_brand) {
            failed |= BRAND;
        }
        if let Some(wanted) = &self.wanted_categories
            && !self.columns.categories(doc).iter().any(|category| wanted[*category as usize])
        {
            failed |= CATEGORY;
        }
        failed
    }

    /// Counts it for each choice that it is one of, whatever the filter of that kind says.
    fn tally(&mut self, doc: DocId, failed: u8, (price, in_stock, rating): (i64, bool, u64)) {
        let Some(tally) = &mut self.pass.tally else { return };
        let places = &mut self.places;
        let passes_but = |filter: u8| failed & !filter == 0;
        if passes_but(CATEGORY) {
            match self.columns.categories(doc) {
                [alone] => places.alone[*alone as usize] += 1,
                several => {
                    for number in several.iter().flat_map(|category| &places.above[*category as usize]) {
                        if places.last_in[*number] != doc {
                            places.last_in[*number] = doc;
                            tally.categories[*number] += 1;
                        }
                    }
                }
            }
        }
        if passes_but(BRAND)
            && let Some(brand) = self.columns.brand(doc)
        {
            places.brands[brand] += 1;
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
    fn rank(&mut self, doc: DocId, score: Score, (price, in_stock, rating): (i64, bool, u64)) {
        let wanted = &*self.wanted;
        let id = self.columns.ids[doc as usize];
        let value = match wanted.order {
            Order::Newest => 0,
            Order::Cheapest => price as u64,
            Order::Dearest => !(price as u64),
            Order::Rating => !rating,
            Order::Sold => !self.columns.sold[doc as usize],
            Order::Name => self.columns.name(doc),
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

impl Tally {
    fn add(&mut self, other: Self) {
        self.categories.iter_mut().zip(other.categories).for_each(|(mine, theirs)| *mine += theirs);
        for (brand, count) in other.brands {
            *self.brands.entry(brand).or_default() += count;
        }
        self.prices.add(&other.prices);
        self.stars.iter_mut().zip(other.stars).for_each(|(mine, theirs)| *mine += theirs);
        self.in_stock += other.in_stock;
    }

    fn into_counts(self, categories: &[CategoryId]) -> Counts {
        Counts {
            categories: categories.iter().copied().zip(self.categories).filter(|(_, count)| *count > 0).collect(),
            brands: self.brands.into_iter().map(|(id, count)| (BrandId(Uuid::from_u128(id)), count)).collect(),
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

/// Whether products that are equal otherwise come the oldest first.
pub(super) fn is_oldest_first(order: Order) -> bool {
    match order {
        Order::Cheapest | Order::Name => true,
        Order::Fit | Order::Newest | Order::Dearest | Order::Rating | Order::Sold => false,
    }
}
