//! How the editor of a product looks.

use super::form::{self, Named, Product};
use crate::{
    model::{Filled, encoded},
    pages::{
        categories::{Category, Placed, tree},
        forms::{both, button, cell, currency, entry, refused, save, wrong},
        photos,
    },
};
use bodega_pages::{
    Fault, Visit,
    parts::{self, Choice, Field},
};
use maud::{Markup, PreEscaped, html};

const STATES: [Choice<'static>; 3] = [
    Choice::new("active", "For sale"),
    Choice::new("draft", "Draft: staff alone see it"),
    Choice::new("archived", "Archived: off sale"),
];

/// What an editor shows.
pub(super) struct Drawn<'a> {
    pub(super) form: &'a Filled,
    pub(super) fault: Option<&'a Fault>,
    /// As it is in the shop; `None` while it is not.
    pub(super) product: Option<&'a Product>,
    /// What somebody else saved meanwhile.
    pub(super) theirs: Option<&'a Filled>,
    pub(super) brands: &'a [Named],
    pub(super) categories: &'a [Category],
}

/// The editor, with the photos below it.
pub(super) fn editor(visit: &Visit, drawn: &Drawn<'_>) -> Markup {
    let Drawn { form, fault, product, theirs, .. } = drawn;
    let action =
        product.map_or_else(|| "/admin/products/new".to_owned(), |product| format!("/admin/products/{}", product.id));
    html! {
        (head(*product))
        (refused(*fault))
        @if let Some(theirs) = theirs { (both(form, theirs, &form::labels([form, theirs]))) }
        form.stack id="product" method="post" action=(action) {
            @for name in ["version", "key"] {
                @if let Some(value) = form.text(name) { (parts::hidden(name, value)) }
            }
            (save("Save"))
            div.split { (what(drawn)) (aside(drawn)) }
            (options(drawn, &action))
            (variants(visit, drawn, &action))
            (save("Save product"))
        }
        @if let Some(product) = product { (photos::section(product)) }
        @if let Some(product) = product.filter(|product| product.status != "archived") {
            section.panel {
                h2 { "Take it off sale" }
                p.muted { "Orders keep it, its address and SKUs stay taken, and it can be put back on sale." }
                (button(
                    &format!("{action}/archive"),
                    "Archive",
                    "Take this product off sale?",
                    &[("version", &product.version.to_string())],
                ))
            }
        }
    }
}

fn head(product: Option<&Product>) -> Markup {
    html! {
        (parts::crumbs("Way", &[("/admin/products", "Products"), ("", product.map_or("New", |product| &product.name))]))
        @if let Some(product) = product.filter(|product| product.status == "active") {
            p { a href={ "/p/" (encoded(&product.slug)) } { "See it in the shop" } }
        }
    }
}

fn what(drawn: &Drawn<'_>) -> Markup {
    let Drawn { form, fault, product, .. } = drawn;
    let line = |name, label| entry(form, *fault, name, label, &format!("/{name}"));
    html! {
        section.panel.stack {
            h2 { "What it is" }
            (parts::field(&Field { required: true, max: Some(255), ..line("name", "Name") }))
            (parts::field(&Field { hint: "Part of its address. Made from the name where it is empty.", ..line("slug", "Address") }))
            (parts::area(&Field { hint: "Markdown or simple HTML. Scripts, styles and links are taken out.", ..line("description", "Description") }, 10))
            @if let Some(product) = product.filter(|product| !product.description.is_empty()) {
                details.preview {
                    summary { "As the shop shows it (saved)" }
                    // Made harmless by the API, which answers nothing else.
                    div.prose { (PreEscaped(&product.description)) }
                }
            }
        }
    }
}

fn options(drawn: &Drawn<'_>, action: &str) -> Markup {
    let Drawn { form, fault, .. } = drawn;
    html! {
        section.panel.stack id="options" {
            h2 { "Options" }
            p.muted.small { "What a buyer chooses by, such as size or colour. Each becomes a column of the variants." }
            @for place in 0..form.rows("option") {
                @let name = format!("option.{place}.name");
                @let label = format!("Option {}", place + 1);
                div.row {
                    (parts::hidden(&format!("option.{place}.id"), ""))
                    (parts::field(&entry(form, *fault, &name, &label, &format!("/options/{place}"))))
                    (remove(action, "option", place, &format!("Remove option {}", place + 1)))
                }
            }
            (add(action, "option", "Add an option"))
        }
    }
}

fn add(action: &str, kind: &str, text: &str) -> Markup {
    html! {
        div {
            button.button.is-quiet.is-small type="submit" name="add" value=(kind) formnovalidate
                formaction={ (action) "#" (kind) "s" } { (text) }
        }
    }
}

fn remove(action: &str, kind: &str, place: usize, label: &str) -> Markup {
    html! {
        button.button.is-quiet.is-small type="submit" name="remove" value={ (kind) "." (place) } formnovalidate
            formaction={ (action) "#" (kind) "s" } aria-label=(label) { "Remove" }
    }
}

fn variants(visit: &Visit, drawn: &Drawn<'_>, action: &str) -> Markup {
    let Drawn { form, fault, .. } = drawn;
    let options: Vec<String> =
        (0..form.rows("option")).map(|place| form.get(&format!("option.{place}.name")).to_owned()).collect();
    let price = format!("Price, {}", currency(visit));
    let mut titles = vec!["SKU"];
    titles.extend(options.iter().map(|name| if name.is_empty() { "Option" } else { name.as_str() }));
    titles.extend([price.as_str(), "Price before", "Stocked", "More", "Remove"]);
    let rows: Vec<Vec<Markup>> =
        (0..form.rows("variant")).map(|place| variant(drawn, action, place, &options)).collect();
    html! {
        section.panel.stack id="variants" {
            h2 { "Variants" }
            p.muted.small { "Prices with a point before the decimals, such as 19.99." }
            @if let Some(error) = fault.and_then(|fault| fault.at("/variants")) { p.field-error { (error) } }
            (parts::table("Variants", &parts::columns(&titles), &rows))
            (add(action, "variant", "Add a variant"))
        }
    }
}

