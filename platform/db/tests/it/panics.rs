//! Work that panics fails alone: its neighbours commit, and the writer goes on.

use crate::setup::{Held, add_jar, names, places};
use bodega_db::{Db, DbError, Tx, params};
use futures_util::future::join_all;

fn spill(name: &str) {
    assert!(!name.starts_with("spill"), "the {name} spilled");
}

async fn insert(tx: &mut Tx, name: &str) -> Result<(), DbError> {
    let id = tx.world().uuid();
    tx.execute("INSERT INTO jars (id, name, sweets, open) VALUES ($1, $2, 0, TRUE)", &params![id, name]).await.map(drop)
}

/// Adds a jar and panics in the midst of it, if it is one that spills.
async fn add(db: &Db, name: &str) -> Result<(), DbError> {
    let name = name.to_owned();
    db.write(async move |tx| {
        insert(tx, &name).await?;
        tx.nested(async |tx| {
            insert(tx, &format!("{name}, inside")).await?;
            spill(&name);
            Ok::<_, DbError>(())
        })
        .await
    })
    .await
}

fn refused(result: &Result<(), DbError>) -> bool {
    matches!(result, Err(DbError::Refused(cause)) if cause.contains("spilled"))
}

#[tokio::test]
async fn a_job_that_panics_leaves_nothing_and_its_neighbours_commit() {
    for place in places() {
        let db = place.open().await;
        let held = Held::new(&db);
        let wanted = ["mint", "spill one", "rose", "spill two", "lime"];
        let adding = held.queue(wanted.iter().map(|name| add(&db, name)));
        held.release();
        let results = join_all(adding).await;
        let failed: Vec<bool> = results.iter().map(refused).collect();
        assert_eq!(failed, [false, true, false, true, false], "{results:?}");
        assert!(refused(&add(&db, "spill alone").await), "a batch that only panics");
        add(&db, "plum").await.unwrap();
        let kept = ["lime", "mint", "plum", "rose"].map(|name| [name.to_owned(), format!("{name}, inside")]);
        assert_eq!(names(&db).await, kept.concat(), "{:?}", place.home.backend());
    }
}

#[tokio::test]
async fn a_command_that_panics_fails_alone() {
    for place in places() {
        let db = place.open().await;
        let lane = db.lane(async |tx: &mut Tx, batch: &[String]| {
            for name in batch {
                tx.nested(async |tx| {
                    insert(tx, name).await?;
                    spill(name);
                    Ok::<_, DbError>(())
                })
                .await?;
            }
            Ok(vec![(); batch.len()])
        });
        let held = Held::new(&db);
        let wanted = ["mint", "spill", "rose"].map(str::to_owned);
        let submitting = held.queue(wanted.map(|name| lane.submit(name)));
        held.release();
        let results = join_all(submitting).await;
        assert_eq!(results.iter().map(refused).collect::<Vec<_>>(), [false, true, false], "{results:?}");
        lane.submit("lime".to_owned()).await.unwrap();
        add_jar(&db, "plum").await.unwrap();
        assert_eq!(names(&db).await, ["lime", "mint", "plum", "rose"], "{:?}", place.home.backend());
    }
}

#[tokio::test]
async fn a_listener_that_panics_does_not_end_the_writer() {
    for place in places() {
        let db = place.open().await;
        db.on_committed(|events| events.iter().for_each(|event| spill(&event.subject)));
        add_jar(&db, "spill").await.unwrap();
        add_jar(&db, "mint").await.unwrap();
        assert_eq!(names(&db).await, ["mint", "spill"]);
    }
}
