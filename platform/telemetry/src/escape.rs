//! Keeping a log line one line: whatever a value holds, nothing in it ends the line, moves a cursor or turns text
//! around.

use std::fmt::Write;

/// Whether a terminal or a log viewer could take this character for more than text.
fn is_risky(character: char) -> bool {
    let breaks_line = matches!(character, '\u{2028}' | '\u{2029}');
    let turns_text = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || breaks_line || turns_text
}

/// Writes risky characters as `\n`, `\t` or `\u001b`. On JSON this keeps its meaning: `serde_json` has escaped the
/// low ones already, and the others occur only within strings.
pub(crate) fn escape(text: &str) -> String {
    let mut line = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        match character {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            risky if is_risky(risky) => {
                let _ = write!(line, "\\u{:04x}", u32::from(risky));
            }
            plain => line.push(plain),
        }
    }
    line
}

/// The first `max_bytes` of a text, with an ellipsis where something was cut off.
pub(crate) fn cut(mut text: String, max_bytes: usize) -> String {
    if text.len() > max_bytes {
        text.truncate(text.floor_char_boundary(max_bytes));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_taken_for_more_than_text_is_spelt_out() {
        assert_eq!(escape("a\nb\r\tc"), "a\\nb\\r\\tc");
        assert_eq!(escape("\u{1b}[2J\u{7f}\u{85}\u{2028}\u{202e}"), "\\u001b[2J\\u007f\\u0085\\u2028\\u202e");
        assert_eq!(escape("Größe £5 日本 🛒"), "Größe £5 日本 🛒");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(cut("short".to_owned(), 5), "short");
        assert_eq!(cut("££££".to_owned(), 5), "££…");
    }
}
