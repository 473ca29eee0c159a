//! The lane: commands in, one outcome for each. A batch of some is decided as if its keys were new, which they nearly always are:
//! they are put in before anything else is written, and where one is there already, all is undone and decided again with the
//! answers that were given before. Carts are locked before keys are looked up, so that twins of one request wait for each other
//! across replicas and the later one finds the answer of the earlier.

use super::{Answers, Contents, Memory, desk::Desk};
use crate::{
    error::Error,
    model::{Access, Shop, Tenders},
};
use bodega_contracts::{CartId, LineId, OrderId, coupons::PromotionChanged};
use bodega_db::{DbError, IdempotencyKey, Replay, StoredAnswer, Trace, Tx};
use bodega_kernel::{Money, Sku, UserId};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

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

/// What is taken for granted of the keys of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    /// That nobody used them before.
    NewKeys,
    /// Nothing: they are looked up.
    AnyKeys,
}

/// In a smaller batch keys are looked up: what undoes a wrong guess would cost as much.
const FEW: usize = 3;

/// Decides a batch: one outcome for each command, in their order.
pub(crate) async fn decide(
    (shop, memory): (&Shop, &Memory),
    tx: &mut Tx,
    batch: &[Arc<Command>],
) -> Result<Vec<Outcome>, DbError> {
    if batch.len() < FEW {
        return decide_if((shop, memory), tx, batch, Expect::AnyKeys).await;
    }
    let decided = tx.nested(async |tx| decide_if((shop, memory), tx, batch, Expect::NewKeys).await).await;
    match decided {
        Err(DbError::Unavailable(_)) => decide_if((shop, memory), tx, batch, Expect::AnyKeys).await,
        decided => decided,
    }
}

async fn decide_if(
    (shop, memory): (&Shop, &Memory),
    tx: &mut Tx,
    batch: &[Arc<Command>],
    expect: Expect,
) -> Result<Vec<Outcome>, DbError> {
    let carts: BTreeSet<CartId> = batch.iter().flat_map(|command| command.wish.carts()).flatten().collect();
    let mut desk = Desk::load(tx, (shop, memory), carts, batch).await?;
    let mut keys = Keys::default();
    if expect == Expect::AnyKeys {
        keys.look_up(tx, batch).await?;
    }
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
                Err(error) if expect == Expect::AnyKeys => Outcome::Refused(error),
                Err(error) => refused(tx, command, error).await?,
            },
        });
    }
    keys.save(tx).await?;
    desk.save(tx, memory).await?;
    Ok(outcomes)
}

/// A refusal changes nothing, so its key is not put in; and it may be one only because the same was done before.
async fn refused(tx: &mut Tx, command: &Command, error: Error) -> Result<Outcome, DbError> {
    let Some(key) = &command.key else { return Ok(Outcome::Refused(error)) };
    Ok(match tx.replayed(key).await? {
        Replay::Same(answer) => Outcome::Again(answer),
        Replay::Other => Outcome::Refused(Error::KeyReused),
        Replay::New => Outcome::Refused(error),
    })
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
#[derive(Default)]
struct Keys<'a> {
    /// By scope and key, so that two batches put theirs in in one order.
    known: BTreeMap<(&'a str, &'a str), Known<'a>>,
    reused: Vec<&'a IdempotencyKey>,
}

struct Known<'a> {
    key: &'a IdempotencyKey,
    answer: StoredAnswer,
    /// Whether it is to be remembered.
    new: bool,
}

impl<'a> Keys<'a> {
    async fn look_up(&mut self, tx: &mut Tx, batch: &'a [Arc<Command>]) -> Result<(), DbError> {
        let mut asked = BTreeSet::new();
        for key in batch.iter().filter_map(|command| command.key.as_ref()) {
            if !asked.insert((&*key.scope, &*key.key, &*key.request)) {
                continue;
            }
            match tx.replayed(key).await? {
                Replay::New => {}
                Replay::Same(answer) => self.put(Known { key, answer, new: false }),
                Replay::Other => self.reused.push(key),
            }
        }
        Ok(())
    }

    fn known(&self, command: &Command) -> Replay {
        let Some(key) = &command.key else { return Replay::New };
        match self.known.get(&(&*key.scope, &*key.key)) {
            Some(known) if known.key.request == key.request => Replay::Same(known.answer.clone()),
            Some(_) => Replay::Other,
            None if self.reused.contains(&key) => Replay::Other,
            None => Replay::New,
        }
    }

    fn keep(&mut self, command: &'a Command, answer: &StoredAnswer) {
        if let Some(key) = &command.key {
            self.put(Known { key, answer: answer.clone(), new: true });
        }
    }

    fn put(&mut self, known: Known<'a>) {
        self.known.insert((&known.key.scope, &known.key.key), known);
    }

    async fn save(self, tx: &mut Tx) -> Result<(), DbError> {
        for known in self.known.values().filter(|known| known.new) {
            tx.remember(known.key, &known.answer).await?;
        }
        Ok(())
    }
}
