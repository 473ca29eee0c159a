//! Over a broker: how far a listener is behind, alone and beside another on the same queue.

use crate::setup::{Tower, behind_s, heard, ring, until};
use bodega_bus::{Consumer, rabbitmq::Broker};
use bodega_db::Db;
use bodega_testkit::{Backend, backends};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

const PULSE: Duration = Duration::from_secs(10);

/// A broker with an exchange of this tower's own; `None` where there is none.
fn broker(tower: &Tower) -> Option<Broker> {
    let Ok(url) = std::env::var("BODEGA_TEST_RABBITMQ") else {
        eprintln!("no RabbitMQ here: not run");
        return None;
    };
    let exchange = tower.home.folder().file_name()?.to_string_lossy().into_owned();
    Some(Broker { url, exchange })
}

async fn connect(broker: &Broker, bell: &Db, listeners: &[&Consumer]) {
    broker.declare(&listeners.iter().map(|listener| listener.queue()).collect::<Vec<_>>()).await;
    tokio::spawn(broker.clone().relay(bell.clone()));
    for listener in listeners {
        tokio::spawn(broker.clone().consume((*listener).clone()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pulses_tell_a_listener_how_far_it_is_behind() {
    for backend in backends() {
        let (tower, clock) = Tower::with_clock(backend);
        let Some(broker) = broker(&tower) else { return };
        let bell = tower.bell_at_broker().await;
        let deaf = Arc::new(AtomicBool::new(false));
        let one = tower.listener("one", &deaf).await;
        connect(&broker, &bell, &[&one]).await;
        ring(&bell, 0..50).await;
        until(async || heard(&one, one.db()).await == (50, 50)).await;
        assert_eq!(behind_s(&one), 0, "it counts from its start");
        for _ in 0..6 {
            clock.advance(PULSE);
            until(async || behind_s(&one) == 0).await;
        }
        deaf.store(true, Ordering::SeqCst);
        ring(&bell, 50..60).await;
        for _ in 0..7 {
            clock.advance(PULSE);
            tokio::time::sleep(Duration::from_millis(1_200)).await;
        }
        assert_eq!(behind_s(&one), 70, "a pulse counts only behind what came before it");
        deaf.store(false, Ordering::SeqCst);
        until(async || behind_s(&one) == 0).await;
        assert_eq!(heard(&one, one.db()).await, (60, 60));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bell_that_says_nothing_any_more_leaves_its_listeners_behind() {
    let (tower, clock) = Tower::with_clock(Backend::Sqlite);
    let Some(broker) = broker(&tower) else { return };
    let bell = tower.bell_at_broker().await;
    let one = tower.listener("one", &Arc::default()).await;
    broker.declare(&[one.queue()]).await;
    let relay = tokio::spawn(broker.clone().relay(bell.clone()));
    tokio::spawn(broker.clone().consume(one.clone()));
    ring(&bell, 0..1).await;
    until(async || heard(&one, one.db()).await == (1, 1)).await;
    clock.advance(PULSE);
    until(async || behind_s(&one) == 0).await;
    relay.abort();
    clock.advance(PULSE * 7);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(behind_s(&one), 70);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_on_one_queue_know_of_all_pulses_and_of_what_the_other_holds() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let (tower, clock) = Tower::with_clock(Backend::Postgres);
    let Some(broker) = broker(&tower) else { return };
    let bell = tower.bell_at_broker().await;
    let deaf = Arc::new(AtomicBool::new(false));
    let (well, stuck) = (tower.listener("one", &Arc::default()).await, tower.listener("one", &deaf).await);
    connect(&broker, &bell, &[&well, &stuck]).await;
    for _ in 0..8 {
        clock.advance(PULSE);
        until(async || behind_s(&well) == 0 && behind_s(&stuck) == 0).await;
    }
    deaf.store(true, Ordering::SeqCst);
    let mut rings = 0;
    // Until the one that cannot has taken one of them.
    while heard(&well, well.db()).await.0 == rings {
        ring(&bell, rings..rings + 1).await;
        rings += 1;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    for _ in 0..7 {
        clock.advance(PULSE);
        tokio::time::sleep(Duration::from_millis(1_200)).await;
    }
    assert_eq!(behind_s(&stuck), 70);
    until(async || behind_s(&well) == 70).await;
    deaf.store(false, Ordering::SeqCst);
    until(async || heard(&well, well.db()).await == (rings, rings)).await;
    clock.advance(PULSE * 2);
    until(async || behind_s(&well) == 0 && behind_s(&stuck) == 0).await;
}
