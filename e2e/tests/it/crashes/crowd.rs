//! Shoppers and staff at work while the process ends under them: bought with codes, gift cards and points, called off,
//! sent, sent back. Each writes down what they were told.

use super::{
    memory::{
        Claims, Memory, ON_CARD, POINTS, POINTS_AT_FIRST, Plan, Remembered, Step, USES, ask_all, fits, fits_code,
    },
    place::register,
};
use bodega::{
    client::{Answer, Headers, ShopClient},
    verify::Call,
};
use bodega_contracts::CartId;
use bodega_e2e::{Bought, cart_with, check_out};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinHandle;

/// Shoppers at work at once, staff beside them, and customers with an account.
const SHOPPERS: usize = 6;
const STAFF: usize = 2;
const CUSTOMERS: usize = 2;
/// A little while.
const PAUSE: Duration = Duration::from_millis(20);
/// How often a cancellation is tried.
const TRIES: usize = 50;

/// Everybody, and what they were told. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Crowd {
    pub(super) memory: Arc<Mutex<Memory>>,
    /// The access token of staff.
    pub(super) staff: String,
    /// Customers with points: their ids and access tokens.
    customers: Arc<Vec<(String, String)>>,
    /// The code of this round.
    code: Arc<Mutex<Option<(String, String)>>>,
    counted: Arc<AtomicUsize>,
}

/// The crowd at work in one process.
pub(super) struct Round {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
    memory: Arc<Mutex<Memory>>,
}

impl Round {
    /// Waits until nobody is at work any more; the process has ended.
    pub(super) async fn over(self) {
        self.stop.store(true, Ordering::SeqCst);
        for task in self.tasks {
            task.await.unwrap();
        }
        self.memory.lock().unwrap().rest();
    }
}

/// A shop as everybody sees it.
#[derive(Clone)]
struct View {
    crowd: Crowd,
    guest: ShopClient,
    staff: ShopClient,
    customers: Vec<ShopClient>,
}

