//! Papers: a described document becomes the bytes of a PDF, the same bytes for the same description.
//!
//! [`Paper`] says what stands on it: letterhead, addresses, facts, tables that break over pages, totals, notes, large
//! addresses and bar codes for what sticks on a parcel, a footer.
//! Text is set in Open Sans (Latin, Greek, Cyrillic), which is embedded with the letters that are used, so that it looks
//! alike everywhere and can be copied out. Pure: no clock, no files, no randomness; and bounded, whatever is written.

mod code128;
mod font;
mod layout;
mod paper;
mod pdf;
mod sheet;
mod table;
mod text;

pub use paper::{
    Align, Barcode, Block, Column, Fact, Footer, MAX_CHARS, MAX_ROWS, Note, Paper, Part, Row, Size, Table, Total,
};

/// Why a paper cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// More than [`MAX_ROWS`] rows.
    #[error("a paper has at most {MAX_ROWS} rows")]
    TooManyRows,
    /// More than [`MAX_CHARS`] characters.
    #[error("a paper has at most {MAX_CHARS} characters")]
    TooLong,
    /// The letters that come with this crate cannot be read.
    #[error("the font cannot be read")]
    Font,
}

impl Paper {
    /// The PDF.
    ///
    /// Fails where there is more on it than fits the limits.
    pub fn to_pdf(&self) -> Result<Vec<u8>, PaperError> {
        self.check()?;
        let fonts = font::Fonts::get().ok_or(PaperError::Font)?;
        let pages = layout::lay_out(self, fonts);
        pdf::write(self, fonts, &pages)
    }
}
