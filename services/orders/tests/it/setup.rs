//! Orders alone, under test: what cart, stock and payments would say to it, what people would ask it, and its books.

use bodega_contracts::{
    OrderId,
    cart::{CheckedOut, CheckedOutOrder},
    orders::{OrderFact, OrderFacts, OrderStatus, PaperFact, PaperFacts},
    payments::{PaymentAction, PendingAction},
};
use bodega_kernel::UserId;
use bodega_pricing::price;
use bodega_rpc::{Answers, RpcError};
use bodega_service::Definition;
use bodega_settings::Settings;
use bodega_testkit::{Answer, Ask, Asker, Stage, Staged};
use std::{
    collections::{BTreeMap, HashMap},
    ops::Deref,
    sync::{Arc, Mutex},
    time::Duration,
};

/// What the order of [`Shop::checkout`] costs.
pub const TOTAL: i64 = 2_700;

type Made = Arc<Mutex<HashMap<OrderId, CheckedOut>>>;

/// One or more replicas of orders, and a cart and payments that answer what they are told to.
pub struct Shop {
    stage: Stage,
    pub made: Made,
}

impl Staged for Shop {
    fn service() -> Definition {
        bodega_orders::service()
    }

    fn adjust(settings: &mut Settings) {
        settings.payments.providers.push("manual".to_owned());
    }
}

impl From<Stage> for Shop {
    fn from(stage: Stage) -> Self {
        let made = Made::default();
        stage.neighbour("cart", &cart(&made));
        stage.neighbour("payments", &payments());
        Self { stage, made }
    }
}

impl Deref for Shop {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.stage
    }
}

impl Shop {
    /// Fires what is due on a replica; whether there was anything.
    pub async fn fire_timers(&self, replica: usize) -> bool {
        self.on(replica).job("timers").step().await
    }

    /// Moves the clock, and fires what is due then.
    pub async fn pass(&self, span: Duration) -> bool {
        self.clock.advance(span);
        self.fire_timers(0).await
    }

    pub fn order(&self) -> OrderId {
        OrderId::new(&self.world)
    }

    pub fn user(&self) -> UserId {
        UserId::new(&self.world)
    }

    /// A guest who holds the token of `order`.
    pub fn guest(&self, order: OrderId) -> Asker {
        let token = self.guest_token("order", order.0, Duration::from_hours(24));
        Asker::default().with("x-order-token", &token)
    }

    pub fn staff() -> Asker {
        bodega_testkit::staff().into()
    }

    pub fn customer(user: UserId) -> Asker {
        bodega_testkit::customer(user).into()
    }

    /// What verify would see.
    pub async fn facts(&self) -> BTreeMap<OrderId, OrderFact> {
        let (mut facts, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.rpc().ask(OrderFacts { after }).await.unwrap();
            let Some(last) = page.last() else { return facts };
            after = Some(last.order_id);
            facts.extend(page.into_iter().map(|fact| (fact.order_id, fact)));
        }
    }

    pub async fn fact(&self, order: OrderId) -> OrderFact {
        self.facts().await.remove(&order).unwrap()
    }

    /// The invariants of orders, over all of them.
    pub async fn check_books(&self) {
        self.checked_facts().await;
    }

    /// What verify would see, and finds right.
    pub async fn checked_facts(&self) -> BTreeMap<OrderId, OrderFact> {
        let facts = self.facts().await;
        for fact in facts.values() {
            let versions: Vec<i64> = fact.history.iter().map(|(version, _)| *version).collect();
            assert_eq!(versions, (1..=fact.version).collect::<Vec<_>>(), "{fact:?}");
            assert_eq!(fact.history.last().map(|(_, status)| *status), Some(fact.status), "{fact:?}");
            let is_cancelled = fact.status == OrderStatus::Cancelled;
            let is_over = is_cancelled || fact.status == OrderStatus::Completed;
            assert_eq!(fact.timer_due.is_none(), is_over, "{fact:?}");
            assert_eq!(fact.cancel_reason.is_some(), is_cancelled, "{fact:?}");
            assert_eq!(price(&fact.basket).unwrap().total, fact.total.amount, "{fact:?}");
        }
        self.check_papers(&facts).await;
        facts
    }

    /// One invoice for each order that was ever confirmed, and no number is missing.
    async fn check_papers(&self, facts: &BTreeMap<OrderId, OrderFact>) {
        let mut invoices: BTreeMap<OrderId, i64> = BTreeMap::new();
        let mut series: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for paper in self.papers().await {
            series.entry(paper.series).or_default().push(paper.seq);
            if paper.kind == "invoice" {
                assert_eq!(invoices.insert(paper.order_id, paper.amount), None);
            }
        }
        for (series, mut numbers) in series {
            numbers.sort_unstable();
            assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>(), "{series}");
        }
        for fact in facts.values() {
            let was_confirmed = fact.history.iter().any(|(_, status)| *status == OrderStatus::Confirmed);
            assert_eq!(invoices.get(&fact.order_id), was_confirmed.then_some(&fact.total.amount), "{fact:?}");
        }
    }

    /// Every invoice and credit note.
    pub async fn papers(&self) -> Vec<PaperFact> {
        let (mut papers, mut after) = (Vec::new(), None);
        loop {
            let page = self.rpc().ask(PaperFacts { after }).await.unwrap();
            let Some(last) = page.last() else { return papers };
            after = Some(last.number.clone());
            papers.extend(page);
        }
    }

    pub async fn get(&self, asker: &Asker, path: &str) -> Answer {
        self.ask(0, Ask::get(path).by(asker)).await
    }

    pub async fn cancel(&self, replica: usize, asker: &Asker, order: OrderId) -> Answer {
        let ask = Ask::post(format!("/v1/orders/{order}/cancel")).by(asker).body("{}");
        self.ask_until_served(replica, ask).await
    }
}

fn cart(made: &Made) -> Answers {
    let made = Arc::clone(made);
    Answers::new().on(async move |question: CheckedOutOrder| {
        Ok::<_, RpcError>(made.lock().unwrap().get(&question.order_id).cloned())
    })
}

fn payments() -> Answers {
    Answers::new().on(async |question: PendingAction| {
        let url = format!("https://pay.example/{}", question.order_id);
        Ok::<_, RpcError>(Some(PaymentAction { kind: "redirect".to_owned(), url, ..PaymentAction::default() }))
    })
}
