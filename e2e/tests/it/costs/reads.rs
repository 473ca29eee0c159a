//! How many queries an answer takes: as many for thirty rows as for three, whatever the route.

use super::{is_alone, queries, rows::Rows};
use bodega::client::{Headers, ShopClient};
use bodega_e2e::TestShop;
use bodega_testkit::{Backend, Home};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Nobody,
    Ada,
    Staff,
}
use Who::{Ada, Nobody, Staff};

/// Route, who asks, what is asked beyond its path, and the most queries.
type Read = (&'static str, Who, &'static str, usize);

/// All of them, by service. The number is what was counted.
const READS: [Read; 85] = [
    // Accounts
    ("/v1/me", Ada, "", 3),
    ("/v1/me/export", Ada, "", 7),
    ("/v1/users", Staff, "?limit=100&count=true", 4),
    ("/v1/users/{customer}", Staff, "", 3),
    ("/v1/me/addresses", Ada, "", 1),
    ("/v1/me/addresses/{address}", Ada, "", 1),
    ("/v1/admin/permissions", Staff, "", 0),
    ("/v1/admin/staff-roles", Staff, "", 1),
    ("/v1/admin/invitations", Staff, "", 1),
    ("/v1/admin/groups", Staff, "", 1),
    ("/v1/admin/groups/club/members", Staff, "?limit=100&count=true", 2),
    ("/v1/admin/users/{customer}/groups", Staff, "", 2),
    // Catalogue
    ("/v1/products", Nobody, "?limit=100", 1),
    ("/v1/products", Nobody, "?q=ware&in_stock=true&sort=price&limit=100", 1),
    ("/v1/products", Staff, "?limit=100&count=true", 2),
    ("/v1/products", Nobody, "?facets=true&limit=100", 3),
    ("/v1/products/suggestions", Nobody, "?q=ware", 1),
    ("/v1/products/{product}", Nobody, "", 3),
    ("/v1/variants", Nobody, "?skus={sku}", 1),
    ("/v1/products/{product}", Staff, "", 3),
    ("/v1/categories", Nobody, "?limit=100", 1),
    ("/v1/brands", Nobody, "?limit=100", 1),
    ("/v1/shop", Nobody, "", 3),
    ("/v1/admin/shop", Staff, "", 2),
    ("/v1/admin/markets", Staff, "?limit=100&count=true", 1),
    ("/v1/admin/markets/{market}", Staff, "", 1),
    ("/v1/admin/tax-rates", Staff, "?limit=100&count=true", 1),
    ("/v1/admin/tax-rates/{country}", Staff, "", 1),
    // Stock
    ("/v1/stock", Staff, "?limit=100&count=true", 4),
    ("/v1/stock", Staff, "?q=ware&below=1000000&limit=100&count=true", 4),
    ("/v1/stock/{sku}", Staff, "", 2),
    ("/v1/stock/{sku}/movements", Staff, "?limit=100&count=true", 3),
    ("/v1/admin/locations", Staff, "", 1),
    ("/v1/admin/locations/{location}", Staff, "", 1),
    ("/v1/admin/transfers", Staff, "?limit=100&count=true", 2),
    ("/v1/admin/transfers/{transfer}", Staff, "", 1),
    ("/v1/admin/stock/sources", Staff, "", 2),
    ("/v1/admin/stock/mismatches", Staff, "?limit=100&count=true", 2),
    // Carts
    ("/v1/carts/{cart}", Ada, "", 8),
    ("/v1/admin/drafts", Staff, "?limit=100&count=true", 1),
    ("/v1/admin/drafts/{draft}", Staff, "", 8),
    // Coupons
    ("/v1/promotions", Staff, "?limit=100&count=true", 2),
    ("/v1/promotions/{codes}", Staff, "", 1),
    ("/v1/promotions/{codes}/codes", Staff, "?limit=100&count=true", 3),
    ("/v1/promotions/{promotion}/uses", Staff, "?limit=100&count=true", 3),
    ("/v1/promotions/{promotion}/report", Staff, "", 5),
    ("/v1/coupons/{code}", Staff, "", 3),
    // Orders
    ("/v1/orders", Staff, "?limit=100&count=true", 2),
    ("/v1/orders", Staff, "?q=ada@example.com&limit=100", 1),
    ("/v1/admin/reports/sales", Staff, "?by=day", 1),
    ("/v1/admin/reports/sales", Staff, "?by=product", 2),
    ("/v1/me/orders", Ada, "?limit=100&count=true", 2),
    ("/v1/orders/{order}", Ada, "", 6),
    ("/v1/orders/{order}", Staff, "", 6),
    ("/v1/orders/{order}/papers", Ada, "", 2),
    ("/v1/orders/{order}/papers/{paper}.pdf", Ada, "", 2),
    ("/v1/admin/orders/{order}/packing-slip.pdf", Staff, "", 4),
    ("/v1/orders/{order}/returns", Ada, "", 2),
    ("/v1/admin/returns", Staff, "?limit=100&count=true", 2),
    ("/v1/admin/returns/{return}", Staff, "", 1),
    ("/v1/admin/orders/{order}/notes", Staff, "?limit=100&count=true", 3),
    // Money
    ("/v1/orders/{order}/payments", Ada, "", 5),
    ("/v1/orders/{order}/payments", Staff, "", 4),
    ("/v1/store-credit", Ada, "", 2),
    ("/v1/admin/gift-cards", Staff, "?limit=100&count=true", 3),
    ("/v1/admin/gift-cards/{card}", Staff, "", 3),
    ("/v1/admin/store-credit/{customer}", Staff, "", 2),
    ("/v1/admin/payments/mismatches", Staff, "?limit=100&count=true", 2),
    ("/v1/me/points", Ada, "", 4),
    ("/v1/me/points/statement", Ada, "?limit=100&count=true", 2),
    ("/v1/customers/{customer}/points", Staff, "", 4),
    ("/v1/customers/{customer}/points/statement", Staff, "?limit=100&count=true", 2),
    // Parcels
    ("/v1/fulfilments", Staff, "?limit=100&count=true", 2),
    ("/v1/fulfilments/{fulfilment}", Staff, "", 2),
    ("/v1/fulfilments/{fulfilment}/packing", Staff, "", 4),
    ("/v1/orders/{order}/fulfilments", Ada, "", 2),
    ("/v1/shipments/{shipment}", Staff, "", 1),
    ("/v1/shipments/{shipment}/label.pdf", Staff, "", 4),
    ("/v1/shipping-methods", Staff, "?limit=100&count=true", 2),
    ("/v1/shipping-methods/{method}", Staff, "", 1),
    // Mails, and what went wrong
    ("/v1/mails", Staff, "?limit=100&count=true", 2),
    ("/v1/mails/{mail}", Staff, "", 2),
    ("/v1/mails/{mail}/preview", Staff, "", 2),
    ("/v1/mailbox", Staff, "?limit=100&count=true", 2),
    ("/v1/events/dead", Staff, "?limit=100", 10),
];

