//! The W3C trace context: the header `traceparent`, read strictly and written in version 00.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{borrow::Cow, fmt};

/// Where in which trace a call stands. In JSON it is the text of its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceContext {
    /// Names the whole trace; never all zero.
    pub trace_id: [u8; 16],
    /// Names the caller's span; never all zero.
    pub parent_id: [u8; 8],
    /// Whether the caller records the trace.
    pub sampled: bool,
}

/// Length of a header of version 00, bytes.
const LENGTH: usize = 55;

impl TraceContext {
    /// The start of a trace that is recorded. The ids are random and not all zero.
    pub const fn root(trace_id: [u8; 16], span_id: [u8; 8]) -> Self {
        Self { trace_id, parent_id: span_id, sampled: true }
    }

    /// What a span of this trace sends on: the same trace, itself as the parent.
    #[must_use]
    pub const fn child(self, span_id: [u8; 8]) -> Self {
        Self { parent_id: span_id, ..self }
    }

    /// Reads a `traceparent`; `None` for what its recommendation tells a receiver to ignore. A later version is read
    /// as far as version 00 goes.
    pub fn parse(traceparent: &str) -> Option<Self> {
        let (known, more) = traceparent.as_bytes().split_at_checked(LENGTH)?;
        if [known[2], known[35], known[52]] != [b'-'; 3] {
            return None;
        }
        let [version] = hex(&known[..2])?;
        let trace_id: [u8; 16] = hex(&known[3..35])?;
        let parent_id: [u8; 8] = hex(&known[36..52])?;
        let [flags] = hex(&known[53..])?;
        let version_fits = match version {
            0 => more.is_empty(),
            0xff => false,
            _ => more.is_empty() || more[0] == b'-',
        };
        let named = trace_id != [0; 16] && parent_id != [0; 8];
        (version_fits && named).then_some(Self { trace_id, parent_id, sampled: flags & 1 == 1 })
    }

    /// The trace id in 32 hexadecimal digits, as on log lines.
    pub fn trace_id_hex(&self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.trace_id))
    }
}

/// `2 * N` lower-case digits; capitals are not allowed in the header.
fn hex<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    (digits.len() == 2 * N).then_some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parent = u64::from_be_bytes(self.parent_id);
        write!(f, "00-{}-{parent:016x}-{:02x}", self.trace_id_hex(), u8::from(self.sampled))
    }
}
impl Serialize for TraceContext {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for TraceContext {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| Error::custom("a trace context is a W3C traceparent"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_back_as_written() {
        let context = TraceContext::parse(GOOD).unwrap();
        assert_eq!((context.trace_id[0], context.parent_id[7], context.sampled), (0x4b, 0xb7, true));
        assert_eq!(context.to_string(), GOOD);
        assert_eq!(context.trace_id_hex(), "4bf92f3577b34da6a3ce929d0e0e4736");
        let json = serde_json::to_string(&context).unwrap();
        assert_eq!(serde_json::from_str::<TraceContext>(&json).unwrap(), context);
        assert!(serde_json::from_str::<TraceContext>("\"00-\"").is_err());
    }

    #[test]
    fn a_child_stays_in_its_trace() {
        let root = TraceContext::root([1; 16], [2; 8]);
        let child = root.child([3; 8]);
        assert_eq!(child, TraceContext { trace_id: [1; 16], parent_id: [3; 8], sampled: true });
        assert!(!TraceContext { sampled: false, ..root }.child([3; 8]).sampled);
        assert_eq!(TraceContext::parse(&child.to_string()), Some(child));
    }

    #[test]
    fn flags_other_than_sampled_are_not_passed_on() {
        let flagged = |flags| TraceContext::parse(&GOOD.replace("-01", flags)).unwrap().to_string();
        assert!(flagged("-00").ends_with("-00"));
        assert!(flagged("-fe").ends_with("-00"));
        assert!(flagged("-ff").ends_with("-01"));
    }

    #[test]
    fn a_later_version_is_read_as_far_as_ours_goes() {
        let context = TraceContext::parse(GOOD);
        assert_eq!(TraceContext::parse(&GOOD.replacen("00", "cc", 1)), context);
        assert_eq!(TraceContext::parse(&format!("{}-what-comes", GOOD.replacen("00", "cc", 1))), context);
    }

    #[test]
    fn what_is_no_traceparent_is_refused() {
        let bad = [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
            "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
            " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 ",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e47é-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0é",
        ];
        for text in bad {
            assert_eq!(TraceContext::parse(text), None, "{text:?}");
        }
    }
}
