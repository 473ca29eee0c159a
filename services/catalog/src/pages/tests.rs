//! What is kept and for how long, on a clock that the tests move.

use super::*;
use bodega_kernel::ManualClock;
use futures_util::future::join_all;
use std::{convert::Infallible, io::Read as _};

const TEAPOT: Uuid = Uuid::from_u128(1);
const MUG: Uuid = Uuid::from_u128(2);
const KITCHEN: Uuid = Uuid::from_u128(3);

fn world() -> (World, ManualClock) {
    let clock = ManualClock::at(Time::from_ms(5_000));
    (World::simulated(1, clock.clone()), clock)
}

fn page(text: &str) -> Page {
    Page::new(HeaderValue::from_static("\"1\""), text.to_owned())
}

fn made(text: &str, rests_on: RestsOn) -> Made {
    Made { page: page(text), rests_on: Some(rests_on) }
}

async fn keep(pages: &Pages, world: &World, name: &str, rests_on: RestsOn) {
    pages.get_or_make(name, world, async || Ok::<_, Infallible>(made(name, rests_on))).await.unwrap();
}

#[tokio::test]
async fn a_change_drops_what_rests_on_it_and_nothing_else() {
    let (pages, (world, _)) = (Pages::new(true), world());
    let all = [
        ("teapot", RestsOn::Product(TEAPOT)),
        ("mug", RestsOn::Product(MUG)),
        ("kitchen", RestsOn::Group(KITCHEN)),
        ("newest", RestsOn::Products),
        ("found", RestsOn::Index),
        ("shop", RestsOn::Shop),
    ];
    for (changed, left) in [
        (Changed::Nothing, &["teapot", "mug", "kitchen", "newest", "found", "shop"][..]),
        (Changed::Products(vec![TEAPOT]), &["mug", "kitchen", "found", "shop"]),
        (Changed::Products(vec![MUG, KITCHEN]), &["teapot", "found", "shop"]),
        (Changed::Index, &["teapot", "mug", "kitchen", "newest", "shop"]),
        (Changed::Everything, &[]),
    ] {
        for (name, rests_on) in all {
            keep(&pages, &world, name, rests_on).await;
        }
        pages.changed(&changed);
        let there = all.iter().map(|(name, _)| *name).filter(|name| pages.get(name, &world).is_some());
        assert_eq!(there.collect::<Vec<_>>(), left, "{changed:?}");
    }
}

#[tokio::test]
async fn what_was_read_before_a_change_is_not_kept_after_it() {
    let (pages, (world, _)) = (Pages::new(true), world());
    let read = pages.get_or_make("teapot", &world, async || {
        pages.changed(&Changed::Products(vec![TEAPOT]));
        Ok::<_, Infallible>(made("old", RestsOn::Product(TEAPOT)))
    });
    assert_eq!(read.await.unwrap().body, "old");
    assert!(pages.get("teapot", &world).is_none());
}

#[tokio::test]
async fn only_where_others_change_things_an_answer_grows_old() {
    let ((world, clock), alone, beside) = (world(), Pages::new(true), Pages::new(false));
    for pages in [&alone, &beside] {
        keep(pages, &world, "teapot", RestsOn::Product(TEAPOT)).await;
    }
    clock.advance(Duration::from_millis(999));
    assert!(alone.get("teapot", &world).is_some() && beside.get("teapot", &world).is_some());
    clock.advance(Duration::from_millis(1));
    assert!(alone.get("teapot", &world).is_some() && beside.get("teapot", &world).is_none());
}

#[tokio::test]
async fn one_makes_it_while_all_others_wait() {
    let (pages, (world, _), count) = (Pages::new(true), world(), AtomicU64::new(0));
    let (pages, world, count) = (&pages, &world, &count);
    let ask = || {
        pages.get_or_make("teapot", world, async || {
            let number = count.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(5)).await;
            // Prices change all the time: that must not make everybody read for themselves.
            pages.changed(&Changed::Products(vec![TEAPOT]));
            Ok::<_, Infallible>(made(&number.to_string(), RestsOn::Product(TEAPOT)))
        })
    };
    join_all((0..100).map(|_| ask())).await;
    assert_eq!(count.load(Ordering::SeqCst), 1);
    let after = ask().await.unwrap();
    assert_eq!(after.body, "1", "whoever comes after a change sees it");
}

#[tokio::test]
async fn whoever_goes_away_while_making_it_leaves_the_desk() {
    let (pages, (world, _)) = (Pages::new(true), world());
    let never = pages.get_or_make("teapot", &world, async || {
        tokio::time::sleep(Duration::from_hours(1)).await;
        Ok::<_, Infallible>(made("never", RestsOn::Shop))
    });
    assert!(tokio::time::timeout(Duration::from_millis(5), never).await.is_err());
    keep(&pages, &world, "teapot", RestsOn::Shop).await;
    assert!(pages.get("teapot", &world).is_some());
}

#[tokio::test]
async fn what_is_kept_is_bounded() {
    let (pages, (world, _)) = (Pages::new(true), world());
    for number in 0..100 {
        let large = "x".repeat(MAX_BYTES as usize / 10);
        let name = number.to_string();
        pages.get_or_make(&name, &world, async || Ok::<_, Infallible>(made(&large, RestsOn::Shop))).await.unwrap();
        pages.kept.run_pending_tasks();
        assert!(pages.kept.weighted_size() <= MAX_BYTES);
    }
}

#[tokio::test]
async fn a_packed_answer_is_the_same_and_packed_once() {
    let (pages, (world, _)) = (Pages::new(true), world());
    let text = "teapot ".repeat(1_000);
    let plain = pages
        .get_or_make("teapot", &world, async || Ok::<_, Infallible>(made(&text, RestsOn::Product(TEAPOT))))
        .await
        .unwrap();
    let packed = pages.packed("teapot", plain);
    let bytes = packed.packed.clone().unwrap();
    let mut read = String::new();
    flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut read).unwrap();
    assert_eq!((read.as_str(), &*packed.body), (&*text, text.as_bytes()));
    assert!(bytes.len() < text.len() / 10);
    assert!(Arc::ptr_eq(&packed, &pages.get("teapot", &world).unwrap()));
    pages.changed(&Changed::Products(vec![TEAPOT]));
    assert!(pages.get("teapot", &world).is_none(), "packing makes nothing younger");
}
