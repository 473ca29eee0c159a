//! What people write, as what the index is asked.
//!
//! What a word is worth depends on where it stands and on nothing else in the index, so that the fit of a product is the
//! same on every replica and stays the same while others change: a cursor can hold it. Values are whole numbers.

use super::layout::{self, Fields};
use crate::model::{Likeness, Subject};
use bodega_kernel::uuid::Uuid;
use tantivy::{
    Term,
    query::{AllQuery, BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, FuzzyTermQuery, Query, TermQuery},
    schema::{Field, IndexRecordOption},
};

/// Letters of the shortest word in which one may be wrong.
const FUZZY_FROM: usize = 4;
/// Letters of the shortest beginning of a word that is completed in a list.
const PREFIX_FROM: usize = 2;
/// A SKU or barcode, which is meant and nothing else.
const CODE: f32 = 1_000.0;
/// Of a likeness: a category, the brand, a word of a tag, a word of the name.
const LIKE: [f32; 4] = [60.0, 40.0, 15.0, 5.0];
/// The most words of tags, and of a name, that a likeness looks at.
const LIKE_WORDS: usize = 20;

/// How many of the words a product has to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    All,
    Any,
}

/// How a word may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Whole,
    /// It may be the beginning of a longer one.
    Beginning,
    /// The same, even with a wrong letter in it.
    Typing,
}

/// What a word is worth in a field: as it stands, as a beginning, with a letter wrong; 0 where it is not looked for so.
struct Worth(f32, f32, f32);

const NAME: Worth = Worth(40.0, 30.0, 20.0);
const LABELS: Worth = Worth(20.0, 15.0, 10.0);
const TEXT: Worth = Worth(6.0, 4.0, 0.0);

/// How many words a text has.
pub(crate) fn count(text: &str) -> usize {
    text.split_whitespace().map(|piece| words(piece).len().max(1)).sum()
}

/// Whether a search for all words that finds nothing is worth another one for any of them.
pub(super) fn may_miss_some(subject: &Subject) -> bool {
    match subject {
        Subject::Words(text) | Subject::Beginning(text) => text.split_whitespace().nth(1).is_some(),
        Subject::All | Subject::Like(_) => false,
    }
}

/// What the index is asked for a subject.
pub(super) fn query(fields: &Fields, subject: &Subject, which: Match) -> Box<dyn Query> {
    match subject {
        Subject::All => Box::new(AllQuery),
        Subject::Words(text) => sentence(fields, text, Reading::Beginning, which),
        Subject::Beginning(text) => sentence(fields, text, Reading::Typing, which),
        Subject::Like(likeness) => like(fields, likeness),
    }
}

fn sentence(fields: &Fields, text: &str, last: Reading, which: Match) -> Box<dyn Query> {
    let mut pieces: Vec<(&str, Vec<String>)> = text.split_whitespace().map(|piece| (piece, words(piece))).collect();
    // What has no letters is looked for only where there is nothing else.
    if pieces.iter().any(|(_, words)| !words.is_empty()) {
        pieces.retain(|(_, words)| !words.is_empty());
    }
    let end = pieces.len();
    let queries: Vec<_> = (1..)
        .zip(&pieces)
        .map(|(number, (piece, words))| {
            one_piece(fields, piece, words, if number == end { last } else { Reading::Whole })
        })
        .collect();
    Box::new(match which {
        Match::All => BooleanQuery::intersection(queries),
        Match::Any => BooleanQuery::union(queries),
    })
}

/// What stands between two spaces: a SKU, or a word, or several with signs between them.
fn one_piece(fields: &Fields, piece: &str, words: &[String], last: Reading) -> Box<dyn Query> {
    let code = exact(Term::from_field_text(fields.codes, &layout::folded(piece)), CODE);
    let end = words.len();
    let reading = |number| if number == end { last } else { Reading::Whole };
    let mut each: Vec<_> = (1..).zip(words).map(|(number, word)| one_word(fields, word, reading(number))).collect();
    let words: Option<Box<dyn Query>> = match each.len() {
        0 => None,
        1 => each.pop(),
        _ => Some(Box::new(BooleanQuery::intersection(each))),
    };
    Box::new(DisjunctionMaxQuery::new([Some(code), words].into_iter().flatten().collect()))
}

fn one_word(fields: &Fields, word: &str, reading: Reading) -> Box<dyn Query> {
    let mut ways = Vec::new();
    let letters = word.chars().count();
    for (field, Worth(whole, beginning, wrong)) in [(fields.name, NAME), (fields.labels, LABELS), (fields.text, TEXT)] {
        let term = Term::from_field_text(field, word);
        ways.push(exact(term.clone(), whole));
        if reading == Reading::Typing || (reading == Reading::Beginning && letters >= PREFIX_FROM) {
            ways.push(worth(FuzzyTermQuery::new_prefix(term.clone(), 0, true), beginning));
        }
        if letters >= FUZZY_FROM && wrong > 0.0 {
            ways.push(worth(FuzzyTermQuery::new(term.clone(), 1, true), wrong));
            if reading == Reading::Typing {
                ways.push(worth(FuzzyTermQuery::new_prefix(term, 1, true), wrong / 2.0));
            }
        }
    }
    Box::new(DisjunctionMaxQuery::new(ways))
}

/// Whatever shares a category, the brand, or words with a product.
fn like(fields: &Fields, likeness: &Likeness) -> Box<dyn Query> {
    let [category, brand, tag, name] = LIKE;
    let id = |field: Field, id: Uuid, value| exact(Term::from_field_u64(field, layout::low(id)), value);
    let some = |field: Field, texts: &[&str], value| {
        let mut words: Vec<String> = texts.iter().flat_map(|text| words(text)).take(LIKE_WORDS).collect();
        words.sort_unstable();
        words.dedup();
        words.into_iter().map(move |word| exact(Term::from_field_text(field, &word), value)).collect::<Vec<_>>()
    };
    let tags: Vec<&str> = likeness.tags.iter().map(String::as_str).collect();
    let mut ways: Vec<_> = likeness.categories.iter().map(|other| id(fields.categories, other.0, category)).collect();
    ways.extend(likeness.brand.map(|other| id(fields.brand, other.0, brand)));
    ways.extend(some(fields.labels, &tags, tag));
    ways.extend(some(fields.name, &[&likeness.name], name));
    Box::new(BooleanQuery::union(ways))
}

fn exact(term: Term, value: f32) -> Box<dyn Query> {
    worth(TermQuery::new(term, IndexRecordOption::Basic), value)
}

fn worth(query: impl Query, value: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(Box::new(query), value))
}

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    layout::analyzer().token_stream(text).process(&mut |token| words.push(token.text.clone()));
    words
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn words_are_counted_as_they_are_looked_for() {
        for (text, number) in [("", 0), ("  ", 0), ("mug", 1), ("red  mug", 2), ("a-b c", 3), ("% !", 2), ("Café", 1)]
        {
            assert_eq!(count(text), number, "{text}");
        }
    }
}
