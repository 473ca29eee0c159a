//! The bodies of requests, and what is checked of them before anything is read.

use super::rules::{StrictConditions, StrictReward};
use crate::{
    error::Error,
    flows::{CodesWanted, Limit, PromotionChange, PromotionWanted},
    model::{MAX_BULK, MAX_GIVEN, MAX_LIMIT, MAX_PREFIX_CHARS, canonical, is_prefix},
};
use bodega_pricing::{Conditions, Reward, Trigger};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A promotion to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "label": "10 % off", "code": "WELCOME10", "reward": {"kind": "percentage", "bp": 1000},
    "conditions": {"minimum": [{"amount": 2000, "currency": "GBP"}], "first_order": true}, "limit": 500,
}))]
pub(super) struct NewPromotion {
    /// As shown to the customer, 1 to 120 characters.
    label: String,
    /// Where it is left out: `code` if a code is given, else `automatic`.
    trigger: Option<Trigger>,
    /// What it gives.
    #[schema(value_type = Reward)]
    reward: StrictReward,
    /// When it holds.
    #[serde(default)]
    #[schema(value_type = Conditions)]
    conditions: StrictConditions,
    /// The higher goes first, -1,000 to 1,000.
    #[serde(default)]
    priority: i64,
    /// Whether it goes together with others.
    #[serde(default)]
    combinable: bool,
    /// Whether it may be used at once.
    #[serde(default = "yes")]
    enabled: bool,
    /// How often it may be used; left out, for ever and uncounted.
    #[schema(minimum = 1)]
    limit: Option<i64>,
    /// How often one customer may use it. One for first orders has 1.
    #[schema(minimum = 1)]
    limit_per_customer: Option<i64>,
    /// A first code, 3 to 40 letters, digits, hyphens and underscores.
    code: Option<String>,
    /// How often that code may be used.
    #[schema(minimum = 1)]
    code_limit: Option<i64>,
}

/// Changes to a promotion.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"enabled": false}))]
pub(super) struct PromotionChanges {
    /// As shown to the customer.
    label: Option<String>,
    /// What it gives.
    #[schema(value_type = Option<Reward>)]
    reward: Option<StrictReward>,
    /// When it holds; replaces all conditions there were.
    #[schema(value_type = Option<Conditions>)]
    conditions: Option<StrictConditions>,
    /// The higher goes first.
    priority: Option<i64>,
    /// Whether it goes together with others.
    combinable: Option<bool>,
    /// Whether it may be used.
    enabled: Option<bool>,
    /// How often it may be used; null is for ever.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    limit: Given,
    /// How often one customer may use it; null is for ever.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    limit_per_customer: Given,
}

/// Codes to be made: `codes` or `count`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"count": 1000, "prefix": "SPRING-", "limit": 1}))]
pub(super) struct NewCodes {
    /// These, at most 1,000.
    codes: Option<Vec<String>>,
    /// So many, drawn by chance.
    #[schema(minimum = 1, maximum = 10_000)]
    count: Option<i64>,
    /// What drawn codes begin with, at most 20 characters.
    prefix: Option<String>,
    /// How often each may be used; left out, for ever and uncounted.
    #[schema(minimum = 1)]
    limit: Option<i64>,
}

/// A limit in a change: left out, null, or a number.
#[derive(Debug, Default, PartialEq, Eq)]
enum Given {
    #[default]
    Kept,
    Cleared,
    Set(i64),
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Cleared, Self::Set))
    }
}

type Violations = Vec<(String, String)>;

impl NewPromotion {
    /// The same, where it brings a code.
    pub(super) fn with_code(self) -> Result<Self, Error> {
        if self.code.is_some() { Ok(self) } else { Err(Error::Invalid(vec![wrong("/code", "missing field `code`")])) }
    }