/// Routes that are not counted here, and why.
const EXCEPTIONS: [(&str, &str); 18] = [
    ("/healthz", "asks no database"),
    ("/readyz", "asks each database one thing"),
    ("/v1/health", "asks each service two things, whatever there is, and each database one"),
    ("/openapi.json", "made once"),
    ("/docs", "files"),
    ("/docs/", "files"),
    ("/docs/{*rest}", "files"),
    ("/v1/admin/orders/export.csv", "a stream: the snapshots of 25 orders at a time, so that it never holds many"),
    ("/v1/orders/{id}/events", "a stream that does not end; each look is one of the order itself"),
    ("/v1/products/{id}/reviews", "the product by its key, then a page by its index; each row is of another buyer"),
    ("/v1/admin/reviews", "a page by its index, with the products in the same query"),
    (
        "/v1/products/{id}/related",
        "the product by its key and its categories; its like by the index, read in one query if any",
    ),
    ("/v1/photos/{photo}/{size}", "a file by its name"),
    ("/v1/avatars/{file}", "one row by its key, then a file by its name"),
    ("/v1/shop/legal/{text}", "one row by its key"),
    ("/v1/admin/shop/legal/versions/{version}", "one row by its key"),
    ("/v1/simulator/3ds/{token}", "one row by its key; the simulator's page, not the shop's"),
    ("/v1/mails/unsubscribe", "one row by its key, which only a mail tells"),
];
/// Answers that are given again as long as nothing changes.
const KEPT: [&str; 4] = ["/v1/products", "/v1/categories", "/v1/brands", "/v1/shop"];
/// The rows of each list: few, and ten times as many.
const FEW: usize = 3;
const MANY: usize = 30;
/// How often an answer is asked for until it took the same number of queries so often: others may read meanwhile, too.
const TRIES: usize = 12;
const AGREED: usize = 3;

/// What an answer took.
#[derive(Debug)]
struct Taken {
    queries: Vec<String>,
    /// Items of the list, if it is one.
    items: Option<usize>,
}

/// Whether a path with names in it is one of this route.
fn is_of(route: &str, path: &str) -> bool {
    let (route, path): (Vec<&str>, Vec<&str>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len() && route.iter().zip(&path).all(|(part, asked)| part.starts_with('{') || part == asked)
}

/// The most specific route of this path.
fn route_of<'r>(routes: &[&'r str], path: &str) -> Option<&'r str> {
    let of = routes.iter().filter(|route| is_of(route, path));
    of.min_by_key(|route| route.matches('{').count()).copied()
}

