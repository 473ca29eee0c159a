//! A promotion as its form holds it: read from the API, and written for it.

use crate::model::{Filled, Reading, percent, typed_all};
use bodega_kernel::{Currency, Money};
use bodega_pages::{Fault, Visit};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A promotion.
#[derive(Debug, Deserialize)]
pub(super) struct Promotion {
    pub(super) id: String,
    pub(super) version: i64,
    pub(super) enabled: bool,
    pub(super) label: String,
    pub(super) trigger: String,
    pub(super) reward: Reward,
    #[serde(default)]
    pub(super) conditions: Conditions,
    #[serde(default)]
    pub(super) priority: i64,
    #[serde(default)]
    pub(super) combinable: bool,
    #[serde(default)]
    pub(super) limit: Option<i64>,
    #[serde(default)]
    pub(super) limit_per_customer: Option<i64>,
}

/// What it gives; which fields there are depends on the kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reward {
    kind: String,
    bp: Option<i64>,
    amounts: Vec<Money>,
    buy: Option<i64>,
    get: Option<i64>,
    tiers: Vec<Tier>,
}

/// A step of what is spent, and what then comes off.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tier {
    minimum: Vec<Money>,
    off: Off,
}

/// A share or an amount.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Off {
    bp: Option<i64>,
    amounts: Vec<Money>,
}

/// When it holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Conditions {
    minimum: Vec<Money>,
    skus: Vec<String>,
    products: Vec<String>,
    categories: Vec<String>,
    brands: Vec<String>,
    customers: Vec<String>,
    groups: Vec<String>,
    first_order: bool,
    from: Option<String>,
    until: Option<String>,
}

/// What a reward gives, in a line.
pub(super) fn in_words(visit: &Visit, reward: &Reward) -> String {
    let off = |bp: Option<i64>| format!("{} %", percent(bp.unwrap_or_default()));
    let amounts = |amounts: &[Money]| {
        let each: Vec<String> = amounts.iter().map(|money| visit.money(*money)).collect();
        each.join(" or ")
    };
    match reward.kind.as_str() {
        "percentage" => format!("{} off", off(reward.bp)),
        "amount" => format!("{} off", amounts(&reward.amounts)),
        "free_shipping" => "Free shipping".to_owned(),
        "buy_x_get_y" => {
            let (buy, get) = (reward.buy.unwrap_or_default(), reward.get.unwrap_or_default());
            format!("Buy {buy}, get {get} with {} off", off(reward.bp))
        }
        "tiers" => format!("{} steps: the more, the more off", reward.tiers.len()),
        other => other.replace('_', " "),
    }
}

/// What a new promotion begins with.
pub(super) fn blank() -> Filled {
    Filled::default().with("kind", "percentage").with("trigger", "code").with("enabled", "yes").with("priority", "0")
}

/// A promotion as its form shows it.
pub(super) fn filled(promotion: &Promotion) -> Filled {
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let Promotion { reward, conditions, .. } = promotion;
    let share = reward.bp.map(percent).unwrap_or_default();
    let is_pieces = reward.kind == "buy_x_get_y";
    let moment = |moment: &Option<String>| moment.as_deref().unwrap_or_default().chars().take(16).collect::<String>();
    let mut form = Filled::default()
        .with("version", promotion.version.to_string())
        .with("label", promotion.label.as_str())
        .ticked("enabled", promotion.enabled)
        .with("trigger", promotion.trigger.as_str())
        .with("kind", reward.kind.as_str())
        .with("percent", if is_pieces { "" } else { share.as_str() })
        .with("amounts", typed_all(&reward.amounts))
        .with("buy", number(reward.buy))
        .with("get", number(reward.get))
        .with("get_percent", if is_pieces { share.as_str() } else { "" })
        .with("minimum", typed_all(&conditions.minimum))
        .with("skus", conditions.skus.join(", "))
        .with("products", conditions.products.join(", "))
        .with("customers", conditions.customers.join(", "))
        .with("groups", conditions.groups.join(", "))
        .ticked("first_order", conditions.first_order)
        .with("from", moment(&conditions.from))
        .with("until", moment(&conditions.until))
        .with("priority", promotion.priority.to_string())
        .ticked("combinable", promotion.combinable)
        .with("limit", number(promotion.limit))
        .with("limit_per_customer", number(promotion.limit_per_customer));
    for (name, ids) in [("category", &conditions.categories), ("brand", &conditions.brands)] {
        for id in ids {
            form = form.with(name, id.as_str());
        }
    }
    for (place, tier) in reward.tiers.iter().enumerate() {
        let at = |field: &str| format!("tier.{place}.{field}");
        form = form
            .with(&at("id"), "")
            .with(&at("minimum"), typed_all(&tier.minimum))
            .with(&at("percent"), tier.off.bp.map(percent).unwrap_or_default())
            .with(&at("amounts"), typed_all(&tier.off.amounts));
    }
    form
}

