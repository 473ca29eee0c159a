//! Events: in the transaction of what they tell, in order, or not at all.

use crate::setup::{JarFilled, add_jar, places};
use bodega_db::{DbError, events_after};
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn events_are_stored_and_handed_over_in_the_order_of_their_commits() {
    for place in places() {
        let db = place.open().await;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hearing = Arc::clone(&heard);
        db.on_committed(move |events| hearing.lock().unwrap().extend(events.into_iter().map(|event| event.seq)));
        let names: Vec<String> = (0..100).map(|number| format!("jar {number}")).collect();
        futures_util::future::join_all(names.iter().map(|name| add_jar(&db, name))).await;
        let stored = db.write(async |tx| events_after(tx, 0, 1_000).await).await.unwrap();
        let stored: Vec<i64> = stored.iter().map(|event| event.seq).collect();
        assert_eq!(stored.len(), 100);
        assert_eq!(*heard.lock().unwrap(), stored);
    }
}

#[tokio::test]
async fn a_failed_write_tells_nobody() {
    for place in places() {
        let db = place.open().await;
        add_jar(&db, "mint").await.unwrap();
        add_jar(&db, "mint").await.unwrap_err();
        let stored = db.write(async |tx| events_after(tx, 0, 10).await).await.unwrap();
        assert_eq!(stored.len(), 1);
        assert_eq!((&*stored[0].kind, &*stored[0].subject, &*stored[0].source), ("jar.filled.v1", "mint", "jars"));
    }
}

#[tokio::test]
async fn an_event_that_no_broker_takes_is_refused_at_the_source() {
    for place in places() {
        let db = place.open().await;
        let large = db.write(async |tx| tx.emit(&JarFilled { name: "x".repeat(250_000) })).await;
        assert!(matches!(large, Err(DbError::Refused(cause)) if cause.contains("too large")));
    }
}

#[tokio::test]
async fn what_is_old_is_forgotten_and_what_is_young_is_not() {
    for place in places() {
        let db = place.open().await;
        add_jar(&db, "old").await.unwrap();
        place.clock.advance(std::time::Duration::from_hours(36 * 24));
        add_jar(&db, "young").await.unwrap();
        assert_eq!(db.forget_old().await.unwrap(), 1);
        let stored = db.write(async |tx| events_after(tx, 0, 10).await).await.unwrap();
        assert_eq!(stored.iter().map(|event| &*event.subject).collect::<Vec<_>>(), ["young"]);
        assert_eq!(db.forget_old().await.unwrap(), 0);
    }
}
