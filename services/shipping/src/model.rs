//! The rules of shipping. Pure.
//!
//! `life` is the life of one order's packing, `parcel` what may go into one, `track` what carriers say of a parcel,
//! `method` what a way of shipping may be.

mod life;
mod method;
mod parcel;
mod track;
mod words;

#[cfg(test)]
mod laws;

pub(crate) use life::{Ending, Fact, Handover, Life, Refusal, Tell, is_held};
pub(crate) use method::{Method, MethodChange, Nullable};
pub(crate) use parcel::{Misfit, Packing, Part, Wanted};
pub(crate) use track::{Onward, Report, ShipmentState, Step, Track, Tracked, track};
pub(crate) use words::Word;

/// A field of a body that breaks its bounds: its JSON pointer, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) field: String,
    pub(crate) detail: String,
}

impl Violation {
    pub(crate) fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: field.into(), detail: detail.into() }
    }
}

/// Whether `text` is one line of 1 to `most` characters that begins and ends with none that is blank.
pub(crate) fn is_line(text: &str, most: usize) -> bool {
    let length = text.chars().count();
    (1..=most).contains(&length) && text.trim() == text && !text.chars().any(char::is_control)
}
