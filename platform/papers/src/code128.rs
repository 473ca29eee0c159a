//! Code 128 (ISO/IEC 15417) in its set B: the printable letters of ASCII as bars and gaps.

/// Widths of bars and gaps in turns, by value: the letters from the blank on, then signs, the three starts, and the stop.
const PATTERNS: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312",
    "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212",
    "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321", "232121",
    "111323", "131123", "131321", "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331",
    "132131", "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131", "311123",
    "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111", "111224", "111422", "121124",
    "121421", "141122", "141221", "112214", "112412", "122114", "122411", "142112", "142211", "241211", "221114",
    "413111", "241112", "134111", "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112",
    "421211", "212141", "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
];
const START_B: usize = 104;
const STOP: usize = 106;
/// The most letters of a code: more could not be read by anything.
const MOST: usize = 48;

/// The widths of bars and gaps in turns, beginning with a bar; `None` where the text has other letters, or too many.
pub(crate) fn widths(text: &str) -> Option<Vec<u8>> {
    let values: Vec<usize> = text
        .chars()
        .map(|letter| (' '..='~').contains(&letter).then(|| letter as usize - 32))
        .collect::<Option<_>>()?;
    if values.is_empty() || values.len() > MOST {
        return None;
    }
    let check = values.iter().zip(1..).fold(START_B, |sum, (value, place)| sum + value * place) % 103;
    let all = [START_B].into_iter().chain(values).chain([check, STOP]);
    Some(all.flat_map(|value| PATTERNS[value].bytes().map(|digit| digit - b'0')).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn sum(pattern: &str) -> u32 {
        pattern.bytes().map(|digit| u32::from(digit - b'0')).sum()
    }

    #[test]
    fn every_pattern_is_one_of_its_kind_and_as_wide_as_the_standard_says() {
        assert_eq!(PATTERNS.iter().collect::<BTreeSet<_>>().len(), PATTERNS.len());
        for pattern in &PATTERNS[..STOP] {
            let bars: u32 = pattern.bytes().step_by(2).map(|digit| u32::from(digit - b'0')).sum();
            assert_eq!((pattern.len(), sum(pattern), bars % 2), (6, 11, 0), "{pattern}");
        }
        assert_eq!(sum(PATTERNS[STOP]), 13);
    }

    #[test]
    fn a_text_is_its_letters_with_a_check_between_start_and_stop() {
        // The usual example has the check value 54 after the start of set A, and one more after that of set B.
        let widths = widths("PJJ123C").unwrap();
        let text: String = widths.iter().map(|width| char::from(b'0' + width)).collect();
        let values = [48, 42, 42, 17, 18, 19, 35];
        let check = (104 + values.iter().zip(1..).map(|(value, place)| value * place).sum::<usize>()) % 103;
        let expected: String =
            [104].into_iter().chain(values).chain([check, 106]).map(|value| PATTERNS[value]).collect();
        assert_eq!((text, check), (expected, 55));
    }

    #[test]
    fn what_cannot_be_bars_is_none() {
        for text in ["", "Ä", "a\n", &"1".repeat(MOST + 1)] {
            assert_eq!(widths(text), None, "{text:?}");
        }
        assert!(widths(&"1".repeat(MOST)).is_some());
    }
}
