//! Reading source text: what is code, what is a test, where a word stands.

use crate::File;

/// Whether the whole file is tests.
pub(crate) fn is_test(file: &File) -> bool {
    file.path.split('/').any(|part| part == "tests" || part == "tests.rs") || file.path.starts_with("e2e/")
}

/// The lines before the tests at the bottom, none where the whole file is tests.
pub(crate) fn shipped(file: &File) -> Vec<&str> {
    if is_test(file) {
        return Vec::new();
    }
    let lines: Vec<&str> = file.text.lines().collect();
    let opens_tests = |pair: &[&str]| pair[0].trim() == "#[cfg(test)]" && pair[1].ends_with('{');
    let end = lines.windows(2).position(opens_tests).unwrap_or(lines.len());
    lines[..end].to_vec()
}

/// The shipped lines without those that are comments.
pub(crate) fn code(file: &File) -> String {
    let lines = shipped(file).into_iter().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What follows each place where `word` stands by itself, and what stands before it.
pub(crate) fn around<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word)
        .map(move |(at, _)| (&text[..at], &text[at + word.len()..]))
        .filter(move |(before, after)| !before.ends_with(part) && !after.starts_with(part))
}

/// The name at the beginning of a text, past blanks, quotes and backslashes.
pub(crate) fn leading_name(text: &str) -> &str {
    let text = text.trim_start_matches(|letter: char| letter.is_whitespace() || "\"`\\".contains(letter));
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    &text[..end]
}
