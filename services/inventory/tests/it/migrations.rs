//! Rows of earlier versions are kept, in the shape of today.

use bodega_contracts::{
    OrderId,
    inventory::{ReservationFacts, ReservationState as State, StockFacts},
};
use bodega_db::{Db, Migration, Tx, params};
use bodega_kernel::{ManualClock, Time, World};
use bodega_service::{Host, Mode};
use bodega_testkit::{Home, START, backends};
use std::{sync::Arc, time::Duration};

async fn open(home: &Home, steps: &'static [Migration], world: &World) -> Db {
    Db::open(&bodega_service::database(&home.settings(), "inventory"), steps, world).await.unwrap()
}

async fn run(db: &Db, sql: &'static str, order: OrderId, at: Time) {
    db.write(async move |tx: &mut Tx| tx.execute(sql, &params![order.0, at]).await).await.unwrap();
}

#[tokio::test]
async fn a_ledger_by_lines_is_kept_and_a_hold_with_a_timer_still_expires() {
    let (clock, steps) = (ManualClock::at(START), bodega_inventory::service().migrations);
    let world = World::simulated(1, clock.clone());
    for backend in backends() {
        let home = Home::new(backend);
        let (held, paid) = (OrderId::new(&world), OrderId::new(&world));
        let db = open(&home, &steps[..9], &world).await;
        for (order, sql) in [
            (
                held,
                "INSERT INTO stock (sku, location, on_hand, held, allocated, safety, backorder, version) \
                 SELECT 'A', 'main', 5, 2, 1, 0, FALSE, 3 WHERE $1 IS NOT NULL AND $2 > 0",
            ),
            (
                held,
                "INSERT INTO reservations (order_id, state, lines, version, at_ms) \
                 VALUES ($1, 'held', '[[\"A\",2]]', 1, $2)",
            ),
            (
                paid,
                "INSERT INTO reservations (order_id, state, lines, version, at_ms) \
                 VALUES ($1, 'allocated', '[[\"A\",1]]', 2, $2)",
            ),
            (held, "INSERT INTO timers (subject, kind, due_ms) VALUES ($1, 'hold_expires', $2)"),
            (
                held,
                "INSERT INTO movements (sku, location, kind, on_hand_delta, held_delta, allocated_delta, order_id, actor, \
                 at_ms) VALUES ('A', 'main', 'receive', 5, 0, 0, NULL, 'ada', $2), ('A', 'main', 'hold', 0, 2, 0, $1, NULL, $2)",
            ),
            (
                paid,
                "INSERT INTO movements (sku, location, kind, on_hand_delta, held_delta, allocated_delta, order_id, at_ms) \
                 VALUES ('A', 'main', 'hold', 0, 1, 0, $1, $2), ('A', 'main', 'allocate', 0, -1, 1, $1, $2)",
            ),
        ] {
            run(&db, sql, order, world.now()).await;
        }
        drop(db);
        // The writer before may still be closing its file.
        drop(open(&home, steps, &world).await);
        let mut settings = home.settings();
        "a secret of at least 32 characters".clone_into(&mut settings.rpc.secret);
        let services = vec![bodega_inventory::service()];
        let host = Host::start(services, Arc::new(settings), world.clone(), Mode::Still).await.unwrap();
        let figures = async || {
            let fact = host.rpc.ask(StockFacts { after: None }).await.unwrap().pop().unwrap();
            let own = (fact.on_hand, fact.held, fact.allocated);
            assert_eq!((fact.ledger_on_hand, fact.live_holds, fact.live_allocations), own, "{backend:?}");
            own
        };
        assert_eq!(figures().await, (5, 2, 1), "{backend:?}");
        clock.advance(Duration::from_hours(24 * 8));
        let expires = host.services[0].jobs.iter().find(|job| job.name == "expire_holds").unwrap();
        assert!(expires.step().await, "{backend:?}");
        assert!(!expires.step().await, "{backend:?}");
        assert_eq!(figures().await, (5, 0, 1), "{backend:?}");
        let states = host.rpc.ask(ReservationFacts { after: None }).await.unwrap();
        assert_eq!(states.iter().map(|fact| fact.state).collect::<Vec<_>>(), [State::Expired, State::Allocated]);
        let row = host.services[0].db.write(async |tx: &mut Tx| {
            let sql = "SELECT (SELECT COUNT(*) FROM timers), (SELECT MAX(seq) FROM movements), MIN(seq) FROM turnstile";
            tx.query_one(sql, &[]).await
        });
        let row = row.await.unwrap().unwrap();
        let numbers: [i64; 3] = [0, 1, 2].map(|column| row.get(column).unwrap());
        assert_eq!(numbers, [0, 5, 5], "{backend:?}");
    }
}
