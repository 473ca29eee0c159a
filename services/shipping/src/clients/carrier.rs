//! What every carrier can be asked.
//!
//! A carrier is idempotent by key, the parcel's id: asked again it gives the same label. What may have been sent already is
//! asked for with `find` before it is sent again.

use super::{SIGNATURE_HEADER, Simulator, read_report, simulator};
use crate::model::Report;
use bodega_contracts::{Address, ShipmentId, shipping::ParcelLine};
use bodega_kernel::Time;
use bodega_web::{ReportError, ReportKey};

/// The carrier whose numbers staff type in.
const MANUAL: &str = "manual";

/// A label to be bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LabelCall {
    /// Names it for ever.
    pub(crate) key: ShipmentId,
    /// Where the parcel goes.
    pub(crate) address: Option<Address>,
    /// What is in it.
    pub(crate) lines: Vec<ParcelLine>,
    /// How often it was called for before.
    pub(crate) tries: i64,
}

/// A label that was bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) tracking_number: String,
    pub(crate) tracking_url: Option<String>,
}

/// Why there is no label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CallError {
    /// The carrier was not reached: nothing was bought.
    NotSent,
    /// Nobody knows whether it was bought.
    Unknown,
    /// The carrier does not take the parcel, in a word.
    Refused(String),
}

/// One that takes parcels.
#[derive(Clone)]
pub(crate) enum Carrier {
    /// Staff hand the parcel in and type what they were told.
    Manual,
    /// Carries nothing.
    Simulator(Simulator),
}

impl Carrier {
    /// Its name in the API.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Manual => MANUAL,
            Self::Simulator(_) => simulator::NAME,
        }
    }

    /// As customers see it, where staff say nothing else.
    pub(crate) fn shown(&self) -> &'static str {
        match self {
            Self::Manual => "Parcel service",
            Self::Simulator(_) => "Simulated carrier",
        }
    }

    /// Whether it gives labels with numbers of its own.
    pub(crate) fn sells_labels(&self) -> bool {
        match self {
            Self::Manual => false,
            Self::Simulator(_) => true,
        }
    }

    /// Buys a label.
    pub(crate) async fn buy(&self, call: &LabelCall) -> Result<Label, CallError> {
        match self {
            Self::Manual => Err(CallError::Refused("sells_no_labels".to_owned())),
            Self::Simulator(simulator) => simulator.buy(call).await,
        }
    }

    /// The label that was bought for a parcel; `None` where none was.
    pub(crate) async fn find(&self, key: ShipmentId) -> Result<Option<Label>, CallError> {
        match self {
            Self::Manual => Ok(None),
            Self::Simulator(simulator) => simulator.find(key).await,
        }
    }
}

/// The carriers that are on.
#[derive(Clone)]
pub(crate) struct Carriers {
    pub(crate) manual: bool,
    pub(crate) simulator: Option<Simulator>,
}

impl Carriers {
    /// The carrier of this name, if it is on.
    pub(crate) fn named(&self, name: &str) -> Option<Carrier> {
        match name {
            MANUAL => self.manual.then_some(Carrier::Manual),
            simulator::NAME => self.simulator.clone().map(Carrier::Simulator),
            _ => None,
        }
    }
}

/// What the reports of carriers are checked with.
#[derive(Clone)]
pub(crate) struct ReportKeys {
    /// The simulator's, if it is on.
    pub(crate) simulator: Option<ReportKey>,
}

impl ReportKeys {
    /// The header that holds a carrier's signature; `None` for one that is not on or reports nothing.
    pub(crate) fn signature_header(&self, carrier: &str) -> Option<&'static str> {
        self.simulator.as_ref().filter(|_| carrier == simulator::NAME).map(|_| SIGNATURE_HEADER)
    }

    /// Checks a report and reads it; `None` for a carrier that is not on.
    pub(crate) fn open(
        &self,
        carrier: &str,
        signature: Option<&str>,
        body: &[u8],
        now: Time,
    ) -> Option<Result<Report, ReportError>> {
        let key = self.simulator.as_ref().filter(|_| carrier == simulator::NAME)?;
        Some(key.verify(signature, body, now).and_then(|()| read_report(body)))
    }
}
