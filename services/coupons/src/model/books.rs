//! What a batch knows of promotions, codes and counters while it decides: read once, counted in memory, written once.

use super::{Code, Stored, customer_id};
use bodega_contracts::{CouponClaim, PromotionId};
use bodega_kernel::Time;
use std::collections::{BTreeMap, BTreeSet};

/// All that a batch's claims name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    pub promotions: BTreeMap<PromotionId, Stored>,
    pub codes: BTreeMap<String, Code>,
    /// How often each counter was used; those that are needed.
    used: BTreeMap<String, i64>,
    before: BTreeMap<String, i64>,
}

/// A counter that a claim takes one from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    /// Names it in the database.
    pub key: String,
    pub promotion: PromotionId,
    pub kind: Kind,
    /// How far it may go.
    pub most: Option<i64>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// All uses of a promotion.
    Promotion,
    /// All uses of a code.
    Code,
    /// One customer's uses of a promotion.
    Customer,
}

impl Kind {
    /// The word in the database.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Promotion => "promotion",
            Self::Code => "code",
            Self::Customer => "customer",
        }
    }
}

/// Why a claim is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unknown,
    Disabled,
    NotStarted,
    Expired,
    NotYours,
    UsedUp,
    UsedByCustomer,
}

impl Refusal {
    /// The stable word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Disabled => "disabled",
            Self::NotStarted => "not_started",
            Self::Expired => "expired",
            Self::NotYours => "not_yours",
            Self::UsedUp => "used_up",
            Self::UsedByCustomer => "used_by_customer",
        }
    }
}

/// Which of an order's claims was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The code, or the promotion's label where there is none.
    pub code: String,
    /// The stable word.
    pub reason: String,
}

impl Books {
    /// What these counters stand at.
    pub(crate) fn set_used(&mut self, used: BTreeMap<String, i64>) {
        self.before.clone_from(&used);
        self.used = used;
    }

    /// The counters a claim takes one from: none where nothing it names has a limit. `customer` is `None` while it is not
    /// known whose use it would be.
    pub(crate) fn counts(&self, promotion: PromotionId, code: Option<&str>, customer: Option<&str>) -> Vec<Count> {
        let mut counts = Vec::new();
        if let Some(stored) = self.promotions.get(&promotion) {
            if stored.counts_uses {
                let key = format!("p:{promotion}");
                counts.push(Count { key, promotion, kind: Kind::Promotion, most: stored.limit });
            }
            if let (true, Some(customer)) = (stored.counts_customers, customer) {
                let (key, most) = (format!("u:{promotion}:{customer}"), stored.limit_per_customer);
                counts.push(Count { key, promotion, kind: Kind::Customer, most });
            }
        }
        if let Some(code) = code.and_then(|code| self.codes.get(code))
            && code.limit.is_some()
        {
            let key = format!("c:{}", code.text);
            counts.push(Count { key, promotion: code.promotion, kind: Kind::Code, most: code.limit });
        }
        counts
    }

    /// The counters of an order's claims.
    pub(crate) fn counts_of(&self, claims: &[CouponClaim]) -> Vec<Count> {
        let of = |claim: &CouponClaim| self.counts(claim.promotion_id, claim.code.as_deref(), Some(&claim.customer));
        claims.iter().flat_map(of).collect()
    }

    /// Why a promotion cannot be used at this moment, whoever counts.
    pub(crate) fn refusal(
        &self,
        promotion: PromotionId,
        code: Option<&str>,
        customer: Option<&str>,
        at: Time,
    ) -> Option<Refusal> {
        let Some(stored) = self.promotions.get(&promotion) else { return Some(Refusal::Unknown) };
        if let Some(code) = code {
            match self.codes.get(code) {
                Some(known) if known.promotion == promotion && known.enabled => {}
                Some(known) if known.promotion == promotion => return Some(Refusal::Disabled),
                Some(_) | None => return Some(Refusal::Unknown),
            }
        } else if !stored.is_automatic() {
            return Some(Refusal::Unknown);
        }
        let conditions = &stored.promotion.conditions;
        if !stored.enabled {
            return Some(Refusal::Disabled);
        }
        if conditions.until.is_some_and(|until| at >= until) {
            return Some(Refusal::Expired);
        }
        if conditions.from.is_some_and(|from| at < from) {
            return Some(Refusal::NotStarted);
        }
        // Who is in a group is not known here; whoever prices the basket knows it.
        let listed = customer.and_then(customer_id).is_some_and(|user| conditions.customers.contains(&user.0));
        let closed = !conditions.customers.is_empty() && conditions.groups.is_empty();
        (closed && !listed).then_some(Refusal::NotYours)
    }

    /// Why one more use cannot be counted.
    pub(crate) fn exhausted(&self, counts: &[Count]) -> Option<Refusal> {
        counts.iter().find(|count| count.most.is_some_and(|most| self.stands(&count.key) >= most)).map(|count| {
            match count.kind {
                Kind::Promotion | Kind::Code => Refusal::UsedUp,
                Kind::Customer => Refusal::UsedByCustomer,
            }
        })
    }

    /// Takes one use of each claim, or none of any. Says which counters were moved.
    pub(crate) fn take(&mut self, claims: &[CouponClaim], at: Time) -> Result<Vec<String>, Refused> {
        let mut held: Vec<String> = Vec::new();
        for claim in claims {
            let (promotion, code, customer) = (claim.promotion_id, claim.code.as_deref(), Some(&*claim.customer));
            let counts = self.counts(promotion, code, customer);
            let refusal = self.refusal(promotion, code, customer, at).or_else(|| self.exhausted(&counts));
            if let Some(refusal) = refusal {
                self.give_back(&held);
                return Err(Refused { code: self.named(claim), reason: refusal.as_str().to_owned() });
            }
            for count in counts {
                *self.used.entry(count.key.clone()).or_default() += 1;
                held.push(count.key);
            }
        }
        Ok(held)
    }

    /// Gives back what was taken; a counter is never below nothing.
    pub(crate) fn give_back(&mut self, held: &[String]) {
        for key in held {
            if let Some(used) = self.used.get_mut(key) {
                *used = (*used - 1).max(0);
            }
        }
    }

    /// The counters that moved: key, before, after.
    pub(crate) fn moved(&self) -> Vec<(&str, i64, i64)> {
        let pairs =
            self.used.iter().map(|(key, &after)| (key.as_str(), self.before.get(key).copied().unwrap_or(0), after));
        pairs.filter(|(_, before, after)| before != after).collect()
    }

    fn stands(&self, key: &str) -> i64 {
        self.used.get(key).copied().unwrap_or(0)
    }

    fn named(&self, claim: &CouponClaim) -> String {
        let label = || self.promotions.get(&claim.promotion_id).map(|stored| stored.promotion.label.clone());
        claim.code.clone().or_else(label).unwrap_or_else(|| claim.promotion_id.to_string())
    }
}

/// The claims of an order, each once.
pub(crate) fn each_once(claims: &[CouponClaim]) -> Vec<CouponClaim> {
    let mut seen = BTreeSet::new();
    claims.iter().filter(|claim| seen.insert((claim.promotion_id, claim.code.clone()))).cloned().collect()
}
