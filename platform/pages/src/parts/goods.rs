//! Goods: pictures, prices, stars, small words.

use crate::words::{Lang, Text};
use bodega_kernel::Money;
use maud::{Markup, html};

/// The picture of our own in another width ends so.
const OWN: &str = "/800.webp";

/// How a word is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// By the way.
    #[default]
    Plain,
    /// All is well.
    Good,
    /// Somebody should look.
    Warn,
    /// Something is wrong.
    Bad,
}

impl Mood {
    /// The class of what is in this mood.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "is-plain",
            Self::Good => "is-good",
            Self::Warn => "is-warn",
            Self::Bad => "is-bad",
        }
    }
}

/// A square picture. `sizes` as in HTML, such as `(min-width: 50rem) 25vw, 50vw`; an `eager` one is in view at once.
pub fn picture(url: Option<&str>, alt: &str, sizes: &str, eager: bool) -> Markup {
    let Some(url) = url else {
        return html! {
            div.picture.is-empty role=[(!alt.is_empty()).then_some("img")] aria-label=[Some(alt).filter(|alt| !alt.is_empty())] {}
        };
    };
    let own = url.strip_suffix(OWN).filter(|base| base.starts_with('/'));
    let widths = own.map(|base| format!("{base}/320.webp 320w, {base}/800.webp 800w, {base}/1600.webp 1600w"));
    html! {
        img.picture src=(url) srcset=[widths] sizes=[own.map(|_| sizes)] alt=(alt) width="800" height="800"
            loading=(if eager { "eager" } else { "lazy" }) decoding="async" fetchpriority=[eager.then_some("high")];
    }
}

/// A small square picture, 320 pixels wide at most.
pub fn thumbnail(url: Option<&str>, alt: &str) -> Markup {
    let small = url.map(|url| url.strip_suffix(OWN).map_or_else(|| url.to_owned(), |base| format!("{base}/320.webp")));
    html! {
        @match small {
            Some(url) => { img.thumbnail src=(url) alt=(alt) width="160" height="160" loading="lazy" decoding="async"; }
            None => { span.thumbnail.is-empty {} }
        }
    }
}

/// A price, and what it was before.
pub fn price(lang: Lang, now: Money, before: Option<Money>) -> Markup {
    const WAS: Text = Text { en: "before", de: "vorher" };
    let before = before.filter(|before| before.amount > now.amount);
    html! {
        span.price.is-reduced[before.is_some()] {
            (lang.money(now))
            @if let Some(before) = before {
                " " s { span.unseen { (lang.say(WAS)) " " } (lang.money(before)) }
            }
        }
    }
}

/// Stars from 1 to 5, and how many gave them; nothing while nobody has.
pub fn stars(lang: Lang, rating: Option<f64>, count: i64) -> Markup {
    const OF_5: Text = Text { en: "out of 5 stars", de: "von 5 Sternen" };
    html! {
        @if let Some(rating) = rating {
            span.stars {
                span.stars-row data-stars=(format!("{:.0}", rating * 2.0)) aria-hidden="true" {}
                span.unseen { (format!("{rating:.1}")) " " (lang.say(OF_5)) }
                @if count > 0 { span.stars-count { "(" (lang.number(count)) ")" } }
            }
        }
    }
}

/// A word in a coloured field.
pub fn badge(mood: Mood, text: &str) -> Markup {
    html! { span class={ "badge " (mood.class()) } { (text) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::Currency;

    #[test]
    fn a_picture_of_our_own_comes_in_three_widths() {
        let html = picture(Some("/v1/photos/7/800.webp"), "A <stool>", "50vw", true).into_string();
        assert!(html.contains("/v1/photos/7/320.webp 320w, /v1/photos/7/800.webp 800w, /v1/photos/7/1600.webp 1600w"));
        assert!(
            html.contains("sizes=\"50vw\"")
                && html.contains("alt=\"A &lt;stool&gt;\"")
                && html.contains("loading=\"eager\"")
        );
        assert!(thumbnail(Some("/v1/photos/7/800.webp"), "").into_string().contains("/v1/photos/7/320.webp"));
    }

    #[test]
    fn a_picture_from_elsewhere_is_shown_as_it_is() {
        let html = picture(Some("https://cdn.example/7/800.webp"), "", "50vw", false).into_string();
        assert!(!html.contains("srcset") && html.contains("loading=\"lazy\""));
    }

    #[test]
    fn every_picture_keeps_its_place_while_it_loads() {
        for html in
            [picture(Some("/a.jpg"), "", "", false), thumbnail(Some("/a.jpg"), "")].map(maud::Markup::into_string)
        {
            assert!(html.contains("width=") && html.contains("height="));
        }
    }

    #[test]
    fn a_price_before_is_told_where_it_was_higher() {
        let pounds = |amount| Money::new(amount, Currency::GBP);
        let html = price(Lang::De, pounds(900), Some(pounds(1_200))).into_string();
        assert!(html.contains("vorher") && html.contains("12,00"));
        assert!(!price(Lang::En, pounds(900), Some(pounds(900))).into_string().contains("<s>"));
    }
}