fn variant(drawn: &Drawn<'_>, action: &str, place: usize, options: &[String]) -> Vec<Markup> {
    let Drawn { form, fault, product, .. } = drawn;
    let at = |field: &str| format!("variant.{place}.{field}");
    let pointer = |field: &str| format!("/variants/{place}/{field}");
    let label = |name: &str| format!("{name} of variant {}", place + 1);
    let sku = entry_cell(form, *fault, &at("sku"), &label("SKU"), &pointer("sku"), "");
    let is_saved = product.is_some() && form.text(&at("id")).is_some();
    let mut cells = vec![html! {
        (parts::hidden(&at("id"), form.get(&at("id"))))
        (sku)
        @if let Some(error) = own(*fault, &format!("/variants/{place}")) { p.field-error { (error) } }
        @if let Some(sku) = form.text(&at("sku")).filter(|_| is_saved) {
            a.small href={ "/admin/stock/items/" (encoded(sku)) } { "Stock" }
        }
    }];
    for (option, name) in options.iter().enumerate() {
        let by_place = pointer(&format!("options/{option}"));
        let by_name = pointer(&format!("options/{}", name.replace('~', "~0").replace('/', "~1")));
        let pointer = if wrong(*fault, &by_place).is_some() { by_place } else { by_name };
        cells.push(entry_cell(form, *fault, &at(&format!("option.{option}")), &label(name), &pointer, ""));
    }
    cells.push(entry_cell(form, *fault, &at("price"), &label("Price"), &pointer("price"), "decimal"));
    cells.push(entry_cell(
        form,
        *fault,
        &at("compare_at"),
        &label("Price before"),
        &pointer("compare_at_price"),
        "decimal",
    ));
    cells.push(html! {
        input type="checkbox" name=(at("stocked")) value="yes" checked[form.is(&at("stocked"))]
            aria-label=(label("Stock is kept"));
    });
    cells.push(more(drawn, place));
    cells.push(remove(action, "variant", place, &label("Remove")));
    cells
}

/// What is wrong with a variant as a whole, or with its options together.
fn own(fault: Option<&Fault>, pointer: &str) -> Option<String> {
    let fault = fault?;
    fault.at(pointer).or_else(|| fault.at(&format!("{pointer}/options"))).map(str::to_owned)
}

fn more(drawn: &Drawn<'_>, place: usize) -> Markup {
    let Drawn { form, fault, .. } = drawn;
    let at = |field: &str| format!("variant.{place}.{field}");
    let fields = [
        ("barcode", "Barcode", ""),
        ("grams", "Weight, grams", "numeric"),
        ("tax_class", "Tax class", ""),
        ("prices", "Other currencies", ""),
    ];
    let has_error = fields.iter().any(|(field, ..)| wrong(*fault, &format!("/variants/{place}/{field}")).is_some());
    html! {
        details.more open[has_error] {
            summary { "More" span.unseen { " of variant " (place + 1) } }
            @for (field, label, inputmode) in fields {
                @let name = at(field);
                @let hint = if field == "prices" { "EUR 12.99; USD 14" } else { "" };
                (parts::field(&Field {
                    inputmode, hint, ..entry(form, *fault, &name, label, &format!("/variants/{place}/{field}"))
                }))
            }
        }
    }
}

fn entry_cell(form: &Filled, fault: Option<&Fault>, name: &str, label: &str, pointer: &str, inputmode: &str) -> Markup {
    cell(&Field { inputmode, ..entry(form, fault, name, label, pointer) })
}

fn aside(drawn: &Drawn<'_>) -> Markup {
    let Drawn { form, fault, brands, categories, .. } = drawn;
    let mut makers = vec![Choice::new("", "None")];
    makers.extend(brands.iter().map(|brand| Choice::new(&brand.id, &brand.name)));
    let chosen: Vec<&str> = form.all("category").collect();
    html! {
        aside.stack {
            section.panel.stack {
                (parts::select(&entry(form, *fault, "status", "Status", "/status"), &STATES))
                (parts::select(&entry(form, *fault, "brand", "Brand", "/brand_id"), &makers))
                (parts::field(&Field { hint: "Apart by commas.", ..entry(form, *fault, "tags", "Tags", "/tags") }))
            }
            fieldset.panel.choices.has-error[wrong(*fault, "/category_ids").is_some()] {
                legend { "Categories" }
                @for Placed { category, path, .. } in chosen_first(categories, &chosen) {
                    label.check {
                        input type="checkbox" name="category" value=(category.id) checked[chosen.contains(&category.id.as_str())];
                        span { (path) }
                    }
                }
                @if categories.is_empty() { p.muted { "There are none yet." } }
                @if let Some(error) = wrong(*fault, "/category_ids") { p.field-error { (error) } }
            }
        }
    }
}

/// Categories as a tree, those that the product stands in before the others.
fn chosen_first<'a>(categories: &'a [Category], chosen: &[&str]) -> Vec<Placed<'a>> {
    let mut list = tree(categories);
    list.sort_by_key(|placed| !chosen.contains(&placed.category.id.as_str()));
    list
}
