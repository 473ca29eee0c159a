//! What pages are laid out with.

use super::goods::Mood;
use maud::{Markup, PreEscaped, html};

/// A drawing of 24 by 24 in the colour of the text: `cart`, `search`, `user`, `menu`, `close`, `check`, `truck`, `box`,
/// `bell`, `chart`, `tag`, `gear`, `mail`, `heart`, `arrow`, `lock`. Others are empty.
pub fn icon(name: &str) -> Markup {
    let path = match name {
        "cart" => "M3 4h2l2.4 11.2a1 1 0 0 0 1 .8h8.8a1 1 0 0 0 1-.8L20 8H6M9 20h.01M17 20h.01",
        "search" => "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM20 20l-4-4",
        "user" => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 20c1.5-3.5 4.5-5 8-5s6.500 1.500 8 5",
        "menu" => "M4 7h16M4 12h16M4 17h16",
        "close" => "M6 6l12 12M18 6L6 18",
        "check" => "M5 13l4 4L19 7",
        "truck" => "M3 6h11v10H3zM14 10h4l3 3v3h-7M7 19h.01M17 19h.01",
        "box" => "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
        "bell" => "M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15zM10 21h4",
        "chart" => "M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6",
        "tag" => "M4 4h8l8 8-8 8-8-8zM8.500 8.500h.01",
        "gear" => {
            "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM12 3v3M12 18v3M3 12h3M18 12h3M5.600 5.600l2.100 2.100M16.300 16.300l2.100 2.100M18.400 5.600l-2.100 2.100M7.700 16.300l-2.100 2.100"
        }
        "mail" => "M3 6h18v12H3zM3 7l9 6 9-6",
        "lock" => "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3",
        "heart" => "M12 20s-7-4.500-7-10a4 4 0 0 1 7-2.500A4 4 0 0 1 19 10c0 5.500-7 10-7 10Z",
        "arrow" => "M5 12h14M13 6l6 6-6 6",
        _ => "",
    };
    html! {
        svg.icon viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.75"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false" {
            (PreEscaped(format!("<path d=\"{path}\"/>")))
        }
    }
}

/// Something the visitor should know.
pub fn notice(mood: Mood, text: &str) -> Markup {
    let role = if mood == Mood::Bad { "alert" } else { "status" };
    html! { div class={ "notice " (mood.class()) } role=(role) { p { (text) } } }
}

/// A part of a page with its heading.
pub fn section(title: &str, body: &Markup) -> Markup {
    html! { section.section { h2 { (title) } (body) } }
}

/// A box with a heading.
pub fn card(title: &str, body: &Markup) -> Markup {
    html! { section.card { @if !title.is_empty() { h2.card-title { (title) } } (body) } }
}

/// The way to this page: addresses and names, the last one without an address.
pub fn crumbs(label: &str, way: &[(&str, &str)]) -> Markup {
    html! {
        nav.crumbs aria-label=(label) {
            ol {
                @for (href, name) in way {
                    li {
                        @if href.is_empty() { span aria-current="page" { (name) } } @else { a href=(href) { (name) } }
                    }
                }
            }
        }
    }
}

/// Nothing is here, and what to do about it.
pub fn empty(title: &str, text: &str, action: &Markup) -> Markup {
    html! { div.empty { @if !title.is_empty() { p.empty-title { (title) } } @if !text.is_empty() { p { (text) } } (action) } }
}
