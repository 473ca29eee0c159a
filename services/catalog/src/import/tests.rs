//! The three published development stores (or as dirty a sample made here), malformed files, and any bytes at all.

use super::*;
use proptest::prelude::*;
use std::{collections::BTreeSet, env, fmt::Write as _, fs, path::PathBuf};

const HEADER: &str = "Handle,Title,Body (HTML),Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,\
    Variant SKU,Variant Price,Variant Compare At Price,Variant Grams,Variant Inventory Qty,\
    Variant Requires Shipping,Gift Card,Tags,Vendor,Image Src,Image Position,Image Alt Text\n";
const URL: &str = "https://shop.example/1.jpg";

fn gbp(text: &str) -> Result<Import, ImportError> {
    read(text.as_bytes(), Currency::GBP)
}

/// A file of rows `handle,title,option,value,sku,price,image`.
fn file(rows: &[[&str; 7]]) -> String {
    rows.iter().fold(HEADER.to_owned(), |mut file, [handle, title, option, value, sku, price, image]| {
        let _ = writeln!(file, "{handle},{title},,,{option},{value},,,{sku},{price},,,,,,,,{image},,");
        file
    })
}

fn rejections(text: &str) -> Vec<(u64, String)> {
    gbp(text).unwrap().rejected.into_iter().map(|rejection| (rejection.line, rejection.reason)).collect()
}

/// The published files where they are at hand, else a sample with the same numbers.
fn stores() -> Vec<Vec<u8>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let data = env::var_os("BODEGA_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from).join("shopify-csv");
    match fs::read_dir(data) {
        Ok(files) => files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect(),
        Err(_) => (0..3).map(|store| sample(store).into_bytes()).collect(),
    }
}

/// Twenty products, all the dirt of the real exports: no SKU, empty fields, quotes and lines in bodies, bare images.
fn sample(store: usize) -> String {
    let mut file = HEADER.to_owned();
    for item in 0..20 {
        let (handle, body) = (format!("item-{store}-{item}"), "\"<ul>\n<li>Length, 12\"\"</li>\n</ul>\"");
        let (option, value) = if item < 2 { ("Size", "Small") } else { ("Title", "Default Title") };
        let _ = writeln!(
            file,
            "{handle}, Item {item} ,{body},true,{option},{value},,,,9.99,12,0,1,true,false,\"Gold, Gem\",,{URL},1,"
        );
        if item < 2 {
            let image = if store < 2 { URL } else { "" };
            let _ = writeln!(file, "{handle},,,,,Large,,,,15.99,,0,0,true,,,,{image},,");
        }
        if item < 6 {
            let _ = writeln!(file, "{handle},,,,,,,,,,,,,,,,,{URL},2,");
        }
    }
    file
}

#[test]
fn the_published_stores_give_60_products_66_variants_and_82_images() {
    let imports: Vec<Import> = stores().iter().map(|file| read(&file[..], Currency::USD).unwrap()).collect();
    assert!(imports.iter().all(|import| import.rejected.is_empty()), "{imports:?}");
    assert_eq!(imports.iter().map(|import| import.rows).sum::<u64>(), 84);

    let products: Vec<&ImportedProduct> = imports.iter().flat_map(|import| &import.products).collect();
    let variants: Vec<&ImportedVariant> = products.iter().flat_map(|product| &product.variants).collect();
    assert_eq!(products.len(), 60);
    assert_eq!(variants.len(), 66);
    assert_eq!(products.iter().map(|product| product.images.len()).sum::<usize>(), 82);
    assert_eq!(variants.iter().map(|variant| &variant.sku).collect::<BTreeSet<_>>().len(), 66);
    assert!(variants.iter().all(|variant| variant.stocked && variant.price > 0 && variant.quantity.is_some()));
    assert!(products.iter().all(|product| product.active && product.title.trim() == product.title));
}

#[test]
fn a_variant_without_a_sku_gets_the_handle_and_its_options() {
    let text = file(&[
        ["top", "Top", "Size", "Small", "", "60", URL],
        ["top", "", "", "Large", "", "60", ""],
        ["pot", "Pot", "Title", "Default Title", "", "9.99", ""],
        ["cup", "Cup", "", "", "CUP-1", "3", ""],
    ]);
    let products = gbp(&text).unwrap().products;
    let skus = products.iter().flat_map(|product| &product.variants).map(|variant| variant.sku.as_str());
    assert_eq!(skus.collect::<Vec<_>>(), ["top-Small", "top-Large", "pot", "CUP-1"]);
    assert_eq!(products[0].options, ["Size"]);
    assert_eq!(products[0].variants[1].options, [("Size".to_owned(), "Large".to_owned())]);
    assert!(products[1].options.is_empty() && products[1].variants[0].options.is_empty());
}

