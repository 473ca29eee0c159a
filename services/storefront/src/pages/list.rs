//! Lists of products: a category, and what was searched for.

mod facets;

use super::{frame::framed_below, home::suggestions, tiles::tiles};
use crate::{
    clients::categories,
    model::{Filters, SORTS},
    views::{Category, Facets, List, Tile},
};
use axum::extract::Path;
use bodega_kernel::Currency;
use bodega_pages::{Document, Fault, Lang, Page, Text, Visit, parts};
use futures_util::future::join;
use maud::{Markup, html};
use serde_json::{Value, json};

/// Pictures that are in view at once.
const IN_VIEW: usize = 4;
/// The most words of a title that somebody typed.
const MAX_TITLE: usize = 80;

const HOME: Text = Text { en: "Home", de: "Startseite" };
const PRODUCTS: Text = Text { en: "Products", de: "Produkte" };
const WAY: Text = Text { en: "You are here", de: "Sie sind hier" };

/// A list with all that is around it.
pub(super) struct Shelf<'a> {
    visit: &'a Visit,
    /// Its path, without a language.
    path: String,
    filters: Filters,
    currency: Currency,
    found: List<Tile>,
    /// All there are.
    categories: Vec<Category>,
    /// Of a category's page.
    category: Option<Category>,
}

/// `/c/{slug}`
pub(crate) async fn category(visit: Visit, Path(slug): Path<String>) -> Result<Page, Fault> {
    let path = format!("/c/{slug}");
    let Found { list, categories, filters, currency } = find(&visit, &slug).await?;
    let category = categories.iter().find(|one| one.slug == slug).cloned();
    let category = category.ok_or_else(|| Fault::of(404, "not_found"))?;
    let shelf = Shelf { visit: &visit, path, filters, currency, found: list, categories, category: Some(category) };
    shelf.page().await
}

/// `/search`
pub(crate) async fn search(visit: Visit) -> Result<Page, Fault> {
    let Found { list, categories, filters, currency } = find(&visit, "").await?;
    let path = "/search".to_owned();
    Shelf { visit: &visit, path, filters, currency, found: list, categories, category: None }.page().await
}

struct Found {
    list: List<Tile>,
    categories: Vec<Category>,
    filters: Filters,
    currency: Currency,
}

/// What the address asks for. A refusal of what was typed, such as a cursor that is too old, is an empty list.
async fn find(visit: &Visit, category: &str) -> Result<Found, Fault> {
    let currency = Currency::new(&visit.settings().shop.currency).unwrap_or(Currency::GBP);
    let mut filters = Filters::read(visit.query(), currency);
    if !category.is_empty() {
        filters.category = String::new();
    }
    let question = filters.question(category, currency);
    let (list, categories) = join(visit.get_public::<List<Tile>>(question), categories(visit)).await;
    let list = match list {
        Ok(list) => list,
        Err(fault) if (400..500).contains(&fault.status) && fault.status != 429 => List::default(),
        Err(fault) => return Err(fault),
    };
    Ok(Found { list, categories, filters, currency })
}

