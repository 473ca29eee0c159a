//! The bodies of requests, and what is checked of them before any cart is read. No body has a price in it.

mod buy_now;

pub(crate) use buy_now::BuyNow;

use crate::{
    flows::{Contents, CreditWanted, Purchase, TendersWanted, Typed},
    model::{
        DetailsChange, FieldErrors, Given, LinesAt, MAX_CARDS, MAX_LINES, MAX_QUANTITY, Own, SoldAt, Wanted,
        check_address, check_email, is_payment_method,
    },
};
use bodega_contracts::{Address, CartId};
use bodega_kernel::{Money, Sku};
use bodega_web::Problem;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use std::fmt;
use utoipa::ToSchema;

/// Bytes of the longest code that is asked for.
const MAX_CODE_BYTES: usize = 100;
/// The most points of a cart.
const MAX_POINTS: i64 = 1_000_000_000;

/// What a new cart holds from the start; all of it may be left out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "lines": [{"sku": "85123A", "quantity": 6}], "email": "ada@example.org",
    "shipping_address": {"name": "Ada", "line1": "1 High Street", "city": "Leeds", "postal_code": "LS1 1AA", "country": "GB"},
}))]
pub(crate) struct OpenCart {
    /// At most 1,000.
    #[serde(default)]
    lines: Vec<LineWanted>,
    /// Where mails go.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    email: Given<String>,
    /// Where parcels go.
    #[serde(default)]
    #[schema(value_type = Option<Address>)]
    shipping_address: Given<Address>,
    /// Where the invoice goes.
    #[serde(default)]
    #[schema(value_type = Option<Address>)]
    billing_address: Given<Address>,
    /// One of `shipping_methods`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    shipping_method: Given<String>,
    /// A code, in any case.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    coupon_code: Given<String>,
    /// Points of the customer to spend: at most so many, and no more than are needed.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0)]
    points: Given<i64>,
    /// Whether to send one mail about the cart to `email` where it is left behind; not if it is not said.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    remind: Given<bool>,
    /// A market of the shop; counts until a country is known.
    #[serde(default)]
    market: Option<String>,
    /// Where it goes, ISO 3166-1 alpha-2; counts until there is a shipping address.
    #[serde(default)]
    #[schema(example = "DE")]
    country: Option<String>,
}

/// Other details: what is left out stays, null clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.org", "shipping_method": "standard"}))]
pub(crate) struct ChangeCart {
    /// Where mails go.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    email: Given<String>,
    /// Where parcels go.
    #[serde(default)]
    #[schema(value_type = Option<Address>)]
    shipping_address: Given<Address>,
    /// Where the invoice goes.
    #[serde(default)]
    #[schema(value_type = Option<Address>)]
    billing_address: Given<Address>,
    /// One of `shipping_methods`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    shipping_method: Given<String>,
    /// A code, in any case.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    coupon_code: Given<String>,
    /// Points of the customer to spend: at most so many, and no more than are needed.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0)]
    points: Given<i64>,
    /// Whether to send one mail about the cart to `email` where it is left behind.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    remind: Given<bool>,
}

/// A line to add.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineWanted {
    /// What.
    sku: Sku,
    /// How many.
    #[schema(minimum = 1, maximum = 10_000)]
    quantity: i64,
}

/// One line, or an array of at most 1,000.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(example = json!([{"sku": "85123A", "quantity": 6}, {"sku": "71053", "quantity": 2}]))]
pub(crate) enum LinesWanted {
    /// One.
    One(LineWanted),
    /// Many.
    Many(Vec<LineWanted>),
}

/// Another quantity; to take a line out, delete it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetQuantity {
    /// How many.
    #[schema(minimum = 1, maximum = 10_000)]
    quantity: i64,
}

/// The cart to take in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeCart {
    /// Which.
    pub from: CartId,
    /// The token that opens it.
    pub token: String,
}

/// What pays a part of a cart.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"gift_cards": ["7KQ2-9XMP-4TRD-W8HN"], "store_credit": "all"}))]
pub(crate) struct SetTenders {
    /// Codes, in the order they are to be spent; at most 5.
    #[serde(default)]
    gift_cards: Vec<String>,
    /// At most this of what the shop owes the customer, or `"all"` of it.
    #[serde(default)]
    #[schema(value_type = Option<serde_json::Value>)]
    store_credit: Option<CreditGiven>,
}

