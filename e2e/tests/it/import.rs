//! `bodega import catalog` as it is typed: real product files, again, with bad rows, and files that are no table.

use crate::rabbitmq::{EMAIL, PASSWORD, create_user};
use bodega::client::{Headers, ShopClient};
use bodega_e2e::{Process, binary};
use bodega_testkit::{Backend, Home};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const HEADER: &str = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,\
    Variant Grams,Variant Inventory Qty,Variant Price,Image Src,Image Position\n";

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
        let ran = Command::new(binary().unwrap())
            .args(["import", "catalog"])
            .args(files)
            .args(arguments)
            .envs(self.variables())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { code: ran.status.code(), out: text(&ran.stdout), err: text(&ran.stderr) }
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
