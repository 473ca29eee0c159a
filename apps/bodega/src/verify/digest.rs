//! The end state in one word, without ids and times, so that two runs can be compared.

use super::Books;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// A digest of what the shop came to: equal for two runs that ended alike.
pub fn digest(books: &Books) -> String {
    let mut lines: Vec<String> = Vec::new();
    for stock in &books.stock {
        lines.push(format!("stock {} {} {} {}", stock.sku, stock.on_hand, stock.held, stock.allocated));
    }
    for order in books.orders.values() {
        let mut stocked: Vec<String> =
            order.stocked.iter().map(|(sku, quantity)| format!("{sku}*{quantity}")).collect();
        stocked.sort();
        let payment = books.payments.get(&order.order_id);
        let money = payment.map(|payment| (payment.captured, payment.refunded));
        let kept = books.reservations.get(&order.order_id).map(|reservation| reservation.state);
        let claims = books.coupon_uses.get(&order.order_id).map(|uses| uses.state);
        let points =
            books.order_points.get(&order.order_id).map(|points| (points.spent, points.pending, points.earned));
        let sent = books.fulfilments.get(&order.order_id).map(|sent| (sent.state, sent.dispatched, sent.delivered));
        let mails = books.confirmations.get(&order.order_id).map(|mails| mails.mails);
        lines.push(format!(
            "order {:?} {:?} {:?} {} {} {money:?} {kept:?} {claims:?} {points:?} {sent:?} {mails:?}",
            order.status,
            order.payment_status,
            order.cancel_reason,
            order.total,
            stocked.join(",")
        ));
    }
    lines.sort();
    let mut hasher = Sha256::new();
    for line in lines {
        hasher.update(line.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
