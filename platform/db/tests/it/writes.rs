//! Transactions: what is answered is there, what failed is not, and neighbours do not disturb each other.

use crate::setup::{add_jar, names, places};
use bodega_db::{DbError, OnConflict, params};
use std::collections::HashSet;

#[tokio::test]
async fn values_of_every_type_come_back_as_they_went_in() {
    for place in places() {
        let db = place.open().await;
        let id = place.world.uuid();
        let row = db
            .write(async move |tx| {
                let columns = &["id", "name", "sweets", "open", "note", "raw"];
                let rows =
                    [params![id, "a 'quoted' name\u{1F36C}", i64::MIN, false, None::<String>, vec![0_u8, 255]]
                        .to_vec()];
                tx.insert_rows("jars", columns, OnConflict::Fail, &rows).await?;
                tx.query_one("SELECT id, name, sweets, open, note, raw FROM jars WHERE id = $1", &params![id]).await
            })
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.get::<uuid::Uuid>(0).unwrap(), id);
        assert_eq!(row.get::<String>(1).unwrap(), "a 'quoted' name\u{1F36C}");
        assert_eq!(row.get::<i64>(2).unwrap(), i64::MIN);
        assert!(!row.get::<bool>(3).unwrap());
        assert_eq!(row.get::<Option<String>>(4).unwrap(), None);
        assert_eq!(row.get::<Vec<u8>>(5).unwrap(), [0, 255]);
        assert!(row.get::<i64>(1).is_err(), "a text is no number");
    }
}

#[tokio::test]
async fn a_failed_write_leaves_nothing_and_its_neighbours_stay() {
    for place in places() {
        let db = place.open().await;
        add_jar(&db, "mint").await.unwrap();
        let tries = (0..200).map(|number| {
            let db = db.clone();
            // Every third name is taken already.
            let name = if number % 3 == 0 { "mint".to_owned() } else { format!("jar {number:03}") };
            async move { add_jar(&db, &name).await }
        });
        let results = futures_util::future::join_all(tries).await;
        let refused = results.iter().filter(|result| matches!(result, Err(DbError::Refused(_)))).count();
        assert_eq!(refused, 67, "{:?}", place.home.backend());
        assert_eq!(names(&db).await.len(), 1 + 133);
    }
}

#[tokio::test]
async fn many_writes_share_a_commit() {
    for place in places() {
        let db = place.open().await;
        let (first, second) = (db.clone(), db.clone());
        let slow = first.write(async |tx| {
            tx.execute("UPDATE jars SET sweets = 1", &[]).await?;
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            Ok::<_, DbError>(())
        });
        let count = std::sync::Arc::new(std::sync::Mutex::new(0));
        let commits = std::sync::Arc::clone(&count);
        db.on_committed(move |_| *commits.lock().unwrap() += 1);
        let names: Vec<String> = (0..100).map(|number| format!("jar {number}")).collect();
        let many = futures_util::future::join_all(names.iter().map(|name| add_jar(&second, name)));
        let (slow, many) = tokio::join!(slow, many);
        slow.unwrap();
        assert!(many.iter().all(Result::is_ok));
        assert!(*count.lock().unwrap() < 20, "{} commits for 100 writes", count.lock().unwrap());
    }
}

#[tokio::test]
async fn rows_that_are_there_already_are_not_new() {
    for place in places() {
        let db = place.open().await;
        let (one, two) = (place.world.uuid(), place.world.uuid());
        let new = db
            .write(async move |tx| {
                let row = |id, name: &'static str| params![id, name, 0, true].to_vec();
                let columns = &["id", "name", "sweets", "open"];
                tx.insert_new("jars", columns, &[row(one, "one")]).await?;
                tx.insert_new("jars", columns, &[row(one, "one"), row(two, "two"), row(two, "two")]).await
            })
            .await
            .unwrap();
        assert_eq!(new, [false, true, false]);
        let world = place.world.clone();
        let by_name = db
            .write(async move |tx| {
                let row = |name: &'static str| params![name, world.uuid(), 0, true].to_vec();
                tx.insert_new("jars", &["name", "id", "sweets", "open"], &[row("two"), row("three"), row("three")])
                    .await
            })
            .await
            .unwrap();
        assert_eq!(by_name, [false, true, false]);
    }
}

#[tokio::test]
async fn many_keys_are_read_at_once() {
    for place in places() {
        let db = place.open().await;
        for name in ["a", "b", "c"] {
            add_jar(&db, name).await.unwrap();
        }
        let found = db
            .write(async |tx| {
                let sql = "SELECT name FROM jars WHERE name = $1 ORDER BY name {lock}";
                let rows = tx.query_keys(sql, &params!["a", "c", "z"]).await?;
                rows.iter().map(|row| row.get(0)).collect::<Result<HashSet<String>, DbError>>()
            })
            .await
            .unwrap();
        assert_eq!(found, HashSet::from(["a".to_owned(), "c".to_owned()]));
    }
}

#[tokio::test]
async fn what_was_answered_is_there_after_opening_again() {
    for place in places() {
        let db = place.open().await;
        add_jar(&db, "mint").await.unwrap();
        drop(db);
        let again = loop {
            match place.try_open().await {
                Ok(db) => break db,
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
        };
        assert_eq!(names(&again).await, ["mint"]);
    }
}

#[tokio::test]
async fn a_sqlite_file_has_one_owner() {
    let place = places().remove(0);
    let _db = place.open().await;
    let second = place.try_open().await;
    assert!(matches!(second, Err(DbError::Refused(cause)) if cause.contains("another process")));
}
