//! Categories as the tree that they are, and brands: made, renamed, moved, deleted where nothing stands in them.

use super::{
    forms::{all, entry, known, refused},
    frame::framed,
    naming::{self, Kind, Sent},
};
use crate::model::{Filled, Id};
use axum::{
    Router,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Choice},
};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

const CATEGORIES: Kind = Kind { word: "category", page: "/admin/categories", api: "/v1/categories" };
/// What stands where nothing is above it.
const TOP: Choice<'static> = Choice::new("", "At the top");

/// The pages of categories.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/admin/categories", get(list).post(create))
        .route("/admin/categories/{id}", get(show).post(save))
        .route("/admin/categories/{id}/delete", post(delete))
}

/// A category.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Category {
    pub(super) id: String,
    slug: String,
    pub(super) name: String,
    #[serde(default)]
    parent_id: Option<String>,
    version: i64,
}

/// A category in its place: how deep, and its way from the top.
pub(super) struct Placed<'a> {
    pub(super) category: &'a Category,
    pub(super) depth: usize,
    pub(super) path: String,
}

/// All categories, by the way from the top.
pub(super) async fn read(visit: &Visit) -> Result<Vec<Category>, Fault> {
    all(visit, "/v1/categories").await
}

/// Categories as a tree, each below what it stands under.
pub(super) fn tree(categories: &[Category]) -> Vec<Placed<'_>> {
    let by_id: HashMap<&str, &Category> = categories.iter().map(|one| (one.id.as_str(), one)).collect();
    let mut list: Vec<Placed<'_>> = categories.iter().map(|category| placed(category, &by_id)).collect();
    list.sort_by(|a, b| a.path.cmp(&b.path));
    list
}

fn placed<'a>(category: &'a Category, by_id: &HashMap<&str, &'a Category>) -> Placed<'a> {
    let mut names = Vec::new();
    let mut at = Some(category);
    // A tree is not so deep; whatever else it says, this ends.
    while let Some(one) = at.filter(|_| names.len() < 20) {
        names.push(one.name.as_str());
        at = one.parent_id.as_deref().and_then(|id| by_id.get(id).copied());
    }
    names.reverse();
    Placed { category, depth: names.len() - 1, path: names.join(" › ") }
}

/// `/admin/categories`
async fn list(visit: Visit) -> Result<Page, Fault> {
    known(&visit)?;
    page(&visit, &Filled::default(), None).await
}

/// A new category was sent.
async fn create(visit: Visit, sent: Filled) -> Result<Response, Fault> {
    match CATEGORIES.make(&visit, &body(&sent)).await? {
        Sent::Done(response) => Ok(response),
        Sent::Refused(fault) => Ok(page(&visit, &sent, Some(&fault)).await?.status(422).into_response()),
    }
}

/// `/admin/categories/{id}`
async fn show(visit: Visit, id: Id) -> Result<Page, Fault> {
    known(&visit)?;
    let categories = read(&visit).await?;
    let one = of(&categories, id)?;
    let form = Filled::default()
        .with("version", one.version.to_string())
        .with("name", one.name.as_str())
        .with("slug", one.slug.as_str())
        .with("parent", one.parent_id.as_deref().unwrap_or_default());
    Ok(editor(&visit, one, &categories, &form, None).await)
}

/// A changed category was sent.
async fn save(visit: Visit, id: Id, sent: Filled) -> Result<Response, Fault> {
    match CATEGORIES.change(&visit, id, &sent, &body(&sent)).await? {
        Sent::Done(response) => Ok(response),
        Sent::Refused(fault) => {
            let categories = read(&visit).await?;
            let one = of(&categories, id)?;
            let sent = sent.instead("version", one.version.to_string());
            let status = if fault.status == 412 { 412 } else { 422 };
            Ok(editor(&visit, one, &categories, &sent, Some(&fault)).await.status(status).into_response())
        }
    }
}

/// A category is to go.
async fn delete(visit: Visit, id: Id) -> Result<Response, Fault> {
    CATEGORIES.delete(&visit, id).await
}

fn of(categories: &[Category], id: Id) -> Result<&Category, Fault> {
    let id = id.to_string();
    categories.iter().find(|one| one.id == id).ok_or_else(|| Fault::of(404, "not_found"))
}

fn body(form: &Filled) -> Value {
    let mut body = naming::body(form);
    body["parent_id"] = form.text("parent").into();
    body
}

async fn page(visit: &Visit, form: &Filled, fault: Option<&Fault>) -> Result<Page, Fault> {
    let categories = read(visit).await?;
    let row = |placed: &Placed<'_>| {
        let one = placed.category;
        let href = format!("/admin/categories/{}", one.id);
        vec![
            html! { span.tree data-depth=(placed.depth) { @for _ in 0..placed.depth { span.muted aria-hidden="true" { "— " } } a href=(href) { (one.name) } } },
            html! { (one.slug) },
            CATEGORIES.delete_button(&one.id),
        ]
    };
    let rows: Vec<Vec<Markup>> = tree(&categories).iter().map(row).collect();
    let list = html! {
        @if rows.is_empty() { (parts::empty("No categories yet", "They are the shelves of the shop.", &html! {})) }
        @else { (parts::table("Categories", &parts::columns(&["Category", "Address", "Delete"]), &rows)) }
    };
    let main = CATEGORIES.page(&list, form, fault, &parent(form, fault, &categories, None));
    Ok(framed(visit, "Categories", &main).await)
}

/// What a category stands under: any other one.
fn parent(form: &Filled, fault: Option<&Fault>, categories: &[Category], own: Option<&str>) -> Markup {
    let tree = tree(categories);
    let mut places = vec![TOP];
    let others = tree.iter().filter(|placed| own != Some(placed.category.id.as_str()));
    places.extend(others.map(|placed| Choice::new(&placed.category.id, &placed.path)));
    parts::select(&entry(form, fault, "parent", "Stands under", "/parent_id"), &places)
}

async fn editor(visit: &Visit, one: &Category, all: &[Category], form: &Filled, fault: Option<&Fault>) -> Page {
    let main = html! {
        (parts::crumbs("Way", &[("/admin/categories", "Categories"), ("", &one.name)]))
        @if fault.is_some_and(|fault| fault.status == 412) {
            (parts::notice(parts::Mood::Warn, &format!("It is now called {} at {}.", one.name, one.slug)))
        }
        form.panel.form id="category" method="post" action={ "/admin/categories/" (one.id) } {
            (refused(fault))
            (parts::hidden("version", form.get("version")))
            (naming::fields(form, fault))
            (parent(form, fault, all, Some(&one.id)))
            (parts::submit("Save"))
        }
    };
    framed(visit, &one.name, &main).await
}
