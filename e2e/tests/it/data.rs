//! Real input: product files and a week of a real shop's invoices.

use bodega::{
    replay::{Sale, dataset, sell},
    verify::Strictness,
};
use bodega_e2e::TestShop;
use bodega_testkit::backends;
use std::path::PathBuf;

/// The folder with real files, where there is one.
fn data() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let given = std::env::var_os("BODEGA_DATA").map(PathBuf::from);
    given.into_iter().chain([beside]).find(|folder| folder.join("online-retail").exists())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_shops_week_is_sold_again_to_the_penny() {
    let sample = std::env::temp_dir().join(format!("bodega-sample-{}", std::process::id()));
    let folder = data().map_or_else(|| sample.clone(), |data| data.join("online-retail"));
    if folder == sample {
        std::fs::create_dir_all(&sample).unwrap();
        dataset::write_sample(&sample, 7).unwrap();
    }
    let set = dataset::read(&folder).unwrap();
    let totals = set.totals();
    for backend in backends() {
        let shop = TestShop::start(backend).await.unwrap();
        let sale = Sale { data: &set, shoppers: 16, quiet: true };
        let first = sell(&shop.staff, &sale).await.unwrap();
        assert_eq!(
            (first.orders, first.confirmed, first.units),
            (set.invoices.len(), set.invoices.len(), totals.units)
        );
        assert_eq!(first.revenue, format!("{}.{:02}", totals.revenue / 100, totals.revenue % 100));
        if data().is_some() {
            assert_eq!((first.orders, first.revenue.as_str(), first.with_ten_left), (727, "383172.71", 2_362));
        }
        shop.prove().await.unwrap();
        println!("{backend:?}: {:.0} orders/s", first.orders_per_s);

        let second = sell(&shop.staff, &sale).await.unwrap();
        assert_eq!((second.orders, second.units, &second.revenue), (first.orders, first.units, &first.revenue));
        assert_eq!(second.with_ten_left, first.with_ten_left, "a second replay adds nothing");
        let report = shop.prove().await.unwrap();
        assert!(report.ok, "{:?}", Strictness::Strict);
    }
    // Only there where it was made.
    let _ = std::fs::remove_dir_all(sample);
}
