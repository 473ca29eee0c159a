//! What credit notes name: the goods that came back, with their tax, which add up to what was given back.

use crate::{
    papers::{amount, basket, item, line, rates},
    setup::Shop,
};
use bodega_contracts::{OrderId, ShipmentId, orders::ReturnReceived, shipping::ShipmentDelivered};
use bodega_kernel::Currency;
use bodega_pricing::{Basket, price};
use bodega_testkit::arrivals;
use serde_json::{Value, json};

impl Shop {
    /// An order of this basket that arrived.
    async fn sent(&self, basket: Basket) -> OrderId {
        let pieces = basket.lines.iter().map(|item| item.quantity).sum();
        let order = self.bought(basket).await;
        let shipment_id = ShipmentId(order.0);
        let arrived = ShipmentDelivered { order_id: order, shipment_id, delivered: pieces, pieces };
        self.deliver(vec![self.allocated(order), self.said(&arrived)]).await;
        order
    }

    /// These came back; says how much goes back for them.
    async fn came(&self, order: OrderId, lines: &[(&str, i64)], shipping: bool) -> i64 {
        let asked: Vec<Value> = lines.iter().map(|(sku, count)| json!({"sku": sku, "quantity": count})).collect();
        let counted: Vec<Value> = lines.iter().map(|(sku, count)| json!({"sku": sku, "restock": count})).collect();
        let id = self.approved(order, &json!({"lines": asked, "reason": "no", "wish": "refund"})).await;
        let receipt = json!({"lines": counted, "refund_shipping": shipping});
        let received = self.do_return(0, &id, "receive", &receipt).await.expect(200).json;
        received["refund"]["amount"].as_i64().unwrap()
    }

    /// The credit notes of an order as they are read, oldest first.
    async fn notes(&self, order: OrderId) -> Vec<String> {
        let mut notes = Vec::new();
        for (_, kind, url) in self.listed(order).await {
            if kind == "credit_note" {
                notes.push(self.read(0, &self.guest(order), &url).await.text());
            }
        }
        notes
    }
}

fn goods() -> Basket {
    basket(Currency::GBP, true, vec![item(1, 1_999, 3, 2_000), item(2, 3_333, 2, 500), item(3, 700, 1, 0)])
}

/// The goods of a note: how many, the tax in it and what goes back, which add up to the note.
fn named(text: &str) -> Vec<(String, i64, i64)> {
    let (table, _) = text.split_once("Credited").unwrap();
    let rows: Vec<&str> = table
        .lines()
        .filter(|line| line.contains("Thing number") || line.trim_start().starts_with("Shipping ("))
        .collect();
    let read = |row: &&str| {
        let mut words = row.split_whitespace().rev();
        let [paid, tax] = [(); 2].map(|()| amount(words.next().unwrap()));
        let (_rate, count) = (words.next().unwrap(), words.next().unwrap());
        let name: Vec<&str> = words.collect::<Vec<_>>().into_iter().rev().collect();
        (format!("{} x {count}", name.join(" ")), tax, paid)
    };
    let rows: Vec<_> = rows.iter().map(read).collect();
    let credited = amount(line(text, "Credited"));
    assert_eq!(rows.iter().map(|row| row.2).sum::<i64>(), credited, "{text}");
    let rates = rates(&text[text.find("Credited").unwrap()..]);
    assert_eq!(rates.iter().map(|rate| rate[1]).sum::<i64>(), rows.iter().map(|row| row.1).sum::<i64>(), "{text}");
    assert_eq!(rates.iter().map(|rate| rate[2]).sum::<i64>(), credited, "{text}");
    rows
}

fn names(rows: &[(String, i64, i64)]) -> Vec<&str> {
    rows.iter().map(|row| row.0.as_str()).collect()
}

