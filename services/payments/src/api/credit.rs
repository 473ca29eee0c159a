//! Gift cards and store credit over HTTP: staff make, disable and adjust, customers look at theirs, and whoever has a
//! code may ask what is on it. A code that is unknown, empty, over or disabled is answered alike.

use super::orders::{MAX_AMOUNT, check_amount, check_reason};
use crate::{
    Payments,
    error::Error,
    flows::{self, Adjusted, CardWish, Given, MadeCard},
    store::{self, CardView, CreditView, OneCardView},
};
use axum::response::IntoResponse;
use axum::{Json, extract::State, response::Response};
use bodega_contracts::GiftCardId;
use bodega_kernel::{Money, Page, Time, UserId};
use bodega_web::{Body, Customer, Paging, Path, Problem, RequiredKeyBody, Staff, current_trace};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The most characters of an address for mails.
const MAX_EMAIL: usize = 254;

/// A gift card to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": {"amount": 5000, "currency": "GBP"}, "ends": "2027-12-31T00:00:00Z",
    "email": "ada@example.com"}))]
pub(crate) struct IssueGiftCard {
    /// What is on it.
    amount: Money,
    /// Until when it can be spent; for ever where not said.
    #[serde(default)]
    ends: Option<Time>,
    /// Where its mail goes; none where staff hand it over.
    #[serde(default)]
    email: Option<String>,
}

/// The code of a gift card.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "ABCD-EFGH-JKLM-NPQR-STUV"}))]
pub(crate) struct CheckGiftCard {
    /// As it is written on the card; blanks, dashes and case do not matter.
    code: String,
}

/// What is on a gift card.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"label": "STUV", "balance": {"amount": 3250, "currency": "GBP"}}))]
pub(crate) struct GiftCardBalance {
    /// The last four characters of its code.
    label: String,
    /// What can be spent.
    balance: Money,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<Time>,
}

/// What a customer is given, or less than 0: what is taken from them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": {"amount": 500, "currency": "GBP"}, "reason": "the parcel was late"}))]
pub(crate) struct AdjustCredit {
    /// By how much; not 0.
    amount: Money,
    /// Why, for the books: at most 500 characters.
    reason: String,
}

/// Makes a gift card. This answer alone shows its code; where there is an address, a mail brings it.
#[utoipa::path(
    post, path = "/v1/admin/gift-cards", tag = "gift cards",
    params(("Idempotency-Key" = String, Header)),
    request_body = IssueGiftCard,
    responses((status = 201, description = "Made", body = MadeCard), Problem),
)]
pub(crate) async fn issue_gift_card(
    State(payments): State<Payments>,
    Staff(caller): Staff,
    RequiredKeyBody { body, key }: RequiredKeyBody<IssueGiftCard>,
) -> Result<Response, Problem> {
    body.check()?;
    let IssueGiftCard { amount, ends, email } = body;
    let wish = CardWish { amount, ends, email };
    let given = flows::issue_card(&payments, caller.scope(), wish, key, current_trace()).await?;
    Ok(given.into_response())
}

/// All gift cards, newest first.
#[utoipa::path(
    get, path = "/v1/admin/gift-cards", tag = "gift cards", params(Paging),
    responses((status = 200, description = "A page of them", body = Page<CardView>), Problem),
)]
pub(crate) async fn list_gift_cards(
    State(payments): State<Payments>,
    _: Staff,
    paging: Paging,
) -> Result<Json<Page<CardView>>, Problem> {
    let before = paging.key::<Uuid>()?;
    Ok(Json(store::list_cards(&payments.db, before, &paging).await.map_err(Error::Db)?))
}

/// A gift card with what moved it.
#[utoipa::path(
    get, path = "/v1/admin/gift-cards/{id}", tag = "gift cards", params(("id" = GiftCardId, Path)),
    responses((status = 200, description = "The card", body = OneCardView), Problem),
)]
pub(crate) async fn get_gift_card(
    State(payments): State<Payments>,
    _: Staff,
    card: Path<GiftCardId>,
) -> Result<Json<OneCardView>, Problem> {
    Ok(Json(flows::show_card(&payments, card.0).await?))
}

