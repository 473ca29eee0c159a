//! Slugs: a thing's part of an address, in lower case so that no two differ by case alone.

use bodega_kernel::uuid::Uuid;
use std::fmt::Write;

/// Characters of the longest slug.
pub(crate) const MAX_SLUG_CHARS: usize = 120;
/// Room for a number or a random end behind the base of a slug.
const ROOM_CHARS: usize = 12;

/// The slug of a text: its letters and digits in lower case, a hyphen for whatever is between them. Never empty, never
/// a UUID (products are found by slug or id), and the slug of a slug is itself.
pub(crate) fn slug_of(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug: String = slug.chars().take(MAX_SLUG_CHARS).collect();
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        return nameless(text);
    }
    if Uuid::try_parse(slug).is_ok() { format!("p-{slug}") } else { slug.to_owned() }
}

/// The `number`th slug of this base: the base itself, then `base-2`.
pub(crate) fn numbered(base: &str, number: u32) -> String {
    if number <= 1 {
        return base.to_owned();
    }
    let base: String = base.chars().take(MAX_SLUG_CHARS - ROOM_CHARS).collect();
    format!("{}-{number}", base.trim_end_matches('-'))
}

/// For a text without letters: its first bytes in hexadecimal.
fn nameless(text: &str) -> String {
    text.bytes().take(8).fold("n".to_owned(), |mut slug, byte| {
        // Writing to a string cannot fail.
        let _ = write!(slug, "{byte:02x}");
        slug
    })
}
