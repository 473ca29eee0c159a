//! Every part of the design system in its states, for whoever makes pages: `/design`. It is written in English alone.

use super::{frame::framed, promises::promises};
use bodega_kernel::{Currency, Money};
use bodega_pages::{
    Document, Fault, FieldFault, Page, Visit,
    parts::{self, Bar, Choice, Field, GoodsLine, Mood, PaperLink, Step, Sum},
};
use maud::{Markup, html};

/// Drawings by name.
const DRAWINGS: [&str; 16] = [
    "cart", "search", "user", "menu", "close", "check", "truck", "box", "bell", "chart", "tag", "gear", "mail",
    "heart", "arrow", "lock",
];

/// `/design`
pub(crate) async fn design(visit: Visit) -> Result<Page, Fault> {
    let body = html! {
        (hero())
        (parts::section("Type and colours", &type_scale()))
        (parts::section("Buttons, badges, drawings", &small_parts()))
        (parts::section("Notices", &notices()))
        (parts::section("Forms", &forms()))
        (parts::section("Goods", &goods(&visit)))
        (parts::section("A product", &product(&visit)))
        (parts::section("Cart", &cart(&visit)))
        (parts::section("An order", &order()))
        (parts::section("Figures", &figures(&visit)))
        (parts::section("Nothing here", &parts::empty("Your cart is empty", "Put something in it.", &parts::link_button("/", "To the shop", false))))
    };
    let document = Document { title: "Design system".into(), class: "design", ..Document::default() };
    Ok(framed(&visit, document, &body).await)
}

fn amount(minor: i64) -> Money {
    Money::new(minor, Currency::GBP)
}

fn hero() -> Markup {
    html! {
        section.hero.full {
            div.hero-text {
                h1 { "Design system" }
                p.lead { "One stylesheet of custom properties, and parts that are functions of what they show." }
                div.row { (parts::link_button("#main", "The one thing", false)) (parts::link_button("#main", "Something beside", true)) }
            }
            div.hero-picture { (parts::picture(None, "A picture", "50vw", true)) }
        }
    }
}

fn type_scale() -> Markup {
    html! {
        div.split {
            div.prose {
                h2 { "A heading of the second rank" }
                p { "Running text is set in the reader's own sans serif at a comfortable size, headings in an old-style serif that the system brings along. " a href="#main" { "Links are underlined" } ", and lines stay short enough to be read." }
                h3 { "A heading of the third rank" }
                ul { li { "Nothing is downloaded for it." } li { "Every text has AA contrast, by day and by night." } }
                blockquote { p { "Quotations are quiet." } }
                p.muted.small { "Small print is small, and still legible." }
            }
            aside { div.panel { h3 { "A panel" } p { "Stands beside and stays in view." } span.code { "TRACK-0042" } } }
        }
    }
}

fn small_parts() -> Markup {
    html! {
        div.row {
            (parts::submit("Save")) (parts::submit_quiet("Cancel"))
            button.button.is-bad type="button" data-confirm="Really?" { "Delete" }
            button.button type="button" disabled { "Sold out" }
            button.button.is-quiet.is-small type="button" data-copy="TRACK-0042" data-copied="Copied" { "Copy" }
            button.button.is-link type="button" { "Like a link" }
        }
        div.row {
            (parts::badge(Mood::Plain, "New")) (parts::badge(Mood::Good, "In stock")) (parts::badge(Mood::Warn, "Few left"))
            (parts::badge(Mood::Bad, "Sold out"))
        }
        div.row { @for name in DRAWINGS { span title=(name) { (parts::icon(name)) } } }
        (parts::crumbs("Way to this page", &[("/", "Home"), ("/design", "Design"), ("", "Parts")]))
        nav.tabs aria-label="Orders" {
            a href="#open" aria-current="page" { "Open" span.count { "12" } } a href="#sent" { "Shipped" span.count { "3" } } a href="#done" { "Done" }
        }
        ol.steps { li.is-done { "Cart" } li aria-current="step" { "Checkout" } li { "Done" } }
        ul.chips { li { a href="#main" { "Oak" (parts::icon("close")) } } li { a href="#main" { "Under £50" (parts::icon("close")) } } }
    }
}

fn notices() -> Markup {
    html! {
        div.stack {
            (parts::notice(Mood::Plain, "By the way."))
            (parts::notice(Mood::Good, "It is in your cart."))
            (parts::notice(Mood::Warn, "Only two are left."))
            (parts::notice(Mood::Bad, "Your card was declined."))
        }
    }
}

