//! What listeners never got, because a broker lost it, is handed to them once.

use crate::setup::{Tower, heard, ring, source, until};
use bodega_bus::{embedded::Embedded, resend_missing};
use bodega_kernel::PageLimit;
use bodega_testkit::backends;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_listener_never_got_is_handed_to_it_once() {
    for backend in backends() {
        let tower = Tower::new(backend);
        let bell = tower.bell().await;
        let listener = tower.listener("one", &Arc::default()).await;
        let bus = Embedded::start(&[source(&bell)], std::slice::from_ref(&listener));
        ring(&bell, 0..20).await;
        until(async || bus.backlog() == 0).await;
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