/// Asks until it is clear how many queries it takes. What is kept of public answers is made stale before.
async fn take(shop: &TestShop, by: &ShopClient, read: &Read, path: &str, brand: &str) -> Result<Taken, String> {
    let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
    for turn in 0..TRIES {
        if KEPT.iter().any(|kept| read.0.starts_with(kept)) {
            let (path, name) = (format!("/v1/brands/{brand}"), json!({"name": format!("{path} {turn}")}));
            let renamed = shop.staff.call(Method::PATCH, &path, Headers::default(), Some(&name)).await.unwrap();
            renamed.ok("brand").unwrap();
            shop.settle().await.unwrap();
        }
        queries::take().await;
        let answer = by.file(path, Headers::default()).await.map_err(|error| error.to_string())?;
        let queries = queries::take().await;
        let times = seen.entry(queries.len()).or_default();
        *times += 1;
        if *times == AGREED {
            let body: Value = serde_json::from_slice(&answer).unwrap_or_default();
            return Ok(Taken { queries, items: body["items"].as_array().map(Vec::len) });
        }
    }
    Err(format!("it never takes the same number of queries: {seen:?}"))
}

async fn take_all(shop: &TestShop, rows: &Rows<'_>) -> Vec<Result<Taken, String>> {
    let mut all = Vec::new();
    for read in &READS {
        let by = match read.1 {
            Nobody => &shop.guest,
            Ada => &rows.ada.client,
            Staff => &shop.staff,
        };
        let mut path = format!("{}{}", read.0, read.2);
        for (name, value) in &rows.names {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        all.push(take(shop, by, read, &path, &rows.names["brand"]).await);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_takes_as_many_queries_for_thirty_rows_as_for_three() {
    if !is_alone("costs::reads::an_answer_takes_as_many_queries_for_thirty_rows_as_for_three") {
        return;
    }
    queries::begin();
    let home = Home::new(Backend::Sqlite);
    let mut settings = home.settings();
    let source = json!({"secret": "a secret of the erp"});
    let sources: BTreeMap<String, &Value> = (0..20).map(|number| (format!("erp-{number}"), &source)).collect();
    settings.inventory.sources = serde_json::from_value(json!(sources)).unwrap();
    let shop = TestShop::open(home, settings).await.unwrap();
    let mut rows = Rows::new(&shop).await;
    rows.grow(0..FEW).await;
    indexed(&shop).await;
    let few = take_all(&shop, &rows).await;
    rows.grow(FEW..MANY).await;
    indexed(&shop).await;
    let many = take_all(&shop, &rows).await;
    let mut faults = String::new();
    for (read, (few, many)) in READS.iter().zip(few.iter().zip(&many)) {
        if let Err(fault) = compare(read, few, many) {
            writeln!(faults, "{} {} {fault}", read.0, read.2).unwrap();
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

/// Searches find all products.
async fn indexed(shop: &TestShop) {
    let total = async |path: &str| {
        let answer = shop.guest.get(path, bodega::client::Headers::default()).await.unwrap();
        answer["total"].as_i64().unwrap()
    };
    let all = total("/v1/products?limit=1&count=true").await;
    for _ in 0..200 {
        let is_known = total("/v1/products?limit=1&facets=true").await == all;
        if is_known && total("/v1/products?limit=1&q=ware&count=true").await > 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("searches never found all {all} products");
}

/// As many for many rows as for few, no more than is allowed, and about rows at all.
fn compare(read: &Read, few: &Result<Taken, String>, many: &Result<Taken, String>) -> Result<(), String> {
    let (few, many) = (few.as_ref()?, many.as_ref()?);
    let counts = (few.queries.len(), many.queries.len());
    eprintln!("COUNT {:?} {} {} {:?}", counts, read.0, read.2, read.1);
    if counts.0 != counts.1 {
        let (few, many) = (few.queries.join("\n  "), many.queries.join("\n  "));
        return Err(format!("takes more queries the more rows there are: {counts:?}\n  {few}\nand\n  {many}"));
    }
    if counts.1 > read.3 {
        return Err(format!("takes {} queries and not {}\n  {}", counts.1, read.3, many.queries.join("\n  ")));
    }
    let grew = many.items > few.items || !read.2.contains("limit=100");
    if few.items == Some(0) || !grew {
        return Err(format!("lists nothing more than before: {:?} items, then {:?}", few.items, many.items));
    }
    Ok(())
}

#[test]
fn every_read_is_counted_or_says_why_not() {
    let routes = bodega_gateway::policy();
    // Pages read by the routes of the API.
    let api = routes.iter().filter(|route| !["storefront", "admin"].contains(&route.service.as_str()));
    let reads: Vec<&str> = api
        .filter(|route| route.methods.iter().any(|method| method == "GET"))
        .map(|route| route.path.as_str())
        .collect();
    let counted: BTreeSet<&str> = READS.iter().filter_map(|read| route_of(&reads, read.0)).collect();
    for read in &READS {
        assert!(route_of(&reads, read.0).is_some(), "{} is no route", read.0);
    }
    for route in &reads {
        let excepted = EXCEPTIONS.iter().any(|(path, _)| path == route);
        assert!(
            excepted != counted.contains(route),
            "{route}: count its queries in READS, or say in EXCEPTIONS why not"
        );
    }
    for (path, _) in EXCEPTIONS {
        assert!(reads.contains(&path), "{path} is no route any more");
    }
}