impl Shelf<'_> {
    async fn page(self) -> Result<Page, Fault> {
        let visit = self.visit;
        let title = self.title();
        let way = self.way();
        let empty = if self.found.items.is_empty() { Some(self.nothing().await) } else { None };
        let main = html! {
            @if self.category.is_some() {
                (parts::crumbs(visit.say(WAY), &way.iter().map(|(href, name)| (href.as_str(), name.as_str())).collect::<Vec<_>>()))
            }
            (self.head(&title))
            div class=(if self.is_bare() { "stack" } else { "split is-start" }) {
                (facets::aside(&self))
                div.stack.is-loose id="results" {
                    (facets::chips(&self))
                    @match empty {
                        Some(empty) => (empty),
                        None => {
                            h2.unseen { (visit.say(PRODUCTS)) }
                            (tiles(visit, &self.found.items, if self.filters.cursor.is_empty() { IN_VIEW } else { 0 }))
                            (self.pager())
                        }
                    }
                }
            }
        };
        Ok(framed_below(visit, &self.categories, self.document(&title, &way), &main))
    }

    fn document(&self, title: &str, way: &[(String, String)]) -> Document {
        let shop = self.visit.shop();
        let is_plain = self.filters.text.is_empty() && !self.filters.narrows();
        let is_known = self.category.is_some() || is_plain;
        let first = self.found.items.iter().find_map(|tile| tile.image.clone());
        Document {
            title: format!("{title} – {shop}"),
            description: self.category.as_ref().map(|category| self.describe(category)),
            canonical: Some(self.path.clone()).filter(|_| is_known),
            picture: first.filter(|url| url.starts_with('/')),
            facts: if self.category.is_some() {
                vec![crumb_facts(self.visit, way), self.list_facts()]
            } else {
                Vec::new()
            },
            ..Document::default()
        }
    }

    /// What is on this page of the list, as schema.org has it.
    fn list_facts(&self) -> Value {
        let base = self.visit.settings().shop.base_url.trim_end_matches('/');
        let item = |(index, tile): (usize, &Tile)| {
            let url = format!("{base}{}", self.visit.link(&format!("/p/{}", tile.slug)));
            json!({"@type": "ListItem", "position": index + 1, "url": url, "name": tile.name})
        };
        let items: Vec<Value> = self.found.items.iter().enumerate().map(item).collect();
        json!({"@context": "https://schema.org", "@type": "ItemList", "itemListElement": items})
    }

    fn describe(&self, category: &Category) -> String {
        const AT: Text = Text { en: "in stock and sent quickly, from", de: "auf Lager und schnell bei Ihnen, von" };
        format!("{}: {} {}", category.name, self.visit.say(AT), self.visit.shop())
    }

    fn title(&self) -> String {
        const ALL: Text = Text { en: "All products", de: "Alle Produkte" };
        const FOR: Text = Text { en: "Results for", de: "Ergebnisse für" };
        if let Some(category) = &self.category {
            return category.name.clone();
        }
        match self.filters.text.as_str() {
            "" => self.visit.say(ALL).to_owned(),
            text => {
                let text: String = text.chars().take(MAX_TITLE).collect();
                let (open, close) = if self.visit.lang() == Lang::De { ('„', '“') } else { ('“', '”') };
                format!("{} {open}{text}{close}", self.visit.say(FOR))
            }
        }
    }

    /// The categories above this one, and it.
    fn way(&self) -> Vec<(String, String)> {
        let mut way = Vec::new();
        let mut above = self.category.as_ref();
        while let Some(one) = above.filter(|_| way.len() < 8) {
            let is_here = way.is_empty();
            let href = if is_here { String::new() } else { self.visit.link(&format!("/c/{}", one.slug)) };
            way.push((href, one.name.clone()));
            above = self.categories.iter().find(|other| Some(&other.id) == one.parent_id.as_ref());
        }
        way.push((self.visit.link("/"), self.visit.say(HOME).to_owned()));
        way.reverse();
        way
    }

    fn head(&self, title: &str) -> Markup {
        const ONE: Text = Text { en: "product", de: "Produkt" };
        const MANY: Text = Text { en: "products", de: "Produkte" };
        let visit = self.visit;
        let total = self.found.total.filter(|total| *total > 0);
        html! {
            div.list-head id="list-head" {
                div {
                    h1 { (title) }
                    @if let Some(total) = total {
                        p.count role="status" {
                            (visit.lang().number(total)) " " (visit.say(if total == 1 { ONE } else { MANY }))
                        }
                    }
                }
                @if !self.found.items.is_empty() { (self.sort()) }
            }
        }
    }

    fn sort(&self) -> Markup {
        const SORT: Text = Text { en: "Sort by", de: "Sortieren nach" };
        const APPLY: Text = Text { en: "Sort", de: "Sortieren" };
        let visit = self.visit;
        let has_text = !self.filters.text.is_empty();
        let kept = self.filters.with(|filters| filters.sort = String::new());
        let sorts = SORTS.into_iter().filter(|(name, _)| has_text || *name != "relevance");
        html! {
            form.sort id="sort-form" method="get" action=(visit.link(&self.path)) data-submit-on-change
                data-swap="list-head facets results" {
                @for (name, value) in kept.fields().into_iter().filter(|(_, value)| !value.is_empty()) {
                    (parts::hidden(name, value))
                }
                label for="sort" { (visit.say(SORT)) }
                select id="sort" name="sort" {
                    @for (name, text) in sorts {
                        option value=(name) selected[name == self.filters.order()] { (visit.say(text)) }
                    }
                }
                noscript { (parts::submit_quiet(visit.say(APPLY))) }
            }
        }
    }

    fn pager(&self) -> Markup {
        const MORE: Text = Text { en: "More products", de: "Weitere Produkte" };
        const FIRST: Text = Text { en: "Back to the start", de: "Zurück zum Anfang" };
        let visit = self.visit;
        let path = visit.link(&self.path);
        let next = self
            .found
            .next_cursor
            .as_ref()
            .map(|cursor| self.filters.with(|filters| filters.cursor.clone_from(cursor)).address(&path));
        let first = (!self.filters.cursor.is_empty()).then(|| self.filters.with(|_| {}).address(&path));
        parts::pager(
            first.as_deref().map(|href| (href, visit.say(FIRST))),
            next.as_deref().map(|href| (href, visit.say(MORE))),
        )
    }

    async fn nothing(&self) -> Markup {
        const TITLE: Text = Text { en: "Nothing found", de: "Nichts gefunden" };
        const FEWER: Text = Text { en: "Try it with fewer filters.", de: "Versuchen Sie es mit weniger Filtern." };
        const OTHER: Text = Text {
            en: "Check the spelling, or try a more general word.",
            de: "Prüfen Sie die Schreibweise, oder suchen Sie nach einem allgemeineren Wort.",
        };
        const EMPTY: Text =
            Text { en: "There is nothing on this shelf yet.", de: "In diesem Regal steht noch nichts." };
        const ALL: Text = Text { en: "Remove all filters", de: "Alle Filter entfernen" };
        const BROWSE: Text = Text { en: "See all products", de: "Alle Produkte ansehen" };
        let visit = self.visit;
        let (narrows, has_text) = (self.filters.narrows(), !self.filters.text.is_empty());
        let text = if narrows {
            FEWER
        } else if has_text {
            OTHER
        } else {
            EMPTY
        };
        let plain = Filters { text: self.filters.text.clone(), ..Filters::default() }.address(&visit.link(&self.path));
        let action = html! {
            @if narrows { (parts::link_button(&plain, visit.say(ALL), false)) }
            @else if has_text { (parts::link_button(&visit.link("/search"), visit.say(BROWSE), false)) }
        };
        html! { (parts::empty(visit.say(TITLE), visit.say(text), &action)) (suggestions(visit).await) }
    }
}

/// The way to a page for searchers.
pub(super) fn crumb_facts(visit: &Visit, way: &[(String, String)]) -> Value {
    let base = visit.settings().shop.base_url.trim_end_matches('/');
    let here = visit.link(visit.path());
    let item = |(index, (href, name)): (usize, &(String, String))| {
        let href = if href.is_empty() { &here } else { href };
        json!({"@type": "ListItem", "position": index + 1, "name": name, "item": format!("{base}{href}")})
    };
    let items: Vec<Value> = way.iter().enumerate().map(item).collect();
    json!({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items})
}

impl Shelf<'_> {
    fn facets(&self) -> Option<&Facets> {
        self.found.facets.as_ref().filter(|_| !self.is_bare())
    }

    /// Whether there is nothing to choose from.
    fn is_bare(&self) -> bool {
        self.found.items.is_empty() && !self.filters.narrows()
    }
}
