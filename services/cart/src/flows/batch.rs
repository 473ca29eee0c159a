//! The lane: commands in, one outcome for each. Carts are locked before keys are looked up, so that twins of one request
//! wait for each other across replicas and the later one finds the answer of the earlier.

use super::{Answers, Contents, desk::Desk};
use crate::{
    error::Error,
    model::{Access, Shop, Tenders},
};
use bodega_contracts::{CartId, LineId, OrderId, coupons::PromotionChanged};
use bodega_db::{DbError, IdempotencyKey, Replay, StoredAnswer, Trace, Tx};
use bodega_kernel::{Money, Sku, UserId};
use std::collections::{BTreeSet, HashMap};

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// From whom.
    pub access: Access,
    /// Under which key.
    pub key: Option<IdempotencyKey>,
    /// What caused it.
    pub trace: Option<Trace>,
    /// What for.
    pub wish: Wish,
}

/// What a request asks for.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    /// A new cart.
    Open {
        /// Its id.
        id: CartId,
        /// The token to answer with, for a guest.
        token: Option<String>,
        /// What it holds from the start.
        contents: Contents,
        /// What others said to its code and points.
        answers: Answers,
    },
    /// Other details, more lines.
    Change {
        /// Of which cart.
        cart: CartId,
        /// The version it was read in; `None` where any will do.
        read_version: Option<i64>,
        /// What.
        contents: Contents,
        /// What others said to its code and points.
        answers: Answers,
    },
    /// Another quantity.
    SetQuantity {
        /// Of which cart.
        cart: CartId,
        /// Of which line.
        line: LineId,
        /// How many.
        quantity: i64,
    },
    /// A line less.
    Remove {
        /// Of which cart.
        cart: CartId,
        /// Which.
        line: LineId,
    },
    /// All that another cart holds.
    Merge {
        /// Into which cart.
        cart: CartId,
        /// From which; proved to be the caller's.
        from: CartId,
    },
    /// Other tenders.
    Tender {
        /// Of which cart.
        cart: CartId,
        /// What is to pay a part of it.
        tenders: Tenders,
    },
    /// A draft less.
    Discard {
        /// Which.
        cart: CartId,
        /// The version it was read in; `None` where any will do.
        read_version: Option<i64>,
    },
    /// An order.
    CheckOut {
        /// Of which cart.
        cart: CartId,
        /// Which order.
        intent: Box<Intent>,
    },
    /// An order of a cart that is not there yet.
    Buy(Box<Buying>),
}

/// A cart that is to be made and bought at once.
#[derive(Clone, Debug)]
pub(crate) struct Buying {
    /// Its id.
    pub id: CartId,
    /// What it holds.
    pub contents: Contents,
    /// What others said to its code and points.
    pub answers: Answers,
    /// What it is to cost in all.
    pub total: Money,
    /// The order it becomes.
    pub intent: Intent,
}

/// The order that a checkout would make.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    /// Its id.
    pub order_id: OrderId,
    /// Its number.
    pub number: String,
    /// The token that opens it.
    pub token: String,
    /// How it is paid; not needed where nothing is left to pay.
    pub payment_method: Option<String>,
    /// The version of the legal texts that was accepted.
    pub accepted_terms: Option<i64>,
    /// The version that is meant, where the caller says so.
    pub version: Option<i64>,
    /// Whether prices may have changed too long ago without the cart having heard of it.
    pub prices_are_stale: bool,
}

/// What became of a request.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// It was done; remembered where it had a key.
    Done(StoredAnswer),
    /// It had been done before.
    Again(StoredAnswer),
    /// It was refused and changed nothing.
    Refused(Error),
}

/// Decides a batch: one outcome for each command, in their order.
pub(crate) async fn decide(shop: &Shop, tx: &mut Tx, batch: &[Command]) -> Result<Vec<Outcome>, DbError> {
    let carts: BTreeSet<CartId> = batch.iter().flat_map(|command| command.wish.carts()).flatten().collect();
    let mut desk = Desk::load(tx, shop, carts, batch).await?;
    let mut keys = Keys::load(tx, batch).await?;
    let mut outcomes = Vec::with_capacity(batch.len());
    for command in batch {
        outcomes.push(match keys.known(command) {
            Replay::Same(answer) => Outcome::Again(answer),
            Replay::Other => Outcome::Refused(Error::KeyReused),
            Replay::New => match desk.apply(command) {
                Ok(answer) => {
                    keys.keep(command, &answer);
                    Outcome::Done(answer)
                }
                Err(error) => Outcome::Refused(error),
            },
        });
    }
    desk.save(tx).await?;
    keys.save(tx).await?;
    Ok(outcomes)
}

