//! Logging in, opening an account, and what people change of it.

use crate::played::{Played, logged_in};
use axum::{
    body::Body,
    extract::Request,
    http::{Method, header},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

const TOKENS: &str = "/v1/auth/login";

fn shop() -> Played {
    let tokens = json!({"access_token": "a.b.c", "refresh_token": "r", "expires_in": 900});
    Played::default().answers(Method::POST, TOKENS, 200, &tokens)
}

fn me() -> Played {
    let me = json!({"email": "ada@example.com", "email_verified": true, "name": "<b>Ada</b>", "roles": ["customer"]});
    shop().answers(Method::GET, "/v1/me", 200, &me)
}

#[tokio::test]
async fn whoever_logs_in_comes_back_to_where_they_were() {
    let shown =
        shop().post("/login", "", "email=ada%40example.com&password=a+walnut&to=%2Fde%2Fcheckout%3Fa%3D1").await;
    assert_eq!((shown.status, shown.location()), (303, "/de/checkout?a=1"));
    assert_eq!(shown.cookie("session").as_deref(), Some("a.b.c r"));
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    for evil in ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"]
    {
        let to = utf8_percent_encode(evil, NON_ALPHANUMERIC).to_string();
        let shown = shop().post("/login", "", &format!("email=a&password=b&to={to}")).await;
        assert_eq!((shown.status, shown.location()), (303, "/account"), "{evil}");
        let form = shop().get(&format!("/login?to={to}"), "").await;
        assert!(!form.text.contains("evil.example") && !form.text.contains("alert(1)"), "{evil}");
        let known = shop().get(&format!("/login?to={to}"), &logged_in()).await;
        assert_eq!(known.location(), "/account", "{evil}");
    }
}

#[tokio::test]
async fn a_refused_log_in_keeps_the_address_and_never_the_password() {
    let shop = shop().refuses(Method::POST, TOKENS, 401, "invalid_credentials", &json!([]));
    let shown = shop.post("/login", "", "email=ada%22%3E%3Cscript%3E&password=secret-walnut&to=%2Fcart").await;
    assert_eq!(shown.status, 422);
    assert!(shown.text.contains("ada&quot;&gt;&lt;script&gt;") && shown.text.contains("value=\"/cart\""));
    assert!(!shown.text.contains("secret-walnut") && !shown.text.contains("<script>"));
    assert!(shown.text.contains("password is wrong") && shown.cookie("session").is_none());
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let request = Request::post("/login").header("sec-fetch-site", "cross-site");
    let shown = shop().send(request.body(Body::from("email=a&password=b")).unwrap()).await;
    assert_eq!(shown.status, 403);
    assert!(shown.cookie("session").is_none());
}

#[tokio::test]
async fn german_pages_speak_german() {
    let shown = shop().get("/de/login", "").await;
    assert!(shown.text.contains("<html lang=\"de\">") && shown.text.contains("Passwort vergessen?"));
    let refused = shop().refuses(Method::POST, TOKENS, 401, "invalid_credentials", &json!([]));
    assert!(refused.post("/de/login", "", "email=a&password=b").await.text.contains("das Passwort stimmt nicht"));
}

#[tokio::test]
async fn a_weak_password_is_told_at_its_field() {
    let errors = json!([{"pointer": "/password", "detail": "has fewer than 15 characters"}]);
    let shop = shop().refuses(Method::POST, "/v1/auth/register", 422, "invalid_body", &errors);
    let shown = shop.post("/register", "", "email=ada%40example.com&password=short&name=Ada").await;
    assert_eq!(shown.status, 422);
    assert!(shown.text.contains("has fewer than 15 characters.") && shown.text.contains("ada@example.com"));
    assert!(!shown.text.contains("value=\"short\"") && shown.text.contains("value=\"Ada\""));
}

#[tokio::test]
async fn whoever_registers_is_logged_in() {
    let shop = shop().answers(Method::POST, "/v1/auth/register", 201, &json!({"id": "1"}));
    let shown = shop.post("/register", "", "email=ada%40example.com&password=+a+walnut+lamp+").await;
    assert_eq!((shown.status, shown.location()), (303, "/account"));
    assert_eq!(shop.asked(&Method::POST, "/v1/auth/register")[0].body["password"], " a walnut lamp ");
    assert!(shown.cookie("session").is_some());
}

#[tokio::test]
async fn an_account_asks_to_log_in_and_comes_back() {
    let shown = Played::default()
        .refuses(Method::GET, "/v1/me", 401, "unauthenticated", &json!([]))
        .get("/de/account/profile?a=b", &logged_in())
        .await;
    assert_eq!((shown.status, shown.location()), (303, "/de/login?to=%2Fde%2Faccount%2Fprofile%3Fa%3Db"));
    assert_eq!(shown.cookie("session").as_deref(), Some(""), "else the log-in page would send them back");
}

#[tokio::test]
async fn what_people_call_themselves_is_escaped() {
    for path in ["/account", "/account/profile", "/account/security"] {
        let shown = me().get(path, &logged_in()).await;
        assert_eq!(shown.status, 200, "{path}");
        assert!(!shown.text.contains("<b>Ada"), "{path}");
    }
}

#[tokio::test]
async fn a_profile_that_is_refused_keeps_what_was_typed() {
    let errors = json!([{"pointer": "/phone", "detail": "is no telephone number of at most 40 characters"}]);
    let shop = me().refuses(Method::PATCH, "/v1/me", 422, "invalid_body", &errors);
    let shown = shop.post("/account/profile", &logged_in(), "name=Ada&phone=none&birthday=&language=de").await;
    assert_eq!(shown.status, 422);
    assert!(shown.text.contains("value=\"none\"") && shown.text.contains("This is no telephone number."));
    let asked = &shop.asked(&Method::PATCH, "/v1/me")[0].body;
    assert_eq!(*asked, json!({"name": "Ada", "phone": "none", "birthday": null, "language": "de"}));
}

#[tokio::test]
async fn logging_out_drops_the_session_and_ends_it() {
    let shop = shop().answers(Method::POST, "/v1/auth/logout", 204, &json!(null));
    let shown = shop.post("/logout", &logged_in(), "").await;
    assert_eq!((shown.location(), shown.cookie("session").as_deref()), ("/", Some("")));
    assert_eq!(shop.asked(&Method::POST, "/v1/auth/logout")[0].body["refresh_token"], "refresh");
}

#[tokio::test]
async fn logging_out_everywhere_drops_the_session_here_too() {
    let shop = shop().answers(Method::POST, "/v1/auth/logout-all", 204, &json!(null));
    let shown = shop.post("/logout-everywhere", &logged_in(), "").await;
    assert_eq!((shown.location(), shown.cookie("session").as_deref()), ("/login", Some("")));
    assert_eq!(shop.asked(&Method::POST, "/v1/auth/logout-all").len(), 1);
}

#[tokio::test]
async fn a_changed_password_gives_another_session() {
    let shop = me().answers(Method::POST, "/v1/me/password", 204, &json!(null));
    let form = "old_password=a+walnut+under+the+lamp&new_password=a+chestnut+under+the+lamp";
    let shown = shop.post("/account/password", &logged_in(), form).await;
    assert_eq!((shown.location(), shown.cookie("session").as_deref()), ("/account/security", Some("a.b.c r")));
    assert_eq!(shop.asked(&Method::POST, "/v1/auth/logout").len(), 1, "the old one is over");
}

#[tokio::test]
async fn a_link_of_a_mail_changes_nothing_until_its_button_is_pressed() {
    let shop = shop().answers(Method::POST, "/v1/auth/verify-email", 204, &json!(null));
    for path in ["/verify-email?token=t.k", "/de/verify-email?token=t.k"] {
        let shown = shop.get(path, "").await;
        assert!(shown.status == 200 && shown.text.contains("value=\"t.k\""), "{path}");
    }
    assert!(shop.asked(&Method::POST, "/v1/auth").is_empty());
    assert_eq!(shop.post("/verify-email", "", "token=t.k").await.location(), "/login");
}

#[tokio::test]
async fn a_link_that_is_over_says_how_to_get_another() {
    let shop = shop().refuses(Method::POST, "/v1/auth/password/reset", 422, "link_over", &json!([])).refuses(
        Method::POST,
        "/v1/auth/accept-invitation",
        422,
        "link_over",
        &json!([]),
    );
    let shown = shop.post("/reset-password", "", "token=t&password=a+walnut+under+the+lamp").await;
    assert!(shown.status == 422 && shown.text.contains("href=\"/password/forgot\""));
    assert!(shop.get("/reset-password", "").await.text.contains("href=\"/password/forgot\""), "without a token");
    assert_eq!(shop.post("/accept-invitation", "", "token=t&password=p").await.status, 422);
}

#[tokio::test]
async fn an_address_is_saved_once_and_its_errors_are_told() {
    let shop = me().answers(Method::POST, "/v1/me/addresses", 201, &json!({}));
    let form = "key=k-1&name=Ada&line1=1+High+Street&city=London&postal_code=N1&country=GB&default_shipping=yes";
    assert_eq!(shop.post("/account/addresses/new", &logged_in(), form).await.location(), "/account/addresses");
    let asked = &shop.asked(&Method::POST, "/v1/me/addresses")[0];
    assert_eq!(asked.headers.get("idempotency-key").unwrap(), "k-1");
    assert_eq!(asked.body["default_shipping"], true);
    let refusing = me().refuses(
        Method::POST,
        "/v1/me/addresses",
        422,
        "invalid_body",
        &json!([{"pointer": "/city", "detail": "is empty"}]),
    );
    let shown = refusing.post("/account/addresses/new", &logged_in(), form).await;
    assert!(shown.status == 422 && shown.text.contains("Please enter a town.") && shown.text.contains("1 High Street"));
}

#[tokio::test]
async fn an_id_in_an_address_reaches_nothing_else() {
    for path in ["/account/addresses/..%2F..%2Fusers", "/orders/..%2Fx", "/orders/1/papers/x.pdf", "/orders/%00/cancel"]
    {
        let played = me();
        assert_eq!(played.get(path, &logged_in()).await.status, 404, "{path}");
        assert!(
            played.asked(&Method::GET, "/v1/orders").is_empty() && played.asked(&Method::GET, "/v1/users").is_empty()
        );
    }
}

#[tokio::test]
async fn too_many_attempts_are_told_with_their_pause() {
    let shop = shop().refuses(Method::POST, TOKENS, 429, "too_many_attempts", &json!([]));
    let shown = shop.post("/login", "", "email=a&password=b").await;
    assert_eq!(shown.status, 429);
    assert!(shown.headers.get(header::CONTENT_TYPE).unwrap().to_str().unwrap().starts_with("text/html"));
    assert!(shown.text.contains("too often"));
}

#[tokio::test]
async fn the_cart_of_a_mail_opens_in_this_browser_if_its_token_does() {
    let id = "01890c33-90a7-7f6e-8b3e-0d3d3a1f1a22";
    let cart = json!({"id": id, "currency": "GBP", "lines": [], "discounts": [], "missing": [], "version": 1,
        "subtotal": {"amount": 0, "currency": "GBP"}, "shipping": {"amount": 0, "currency": "GBP"},
        "due": {"amount": 0, "currency": "GBP"},
        "tax": {"amount": 0, "currency": "GBP"}, "total": {"amount": 0, "currency": "GBP"}});
    let link = format!("/cart?cart={id}&token=tok.en");
    let opened = Played::default().answers(Method::GET, &format!("/v1/carts/{id}"), 200, &cart).get(&link, "").await;
    assert_eq!((opened.location(), opened.cookie("cart")), ("/cart", Some(format!("{id} tok.en 0"))));
    let closed = Played::default().get(&link, "").await;
    assert_eq!((closed.location(), closed.cookie("cart")), ("/cart", None));
    let customer = Played::default().get(&format!("/cart?cart={id}"), "").await;
    assert!(customer.location().starts_with("/login?to=%2Fcart"));
}
