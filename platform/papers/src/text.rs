//! Text as it is set: cleaned of what cannot be seen, and broken into lines of a width.

use crate::font::Face;

/// Lines no wider than `width`, broken at spaces and after hyphens where that can be, within words where not.
pub(crate) fn wrap(face: &Face, size: f32, width: f32, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.trim_end().split('\n') {
        let letters: Vec<char> = paragraph.chars().filter_map(seen).collect();
        wrap_one(face, size, width, &letters, &mut lines);
    }
    if lines.iter().all(String::is_empty) {
        lines.clear();
    }
    lines
}

/// The same, but at most `most` lines; what is left out shows as an ellipsis.
pub(crate) fn wrap_most(face: &Face, size: f32, width: f32, text: &str, most: usize) -> Vec<String> {
    let mut lines = wrap(face, size, width, text);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while !last.is_empty() && face.width(last, size) + face.width("…", size) > width {
                last.pop();
            }
            last.push('…');
        }
    }
    lines
}

fn wrap_one(face: &Face, size: f32, width: f32, letters: &[char], lines: &mut Vec<String>) {
    let (mut start, mut chance, mut used) = (0, 0, 0.0);
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at];
        let advance = face.advance(letter) * size / 1_000.0;
        // A space at the end of a line takes no room.
        if used + advance > width && letter != ' ' && at > start {
            let end = if chance > start { chance } else { at };
            lines.push(line(&letters[start..end]));
            (start, chance, used, at) = (end, end, 0.0, end);
            continue;
        }
        used += advance;
        at += 1;
        if matches!(letter, ' ' | '-' | '/') {
            chance = at;
        }
    }
    lines.push(line(&letters[start..]));
}

fn line(letters: &[char]) -> String {
    letters.iter().collect::<String>().trim_end_matches(' ').to_owned()
}

/// A character as it is set: blanks of all kinds as spaces, kinds of hyphens as hyphens, nothing that is not seen or that
/// turns the direction of writing.
fn seen(letter: char) -> Option<char> {
    Some(match letter {
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => return None,
        '\u{2028}' | '\u{2029}' => ' ',
        '\u{202f}' => '\u{a0}',
        '\u{2010}' | '\u{2011}' => '-',
        '\u{2012}' => '\u{2013}',
        letter if letter.is_control() => ' ',
        letter => letter,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::font::Fonts;
    use proptest::prelude::*;

    fn lines(width: f32, text: &str) -> Vec<String> {
        wrap(&Fonts::get().unwrap().regular, 10.0, width, text)
    }

    #[test]
    fn lines_break_at_spaces_and_a_long_word_within_itself() {
        assert_eq!(lines(60.0, "one two three"), ["one two", "three"]);
        assert_eq!(lines(60.0, "A-12345678901234-B"), ["A-", "1234567890", "1234-B"]);
        assert_eq!(lines(500.0, "one\n\ntwo\n"), ["one", "", "two"]);
        assert!(lines(60.0, "").is_empty() && lines(60.0, " \n\u{200b}").is_empty());
    }

    #[test]
    fn what_is_not_seen_is_left_out() {
        assert_eq!(lines(500.0, "a\u{202e}b\u{0}c\td\u{ad}e\u{2011}f\u{202f}g"), ["ab c de-f\u{a0}g"]);
    }

    #[test]
    fn what_is_cut_says_so() {
        let face = &Fonts::get().unwrap().regular;
        assert_eq!(wrap_most(face, 10.0, 60.0, "one two three", 2), ["one two", "three"]);
        let cut = wrap_most(face, 10.0, 60.0, "one two three", 1);
        assert!(cut.len() == 1 && cut[0].ends_with('…') && face.width(&cut[0], 10.0) <= 60.0, "{cut:?}");
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_letter_is_lost(text in ".{0,200}", width in 20.0_f32..300.0) {
            let face = &Fonts::get().unwrap().regular;
            let lines = lines(width, &text);
            for line in &lines {
                prop_assert!(line.chars().count() <= 1 || face.width(line, 10.0) <= width + 0.01, "{line:?}");
            }
            let letters = |text: &str| text.chars().filter_map(seen).filter(|letter| *letter != ' ').collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(text.trim_end()));
        }
    }
}
