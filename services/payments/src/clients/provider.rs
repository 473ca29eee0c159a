//! What every provider can be asked, and which provider takes which method.
//!
//! A provider is idempotent by key: the same key with the same parameters gives the same answer and charges once. What
//! may have been sent already is asked for with `find` before it is sent again.

use super::{Simulator, manual, simulator};
use crate::model::{BankSays, CallError, ChargeKey, MANUAL, Outcome, RefundOutcome};
use bodega_contracts::RefundId;
use bodega_kernel::{Money, Time};
use bodega_web::{ReportError, ReportKey};

/// Money to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Charge {
    /// Names it for ever.
    pub(crate) key: ChargeKey,
    /// How much.
    pub(crate) amount: Money,
    /// From where: the shopper's choice.
    pub(crate) method: String,
    /// Whether to take it now, rather than to have it promised.
    pub(crate) capture: bool,
}

/// Money to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefundCall {
    /// Names it for ever.
    pub(crate) key: RefundId,
    /// Of which charge.
    pub(crate) charge: ChargeKey,
    /// How much.
    pub(crate) amount: Money,
}

/// What a provider reports by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WebhookEvent {
    /// Unique at its provider.
    pub(crate) id: String,
    /// Of which charge; `None` where it names none of ours.
    pub(crate) key: Option<ChargeKey>,
    /// What is said of the charge.
    pub(crate) news: News,
}

/// What a provider says of a charge by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// Where it stands.
    Stands(Outcome),
    /// The buyer's bank wants money back, or has decided.
    Dispute(BankSays),
}

/// A charge as it stands in a provider's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Which.
    pub(crate) key: ChargeKey,
    /// What was taken.
    pub(crate) captured: Money,
    /// What of it was given back, minor units.
    pub(crate) refunded: i64,
}

/// One that can be called.
#[derive(Clone)]
pub(crate) enum Provider {
    /// Takes no real money.
    Simulator(Simulator),
    /// Staff, by hand.
    Manual,
}

impl Provider {
    /// As it is stored with attempts.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Simulator(_) => simulator::NAME,
            Self::Manual => MANUAL,
        }
    }

    /// Takes money, or begins to.
    pub(crate) async fn pay(&self, charge: &Charge) -> Result<Outcome, CallError> {
        match self {
            Self::Simulator(simulator) => simulator.pay(charge).await,
            Self::Manual => Ok(manual::pay(charge)),
        }
    }

    /// Where a charge stands; `None` where it never arrived.
    pub(crate) async fn find(&self, key: ChargeKey) -> Result<Option<Outcome>, CallError> {
        match self {
            Self::Simulator(simulator) => simulator.find(key).await,
            Self::Manual => Ok(None),
        }
    }

    /// Sees to it that no money is taken any more, even if the charge has yet to arrive; answers where it stands then.
    pub(crate) async fn close(&self, key: ChargeKey, amount: Money) -> Result<Outcome, CallError> {
        match self {
            Self::Simulator(simulator) => simulator.close(key, amount).await,
            Self::Manual => Ok(Outcome::Closed),
        }
    }

    /// Takes what is promised, until `total` of it was taken in all, minor units.
    pub(crate) async fn capture(&self, key: ChargeKey, total: i64) -> Result<Outcome, CallError> {
        match self {
            Self::Simulator(simulator) => simulator.capture(key, total).await,
            // Only staff can say that it was taken.
            Self::Manual => Err(CallError::NotSent),
        }
    }

    /// Lets go what is promised.
    pub(crate) async fn void(&self, key: ChargeKey) -> Result<Outcome, CallError> {
        match self {
            Self::Simulator(simulator) => simulator.void(key).await,
            Self::Manual => Ok(Outcome::Closed),
        }
    }

    /// Gives money back.
    pub(crate) async fn refund(&self, call: &RefundCall) -> Result<RefundOutcome, CallError> {
        match self {
            Self::Simulator(simulator) => simulator.refund(call).await,
            Self::Manual => Ok(RefundOutcome::Done),
        }
    }

    /// These charges in its books; those that it does not know are not there.
    pub(crate) async fn statements(&self, keys: &[ChargeKey]) -> Result<Vec<Statement>, CallError> {
        match self {
            Self::Simulator(simulator) => simulator.statements(keys).await,
            Self::Manual => Ok(Vec::new()),
        }
    }

    /// The charges of a span of time in its books, by key after `after`, at most `limit`.
    pub(crate) async fn charges(
        &self,
        span: (Time, Time),
        after: &str,
        limit: usize,
    ) -> Result<Vec<Statement>, CallError> {
        match self {
            Self::Simulator(simulator) => simulator.charges(span, after, limit).await,
            Self::Manual => Ok(Vec::new()),
        }
    }

    /// Where a refund stands; `None` where it never arrived.
    pub(crate) async fn find_refund(&self, key: RefundId) -> Result<Option<RefundOutcome>, CallError> {
        match self {
            Self::Simulator(simulator) => simulator.find_refund(key).await,
            Self::Manual => Ok(None),
        }
    }
}

/// The providers that are on.
#[derive(Clone)]
pub(crate) struct Providers {
    /// The simulator, if it is on.
    pub(crate) simulator: Option<Simulator>,
    /// Whether staff take money by hand.
    pub(crate) manual: bool,
}

impl Providers {
    /// The name of the provider that takes `method`.
    pub(crate) fn offering(&self, method: &str) -> Option<&'static str> {
        if self.manual && manual::offers(method) {
            return Some(MANUAL);
        }
        let simulated = self.simulator.is_some() && simulator::offers(method);
        simulated.then_some(simulator::NAME)
    }

    /// Those with books of their own that can be compared with ours.
    pub(crate) fn with_books(&self) -> Vec<Provider> {
        self.simulator.clone().map(Provider::Simulator).into_iter().collect()
    }

    /// The provider of this name. What was begun by hand can be ended even where no more is taken so.
    pub(crate) fn named(&self, name: &str) -> Option<Provider> {
        match name {
            MANUAL => Some(Provider::Manual),
            simulator::NAME => self.simulator.clone().map(Provider::Simulator),
            _ => None,
        }
    }
}

/// What the reports of providers are checked with.
#[derive(Clone)]
pub(crate) struct WebhookKeys {
    /// The simulator's, if it is on.
    pub(crate) simulator: Option<ReportKey>,
}

impl WebhookKeys {
    /// The header that holds a provider's signature; `None` for a provider that is not on.
    pub(crate) fn signature_header(&self, provider: &str) -> Option<&'static str> {
        self.simulator.as_ref().filter(|_| provider == simulator::NAME).map(|_| simulator::SIGNATURE_HEADER)
    }

    /// Checks a report and reads it; `None` for a provider that is not on.
    pub(crate) fn open(
        &self,
        provider: &str,
        signature: Option<&str>,
        body: &[u8],
        now: Time,
    ) -> Option<Result<WebhookEvent, ReportError>> {
        let key = self.simulator.as_ref().filter(|_| provider == simulator::NAME)?;
        Some(key.verify(signature, body, now).and_then(|()| simulator::read_webhook(body)))
    }
}
