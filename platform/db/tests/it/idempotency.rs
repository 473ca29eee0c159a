//! Idempotency keys: one effect and one answer for a key, whoever comes at once.

use crate::setup::{names, places};
use bodega_db::{Db, DbError, IdempotencyKey, Replay, StoredAnswer, params};

fn key(body: &str) -> IdempotencyKey {
    IdempotencyKey { scope: "guest".into(), key: "k".into(), request: body.as_bytes().to_vec(), forever: false }
}

async fn add_once(db: &Db, body: &'static str) -> Result<Replay, DbError> {
    db.write(async move |tx| {
        let key = key(body);
        match tx.replayed(&key).await? {
            Replay::New => {
                let id = tx.world().uuid();
                let values = params![id, id.to_string()];
                tx.execute("INSERT INTO jars (id, name, sweets, open) VALUES ($1, $2, 0, TRUE)", &values).await?;
                tx.remember(&key, &StoredAnswer { status: 201, body: id.to_string() }).await?;
                Ok(Replay::New)
            }
            seen @ (Replay::Same(_) | Replay::Other) => Ok(seen),
        }
    })
    .await
}

#[tokio::test]
async fn twins_count_once_and_get_one_answer() {
    for place in places() {
        let db = place.open().await;
        let twins = futures_util::future::join_all((0..100).map(|_| add_once(&db, "body"))).await;
        let fresh = twins.iter().filter(|twin| matches!(twin, Ok(Replay::New))).count();
        let again =
            twins.iter().filter(|twin| matches!(twin, Ok(Replay::Same(answer)) if answer.status == 201)).count();
        assert_eq!((fresh, again), (1, 99));
        assert_eq!(names(&db).await.len(), 1);
    }
}

#[tokio::test]
async fn another_body_under_the_same_key_is_told_so() {
    for place in places() {
        let db = place.open().await;
        add_once(&db, "one").await.unwrap();
        assert_eq!(add_once(&db, "two").await.unwrap(), Replay::Other);
    }
}
