//! What comes off a cart: promotions that apply by themselves or by its code, and points. Nothing of it is ever said by a
//! client; what a client chose is kept, and whether it applies is decided anew each time.

use super::{Cart, Shop, Terms};
use bodega_contracts::{CouponClaim, PromotionId, coupons::PromotionChanged};
use bodega_kernel::UserId;
use bodega_pricing::{
    Basket, Discount, DiscountKind, ItemFacts, NotApplicable, PricingError, Promotion, Trigger, Who, judge, price,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What the discount of points is called.
pub(crate) const POINTS_LABEL: &str = "Points";

/// The promotions that were heard of and may matter to a cart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Promotions(BTreeMap<PromotionId, PromotionChanged>);

impl Promotions {
    /// Keeps the newer one; whether that is this one.
    pub(crate) fn insert(&mut self, promotion: &PromotionChanged) -> bool {
        let newer = self.0.get(&promotion.promotion_id).is_none_or(|known| known.version < promotion.version);
        if newer {
            self.0.insert(promotion.promotion_id, promotion.clone());
        }
        newer
    }

    /// What is known of one.
    pub(crate) fn get(&self, id: PromotionId) -> Option<&PromotionChanged> {
        self.0.get(&id)
    }

    /// How many are known.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether any that applies by itself or is one of `named` asks if somebody ordered before.
    pub(crate) fn ask_for_first_orders(&self, named: &BTreeSet<PromotionId>) -> bool {
        self.that_matter(named).any(|known| known.promotion.conditions.first_order)
    }

    /// Whether any that applies by itself or is one of `named` asks for members of groups.
    pub(crate) fn ask_for_groups(&self, named: &BTreeSet<PromotionId>) -> bool {
        self.that_matter(named).any(|known| !known.promotion.conditions.groups.is_empty())
    }

    fn that_matter(&self, named: &BTreeSet<PromotionId>) -> impl Iterator<Item = &PromotionChanged> {
        self.automatic().chain(named.iter().filter_map(|id| self.get(*id)))
    }

    /// What applies by itself.
    fn automatic(&self) -> impl Iterator<Item = &PromotionChanged> {
        self.0.values().filter(|known| known.enabled && known.promotion.trigger == Trigger::Automatic)
    }
}

/// The code of a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Coupon {
    /// As it is written.
    pub code: String,
    /// What it sets off.
    pub promotion: PromotionId,
    /// As shown to the customer.
    pub label: String,
}

/// The points a customer wants to spend on a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Points {
    /// At most so many.
    pub most: i64,
    /// What one takes off, minor units, as rewards said it.
    pub value: i64,
    /// Whose.
    pub user: UserId,
}

/// All that comes off a cart beside its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reductions {
    /// The code that was given.
    pub coupon: Option<Coupon>,
    /// Why it is not usable any more, since it was given.
    pub coupon_refused: Option<String>,
    /// Whether promotions that count their uses are left out: an order was refused over one of them.
    pub counted_refused: bool,
    /// The points that are to be spent.
    pub points: Option<Points>,
    /// Whether an order was refused over them.
    pub points_refused: bool,
    /// What came off when the cart was shown last, shipping included.
    pub shown_off: i64,
    /// What a cart that became an order was priced with.
    pub frozen: Option<Vec<Discount>>,
}

/// Who would buy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Buyer {
    /// The customer; `None` for a guest.
    pub customer: Option<UserId>,
    /// The groups they are in, where any promotion asks.
    pub groups: Vec<String>,
    /// Whether they have an order already.
    pub ordered_before: bool,
}

/// What became of a cart's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CouponState {
    /// The code.
    pub coupon: Coupon,
    /// Why it takes nothing off; `None` where it applies.
    pub why_not: Option<WhyNot>,
}

/// Why a code takes nothing off, for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WhyNot {
    /// The stable word.
    pub reason: String,
    /// Minor units that the goods would have to cost more.
    pub missing: Option<i64>,
    /// Pieces that would have to be more.
    pub missing_pieces: Option<i64>,
}

