//! Carriers: what each can be asked, and which are on.

mod carrier;
mod simulator;

pub(crate) use carrier::{CallError, Carriers, Label, LabelCall, ReportKeys};
pub(crate) use simulator::{Post, SIGNATURE_HEADER, Simulator, read_report};
