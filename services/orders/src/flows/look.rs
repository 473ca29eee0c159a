//! Looking at an order: who may, waiting for it to move, and following it live. Orders of other people do not exist.

use crate::{
    Orders,
    error::Error,
    flows::notices::Watch,
    store::{self, OrderRow, TimelineRow},
};
use bodega_contracts::{
    OrderId,
    cart::{CheckedOut, CheckedOutOrder},
    orders::OrderStatus,
    payments::{PaymentAction, PendingAction},
};
use bodega_db::DbError;
use bodega_kernel::{Caller, Role, UserId};
use bodega_rpc::RpcError;
use futures_util::{Stream, stream};
use std::{collections::VecDeque, time::Duration};
use tokio::{sync::OwnedSemaphorePermit, time::Instant};

/// The longest a request may wait for a status.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// How often to look while waiting: what other replicas write is not heard.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// How often a live stream looks.
const STREAM_LOOKS: Duration = Duration::from_secs(1);
/// How long a live stream lasts; the reader comes back with `Last-Event-ID`.
const STREAM_LASTS: Duration = Duration::from_mins(10);
/// Lines of the timeline that a live stream reads at once.
const STREAM_LINES: u64 = 100;

/// Who looks.
#[derive(Clone, Debug)]
pub(crate) struct Looker {
    pub(crate) caller: Caller,
    /// `X-Order-Token`.
    pub(crate) token: Option<String>,
}

/// In which right somebody sees an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum As {
    /// It is theirs.
    Shopper,
    /// They run the shop.
    Staff,
}

/// An order as far as it is known here.
pub(crate) enum Found {
    Known(Box<OrderRow>),
    /// The cart made it, and its event is on the way.
    Made(CheckedOut),
}

/// What to wait for, and how long at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Until {
    pub(crate) status: OrderStatus,
    pub(crate) patience: Duration,
}

impl Found {
    /// Whether it is in `status`, a later one, or over.
    fn has_reached(&self, status: OrderStatus) -> Result<bool, DbError> {
        Ok(match self {
            Self::Known(order) => order.status()? >= status,
            Self::Made(_) => status == OrderStatus::Pending,
        })
    }
}

/// The order, if `looker` may see it.
pub(crate) async fn find(state: &Orders, looker: &Looker, id: OrderId) -> Result<(Found, As), Error> {
    let holds_token = looker.holds_token(state, id);
    if looker.caller.user.is_none() && !holds_token {
        return Err(Error::NotFound);
    }
    let (found, customer) = if let Some(order) = store::order(&state.db, id).await? {
        let customer = order.customer();
        (Found::Known(Box::new(order)), customer)
    } else {
        let made = state.rpc.ask(CheckedOutOrder { order_id: id }).await?.ok_or(Error::NotFound)?;
        let customer = made.customer_id;
        (Found::Made(made), customer)
    };
    let seen_as = looker.sees_as(holds_token, customer).ok_or(Error::NotFound)?;
    Ok((found, seen_as))
}

/// The same, but waits until it has reached a status. Answers it as it is when the time is over.
pub(crate) async fn find_until(
    state: &Orders,
    looker: &Looker,
    id: OrderId,
    until: Option<Until>,
) -> Result<(Found, As), Error> {
    let Some(Until { status, patience }) = until else { return find(state, looker, id).await };
    // Watched before it is read, so that nothing is missed in between.
    let mut watch = state.notices.watch(id);
    let (mut found, seen_as) = find(state, looker, id).await?;
    let end = Instant::now() + patience.min(PATIENCE);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || found.has_reached(status)? {
            return Ok((found, seen_as));
        }
        watch.moved(left.min(LOOK_AGAIN)).await;
        if let Some(order) = store::order(&state.db, id).await? {
            found = Found::Known(Box::new(order));
        }
    }
}

/// What the shopper has to do to pay.
pub(crate) async fn pending_action(state: &Orders, id: OrderId) -> Result<Option<PaymentAction>, RpcError> {
    state.rpc.ask(PendingAction { order_id: id }).await
}

/// The timeline after `seq`, and what is added to it, until the reader leaves or the stream has lasted long enough.
pub(crate) async fn live(
    state: &Orders,
    looker: &Looker,
    id: OrderId,
    seq: i64,
) -> Result<impl Stream<Item = TimelineRow> + use<>, Error> {
    let watch = state.notices.watch(id);
    find(state, looker, id).await?;
    let permit = state.streams.clone().try_acquire_owned().map_err(|_| Error::TooManyStreams)?;
    let live = Live {
        state: state.clone(),
        id,
        seq,
        read: VecDeque::new(),
        watch,
        end: Instant::now() + STREAM_LASTS,
        _permit: permit,
    };
    Ok(stream::unfold(live, Live::next))
}

struct Live {
    state: Orders,
    id: OrderId,
    seq: i64,
    read: VecDeque<TimelineRow>,
    watch: Watch,
    end: Instant,
    _permit: OwnedSemaphorePermit,
}

impl Live {
    async fn next(mut self) -> Option<(TimelineRow, Self)> {
        loop {
            if let Some(line) = self.read.pop_front() {
                self.seq = line.seq;
                return Some((line, self));
            }
            match store::timeline_after(&self.state.db, self.id, self.seq, STREAM_LINES).await {
                Ok(lines) if lines.is_empty() => {}
                Ok(lines) => {
                    self.read = lines.into();
                    continue;
                }
                Err(error) => {
                    tracing::warn!(%error, order = %self.id, "a live stream ends");
                    return None;
                }
            }
            let left = self.end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            self.watch.moved(left.min(STREAM_LOOKS)).await;
        }
    }
}

impl Looker {
    fn holds_token(&self, state: &Orders, id: OrderId) -> bool {
        let opens = |token: &String| state.guests.verify("order", token, state.world.now());
        self.token.as_ref().and_then(opens) == Some(id.0)
    }

    fn sees_as(&self, holds_token: bool, customer: Option<UserId>) -> Option<As> {
        if holds_token || (customer.is_some() && customer == self.caller.user) {
            Some(As::Shopper)
        } else {
            self.caller.is_at_least(Role::Staff).then_some(As::Staff)
        }
    }
}
