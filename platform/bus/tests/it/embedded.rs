//! Direct hand-over, catching up, and listeners that fail.

use crate::setup::{Tower, behind_s, heard, ring, ring_in_threes, source, until};
use bodega_bus::{Noting, embedded::Embedded, resend};
use bodega_db::events_after;
use bodega_kernel::{PageLimit, Time};
use bodega_testkit::{Backend, backends};
use futures_util::future::join_all;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

fn switch() -> Arc<AtomicBool> {
    Arc::default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_listener_hears_every_ring_once() {
    for backend in backends() {
        let tower = Tower::new(backend);
        let bell = tower.bell().await;
        let (one, two) = (tower.listener("one", &switch()).await, tower.listener("two", &switch()).await);
        let bus = Embedded::start(&[source(&bell)], &[one.clone(), two.clone()]);
        ring(&bell, 0..500).await;
        until(async || bus.backlog() == 0).await;
        assert_eq!(heard(&one, one.db()).await, (500, 500));
        assert_eq!(heard(&two, two.db()).await, (500, 500));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_that_cannot_for_a_while_stops_nobody_and_catches_up() {
    for backend in backends() {
        let tower = Tower::new(backend);
        let bell = tower.bell().await;
        let broken = switch();
        let (one, two) = (tower.listener("one", &broken).await, tower.listener("two", &switch()).await);
        broken.store(true, Ordering::SeqCst);
        let bus = Embedded::start(&[source(&bell)], &[one.clone(), two.clone()]);
        // More commits than a feed holds, so that the rest has to be read from what is stored.
        ring(&bell, 0..1_500).await;
        until(async || heard(&two, two.db()).await == (1_500, 1_500)).await;
        assert_eq!(heard(&one, one.db()).await, (0, 0));
        broken.store(false, Ordering::SeqCst);
        until(async || bus.backlog() == 0).await;
        assert_eq!(heard(&one, one.db()).await, (1_500, 1_500));
        assert!(
            one.dead_letters(None, PageLimit::default()).await.unwrap().is_empty(),
            "what passes is no dead letter"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_passed_over_where_a_feed_was_full_for_a_while() {
    for backend in backends() {
        let tower = Tower::new(backend);
        let bell = tower.bell().await;
        let broken = switch();
        let one = tower.listener("one", &broken).await;
        broken.store(true, Ordering::SeqCst);
        let bus = Embedded::start(&[source(&bell)], std::slice::from_ref(&one));
        // Commits of three, so that the end of a full feed lies in the middle of a delivery.
        let mut rung = 1_500;
        ring_in_threes(&bell, 0..rung).await;
        broken.store(false, Ordering::SeqCst);
        // While it works that off there is room in the feed again, for rings that do not follow those before them.
        let mut beside = 0;
        while beside < 30 {
            ring_in_threes(&bell, rung..rung + 20).await;
            rung += 20;
            beside += i64::from(heard(&one, one.db()).await.0 > 0);
        }
        until(async || bus.backlog() == 0).await;
        assert_eq!(heard(&one, one.db()).await, (rung * 3, rung * 3));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ring_that_nobody_can_hear_is_put_aside_alone() {
    for backend in backends() {
        let tower = Tower::new(backend);
        let bell = tower.bell().await;
        let one = tower.listener("one", &switch()).await;
        let bus = Embedded::start(&[source(&bell)], std::slice::from_ref(&one));
        ring(&bell, -1..100).await;
        until(async || bus.backlog() == 0).await;
        assert_eq!(heard(&one, one.db()).await, (100, 100));
        let dead = one.dead_letters(None, PageLimit::default()).await.unwrap();
        assert_eq!(dead.len(), 1);
        assert!(dead[0].error.contains("backwards"), "{}", dead[0].error);
        assert!(one.replay(dead[0].id).await.is_err(), "it still cannot be handled");
        assert_eq!(one.dead_letters(None, PageLimit::default()).await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_rung_while_nobody_listened_is_heard_later() {
    for backend in backends() {
        let tower = Tower::new(backend);
        let bell = tower.bell().await;
        ring(&bell, 0..700).await;
        let one = tower.listener("one", &switch()).await;
        let bus = Embedded::start(&[source(&bell)], std::slice::from_ref(&one));
        until(async || heard(&one, one.db()).await == (700, 700)).await;
        ring(&bell, 700..710).await;
        until(async || bus.backlog() == 0).await;
        assert_eq!(heard(&one, one.db()).await, (710, 710));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resending_hands_stored_rings_over_again() {
    for backend in backends() {
        let tower = Tower::new(backend);
        let bell = tower.bell().await;
        let one = tower.listener("one", &switch()).await;
        ring(&bell, 0..600).await;
        assert_eq!(resend(&bell, &one, Time::from_ms(0)).await.unwrap(), 600);
        assert_eq!(resend(&bell, &one, tower.world.now().plus(std::time::Duration::from_hours(1))).await.unwrap(), 0);
        assert_eq!(heard(&one, one.db()).await, (600, 600));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_is_behind_by_the_age_of_the_oldest_ring_it_has_not_handled() {
    for backend in backends() {
        let (tower, clock) = Tower::with_clock(backend);
        let bell = tower.bell().await;
        let broken = switch();
        let (one, two) = (tower.listener("one", &broken).await, tower.listener("two", &switch()).await);
        assert_eq!(
            (behind_s(&one), one.behind("clock")),
            (0, None),
            "nothing brings rings yet, and no clock is followed"
        );
        let bus = Embedded::start(&[source(&bell)], &[one.clone(), two.clone()]);
        until(async || bus.backlog() == 0).await;
        clock.advance(Duration::from_hours(3));
        assert_eq!(behind_s(&one), 0, "a quiet bell leaves nobody behind");
        broken.store(true, Ordering::SeqCst);
        ring(&bell, 0..1).await;
        clock.advance(Duration::from_secs(40));
        ring(&bell, 1..5).await;
        clock.advance(Duration::from_secs(21));
        until(async || behind_s(&two) == 0).await;
        assert_eq!(behind_s(&one), 61);
        broken.store(false, Ordering::SeqCst);
        until(async || behind_s(&one) == 0).await;
        assert_eq!(heard(&one, one.db()).await, (5, 5));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_that_starts_is_behind_by_what_was_rung_before() {
    for backend in backends() {
        let (tower, clock) = Tower::with_clock(backend);
        let bell = tower.bell().await;
        ring(&bell, 0..700).await;
        clock.advance(Duration::from_mins(10));
        let broken = switch();
        let one = tower.listener("one", &broken).await;
        broken.store(true, Ordering::SeqCst);
        let _bus = Embedded::start(&[source(&bell)], std::slice::from_ref(&one));
        until(async || behind_s(&one) == 600).await;
        broken.store(false, Ordering::SeqCst);
        until(async || behind_s(&one) == 0).await;
        assert_eq!(heard(&one, one.db()).await, (700, 700));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_that_read_the_same_rings_hear_each_once() {
    for backend in backends().into_iter().filter(|backend| *backend == Backend::Postgres) {
        let tower = Tower::new(backend);
        let bell = tower.bell().await;
        let (stopping, starting) = (tower.listener("one", &switch()).await, tower.listener("one", &switch()).await);
        assert_eq!(join_all([&stopping, &starting].map(|one| one.cursor("bell"))).await.len(), 2);
        for round in 0..40 {
            ring(&bell, round * 20..round * 20 + 20).await;
            let stored = bell.write(async move |tx| events_after(tx, round * 20, 20).await).await.unwrap();
            let noting = Noting::UpTo { seq: stored.last().unwrap().seq, stored: false };
            join_all([&stopping, &starting].map(|one| one.deliver(stored.clone(), noting))).await;
        }
        assert_eq!(heard(&stopping, stopping.db()).await, (800, 800));
    }
}