impl Crowd {
    /// Customers register, and are given points.
    pub(super) async fn open_accounts(&mut self, url: &str) {
        let (staff, mut customers) = (ShopClient::new(url, Some(self.staff.clone())).unwrap(), Vec::new());
        for number in 0..CUSTOMERS {
            let (id, token) = register(url, &format!("customer-{number}@example.com")).await;
            let given = json!({"points": POINTS_AT_FIRST, "reason": "welcome"});
            staff.post(&format!("/v1/customers/{id}/points/adjustments"), &given, None).await.unwrap();
            customers.push((id, token));
        }
        self.customers = Arc::new(customers);
        let buyer = ShopClient::new(url, None).unwrap();
        for _ in 0..400 {
            if cart_with(&buyer, &LINES, &json!({})).await.is_ok() {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("carts never heard of the products");
    }

    fn view(&self, url: &str) -> View {
        let client = |token: Option<&String>| ShopClient::new(url, token.cloned()).unwrap();
        let customers = self.customers.iter().map(|(_, token)| client(Some(token))).collect();
        View { crowd: self.clone(), guest: client(None), staff: client(Some(&self.staff)), customers }
    }

    /// Everybody works until they are told to stop or the process is gone.
    pub(super) fn work(&self, url: &str) -> Round {
        let (stop, view) = (Arc::new(AtomicBool::new(false)), self.view(url));
        *self.code.lock().unwrap() = None;
        let mut tasks = Vec::new();
        for nth in 0..SHOPPERS + STAFF {
            let (view, stop) = (view.clone(), Arc::clone(&stop));
            tasks.push(tokio::spawn(async move {
                let mut there = Some(());
                // The first shopper brings the code of the day.
                if nth == 0 {
                    there = view.make_code().await;
                }
                while there.is_some() && !stop.load(Ordering::SeqCst) {
                    there = if nth < SHOPPERS { view.shop().await } else { view.serve().await };
                }
            }));
        }
        Round { stop, tasks, memory: Arc::clone(&self.memory) }
    }

    /// Asks a shop that has come to rest for all that was promised.
    pub(super) async fn ask_for_what_was_promised(&self, url: &str, what: &str) {
        let view = self.view(url);
        // Nobody else is here: it is put back at once.
        let mut memory = std::mem::take(&mut *self.memory.lock().unwrap());
        ask_all(&mut memory, &view.guest, &view.staff, what).await;
        for (number, (id, _)) in self.customers.iter().enumerate() {
            let points = view.staff.get(&format!("/v1/customers/{id}/points"), Headers::default()).await.unwrap();
            let figure = |name: &str| points[name].as_i64().unwrap();
            fits(&memory, number, ["spendable", "held", "pending", "debt"].map(figure), what);
        }
        let code = self.code.lock().unwrap().clone();
        if let Some((code, promotion)) = code {
            let path = format!("/v1/promotions/{promotion}/report");
            let report = view.staff.get(&path, Headers::default()).await.unwrap();
            let figure = |name: &str| report[name].as_i64().unwrap();
            fits_code(&memory, &code, ["reserved", "redeemed", "released"].map(figure), what);
        }
        *self.memory.lock().unwrap() = memory;
    }
}

/// What everybody buys.
const LINES: [(&str, i64); 2] = [("MUG", 1), ("BOWL", 2)];

impl View {
    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.crowd.memory.lock().unwrap()
    }

    fn count(&self) -> usize {
        self.crowd.counted.fetch_add(1, Ordering::SeqCst)
    }

    /// Staff make a code that is good for a few orders. `None` once nobody answers, here and below.
    async fn make_code(&self) -> Option<()> {
        let code = format!("DAY{}", self.count());
        let reward = json!({"kind": "percentage", "bp": 1_000});
        let promotion = json!({"label": "A tenth", "code": code, "reward": reward, "limit": USES, "combinable": true});
        let made = self.staff.post("/v1/coupons", &promotion, None).await.ok()?;
        *self.crowd.code.lock().unwrap() = Some((code, made["id"].as_str()?.to_owned()));
        Some(())
    }

    /// Somebody buys: one after another in another way.
    async fn shop(&self) -> Option<()> {
        let number = self.count();
        let (plan, with_code, with_card, with_points) = match number % 6 {
            0 => (Plan::Keep, true, false, false),
            1 => (Plan::Cancel, false, true, false),
            2 => (Plan::SendBack, false, true, false),
            3 => (Plan::Send, false, false, true),
            4 => (Plan::Cancel, true, false, true),
            _ => (Plan::Keep, false, false, false),
        };
        let mut claims = Claims::default();
        let (mut more, mut buyer) = (json!({}), &self.guest);
        if with_code {
            claims.code = self.crowd.code.lock().unwrap().as_ref().map(|(code, _)| code.clone());
            more["coupon_code"] = json!(claims.code);
        }
        if with_points {
            claims.customer = Some(number % CUSTOMERS);
            buyer = &self.customers[number % CUSTOMERS];
            more["points"] = json!(POINTS);
        }
        let made = cart_with(buyer, &LINES, &more).await;
        let Ok(cart) = made else { return self.still_there(number).await };
        if with_card {
            claims.card = Some(self.give_card(buyer, &cart, number).await?);
        }
        self.buy(buyer, &cart, plan, claims).await
    }

    /// After something was refused: whether the process is still there.
    async fn still_there(&self, number: usize) -> Option<()> {
        let path = "/v1/products/mug";
        tokio::time::sleep(PAUSE).await;
        let answer = self.guest.call(Method::GET, path, Headers::default(), None).await.ok()?;
        assert!(answer.status.is_success(), "shopper {number}: {answer:?}");
        Some(())
    }

    /// Staff make a gift card, and the cart is to be paid with it.
    async fn give_card(&self, buyer: &ShopClient, cart: &(CartId, String), number: usize) -> Option<String> {
        let wanted = json!({"amount": {"amount": ON_CARD, "currency": "GBP"}});
        let made = self.staff.post("/v1/admin/gift-cards", &wanted, Some(&format!("card-{number}"))).await.ok()?;
        let id = made["id"].as_str()?.to_owned();
        self.memory().unused.push(id.clone());
        let headers = Headers { cart: Some(&cart.1), ..Headers::default() };
        let (path, tenders) = (format!("/v1/carts/{}/tenders", cart.0), json!({"gift_cards": [made["code"]]}));
        let answer = buyer.call(Method::PUT, &path, headers, Some(&tenders)).await.ok()?;
        assert!(answer.status.is_success(), "a card that was just made: {answer:?}");
        Some(id)
    }

    /// Buys and writes down what came of it.
    async fn buy(&self, buyer: &ShopClient, cart: &(CartId, String), plan: Plan, claims: Claims) -> Option<()> {
        let answer = check_out(buyer, cart, "sim_success", &cart.0.to_string()).await;
        let bought = match &answer {
            Ok(answer) if answer.status == 202 => Some(Bought::of(cart.0, &answer.body).unwrap()),
            Ok(_) | Err(_) => None,
        };
        let call = match (&bought, &answer) {
            (Some(bought), _) => Call::Accepted(bought.order_id),
            (None, Ok(answer)) if answer.status.is_client_error() => Call::Refused,
            (None, _) => Call::Unanswered,
        };
        {
            let mut memory = self.memory();
            memory.journal.calls.push((cart.0, call));
            match (&bought, call) {
                (None, Call::Refused) => {}
                (None, _) => {
                    memory.unused.retain(|card| claims.card.as_ref() != Some(card));
                    memory.unanswered.push(claims);
                }
                (Some(bought), _) => {
                    memory.unused.retain(|card| claims.card.as_ref() != Some(card));
                    memory.orders.push(Remembered::new(bought.clone(), plan, claims));
                }
            }
        }
        let answered = answer.ok().map(drop);
        match bought.filter(|_| plan == Plan::Cancel) {
            Some(bought) => self.cancel(&bought).await,
            None => answered,
        }
    }

    async fn cancel(&self, bought: &Bought) -> Option<()> {
        let key = format!("cancel-{}", bought.order_id);
        for nth in 0..TRIES {
            // Before it is paid, or after.
            tokio::time::sleep(PAUSE * u32::try_from((self.count() + nth) % 5).unwrap_or(0)).await;
            let answer = self.of_buyer(bought, "cancel", &json!({}), &key).await?;
            if answer.status.is_success() {
                let mut memory = self.memory();
                let order = memory.orders.iter_mut().find(|order| order.bought.order_id == bought.order_id);
                order.unwrap().step = Step::Cancelled;
                return Some(());
            }
            assert!(answer.status.is_client_error() || answer.status == 503, "{bought:?}: {answer:?}");
        }
        Some(())
    }

    async fn of_buyer(&self, bought: &Bought, what: &str, body: &Value, key: &str) -> Option<Answer> {
        let headers = Headers { key: Some(key), order: Some(&bought.order_token), cart: None };
        self.guest.call(Method::POST, &format!("/v1/orders/{}/{what}", bought.order_id), headers, Some(body)).await.ok()
    }

    async fn of_staff(&self, path: &str, body: &Value, key: &str) -> Option<Answer> {
        let headers = Headers { key: Some(key), ..Headers::default() };
        self.staff.call(Method::POST, path, headers, Some(body)).await.ok()
    }

    /// Staff do what is next for some order, again with the same key where nobody knows whether it was done.
    async fn serve(&self) -> Option<()> {
        let spoon = json!({"sku": "SPOON", "kind": "receive", "quantity": 1, "reason": "test"});
        self.staff.call(Method::POST, "/v1/stock/movements", Headers::default(), Some(&spoon)).await.ok()?;
        let taken = self.memory().take();
        let Some((at, order)) = taken else {
            tokio::time::sleep(PAUSE).await;
            return Some(());
        };
        let (id, next) = (order.bought.order_id, order.next()?);
        let thing = |thing: &Option<String>| thing.clone().unwrap_or_default();
        let (parcel, back) = (thing(&order.parcel), thing(&order.return_id));
        let key = format!("{next:?}-{id}");
        let one = json!([{"sku": "MUG", "quantity": 1}]);
        let counted = json!({"lines": [{"sku": "MUG", "restock": 1, "write_off": 0}]});
        let answer = match next {
            Step::Sent => {
                self.of_staff(&format!("/v1/orders/{id}/shipments"), &json!({"carrier": "manual"}), &key).await
            }
            Step::Arrived => self.of_staff(&format!("/v1/shipments/{parcel}/delivered"), &json!({}), &key).await,
            Step::Asked => {
                let wish = json!({"lines": one, "reason": "does not fit", "wish": "refund"});
                self.of_buyer(&order.bought, "returns", &wish, &key).await
            }
            Step::Allowed => self.of_staff(&format!("/v1/admin/returns/{back}/approve"), &json!({}), &key).await,
            Step::Received => self.of_staff(&format!("/v1/admin/returns/{back}/receive"), &counted, &key).await,
            Step::Bought | Step::Cancelled => None,
        }?;
        self.note(at, next, &answer);
        if !answer.status.is_success() {
            tokio::time::sleep(PAUSE).await;
        }
        Some(())
    }

    fn note(&self, at: usize, next: Step, answer: &Answer) {
        let mut memory = self.memory();
        let order = &mut memory.orders[at];
        order.busy = false;
        if !answer.status.is_success() {
            // Shipping has not heard of it yet, or it is not paid.
            assert!([404, 409].contains(&answer.status.as_u16()), "{next:?}: {order:?}: {answer:?}");
            order.tries += 1;
            return;
        }
        let id = || answer.body["id"].as_str().map(str::to_owned);
        match next {
            Step::Sent => order.parcel = id(),
            Step::Asked => order.return_id = id(),
            Step::Bought | Step::Cancelled | Step::Arrived | Step::Allowed | Step::Received => {}
        }
        order.step = next;
    }
}
