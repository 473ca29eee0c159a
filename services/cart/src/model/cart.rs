//! The cart itself: its lines, its details, who may open it, and how two become one.

use super::{Draft, Offers, Own, Place, Reductions, ShownAt, ShownShipping, SoldAt, Tenders};
use bodega_contracts::{Address, CartId, LineId, OrderId};
use bodega_kernel::{Currency, Sku, Time, UserId};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;

/// The most lines of a cart.
pub(crate) const MAX_LINES: usize = bodega_pricing::MAX_LINES;
/// The most of one line.
pub(crate) const MAX_QUANTITY: i64 = bodega_pricing::MAX_QUANTITY;

/// What somebody means to buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cart {
    /// Which.
    pub id: CartId,
    /// The customer it belongs to; `None`: whoever holds its token.
    pub owner: Option<UserId>,
    /// Where it is in its life.
    pub status: Status,
    /// Grows by one with every change, from 1.
    pub version: i64,
    /// All but the lines.
    pub details: Details,
    /// Its code, its points, and what came of them.
    pub reductions: Reductions,
    /// At most [`MAX_LINES`], one for each SKU; in a draft a SKU may be on several.
    pub lines: Vec<Line>,
    /// The shipping that was shown last; `None` in a cart that is older than this.
    pub shown_shipping: Option<ShownShipping>,
    /// Where its shopper said it is for.
    pub sold_at: SoldAt,
    /// How its prices were shown last; `None` in a cart that is older than this.
    pub shown_at: Option<ShownAt>,
    /// What is to pay a part of it.
    pub tenders: Tenders,
    /// What staff said of it; `None` of a shopper's cart.
    pub draft: Option<Draft>,
    /// The order whose goods it replaces.
    pub exchange_of: Option<OrderId>,
    /// The order it became.
    pub order_id: Option<OrderId>,
    /// The cart it went into.
    pub merged_into: Option<CartId>,
    /// When it was made.
    pub created: Time,
    /// When it was changed last.
    pub updated: Time,
}

/// The life of a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Can be changed.
    Open,
    /// Became an order; opens again if that cannot be had.
    CheckedOut,
    /// Went into another cart: over.
    Merged,
}

impl Status {
    /// The word in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::CheckedOut => "checked_out",
            Self::Merged => "merged",
        }
    }

    /// From the word in the database.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::CheckedOut, Self::Merged].into_iter().find(|status| status.as_str() == word)
    }
}

/// All of a cart but its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Details {
    /// Where mails go.
    pub email: Option<String>,
    /// Where parcels go.
    pub shipping_address: Option<Address>,
    /// Where the invoice goes.
    pub billing_address: Option<Address>,
    /// The id of the method that was chosen.
    pub shipping_method: Option<String>,
    /// Whether its shopper wants to be reminded of it by mail.
    pub remind: bool,
}

/// A line of a cart, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Names the line in the API.
    pub id: LineId,
    /// What.
    pub sku: Sku,
    /// How many, 1 to [`MAX_QUANTITY`].
    pub quantity: i64,
    /// The price of one that was shown last, minor units of the currency it was shown in.
    pub shown: i64,
    /// What staff said of it.
    #[serde(default, skip_serializing_if = "Own::is_nothing")]
    pub own: Own,
}

/// A line somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// What.
    pub sku: Sku,
    /// How many, checked.
    pub quantity: i64,
    /// What staff say of it; nothing in a shopper's cart.
    pub own: Own,
}

/// Where the wanted lines stand in the body, for JSON pointers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LinesAt {
    /// The body is the line.
    Body,
    /// The body is an array of lines.
    Array,
    /// The member `lines` is an array of them.
    #[default]
    Member,
}

impl LinesAt {
    /// The pointer to a field of the line at `index`.
    pub(crate) fn pointer(self, index: usize, field: &str) -> String {
        match self {
            Self::Body => format!("/{field}"),
            Self::Array => format!("/{index}/{field}"),
            Self::Member => format!("/lines/{index}/{field}"),
        }
    }
}

/// A field of a change: left out, null, or a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Given<T> {
    /// Left out: stays as it is.
    #[default]
    Kept,
    /// Null: is cleared.
    Cleared,
    /// Is set.
    Set(T),
}

impl<T> Given<T> {
    /// The value, if one is set.
    pub(crate) fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Kept | Self::Cleared => None,
        }
    }

    /// Makes `field` what was given.
    pub(crate) fn apply(&self, field: &mut Option<T>)
    where
        T: Clone,
    {
        match self {
            Self::Kept => {}
            Self::Cleared => *field = None,
            Self::Set(value) => *field = Some(value.clone()),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Cleared, Self::Set))
    }
}

/// A change of [`Details`], checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DetailsChange {
    /// Where mails go.
    pub email: Given<String>,
    /// Where parcels go.
    pub shipping_address: Given<Address>,
    /// Where the invoice goes.
    pub billing_address: Given<Address>,
    /// The id of a method the shop has.
    pub shipping_method: Given<String>,
    /// Whether its shopper wants to be reminded.
    pub remind: Given<bool>,
}

/// Why lines cannot be changed so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The shop sells nothing of that name; the wanted lines are counted from 0.
    UnknownSku(Vec<usize>),
    /// The line would hold more than [`MAX_QUANTITY`].
    TooMany(usize),
    /// The cart would have more than [`MAX_LINES`].
    TooManyLines,
    /// The line has a price in another currency than this one, which the cart is in.
    OtherCurrency(usize, Currency),
}