async fn a_credit_note_names_the_goods_that_came_back_and_adds_up(shop: &Shop) {
    shop.is_called("The Corner Shop");
    let (order, priced) = (shop.sent(goods()).await, price(&goods()).unwrap());
    let first = shop.came(order, &[("SKU-1", 2), ("SKU-3", 1)], false).await;
    shop.deliver(vec![shop.refunded(order, first)]).await;
    let second = shop.came(order, &[("SKU-1", 1), ("SKU-2", 2)], true).await;
    assert_eq!(first + second, priced.total);
    shop.deliver(vec![shop.refunded(order, first + second)]).await;
    let notes = shop.notes(order).await;
    let [one, two] = &*notes else { panic!("two notes") };
    assert!(one.contains("SKU-1") && one.contains("SKU-3") && !one.contains("SKU-2"), "{one}");
    let (one, two) = (named(one), named(two));
    assert_eq!(names(&one), ["Thing number 1 x 2", "Thing number 3 x 1"]);
    assert_eq!(names(&two), ["Thing number 1 x 1", "Thing number 2 x 2", "Shipping (Standard) x 1"]);
    assert_eq!((one[1].1, one.iter().chain(&two).map(|row| row.1).sum::<i64>()), (0, priced.tax));
    let german = &shop.listed(order).await[1].2;
    let german = shop.read(1, &Shop::staff(), &format!("{german}?lang=de")).await.text();
    assert!(german.contains("Gutgeschrieben") && german.contains("Thing number 1"), "{german}");
    shop.check_books().await;
}

async fn what_is_given_back_by_hand_stands_as_one_sum(shop: &Shop) {
    shop.is_called("The Corner Shop");
    let (order, total) = (shop.sent(goods()).await, price(&goods()).unwrap().total);
    shop.deliver(vec![shop.refunded(order, 1_234)]).await;
    let came = shop.came(order, &[("SKU-1", 1)], false).await;
    shop.deliver(vec![shop.refunded(order, 1_234 + came)]).await;
    // Nearly all of it goes back by hand, so that what is left at a rate is less than what comes back at it.
    let rest = total - 1_234 - came - 2_000;
    shop.deliver(vec![shop.refunded(order, total - 2_000)]).await;
    let last = shop.came(order, &[("SKU-2", 1)], false).await;
    shop.deliver(vec![shop.refunded(order, total)]).await;
    assert!(last > 2_000 && rest > 0, "payments gives back what is left");
    let notes = shop.notes(order).await;
    let is_sum: Vec<bool> = notes.iter().map(|note| note.contains("Refund for order")).collect();
    assert_eq!(is_sum, [true, false, true, true]);
    assert_eq!(names(&named(&notes[1])), ["Thing number 1 x 1"]);
    let sums = notes.iter().map(|note| amount(line(note, "Credited"))).sum::<i64>();
    assert_eq!(sums, total);
    shop.check_books().await;
}

async fn returns_are_named_once_in_every_order_of_what_is_heard_of_their_money(shop: &Shop) {
    shop.is_called("The Corner Shop");
    for arrival in arrivals(3, 1) {
        let order = shop.sent(goods()).await;
        let mut sums = vec![0];
        for goods in [("SKU-1", 1), ("SKU-2", 1), ("SKU-3", 1)] {
            sums.push(sums.last().unwrap() + shop.came(order, &[goods], false).await);
        }
        for (step, fact) in arrival.iter().enumerate() {
            let said = [shop.refunded(order, sums[fact + 1])];
            shop.spread(step, &said).await;
            shop.spread(step + 1, &said).await;
        }
        let notes = shop.notes(order).await;
        let named: Vec<_> = notes.iter().flat_map(|note| named(note)).collect();
        assert_eq!(names(&named), ["Thing number 1 x 1", "Thing number 2 x 1", "Thing number 3 x 1"], "{arrival:?}");
    }
    let told = shop.told::<ReturnReceived>().await.len();
    assert_eq!(told, 18);
    shop.check_books().await;
}

bodega_testkit::stories![
    a_credit_note_names_the_goods_that_came_back_and_adds_up,
    what_is_given_back_by_hand_stands_as_one_sum,
    returns_are_named_once_in_every_order_of_what_is_heard_of_their_money,
];
