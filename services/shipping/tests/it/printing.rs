//! Labels on paper: of what has left, for those who send it.

use crate::setup::{Shop, buyer};
use bodega_kernel::Caller;
use bodega_testkit::{Answer, Ask, customer, staff, stories};
use serde_json::json;

stories!(
    a_parcel_that_has_left_has_a_label,
    a_label_of_a_carrier_is_there_when_the_carrier_has_answered,
    a_parcel_that_has_not_left_has_no_label,
    labels_are_for_staff,
);

async fn label(shop: &Shop, parcel: &Answer) -> Answer {
    let path = format!("/v1/shipments/{}/label.pdf", parcel.field("id"));
    shop.ask(0, Ask::get(path).by(staff())).await
}

fn check(label: &Answer, place: usize) {
    assert!(label.text.starts_with("%PDF-") && label.text.ends_with("%%EOF"));
    assert_eq!(label.header("content-type"), "application/pdf");
    assert_eq!(label.header("cache-control"), "private, no-store");
    let name = label.header("content-disposition");
    assert!(name.starts_with("inline; filename=\"label-B-") && name.ends_with(&format!("-{place}.pdf\"")), "{name}");
}

async fn a_parcel_that_has_left_has_a_label(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 3)]).await;
    let first = shop.send(fulfilment, "A", 1).await.expect(201);
    let numbered = json!({"carrier": "manual", "tracking_number": "RM 1 \u{dc}"});
    let second = shop.dispatch(fulfilment, numbered).await.expect(201);
    check(&label(shop, &first).await.expect(200), 1);
    check(&label(shop, &second).await.expect(200), 2);
    shop.say(&format!("/v1/shipments/{}/delivered", first.field("id"))).await.expect(200).field("id");
    check(&label(shop, &first).await.expect(200), 1);
}

async fn a_label_of_a_carrier_is_there_when_the_carrier_has_answered(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 2)]).await;
    let parcel = shop.dispatch(fulfilment, json!({"carrier": "simulator"})).await.expect(202);
    assert_eq!(label(shop, &parcel).await.expect(409).code(), "shipment_not_dispatched");
    assert!(shop.on(0).job("labels").step().await);
    check(&label(shop, &parcel).await.expect(200), 1);
}

async fn a_parcel_that_has_not_left_has_no_label(shop: &Shop) {
    let refused = shop.open_by(&[("A", 2)], "standard", "SIM REFUSE").await;
    let parcel = shop.dispatch(refused, json!({"carrier": "simulator"})).await.expect(202);
    assert!(shop.on(0).job("labels").step().await);
    assert_eq!(label(shop, &parcel).await.expect(409).code(), "shipment_not_dispatched");
    let promised = shop.open_promised(&[("A", 2)], "standard").await;
    let waiting = shop.dispatch(promised, json!({"carrier": "manual"})).await.expect(202);
    assert_eq!(label(shop, &waiting).await.expect(409).code(), "shipment_not_dispatched");
    let nowhere = format!("/v1/shipments/{}/label.pdf", shop.world.uuid());
    assert_eq!(shop.ask(0, Ask::get(nowhere).by(staff())).await.status, 404);
}

async fn labels_are_for_staff(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 1)]).await;
    let parcel = shop.send(fulfilment, "A", 1).await.expect(201);
    let path = format!("/v1/shipments/{}/label.pdf", parcel.field("id"));
    for (caller, status) in [(customer(buyer()), 403), (Caller::guest(), 401)] {
        assert_eq!(shop.ask(0, Ask::get(path.as_str()).by(caller)).await.status, status);
    }
}