/// Whom a request comes from, as far as carts care.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Access {
    /// The customer who is logged in.
    pub user: Option<UserId>,
    /// The cart whose token came along, verified.
    pub token: Option<CartId>,
    /// Whether staff ask, for drafts: they open nothing else.
    pub desk: bool,
}

impl Access {
    /// Whether this cart may be seen and changed. One that was merged is nobody's.
    pub(crate) fn opens(&self, cart: &Cart) -> bool {
        if self.desk || cart.draft.is_some() {
            return self.desk && cart.draft.is_some();
        }
        let owns = cart.owner.is_some() && cart.owner == self.user;
        cart.status != Status::Merged && (owns || self.token == Some(cart.id))
    }
}

/// Adds all of `wanted` to `lines` or nothing. What is there already is added to its line.
pub(crate) fn add_lines(
    lines: &mut Vec<Line>,
    wanted: &[Wanted],
    offers: &Offers,
    place: &Place<'_>,
    mut new_id: impl FnMut() -> LineId,
) -> Result<(), Refusal> {
    let prices: Vec<Option<i64>> =
        wanted.iter().map(|one| offers.for_sale(&one.sku, place).map(|(_, price)| price)).collect();
    let unknown: Vec<usize> = (0..wanted.len()).filter(|&index| prices[index].is_none()).collect();
    if !unknown.is_empty() {
        return Err(Refusal::UnknownSku(unknown));
    }
    let mut added = lines.clone();
    let mut places: HashMap<Sku, usize> =
        lines.iter().enumerate().map(|(place, line)| (line.sku.clone(), place)).collect();
    for (index, (one, price)) in wanted.iter().zip(prices).enumerate() {
        if let Some(&place) = places.get(&one.sku) {
            added[place].quantity += one.quantity;
            if added[place].quantity > MAX_QUANTITY {
                return Err(Refusal::TooMany(index));
            }
        } else {
            let (sku, shown) = (one.sku.clone(), price.unwrap_or_default());
            places.insert(sku.clone(), added.len());
            added.push(Line { id: new_id(), sku, quantity: one.quantity, shown, own: Own::default() });
        }
    }
    if added.len() > MAX_LINES {
        return Err(Refusal::TooManyLines);
    }
    *lines = added;
    Ok(())
}

impl Cart {
    /// An empty one.
    pub(crate) fn new(id: CartId, owner: Option<UserId>, now: Time) -> Self {
        Self {
            id,
            owner,
            status: Status::Open,
            version: 1,
            details: Details::default(),
            reductions: Reductions::default(),
            lines: Vec::new(),
            shown_shipping: None,
            sold_at: SoldAt::default(),
            shown_at: None,
            tenders: Tenders::default(),
            draft: None,
            exchange_of: None,
            order_id: None,
            merged_into: None,
            created: now,
            updated: now,
        }
    }

    /// Whether its shopper is to be reminded of it if it stays as it is.
    pub(crate) fn reminds(&self) -> bool {
        self.status == Status::Open && self.details.remind && self.draft.is_none()
    }

    /// The line of this id.
    pub(crate) fn line_mut(&mut self, id: LineId) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.id == id)
    }

    /// Takes a line out; whether it was there.
    pub(crate) fn remove(&mut self, id: LineId) -> bool {
        let before = self.lines.len();
        self.lines.retain(|line| line.id != id);
        self.lines.len() < before
    }

    /// Changes the details.
    pub(crate) fn change(&mut self, change: &DetailsChange) {
        change.email.apply(&mut self.details.email);
        change.shipping_address.apply(&mut self.details.shipping_address);
        change.billing_address.apply(&mut self.details.billing_address);
        change.shipping_method.apply(&mut self.details.shipping_method);
        match change.remind {
            Given::Kept => {}
            Given::Cleared => self.details.remind = false,
            Given::Set(remind) => self.details.remind = remind,
        }
    }

    /// Takes in the lines of another cart, and its details where this one has none. A log-in must not fail over a
    /// quantity, so what exceeds [`MAX_QUANTITY`] is cut.
    pub(crate) fn take_in(&mut self, other: &Cart) -> Result<(), Refusal> {
        let mut lines = self.lines.clone();
        let places: HashMap<Sku, usize> =
            lines.iter().enumerate().map(|(place, line)| (line.sku.clone(), place)).collect();
        for line in &other.lines {
            match places.get(&line.sku) {
                Some(&place) => lines[place].quantity = (lines[place].quantity + line.quantity).min(MAX_QUANTITY),
                None => lines.push(line.clone()),
            }
        }
        if lines.len() > MAX_LINES {
            return Err(Refusal::TooManyLines);
        }
        self.lines = lines;
        let (ours, theirs) = (&mut self.details, &other.details);
        ours.email = ours.email.take().or_else(|| theirs.email.clone());
        ours.shipping_address = ours.shipping_address.take().or_else(|| theirs.shipping_address.clone());
        ours.billing_address = ours.billing_address.take().or_else(|| theirs.billing_address.clone());
        ours.shipping_method = ours.shipping_method.take().or_else(|| theirs.shipping_method.clone());
        // Who wants mails at one address did not ask for any at another.
        ours.remind |= theirs.remind && ours.email == theirs.email;
        let (ours, theirs) = (&mut self.reductions, &other.reductions);
        if ours.coupon.is_none() {
            ours.coupon.clone_from(&theirs.coupon);
            ours.coupon_refused.clone_from(&theirs.coupon_refused);
        }
        if ours.points.is_none() {
            ours.points.clone_from(&theirs.points);
            ours.points_refused = theirs.points_refused;
        }
        ours.counted_refused |= theirs.counted_refused;
        if self.tenders == Tenders::default() {
            self.tenders = other.tenders.clone();
        }
        Ok(())
    }
}
