//! The assortment holds together, and all of it can be drawn.

use super::assortment::{Assortment, Product, slug};
use std::collections::BTreeSet;

fn assortment() -> Assortment {
    Assortment::read().unwrap()
}

/// All different from each other; answers how many.
fn unique(names: impl Iterator<Item = String>) -> usize {
    let mut seen = BTreeSet::new();
    names.map(|name| assert!(seen.insert(name.clone()), "{name} is there twice")).count()
}

fn variants(assortment: &Assortment) -> impl Iterator<Item = &super::assortment::Variant> {
    assortment.products.iter().flat_map(|product| &product.variants)
}

#[test]
fn the_assortment_is_whole() {
    let assortment = assortment();
    assert!((60..=72).contains(&unique(assortment.products.iter().map(Product::slug))));
    assert_eq!(assortment.categories.len(), 6);
    assert!((6..=8).contains(&unique(assortment.brands.iter().map(|brand| brand.slug.clone()))));
    assert!(unique(variants(&assortment).map(|variant| variant.sku.clone())) > 100);
    let below: BTreeSet<String> =
        assortment.categories.iter().flat_map(|top| &top.below).map(|name| slug(name)).collect();
    unique(assortment.categories.iter().map(|top| top.slug.clone()).chain(below.clone()));
    for product in &assortment.products {
        let name = &product.name;
        assert!(below.contains(&product.category), "{name} is in {}", product.category);
        assert!(assortment.brands.iter().any(|brand| brand.slug == product.brand), "{name} is by {}", product.brand);
        assert!(product.text.trim().len() > 60 && !product.html().contains('*'), "{name} has a text");
        assert!(!product.pictures.is_empty() && product.grams > 0 && !product.tags.is_empty(), "{name}");
        unique(product.pictures.iter().map(|drawing| product.alt(drawing)));
        for variant in &product.variants {
            assert_eq!(variant.is.len(), product.options.len(), "{} of {name}", variant.sku);
            assert!(variant.price > 0 && variant.was.is_none_or(|was| was > variant.price), "{}", variant.sku);
        }
    }
}

#[test]
fn what_documents_and_tests_buy_is_there() {
    let assortment = assortment();
    for (sku, pence, pieces) in [
        ("MUG-BLUE", 1_250, 48),
        ("MUG-SAND", 1_250, 36),
        ("BOWL-L", 3_900, 12),
        ("BOARD-OAK", 2_850, 20),
        ("APRON-LINEN", 3_400, 25),
        ("TOWEL-SET", 1_800, 60),
        ("JAR-05", 950, 120),
        ("JAR-10", 1_350, 90),
        ("POT-CAST", 12_900, 6),
        ("KNIFE-CHEF", 7_400, 9),
        ("COFFEE-250", 890, 200),
        ("CANDLE-FIG", 2_200, 1),
    ] {
        let variant = variants(&assortment).find(|variant| variant.sku == sku).unwrap();
        assert_eq!((variant.price, variant.stock), (pence, pieces), "{sku}");
    }
}

#[test]
fn some_goods_are_scarce_and_some_are_sold_out() {
    let assortment = assortment();
    let count = |fits: fn(i64) -> bool| variants(&assortment).filter(|variant| fits(variant.stock)).count();
    assert!(count(|pieces| pieces == 0) >= 2 && count(|pieces| (1..=3).contains(&pieces)) >= 4);
    let reduced = variants(&assortment).filter(|variant| variant.was.is_some()).count();
    let with_options = assortment.products.iter().filter(|product| !product.options.is_empty()).count();
    assert!(reduced >= 5 && with_options * 4 > assortment.products.len());
}

#[test]
fn every_picture_can_be_drawn() {
    let assortment = assortment();
    for product in &assortment.products {
        for drawing in &product.pictures {
            let file = assortment.order(product, drawing).draw(24).unwrap();
            assert!(file.starts_with(&[0xff, 0xd8]), "{}", product.name);
        }
    }
}

#[test]
fn a_text_becomes_paragraphs_and_lists() {
    let assortment = assortment();
    let mug = assortment.products.iter().find(|product| product.slug() == "stoneware-mug").unwrap();
    let html = mug.html();
    assert!(html.starts_with("<p>A mug that") && html.ends_with("<li>About 9 cm high</li></ul>"), "{html}");
}

#[test]
fn names_make_readable_addresses() {
    assert_eq!(slug("Chef's knife, 20 cm"), "chefs-knife-20-cm");
    assert_eq!(slug("Boards and knives"), "boards-and-knives");
}