/// Sees to it that a gift card is spent no more. Done again, it changes nothing.
#[utoipa::path(
    post, path = "/v1/admin/gift-cards/{id}/disable", tag = "gift cards", params(("id" = GiftCardId, Path)),
    responses((status = 200, description = "The card", body = OneCardView), Problem),
)]
pub(crate) async fn disable_gift_card(
    State(payments): State<Payments>,
    _: Staff,
    card: Path<GiftCardId>,
) -> Result<Json<OneCardView>, Problem> {
    Ok(Json(flows::disable_card(&payments, card.0).await?))
}

/// What is on the card with this code; 404 where nothing can be spent with it, whatever the reason.
#[utoipa::path(
    post, path = "/v1/gift-cards/check", tag = "gift cards", request_body = CheckGiftCard,
    responses((status = 200, description = "What is on it", body = GiftCardBalance), Problem),
)]
pub(crate) async fn check_gift_card(
    State(payments): State<Payments>,
    Body(CheckGiftCard { code }): Body<CheckGiftCard>,
) -> Result<Json<GiftCardBalance>, Problem> {
    let found = flows::find_card(&payments, &code).await?;
    let (card, ends) = found.filter(|(card, _)| card.balance.amount > 0).ok_or(Error::NotFound)?;
    Ok(Json(GiftCardBalance { label: card.label, balance: card.balance, ends }))
}

/// My store credit, and what moved it.
#[utoipa::path(
    get, path = "/v1/store-credit", tag = "store credit",
    responses((status = 200, description = "By currency", body = CreditView), Problem),
)]
pub(crate) async fn get_store_credit(
    State(payments): State<Payments>,
    Customer(user): Customer,
) -> Result<Json<CreditView>, Problem> {
    let view = store::credit_view(&payments.db, user).await.map_err(Error::Db)?;
    Ok(Json(view.for_customer()))
}

/// A customer's store credit, and what moved it.
#[utoipa::path(
    get, path = "/v1/admin/store-credit/{user_id}", tag = "store credit", params(("user_id" = UserId, Path)),
    responses((status = 200, description = "By currency", body = CreditView), Problem),
)]
pub(crate) async fn get_customer_credit(
    State(payments): State<Payments>,
    _: Staff,
    user: Path<UserId>,
) -> Result<Json<CreditView>, Problem> {
    Ok(Json(store::credit_view(&payments.db, user.0).await.map_err(Error::Db)?))
}

/// Gives a customer store credit, or takes some; never more than there is: 409 `credit_short`.
#[utoipa::path(
    post, path = "/v1/admin/store-credit/{user_id}", tag = "store credit",
    params(("user_id" = UserId, Path), ("Idempotency-Key" = String, Header)),
    request_body = AdjustCredit,
    responses((status = 201, description = "What there is then", body = Adjusted), Problem),
)]
pub(crate) async fn adjust_store_credit(
    State(payments): State<Payments>,
    Staff(caller): Staff,
    user: Path<UserId>,
    RequiredKeyBody { body, key }: RequiredKeyBody<AdjustCredit>,
) -> Result<Response, Problem> {
    body.check()?;
    let AdjustCredit { amount, reason } = body;
    let given: Given = flows::adjust_credit(&payments, caller.scope(), user.0, amount, reason, key).await?;
    Ok(given.into_response())
}

impl IssueGiftCard {
    fn check(&self) -> Result<(), Error> {
        check_amount(self.amount)?;
        match self.email.as_deref() {
            Some(email) if !is_address(email) => Err(Error::Invalid("/email", "is no e-mail address")),
            Some(_) | None => Ok(()),
        }
    }
}

fn is_address(email: &str) -> bool {
    let plain = email.len() <= MAX_EMAIL && !email.chars().any(|letter| letter.is_control() || letter.is_whitespace());
    let parts = email.rsplit_once('@');
    plain && parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.starts_with('.'))
}

impl AdjustCredit {
    fn check(&self) -> Result<(), Error> {
        let fits = (-MAX_AMOUNT..=MAX_AMOUNT).contains(&self.amount.amount) && self.amount.amount != 0;
        if !fits {
            return Err(Error::Invalid("/amount/amount", "-1000000000000 to 1000000000000, and not 0"));
        }
        check_reason("/reason", &self.reason)
    }
}