    /// What is wanted.
    pub(super) fn check(self) -> Result<PromotionWanted, Error> {
        let mut violations = Vec::new();
        for (pointer, limit) in
            [("/limit", self.limit), ("/limit_per_customer", self.limit_per_customer), ("/code_limit", self.code_limit)]
        {
            check_limit(pointer, limit, &mut violations);
        }
        let by_itself = if self.code.is_some() { Trigger::Code } else { Trigger::Automatic };
        let trigger = self.trigger.unwrap_or(by_itself);
        let code = self.code.as_deref().map(|code| checked_code("/code", code, &mut violations));
        if code.is_some() && trigger == Trigger::Automatic {
            violations.push(wrong("/code", "does nothing where the promotion applies by itself"));
        }
        if code.is_none() && self.code_limit.is_some() {
            violations.push(wrong("/code_limit", "is of no code"));
        }
        refuse(violations)?;
        Ok(PromotionWanted {
            label: self.label,
            trigger,
            reward: self.reward.0,
            conditions: self.conditions.into(),
            priority: self.priority,
            combinable: self.combinable,
            enabled: self.enabled,
            limit: self.limit,
            limit_per_customer: self.limit_per_customer,
            code: code.map(|code| (code, self.code_limit)),
        })
    }
}

impl PromotionChanges {
    /// What is to change.
    pub(super) fn check(self) -> Result<PromotionChange, Error> {
        let mut violations = Vec::new();
        let mut limit = |pointer: &str, given: Given| match given {
            Given::Kept => Limit::Kept,
            Given::Cleared => Limit::Is(None),
            Given::Set(limit) => {
                check_limit(pointer, Some(limit), &mut violations);
                Limit::Is(Some(limit))
            }
        };
        let change = PromotionChange {
            limit: limit("/limit", self.limit),
            limit_per_customer: limit("/limit_per_customer", self.limit_per_customer),
            label: self.label,
            reward: self.reward.map(|reward| reward.0),
            conditions: self.conditions.map(Conditions::from),
            priority: self.priority,
            combinable: self.combinable,
            enabled: self.enabled,
        };
        refuse(violations)?;
        Ok(change)
    }
}

impl NewCodes {
    /// What is wanted.
    pub(super) fn check(self) -> Result<CodesWanted, Error> {
        let mut violations = Vec::new();
        check_limit("/limit", self.limit, &mut violations);
        let wanted = match (self.codes, self.count) {
            (Some(codes), None) => {
                if self.prefix.is_some() {
                    violations.push(wrong("/prefix", "is for codes that are drawn"));
                }
                CodesWanted::Given(given(&codes, &mut violations), self.limit)
            }
            (None, Some(count)) => {
                if !(1..=MAX_BULK).contains(&count) {
                    violations.push(wrong("/count", &format!("is not between 1 and {MAX_BULK}")));
                }
                let prefix = self.prefix.unwrap_or_default();
                if !is_prefix(&prefix) {
                    let reason = format!("is not up to {MAX_PREFIX_CHARS} letters, digits, hyphens and underscores");
                    violations.push(wrong("/prefix", &reason));
                }
                CodesWanted::Drawn(count, prefix, self.limit)
            }
            (Some(_), Some(_)) => {
                return Err(Error::Invalid(vec![wrong("/count", "is given beside codes")]));
            }
            (None, None) => return Err(Error::Invalid(vec![wrong("/count", "missing field `count`, or `codes`")])),
        };
        refuse(violations)?;
        Ok(wanted)
    }
}

fn given(codes: &[String], violations: &mut Violations) -> Vec<String> {
    if codes.is_empty() || codes.len() > MAX_GIVEN {
        violations.push(wrong("/codes", &format!("are not 1 to {MAX_GIVEN}")));
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut checked = Vec::with_capacity(codes.len());
    for (place, code) in codes.iter().enumerate() {
        let pointer = format!("/codes/{place}");
        let code = checked_code(&pointer, code, violations);
        if !code.is_empty() && !seen.insert(code.clone()) {
            violations.push(wrong(&pointer, "is given twice"));
        }
        checked.push(code);
    }
    violations.truncate(100);
    checked
}

fn checked_code(pointer: &str, code: &str, violations: &mut Violations) -> String {
    canonical(code).unwrap_or_else(|| {
        violations.push(wrong(pointer, "is not 3 to 40 letters, digits, hyphens and underscores"));
        String::new()
    })
}

fn check_limit(pointer: &str, limit: Option<i64>, violations: &mut Violations) {
    if limit.is_some_and(|limit| !(1..=MAX_LIMIT).contains(&limit)) {
        violations.push(wrong(pointer, &format!("is not between 1 and {MAX_LIMIT}")));
    }
}

fn refuse(violations: Violations) -> Result<(), Error> {
    if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
}

fn wrong(pointer: &str, reason: &str) -> (String, String) {
    (pointer.to_owned(), reason.to_owned())
}

fn yes() -> bool {
    true
}
