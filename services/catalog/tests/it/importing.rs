//! Imports: the published development stores (or as dirty a sample), again, broken, and at once.

use crate::setup::{Shop, id, importing, pounds, simple};
use bodega_testkit::stories;
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    env,
    fmt::Write,
    fs,
    path::PathBuf,
};

const HEADER: &str = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,\
    Variant Grams,Variant Inventory Qty,Variant Price,Image Src,Image Position\n";

/// The three files where they are at hand, else a sample with the same numbers.
fn stores() -> Vec<Vec<u8>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let data = env::var_os("BODEGA_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from).join("shopify-csv");
    match fs::read_dir(data) {
        Ok(files) => files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect(),
        Err(_) => (0..3).map(|store| sample(store).into_bytes()).collect(),
    }
}

/// 20 products, 22 variants and, over three stores, 82 images.
fn sample(store: usize) -> String {
    let mut file = HEADER.to_owned();
    for item in 0..20 {
        let (handle, body) = (format!("Item-{store}-{item}"), "\"<ul>\n<li onclick=x>12\"\"</li></ul>\"");
        let (option, value) = if item < 2 { ("Size", "Small") } else { ("Title", "Default Title") };
        let image = format!("https://img.example/{store}/{item}.jpg");
        let _ =
            writeln!(file, "{handle}, Item {item} ,{body},,,\"Gold, Gem\",true,{option},{value},,0,1,9.99,{image},1");
        if item < 2 {
            let _ = writeln!(file, "{handle},,,,,,,,Large,,0,3,15.99,{image},2");
        } else if item < 7 || (item == 7 && store == 0) {
            let _ = writeln!(file, "{handle},,,,,,,,,,,,,{image}?2,2");
        }
    }
    file
}

