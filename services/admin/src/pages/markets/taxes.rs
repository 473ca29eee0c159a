//! What each country taxes, by class of goods, and by region where a region differs.

use super::super::{
    forms::{all, belongs_to_form, both, cell, currency, done, entry, refused, save as save_button},
    frame::framed,
    settings::tabs,
};
use crate::model::{Filled, Filters, Reading, encoded, percent};
use axum::{
    Router,
    extract::Path,
    http::Method,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Field},
};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const HERE: &str = "/admin/settings/taxes";

/// Basis points by class of goods.
type Rates = BTreeMap<String, i64>;

/// The pages of taxes.
pub(super) fn routes() -> Router {
    Router::new().route(HERE, get(list)).route("/admin/settings/taxes/{country}", get(show).post(save))
}

/// What a country taxes.
#[derive(Debug, Deserialize)]
struct Table {
    country: String,
    version: i64,
    #[serde(default)]
    rates: Rates,
    #[serde(default)]
    regions: BTreeMap<String, Rates>,
}

/// `/admin/settings/taxes`
async fn list(visit: Visit) -> Result<Response, Fault> {
    let filters = Filters::of(&visit, &["country"]);
    if !filters.get("country").is_empty() {
        let country = filters.get("country").to_ascii_uppercase();
        return Ok(Redirect::to(&format!("{HERE}/{}", encoded(&country))).into_response());
    }
    let tables: Vec<Table> = all(&visit, "/v1/admin/tax-rates").await?;
    let row = |table: &Table| {
        vec![
            html! { a href={ (HERE) "/" (encoded(&table.country)) } { (table.country) } },
            html! { (in_words(&table.rates)) },
            html! { (visit.lang().number(i64::try_from(table.regions.len()).unwrap_or_default())) },
        ]
    };
    let rows: Vec<Vec<Markup>> = tables.iter().map(row).collect();
    let main = html! {
        (tabs(HERE))
        form.toolbar method="get" action=(HERE) {
            (parts::field(&Field { name: "country", label: "Country, two letters", required: true, max: Some(2), ..Field::default() }))
            (parts::submit_quiet("Open"))
        }
        @if rows.is_empty() { (parts::empty("No rates yet", "Open a country to write what it taxes.", &html! {})) }
        @else { (parts::table("Taxes", &parts::columns(&["Country", "Rates", "#Regions"]), &rows)) }
    };
    Ok(framed(&visit, "Taxes", &main).await.into_response())
}

fn in_words(rates: &Rates) -> String {
    let each: Vec<String> = rates.iter().map(|(class, bp)| format!("{class} {} %", percent(*bp))).collect();
    if each.is_empty() { "Not taxed".to_owned() } else { each.join(", ") }
}

async fn read(visit: &Visit, country: &str) -> Result<Table, Fault> {
    let found = visit.get(format!("/v1/admin/tax-rates/{}", encoded(country))).await;
    // What is no country is no page.
    found.map_err(|fault| if fault.status == 422 { Fault::of(404, "not_found") } else { fault })
}

/// `/admin/settings/taxes/{country}`
async fn show(visit: Visit, Path(country): Path<String>) -> Result<Page, Fault> {
    let table = read(&visit, &country).await?;
    Ok(editor(&visit, &table, &filled(&table), None, None).await)
}

