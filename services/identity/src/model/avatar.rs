//! The picture that somebody shows of themselves: its name, its size, and how long a file waits that nobody names.

use bodega_kernel::World;
use std::{fmt, time::Duration};

/// Pixels on each side.
pub(crate) const AVATAR_SIDE: u32 = 256;
/// The most bytes that are sent for one.
pub(crate) const MAX_AVATAR_BYTES: usize = 5 * 1024 * 1024;
/// How often somebody may send one within one window.
pub(crate) const AVATARS: i64 = 30;
/// How long a file is kept that nobody names: it may be about to be named, or was taken away a moment ago.
pub(crate) const UNNAMED_FOR: Duration = Duration::from_hours(1);
/// What the addresses of all begin with.
const PATH: &str = "/v1/avatars/";
/// What their files end with.
const ENDING: &str = ".webp";
/// Characters of a name.
const DIGITS: usize = 32;

/// Names one file: 128 random bits, in hexadecimal digits. Another picture has another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AvatarId(String);

impl AvatarId {
    /// One that nobody can guess.
    pub(crate) fn new(world: &World) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(world.bytes::<16>())))
    }

    /// As it is kept.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == DIGITS && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// The one whose file is called so.
    pub(crate) fn of_file(file: &str) -> Option<Self> {
        Self::read(file.strip_suffix(ENDING)?)
    }

    /// What its file is called.
    pub(crate) fn file(&self) -> String {
        format!("{}{ENDING}", self.0)
    }

    /// Where anybody reads it.
    pub(crate) fn path(&self) -> String {
        format!("{PATH}{}", self.file())
    }

    /// As it is kept.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AvatarId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a picture of this name is read, if it is a name.
pub(crate) fn avatar_path(id: Option<String>) -> Option<String> {
    AvatarId::read(&id?).map(|id| id.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_nothing_but_thirty_two_small_hexadecimal_digits() {
        let good = "00ff".repeat(8);
        assert_eq!(AvatarId::of_file(&format!("{good}.webp")).unwrap().path(), format!("/v1/avatars/{good}.webp"));
        for bad in
            ["", "webp", "../../secret.webp", &good, &format!("{good}.png"), &format!("{}.webp", good.to_uppercase())]
        {
            assert_eq!(AvatarId::of_file(bad), None, "{bad}");
        }
        assert_eq!((avatar_path(None), avatar_path(Some("x".to_owned()))), (None, None));
    }
}
