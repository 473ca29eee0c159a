//! What each further choice would leave, against a count of all products; every order in pages.

use crate::{
    search::{found, indexed, made, slugs},
    setup::{Shop, simple},
};
use bodega_db::params;
use bodega_testkit::stories;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A product as the test knows it.
struct Known {
    slug: String,
    brand: Option<usize>,
    /// Of the five categories, with those above.
    categories: Vec<usize>,
    price: i64,
    euros: Option<i64>,
    in_stock: bool,
    stars: i64,
}

/// The second stands under the first, and the fourth under the second.
const ABOVE: [&[usize]; 5] = [&[0], &[1, 0], &[2], &[3, 1, 0], &[4]];

async fn random_shop(shop: &Shop, count: usize) -> Vec<Known> {
    let random = |most: u64| shop.world.below(most) as usize;
    let (mut brands, mut categories): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for number in 0..4 {
        brands.push(made(shop, "brands", json!({"name": format!("Brand {number}")})).await);
    }
    for (number, above) in ABOVE.iter().enumerate() {
        let parent = above.get(1).map(|parent| categories[*parent]["id"].clone());
        let body = json!({"name": format!("Category {number}"), "parent_id": parent});
        categories.push(made(shop, "categories", body).await);
    }
    let mut all = Vec::new();
    for number in 0..count {
        let brand = Some(random(5)).filter(|brand| *brand < 4);
        let mut own: Vec<usize> = (0..random(4)).map(|_| random(5)).collect();
        own.sort_unstable();
        own.dedup();
        let price = [5, 50, 450, 999, 1_000, 7_500, 60_000][random(7)] + random(3) as i64;
        let euros = (random(2) == 0).then(|| price + 17);
        let mut body = simple(&format!("Thing {number}"), &format!("T-{number}"), price);
        body["brand_id"] = brand.map_or(Value::Null, |brand| brands[brand]["id"].clone());
        body["category_ids"] = own.iter().map(|category| categories[*category]["id"].clone()).collect();
        body["variants"][0]["prices"] = euros.map_or_else(|| json!({}), |price| json!({"EUR": price}));
        let in_stock = random(2) == 0;
        body["variants"][0]["stocked"] = (!in_stock).into();
        let product = shop.create(body).await;
        let stars = random(6) as i64;
        let product_id = product["id"].as_str().unwrap().parse::<bodega_contracts::ProductId>().unwrap();
        let sql = "UPDATE products SET rating_sum = $2, rating_count = $3, rating_order = $4, sold = $5 WHERE id = $1";
        let (order, sold) = (((stars * 1_000) << 20) | i64::from(stars > 0), random(9) as i64);
        let rated = async move |tx: &mut bodega_db::Tx| {
            tx.execute(sql, &params![product_id.0, stars, i64::from(stars > 0), order, sold]).await
        };
        shop.db().write(rated).await.unwrap();
        let mut with_above: Vec<usize> = own.iter().flat_map(|category| ABOVE[*category].iter().copied()).collect();
        with_above.sort_unstable();
        with_above.dedup();
        let slug = product["slug"].as_str().unwrap().to_owned();
        all.push(Known { slug, brand, categories: with_above, price, euros, in_stock, stars });
    }
    all
}

/// Filters of a list, and the same as the test applies them.
#[derive(Clone, Copy, Debug, Default)]
struct Choice {
    category: Option<usize>,
    brand: Option<usize>,
    prices: Option<(i64, i64)>,
    in_stock: Option<bool>,
    stars: Option<i64>,
    euros: bool,
}

impl Choice {
    fn query(&self) -> String {
        let mut parts = vec!["facets=true&limit=100".to_owned()];
        parts.extend(self.category.map(|category| format!("category=category-{category}")));
        parts.extend(self.brand.map(|brand| format!("brand=brand-{brand}")));
        parts.extend(self.prices.map(|(min, max)| format!("price_min={min}&price_max={max}")));
        parts.extend(self.in_stock.map(|wanted| format!("in_stock={wanted}")));
        parts.extend(self.stars.map(|stars| format!("rating={stars}")));
        parts.extend(self.euros.then(|| "currency=EUR".to_owned()));
        parts.join("&")
    }

    fn price(&self, product: &Known) -> Option<i64> {
        if self.euros { product.euros } else { Some(product.price) }
    }

    fn keeps(&self, product: &Known) -> bool {
        let Some(price) = self.price(product) else { return false };
        self.category.is_none_or(|category| product.categories.contains(&category))
            && self.brand.is_none_or(|brand| product.brand == Some(brand))
            && self.prices.is_none_or(|(min, max)| (min..=max).contains(&price))
            && self.in_stock.is_none_or(|wanted| product.in_stock == wanted)
            && self.stars.is_none_or(|stars| product.stars >= stars)
    }
}