#[test]
fn every_field_of_a_row_is_read() {
    let row = "mug,Mug,<b>Hot</b>,false,Title,Default Title,,,M-1,9.90,12,28.4,-3,true,,\"a, b,a,\",Acme,\
        https://shop.example/m.jpg,,A mug\n";
    let import = gbp(&format!("{HEADER}{row}")).unwrap();
    let product = &import.products[0];
    assert_eq!((product.brand.as_deref(), &product.category, product.active), (Some("Acme"), &None, false));
    assert_eq!((product.tags.join("|"), &*product.body_html), ("a|b".to_owned(), "<b>Hot</b>"));
    let variant = &product.variants[0];
    assert_eq!((variant.price, variant.compare_at, variant.grams, variant.quantity), (990, Some(1200), 28, Some(0)));
    assert_eq!((&*product.images[0].alt, product.images[0].position), ("A mug", 1));
}

#[test]
fn gift_cards_and_what_needs_no_shipping_are_not_stocked() {
    let card = "card,Card,,,,,,,,10,,,,true,true,,,,,\n";
    let download = "song,Song,,,,,,,,10,,,,false,,,,,,\n";
    let products = gbp(&format!("{HEADER}{card}{download}")).unwrap().products;
    assert!(products.iter().all(|product| !product.variants[0].stocked));
}

#[test]
fn a_product_with_one_bad_row_is_left_out_whole_and_reported_with_the_line() {
    let text = file(&[
        ["top", "Top", "Size", "Small", "", "60", ""],
        ["top", "", "", "Large", "", "sixty", ""],
        ["pot", "Pot", "", "", "", "9.99", ""],
    ]);
    let import = gbp(&text).unwrap();
    assert_eq!(import.rejected.len(), 1);
    assert_eq!((import.rejected[0].line, &*import.rejected[0].handle), (3, "top"));
    assert!(import.rejected[0].reason.contains("`sixty` is no amount of GBP"), "{}", import.rejected[0].reason);
    assert_eq!((import.products.len(), &*import.products[0].handle, import.rows), (1, "pot", 3));
}

#[test]
fn each_kind_of_bad_row_says_what_is_wrong() {
    let cases: [(&[[&str; 7]], u64, &str); 10] = [
        (&[["", "Top", "", "", "", "1", ""]], 2, "a handle has"),
        (&[["a/b", "Top", "", "", "", "1", ""]], 2, "a handle has"),
        (&[["top", "", "", "", "", "1", ""]], 2, "a title has"),
        (&[["top", "Top", "", "", "", "", ""]], 2, "the price ``"),
        (&[["top", "Top", "", "", "", "1.999", ""]], 2, "is no amount"),
        (&[["top", "Top", "Size", "", "", "1", ""]], 2, "`Size` has no value"),
        (&[["top", "Top", "", "Small", "", "1", ""]], 2, "no name"),
        (&[["top", "Top", "", "", "", "1", "javascript:x"]], 2, "no http address"),
        (&[["top", "Top", "Size", "S", "A", "1", ""], ["top", "", "", "S", "B", "1", ""]], 3, "the same options"),
        (&[["top", "Top", "Size", "S", "A", "1", ""], ["top", "", "", "L", "A", "1", ""]], 3, "the SKU `A`"),
    ];
    for (rows, line, words) in cases {
        let found = rejections(&file(rows));
        assert!(matches!(&found[..], [(at, reason)] if *at == line && reason.contains(words)), "{words}: {found:?}");
    }
    let long = "x".repeat(65);
    assert!(rejections(&file(&[["top", "Top", "", "", &long, "1", ""]]))[0].1.contains("no SKU"));
}

