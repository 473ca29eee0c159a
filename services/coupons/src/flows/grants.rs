//! Rewards become codes: one for each reward, of one customer, good for one order.

use crate::{
    model::{self, Code, Stored, WRITTEN_LENGTH},
    store::{self, Grant},
};
use bodega_bus::{Delivery, Failure};
use bodega_contracts::{PromotionId, coupons::CouponGranted, rewards::RewardGranted};
use bodega_db::{DbError, Tx};
use bodega_pricing::{Conditions, Promotion, Reward, Trigger};
use std::collections::BTreeMap;

/// The most characters of a reward's id.
const MAX_REWARD_ID: usize = 100;
/// How often a code is drawn anew where it exists already.
const DRAWS: usize = 8;

/// Makes the codes of rewards that were not heard of before.
pub(crate) async fn grant(tx: &mut Tx, batch: &[Delivery<RewardGranted>]) -> Result<(), Failure> {
    let mut firsts: BTreeMap<&str, &Delivery<RewardGranted>> = BTreeMap::new();
    for delivery in batch {
        let id = delivery.event.reward_id.as_str();
        if id.is_empty() || id.len() > MAX_REWARD_ID {
            return Err(Failure::permanent("a reward's id has 1 to 100 characters"));
        }
        firsts.entry(id).or_insert(delivery);
    }
    let granted: Vec<_> = firsts.into_values().map(|delivery| (delivery, stored(tx, &delivery.event))).collect();
    let wrong = granted.iter().find_map(|(_, stored)| stored.promotion.violations().into_iter().next());
    if let Some((pointer, reason)) = wrong {
        return Err(Failure::permanent(format!("a reward that cannot be given: {pointer} {reason}")));
    }
    let grants: Vec<Grant<'_>> = granted
        .iter()
        .map(|(delivery, stored)| Grant { reward: &delivery.event.reward_id, promotion: stored.id() })
        .collect();
    let new = store::insert_grants(tx, &grants).await?;
    for ((delivery, stored), _) in granted.iter().zip(new).filter(|(_, new)| *new) {
        let code = draw(tx, stored.id()).await?;
        store::insert_promotion(tx, stored).await?;
        tx.follow(delivery.trace.clone());
        tx.emit(&stored.told())?;
        let RewardGranted { user_id, label, ends, .. } = &delivery.event;
        tx.emit(&CouponGranted { user_id: *user_id, code, label: label.clone(), ends: *ends })?;
    }
    Ok(())
}

fn stored(tx: &Tx, event: &RewardGranted) -> Stored {
    let customers = vec![event.user_id.0];
    let promotion = Promotion {
        id: PromotionId::new(tx.world()).0,
        label: event.label.clone(),
        trigger: Trigger::Code,
        reward: Reward::Percentage { bp: event.bp },
        conditions: Conditions { customers, until: Some(event.ends), ..Conditions::default() },
        priority: 0,
        combinable: true,
    };
    Stored::new(promotion, None, None, tx.now())
}

async fn draw(tx: &mut Tx, promotion: PromotionId) -> Result<String, DbError> {
    for _ in 0..DRAWS {
        let code = model::written("", WRITTEN_LENGTH, |bound| tx.world().below(bound));
        let row = Code { text: code.clone(), promotion, limit: Some(1), enabled: true, created: tx.now() };
        if store::insert_codes(tx, &[row]).await?.contains(&true) {
            return Ok(code);
        }
    }
    Err(DbError::Unavailable("every code that was drawn exists already".into()))
}
