//! Makes a description from outside safe to put into a page.
//!
//! The source is never repaired, only read: what comes out is escaped text and tags from a short list, written by us,
//! without a single attribute and always closed. Whatever a browser would make of the source, it can make
//! nothing else of that. What is not text at all (scripts, styles, frames) goes with its content.

#[cfg(test)]
mod tests;

/// The tags that stay.
const KEPT: [&str; 22] = [
    "p",
    "br",
    "hr",
    "ul",
    "ol",
    "li",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "code",
    "pre",
    "small",
];
/// Of those, the ones without content.
const VOID: [&str; 2] = ["br", "hr"];
/// Tags whose content is no text for readers.
const DROPPED: [&str; 20] = [
    "script",
    "style",
    "iframe",
    "object",
    "noscript",
    "template",
    "textarea",
    "title",
    "svg",
    "math",
    "xmp",
    "noembed",
    "noframes",
    "head",
    "applet",
    "audio",
    "video",
    "canvas",
    "select",
    "plaintext",
];
/// Tags that end a line where they go away.
const BLOCKS: [&str; 12] =
    ["div", "section", "article", "header", "footer", "table", "tr", "td", "th", "dl", "dt", "dd"];
/// Bytes of the longest name of a tag.
const LONGEST_NAME: usize = 64;
/// The deepest nesting that is kept.
const MAX_DEPTH: usize = 32;

/// `source`, Markdown or HTML, as HTML without anything active. What begins with a tag is HTML: Markdown would take its
/// indented lines for code.
pub(crate) fn described(source: &str) -> String {
    if source.trim_start().starts_with('<') {
        return sanitised(source);
    }
    let mut html = String::with_capacity(source.len() * 5 / 4);
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(source));
    sanitised(&html)
}

/// `source`, HTML or plain text, as HTML without anything active.
fn sanitised(source: &str) -> String {
    let lower = source.to_ascii_lowercase();
    let patience_bytes = 16 * source.len() + 1_024;
    let out = String::with_capacity(source.len());
    let last_end = source.rfind('>').unwrap_or(0);
    let mut cleaner = Cleaner { source, lower: &lower, at: 0, out, open: Vec::new(), last_end, patience_bytes };
    cleaner.run();
    cleaner.out
}

struct Cleaner<'a> {
    source: &'a str,
    /// The same bytes with ASCII letters in lower case.
    lower: &'a str,
    at: usize,
    out: String,
    open: Vec<&'static str>,
    /// Behind it no tag ends.
    last_end: usize,
    /// How much may be read in vain, so that no source takes more than linear time.
    patience_bytes: usize,
}

/// A tag of the source.
struct Tag<'a> {
    name: &'a str,
    closing: bool,
    self_closing: bool,
    end: usize,
}

impl<'a> Cleaner<'a> {
    fn run(&mut self) {
        while let Some(distance) = self.source[self.at..].find('<') {
            let markup = self.at + distance;
            self.text(self.at, markup);
            self.at = markup;
            self.markup();
        }
        self.text(self.at, self.source.len());
        while let Some(name) = self.open.pop() {
            self.write_tag("</", name);
        }
    }

    /// What begins with `<` at the current place.
    fn markup(&mut self) {
        let rest = &self.lower[self.at..];
        if rest.starts_with("<!--") {
            self.at = self.after("-->", self.at + 4).unwrap_or(self.source.len());
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            self.at = self.after(">", self.at).unwrap_or(self.source.len());
        } else if let Some(tag) = self.tag() {
            self.at = tag.end;
            let kept = KEPT.iter().find(|kept| **kept == tag.name);
            match kept {
                Some(name) if tag.closing => self.close(name),
                Some(name) => self.open(name),
                None if BLOCKS.contains(&tag.name) => self.out.push('\n'),
                None if DROPPED.contains(&tag.name) && !tag.closing && !tag.self_closing => self.skip_content(tag.name),
                None => {}
            }
        } else {
            self.out.push_str("&lt;");
            self.at += 1;
        }
    }

    /// The tag at the current place; `None` where this `<` begins none.
    fn tag(&mut self) -> Option<Tag<'a>> {
        let lower = self.lower;
        let bytes = lower.as_bytes();
        let closing = bytes.get(self.at + 1) == Some(&b'/');
        let start = self.at + 1 + usize::from(closing);
        if !bytes.get(start)?.is_ascii_lowercase() {
            return None;
        }
        let ends_name = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'/' || *byte == b'>';
        let name_end = start + bytes[start..].iter().take(LONGEST_NAME).position(ends_name)?;
        let end = self.tag_end(name_end)?;
        let self_closing = bytes[..end].ends_with(b"/>");
        Some(Tag { name: &lower[start..name_end], closing, self_closing, end })
    }

    /// Behind the `>` that ends a tag: one outside of quotes, or the first one where quotes are never closed.
    fn tag_end(&mut self, from: usize) -> Option<usize> {
        if from > self.last_end {
            return None;
        }
        let bytes = self.source.as_bytes();
        let mut quote = None;
        let longest = from.saturating_add(self.patience_bytes).min(bytes.len());
        for (index, byte) in bytes.iter().enumerate().take(longest).skip(from) {
            match (quote, byte) {
                (None, b'>') => return Some(index + 1),
                (None, b'"' | b'\'') => quote = Some(*byte),
                (Some(open), close) if open == *close => quote = None,
                _ => {}
            }
        }
        self.patience_bytes = self.patience_bytes.saturating_sub(longest - from);
        self.after(">", from)
    }

    fn after(&self, end: &str, from: usize) -> Option<usize> {
        self.lower.get(from..)?.find(end).map(|distance| from + distance + end.len())
    }

    fn skip_content(&mut self, name: &str) {
        let end = self.after(&format!("</{name}"), self.at).and_then(|closing| self.after(">", closing));
        self.at = end.unwrap_or(self.source.len());
    }

    fn open(&mut self, name: &'static str) {
        if VOID.contains(&name) {
            self.write_tag("<", name);
        } else if self.open.len() < MAX_DEPTH {
            self.write_tag("<", name);
            self.open.push(name);
        }
    }

    /// Closes the tag and what was opened within it; a closing tag that closes nothing goes away.
    fn close(&mut self, name: &str) {
        if !self.open.contains(&name) {
            return;
        }
        while let Some(inner) = self.open.pop() {
            self.write_tag("</", inner);
            if inner == name {
                break;
            }
        }
    }

    fn write_tag(&mut self, begin: &str, name: &str) {
        self.out.push_str(begin);
        self.out.push_str(name);
        self.out.push('>');
    }

    fn text(&mut self, from: usize, to: usize) {
        let text = &self.source[from..to];
        for (index, letter) in text.char_indices() {
            match letter {
                '&' if is_entity(&text.as_bytes()[index..]) => self.out.push('&'),
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\'' => self.out.push_str("&#39;"),
                '\n' | '\t' => self.out.push(letter),
                letter if letter.is_control() => {}
                letter => self.out.push(letter),
            }
        }
    }
}

/// Whether a character reference begins here, such as `&amp;`, `&#39;` or `&#x27;`: it stays one, and stays text.
fn is_entity(bytes: &[u8]) -> bool {
    const LONGEST: usize = 32;
    let Some(end) = bytes.iter().take(LONGEST).position(|byte| *byte == b';') else { return false };
    match &bytes[1..end] {
        [b'#', b'x' | b'X', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit),
        [b'#', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        [first, rest @ ..] => first.is_ascii_alphabetic() && rest.iter().all(u8::is_ascii_alphanumeric),
        [] => false,
    }
}
