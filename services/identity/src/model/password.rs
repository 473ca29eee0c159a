//! Which passwords are good enough where a password is the only factor: long ones that nobody guesses first. There are
//! no rules of composition.

use std::fmt;

/// A password that was checked; never printed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Password(String);

/// Long passwords that are guessed first, one a line, in small letters.
const WEAK: &str = include_str!("weak_passwords.txt");
/// Words of which weak passwords are strung together.
const WEAK_WORDS: [&str; 44] = [
    "password",
    "passwort",
    "passw0rd",
    "p@ssw0rd",
    "pass",
    "qwerty",
    "qwertz",
    "azerty",
    "admin",
    "administrator",
    "root",
    "welcome",
    "letmein",
    "login",
    "secret",
    "iloveyou",
    "love",
    "master",
    "monkey",
    "dragon",
    "football",
    "baseball",
    "sunshine",
    "princess",
    "shadow",
    "superman",
    "batman",
    "trustno",
    "test",
    "demo",
    "user",
    "guest",
    "changeme",
    "default",
    "abc",
    "asdf",
    "zxcv",
    "bodega",
    "shop",
    "hello",
    "the",
    "my",
    "is",
    "and",
];
/// Keys in an order that hands know.
const RUNS: [&str; 5] = [
    "01234567890123456789012345678901234567890",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnmqwertyuiopasdfghjklzxcvbnm",
    "1234567890qwertyuiopasdfghjklzxcvbnm",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
];
/// The longest piece whose repetition is weak, in characters.
const LONGEST_PIECE: usize = 8;

impl Password {
    /// The fewest characters.
    pub(crate) const MIN_CHARS: usize = 15;
    /// The most characters.
    pub(crate) const MAX_CHARS: usize = 128;

    /// Takes a password for the account of `email`, or says what is wrong with it.
    pub(crate) fn choose(text: &str, email: &str) -> Result<Self, &'static str> {
        let length = text.chars().count();
        if length < Self::MIN_CHARS {
            return Err("has fewer than 15 characters");
        }
        let password = Self::attempt(text)?;
        if is_weak(&text.to_lowercase(), email) { Err("is too easy to guess") } else { Ok(password) }
    }

    /// Takes what somebody says is their password.
    pub(crate) fn attempt(text: &str) -> Result<Self, &'static str> {
        if text.chars().nth(Self::MAX_CHARS).is_some() {
            return Err("has more than 128 characters");
        }
        Ok(Self(text.to_owned()))
    }

    /// The bytes that are hashed.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

fn is_weak(lower: &str, email: &str) -> bool {
    WEAK.lines().any(|weak| weak == lower) || repeats(lower) || runs(lower) || is_strung(lower) || lower.contains(email)
}

/// One short piece, again and again.
fn repeats(lower: &str) -> bool {
    let letters: Vec<char> = lower.chars().collect();
    (1..=LONGEST_PIECE).any(|piece| letters.iter().zip(letters.iter().skip(piece)).all(|(one, other)| one == other))
}

fn runs(lower: &str) -> bool {
    let backwards: String = lower.chars().rev().collect();
    RUNS.iter().any(|run| run.contains(lower) || run.contains(&backwards))
}

/// Nothing but weak words with digits and signs between them.
fn is_strung(lower: &str) -> bool {
    // `reached[i]`: the first `i` bytes are weak words and what stands between them.
    let mut reached = vec![false; lower.len() + 1];
    reached[0] = true;
    for (at, letter) in lower.char_indices() {
        if !reached[at] {
            continue;
        }
        if !letter.is_alphabetic() {
            reached[at + letter.len_utf8()] = true;
        }
        for word in WEAK_WORDS.iter().filter(|word| lower[at..].starts_with(**word)) {
            reached[at + word.len()] = true;
        }
    }
    reached.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: &str = "anna.schmidt@example.com";

    #[test]
    fn a_password_has_15_to_128_characters_of_any_kind() {
        assert!(Password::choose("fourteen chars", EMAIL).is_err());
        for good in ["fifteen chars..", "ein Käfer im Müsli", "日本語のパスワードは長いほうがいい"] {
            assert!(Password::choose(good, EMAIL).is_ok(), "{good}");
        }
        let long = "walnut lamp over the river ";
        assert!(Password::choose(&long.repeat(4), EMAIL).is_ok(), "108 characters");
        assert!(Password::choose(&long.repeat(5), EMAIL).is_err(), "135 characters");
    }

    #[test]
    fn long_passwords_that_are_guessed_first_are_refused() {
        let weak = [
            "passwordpassword",
            "PasswordPassword",
            "123456789012345",
            "098765432109876",
            "aaaaaaaaaaaaaaaa",
            "qwertyuiopasdfgh",
            "abcabcabcabcabcabc",
            "mnbvcxzlkjhgfds",
            "correcthorsebatterystaple",
            "Password123!Admin",
            "anna.schmidt@example.com1",
            "letmein!letmein!2024",
            "000000000000000",
        ];
        for text in weak {
            assert!(Password::choose(text, EMAIL).is_err(), "{text}");
        }
        for good in
            ["welcome-to-1234567", "correct horse battery staple", "a walnut under the lamp", "tr4in-to-nowhere-9"]
        {
            assert!(Password::choose(good, EMAIL).is_ok(), "{good}");
        }
    }

    #[test]
    fn the_list_is_in_small_letters_and_of_lengths_that_would_pass() {
        for weak in WEAK.lines() {
            assert!(weak == weak.to_lowercase() && weak.chars().count() >= Password::MIN_CHARS, "{weak}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        let text = "a walnut under the lamp";
        assert!(!format!("{:?}", Password::choose(text, EMAIL)).contains("walnut"));
    }
}
