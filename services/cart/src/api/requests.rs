//! The bodies of requests, and what is checked of them before any cart is read. No body has a price in it.

use crate::{
    flows::{Contents, Typed},
    model::{
        DetailsChange, FieldErrors, Given, LinesAt, MAX_LINES, MAX_QUANTITY, Wanted, check_address, check_email,
        is_payment_method,
    },
};
use bodega_contracts::{Address, CartId};
use bodega_kernel::Sku;
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

/// How to buy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckOut {
    /// A way of paying.
    #[schema(example = "sim_success", pattern = "^[a-z0-9_]{1,40}$")]
    payment_method: String,
    /// The version of the cart that is meant; where it is not the present one: 409 `cart_changed`.
    #[serde(default)]
    version: Option<i64>,
}

impl OpenCart {
    /// What a new cart is to hold.
    pub(crate) fn check(self) -> Result<(Contents, Typed), Problem> {
        let (email, shipping_method) = (self.email, self.shipping_method);
        let (shipping_address, billing_address) = (self.shipping_address, self.billing_address);
        let (coupon_code, points) = (self.coupon_code, self.points);
        let change = ChangeCart { email, shipping_address, billing_address, shipping_method, coupon_code, points };
        let (contents, typed) = change.check()?;
        Ok((Contents { lines: wanted(self.lines, LinesAt::Member)?, ..contents }, typed))
    }
}

impl ChangeCart {
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
        let typed = Typed { code: self.coupon_code, points, email: self.email.clone() };
        let details = DetailsChange {
            email: self.email,
            shipping_address: self.shipping_address,
            billing_address: self.billing_address,
            shipping_method: self.shipping_method,
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
    /// How it is paid, and which version is meant.
    pub(crate) fn check(self) -> Result<(String, Option<i64>), Problem> {
        if !is_payment_method(&self.payment_method) {
            return Err(Problem::invalid(
                "/payment_method",
                "is not 1 to 40 lower case letters, digits and underscores",
            ));
        }
        Ok((self.payment_method, self.version))
    }
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
    Ok(lines.into_iter().map(|line| Wanted { sku: line.sku, quantity: line.quantity }).collect())
}

fn check_quantity(pointer: String, quantity: i64, errors: &mut FieldErrors) {
    if !(1..=MAX_QUANTITY).contains(&quantity) {
        errors.push((pointer, format!("is not between 1 and {MAX_QUANTITY}")));
    }
}

fn refuse(errors: FieldErrors) -> Result<(), Problem> {
    if errors.is_empty() {
        return Ok(());
    }
    let refusal = Problem::new(422, "invalid_body");
    Err(errors.into_iter().fold(refusal, |problem, (pointer, detail)| problem.field(pointer, detail)))
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
