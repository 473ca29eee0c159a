//! The rules of products, slugs and the tree.

use super::{check::*, *};
use bodega_kernel::{ManualClock, World, uuid::Uuid};
use proptest::prelude::*;

fn id(number: u128) -> VariantId {
    VariantId(Uuid::from_u128(number))
}

fn kind(sku: &str, size: Option<&str>, price: i64) -> VariantEdit {
    let options = size.map(|size| ("Size".to_owned(), size.to_owned())).into_iter().collect();
    let sku = Sku::new(sku).unwrap();
    VariantEdit {
        id: None,
        sku,
        options,
        price,
        compare_at: None,
        barcode: None,
        grams: 0,
        stocked: true,
        tax_class: None,
        prices: None,
    }
}

fn named(variants: Vec<VariantEdit>) -> Edit {
    Edit { name: Some("Shirt".into()), variants: Some(variants), ..Edit::default() }
}

fn shirt() -> Product {
    let mut next = 0;
    let blank = Product::blank(ProductId(Uuid::from_u128(1)), Time::from_ms(0));
    blank
        .edited(&named(vec![kind("S", Some("Small"), 500), kind("L", Some("Large"), 300)]), || {
            next += 1;
            id(next)
        })
        .unwrap()
}

fn faults(edit: &Edit) -> Vec<String> {
    shirt().edited(edit, || id(99)).unwrap_err().into_iter().map(|fault| fault.pointer).collect()
}

#[test]
fn an_edit_changes_what_it_names_and_nothing_else() {
    let edit = Edit { name: Some("Blouse".into()), ..Edit::default() };
    let blouse = shirt().edited(&edit, || id(99)).unwrap();
    assert_eq!(Product { name: "Shirt".into(), ..blouse }, shirt());
    assert_eq!(shirt().edited(&Edit::default(), || id(99)).unwrap(), shirt());
}

#[test]
fn a_variant_keeps_its_id_by_sku_or_by_id() {
    let swapped = vec![VariantEdit { id: Some(id(1)), ..kind("L", Some("Small"), 1) }, kind("S", Some("Large"), 2)];
    let edited = shirt().edited(&named(swapped), || id(99)).unwrap();
    assert_eq!(edited.variants.iter().map(|variant| variant.id).collect::<Vec<_>>(), [id(1), id(99)]);
    let same = shirt().edited(&named(vec![kind("L", Some("Large"), 9)]), || id(99)).unwrap();
    assert_eq!(same.variants[0].id, id(2));
    let foreign = VariantEdit { id: Some(id(7)), ..kind("S", Some("Small"), 1) };
    assert!(faults(&named(vec![foreign])).contains(&"/variants/0/id".to_owned()));
}

#[test]
fn what_is_out_of_bounds_is_named_by_its_pointer() {
    let one = |change: fn(&mut VariantEdit)| {
        let mut variant = kind("S", Some("Small"), 1);
        change(&mut variant);
        faults(&named(vec![variant]))
    };
    assert_eq!(one(|variant| variant.price = -1), ["/variants/0/price/amount"]);
    assert_eq!(one(|variant| variant.compare_at = Some(MAX_PRICE + 1)), ["/variants/0/compare_at_price/amount"]);
    assert_eq!(one(|variant| variant.grams = -1), ["/variants/0/grams"]);
    assert_eq!(one(|variant| variant.barcode = Some("a\n".into())), ["/variants/0/barcode"]);
    assert_eq!(faults(&Edit { name: Some(" ".into()), ..Edit::default() }), ["/name"]);
    assert_eq!(faults(&Edit { description: Some("\0".into()), ..Edit::default() }), ["/description"]);
    assert_eq!(faults(&named(vec![])), ["/variants"]);
    assert_eq!(faults(&named(vec![kind("S", Some("A"), 1), kind("S", Some("B"), 1)])), ["/variants/1/sku"]);
    assert_eq!(faults(&named(vec![kind("S", Some("A"), 1), kind("T", Some("A"), 1)])), ["/variants/1/options"]);
    assert_eq!(faults(&named(vec![kind("S", Some("A"), 1), kind("T", None, 1)])), ["/variants/1/options"]);
    let many = (0..=MAX_VARIANTS).map(|number| kind(&format!("S{number}"), Some(&format!("{number}")), 1)).collect();
    assert_eq!(faults(&named(many)), ["/variants"]);
}

