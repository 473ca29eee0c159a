//! What people write, as what the index is asked.
//!
//! What a word is worth depends on where it stands and on nothing else in the index, so that the fit of a product is the
//! same on every replica and stays the same while others change: a cursor can hold it. Values are whole numbers.

use super::layout::{self, Fields};
use crate::model::Likeness;
use bodega_kernel::uuid::Uuid;
use tantivy::{
    Term,
    query::{BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, Query, TermQuery},
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
pub(super) enum Reading {
    Whole,
    /// It may be the beginning of a longer one.
    Beginning,
    /// The same, even with a wrong letter in it.
    Typing,
}

/// What products share with one that they are like.
pub(super) struct Way {
    term: Term,
    worth: f32,
    /// How many share it.
    pub(super) count: u64,
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
pub(super) fn may_miss_some(text: &str) -> bool {
    text.split_whitespace().nth(1).is_some()
}

/// What the index is asked for words, of which the last may be read as `last`.
pub(super) fn sentence(fields: &Fields, text: &str, last: Reading, which: Match) -> Box<dyn Query> {
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

/// What others may share with a product: categories, the brand, words; what the fewest have first.
pub(super) fn ways(
    fields: &Fields,
    likeness: &Likeness,
    count: impl Fn(&Term) -> tantivy::Result<u64>,
) -> tantivy::Result<Vec<Way>> {
    let [category, brand, tag, name] = LIKE;
    let id = |field: Field, id: Uuid| Term::from_field_u64(field, layout::low(id));
    let some = |field: Field, texts: &[&str]| {
        let mut words: Vec<String> = texts.iter().flat_map(|text| words(text)).take(LIKE_WORDS).collect();
        words.sort_unstable();
        words.dedup();
        words.into_iter().map(move |word| Term::from_field_text(field, &word)).collect::<Vec<_>>()
    };
    let tags: Vec<&str> = likeness.tags.iter().map(String::as_str).collect();
    let mut terms: Vec<(Term, f32)> =
        likeness.categories.iter().map(|other| (id(fields.categories, other.0), category)).collect();
    terms.extend(likeness.brand.map(|other| (id(fields.brand, other.0), brand)));
    terms.extend(some(fields.labels, &tags).into_iter().map(|term| (term, tag)));
    terms.extend(some(fields.name, &[&likeness.name]).into_iter().map(|term| (term, name)));
    let way = |(term, worth)| count(&term).map(|count| Way { term, worth, count });
    let mut ways = terms.into_iter().map(way).collect::<tantivy::Result<Vec<_>>>()?;
    ways.retain(|way| way.count > 0);
    ways.sort_by_key(|way| way.count);
    Ok(ways)
}

/// What shares any of the first `needed` of these; the others count for it.
pub(super) fn like(ways: &[Way], needed: usize) -> Box<dyn Query> {
    let query = |way: &Way| exact(way.term.clone(), way.worth);
    let (needed, others) = ways.split_at(needed.min(ways.len()));
    let needed: Box<dyn Query> = Box::new(BooleanQuery::union(needed.iter().map(query).collect()));
    if others.is_empty() {
        return needed;
    }
    let others = others.iter().map(|way| (Occur::Should, query(way)));
    Box::new(BooleanQuery::new([(Occur::Must, needed)].into_iter().chain(others).collect()))
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
