//! Real input: product files and a week of a real shop's invoices.

use bodega::{
    replay::{Outcome, Prices, Sale, dataset, sell},
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

/// Sells everything on every database, twice, and says what the first sale came to.
async fn sold_twice(prices: Prices, name: &str, check: impl Fn(&dataset::Dataset, &Outcome, bool)) {
    let sample = std::env::temp_dir().join(format!("bodega-{name}-{}", std::process::id()));
    let folder = data().map_or_else(|| sample.clone(), |data| data.join("online-retail"));
    if folder == sample {
        std::fs::create_dir_all(&sample).unwrap();
        dataset::write_sample(&sample, 7).unwrap();
    }
    let set = dataset::read(&folder).unwrap();
    for backend in backends() {
        let shop = TestShop::start(backend).await.unwrap();
        let sale = Sale { data: &set, shoppers: 16, prices, quiet: true };
        let first = sell(&shop.staff, &sale).await.unwrap();
        check(&set, &first, folder != sample);
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

fn decimal(pence: i64) -> String {
    format!("{}.{:02}", pence / 100, pence % 100)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_shops_week_is_sold_again_to_the_penny() {
    sold_twice(Prices::Shop, "sample", |set, first, real| {
        let totals = set.totals();
        let all = (set.invoices.len(), set.invoices.len(), totals.units);
        assert_eq!((first.orders, first.confirmed, first.units), all);
        assert_eq!(first.revenue, decimal(totals.revenue));
        if real {
            assert_eq!((first.orders, first.revenue.as_str(), first.with_ten_left), (727, "383172.71", 2_362));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_shops_week_is_placed_by_staff_at_the_prices_of_its_invoices() {
    sold_twice(Prices::Invoice, "exact", |set, first, real| {
        let totals = set.totals();
        let all = (set.invoices.len(), set.invoices.len(), totals.units);
        assert_eq!((first.orders, first.confirmed, first.units), all);
        assert_eq!(first.revenue, decimal(totals.invoiced));
        if real {
            assert_eq!((first.orders, first.revenue.as_str(), first.with_ten_left), (727, "385266.47", 2_362));
        }
    })
    .await;
}
