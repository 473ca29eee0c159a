//! What an order costs the writers of the shop, in one process on `SQLite`: statements, bytes kept, bytes written, commits.
//!
//! A limit that is reached fails, and so does one that has become far too loose: then it is to be lowered.

use super::is_alone;
use bodega::client::{Headers, ShopClient};
use bodega_db::{Counters, Tally, begin_tally, counters, take_tally};
use bodega_e2e::{Customer, TestShop, address};
use bodega_testkit::Backend;
use futures_util::{StreamExt, stream};
use reqwest::{Method, StatusCode};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write as _, path::Path, time::Duration};

/// What an order of so many shoppers may cost.
struct Limit {
    shoppers: usize,
    orders: usize,
    /// Statements of the writers that are an order's, not those of a batch.
    statements: f64,
    /// Those and the ones that a batch shares.
    with_shared: f64,
    /// Bytes by which the databases grow.
    kept: f64,
    /// Commits: as many as the machine lets happen, so this is no more than a bound.
    commits: f64,
    /// Bytes handed to the kernel, those of the answers, too: a bound as well.
    written: f64,
}

/// What was measured, and a tenth. Orders of one shopper come one after the other, each when the last one is done, so nothing
/// is shared; those of a crowd share what a batch does once.
const LIMITS: [Limit; 3] = [
    Limit { shoppers: 1, orders: 64, statements: 100.0, with_shared: 200.0, kept: 20_000.0, commits: 100.0, written: 1e6 },
    Limit { shoppers: 64, orders: 512, statements: 100.0, with_shared: 200.0, kept: 20_000.0, commits: 50.0, written: 1e6 },
    Limit { shoppers: 512, orders: 1_024, statements: 100.0, with_shared: 200.0, kept: 20_000.0, commits: 50.0, written: 1e6 },
];
/// A figure below this share of its limit fails: the limit guards nothing any more.
const TOO_LOOSE: f64 = 0.7;
/// What waits and clocks ask for, whether anybody buys or not.
const ASIDE: [&str; 3] = [
    "SELECT (SELECT COUNT(*) FROM unsent)",
    "SELECT source, seq FROM cursors ORDER BY source LIMIT 100",
    "due_ms <= $1",
];
/// A statement that runs this often for an order of a crowd is the order's; a rarer one is its batch's.
const OF_AN_ORDER: f64 = 0.05;
const PRODUCTS: usize = 48;
const LINES: usize = 3;
const ONE_WITH_A_CODE: usize = 5;
const ONE_LOGGED_IN: usize = 4;

/// What is bought, by whom.
struct Crowd {
    guest: ShopClient,
    customers: Vec<Customer>,
    /// What the lines cost without a code and with it.
    totals: [Value; 2],
}

impl Crowd {
    /// Fills a shop for them.
    async fn prepare(shop: &TestShop) -> Self {
        let mut file = "Handle,Title,Published,Variant SKU,Variant Price,Variant Inventory Qty\n".to_owned();
        for product in 0..PRODUCTS {
            writeln!(file, "cost-{product},Product {product},true,COST-{product},19.99,1000000").unwrap();
        }
        let file = Some(("text/csv", file.into_bytes()));
        let report = shop.staff.send(Method::POST, "/v1/products/import", Headers::default(), file).await.unwrap();
        assert_eq!(report.ok("import").unwrap()["rejected"], 0);
        shop.doors.make_code("TENTH", 1_000_000).await.unwrap();
        let mut customers = Vec::new();
        for number in 0..8 {
            customers.push(shop.doors.customer(&format!("customer-{number}@example.com"), 0).await.unwrap());
        }
        shop.settle().await.unwrap();
        let mut crowd = Self { guest: shop.guest.clone(), customers, totals: [Value::Null, Value::Null] };
        for number in [1, 0] {
            let mut purchase = crowd.purchase(number);
            purchase["total"] = json!({"amount": 0, "currency": "GBP"});
            let refusal = crowd.ask(&crowd.guest, &purchase, &format!("what-does-it-cost-{number}")).await;
            assert_eq!(refusal.0, StatusCode::CONFLICT, "{}", refusal.1);
            crowd.totals[usize::from(number == 0)] = refusal.1["total"].clone();
        }
        crowd
    }

    /// The body of the `number`th order.
    fn purchase(&self, number: usize) -> Value {
        let lines = (0..LINES).map(|line| json!({"sku": format!("COST-{}", (number * 5 + line * 7) % PRODUCTS), "quantity": 1}));
        let mut purchase = json!({
            "lines": lines.collect::<Vec<_>>(), "email": "shopper@example.com", "shipping_address": address(),
            "shipping_method": "standard", "payment_method": "sim_success",
        });
        let has_code = number.is_multiple_of(ONE_WITH_A_CODE);
        if has_code {
            purchase["coupon_code"] = json!("TENTH");
        }
        purchase["total"] = self.totals[usize::from(has_code)].clone();
        purchase
    }

