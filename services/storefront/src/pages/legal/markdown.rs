//! The Markdown of legal texts as HTML: headings, paragraphs, lists, emphasis and links. Whatever else is in it is shown
//! as the text that it is; nothing of it becomes markup.

use maud::{Markup, html};

/// The most words that are emphasised or linked in one paragraph.
const MOST_MARKS: usize = 200;

/// A block of a text.
#[derive(Debug, PartialEq, Eq)]
enum Block<'a> {
    /// How many hashes, and the words.
    Heading(usize, &'a str),
    Paragraph(Vec<&'a str>),
    List(bool, Vec<&'a str>),
    Rule,
}

/// The heading that a text begins with, which is its title, and the rest.
pub(super) fn headed(text: &str) -> (Option<&str>, &str) {
    let text = text.trim_start();
    let first = text.lines().next().unwrap_or_default();
    match first.strip_prefix("# ").map(str::trim).filter(|title| !title.is_empty()) {
        Some(title) => (Some(title), text.get(first.len()..).unwrap_or_default()),
        None => (None, text),
    }
}

/// The text as HTML. Headings begin at the second: the page has its first.
pub(super) fn written(text: &str) -> Markup {
    html! {
        @for block in blocks(text) {
            @match block {
                Block::Heading(1, words) => { h2 { (line(words)) } }
                Block::Heading(2, words) => { h3 { (line(words)) } }
                Block::Heading(_, words) => { h4 { (line(words)) } }
                Block::Paragraph(lines) => {
                    p { @for (index, words) in lines.iter().enumerate() { @if index > 0 { " " } (line(words)) } }
                }
                Block::List(true, items) => { ol { @for item in items { li { (line(item)) } } } }
                Block::List(false, items) => { ul { @for item in items { li { (line(item)) } } } }
                Block::Rule => { hr; }
            }
        }
    }
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut is_open = false;
    for words in text.lines().map(str::trim) {
        let hashes = words.bytes().take_while(|byte| *byte == b'#').count();
        let heading = words.get(hashes..).and_then(|rest| rest.strip_prefix(' ')).filter(|_| (1..=6).contains(&hashes));
        if let Some(heading) = heading {
            blocks.push(Block::Heading(hashes, heading.trim()));
            is_open = false;
        } else if words.is_empty() {
            is_open = false;
        } else if words.len() >= 3 && words.bytes().all(|byte| byte == b'-') {
            blocks.push(Block::Rule);
            is_open = false;
        } else if let Some((is_ordered, item)) = item(words) {
            match blocks.last_mut() {
                Some(Block::List(ordered, items)) if *ordered == is_ordered => items.push(item),
                _ => blocks.push(Block::List(is_ordered, vec![item])),
            }
            is_open = false;
        } else {
            match blocks.last_mut() {
                Some(Block::Paragraph(lines)) if is_open => lines.push(words),
                _ => blocks.push(Block::Paragraph(vec![words])),
            }
            is_open = true;
        }
    }
    blocks
}

fn item(words: &str) -> Option<(bool, &str)> {
    if let Some(item) = words.strip_prefix("- ").or_else(|| words.strip_prefix("* ")) {
        return Some((false, item));
    }
    let digits = words.bytes().take_while(u8::is_ascii_digit).count();
    let item = words.get(digits..).and_then(|rest| rest.strip_prefix(". "));
    item.filter(|_| (1..=3).contains(&digits)).map(|item| (true, item))
}

/// Words with `**strong**`, `*emphasised*` and `[linked](https://…)` ones.
fn line(words: &str) -> Markup {
    let mut rest = words;
    let mut pieces: Vec<Markup> = Vec::new();
    while let Some(at) = rest.find(['*', '[']).filter(|_| pieces.len() < MOST_MARKS) {
        let (before, from) = rest.split_at(at);
        pieces.push(html! { (before) });
        let (piece, after) = mark(from);
        pieces.push(piece);
        rest = after;
    }
    html! { @for piece in pieces { (piece) } (rest) }
}

/// What a mark at the beginning makes of the words behind it, and the rest.
fn mark(from: &str) -> (Markup, &str) {
    if let Some((strong, after)) = from.strip_prefix("**").and_then(|rest| rest.split_once("**")) {
        return (html! { strong { (strong) } }, after);
    }
    if let Some((link, after)) = from.strip_prefix('[').and_then(linked) {
        return (link, after);
    }
    // A star between blanks is one of its own.
    let is_close = |words: &str| !words.is_empty() && words.trim() == words;
    let emphasised = from.strip_prefix('*').and_then(|rest| rest.split_once('*'));
    if let Some((words, after)) = emphasised.filter(|(words, _)| is_close(words)) {
        return (html! { em { (words) } }, after);
    }
    let (one, after) = from.split_at(1);
    (html! { (one) }, after)
}

fn linked(rest: &str) -> Option<(Markup, &str)> {
    let (words, after) = rest.split_once("](")?;
    let (href, after) = after.split_once(')')?;
    let is_safe = ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| href.starts_with(scheme))
        || (href.starts_with('/') && !href.starts_with("//"));
    is_safe.then(|| (html! { a href=(href) rel="noopener" { (words) } }, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        written(text).into_string()
    }

    #[test]
    fn blocks_are_told_apart() {
        assert_eq!(
            html("# Terms\n\nWe sell\nmugs.\n\n- one\n- two\n1. first\n---\n## More"),
            "<h2>Terms</h2><p>We sell mugs.</p><ul><li>one</li><li>two</li></ul><ol><li>first</li></ol><hr><h3>More</h3>"
        );
    }

    #[test]
    fn a_text_that_begins_with_its_title_has_it_once() {
        assert_eq!(headed("\n# Terms\r\nWe sell."), (Some("Terms"), "\r\nWe sell."));
        assert_eq!(headed("## Who\nWe."), (None, "## Who\nWe."));
        assert_eq!(headed("# "), (None, "# "));
    }

    #[test]
    fn words_are_marked() {
        assert_eq!(
            html("a **b** *c* [d](https://e.example) 2 * 3 [x] **"),
            "<p>a <strong>b</strong> <em>c</em> <a href=\"https://e.example\" rel=\"noopener\">d</a> 2 * 3 [x] **</p>"
        );
    }

    #[test]
    fn nothing_in_it_becomes_markup() {
        let evil = "<script>alert(1)</script> [x](javascript:alert(1)) [y](//evil.example) ![z](data:a) **<b>** # <i>";
        let shown = html(evil);
        for part in ["<script", "href=\"javascript", "href=\"//", "<b>", "<i>", "<img"] {
            assert!(!shown.contains(part), "{part}: {shown}");
        }
    }

    #[test]
    fn letters_of_any_length_are_safe() {
        for text in ["*", "**", "[", "[ä](", "ä*ö*ü[ß", "***", "[]()"] {
            let _ = html(text);
        }
    }
}