/// A country's rates were sent.
async fn save(visit: Visit, Path(country): Path<String>, sent: Filled) -> Result<Response, Fault> {
    let table = read(&visit, &country).await?;
    if let Some(changed) = sent.rebuilt() {
        return Ok(editor(&visit, &table, &changed, None, None).await.into_response());
    }
    let version = sent.get("version").parse().unwrap_or(table.version);
    let path = format!("/v1/admin/tax-rates/{}", encoded(&table.country));
    let outcome = match body(&visit, &sent) {
        Ok(body) => visit.ask(Method::PUT, path).version(version).json(&body).send().await,
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(_) => Ok(done(&visit, HERE, "The rates are saved. Carts are priced with them from now on.")),
        Err(fault) if fault.status == 412 => {
            let sent = sent.instead("version", table.version.to_string());
            let page = editor(&visit, &table, &sent, Some(&fault), Some(&filled(&table))).await;
            Ok(page.status(412).into_response())
        }
        Err(fault) if belongs_to_form(&fault) => {
            Ok(editor(&visit, &table, &sent, Some(&fault), None).await.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

fn filled(table: &Table) -> Filled {
    let mut form = Filled::default().with("version", table.version.to_string());
    for (place, (class, bp)) in table.rates.iter().enumerate() {
        let at = |field: &str| format!("rate.{place}.{field}");
        form = form.with(&at("id"), "").with(&at("class"), class.as_str()).with(&at("percent"), percent(*bp));
    }
    let regional = table.regions.iter().flat_map(|(region, rates)| rates.iter().map(move |rate| (region, rate)));
    for (place, (region, (class, bp))) in regional.enumerate() {
        let at = |field: &str| format!("region.{place}.{field}");
        form = form.with(&at("id"), "").with(&at("name"), region.as_str());
        form = form.with(&at("class"), class.as_str()).with(&at("percent"), percent(*bp));
    }
    form
}

fn body(visit: &Visit, form: &Filled) -> Result<Value, Fault> {
    let mut read = Reading::of(form, currency(visit));
    let mut rates = Rates::new();
    for place in 0..form.rows("rate") {
        let (class, share) = rate(form, &mut read, "rate", place);
        if rates.insert(class, share).is_some() {
            read.refuse(&format!("/rate/{place}/class"), "is there twice");
        }
    }
    let mut regions: BTreeMap<String, Rates> = BTreeMap::new();
    for place in 0..form.rows("region") {
        let region = read.needed(&format!("region.{place}.name"), &format!("/region/{place}/name"));
        let (class, share) = rate(form, &mut read, "region", place);
        if regions.entry(region).or_default().insert(class, share).is_some() {
            read.refuse(&format!("/region/{place}/class"), "is there twice");
        }
    }
    read.finish()?;
    Ok(json!({"rates": rates, "regions": regions}))
}

fn rate(form: &Filled, read: &mut Reading<'_>, kind: &str, place: usize) -> (String, i64) {
    let (name, pointer) = (format!("{kind}.{place}.percent"), format!("/{kind}/{place}/percent"));
    if form.text(&name).is_none() {
        read.refuse(&pointer, "is needed");
    }
    let class = read.needed(&format!("{kind}.{place}.class"), &format!("/{kind}/{place}/class"));
    (class, read.percent(&name, &pointer).unwrap_or_default())
}

async fn editor(visit: &Visit, table: &Table, form: &Filled, fault: Option<&Fault>, theirs: Option<&Filled>) -> Page {
    let action = format!("{HERE}/{}", encoded(&table.country));
    let main = html! {
        (parts::crumbs("Way", &[(HERE, "Taxes"), ("", &table.country)]))
        (refused(fault))
        @if let Some(theirs) = theirs { (both(form, theirs, &labels([form, theirs]))) }
        form.panel.form id="taxes" method="post" action=(action) {
            (parts::hidden("version", form.get("version")))
            (save_button("Save"))
            p.muted.small { "Classes are named by products: standard, reduced. Without any rate the country is not taxed." }
            (rows(form, fault, &action, "rate", &["Class", "Percent", "Remove"]))
            h2 { "Where a region differs" }
            (rows(form, fault, &action, "region", &["Region", "Class", "Percent", "Remove"]))
        }
    };
    framed(visit, &format!("Taxes of {}", table.country), &main).await
}

fn rows(form: &Filled, fault: Option<&Fault>, action: &str, kind: &str, titles: &[&str]) -> Markup {
    let row = |place: usize| {
        let line = |field: &str, label: &str| {
            let (name, label) = (format!("{kind}.{place}.{field}"), format!("{label}, line {}", place + 1));
            cell(&entry(form, fault, &name, &label, &format!("/{kind}/{place}/{field}")))
        };
        let mut cells = Vec::new();
        if kind == "region" {
            cells.push(line("name", "Region"));
        }
        cells.push(line("class", "Class"));
        cells.push(line("percent", "Percent"));
        cells.push(html! {
            (parts::hidden(&format!("{kind}.{place}.id"), ""))
            button.button.is-quiet.is-small type="submit" name="remove" value={ (kind) "." (place) } formnovalidate
                formaction={ (action) "#" (kind) "s" } aria-label={ "Remove line " (place + 1) } { "Remove" }
        });
        cells
    };
    let rows: Vec<Vec<Markup>> = (0..form.rows(kind)).map(row).collect();
    let caption = if kind == "region" { "Rates of regions" } else { "Rates" };
    html! {
        div.stack id={ (kind) "s" } {
            @if !rows.is_empty() { (parts::table(caption, &parts::columns(titles), &rows)) }
            div {
                button.button.is-quiet.is-small type="submit" name="add" value=(kind) formnovalidate
                    formaction={ (action) "#" (kind) "s" } { "Add a line" }
            }
        }
    }
}

fn labels(forms: [&Filled; 2]) -> Vec<(String, String)> {
    let mut labels = Vec::new();
    for (kind, title, fields) in
        [("rate", "Rate", &["class", "percent"][..]), ("region", "Region", &["name", "class", "percent"])]
    {
        for place in 0..forms.iter().map(|form| form.rows(kind)).max().unwrap_or_default() {
            labels.extend(
                fields
                    .iter()
                    .map(|field| (format!("{kind}.{place}.{field}"), format!("{title} {}, {field}", place + 1))),
            );
        }
    }
    labels
}
