//! The index by itself.

use super::{COMPARED, Index};
use crate::{
    model::{Entry, Likeness, Offer, Order, Rating, Subject, Wanted},
    store::changes::Position,
};
use bodega_contracts::{BrandId, CategoryId};
use bodega_kernel::{Currency, uuid::Uuid};
use bodega_testkit::{Backend, Home};

fn id(number: u128) -> Uuid {
    Uuid::from_u128((number << 64) | number)
}

fn entry(number: u128, brand: Option<u128>, tag: &str, in_stock: bool) -> Entry {
    Entry {
        id: id(number),
        name: format!("Thing {number}"),
        labels: vec![tag.to_owned()],
        text: String::new(),
        codes: Vec::new(),
        brand: brand.map(|brand| BrandId(id(brand))),
        categories: vec![CategoryId(id(7))],
        offers: vec![Offer { currency: Currency::GBP, price: 900, in_stock }],
        rating: Rating::default(),
        sold: 0,
    }
}

fn alike(index: &Index, number: u128, brand: Option<u128>, tag: &str) -> Vec<u128> {
    let likeness = Likeness {
        id: id(number),
        brand: brand.map(|brand| BrandId(id(brand))),
        categories: vec![CategoryId(id(7))],
        tags: vec![tag.to_owned()],
        name: format!("Thing {number}"),
    };
    let wanted = Wanted::new(Subject::Like(Box::new(likeness)), Currency::GBP, Order::Fit, 8);
    index.find(wanted).unwrap().hits.iter().map(|hit| hit.id.as_u128() >> 64).collect()
}

/// All share a category and a word, so that looking at all of them would take longer the more there are.
#[test]
fn what_few_share_comes_first_however_many_share_the_rest() {
    let home = Home::new(Backend::Sqlite);
    let (index, position) = Index::open(&home.settings().database.data_dir.join("index"), false).unwrap();
    assert_eq!(position, None);
    let many = u128::from(COMPARED) + 500;
    let brand = |number| if number >= many - 2 { Some(3) } else { None };
    let tag = |number| if number == many - 3 || number == 5 { "linen" } else { "other" };
    let entries: Vec<Entry> =
        (1..=many).map(|number| entry(number, brand(number), tag(number), number != many)).collect();
    index.fill(&entries).unwrap();
    index.commit(Position::default()).unwrap();
    // Of the same brand, then of the same tag: the first in stock, the last not; then what is found first.
    let found = alike(&index, many - 1, Some(3), "linen");
    assert_eq!(found.len(), 8);
    assert_eq!(found[..3], [many - 2, many - 3, 5]);
    assert!(!found.contains(&(many - 1)), "it is not like itself");
    assert_eq!(alike(&index, many - 1, Some(3), "nothing")[0], many - 2);
    assert_eq!(alike(&index, 9, None, "nothing").len(), 8);
    // What was taken out is not found, whatever was read of its segment before.
    index.replace(&[id(many - 2)], &[]).unwrap();
    index.commit(Position::default()).unwrap();
    assert_eq!(alike(&index, many - 1, Some(3), "linen")[..2], [many - 3, 5]);
    assert_eq!(index.count(), u64::try_from(many).unwrap() - 1);
}
