//! Keys: what a file is called. So few characters that every file system and every bucket takes them as they are.

use crate::BlobError;
use std::fmt;

/// The most characters of a key.
pub const MAX_KEY: usize = 200;

/// What a file is called, such as `papers/INV-2026-00001/en.pdf`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key(String);

impl Key {
    /// A key: parts with `/` between them, each of letters, digits, `.`, `_` and `-` (ASCII) and beginning with no dot, at
    /// most [`MAX_KEY`] characters.
    ///
    /// Fails for anything else, so that no key leads out of the folder.
    pub fn new(text: impl Into<String>) -> Result<Self, BlobError> {
        let text = text.into();
        let fits = |part: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
            !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain)
        };
        if text.len() <= MAX_KEY && text.split('/').all(fits) { Ok(Self(text)) } else { Err(BlobError::Key(text)) }
    }

    /// Any text as a part of a key: what a key does not take is written `_` and two hexadecimal digits for each byte. Two
    /// texts are never the same part.
    pub fn part(text: &str) -> String {
        let mut part = String::with_capacity(text.len());
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || byte == b'-' {
                part.push(char::from(byte));
            } else {
                part.push('_');
                part.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])));
            }
        }
        part
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_key_leads_out_of_the_folder() {
        for bad in
            ["", "/", "/a", "a/", "a//b", "..", "../a", "a/../b", "a/./b", ".a", "a/.b", "a\\b", "a b", "a#1", "é"]
        {
            assert!(matches!(Key::new(bad), Err(BlobError::Key(_))), "{bad}");
        }
        assert!(Key::new("a".repeat(MAX_KEY + 1)).is_err());
        for good in ["a", "a/b.pdf", "papers/INV-2026-00001/en.pdf", "a..b"] {
            assert_eq!(Key::new(good).unwrap().as_str(), good);
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_a_part_and_no_two_are_the_same(one in ".{1,20}", other in ".{1,20}") {
            prop_assert!(Key::new(Key::part(&one)).is_ok());
            prop_assert_eq!(Key::part(&one) == Key::part(&other), one == other);
        }
    }
}