async fn everything(shop: &Shop) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = shop.get(&format!("/v1/products?limit=100{cursor}")).await.json;
        for item in page["items"].as_array().unwrap() {
            let path = format!("/v1/products/{}", item["slug"].as_str().unwrap());
            found.push(shop.get(&path).await.expect(200).json);
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

fn count(products: &[Value], list: &str) -> usize {
    products.iter().map(|product| product[list].as_array().unwrap().len()).sum()
}

async fn the_three_stores_are_imported_and_a_second_import_changes_nothing(shop: &Shop) {
    let (mut created, mut stock) = (0, 0);
    for file in stores() {
        let report = shop.import(file).await.expect(200).json;
        assert_eq!((&report["rejected"], &report["updated"]), (&json!(0), &json!(0)), "{report}");
        created += report["created"].as_i64().unwrap();
        stock += report["stock"].as_array().unwrap().len();
        assert!(report["stock"].as_array().unwrap().iter().all(|row| row["new"] == true && row["quantity"] != 0));
    }
    let first = everything(shop).await;
    let images: usize = count(&first, "photos");
    assert_eq!((created, first.len(), count(&first, "variants"), images), (60, 60, 66, 82));
    assert!(stock > 0);
    assert!(first.iter().all(|product| !product["description"].as_str().unwrap().contains("onclick")));
    assert_eq!(shop.published().await.len(), 60);
    for file in stores() {
        let report = shop.import(file).await.expect(200).json;
        let (created, updated, unchanged) = (&report["created"], &report["updated"], &report["unchanged"]);
        assert_eq!((created, updated), (&json!(0), &json!(0)), "{report}");
        assert!(unchanged.as_i64().unwrap() > 0);
        assert!(report["stock"].as_array().unwrap().iter().all(|row| row["new"] == false));
    }
    assert_eq!(everything(shop).await, first);
    assert_eq!(shop.published().await.len(), 60);
}

async fn a_bad_row_leaves_out_its_product_and_no_other(shop: &Shop) {
    shop.create(simple("Taken", "TAKEN", 100)).await;
    let file = format!(
        "{HEADER}\
         mug,Mug,,Acme,Cups,,true,,,M-1,,5,9.99,,\n\
         bad,Bad,,Bad Brand,,,true,,,B-1,,,nine,,\n\
         theft,Theft,,Thief,,,true,,,TAKEN,,,9.99,,\n\
         evil,Evil,,,,,true,,,E-1,,,9.99,javascript:alert(1),\n\
         cup,Cup,,acme,Cups,,false,,,C-1,,0,8.99,,\n"
    );
    let report = shop.import(file).await.expect(200).json;
    let counts = ["rows", "created", "updated", "rejected"].map(|name| report[name].as_i64().unwrap());
    assert_eq!(counts, [5, 2, 0, 3], "{report}");
    let errors: Vec<_> = report["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["line"].as_i64().unwrap(), error["handle"].as_str().unwrap()))
        .collect();
    assert_eq!(errors, [(3, "bad"), (4, "theft"), (5, "evil")]);
    assert!(report["errors"][1]["reason"].as_str().unwrap().contains("TAKEN"));
    assert_eq!(report["stock"], json!([{"sku": "M-1", "quantity": 5, "new": true}]));
    let brands = shop.get("/v1/brands").await.json["items"].clone();
    assert_eq!(brands.as_array().unwrap().iter().map(|brand| &brand["slug"]).collect::<Vec<_>>(), ["acme"]);
    assert_eq!(shop.get("/v1/products/mug").await.json["categories"][0]["name"], "Cups");
    shop.get("/v1/products/cup").await.expect(404);
    assert_eq!(shop.published().await.len(), 3);
}

async fn a_malformed_file_imports_nothing_and_says_where(shop: &Shop) {
    let good = format!("{HEADER}mug,Mug,,,,,true,,,M-1,,5,9.99,,\n");
    let cut = shop.import(format!("{good}cup,\"Cup,,,,\n")).await.expect(422);
    assert_eq!((cut.code(), &cut.json["line"]), ("malformed_file", &json!(3)));
    assert!(cut.json["detail"].as_str().unwrap().contains("line 3"));
    for file in ["", "a,b\n1,2\n", "Handle,Title\nx,y\n"] {
        assert_eq!(shop.import(file).await.expect(422).json["line"], 1, "{file}");
    }
    let binary = [good.as_bytes(), b"\xff\xfe,\n"].concat();
    assert_eq!(shop.import(binary).await.expect(422).json["line"], 3);
    let json = shop.staff("POST", "/v1/products/import", &[], json!({})).await;
    assert_eq!((json.status, json.code()), (415, "unsupported_media_type"));
    let long = shop.import(vec![b'x'; 33 * 1024 * 1024]).await;
    assert_eq!((long.status, long.code()), (413, "body_too_large"));
    assert_eq!(shop.get("/v1/products?count=true").await.json["total"], 0);
    assert!(shop.published().await.is_empty());
}

async fn handles_that_differ_by_case_alone_get_slugs_that_do_not(shop: &Shop) {
    let mut file = "Handle,Title,Variant SKU,Variant Price\n".to_owned();
    for number in 0..39 {
        let _ = writeln!(file, "85{number}A,Upper,85{number}A,1\n85{number}a,Lower,85{number}a,2");
    }
    let report = shop.import(file.clone()).await.expect(200).json;
    assert_eq!((&report["created"], &report["rejected"]), (&json!(78), &json!(0)), "{report}");
    let products = everything(shop).await;
    let slugs: HashSet<String> =
        products.iter().map(|product| product["slug"].as_str().unwrap().to_lowercase()).collect();
    assert_eq!(slugs.len(), 78);
    let prices: HashMap<&str, &Value> =
        products.iter().map(|product| (product["variants"][0]["sku"].as_str().unwrap(), &product["price"])).collect();
    assert_eq!((prices["850A"], prices["850a"]), (&pounds(100), &pounds(200)));
    assert_eq!(shop.import(file).await.expect(200).json["unchanged"], 78);
}

async fn a_later_file_changes_what_it_says_and_keeps_the_rest(shop: &Shop) {
    let row = |price: &str| format!("{HEADER}mug,Mug,,Acme,Cups,,true,,,M-1,,5,{price},https://img.example/m.jpg,1\n");
    shop.import(row("9.99")).await.expect(200);
    let made = shop.get("/v1/products/mug").await.json;
    shop.staff("PATCH", &id(&made), &[], json!({"slug": "best-mug"})).await.expect(200);
    let report = shop.import(row("8.99")).await.expect(200).json;
    assert_eq!((&report["updated"], &report["unchanged"]), (&json!(1), &json!(0)));
    let mug = shop.get("/v1/products/best-mug").await.expect(200).json;
    assert_eq!((&mug["price"], &mug["version"]), (&pounds(899), &json!(3)));
    assert_eq!((&mug["variants"][0]["id"], &mug["brand"]), (&made["variants"][0]["id"], &made["brand"]));
    // A product that staff made is the one of that handle.
    shop.create(simple("Cup", "C-1", 100)).await;
    let cup = "Handle,Title,Variant SKU,Variant Price\ncup,Cup,C-1,2\n";
    assert_eq!(shop.import(cup).await.expect(200).json["updated"], 1);
}

async fn many_imports_at_once_make_each_product_once(shop: &Shop) {
    let other = shop.replica();
    let mut file = HEADER.to_owned();
    for number in 0..60 {
        let _ = writeln!(file, "item-{number},Item,,Acme {},Kind,,true,,,I-{number},,1,9.99,,", number % 5);
    }
    let imports = (0..4).map(|number| {
        let shop = other.as_ref().filter(|_| number % 2 == 1).unwrap_or(shop);
        shop.import(file.clone())
    });
    let reports = futures_util::future::join_all(imports).await;
    let created: i64 = reports.into_iter().map(|report| report.expect(200).json["created"].as_i64().unwrap()).sum();
    assert_eq!(created, 60);
    assert_eq!(shop.published().await.len(), 60);
    assert_eq!(shop.get("/v1/brands?count=true").await.json["total"], 5);
}

async fn the_same_key_imports_once(shop: &Shop) {
    let send = async |file: String| shop.ask(0, importing(file).key("i-1")).await;
    let file = format!("{HEADER}mug,Mug,,,,,true,,,M-1,,5,9.99,,\n");
    let first = send(file.clone()).await.expect(200);
    let again = send(file.clone()).await.expect(200);
    assert_eq!((&first.json["created"], &again.json), (&json!(1), &first.json));
    assert_eq!(send(format!("{file}\n")).await.expect(422).code(), "idempotency_key_reused");
}

async fn more_variants_than_a_product_may_have_reject_it(shop: &Shop) {
    let mut file = HEADER.to_owned();
    for number in 0..101 {
        let name = if number == 0 { "Shirt" } else { "" };
        let option = if number == 0 { "Size" } else { "" };
        let _ = writeln!(file, "shirt,{name},,,,,,{option},{number},,,,1,,");
    }
    let report = shop.import(file).await.expect(200).json;
    assert_eq!(report["rejected"], 1);
    assert!(report["errors"][0]["reason"].as_str().unwrap().contains("at most 100"), "{report}");
}

stories![
    the_three_stores_are_imported_and_a_second_import_changes_nothing,
    a_bad_row_leaves_out_its_product_and_no_other,
    a_malformed_file_imports_nothing_and_says_where,
    handles_that_differ_by_case_alone_get_slugs_that_do_not,
    a_later_file_changes_what_it_says_and_keeps_the_rest,
    many_imports_at_once_make_each_product_once,
    the_same_key_imports_once,
    more_variants_than_a_product_may_have_reject_it,
];
