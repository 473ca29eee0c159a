//! Products as tiles.

use crate::views::Tile;
use bodega_pages::{Text, Visit, parts};
use maud::{Markup, html};

const SIZES: &str = "(min-width: 64rem) 18rem, (min-width: 40rem) 33vw, 50vw";

/// Products under and beside each other. The pictures of the first `eager` are in view at once.
pub(crate) fn tiles(visit: &Visit, of: &[Tile], eager: usize) -> Markup {
    html! { ul.grid-goods { @for (index, one) in of.iter().enumerate() { li { (tile(visit, one, index < eager)) } } } }
}

/// Products in one line that scrolls sidewards.
pub(crate) fn tile_row(visit: &Visit, of: &[Tile]) -> Markup {
    html! { ul.grid-goods.is-row { @for one in of { li { (tile(visit, one, false)) } } } }
}

fn tile(visit: &Visit, of: &Tile, eager: bool) -> Markup {
    const SOLD_OUT: Text = Text { en: "Sold out", de: "Ausverkauft" };
    const REDUCED: Text = Text { en: "Reduced", de: "Reduziert" };
    let href = visit.link(&format!("/p/{}", of.slug));
    let is_reduced = of.compare_at_price.is_some_and(|before| before.amount > of.price.amount);
    html! {
        article.tile {
            a.tile-picture href=(href) tabindex="-1" aria-hidden="true" {
                (parts::picture(of.image.as_deref(), "", SIZES, eager))
                span.tile-badges {
                    @if !of.in_stock { (parts::badge(parts::Mood::Plain, visit.say(SOLD_OUT))) }
                    @else if is_reduced { (parts::badge(parts::Mood::Warn, visit.say(REDUCED))) }
                }
            }
            div.tile-text {
                h3.tile-name { a href=(href) { (of.name) } }
                (parts::stars(visit.lang(), of.rating, of.rating_count))
                (parts::price(visit.lang(), of.price, of.compare_at_price))
                @if !of.in_stock { span.unseen { (visit.say(SOLD_OUT)) } }
            }
        }
    }
}
