//! The connection of the writer breaks in the midst of a batch: everybody is answered, and the next ones pass.

use crate::setup::{Held, Place, names, places};
use bodega_db::{Db, DbError, Lane, Tx, params};
use bodega_testkit::Backend;
use futures_util::future::{BoxFuture, join_all};
use std::time::Duration;

/// How long anybody may wait for an answer.
const BOUND: Duration = Duration::from_secs(5);

async fn insert(tx: &mut Tx, name: &str) -> Result<(), DbError> {
    let id = tx.world().uuid();
    tx.execute("INSERT INTO jars (id, name, sweets, open) VALUES ($1, $2, 0, TRUE)", &params![id, name]).await.map(drop)
}

/// Ends the session that it runs in, and says nothing of it: what comes next finds out.
async fn break_connection(tx: &mut Tx) {
    let ended = tx.query("SELECT pg_terminate_backend(pg_backend_pid())", &[]).await;
    assert!(matches!(ended, Err(DbError::Unavailable(_))), "{ended:?}");
}

fn lane(db: &Db) -> Lane<String, ()> {
    db.lane(async |tx: &mut Tx, batch: &[String]| {
        for name in batch {
            insert(tx, name).await?;
            if name.starts_with("break") {
                break_connection(tx).await;
            }
        }
        Ok(vec![(); batch.len()])
    })
}

async fn add(db: Db, name: String) -> Result<(), DbError> {
    db.write(async move |tx| {
        insert(tx, &name).await?;
        if name.starts_with("break") {
            break_connection(tx).await;
        }
        Ok(())
    })
    .await
}

/// Runs a batch of writes and, where a name says so, commands of a lane. What was promised is there, nothing else is,
/// and writer and lanes serve the next ones.
async fn survives(place: &Place, batch: &[&str]) {
    let db = place.open().await;
    let lanes = [lane(&db), lane(&db)];
    let held = Held::new(&db);
    let work = batch.iter().map(|name| -> BoxFuture<'_, Result<(), DbError>> {
        let own = (*name).to_owned();
        match name.split_once("lane ") {
            Some((_, number)) => Box::pin(lanes[usize::from(number.starts_with('1'))].submit(own)),
            None => Box::pin(add(db.clone(), own)),
        }
    });
    let work = held.queue(work);
    held.release();
    let Ok(results) = tokio::time::timeout(BOUND, join_all(work)).await else {
        panic!("{batch:?}: somebody still waits")
    };
    assert!(results.iter().any(Result::is_err), "{batch:?}: nothing broke");
    for result in &results {
        assert!(matches!(result, Ok(()) | Err(DbError::Unavailable(_))), "{batch:?}: {result:?}");
    }
    let after = async {
        lanes[0].submit("after 0".to_owned()).await?;
        lanes[1].submit("after 1".to_owned()).await?;
        add(db.clone(), "after 2".to_owned()).await
    };
    tokio::time::timeout(BOUND, after).await.expect("what comes next waits").unwrap();
    let promised = batch.iter().zip(&results).filter(|(_, result)| result.is_ok()).map(|(name, _)| (*name).to_owned());
    let mut wanted: Vec<String> = promised.chain((0..3).map(|number| format!("after {number}"))).collect();
    wanted.sort();
    assert_eq!(names(&db).await, wanted, "{batch:?}: {results:?}");
}

#[tokio::test]
async fn whoever_is_in_a_batch_whose_connection_breaks_is_answered() {
    for place in places().iter().filter(|place| place.home.backend() == Backend::Postgres) {
        // At the savepoint of a write and of a lane, at its release, inside of a lane, at the commit.
        for batch in [
            &["break", "mint", "lane 0 rose", "lane 1 lime"][..],
            &["break", "lane 0 rose", "lane 0 lime", "mint"],
            &["mint", "break", "lane 0 rose", "lane 1 lime", "plum"],
            &["mint", "break lane 0", "lane 0 rose", "lane 1 lime", "plum"],
            &["lane 1 lime", "mint", "lane 0 rose", "break"],
        ] {
            let place = place.again();
            survives(&place, batch).await;
        }
    }
}
