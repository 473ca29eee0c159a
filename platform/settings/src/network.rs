//! A range of IP addresses as operators write it: `10.0.0.0/8`, `2001:db8::/32`, or one address alone.
//!
//! The range of everything is none, since it is only ever given by mistake where a range is trusted.

use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr, str::FromStr};

/// Addresses that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

/// A text that is no range of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no range of addresses such as 10.0.0.0/8, or is that of every address")]
pub struct NoNetwork(String);

impl Network {
    /// Whether `address` is one of them. An IPv4 address is the same when IPv6 carries it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                (u32::from(ours) ^ u32::from(theirs)).leading_zeros() >= u32::from(self.prefix_bits)
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                (u128::from(ours) ^ u128::from(theirs)).leading_zeros() >= u32::from(self.prefix_bits)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let wrong = || NoNetwork(text.to_owned());
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = prefix.map_or(Ok(longest), |prefix| prefix.parse().map_err(|_| wrong()))?;
        // What IPv6 carries of IPv4 is told apart by its IPv4 address.
        let written_plainly = address.to_canonical() == address;
        if written_plainly && (1..=longest).contains(&prefix_bits) {
            return Ok(Self { address, prefix_bits });
        }
        Err(wrong())
    }
}

impl TryFrom<String> for Network {
    type Error = NoNetwork;

    fn try_from(text: String) -> Result<Self, NoNetwork> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix_bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_range_holds_the_addresses_that_begin_like_it_and_no_others() {
        for (range, address, held) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.9.9.9/8", "10.0.0.1", true),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.6", false),
            ("192.0.2.4/31", "192.0.2.5", true),
            ("192.0.2.4/31", "192.0.2.6", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("10.0.0.0/8", "::10.1.2.3", false),
            ("2001:db8::/32", "2001:db8:1::7", true),
            ("2001:db8::/32", "2001:db9::7", false),
            ("::1", "::1", true),
            ("::1", "0.0.0.1", false),
        ] {
            assert_eq!(
                network(range).contains(address.parse().unwrap_or(IpAddr::from([0; 16]))),
                held,
                "{range} {address}"
            );
        }
    }

    #[test]
    fn what_is_no_range_and_the_range_of_everything_are_refused() {
        for text in
            ["", "/", "10.0.0.0/", "10.0.0.0/33", "::/129", "0.0.0.0/0", "::/0", "10.0.0/8", "a/8", "10.0.0.0/-1"]
        {
            assert_eq!(text.parse::<Network>(), Err(NoNetwork(text.to_owned())), "{text}");
        }
        assert!("::ffff:10.0.0.0/104".parse::<Network>().is_err());
        assert_eq!(network("10.0.0.1").to_string(), "10.0.0.1/32");
    }
}