#[test]
fn only_web_addresses_are_pictures() {
    let photos =
        |url: &str| Edit { photos: Some(vec![Photo::elsewhere(url.into(), String::new())]), ..Edit::default() };
    assert!(shirt().edited(&photos("https://shop.example/a.jpg?v=1"), || id(9)).is_ok());
    for url in [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:image/svg+xml,<svg onload=alert(1)>",
        "file:///etc/passwd",
        "//shop.example/a.jpg",
        "https://",
        "https:///a",
        "http://a\" onerror=\"alert(1)",
        "http://a b",
        "ftp://a/b",
    ] {
        assert_eq!(faults(&photos(url)), ["/photos/0/url"], "{url}");
    }
}

#[test]
fn the_lowest_price_leads() {
    assert_eq!((shirt().price_from(), shirt().compare_from()), (300, None));
    assert_eq!(shirt().variant_name(&shirt().variants[1]), "Shirt – Large");
}

#[test]
fn the_event_of_the_largest_product_is_carried_by_every_broker() {
    let wide = "\u{10348}";
    let options: Vec<String> = (0..MAX_OPTIONS).map(|number| format!("{}{number}", wide.repeat(40))).collect();
    let variants = (0..MAX_VARIANTS).map(|number| VariantEdit {
        options: options.iter().map(|name| (name.clone(), format!("{}{number}", wide.repeat(240)))).collect(),
        prices: Some(
            (b'A'..b'I').map(|letter| (Currency::new(&format!("XX{}", letter as char)).unwrap(), MAX_PRICE)).collect(),
        ),
        tax_class: Some("x".repeat(40)),
        ..kind(&format!("{}{number}", wide.repeat(60)), None, MAX_PRICE)
    });
    let edit = Edit { name: Some(wide.repeat(MAX_NAME_CHARS)), variants: Some(variants.collect()), ..Edit::default() };
    let mut number = 100;
    let product = shirt().edited(&edit, || {
        number += 1;
        id(number)
    });
    let terms = Terms { currency: Currency::GBP, country: Country::new("GB").unwrap() };
    let above =
        (0..MAX_CATEGORIES * Tree::MAX_DEPTH).map(|number| CategoryId(Uuid::from_u128(number as u128))).collect();
    let around = Surroundings { state: 1, above, home: terms.untaxed() };
    let told = serde_json::to_string(&product.unwrap().told(terms, &around)).unwrap();
    assert!(told.len() < 190_000, "{}", told.len());
}

#[test]
fn slugs_are_lower_case_and_say_what_the_name_said() {
    assert_eq!(slug_of("Ocean Blue  Shirt!"), "ocean-blue-shirt");
    assert_eq!(slug_of("85123A"), slug_of("85123a"));
    assert_eq!(slug_of("Grün & Weiß"), "grün-weiß");
    assert_eq!(slug_of("???"), "n3f3f3f");
    assert!(slug_of("01890a5d-ac96-774b-bcce-b302099a8057").starts_with("p-"));
    assert_eq!((numbered("mug", 1).as_str(), numbered("mug", 2).as_str()), ("mug", "mug-2"));
    assert!(numbered(&"x".repeat(MAX_SLUG_CHARS), 1_000_000).chars().count() <= MAX_SLUG_CHARS);
    for bad in ["", "Mug", "a b", "a--b", "-a", "a-", "a/b", "01890a5d-ac96-774b-bcce-b302099a8057"] {
        assert!(slug_fault(bad).is_some(), "{bad}");
    }
}

proptest! {
    #[test]
    fn the_slug_of_a_slug_is_itself(text in "\\PC{0,200}") {
        let slug = slug_of(&text);
        prop_assert!(!slug.is_empty() && slug.chars().count() <= MAX_SLUG_CHARS + 2);
        prop_assert_eq!(slug_of(&slug), slug);
    }
}

#[test]
fn no_category_comes_to_stand_under_itself() {
    let world = World::simulated(1, ManualClock::at(Time::from_ms(0)));
    let ids: Vec<CategoryId> = (0..8).map(|_| CategoryId::new(&world)).collect();
    let chain = |count: usize| Tree::new((0..count).map(|at| (ids[at], at.checked_sub(1).map(|above| ids[above]))));
    let tree = chain(3);
    assert!(!tree.may_stand_under(ids[0], ids[0]) && !tree.may_stand_under(ids[0], ids[2]));
    assert!(tree.may_stand_under(ids[2], ids[0]));
    assert_eq!(tree.with_descendants(ids[1]).len(), 2);
    assert!(chain(7).may_stand_under(ids[7], ids[6]));
    assert!(!chain(8).may_stand_under(CategoryId::new(&world), ids[7]));
}
