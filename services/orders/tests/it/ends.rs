//! How an order ended and what it told, in words that are the same for every order that went through the same.

use bodega_contracts::orders::{CancelReason, OrderFact, OrderStatus, PaymentStatus};
use bodega_db::Envelope;
use serde_json::Value;
use std::collections::BTreeMap;

/// What differs from order to order, or with the moment in which it is told.
const ITS_OWN: [&str; 9] =
    ["order_id", "number", "cart_id", "customer_id", "return_id", "promotion_id", "at", "deadline", "capture_first"];

/// How an order ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    pub status: OrderStatus,
    pub payment: PaymentStatus,
    pub reason: Option<CancelReason>,
    pub sent_to: String,
    /// The states of its returns, sorted.
    pub returns: Vec<String>,
    /// What was to be taken in the end before its parcels left, minor units; 0 where that may differ.
    pub due: i64,
    /// What its invoice and its credit notes are about; 0 where they may differ.
    pub invoiced: i64,
    pub credited: i64,
    /// What was told, and how often.
    told: BTreeMap<String, usize>,
}

/// The type of an event without its version.
fn word(kind: &str) -> String {
    kind.trim_end_matches(".v1").to_owned()
}

impl Story {
    /// What is left of an order beside what may be told of it or not.
    pub fn of(fact: &OrderFact, view: &Value, events: &[Envelope], may_be_told: &[&str]) -> Self {
        let returns = view["returns"].as_array().into_iter().flatten();
        let mut story = Self {
            status: fact.status,
            payment: fact.payment_status,
            reason: fact.cancel_reason,
            sent_to: view["shipping_address"]["name"].as_str().unwrap_or_default().to_owned(),
            returns: returns.map(|one| one["state"].as_str().unwrap().to_owned()).collect(),
            due: 0,
            invoiced: 0,
            credited: 0,
            told: BTreeMap::new(),
        };
        story.returns.sort();
        for event in events {
            story.tell(event);
        }
        if story.invoiced > 0 {
            // What was a sale for a while is credited as a whole.
            let credited = if fact.cancel_reason.is_some() { fact.total.amount } else { story.credited };
            assert_eq!((story.invoiced, story.credited), (fact.total.amount, credited), "{fact:?}");
        }
        for kind in may_be_told {
            story.told.retain(|told, _| !told.starts_with(kind));
            match *kind {
                "order.capture_due" => story.due = 0,
                "invoice.issued" => (story.invoiced, story.credited) = (0, 0),
                _ => {}
            }
        }
        story
    }

    /// How often something of a type was told.
    pub fn times(&self, kind: &str) -> usize {
        self.told.iter().filter(|(told, _)| told.starts_with(kind)).map(|(_, times)| times).sum()
    }

    fn tell(&mut self, event: &Envelope) {
        let mut data: Value = serde_json::from_str(&event.data).unwrap();
        let kind = word(&event.kind);
        let amount = data["amount"]["amount"].as_i64().unwrap_or_default();
        match kind.as_str() {
            "order.capture_due" => {
                assert!(self.due <= amount, "what is due never shrinks");
                self.due = amount;
                self.told.insert(kind, 1);
            }
            "invoice.issued" => {
                let is_invoice = data["kind"] == "invoice";
                *(if is_invoice { &mut self.invoiced } else { &mut self.credited }) += amount;
                self.told.insert(kind, 1);
            }
            _ => {
                // Where it goes is what was known when it was confirmed.
                if kind == "order.confirmed" {
                    data["shipping_address"].take();
                }
                strip(&mut data);
                let times = self.told.entry(format!("{kind} {data}")).or_default();
                // Nobody answered for days, so it was said again.
                *times = if kind == "order.placed" { 1 } else { *times + 1 };
            }
        }
    }
}

fn strip(data: &mut Value) {
    match data {
        Value::Object(fields) => {
            fields.retain(|name, _| !ITS_OWN.contains(&name.as_str()));
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