/// What became of a cart's points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PointsState {
    /// How many may be spent.
    pub wanted: i64,
    /// How many are needed.
    pub used: i64,
    /// What they take off, minor units.
    pub amount: i64,
    /// Why none are; `None` where they are.
    pub refused: Option<&'static str>,
}

/// What comes off a basket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reduced {
    /// In the order they are taken off.
    pub discounts: Vec<Discount>,
    /// The promotions among them that count their uses, each with the code that was given.
    pub claims: Vec<(PromotionId, Option<String>)>,
    /// The code and what became of it.
    pub coupon: Option<CouponState>,
    /// The points and what became of them.
    pub points: Option<PointsState>,
}

/// Decides what comes off an open cart. `basket` holds its lines and shipping, `facts` what each line is.
pub(crate) fn reduce(
    cart: &Cart,
    basket: &Basket,
    facts: &[ItemFacts],
    terms: &Terms<'_>,
) -> Result<Reduced, PricingError> {
    let Terms { promotions, buyer, shop, now, .. } = *terms;
    let wants = &cart.reductions;
    let given = wants.coupon.as_ref().filter(|_| wants.coupon_refused.is_none());
    let by_code = given.and_then(|coupon| promotions.get(coupon.promotion)).filter(|known| known.enabled);
    let automatic = promotions.automatic().filter(|known| !(known.counted && wants.counted_refused));
    let candidates: Vec<Promotion> = automatic.chain(by_code).map(|known| known.promotion.clone()).collect();
    let who = Who {
        customer: buyer.customer.map(|customer| customer.0),
        groups: buyer.groups.clone(),
        ordered_before: buyer.ordered_before,
    };
    let mut reduced = Reduced::default();
    let mut why_not = None;
    for (promotion, discount) in judge(&candidates, basket, facts, &who, now) {
        let id = PromotionId(promotion.id);
        let coupon = given.filter(|coupon| coupon.promotion == id);
        match discount {
            Ok(discount) => {
                let counted = promotions.get(id).is_some_and(|known| known.counted);
                if coupon.is_some() || counted {
                    reduced.claims.push((id, coupon.map(|coupon| coupon.code.clone())));
                }
                reduced.discounts.push(discount);
            }
            Err(reason) if coupon.is_some() => why_not = Some(WhyNot::of(&reason)),
            Err(_) => {}
        }
    }
    reduced.coupon = wants.coupon.as_ref().map(|coupon| {
        let refused = wants.coupon_refused.as_deref();
        let gone = refused.or(by_code.is_none().then_some("disabled")).map(WhyNot::word);
        CouponState { coupon: coupon.clone(), why_not: gone.or(why_not) }
    });
    spend(cart, basket, (buyer, shop), &mut reduced)?;
    Ok(reduced)
}

/// Takes points off what the promotions left of the goods: no more than are needed.
fn spend(
    cart: &Cart,
    basket: &Basket,
    (buyer, shop): (&Buyer, &Shop),
    reduced: &mut Reduced,
) -> Result<(), PricingError> {
    let Some(points) = &cart.reductions.points else { return Ok(()) };
    let refused = if cart.reductions.points_refused {
        Some("rejected")
    } else if buyer.customer != Some(points.user) {
        Some("not_yours")
    } else if basket.currency != shop.currency {
        Some("other_currency")
    } else {
        None
    };
    let mut state = PointsState { wanted: points.most, used: 0, amount: 0, refused };
    if refused.is_none() && points.value > 0 {
        let priced = price(&Basket { discounts: reduced.discounts.clone(), ..basket.clone() })?;
        let left = priced.subtotal - priced.discount;
        state.used = points.most.min(left / points.value + i64::from(left % points.value > 0)).max(0);
        state.amount = state.used.saturating_mul(points.value).min(left);
        if state.amount > 0 {
            let kind = DiscountKind::Amount { amount: state.amount };
            reduced.discounts.push(Discount { label: POINTS_LABEL.to_owned(), kind, skus: None });
        }
    }
    reduced.points = Some(state);
    Ok(())
}

