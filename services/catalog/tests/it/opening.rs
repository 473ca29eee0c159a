//! The stock that an import brings: told with the variant it belongs to, and never for one that was there before.

use crate::setup::{Shop, importing, simple};
use bodega_contracts::catalog::ProductStocked;
use bodega_testkit::stories;
use serde_json::json;

stories!(
    the_stock_of_new_variants_is_told_once,
    what_is_rejected_or_has_none_brings_no_stock,
    many_imports_at_once_tell_the_stock_once,
);

const HEADER: &str =
    "Handle,Title,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price\n";

/// SKUs and pieces in the order they were told.
async fn told(shop: &Shop) -> Vec<(String, i64)> {
    let stocked = shop.told::<ProductStocked>().await.into_iter();
    stocked.flat_map(|stocked| stocked.opening).map(|line| (line.sku.to_string(), line.quantity)).collect()
}

fn stock(lines: &[(&str, i64)]) -> Vec<(String, i64)> {
    lines.iter().map(|(sku, pieces)| ((*sku).to_owned(), *pieces)).collect()
}

async fn the_stock_of_new_variants_is_told_once(shop: &Shop) {
    let small = |pieces: i64| format!("{HEADER}mug,Mug,true,Size,Small,M-S,{pieces},9.99\n");
    shop.import(small(5)).await.expect(200);
    assert_eq!(told(shop).await, stock(&[("M-S", 5)]));
    // An older number of what was sold since, and a variant that is new.
    shop.import(format!("{}mug,,,,Large,M-L,7,12.99\n", small(50))).await.expect(200);
    assert_eq!(told(shop).await, stock(&[("M-S", 5), ("M-L", 7)]));
    shop.import(small(3)).await.expect(200);
    assert_eq!(told(shop).await.len(), 2);
}

async fn what_is_rejected_or_has_none_brings_no_stock(shop: &Shop) {
    shop.create(simple("Taken", "TAKEN", 100)).await;
    let file = format!(
        "{HEADER}none,None,true,,,N-1,0,1\n\
         owed,Owed,true,,,O-1,-3,1\n\
         unsaid,Unsaid,true,,,U-1,,1\n\
         theft,Theft,true,,,TAKEN,4,1\n\
         heap,Heap,true,,,H-1,1000000001,1\n\
         most,Most,true,,,H-2,1000000000,1\n"
    );
    let report = shop.import(file).await.expect(200).json;
    assert_eq!((&report["created"], &report["rejected"]), (&json!(4), &json!(2)), "{report}");
    assert_eq!(told(shop).await, stock(&[("H-2", 1_000_000_000)]));
    assert_eq!(report["stock"], json!([{"sku": "H-2", "quantity": 1_000_000_000, "new": true}]));
}

async fn many_imports_at_once_tell_the_stock_once(shop: &Shop) {
    let rows: Vec<_> = (0..60).map(|number| format!("item-{number},Item,true,,,I-{number:02},5,9.99\n")).collect();
    let rows = rows.concat();
    let imports = (0..4).map(|number| shop.ask(number, importing(format!("{HEADER}{rows}"))));
    for report in futures_util::future::join_all(imports).await {
        report.expect(200);
    }
    let mut told = told(shop).await;
    told.sort();
    assert_eq!(told.len(), 60);
    told.dedup_by(|one, other| one.0 == other.0);
    assert!(told.len() == 60 && told.iter().all(|(_, pieces)| *pieces == 5), "{told:?}");
}
