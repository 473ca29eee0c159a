//! What codes look like: typed in by people, in any case, from paper and over the telephone.

/// The most codes that are made at once.
pub(crate) const MAX_BULK: i64 = 10_000;
/// The most codes that are given at once.
pub(crate) const MAX_GIVEN: usize = 1_000;
/// The most characters that made codes begin with.
pub(crate) const MAX_PREFIX_CHARS: usize = 20;
/// How many characters of a made code are chance: 30 to the power of 10.
pub(crate) const WRITTEN_LENGTH: i64 = 10;

const CHARS: std::ops::RangeInclusive<usize> = 3..=40;
/// No letter or digit that looks or sounds like another: I, L, O, U, 0 and 1 are missing.
const ALPHABET: &[u8; 30] = b"ABCDEFGHJKMNPQRSTVWXYZ23456789";

/// A code as it is kept: without blanks around it, in capital letters. `None` for what no code can be.
pub(crate) fn canonical(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    (CHARS.contains(&code.len()) && code.bytes().all(may_stand)).then_some(code)
}

/// Whether made codes may begin with this.
pub(crate) fn is_prefix(text: &str) -> bool {
    text.len() <= MAX_PREFIX_CHARS && text.bytes().all(|byte| may_stand(byte.to_ascii_uppercase()))
}

/// A new code; `below` draws a number below another one.
pub(crate) fn written(prefix: &str, length: i64, mut below: impl FnMut(u64) -> u64) -> String {
    let mut code = prefix.to_ascii_uppercase();
    code.extend(
        (0..length).filter_map(|_| ALPHABET.get(below(ALPHABET.len() as u64) as usize)).map(|&byte| byte as char),
    );
    code
}

fn may_stand(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_blanks_around_a_code_do_not_matter() {
        assert_eq!(canonical(" summer-24\n").unwrap(), "SUMMER-24");
        for bad in ["", "ab", "a b c", "sümmer", "a;b", &"x".repeat(41)] {
            assert_eq!(canonical(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_made_code_is_one_and_cannot_be_misread() {
        let mut next = 0;
        let code = written("vip-", 30, |bound| {
            next += 1;
            (next - 1) % bound
        });
        assert_eq!(code, "VIP-ABCDEFGHJKMNPQRSTVWXYZ23456789");
        assert_eq!(canonical(&code), Some(code.clone()));
        assert!(!code[4..].contains(['I', 'L', 'O', 'U', '0', '1']));
        assert!(is_prefix("vip-") && is_prefix("") && !is_prefix("a b") && !is_prefix(&"x".repeat(21)));
    }
}
