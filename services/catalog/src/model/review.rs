//! What a customer may say of a product, and what becomes of it.

use super::{Fault, label};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Characters of the longest title.
const MAX_TITLE_CHARS: usize = 120;
/// Characters of the longest text.
const MAX_TEXT_CHARS: usize = 5_000;
/// Characters of the longest name of an author.
const MAX_AUTHOR_CHARS: usize = 60;

/// Whether a review is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReviewState {
    /// It waits for staff.
    #[default]
    Pending,
    /// It is shown, and its stars count.
    Approved,
    /// It is not shown.
    Rejected,
}

impl ReviewState {
    /// The word in the database and in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    /// The state of this word.
    pub(crate) fn read(word: &str) -> Option<Self> {
        [Self::Pending, Self::Approved, Self::Rejected].into_iter().find(|state| state.as_str() == word)
    }
}

/// What a customer says of a product. All of it is plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReviewEdit {
    pub(crate) stars: u8,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) author: String,
}

impl ReviewEdit {
    /// All that is wrong with it.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if !(1..=5).contains(&self.stars) {
            faults.push(Fault::new("/stars", "is 1 to 5"));
        }
        if !self.title.is_empty() {
            label("/title", &self.title, MAX_TITLE_CHARS, &mut faults);
        }
        label("/author", &self.author, MAX_AUTHOR_CHARS, &mut faults);
        let is_plain = |letter: char| !letter.is_control() || letter == '\n';
        if self.text.chars().count() > MAX_TEXT_CHARS || !self.text.chars().all(is_plain) {
            faults.push(Fault::new("/text", "has at most 5000 characters, of control characters only line breaks"));
        }
        faults
    }
}
