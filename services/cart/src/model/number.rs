//! Numbers of orders that people can read out: `B-` and a counter in base 32 without I, L, O and U.

/// How many numbers a process takes at once.
pub(crate) const BLOCK: i64 = 1_000;

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MIN_DIGITS: usize = 5;

/// The text of a number; another counter has another text.
pub(crate) fn order_number(counter: i64) -> String {
    let mut rest = counter.unsigned_abs();
    let mut digits = Vec::with_capacity(8);
    while rest > 0 || digits.len() < MIN_DIGITS {
        digits.push(char::from(DIGITS[(rest % 32) as usize]));
        rest /= 32;
    }
    format!("B-{}", digits.into_iter().rev().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_are_short_and_each_is_another() {
        assert_eq!(order_number(1_000), "B-000Z8");
        assert_eq!(order_number(32_i64.pow(5)), "B-100000");
        let all: HashSet<String> = (0..50_000).map(order_number).collect();
        assert_eq!(all.len(), 50_000);
    }
}