impl Wish {
    fn carts(&self) -> [Option<CartId>; 2] {
        match self {
            Self::Open { .. } | Self::Buy(_) => [None, None],
            Self::Change { cart, .. }
            | Self::SetQuantity { cart, .. }
            | Self::Remove { cart, .. }
            | Self::Tender { cart, .. }
            | Self::Discard { cart, .. }
            | Self::CheckOut { cart, .. } => [Some(*cart), None],
            Self::Merge { cart, from } => [Some(*cart), Some(*from)],
        }
    }

    /// The SKUs it would add.
    pub(super) fn skus(&self) -> impl Iterator<Item = Sku> + '_ {
        let lines = self.contents().into_iter().flat_map(|contents| contents.lines.iter().chain(contents.desk_lines()));
        lines.map(|line| line.sku.clone())
    }

    /// The promotion that came with a code, as coupons said it.
    pub(super) fn promotion(&self) -> Option<&PromotionChanged> {
        let answers = match self {
            Self::Open { answers, .. } | Self::Change { answers, .. } => Some(answers),
            Self::Buy(buying) => Some(&buying.answers),
            Self::SetQuantity { .. }
            | Self::Remove { .. }
            | Self::Merge { .. }
            | Self::Tender { .. }
            | Self::Discard { .. }
            | Self::CheckOut { .. } => None,
        };
        answers?.coupon.value()?.as_ref().ok().map(|(_, promotion)| promotion)
    }

    /// The e-mail address it would set.
    pub(super) fn email(&self) -> Option<&str> {
        self.contents()?.details.email.value().map(String::as_str)
    }

    /// The customer it would set.
    pub(super) fn customer(&self) -> Option<UserId> {
        self.contents()?.desk.as_ref()?.customer.value().copied()
    }

    fn contents(&self) -> Option<&Contents> {
        match self {
            Self::Open { contents, .. } | Self::Change { contents, .. } => Some(contents),
            Self::Buy(buying) => Some(&buying.contents),
            Self::SetQuantity { .. }
            | Self::Remove { .. }
            | Self::Merge { .. }
            | Self::Tender { .. }
            | Self::Discard { .. }
            | Self::CheckOut { .. } => None,
        }
    }
}

/// What is known of the keys of a batch, and what is to be remembered: of twins in one batch the second finds the first.
struct Keys<'a> {
    known: HashMap<(&'a str, &'a str), (&'a [u8], StoredAnswer)>,
    reused: Vec<&'a IdempotencyKey>,
    new: Vec<(&'a IdempotencyKey, StoredAnswer)>,
}

impl<'a> Keys<'a> {
    async fn load(tx: &mut Tx, batch: &'a [Command]) -> Result<Self, DbError> {
        let mut keys = Self { known: HashMap::new(), reused: Vec::new(), new: Vec::new() };
        let mut asked = BTreeSet::new();
        for key in batch.iter().filter_map(|command| command.key.as_ref()) {
            if !asked.insert((&*key.scope, &*key.key, &*key.request)) {
                continue;
            }
            match tx.replayed(key).await? {
                Replay::New => {}
                Replay::Same(answer) => drop(keys.known.insert((&key.scope, &key.key), (&key.request, answer))),
                Replay::Other => keys.reused.push(key),
            }
        }
        Ok(keys)
    }

    fn known(&self, command: &Command) -> Replay {
        let Some(key) = &command.key else { return Replay::New };
        match self.known.get(&(&*key.scope, &*key.key)) {
            Some((request, answer)) if *request == key.request => Replay::Same(answer.clone()),
            Some(_) => Replay::Other,
            None if self.reused.contains(&key) => Replay::Other,
            None => Replay::New,
        }
    }

    fn keep(&mut self, command: &'a Command, answer: &StoredAnswer) {
        if let Some(key) = &command.key {
            self.known.insert((&key.scope, &key.key), (&key.request, answer.clone()));
            self.new.push((key, answer.clone()));
        }
    }

    async fn save(self, tx: &mut Tx) -> Result<(), DbError> {
        for (key, answer) in &self.new {
            tx.remember(key, answer).await?;
        }
        Ok(())
    }
}