/// What came off a cart that is an order: as it was frozen, whatever holds by now.
pub(crate) fn frozen(cart: &Cart) -> Reduced {
    let discounts = cart.reductions.frozen.clone().unwrap_or_default();
    let coupon = cart.reductions.coupon.clone().map(|coupon| {
        let applied = discounts.iter().any(|discount| discount.label == coupon.label);
        CouponState { coupon, why_not: (!applied).then(|| WhyNot::word("not_applied")) }
    });
    Reduced { discounts, claims: Vec::new(), coupon, points: None }
}

/// The claims of an order that this customer makes.
pub(crate) fn claims_of(claims: &[(PromotionId, Option<String>)], customer: &str) -> Vec<CouponClaim> {
    let claim = |(promotion_id, code): &(PromotionId, Option<String>)| CouponClaim {
        promotion_id: *promotion_id,
        code: code.clone(),
        customer: customer.to_owned(),
    };
    claims.iter().map(claim).collect()
}

/// Whose use of a promotion it is: the customer's, or that of whoever has the e-mail address. The address itself is not
/// to be read from it.
pub(crate) fn buyer_key(customer: Option<UserId>, email: Option<&str>) -> Option<String> {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    let digest = |email: &str| -> String {
        let digest = Sha256::digest(email.trim().to_lowercase());
        digest.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    };
    customer.map(|customer| customer.to_string()).or_else(|| email.map(digest))
}

/// What is known of those who may buy, as far as any promotion asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buyers {
    /// Those who have an order already, by [`buyer_key`]; `None` where no promotion asks.
    pub ordered: Option<BTreeSet<String>>,
    /// The groups that customers are in.
    pub groups: BTreeMap<UserId, Vec<String>>,
}

/// The buyer of a cart, and what is known of them.
pub(crate) fn buyer(cart: &Cart, user: Option<UserId>, known: &Buyers) -> Buyer {
    let customer = cart.owner.or(user);
    let has_ordered = |ordered: &BTreeSet<String>| {
        buyer_key(customer, cart.details.email.as_deref()).is_some_and(|key| ordered.contains(&key))
    };
    let groups = customer.and_then(|customer| known.groups.get(&customer)).cloned().unwrap_or_default();
    Buyer { customer, groups, ordered_before: known.ordered.as_ref().is_some_and(has_ordered) }
}

impl WhyNot {
    fn word(reason: &str) -> Self {
        Self { reason: reason.to_owned(), missing: None, missing_pieces: None }
    }

    fn of(reason: &NotApplicable) -> Self {
        match reason {
            NotApplicable::NotStarted => Self::word("not_started"),
            NotApplicable::Ended => Self::word("expired"),
            NotApplicable::OtherCustomers => Self::word("not_yours"),
            NotApplicable::NotFirstOrder => Self::word("not_first_order"),
            NotApplicable::OtherCurrency => Self::word("other_currency"),
            NotApplicable::NoSuchGoods => Self::word("no_such_goods"),
            NotApplicable::MinimumNotMet { missing } => {
                Self { missing: Some(*missing), ..Self::word("minimum_not_met") }
            }
            NotApplicable::TooFewPieces { missing } => {
                Self { missing_pieces: Some(*missing), ..Self::word("too_few_pieces") }
            }
            NotApplicable::NotCombinable => Self::word("not_combinable"),
            NotApplicable::Nothing => Self::word("nothing_to_take_off"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_is_known_by_a_digest_of_the_address_in_any_case() {
        let key = |email| buyer_key(None, Some(email)).unwrap();
        assert_eq!(key("Ada@Example.org"), key("ada@example.org "));
        assert_eq!(key("ada@example.org"), "cfe00dde46ef942601ffafb9e2825e802858b460e586b8305b344c1eb826357d");
        assert_ne!(key("ada@example.org"), key("eve@example.org"));
        let user = UserId("0190b3d6-0000-7000-8000-000000000001".parse().unwrap());
        assert_eq!(buyer_key(Some(user), Some("ada@example.org")), Some(user.to_string()));
        assert_eq!(buyer_key(None, None), None);
    }
}