fn check_facets(choice: &Choice, page: &Value, all: &[Known]) {
    let count = |choice: &Choice| all.iter().filter(|product| choice.keeps(product)).count();
    let facets = &page["facets"];
    assert_eq!(page["total"], count(choice), "{choice:?}");
    let named = |kind: &str| -> BTreeMap<String, u64> {
        let list = facets[kind].as_array().unwrap();
        assert!(list.is_sorted_by(|a, b| a["count"].as_u64() >= b["count"].as_u64()));
        list.iter().map(|one| (one["slug"].as_str().unwrap().to_owned(), one["count"].as_u64().unwrap())).collect()
    };
    let wanted = |kind: &str, most: usize, with: &dyn Fn(usize) -> Choice| -> BTreeMap<String, u64> {
        let counted = (0..most).map(|number| (format!("{kind}-{number}"), count(&with(number)) as u64));
        counted.filter(|(_, count)| *count > 0).collect()
    };
    let by_category = wanted("category", 5, &|number| Choice { category: Some(number), ..*choice });
    assert_eq!(named("categories"), by_category, "{choice:?}");
    let by_brand = wanted("brand", 4, &|number| Choice { brand: Some(number), ..*choice });
    assert_eq!(named("brands"), by_brand, "{choice:?}");
    for stars in facets["ratings"].as_array().unwrap() {
        let with = Choice { stars: stars["stars"].as_i64(), ..*choice };
        assert_eq!(stars["count"], count(&with), "{choice:?} {stars}");
    }
    assert_eq!(facets["in_stock"], count(&Choice { in_stock: Some(true), ..*choice }), "{choice:?}");
    let mut sum = 0;
    for range in facets["prices"].as_array().unwrap() {
        let prices = (range["from"].as_i64().unwrap(), range["to"].as_i64().unwrap_or(i64::MAX));
        let with = count(&Choice { prices: Some(prices), ..*choice });
        assert_eq!(range["count"], with, "{choice:?} {range}");
        sum += with;
    }
    assert_eq!(sum, count(&Choice { prices: None, ..*choice }), "{choice:?}");
}

async fn every_choice_leaves_as_many_as_it_says(shop: &Shop) {
    let all = random_shop(shop, 60).await;
    indexed(shop, 60).await;
    let mut choices = vec![Choice::default(), Choice { euros: true, ..Choice::default() }];
    let random = |most: u64| shop.world.below(most) as usize;
    for _ in 0..40 {
        choices.push(Choice {
            category: Some(random(8)).filter(|category| *category < 5),
            brand: Some(random(8)).filter(|brand| *brand < 4),
            prices: (random(3) == 0).then(|| (random(1_000) as i64, random(70_000) as i64)),
            in_stock: [None, None, Some(true), Some(false)][random(4)],
            stars: Some(random(9) as i64).filter(|stars| (1..=5).contains(stars)),
            euros: random(3) == 0,
        });
    }
    for choice in choices {
        let page = shop.get(&format!("/v1/products?{}", choice.query())).await.expect(200).json;
        check_facets(&choice, &page, &all);
        let mut wanted: Vec<&str> =
            all.iter().filter(|product| choice.keeps(product)).map(|product| product.slug.as_str()).collect();
        wanted.reverse();
        assert_eq!(slugs(&page), wanted.join(" "), "{choice:?}");
        // And every choice that is offered leads to as many products.
        if let Some(brand) = page["facets"]["brands"].as_array().unwrap().first() {
            let narrowed = Choice { brand: brand["slug"].as_str().unwrap()[6..].parse().ok(), ..choice };
            let narrowed = shop.get(&format!("/v1/products?{}", narrowed.query())).await.expect(200).json;
            assert_eq!(narrowed["total"], brand["count"]);
        }
    }
}

async fn every_order_pages_through_what_was_found_once(shop: &Shop) {
    random_shop(shop, 50).await;
    let mut before = BTreeMap::new();
    let sorts = ["newest", "price", "-price", "name", "rating", "best_selling"];
    for sort in sorts {
        before.insert(sort, found(shop, &format!("sort={sort}&limit=100")).await);
    }
    indexed(shop, 50).await;
    for sort in sorts.into_iter().chain(["relevance"]) {
        for words in ["facets=true", "q=thing", "q=thng+1", "q=thing&in_stock=true"] {
            let query = format!("sort={sort}&{words}");
            let whole = found(shop, &format!("{query}&limit=100")).await;
            let (mut pages, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = shop.get(&format!("/v1/products?{query}&limit=7{cursor}")).await.expect(200).json;
                pages.push(slugs(&page));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(pages.join(" "), whole, "{query}");
            // As the database sorts, too.
            if let Some(before) = before.get(sort).filter(|_| words == "facets=true") {
                assert_eq!(&whole, before, "{query}");
            }
        }
    }
}

stories![every_choice_leaves_as_many_as_it_says, every_order_pages_through_what_was_found_once];
