//! What listeners never got, because a broker lost it, is handed to them once.

use crate::setup::{Tower, heard, ring, source, until};
use bodega_bus::{Noting, embedded::Embedded, resend_missing};
use bodega_db::events_after;
use bodega_kernel::PageLimit;
use bodega_testkit::backends;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_listener_never_got_is_handed_to_it_once() {
    for backend in backends() {
        let tower = Tower::new(backend);
        let bell = tower.bell().await;
        let listener = tower.listener("one", &Arc::default()).await;
        ring(&bell, 0..20).await;
        assert_eq!(resend_missing(&bell, &listener).await.unwrap(), 20);
        let lost = "DELETE FROM inbox WHERE event_id IN (SELECT event_id FROM inbox ORDER BY event_id LIMIT 5)";
        listener.db().write(async |tx| tx.execute(lost, &[]).await).await.unwrap();
        assert_eq!(resend_missing(&bell, &listener).await.unwrap(), 5);
        assert_eq!(heard(&listener, listener.db()).await, (20, 25), "five came once more");
        assert_eq!(resend_missing(&bell, &listener).await.unwrap(), 0, "from now on it has a note of them");
        let never = tower.listener("two", &Arc::default()).await;
        ring(&bell, -1..0).await;
        assert_eq!(resend_missing(&bell, &never).await.unwrap(), 21);
        assert_eq!(heard(&never, never.db()).await, (20, 20));
        assert_eq!(never.dead_letters(None, PageLimit::default()).await.unwrap().len(), 1, "what cannot be handled");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_listener_read_in_its_order_is_not_missing() {
    for backend in backends() {
        let tower = Tower::new(backend);
        let bell = tower.bell().await;
        let listener = tower.listener("one", &Arc::default()).await;
        let bus = Embedded::start(&[source(&bell)], std::slice::from_ref(&listener));
        ring(&bell, 0..20).await;
        until(async || bus.backlog() == 0).await;
        assert_eq!(resend_missing(&bell, &listener).await.unwrap(), 0, "its cursor covers them");
        let stored = bell.write(async |tx| events_after(tx, 0, 100).await).await.unwrap();
        listener.deliver(stored, Noting::Each).await;
        assert_eq!(heard(&listener, listener.db()).await, (20, 20), "nor are they heard again one by one");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_one_by_one_is_not_heard_again_in_its_order() {
    for backend in backends() {
        let tower = Tower::new(backend);
        let bell = tower.bell().await;
        let listener = tower.listener("one", &Arc::default()).await;
        ring(&bell, 0..20).await;
        assert_eq!(resend_missing(&bell, &listener).await.unwrap(), 20);
        let bus = Embedded::start(&[source(&bell)], std::slice::from_ref(&listener));
        ring(&bell, 20..25).await;
        until(async || bus.backlog() == 0).await;
        assert_eq!(heard(&listener, listener.db()).await, (25, 25));
    }
}
