//! What staff may say of a promotion: the rules of pricing, read strictly, so that a word nobody knows is refused by its
//! place and not passed over.

use bodega_kernel::{Sku, Time, uuid::Uuid};
use bodega_pricing::{Amounts, Conditions, Off, Reward, Tier};
use serde::Deserialize;

/// [`Reward`], read strictly.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Fields")]
pub(super) struct StrictReward(pub Reward);

/// [`Conditions`], read strictly.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct StrictConditions {
    minimum: Amounts,
    skus: Vec<Sku>,
    products: Vec<Uuid>,
    categories: Vec<Uuid>,
    brands: Vec<Uuid>,
    customers: Vec<Uuid>,
    groups: Vec<String>,
    first_order: bool,
    from: Option<Time>,
    until: Option<Time>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Percentage,
    Amount,
    FreeShipping,
    BuyXGetY,
    Tiers,
}

/// A reward field by field: an enum would be read as a whole, and refused as a whole.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    kind: Kind,
    bp: Option<i64>,
    amounts: Option<Amounts>,
    buy: Option<i64>,
    get: Option<i64>,
    tiers: Option<Vec<StrictTier>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictTier {
    minimum: Amounts,
    off: StrictOff,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictOff {
    bp: Option<i64>,
    #[serde(default)]
    amounts: Amounts,
}

impl From<StrictConditions> for Conditions {
    fn from(strict: StrictConditions) -> Self {
        Self {
            minimum: strict.minimum,
            skus: strict.skus,
            products: strict.products,
            categories: strict.categories,
            brands: strict.brands,
            customers: strict.customers,
            groups: strict.groups,
            first_order: strict.first_order,
            from: strict.from,
            until: strict.until,
        }
    }
}

impl From<StrictTier> for Tier {
    fn from(StrictTier { minimum, off: StrictOff { bp, amounts } }: StrictTier) -> Self {
        Self { minimum, off: Off { bp, amounts } }
    }
}

impl TryFrom<Fields> for StrictReward {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        let Fields { kind, bp, amounts, buy, get, tiers } = fields;
        let takes: &[&str] = match kind {
            Kind::Percentage => &["bp"],
            Kind::Amount => &["amounts"],
            Kind::FreeShipping => &[],
            Kind::BuyXGetY => &["buy", "get", "bp"],
            Kind::Tiers => &["tiers"],
        };
        let given = [
            ("bp", bp.is_some()),
            ("amounts", amounts.is_some()),
            ("buy", buy.is_some()),
            ("get", get.is_some()),
            ("tiers", tiers.is_some()),
        ];
        if let Some((name, _)) = given.iter().find(|(name, given)| *given && !takes.contains(name)) {
            return Err(format!("a reward of this kind has no field `{name}`"));
        }
        Ok(Self(match kind {
            Kind::Percentage => Reward::Percentage { bp: needed(bp, "bp")? },
            Kind::Amount => Reward::Amount { amounts: needed(amounts, "amounts")? },
            Kind::FreeShipping => Reward::FreeShipping {},
            Kind::BuyXGetY => {
                Reward::BuyXGetY { buy: needed(buy, "buy")?, get: needed(get, "get")?, bp: needed(bp, "bp")? }
            }
            Kind::Tiers => Reward::Tiers { tiers: needed(tiers, "tiers")?.into_iter().map(Tier::from).collect() },
        }))
    }
}

/// In serde's own words, which tell whoever reads the refusal at which field it belongs.
fn needed<T>(value: Option<T>, name: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("missing field `{name}`"))
}