/// An amount, or all there is.
#[derive(Debug)]
pub(crate) struct CreditGiven(CreditWanted);

/// How to buy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckOut {
    /// A way of paying; not needed where gift cards or store credit pay everything.
    #[serde(default)]
    #[schema(example = "sim_success", pattern = "^[a-z0-9_]{1,40}$")]
    payment_method: Option<String>,
    /// The version of the shop's legal texts that the shopper accepts.
    #[serde(default)]
    accepted_terms: Option<i64>,
    /// The version of the cart that is meant; where it is not the present one: 409 `cart_changed`.
    #[serde(default)]
    version: Option<i64>,
}

impl OpenCart {
    /// What a new cart is to hold.
    pub(crate) fn check(self) -> Result<(Contents, Typed), Problem> {
        let (email, shipping_method) = (self.email, self.shipping_method);
        let (shipping_address, billing_address) = (self.shipping_address, self.billing_address);
        let (coupon_code, points, remind) = (self.coupon_code, self.points, self.remind);
        let change =
            ChangeCart { email, shipping_address, billing_address, shipping_method, coupon_code, points, remind };
        let (contents, typed) = change.check()?;
        let sold_at = sold_at(self.market, self.country)?;
        Ok((Contents { lines: wanted(self.lines, LinesAt::Member)?, sold_at, ..contents }, typed))
    }
}

impl ChangeCart {
    /// Details without what is a shopper's alone.
    pub(super) fn details(
        (email, shipping_method): (Given<String>, Given<String>),
        (shipping_address, billing_address): (Given<Address>, Given<Address>),
        coupon_code: Given<String>,
    ) -> Self {
        let (points, remind) = (Given::Kept, Given::Kept);
        Self { email, shipping_address, billing_address, shipping_method, coupon_code, points, remind }
    }

    /// What is to change.
    pub(crate) fn check(self) -> Result<(Contents, Typed), Problem> {
        let mut errors = FieldErrors::new();
        if let Some(email) = self.email.value() {
            check_email("/email", email, &mut errors);
        }
        for (pointer, address) in
            [("/shipping_address", &self.shipping_address), ("/billing_address", &self.billing_address)]
        {
            if let Some(address) = address.value() {
                check_address(pointer, address, &mut errors);
            }
        }
        if self.coupon_code.value().is_some_and(|code| code.trim().is_empty() || code.len() > MAX_CODE_BYTES) {
            errors.push(("/coupon_code".to_owned(), format!("is not 1 to {MAX_CODE_BYTES} characters")));
        }
        if self.points.value().is_some_and(|points| !(0..=MAX_POINTS).contains(points)) {
            errors.push(("/points".to_owned(), format!("is not between 0 and {MAX_POINTS}")));
        }
        refuse(errors)?;
        let points = if self.points.value() == Some(&0) { Given::Cleared } else { self.points };
        let typed = Typed { code: self.coupon_code, points, email: self.email.clone(), customer: Given::Kept };
        let details = DetailsChange {
            email: self.email,
            shipping_address: self.shipping_address,
            billing_address: self.billing_address,
            shipping_method: self.shipping_method,
            remind: self.remind,
        };
        Ok((Contents { details, ..Contents::default() }, typed))
    }
}

impl LinesWanted {
    /// What is to be added.
    pub(crate) fn check(self) -> Result<Contents, Problem> {
        let (lines, at) = match self {
            Self::One(line) => (vec![line], LinesAt::Body),
            Self::Many(lines) => (lines, LinesAt::Array),
        };
        Ok(Contents { lines: wanted(lines, at)?, at, ..Contents::default() })
    }
}

impl SetQuantity {
    /// How many.
    pub(crate) fn check(self) -> Result<i64, Problem> {
        let mut errors = FieldErrors::new();
        check_quantity("/quantity".to_owned(), self.quantity, &mut errors);
        refuse(errors).map(|()| self.quantity)
    }
}

impl CheckOut {
    /// How it is paid, which version is meant, and what is accepted.
    pub(crate) fn check(self) -> Result<Purchase, Problem> {
        let Self { payment_method, version, accepted_terms } = self;
        check_payment_method(payment_method.as_deref())?;
        Ok(Purchase { payment_method, version, accepted_terms })
    }
}

