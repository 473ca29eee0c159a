//! Rows of earlier versions are kept, in the shape of today.

use bodega_contracts::OrderId;
use bodega_db::{Db, Migration, Tx, params};
use bodega_kernel::World;
use bodega_testkit::{Home, backends};

async fn open(home: &Home, steps: &'static [Migration], world: &World) -> Db {
    Db::open(&bodega_service::database(&home.settings(), "shipping"), steps, world).await.unwrap()
}

async fn lines(db: &Db, order: OrderId) -> Option<String> {
    let sql = "SELECT lines FROM fulfilments WHERE order_id = $1";
    let row = db.write(async move |tx: &mut Tx| tx.query_one(sql, &params![order.0]).await).await.unwrap();
    row.unwrap().get(0).unwrap()
}

#[tokio::test]
async fn lines_of_their_own_table_move_into_the_row_of_their_order() {
    let (world, steps) = (World::system(), bodega_shipping::service().migrations);
    for backend in backends() {
        let (home, order, unheard) = (Home::new(backend), OrderId::new(&world), OrderId::new(&world));
        let db = open(&home, &steps[..3], &world).await;
        db.write(async move |tx: &mut Tx| {
            let sql = "INSERT INTO fulfilments (order_id, id, state, confirmed, allocated, ending, handover, pieces, claimed, \
                       dispatched, delivered, version, at_ms) \
                       VALUES ($1, $2, 'open', TRUE, TRUE, 'none', 'parcels', 6, 3, 0, 0, 4, 1)";
            for order in [order, unheard] {
                let id = tx.world().uuid();
                tx.execute(sql, &params![order.0, id]).await?;
            }
            let sql = "INSERT INTO fulfilment_lines (order_id, position, sku, pieces, claimed) VALUES ($1, $2, $3, $4, $5)";
            for (place, sku, pieces, claimed) in [(2_i64, "A", 3_i64, 3_i64), (0, "5\" \\ \u{e9}", 2, 0), (1, "B", 1, 0)] {
                tx.execute(sql, &params![order.0, place, sku, pieces, claimed]).await?;
            }
            Ok::<_, bodega_db::DbError>(())
        })
        .await
        .unwrap();
        drop(db);
        let db = open(&home, steps, &world).await;
        let read: serde_json::Value = serde_json::from_str(&lines(&db, order).await.unwrap()).unwrap();
        assert_eq!(read, serde_json::json!([["5\" \\ \u{e9}", 2, 0], ["B", 1, 0], ["A", 3, 3]]), "{backend:?}");
        assert_eq!(lines(&db, unheard).await, None, "{backend:?}");
    }
}
