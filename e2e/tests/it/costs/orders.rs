//! What an order costs the writers of the shop, in one process on `SQLite`: statements, bytes kept, bytes written, commits.
//!
//! What costs more than its limit fails, and so does what costs far less: then the limit is to be lowered.

use super::{is_alone, is_asked_anyway};
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
    /// Statements of the writers.
    statements: f64,
    /// Bytes by which the databases grow.
    kept: f64,
    /// Commits, and bytes handed to the kernel with those of the answers. How many orders share a commit depends on the
    /// machine, so these are bounds only.
    commits: f64,
    written: f64,
}

/// What was measured in a shop that remembers nothing yet, and a tenth; of what depends on the machine a good deal more.
/// Orders of one shopper come one after the other, each when the last one is done, so nothing is shared. A crowd shares what
/// a batch does once: that it does not shows in its commits.
const LIMITS: [Limit; 3] = [
    Limit { shoppers: 1, orders: 64, statements: 122.0, kept: 19_600.0, commits: 30.0, written: 600_000.0 },
    Limit { shoppers: 64, orders: 512, statements: 79.0, kept: 17_300.0, commits: 10.0, written: 300_000.0 },
    Limit { shoppers: 512, orders: 1_024, statements: 79.0, kept: 17_800.0, commits: 10.0, written: 300_000.0 },
];
/// A figure below this share of its limit fails: the limit guards nothing any more.
const TOO_LOOSE: f64 = 0.5;
/// So many that no two orders of a batch want the same goods: those share statements, more or less by chance.
const PRODUCTS: usize = 1_536;
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
            let refusal = crowd.ask(&crowd.guest, &purchase, &format!("what-does-all-of-it-cost-{number}")).await;
            assert_eq!(refusal.0, StatusCode::CONFLICT, "{}", refusal.1);
            crowd.totals[usize::from(number == 0)] = refusal.1["total"].clone();
        }
        crowd
    }

    /// The body of the `number`th order.
    fn purchase(&self, number: usize) -> Value {
        let lines = (0..LINES)
            .map(|line| json!({"sku": format!("COST-{}", (number * LINES + line) % PRODUCTS), "quantity": 1}));
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
        let buyer =
            if customer { &self.customers[number / ONE_LOGGED_IN % self.customers.len()].client } else { &self.guest };
        let (status, body) =
            self.ask(buyer, &self.purchase(number), &format!("what-an-order-costs-{run}-{number:06}")).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{body}");
    }
}

/// What so many orders cost, for each.
struct Cost {
    statements: f64,
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
        let figure =
            |name: &str| database.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0)).unwrap();
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
        let quiet = before.is_some_and(|before| now.commits - before.commits <= shop.shop().host.services.len() as u64);
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
    let (anyway, tally): (Tally, Tally) = take_tally().into_iter().partition(|((_, text), _)| is_asked_anyway(text));
    // Each question of those who wait for rest is a commit of its own.
    let questions: u64 = anyway.iter().filter(|((_, text), _)| text.contains("unsent")).map(|(_, times)| times).sum();
    Cost {
        statements: tally.values().sum::<u64>() as f64 / orders,
        kept: (kept(shop.home.folder()) - bytes) / orders,
        commits: (now.commits - asked.commits).saturating_sub(questions) as f64 / orders,
        written: (written() - given) / orders,
        tally,
        orders,
    }
}

impl Cost {
    /// Which limits it does not keep.
    fn faults(&self, limit: &Limit) -> String {
        let figures = [
            ("statements", self.statements, limit.statements, true),
            ("bytes kept", self.kept, limit.kept, true),
            ("commits", self.commits, limit.commits, false),
            ("bytes written", self.written, limit.written, false),
        ];
        let mut text = String::new();
        for (name, measured, limit, is_certain) in figures {
            eprintln!("{name} per order: {measured:.1}, limit {limit:.1}");
            if measured > limit {
                writeln!(text, "{name} per order grew: {measured:.1}, and the limit is {limit:.1}").unwrap();
            } else if is_certain && measured < limit * TOO_LOOSE {
                writeln!(text, "{name} per order fell: lower the limit of {limit:.1} to {:.1}", measured * 1.1)
                    .unwrap();
            }
        }
        if text.is_empty() { text } else { format!("with {} shoppers\n{text}", limit.shoppers) }
    }

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
    begin_tally();
    let mut faults = String::new();
    for (run, limit) in LIMITS.iter().enumerate() {
        // Each in a young shop: what is done every half a minute for all that was sold by then is not of these orders.
        let shop = TestShop::start(Backend::Sqlite).await.unwrap();
        let crowd = Crowd::prepare(&shop).await;
        let cost = measure(&shop, &crowd, run, limit).await;
        let found = cost.faults(limit);
        if !found.is_empty() {
            writeln!(faults, "{found}\nstatements per order by service:\n{}", cost.by_service()).unwrap();
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}