impl SetTenders {
    /// What is to pay.
    pub(crate) fn check(self) -> Result<TendersWanted, Problem> {
        let mut errors = FieldErrors::new();
        if self.gift_cards.len() > MAX_CARDS {
            errors.push(("/gift_cards".to_owned(), format!("are more than {MAX_CARDS}")));
        }
        for (index, code) in self.gift_cards.iter().take(MAX_CARDS).enumerate() {
            if code.trim().is_empty() || code.len() > MAX_CODE_BYTES {
                errors.push((format!("/gift_cards/{index}"), format!("is not 1 to {MAX_CODE_BYTES} characters")));
            }
        }
        let credit = self.store_credit.map(|CreditGiven(wanted)| wanted);
        let most = match credit {
            Some(CreditWanted::Most(money)) => money.amount,
            Some(CreditWanted::All) | None => 1,
        };
        if !(1..=bodega_pricing::MAX_BASKET).contains(&most) {
            errors.push(("/store_credit/amount".to_owned(), "is not more than 0".to_owned()));
        }
        refuse(errors)?;
        Ok(TendersWanted { codes: self.gift_cards, credit })
    }
}

/// Refuses what can name no way of paying.
pub(super) fn check_payment_method(method: Option<&str>) -> Result<(), Problem> {
    match method {
        Some(method) if !is_payment_method(method) => {
            Err(Problem::invalid("/payment_method", "is not 1 to 40 lower case letters, digits and underscores"))
        }
        Some(_) | None => Ok(()),
    }
}

/// Where a new cart is said to be for.
pub(super) fn sold_at(market: Option<String>, country: Option<String>) -> Result<SoldAt, Problem> {
    let is_country = |code: &String| code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_uppercase());
    if country.as_ref().is_some_and(|code| !is_country(code)) {
        return Err(Problem::invalid("/country", "is not two capital letters (ISO 3166-1 alpha-2)"));
    }
    Ok(SoldAt { market, country })
}

fn wanted(lines: Vec<LineWanted>, at: LinesAt) -> Result<Vec<Wanted>, Problem> {
    if lines.len() > MAX_LINES {
        return Err(Problem::new(422, "too_many_lines").detail(format!("a cart has at most {MAX_LINES} lines")));
    }
    let mut errors = FieldErrors::new();
    for (index, line) in lines.iter().enumerate() {
        check_quantity(at.pointer(index, "quantity"), line.quantity, &mut errors);
    }
    refuse(errors)?;
    let line = |line: LineWanted| Wanted { sku: line.sku, quantity: line.quantity, own: Own::default() };
    Ok(lines.into_iter().map(line).collect())
}

pub(super) fn check_quantity(pointer: String, quantity: i64, errors: &mut FieldErrors) {
    if !(1..=MAX_QUANTITY).contains(&quantity) {
        errors.push((pointer, format!("is not between 1 and {MAX_QUANTITY}")));
    }
}

pub(super) fn refuse(errors: FieldErrors) -> Result<(), Problem> {
    if errors.is_empty() {
        return Ok(());
    }
    let refusal = Problem::new(422, "invalid_body");
    Err(errors.into_iter().fold(refusal, |problem, (pointer, detail)| problem.field(pointer, detail)))
}

impl<'de> Deserialize<'de> for CreditGiven {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AllOrMoney).map(Self)
    }
}

/// The word `all`, or money.
struct AllOrMoney;

impl<'de> Visitor<'de> for AllOrMoney {
    type Value = CreditWanted;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`all` or an amount with its currency")
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<CreditWanted, E> {
        if word == "all" { Ok(CreditWanted::All) } else { Err(E::custom("is neither `all` nor an amount")) }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CreditWanted, A::Error> {
        Money::deserialize(MapAccessDeserializer::new(map)).map(CreditWanted::Most)
    }
}

impl<'de> Deserialize<'de> for LinesWanted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany)
    }
}

/// An untagged enum would not say which field of which line is wrong.
struct OneOrMany;

impl<'de> Visitor<'de> for OneOrMany {
    type Value = LinesWanted;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line or an array of lines")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<LinesWanted, A::Error> {
        LineWanted::deserialize(MapAccessDeserializer::new(map)).map(LinesWanted::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<LinesWanted, A::Error> {
        let mut lines = Vec::new();
        while let Some(line) = items.next_element()? {
            if lines.len() == MAX_LINES {
                return Err(A::Error::custom(format_args!("more than {MAX_LINES} lines")));
            }
            lines.push(line);
        }
        Ok(LinesWanted::Many(lines))
    }
}
