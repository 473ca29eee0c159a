//! Timers: once, when due, in the transaction that moves them on.

use crate::setup::places;
use bodega_db::{DbError, DueTimer, Timer, Tx};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use uuid::Uuid;

#[tokio::test]
async fn a_timer_fires_once_and_not_before_its_time() {
    for place in places() {
        let db = place.open().await;
        let subject = place.world.uuid();
        let due = place.world.now().plus(Duration::from_mins(1));
        db.write(async move |tx| tx.set_timers(&[Timer { subject, kind: "tea", due }]).await).await.unwrap();
        let fired = Arc::new(Mutex::new(Vec::<Uuid>::new()));
        let record = {
            let fired = Arc::clone(&fired);
            async move |_: &mut Tx, due: &[DueTimer]| {
                fired.lock().unwrap().extend(due.iter().map(|timer| timer.subject));
                Ok(())
            }
        };
        assert_eq!(db.fire_due_timers(record.clone()).await.unwrap(), 0);
        place.clock.advance(Duration::from_secs(61));
        assert_eq!(db.fire_due_timers(record.clone()).await.unwrap(), 1);
        assert_eq!(db.fire_due_timers(record).await.unwrap(), 0);
        assert_eq!(*fired.lock().unwrap(), [subject]);
    }
}

#[tokio::test]
async fn a_timer_whose_handler_fails_is_put_off_and_holds_nobody_up() {
    for place in places() {
        let db = place.open().await;
        let (bad, good) = (place.world.uuid(), place.world.uuid());
        let now = place.world.now();
        db.write(async move |tx| {
            let timer = |subject, due| Timer { subject, kind: "tea", due };
            tx.set_timers(&[timer(bad, now), timer(good, now.plus(Duration::from_millis(1)))]).await
        })
        .await
        .unwrap();
        place.clock.advance(Duration::from_secs(1));
        let handle = async move |_: &mut Tx, due: &[DueTimer]| {
            if due.iter().any(|timer| timer.subject == bad) {
                return Err(DbError::Refused("broken".into()));
            }
            Ok(())
        };
        assert_eq!(db.fire_due_timers(handle).await.unwrap(), 1, "the culprit is put off");
        assert_eq!(db.fire_due_timers(handle).await.unwrap(), 1, "the other fires");
        assert_eq!(db.fire_due_timers(handle).await.unwrap(), 0);
        place.clock.advance(Duration::from_mins(1));
        assert_eq!(db.fire_due_timers(async |_: &mut Tx, _: &[DueTimer]| Ok(())).await.unwrap(), 1, "it comes again");
    }
}
