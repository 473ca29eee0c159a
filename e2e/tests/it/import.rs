//! `bodega import catalog` as it is typed: real product files, again, with bad rows, files that are no table, and the
//! stock it brings, whatever dies meanwhile.

use crate::rabbitmq::{EMAIL, PASSWORD, create_user, servers, variables};
use bodega::client::{Headers, ShopClient};
use bodega_e2e::{Doors, Process, binary};
use bodega_testkit::{Backend, Home};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

const HEADER: &str = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,\
    Variant Grams,Variant Inventory Qty,Variant Price,Image Src,Image Position\n";

/// Products of the files that are made here.
const WARES: usize = 60;

/// A shop on disk, and files to bring into it.
struct Place {
    home: Home,
}

/// What a command said, and whether it exited with 0.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    /// The last line, which is JSON.
    fn sums(&self) -> Value {
        let last = self.out.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|_| panic!("no JSON: {}{}", self.out, self.err))
    }
}

impl Place {
    fn new() -> Self {
        let home = Home::new(Backend::Sqlite);
        fs::create_dir_all(home.folder()).unwrap();
        Self { home }
    }

    fn variables(&self) -> Vec<(String, String)> {
        let data = self.home.folder().join("data").to_string_lossy().into_owned();
        vec![
            ("BODEGA__DATABASE__DATA_DIR".to_owned(), data),
            ("BODEGA__LIMITS__ENABLED".to_owned(), "false".to_owned()),
        ]
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.folder().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn import(&self, files: &[PathBuf], arguments: &[&str]) -> Said {
        import(&self.variables(), files, arguments)
    }

    /// What is in the shop now.
    async fn contents(&self) -> Contents {
        assert!(create_user(&self.variables()), "the user could not be made");
        let process = Process::start(&["up", "--listen", "127.0.0.1:0"], &self.variables()).unwrap();
        let staff = ShopClient::new(&process.url, None).unwrap().log_in(EMAIL, PASSWORD).await.unwrap();
        let mut contents = Contents::default();
        for item in everything(&staff, "/v1/products").await {
            let slug = item["slug"].as_str().unwrap();
            let product = staff.get(&format!("/v1/products/{slug}"), Headers::default()).await.unwrap();
            contents.products += 1;
            contents.variants += product["variants"].as_array().unwrap().len();
            contents.images += product["photos"].as_array().unwrap().len();
        }
        for stock in everything(&staff, "/v1/stock").await {
            contents.stock.insert(stock["sku"].as_str().unwrap().to_owned(), stock["on_hand"].as_i64().unwrap());
        }
        contents
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Contents {
    products: usize,
    variants: usize,
    images: usize,
    stock: BTreeMap<String, i64>,
}

fn import(variables: &[(String, String)], files: &[PathBuf], arguments: &[&str]) -> Said {
    let ran = Command::new(binary().unwrap())
        .args(["import", "catalog"])
        .args(files)
        .args(arguments)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { code: ran.status.code(), out: text(&ran.stdout), err: text(&ran.stderr) }
}

fn with(variables: &[(String, String)], name: &str, value: &str) -> Vec<(String, String)> {
    variables.iter().cloned().chain([(name.to_owned(), value.to_owned())]).collect()
}

/// All pages of a list.
async fn everything(client: &ShopClient, path: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}?limit=25{cursor}"), Headers::default()).await.unwrap();
        found.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

/// The three published stores where they are at hand, else files with the same numbers.
fn stores(place: &Place) -> Vec<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("BODEGA_DATA").map_or(beside, PathBuf::from).join("shopify-csv");
    if folder.is_dir() {
        return ["apparel.csv", "home-and-garden.csv", "jewelery.csv"].map(|name| folder.join(name)).to_vec();
    }
    (0..3).map(|store| place.file(&format!("store-{store}.csv"), &sample(store))).collect()
}

/// 20 products and 22 variants; over three stores, 82 images.
fn sample(store: usize) -> String {
    let mut file = HEADER.to_owned();
    for item in 0..20 {
        let handle = format!("Ware-{store}-{item}");
        let image = format!("https://img.example/{handle}.jpg");
        let option = if item < 2 { "Size,Small" } else { "Title,Default Title" };
        let body = "\"<p onclick=x>6\"\" wide,\n heavy</p>\"";
        let _ = writeln!(file, "{handle},  Ware {item},{body},,,\"Gold, Gem\",true,{option},,0,{item},9.99,{image},1");
        let more = match item {
            0 | 1 => format!("{handle},,,,,,,,Large,,0,3,15.99,{image},2"),
            2..=6 => format!("{handle},,,,,,,,,,,,,{image}?2,2"),
            7 if store == 0 => format!("{handle},,,,,,,,,,,,,{image}?2,2"),
            _ => continue,
        };
        let _ = writeln!(file, "{more}");
    }
    file
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_stores_come_in_whole_and_a_second_time_changes_nothing() {
    let place = Place::new();
    let files = stores(&place);
    let first = place.import(&files, &["--json"]);
    assert_eq!(first.code, Some(0), "{}{}", first.out, first.err);
    let sums = first.sums();
    assert_eq!(
        ["created", "updated", "rejected"].map(|name| sums[name].as_u64()),
        [Some(60), Some(0), Some(0)],
        "{sums}"
    );
    let contents = place.contents().await;
    assert_eq!((contents.products, contents.variants, contents.images), (60, 66, 82));
    assert!(contents.stock.values().any(|pieces| *pieces > 0), "no stock was received");

    let second = place.import(&files, &["--json"]);
    assert_eq!(second.code, Some(0), "{}{}", second.out, second.err);
    let sums = second.sums();
    assert_eq!(["created", "updated", "rejected"].map(|name| sums[name].as_u64()), [Some(0); 3], "{sums}");
    assert_eq!(place.contents().await, contents);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stock_is_received_for_what_is_new_and_for_nothing_else() {
    let place = Place::new();
    let rows = "mug,Mug,,,,,true,Size,Small,MUG-S,,5,9.99,,\n";
    let file = place.file("wares.csv", &format!("{HEADER}{rows}"));
    assert_eq!(place.import(std::slice::from_ref(&file), &["--json"]).code, Some(0));
    // The same name, another variant, and a number that was true before anything was sold.
    place.file("wares.csv", &format!("{HEADER}{}mug,,,,,,,,Large,MUG-L,,7,12.99,,\n", rows.replace(",5,", ",50,")));
    let again = place.import(&[file], &["--json"]);
    assert_eq!((again.code, &again.sums()["updated"]), (Some(0), &json!(1)), "{}{}", again.out, again.err);
    let stock = place.contents().await.stock;
    assert_eq!((stock["MUG-S"], stock["MUG-L"]), (5, 7));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_row_leaves_out_its_product_and_says_which_line() {
    let place = Place::new();
    let file = place.file(
        "wares.csv",
        &format!(
            "{HEADER}mug,Mug,,,,,true,,,MUG,,5,9.99,,\n\
             bowl,Bowl,,,,,true,,,BOWL,,5,nine,,\n\
             cup,Cup,,,,,true,,,CUP,,5,8.99,,\n"
        ),
    );
    let said = place.import(std::slice::from_ref(&file), &[]);
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    assert!(said.out.contains("wares.csv:3 bowl: "), "{}", said.out);
    let contents = place.contents().await;
    assert_eq!((contents.products, contents.stock["MUG"], contents.stock["CUP"], contents.stock.len()), (2, 5, 5, 2));
    let json = place.import(&[file], &["--json"]);
    let sums = json.sums();
    assert_eq!((json.code, &sums["rejected"], &sums["errors"][0]["line"]), (Some(1), &json!(1), &json!(3)), "{sums}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_no_table_imports_nothing_and_says_why() {
    let place = Place::new();
    let good = format!("{HEADER}mug,Mug,,,,,true,,,MUG,,5,9.99,,\n");
    let long = format!("{good}cup,Cup,{},,,,true,,,CUP,,5,8.99,,\n", "x".repeat(1_100_000));
    let refused = [
        ("cut.csv", format!("{good}cup,\"Cup,,,,\n"), "line 3"),
        ("columns.csv", "Handle,Title\nmug,Mug\n".to_owned(), "column"),
        ("long.csv", long, "line 3"),
        ("empty.csv", String::new(), "empty"),
    ];
    for (name, text, reason) in refused {
        let said = place.import(&[place.file(name, &text)], &["--json"]);
        assert_eq!(said.code, Some(1), "{name}: {}{}", said.out, said.err);
        let told = said.err.lines().find(|line| line.starts_with("bodega: ")).unwrap_or_default();
        assert!(told.contains(name) && told.contains(reason), "{name}: {}", said.err);
    }
    let missing = place.import(&[Path::new("/nowhere/wares.csv").to_owned()], &[]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.err.contains("cannot read /nowhere/wares.csv"), "{}", missing.err);
    assert_eq!(place.contents().await, Contents::default());
}

/// Products of one variant, five pieces of each: more than one transaction takes.
fn wares() -> String {
    let row = |number: usize| format!("ware-{number},Ware,,,,,true,,,W-{number},,5,9.99,,\n");
    format!("{HEADER}{}", (0..WARES).map(row).collect::<Vec<_>>().concat())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_dies_anywhere_brings_its_stock_once() {
    let places =
        ["catalog.commit.after", "inventory.deliver.before", "inventory.commit.after", "inventory.deliver.after"];
    for failpoint in places {
        // At the first time it is passed, at the second, until an import comes through.
        for passed in 0_usize.. {
            let place = Place::new();
            let files = [place.file("wares.csv", &wares())];
            let armed = with(&place.variables(), "FAILPOINTS", &format!("{failpoint}={passed}*off->return"));
            let cut = import(&armed, &files, &["--json"]);
            if cut.code == Some(0) {
                assert!(passed > 0, "{failpoint} was never reached");
                break;
            }
            assert_eq!(cut.code, None, "{failpoint} after {passed}: {}{}", cut.out, cut.err);
            let again = place.import(&files, &["--json"]);
            assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
            let stock = place.contents().await.stock;
            assert_eq!(stock.len(), WARES, "{failpoint} after {passed}");
            assert!(stock.values().all(|pieces| *pieces == 5), "{failpoint} after {passed}: {stock:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_that_has_sold_imports_again_and_keeps_the_stock_it_has() {
    let place = Place::new();
    let files = [place.file("wares.csv", &wares())];
    assert_eq!(place.import(&files, &[]).code, Some(0));
    assert!(create_user(&place.variables()), "the user could not be made");
    let variables = with(&place.variables(), "BODEGA__PAYMENTS__PROVIDERS", "simulator");
    let process = Process::start(&["up", "--listen", "127.0.0.1:0"], &variables).unwrap();
    let doors = Doors::open(&[&process.url], EMAIL, PASSWORD).await.unwrap();
    let bought = doors.buy(0, &[("W-7", 2)], "sim_success").await.unwrap();
    doors.reach(0, &bought, &["confirmed"]).await.unwrap();
    doors.prove().await.unwrap();
    let sold = doors.stock(0, "W-7").await.unwrap();
    assert_eq!(sold["available"], 3, "{sold}");
    drop(process);
    let again = place.import(&files, &["--json"]);
    assert_eq!((again.code, &again.sums()["updated"]), (Some(0), &json!(0)), "{}{}", again.out, again.err);
    let process = Process::start(&["up", "--listen", "127.0.0.1:0"], &variables).unwrap();
    let doors = Doors::open(&[&process.url], EMAIL, PASSWORD).await.unwrap();
    assert_eq!(doors.stock(0, "W-7").await.unwrap(), sold);
    assert_eq!(doors.stock(0, "W-8").await.unwrap()["on_hand"], 5);
    doors.prove().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stock_that_one_process_imported_and_died_of_is_received_once_by_another() {
    let Some(broker) = servers() else { return };
    let home = Home::new(Backend::Postgres);
    fs::create_dir_all(home.folder()).unwrap();
    let variables = variables(&home, &broker);
    assert!(create_user(&variables), "the user could not be made");
    let file = home.folder().join("wares.csv");
    fs::write(&file, wares()).unwrap();
    let armed = with(&variables, "FAILPOINTS", "inventory.deliver.before=return");
    let mut first = Process::start(&["up", "--listen", "127.0.0.1:0"], &armed).unwrap();
    let at = async |url: &str| {
        let login = json!({"email": EMAIL, "password": PASSWORD});
        let answer = ShopClient::new(url, None).unwrap().post("/v1/auth/login", &login, None).await.unwrap();
        let variables = with(&variables, "BODEGA_TOKEN", answer["access_token"].as_str().unwrap());
        import(&variables, std::slice::from_ref(&file), &["--json", "--url", url])
    };
    // It may die before it answers.
    at(&first.url).await;
    let started = Instant::now();
    while !first.has_ended().unwrap() {
        assert!(started.elapsed() < Duration::from_mins(1), "inventory was never told");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let second = Process::start(&["up", "--listen", "127.0.0.1:0"], &variables).unwrap();
    let again = at(&second.url).await;
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
    let doors = Doors::open(&[&second.url], EMAIL, PASSWORD).await.unwrap();
    let started = Instant::now();
    while everything(doors.staff(0), "/v1/stock").await.len() < WARES {
        assert!(started.elapsed() < Duration::from_mins(1), "the stock is not received");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    doors.prove().await.unwrap();
    let stock = everything(doors.staff(0), "/v1/stock").await;
    assert!(stock.len() == WARES && stock.iter().all(|line| line["on_hand"] == 5), "{stock:?}");
}
