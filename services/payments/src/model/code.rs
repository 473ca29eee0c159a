//! The codes of gift cards: 95 bits in letters that cannot be mistaken for one another, and one that tells of a slip.

use bodega_contracts::GiftCardId;
use bodega_service::Secrets;
use std::fmt;

/// No 0, O, 1 or I.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Letters that are random; the last one of a code follows from them.
const DATA: usize = 19;
/// In groups of so many.
const GROUP: usize = 4;
/// The most characters that are looked at.
const MAX_TYPED: usize = 64;

/// The code of a gift card, as it is typed in.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Code(String);

impl Code {
    /// The code of a card: it follows from the deployment's secret and is kept nowhere.
    pub(crate) fn of(secrets: &Secrets, card: GiftCardId) -> Self {
        Self::derived(&secrets.key(&format!("code of gift card {card}")))
    }

    /// What is kept of it: nobody gets back from there without the secret.
    pub(crate) fn hash(&self, secrets: &Secrets) -> String {
        secrets.text(&format!("gift card with code {}", self.0))
    }

    fn derived(key: &[u8; 32]) -> Self {
        let letters = key.iter().take(DATA).map(|byte| usize::from(byte % 32));
        let mut values: Vec<usize> = letters.collect();
        values.push(check(&values));
        Self(values.into_iter().map(|value| char::from(LETTERS[value])).collect())
    }

    /// Reads what somebody typed: in any case, with blanks and dashes; `None` where it cannot be a code.
    pub(crate) fn typed(text: &str) -> Option<Self> {
        if text.len() > MAX_TYPED {
            return None;
        }
        let letters = text.bytes().filter(|byte| !matches!(byte, b' ' | b'-')).map(|byte| byte.to_ascii_uppercase());
        let values =
            letters.map(|byte| LETTERS.iter().position(|letter| *letter == byte)).collect::<Option<Vec<_>>>()?;
        let (last, data) = values.split_last()?;
        let fits = data.len() == DATA && check(data) == *last;
        fits.then(|| Self(values.iter().map(|value| char::from(LETTERS[*value])).collect()))
    }

    /// The last four letters.
    pub(crate) fn label(&self) -> &str {
        &self.0[DATA + 1 - GROUP..]
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, letter) in self.0.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{letter}")?;
        }
        Ok(())
    }
}

/// Luhn's check in base 32: it sees every wrong letter and nearly every pair that was swapped.
fn check(values: &[usize]) -> usize {
    let weigh = |(at, value): (usize, &usize)| {
        let weighed = if at % 2 == 0 { value * 2 } else { *value };
        weighed / 32 + weighed % 32
    };
    let sum: usize = values.iter().rev().enumerate().map(weigh).sum();
    (32 - sum % 32) % 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> Code {
        let mut key = [0; 32];
        for (byte, value) in key.iter_mut().zip(7_u8..) {
            *byte = value.wrapping_mul(13);
        }
        Code::derived(&key)
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let shown = code().to_string();
        assert_eq!(shown.len(), 24);
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), code().0] {
            assert!(Code::typed(&typed) == Some(code()), "{typed}");
        }
        assert!(shown.ends_with(code().label()));
    }

    #[test]
    fn one_wrong_letter_is_always_seen() {
        let plain = code().0;
        for at in 0..plain.len() {
            for letter in LETTERS.iter().filter(|letter| plain.as_bytes()[at] != **letter) {
                let mut wrong = plain.clone().into_bytes();
                wrong[at] = *letter;
                assert!(Code::typed(&String::from_utf8(wrong).unwrap()).is_none());
            }
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        let shown = code().to_string();
        for typed in ["", "A", "0O1I-0O1I-0O1I-0O1I-0O1I", &shown[1..], &format!("{shown}A"), &"A".repeat(100), "ä-ö"]
        {
            assert!(Code::typed(typed).is_none(), "{typed}");
        }
    }
}
