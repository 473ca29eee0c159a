//! Lanes: batches of hot commands.

use crate::setup::{Held, add_jar, names, places};
use bodega_db::{DbError, Tx, params};
use futures_util::FutureExt;
use std::time::Duration;

async fn add_all(tx: &mut Tx, batch: &[String]) -> Result<Vec<usize>, DbError> {
    for name in batch {
        let id = tx.world().uuid();
        tx.execute("INSERT INTO jars (id, name, sweets, open) VALUES ($1, $2, 0, TRUE)", &params![id, name]).await?;
    }
    Ok(vec![batch.len(); batch.len()])
}

#[tokio::test]
async fn commands_that_wait_together_are_one_batch() {
    for place in places() {
        let db = place.open().await;
        let lane = db.lane(add_all);
        let commands = (0..300).map(|number| lane.submit(format!("jar {number}")));
        let sizes: Vec<usize> =
            futures_util::future::join_all(commands).await.into_iter().collect::<Result<_, DbError>>().unwrap();
        assert!(sizes.iter().any(|size| *size > 10), "no batch was larger than {:?}", sizes.iter().max());
        assert_eq!(names(&db).await.len(), 300);
    }
}

#[tokio::test]
async fn a_culprit_fails_alone() {
    for place in places() {
        let db = place.open().await;
        let lane = db.lane(add_all);
        lane.submit("mint".to_owned()).await.unwrap();
        let commands =
            (0..50).map(|number| lane.submit(if number == 25 { "mint".to_owned() } else { format!("jar {number}") }));
        let results = futures_util::future::join_all(commands).await;
        let failed: Vec<usize> = (0..50).filter(|number| results[*number].is_err()).collect();
        assert_eq!(failed, [25]);
        assert_eq!(names(&db).await.len(), 50);
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_while_the_queue_is_full_leaves_the_lane_open() {
    for place in places() {
        let db = place.open().await;
        let lane = db.lane(add_all);
        let held = Held::new(&db);
        // More than may wait for the writer.
        let many: Vec<String> = (0..5_000).map(|number| format!("jar {number}")).collect();
        let full = held.queue(many.iter().map(|name| add_jar(&db, name)));
        assert!(lane.submit("mint".to_owned()).now_or_never().is_none());
        drop(full);
        held.release();
        let next = tokio::time::timeout(Duration::from_secs(20), lane.submit("rose".to_owned())).await;
        next.expect("the lane waits for a job that nobody sent").unwrap();
        let names = names(&db).await;
        assert!(names.contains(&"rose".to_owned()), "{:?}", place.home.backend());
    }
}

#[tokio::test]
async fn what_ran_before_a_batch_that_fails_stays() {
    for place in places() {
        let db = place.open().await;
        let lane = db.lane(add_all);
        lane.submit("mint".to_owned()).await.unwrap();
        let held = Held::new(&db);
        let before = held.queue([add_jar(&db, "rose")]);
        let batch = held.queue(["mint", "lime", "mint"].map(|name| lane.submit(name.to_owned())));
        let after = held.queue([add_jar(&db, "plum")]);
        held.release();
        for one in before.into_iter().chain(after) {
            one.await.unwrap();
        }
        let outcomes = futures_util::future::join_all(batch).await;
        assert_eq!(outcomes.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!(names(&db).await, ["lime", "mint", "plum", "rose"], "{:?}", place.home.backend());
    }
}

#[tokio::test]
async fn a_transaction_goes_on_after_its_first_part_failed() {
    for place in places() {
        let db = place.open().await;
        add_jar(&db, "mint").await.unwrap();
        let work = db.write(async |tx| {
            let first = tx.nested(async |tx| add_all(tx, &["lime".to_owned(), "mint".to_owned()]).await).await;
            assert!(first.is_err());
            add_all(tx, &["rose".to_owned()]).await?;
            let last = tx.nested(async |tx| add_all(tx, &["plum".to_owned(), "mint".to_owned()]).await).await;
            assert!(last.is_err());
            Ok::<_, DbError>(())
        });
        work.await.unwrap();
        assert_eq!(names(&db).await, ["mint", "rose"], "{:?}", place.home.backend());
    }
}
