//! What stands on a paper, from top to bottom. Every text may hold anything; `\n` begins a new line.

use crate::PaperError;

/// The most rows of all tables of a paper.
pub const MAX_ROWS: usize = 10_000;
/// The most characters of a paper.
pub const MAX_CHARS: usize = 1_000_000;

/// A document on A4.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paper {
    /// What it is written in, such as `en`.
    pub language: String,
    /// What it is, in large letters, and small on every page after the first.
    pub title: String,
    /// One line under the title; empty for none.
    pub subtitle: String,
    /// Whose paper it is: the head of the first page.
    pub issuer: String,
    /// Where they are; beside their name.
    pub issuer_lines: Vec<String>,
    /// Addresses, side by side: at most two are shown.
    pub blocks: Vec<Block>,
    /// Numbers, dates and the like; beside the addresses.
    pub facts: Vec<Fact>,
    /// What it says.
    pub parts: Vec<Part>,
    /// The foot of every page.
    pub footer: Footer,
}

/// An address under a small heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Above it.
    pub heading: String,
    /// Line by line.
    pub lines: Vec<String>,
}

/// Something with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    /// What it is called.
    pub label: String,
    /// What it is.
    pub value: String,
}

/// A part of what a paper says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Rows in columns.
    Table(Table),
    /// What it comes to; kept on one page.
    Totals(Vec<Total>),
    /// Text.
    Note(Note),
    /// An address in letters that are read from afar.
    Address(Block),
    /// A text as bars, for a scanner.
    Barcode(Barcode),
}

/// A text as bars (Code 128), with the text below. Where it cannot be bars, there is the text alone: of other letters than
/// those of ASCII, or of more than 48.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Barcode {
    /// Above it.
    pub heading: String,
    /// What the bars say.
    pub text: String,
}

/// Rows in columns. Its head is repeated on every page it reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// From left to right.
    pub columns: Vec<Column>,
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// How large.
    pub size: Size,
}

/// How large a table is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// As wide as the page.
    #[default]
    Full,
    /// Small letters, at the right: for sums.
    Small,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Above it.
    pub heading: String,
    /// To which side.
    pub align: Align,
    /// Whether it takes the room that the others leave; the others are as wide as what is in them.
    pub grows: bool,
}

/// To which side a column leans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// For words.
    #[default]
    Left,
    /// For numbers.
    Right,
}

/// A row of a table; cells that are missing are empty, those beyond the columns are not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A row.
    Main(Vec<String>),
    /// Says more of the row above: smaller, and kept with it on one page where that can be.
    Detail(Vec<String>),
}

/// A sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// What it is called.
    pub label: String,
    /// What it is.
    pub value: String,
    /// Whether it is the one that counts.
    pub is_strong: bool,
}

/// Text under a heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// Above it; empty for none.
    pub heading: String,
    /// The text.
    pub text: String,
}

/// The foot of every page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footer {
    /// At the left; at most four are shown.
    pub lines: Vec<String>,
    /// `Page` of `Page 1 of 3`.
    pub page: String,
    /// `of` of `Page 1 of 3`.
    pub of: String,
}

impl Paper {
    /// Whether it is within the limits.
    pub(crate) fn check(&self) -> Result<(), PaperError> {
        let tables =
            || self.parts.iter().filter_map(|part| if let Part::Table(table) = part { Some(table) } else { None });
        if tables().map(|table| table.rows.len()).sum::<usize>() > MAX_ROWS {
            return Err(PaperError::TooManyRows);
        }
        // A text without characters counts as one, so that nothing is endless.
        let mut texts =
            vec![&self.language, &self.title, &self.subtitle, &self.issuer, &self.footer.page, &self.footer.of];
        texts.extend(self.issuer_lines.iter().chain(&self.footer.lines));
        texts.extend(self.blocks.iter().flat_map(|block| block.lines.iter().chain([&block.heading])));
        texts.extend(self.facts.iter().flat_map(|fact| [&fact.label, &fact.value]));
        for part in &self.parts {
            match part {
                Part::Table(table) => {
                    texts.extend(table.columns.iter().map(|column| &column.heading));
                    texts.extend(table.rows.iter().flat_map(Row::cells));
                }
                Part::Totals(totals) => texts.extend(totals.iter().flat_map(|total| [&total.label, &total.value])),
                Part::Note(note) => texts.extend([&note.heading, &note.text]),
                Part::Address(block) => texts.extend(block.lines.iter().chain([&block.heading])),
                Part::Barcode(code) => texts.extend([&code.heading, &code.text]),
            }
        }
        let chars: usize = texts.iter().map(|text| text.chars().count() + 1).sum();
        if chars > MAX_CHARS { Err(PaperError::TooLong) } else { Ok(()) }
    }
}

impl Row {
    /// Its cells.
    pub(crate) fn cells(&self) -> &[String] {
        match self {
            Self::Main(cells) | Self::Detail(cells) => cells,
        }
    }
}