#[test]
fn a_sku_or_handle_used_twice_rejects_the_later_product_and_case_matters() {
    let text = file(&[
        ["one", "One", "", "", "A1", "1", ""],
        ["two", "Two", "", "", "a1", "1", ""],
        ["six", "Six", "", "", "A1", "1", ""],
        ["one", "One again", "", "", "B1", "1", ""],
    ]);
    let import = gbp(&text).unwrap();
    assert_eq!(import.products.iter().map(|product| &*product.handle).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(import.rejected.iter().map(|rejection| rejection.line).collect::<Vec<_>>(), [4, 5]);
}

#[test]
fn lines_are_counted_past_blank_lines_windows_line_ends_and_quoted_breaks() {
    let good = "one,One,\"a\nb\nc\",,,,,,,1,,,,,,,,,,\n";
    let bad = "two,Two,\"a\nb\",,,,,,,x,,,,,,,,,,\n";
    let text = format!("{HEADER}{good}\n\n{bad}");
    assert_eq!(rejections(&text)[0].0, 7);
    assert_eq!(rejections(&text.replace('\n', "\r\n"))[0].0, 7);
    let marked = format!("\u{feff}{text}");
    assert_eq!(gbp(&marked).unwrap(), gbp(&text.replace('\n', "\r\n")).unwrap());
}

#[test]
fn a_row_cut_short_rejects_its_product() {
    let text = file(&[["one", "One", "", "", "", "1", ""], ["two", "Two", "", "", "", "1", ""]]);
    let import = gbp(&text[..text.len() - 8]).unwrap();
    assert_eq!(import.products.len(), 1);
    assert!(import.rejected[0].reason.contains("fields where the header has 20"), "{:?}", import.rejected);
}

#[test]
fn a_file_cut_inside_quotes_imports_nothing() {
    let good = "one,One,\"a \"\"b\"\"\nc\",,,,,,,1,,,,,,,,,,\n";
    let cut = |body: &str| gbp(&format!("{HEADER}{good}two,Two,{body}"));
    for open in ["\"", "\"a", "\"a\n", "\"a,\n1", "\"a \"\"", "\"a \"\"b\"\"\nc"] {
        assert!(matches!(cut(open), Err(ImportError::CutInQuotes { line: 4 })), "{open}");
    }
    for closed in ["", "a", "\"a\"", "\"a \"\"b\"\"\"", "a \"b"] {
        let import = cut(closed).unwrap();
        assert_eq!((import.products.len(), import.rejected.len()), (1, 1), "{closed}");
    }
    assert!(matches!(gbp("\""), Err(ImportError::CutInQuotes { line: 1 })));
}

#[test]
fn a_file_that_is_no_table_imports_nothing_and_says_where() {
    assert!(matches!(gbp(""), Err(ImportError::Empty)));
    assert!(matches!(gbp("\n\n"), Err(ImportError::Empty)));
    assert!(matches!(gbp("Handle,Title\na,A\n"), Err(ImportError::MissingColumn { column: "Variant Price" })));

    let good = file(&[["one", "One", "", "", "", "1", ""]]);
    let with = |tail: &[u8]| read(&[good.as_bytes(), tail].concat()[..], Currency::GBP);
    assert!(matches!(with(b"two,\xff,\n"), Err(ImportError::NotText { line: 3 })));
    assert!(matches!(with(b"two,\0,\n"), Err(ImportError::NotText { .. })));
    let long = [b"two,".as_slice(), &vec![b'x'; 2 * 1024 * 1024], b"\n"].concat();
    assert!(matches!(with(&long), Err(ImportError::RowTooLong { line: 3 })));
    let endless = [b"two,\"".as_slice(), &b"x\n".repeat(1024 * 1024)].concat();
    assert!(matches!(with(&endless), Err(ImportError::RowTooLong { line: 3 })));
}

#[test]
fn a_long_file_of_short_rows_is_read_to_its_end() {
    let names: Vec<String> = (0..20_000).map(|number| format!("item-{number}")).collect();
    let rows: Vec<[&str; 7]> = names.iter().map(|name| [&**name, "Item", "", "", "", "1", URL]).collect();
    let import = gbp(&file(&rows)).unwrap();
    assert_eq!((import.products.len(), import.rejected.len()), (20_000, 0));
}

proptest! {
    #[test]
    fn no_bytes_panic(tail in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&tail[..], Currency::GBP);
        let _ = read(&[HEADER.as_bytes(), &tail].concat()[..], Currency::GBP);
    }

    #[test]
    fn no_text_like_a_table_panics(tail in "[a,\"\r\n1.\u{e9}]{0,200}") {
        if let Ok(import) = gbp(&format!("{HEADER}{tail}")) {
            let fields: usize = import.products.iter().map(|product| product.variants.len()).sum();
            prop_assert!(fields as u64 <= import.rows);
        }
    }
}
