//! What searchers are told of a product.

use crate::{
    model::major,
    views::{Product, Review, Variant},
};
use bodega_pages::Visit;
use serde_json::{Value, json};

/// As schema.org has it.
pub(super) fn of_product(visit: &Visit, product: &Product, reviews: &[Review]) -> Value {
    let base = visit.settings().shop.base_url.trim_end_matches('/');
    let url = format!("{base}{}", visit.link(&format!("/p/{}", product.slug)));
    let whole = |url: &str| if url.starts_with('/') { format!("{base}{url}") } else { url.to_owned() };
    let photos = product.photos.iter().map(|photo| &photo.url);
    let images: Vec<String> =
        photos.chain(product.image.iter().filter(|_| product.photos.is_empty())).map(|url| whole(url)).collect();
    let offers: Vec<Value> = product.variants.iter().map(|variant| offer(variant, &url)).collect();
    let mut facts = json!({
        "@context": "https://schema.org", "@type": "Product", "name": product.name, "url": url, "image": images,
        "description": summary(&product.description, 500), "offers": offers,
    });
    if let [only] = product.variants.as_slice() {
        facts["sku"] = json!(only.sku);
    }
    if let Some(brand) = &product.brand {
        facts["brand"] = json!({"@type": "Brand", "name": brand.name});
    }
    if let Some(rating) = product.rating.filter(|_| product.rating_count > 0) {
        facts["aggregateRating"] = json!({
            "@type": "AggregateRating", "ratingValue": rating, "reviewCount": product.rating_count, "bestRating": 5,
        });
    }
    if !reviews.is_empty() {
        facts["review"] = reviews.iter().map(review).collect();
    }
    facts
}

fn offer(variant: &Variant, url: &str) -> Value {
    let availability = if variant.in_stock { "https://schema.org/InStock" } else { "https://schema.org/OutOfStock" };
    json!({
        "@type": "Offer", "sku": variant.sku, "url": url, "price": major(variant.price),
        "priceCurrency": variant.price.currency.code(), "availability": availability,
        "itemCondition": "https://schema.org/NewCondition",
    })
}

fn review(review: &Review) -> Value {
    json!({
        "@type": "Review", "name": review.title, "reviewBody": review.text,
        "author": {"@type": "Person", "name": review.author},
        "reviewRating": {"@type": "Rating", "ratingValue": review.stars, "bestRating": 5},
        "datePublished": review.at.map(|at| at.to_string()),
    })
}

/// The first words of a description without its tags.
pub(super) fn summary(html: &str, max: usize) -> String {
    let (mut text, mut is_tag) = (String::new(), false);
    for letter in html.chars() {
        match letter {
            '<' => {
                is_tag = true;
                text.push(' ');
            }
            '>' => is_tag = false,
            _ if !is_tag => text.push(letter),
            _ => {}
        }
    }
    let named = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    let text = named.iter().fold(text, |text, (name, sign)| text.replace(name, sign));
    let text = text.replace(" ,", ",").replace(" .", ".");
    let words = text.split_whitespace();
    let mut short = String::new();
    for word in words {
        if short.chars().count() + word.chars().count() + 1 > max {
            short.push('…');
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn a_summary_has_no_tags_and_ends_with_a_word() {
        assert_eq!(summary("<p>Soft &amp; <b>warm</b></p><ul><li>wool</li></ul>", 100), "Soft & warm wool");
        assert_eq!(summary("<p>one two three</p>", 9), "one two…");
    }
}