    async fn ask(&self, buyer: &ShopClient, purchase: &Value, key: &str) -> (StatusCode, Value) {
        let headers = Headers { key: Some(key), ..Headers::default() };
        let answer = buyer.call(Method::POST, "/v1/checkouts", headers, Some(purchase)).await.unwrap();
        (answer.status, answer.body)
    }

    /// The `number`th order of this run; every fourth is a customer's, who earns points.
    async fn buy(&self, run: usize, number: usize) {
        let customer = number % ONE_LOGGED_IN == ONE_LOGGED_IN - 1;
        let buyer = if customer { &self.customers[number / ONE_LOGGED_IN % self.customers.len()].client } else { &self.guest };
        let (status, body) = self.ask(buyer, &self.purchase(number), &format!("cost-{run}-{number:06}")).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{body}");
    }
}

/// What so many orders cost, for each.
struct Cost {
    statements: f64,
    with_shared: f64,
    kept: f64,
    commits: f64,
    written: f64,
    tally: Tally,
    orders: f64,
}

/// Bytes in use of all databases of a shop.
fn kept(folder: &Path) -> f64 {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let databases = files.filter(|path| path.extension().is_some_and(|extension| extension == "db"));
    let sizes = databases.map(|path| {
        let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let figure = |name: &str| database.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0)).unwrap();
        (figure("page_count") - figure("freelist_count")) * figure("page_size")
    });
    sizes.sum::<i64>() as f64
}

/// Bytes this process handed to the kernel; 0 where the kernel does not say.
fn written() -> f64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = io.lines().find_map(|line| line.strip_prefix("wchar: "));
    line.and_then(|bytes| bytes.trim().parse().ok()).unwrap_or(0.0)
}

/// Until nothing runs any more.
async fn rest(shop: &TestShop) {
    let mut before = None::<Counters>;
    loop {
        shop.settle().await.unwrap();
        let now = counters();
        // Only the questions of settling, one of each service.
        let quiet = before.is_some_and(|before| now.commits - before.commits <= shop.shop.host.services.len() as u64);
        if quiet {
            return;
        }
        before = Some(now);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn measure(shop: &TestShop, crowd: &Crowd, run: usize, limit: &Limit) -> Cost {
    rest(shop).await;
    take_tally();
    let (asked, bytes, given) = (counters(), kept(shop.home.folder()), written());
    if limit.shoppers == 1 {
        for number in 0..limit.orders {
            crowd.buy(run, number).await;
            rest(shop).await;
        }
    } else {
        let buying = stream::iter(0..limit.orders).map(|number| crowd.buy(run, number));
        buying.buffer_unordered(limit.shoppers).collect::<Vec<()>>().await;
        rest(shop).await;
    }
    let (now, orders) = (counters(), limit.orders as f64);
    let mut tally = take_tally();
    tally.retain(|(_, statement), _| !ASIDE.iter().any(|aside| statement.contains(aside)));
    eprintln!("{:?}", now.statements - asked.statements);
    let per_order = |times: u64| times as f64 / orders;
    Cost {
        statements: tally.values().copied().map(per_order).filter(|times| *times >= OF_AN_ORDER).sum(),
        with_shared: tally.values().copied().map(per_order).sum(),
        kept: (kept(shop.home.folder()) - bytes) / orders,
        commits: per_order(now.commits - asked.commits),
        written: (written() - given) / orders,
        tally,
        orders,
    }
}

impl Cost {
    /// What each service's writer was asked for an order, the most frequent first.
    fn by_service(&self) -> String {
        let mut services: BTreeMap<&str, Vec<(f64, &str)>> = BTreeMap::new();
        for ((service, statement), times) in &self.tally {
            services.entry(service).or_default().push((*times as f64 / self.orders, statement));
        }
        let mut text = String::new();
        for (service, mut statements) in services {
            statements.sort_by(|one, other| other.0.total_cmp(&one.0));
            writeln!(text, "{service}: {:.2}", statements.iter().map(|one| one.0).sum::<f64>()).unwrap();
            for (times, statement) in statements {
                writeln!(text, "  {times:>8.3} {}", statement.chars().take(160).collect::<String>()).unwrap();
            }
        }
        text
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_costs_no_more_than_it_did() {
    if !is_alone("costs::orders::an_order_costs_no_more_than_it_did") {
        return;
    }
    let shop = TestShop::start(Backend::Sqlite).await.unwrap();
    begin_tally();
    let crowd = Crowd::prepare(&shop).await;
    for (run, limit) in LIMITS.iter().enumerate() {
        let started = std::time::Instant::now();
        let cost = measure(&shop, &crowd, run, limit).await;
        eprintln!("{} {} {:.1} {:.1} {:.0} {:.1} {:.0} in {:?}", limit.shoppers, limit.orders, cost.statements, cost.with_shared, cost.kept, cost.commits, cost.written, started.elapsed());
        eprintln!("{}", cost.by_service());
    }
}
