//! As much of Vendure's and Medusa's APIs as a journey needs, one after the other step: a step that is left out is refused.

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// Which orders are declined.
#[derive(Clone, Copy)]
pub(crate) enum Refusal {
    /// Whatever comes after so many.
    After(u64),
    /// One in so many.
    Every(u64),
}

/// A shop that listens.
pub(crate) struct Fake {
    pub(crate) url: String,
    shop: Shop,
}

#[derive(Clone)]
struct Shop {
    refusal: Option<Refusal>,
    /// How far each cart is: the steps that it has behind it.
    carts: Arc<Mutex<HashMap<String, Vec<&'static str>>>>,
    tries: Arc<AtomicU64>,
    orders: Arc<AtomicU64>,
}

/// Behind every cart before its order.
const STEPS: [&str; 4] = ["cart", "address", "shipping", "payment"];

impl Fake {
    pub(crate) async fn open(refusal: Option<Refusal>) -> Self {
        let (carts, tries, orders) = (Arc::default(), Arc::default(), Arc::default());
        let shop = Shop { refusal, carts, tries, orders };
        let routes = Router::new()
            .route("/shop-api", post(vendure))
            .route("/store/regions", get(|| async { Json(json!({"regions": [{"id": "reg_1"}]})) }))
            .route("/store/products", get(list))
            .route("/store/products/{id}", get(product))
            .route("/store/carts", post(make_cart))
            .route("/store/carts/{id}", post(give_address))
            .route("/store/carts/{id}/shipping-methods", post(choose_shipping))
            .route("/store/shipping-options", get(|| async { Json(json!({"shipping_options": [{"id": "so_1"}]})) }))
            .route("/store/payment-collections", post(make_collection))
            .route("/store/payment-collections/{id}/payment-sessions", post(choose_payment))
            .route("/store/carts/{id}/complete", post(complete))
            .with_state(shop.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, shop }
    }

    /// How many were placed.
    pub(crate) fn orders(&self) -> u64 {
        self.shop.orders.load(Ordering::SeqCst)
    }
}

impl Shop {
    fn new_cart(&self) -> String {
        let mut carts = self.carts.lock().unwrap();
        let id = format!("cart_{}", carts.len());
        carts.insert(id.clone(), vec!["cart"]);
        id
    }

    fn pass(&self, cart: &str, step: &'static str) -> bool {
        self.carts.lock().unwrap().get_mut(cart).map(|steps| steps.push(step)).is_some()
    }

    /// Whether the cart became an order.
    fn place(&self, cart: &str) -> bool {
        let number = self.tries.fetch_add(1, Ordering::SeqCst) + 1;
        let declined = match self.refusal {
            Some(Refusal::After(orders)) => number > orders,
            Some(Refusal::Every(orders)) => number.is_multiple_of(orders),
            None => false,
        };
        let is_placed = !declined && self.carts.lock().unwrap().remove(cart).is_some_and(|steps| steps == STEPS);
        self.orders.fetch_add(u64::from(is_placed), Ordering::SeqCst);
        is_placed
    }
}

async fn vendure(State(shop): State<Shop>, headers: HeaderMap, Json(asked): Json<Value>) -> Response {
    let query = asked["query"].as_str().unwrap();
    let cart = headers.get("authorization").and_then(|token| token.to_str().ok()?.strip_prefix("Bearer "));
    let changed = |mutation: &str, went_well: bool| {
        let name = if went_well { "Order" } else { "NoActiveOrderError" };
        json!({mutation: {"__typename": name}})
    };
    let data = if query.contains("search(") {
        json!({"search": {"totalItems": 1, "items": [{"slug": "tea"}]}})
    } else if query.contains("product(slug:") {
        assert_eq!(asked["variables"]["slug"], "tea");
        json!({"product": {"variants": [{"id": "1"}]}})
    } else if query.contains("addItemToOrder") {
        assert!(cart.is_none() && asked["variables"]["variant"] == "1", "a new guest wants the variant");
        let body = Json(json!({"data": changed("addItemToOrder", true)}));
        return ([("vendure-auth-token", shop.new_cart())], body).into_response();
    } else if query.contains("setOrderShippingAddress") {
        changed("setOrderShippingAddress", shop.pass(cart.unwrap(), "address"))
    } else if query.contains("eligibleShippingMethods") {
        json!({"eligibleShippingMethods": [{"id": "5"}]})
    } else if query.contains("setOrderShippingMethod") {
        assert_eq!(asked["variables"]["way"], json!(["5"]));
        changed("setOrderShippingMethod", shop.pass(cart.unwrap(), "shipping"))
    } else if query.contains("eligiblePaymentMethods") {
        json!({"eligiblePaymentMethods": [{"code": "dummy"}]})
    } else if query.contains("transitionOrderToState") {
        changed("transitionOrderToState", shop.pass(cart.unwrap(), "payment"))
    } else if query.contains("addPaymentToOrder") && asked["variables"]["method"] == "dummy" {
        if shop.place(cart.unwrap()) {
            json!({"addPaymentToOrder": {"__typename": "Order", "state": "PaymentSettled"}})
        } else {
            json!({"addPaymentToOrder": {"__typename": "PaymentDeclinedError", "message": "declined"}})
        }
    } else {
        return Json(json!({"errors": [{"message": format!("what is {query}")}]})).into_response();
    };
    Json(json!({"data": data})).into_response()
}

async fn list(headers: HeaderMap, Query(asked): Query<HashMap<String, String>>) -> Json<Value> {
    assert!(headers["x-publishable-api-key"] == "pk_test" && asked["region_id"] == "reg_1");
    Json(json!({"count": 1, "products": [{"id": "prod_1"}]}))
}

async fn product(Path(id): Path<String>) -> Json<Value> {
    assert_eq!(id, "prod_1");
    Json(json!({"product": {"variants": [{"id": "variant_1"}]}}))
}

async fn make_cart(State(shop): State<Shop>, Json(asked): Json<Value>) -> Json<Value> {
    assert_eq!(asked["items"], json!([{"variant_id": "variant_1", "quantity": 1}]));
    Json(json!({"cart": {"id": shop.new_cart()}}))
}

async fn give_address(State(shop): State<Shop>, Path(cart): Path<String>, Json(asked): Json<Value>) -> Response {
    answer(asked["email"].is_string() && shop.pass(&cart, "address"))
}

async fn choose_shipping(State(shop): State<Shop>, Path(cart): Path<String>, Json(asked): Json<Value>) -> Response {
    answer(asked["option_id"] == "so_1" && shop.pass(&cart, "shipping"))
}

async fn make_collection(Json(asked): Json<Value>) -> Json<Value> {
    Json(json!({"payment_collection": {"id": asked["cart_id"]}}))
}

async fn choose_payment(State(shop): State<Shop>, Path(cart): Path<String>, Json(asked): Json<Value>) -> Response {
    answer(asked["provider_id"] == "pp_system_default" && shop.pass(&cart, "payment"))
}

async fn complete(State(shop): State<Shop>, Path(cart): Path<String>) -> Json<Value> {
    if shop.place(&cart) {
        Json(json!({"type": "order", "order": {"id": format!("order_of_{cart}")}}))
    } else {
        Json(json!({"type": "cart", "error": {"message": "declined"}}))
    }
}

fn answer(went_well: bool) -> Response {
    let status = if went_well { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    (status, Json(json!({}))).into_response()
}