fn forms() -> Markup {
    let fault = Fault {
        detail: Some("Two fields need your attention.".into()),
        errors: vec![FieldFault { pointer: "/email".into(), detail: "Is no e-mail address".into() }],
        ..Fault::of(422, "invalid")
    };
    let email = Field {
        name: "d-email",
        label: "E-mail",
        kind: "email",
        value: "ada@",
        error: Some("Is no e-mail address"),
        hint: "For the confirmation.",
        required: true,
        ..Field::default()
    };
    let sizes = [Choice::new("s", "S"), Choice::new("m", "M"), Choice { is_open: false, ..Choice::new("l", "L") }];
    let ways = [
        Choice { aside: "£4.90", ..Choice::new("standard", "Standard, 2 to 3 days") },
        Choice { aside: "£12.00", ..Choice::new("express", "Express, tomorrow") },
    ];
    html! {
        (parts::errors(Some(&fault), "Please check what you filled in"))
        form.form.page-narrow action="/design" method="get" {
            div.fields-2 {
                (parts::field(&Field { name: "d-name", label: "Name", autocomplete: "name", ..Field::default() }))
                (parts::field(&email))
                (parts::select(&Field { name: "d-country", label: "Country", value: "DE", ..Field::default() }, &[Choice::new("GB", "United Kingdom"), Choice::new("DE", "Germany")]))
                (parts::field(&Field { name: "d-off", label: "Postcode", hint: "As on letters.", inputmode: "numeric", max: Some(10), ..Field::default() }))
            }
            (parts::choices(&Field { name: "d-size", label: "Size", value: "m", ..Field::default() }, &sizes, true))
            (parts::choices(&Field { name: "d-way", label: "Delivery", value: "standard", ..Field::default() }, &ways, false))
            (parts::area(&Field { name: "d-note", label: "Note", ..Field::default() }, 3))
            (parts::check("d-news", "Write to me when it is back", true))
            label.drop data-drop { span { "Drop photos here, or choose them" } input type="file" name="d-files" multiple; }
            div.actions { (parts::submit("Place order")) (parts::submit_quiet("Back")) }
        }
    }
}

fn goods(visit: &Visit) -> Markup {
    let tile = |name: &str, word: &Markup, before: Option<Money>, rating: Option<f64>| {
        html! {
            li {
                article.tile {
                    a.tile-picture href="/design" tabindex="-1" aria-hidden="true" { (parts::picture(None, "", "25vw", false)) }
                    div.tile-badges { (word) }
                    div.tile-text {
                        p.tile-brand { "Lindholm" }
                        h3.tile-name { a href="/design" { (name) } }
                        (parts::stars(visit.lang(), rating, 12))
                        (parts::price(visit.lang(), amount(4_900), before))
                    }
                }
            }
        }
    };
    html! {
        ul.grid-goods {
            (tile("Oak stool, oiled", &html! {}, None, Some(4.4)))
            (tile("Linen cloth", &parts::badge(Mood::Bad, "−20 %"), Some(amount(6_200)), Some(3.0)))
            (tile("Stoneware bowl with a name so long that it has to be cut somewhere after the second line", &parts::badge(Mood::Plain, "New"), None, None))
            (tile("Enamel jug", &html! {}, None, Some(4.9)))
        }
    }
}

fn product(visit: &Visit) -> Markup {
    html! {
        div.split {
            div.gallery data-gallery {
                ul.gallery-strip tabindex="0" aria-label="Pictures" {
                    li id="d-photo-1" { (parts::picture(None, "From the front", "50vw", false)) }
                    li id="d-photo-2" { (parts::picture(None, "From behind", "50vw", false)) }
                }
                ul.gallery-thumbs {
                    li { a href="#d-photo-1" aria-label="Picture 1" { (parts::thumbnail(None, "")) } }
                    li { a href="#d-photo-2" aria-label="Picture 2" { (parts::thumbnail(None, "")) } }
                }
            }
            aside {
                div.buy {
                    h3 { "Oak stool, oiled" }
                    (parts::stars(visit.lang(), Some(4.4), 31))
                    p { (parts::price(visit.lang(), amount(4_900), Some(amount(6_200)))) }
                    p.stock.is-good { "In stock, with you in two days" } p.stock.is-warn { "Only 2 left" } p.stock.is-bad { "Sold out" }
                    div.buy-row {
                        div.field { label for="d-pieces" { "Quantity" } input id="d-pieces" type="number" value="1" min="1"; }
                        button.button.is-wide type="button" { (parts::icon("cart")) "Add to cart" }
                    }
                    (parts::facts(&[("Wood", html! { "Oak" }), ("Height", html! { "45 cm" })]))
                    (promises(visit))
                }
            }
        }
        ul.reviews { li.review { (parts::stars(visit.lang(), Some(5.0), 0)) h3 { "Sturdy" } p { "Stands in our kitchen." } p.review-by { "Ada, 3 January 2026" } } }
    }
}

