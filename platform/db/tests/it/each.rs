//! Many rows through one statement: the same as one after the other, only sooner.

use crate::setup::{Place, add_jar, places};
use bodega_db::{Db, DbError, Tx, Value, params};
use bodega_kernel::World;
use bodega_testkit::Backend;

const NAMES: u64 = 12;

/// Statements and the values for one row of them.
type Case = (&'static str, fn(&World) -> Vec<Value<'static>>);

const CASES: &[Case] = &[
    ("UPDATE jars SET sweets = sweets + $2 WHERE name = $1 AND sweets + $2 >= 0 AND (open OR $2 < 3)", |world| {
        params![name(world), number(world)].to_vec()
    }),
    ("UPDATE jars SET sweets = sweets + 1, note = $3 WHERE name = $1 AND sweets = $2", |world| {
        params![name(world), number(world), (number(world) > 0).then(|| name(world))].to_vec()
    }),
    ("UPDATE jars SET sweets = $2 WHERE sweets = $1", |world| params![number(world), number(world)].to_vec()),
    ("UPDATE jars SET open = $2 WHERE note IS NULL AND name = $1 AND NOT open = $2", |world| {
        params![name(world), number(world) > 0].to_vec()
    }),
    ("DELETE FROM jars WHERE name = $1 AND sweets < $2", |world| params![name(world), number(world)].to_vec()),
    (
        "INSERT INTO jars (id, name, sweets, open, raw) VALUES ($1, $2, $3, TRUE, $4) ON CONFLICT (name) DO UPDATE SET \
         sweets = jars.sweets + excluded.sweets, raw = excluded.raw WHERE jars.sweets <= excluded.sweets",
        |world| params![world.uuid(), name(world), number(world), world.bytes::<4>().to_vec()].to_vec(),
    ),
    ("INSERT INTO jars (id, name, sweets, open) VALUES ($1, $2, 7, FALSE) ON CONFLICT DO NOTHING", |world| {
        params![world.uuid(), name(world)].to_vec()
    }),
];

fn name(world: &World) -> String {
    format!("jar {:02}", world.below(NAMES))
}

fn number(world: &World) -> i64 {
    world.below(7) as i64 - 2
}

async fn fill(tx: &mut Tx, jars: &[Vec<Value<'_>>]) -> Result<(), DbError> {
    tx.execute("DELETE FROM jars", &[]).await?;
    for jar in jars {
        tx.execute("INSERT INTO jars (id, name, sweets, open, note) VALUES ($1, $2, $3, $4, $5)", jar).await?;
    }
    Ok(())
}

async fn contents(tx: &mut Tx) -> Result<Vec<String>, DbError> {
    let jars = tx.query("SELECT name, sweets, open, note, raw FROM jars ORDER BY name", &[]).await?;
    Ok(jars.iter().map(|jar| format!("{jar:?}")).collect())
}

#[tokio::test]
async fn many_rows_do_what_they_do_one_after_the_other() {
    for place in places() {
        let db = place.open().await;
        for (sql, row) in CASES {
            let world = place.world.clone();
            let (alone, together) = db
                .write(async move |tx| {
                    let jar = |number: u64| {
                        let note = number.is_multiple_of(3).then_some("a note");
                        let (id, name, open) = (world.uuid(), format!("jar {number:02}"), number.is_multiple_of(2));
                        params![id, name, number as i64 % 4, open, note].to_vec()
                    };
                    let jars: Vec<_> = (0..NAMES - 4).map(jar).collect();
                    let rows: Vec<_> = (0..60).map(|_| row(&world)).collect();
                    fill(tx, &jars).await?;
                    let mut changed = 0;
                    for values in &rows {
                        changed += tx.execute(sql, values).await?;
                    }
                    let alone = (changed, contents(tx).await?);
                    fill(tx, &jars).await?;
                    let changed = tx.execute_each(sql, &rows).await?;
                    Ok::<_, DbError>((alone, (changed, contents(tx).await?)))
                })
                .await
                .unwrap();
            assert_eq!(alone, together, "{sql} on {:?}", place.home.backend());
            assert!(alone.0 > 0, "{sql} changes nothing");
        }
    }
}

#[tokio::test]
async fn no_rows_change_nothing_and_a_bad_one_is_refused() {
    for place in places() {
        let db = place.open().await;
        add_jar(&db, "mint").await.unwrap();
        let sql = "UPDATE jars SET sweets = $2 WHERE name = $1";
        assert_eq!(db.write(async move |tx| tx.execute_each(sql, &[]).await).await.unwrap(), 0);
        let uneven = db
            .write(async move |tx| tx.execute_each(sql, &[params!["mint", 1].to_vec(), params!["mint"].to_vec()]).await)
            .await;
        assert!(uneven.is_err(), "{uneven:?}");
        let null = db
            .write(async move |tx| {
                tx.execute_each(sql, &[params!["mint", 1].to_vec(), params!["mint", None::<i64>].to_vec()]).await
            })
            .await;
        assert!(matches!(null, Err(DbError::Refused(_))), "{null:?}");
        let sweets = db.write(async |tx| tx.query_one("SELECT sweets FROM jars", &[]).await).await.unwrap().unwrap();
        assert_eq!(sweets.get::<i64>(0).unwrap(), 0);
    }
}

/// Another replica, where there can be one.
async fn replica(place: &Place, db: &Db) -> Db {
    match place.home.backend() {
        Backend::Sqlite => db.clone(),
        Backend::Postgres => place.open().await,
    }
}

#[tokio::test]
async fn two_batches_in_one_order_never_wait_for_each_other() {
    const JARS: i64 = 400;
    for place in places() {
        let one = place.open().await;
        let world = place.world.clone();
        // The last name comes first on the disk, so that a plan which reads the table meets them the other way round.
        one.write(async move |tx| {
            for number in (0..JARS).rev() {
                let values = params![world.uuid(), format!("jar {number:03}"), number];
                tx.execute("INSERT INTO jars (id, name, sweets, open) VALUES ($1, $2, $3, TRUE)", &values).await?;
            }
            Ok::<_, DbError>(())
        })
        .await
        .unwrap();
        let two = replica(&place, &one).await;
        let update = async |db: &Db, step: usize| {
            db.write(async move |tx| {
                let rows: Vec<_> =
                    (0..JARS).step_by(step).map(|jar| params![format!("jar {jar:03}"), 1].to_vec()).collect();
                tx.execute_each("UPDATE jars SET sweets = sweets + $2 WHERE name = $1", &rows).await
            })
            .await
        };
        for _ in 0..30 {
            let (all, few) = tokio::join!(update(&one, 1), update(&two, 57));
            assert_eq!((all.unwrap(), few.unwrap()), (400, 8), "{:?}", place.home.backend());
        }
    }
}