/// The body that a form stands for: of a new promotion, or of a change.
pub(super) fn body(form: &Filled, currency: Currency, is_new: bool) -> Result<Value, Fault> {
    let mut read = Reading::of(form, currency);
    let mut body = Map::new();
    body.insert("label".into(), read.needed("label", "/label").into());
    body.insert("reward".into(), reward(form, &mut read));
    body.insert("conditions".into(), conditions(form, &mut read));
    body.insert("priority".into(), read.number("priority", "/priority").unwrap_or_default().into());
    body.insert("combinable".into(), form.is("combinable").into());
    body.insert("enabled".into(), form.is("enabled").into());
    body.insert("limit".into(), read.number("limit", "/limit").into());
    body.insert("limit_per_customer".into(), read.number("limit_per_customer", "/limit_per_customer").into());
    if is_new {
        body.insert("trigger".into(), form.text("trigger").unwrap_or("code").into());
        if let Some(code) = form.text("code") {
            body.insert("code".into(), code.into());
        }
        if let Some(limit) = read.number("code_limit", "/code_limit") {
            body.insert("code_limit".into(), limit.into());
        }
    }
    read.finish()?;
    Ok(body.into())
}

/// The reward of the kind that was chosen; what stands in the fields of the others is left alone.
fn reward(form: &Filled, read: &mut Reading<'_>) -> Value {
    let kind = form.text("kind").unwrap_or("percentage");
    match kind {
        "amount" => json!({"kind": kind, "amounts": read.amounts("amounts", "/reward/amounts")}),
        "free_shipping" => json!({"kind": kind}),
        "buy_x_get_y" => json!({
            "kind": kind,
            "buy": needed_number(form, read, "buy", "/reward/buy"),
            "get": needed_number(form, read, "get", "/reward/get"),
            "bp": read.percent("get_percent", "/reward/bp").unwrap_or(10_000),
        }),
        "tiers" => {
            let tiers: Vec<Value> = (0..form.rows("tier")).map(|place| tier(form, read, place)).collect();
            if tiers.is_empty() {
                read.refuse("/reward/tiers", "has at least one step");
            }
            json!({"kind": kind, "tiers": tiers})
        }
        _ => {
            if form.text("percent").is_none() {
                read.refuse("/reward/bp", "is needed");
            }
            json!({"kind": kind, "bp": read.percent("percent", "/reward/bp").unwrap_or_default()})
        }
    }
}

fn needed_number(form: &Filled, read: &mut Reading<'_>, name: &str, pointer: &str) -> i64 {
    if form.text(name).is_none() {
        read.refuse(pointer, "is needed");
    }
    read.number(name, pointer).unwrap_or_default()
}

fn tier(form: &Filled, read: &mut Reading<'_>, place: usize) -> Value {
    let at = |field: &str| format!("tier.{place}.{field}");
    let pointer = |field: &str| format!("/reward/tiers/{place}/{field}");
    let off = match (form.text(&at("percent")), form.text(&at("amounts"))) {
        (Some(_), None) => json!({"bp": read.percent(&at("percent"), &pointer("off/bp"))}),
        (None, Some(_)) => json!({"amounts": read.amounts(&at("amounts"), &pointer("off/amounts"))}),
        _ => {
            read.refuse(&pointer("off/bp"), "is a share, or else an amount beside it");
            json!({})
        }
    };
    json!({"minimum": read.amounts(&at("minimum"), &pointer("minimum")), "off": off})
}

fn conditions(form: &Filled, read: &mut Reading<'_>) -> Value {
    json!({
        "minimum": read.amounts("minimum", "/conditions/minimum"),
        "skus": form.list("skus"),
        "products": form.list("products"),
        "categories": form.all("category").collect::<Vec<_>>(),
        "brands": form.all("brand").collect::<Vec<_>>(),
        "customers": form.list("customers"),
        "groups": form.list("groups"),
        "first_order": form.is("first_order"),
        "from": read.moment("from"),
        "until": read.moment("until"),
    })
}

/// What the fields are called, for showing two versions beside each other.
pub(super) fn labels(forms: [&Filled; 2]) -> Vec<(String, String)> {
    let plain = [
        ("label", "Name"),
        ("enabled", "On"),
        ("kind", "Kind"),
        ("percent", "Percent off"),
        ("amounts", "Amount off"),
        ("buy", "Buy"),
        ("get", "Get"),
        ("get_percent", "Percent off those"),
        ("minimum", "From an amount of"),
        ("skus", "SKUs"),
        ("products", "Products"),
        ("category", "Categories"),
        ("brand", "Brands"),
        ("customers", "Customers"),
        ("groups", "Groups"),
        ("first_order", "First order"),
        ("from", "From"),
        ("until", "Until"),
        ("priority", "Priority"),
        ("combinable", "Together with others"),
        ("limit", "Limit"),
        ("limit_per_customer", "Limit of a customer"),
    ];
    let mut labels: Vec<(String, String)> =
        plain.iter().map(|(name, label)| ((*name).into(), (*label).into())).collect();
    let most = forms.iter().map(|form| form.rows("tier")).max().unwrap_or_default();
    for place in 0..most {
        for field in ["minimum", "percent", "amounts"] {
            labels.push((format!("tier.{place}.{field}"), format!("Step {}, {field}", place + 1)));
        }
    }
    labels
}