fn cart(visit: &Visit) -> Markup {
    let lang = visit.lang();
    let line = |name: &'static str| GoodsLine {
        name,
        href: Some("/design".into()),
        notes: vec![format!("10 % off your first order: {}", parts::less(lang, amount(490)))],
        price: visit.money(amount(4_410)),
        price_note: "1 × £49.00".into(),
        below: Some(html! {
            form.join action="/design" {
                label.unseen for={ "d-" (name.len()) } { "Quantity" }
                input.count-field id={ "d-" (name.len()) } type="number" value="1" min="0";
            }
            button.button.is-link.is-small type="button" { "Remove" }
        }),
        ..GoodsLine::default()
    };
    let sums = [
        Sum::of("Goods", visit.money(amount(9_800))),
        Sum::less(lang, "Welcome", amount(980)).explained("10 % off your first order"),
        Sum::total("Total", visit.money(amount(8_820))).explained("including tax £14.70"),
    ];
    let invoice = PaperLink { href: "/design".into(), name: "Invoice INV-2026-00001".into(), about: "£88.20".into() };
    html! {
        div.split {
            (parts::goods_lines(&[line("Oak stool, oiled"), line("Linen cloth")]))
            aside {
                (parts::card("Summary", &html! {
                    (parts::totals(&sums))
                    (parts::link_button("/design", "Go to checkout", false))
                    form.join action="/design" {
                        (parts::field(&Field { name: "d-code", label: "Coupon code", ..Field::default() }))
                        (parts::submit_quiet("Apply"))
                    }
                    (parts::papers(&[invoice]))
                }))
            }
        }
    }
}

fn order() -> Markup {
    let step = |what: &str, detail: &str, at: &str, mood| Step {
        at: at.into(),
        what: what.into(),
        detail: detail.into(),
        mood,
    };
    html! {
        div.status-line { (parts::icon("truck")) div { h3 { "On its way" } p { "Expected on 5 January" } } }
        (parts::timeline(&[
            step("Placed", "", "3 January 2026, 14:05", Mood::Good),
            step("Card declined", "The bank said no.", "3 January 2026, 14:06", Mood::Bad),
            step("Paid", "By card", "3 January 2026, 14:09", Mood::Good),
            step("Arrives", "", "5 January 2026", Mood::Plain),
        ]))
        (parts::table("Orders", &parts::columns(&["Order", "State", "#Sum"]), &[
            vec![html! { a href="/design" { "B-1001" } }, parts::badge(Mood::Good, "Delivered"), html! { "£88.20" }],
            vec![html! { a href="/design" { "B-1002" } }, parts::badge(Mood::Warn, "Waits for payment"), html! { "£1,240.00" }],
        ]))
        (parts::pager(Some(("/design", "First page")), Some(("/design", "Next page"))))
    }
}

fn figures(visit: &Visit) -> Markup {
    let day = |day: i64| Bar {
        label: format!("{day} January"),
        value: 40_000 + (day * 7_919) % 31_000,
        shown: visit.money(amount(40_000 + (day * 7_919) % 31_000)),
    };
    let days: Vec<Bar> = (1..=30).map(day).collect();
    let best: Vec<Bar> = ["Oak stool", "Linen cloth", "Enamel jug"]
        .into_iter()
        .zip([42, 30, 7])
        .map(|(name, value)| Bar { label: name.into(), value, shown: value.to_string() })
        .collect();
    html! {
        div.figures {
            div.figure { p.figure-name { "Revenue today" } p.figure-value { "£1,240.00" } p.figure-note.is-good { "12 % more than yesterday" } }
            div.figure { p.figure-name { "Orders" } p.figure-value { "31" } p.figure-note { "4 wait for you" } }
            div.figure { p.figure-name { "Returns" } p.figure-value { "2" } p.figure-note.is-bad { "1 overdue" } }
        }
        div.desk-grid {
            (parts::card("", &parts::line_chart_by("Revenue", &days, |value| visit.money(amount(value)))))
            (parts::card("Best sellers", &parts::bars(&best)))
        }
    }
}
