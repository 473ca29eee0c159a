//! The process is ended at named places and at random ones, with shoppers and staff at work: nothing promised is lost.

mod crowd;
mod memory;
mod place;

use bodega_testkit::{Backend, backends};
use place::Place;
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::time::{Duration, Instant};

/// How long it may take until a place is reached.
const REACHED: Duration = Duration::from_secs(30);
/// Power cuts of a run.
const CUTS: usize = 25;

/// Every place around a commit and a delivery of a service.
fn around(service: &str) -> [String; 4] {
    ["commit.before", "commit.after", "deliver.before", "deliver.after"].map(|place| format!("{service}.{place}"))
}

/// Every place of these services.
fn places(services: &[&str]) -> Vec<String> {
    services.iter().flat_map(|service| around(service)).collect()
}

/// When the shop may come to rest, to be asked for all that was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    AfterEach,
    AtTheEnd,
}

/// Ends the process at each of these places in turn, after so many that were passed, and asks for all that was promised.
async fn crash_at(backend: Backend, places: &[String], asked: Asked) {
    let place = Place::open(backend).await;
    for (number, failpoint) in places.iter().enumerate() {
        let mut process = place.start(&format!("{failpoint}={}*off->return", 15 + 4 * number));
        let crowd = place.crowd_in(&process);
        let started = Instant::now();
        while !process.has_ended().unwrap() {
            assert!(started.elapsed() < REACHED, "{failpoint} was never reached");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        crowd.over().await;
        if asked == Asked::AfterEach {
            place.prove(failpoint).await;
        }
    }
    if place.be_busy(5 * places.len()).await || asked == Asked::AtTheEnd {
        place.prove("crashes").await;
    }
    place.prove_checkouts();
}

async fn cut_power(backend: Backend, cuts: usize, seed: u64) {
    let place = Place::open(backend).await;
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..cuts {
        let mut process = place.start("");
        let crowd = place.crowd_in(&process);
        tokio::time::sleep(Duration::from_millis(random.random_range(50..600))).await;
        process.kill().unwrap();
        crowd.over().await;
    }
    place.be_busy(cuts).await;
    place.prove("power cuts").await;
    place.prove_checkouts();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_around_goods_and_carts_loses_nothing_that_was_promised() {
    crash_at(Backend::Sqlite, &places(&["catalog", "cart"]), Asked::AfterEach).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_around_stock_and_orders_loses_nothing_that_was_promised() {
    crash_at(Backend::Sqlite, &places(&["inventory", "orders"]), Asked::AfterEach).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_around_money_and_its_provider_loses_nothing_that_was_promised() {
    let mut places = places(&["payments"]);
    places.extend(["payments.call.before", "payments.call.after"].map(str::to_owned));
    crash_at(Backend::Sqlite, &places, Asked::AfterEach).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_around_codes_and_points_loses_nothing_that_was_promised() {
    crash_at(Backend::Sqlite, &places(&["coupons", "rewards"]), Asked::AfterEach).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_around_parcels_and_mails_loses_nothing_that_was_promised() {
    crash_at(Backend::Sqlite, &places(&["shipping", "notifications"]), Asked::AfterEach).await;
}

/// One place of each service, all in the long run. Other processes may be at work on a server's database, so calls that one
/// of them made are left alone for half a minute: the shop comes to rest once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_beside_a_database_server_loses_nothing_that_was_promised() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let services =
        ["catalog", "cart", "inventory", "orders", "payments", "coupons", "rewards", "shipping", "notifications"];
    let mut all = places(&services);
    if std::env::var_os("BODEGA_TEST_FULL").is_none() {
        let of = |(number, service): (usize, &&str)| around(service)[number % 4].clone();
        all = services.iter().enumerate().map(of).collect();
    }
    all.push("payments.call.after".to_owned());
    crash_at(Backend::Postgres, &all, Asked::AtTheEnd).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_five_power_cuts_lose_nothing_that_was_promised() {
    cut_power(Backend::Sqlite, CUTS, 50).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_five_other_power_cuts_lose_nothing_that_was_promised() {
    cut_power(Backend::Sqlite, CUTS, 51).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn power_cuts_beside_a_database_server_lose_nothing_that_was_promised() {
    if backends().contains(&Backend::Postgres) {
        cut_power(Backend::Postgres, CUTS / 3, 52).await;
    }
}
