//! Whose request it is: the address it comes from or, where that is a proxy of ours, the one the proxy heard it from.
//!
//! Each proxy adds at the right whom it heard. So the list is read from the right and only as far as our proxies wrote
//! it: what stands left of the first stranger is the stranger's own word, and counts for nothing.

use axum::http::{HeaderMap, HeaderName, header};
use bodega_settings::{ClientHeader, Gateway, Network};
use std::net::{IpAddr, SocketAddr};

/// The most proxies one behind the other.
const MAX_HOPS: usize = 16;

/// Which proxies are believed, and where they say it.
pub(crate) struct Origins {
    proxies: Vec<Network>,
    header: ClientHeader,
}

impl Origins {
    pub(crate) fn new(settings: &Gateway) -> Self {
        Self { proxies: settings.trusted_proxies.clone(), header: settings.client_header }
    }

    /// The address of the client of a request that came from `peer`. Where a proxy of ours does not say for whom it asks,
    /// it asks for itself.
    pub(crate) fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let mut client = peer?;
        for hop in self.hops(headers).take(MAX_HOPS) {
            if !self.proxies.iter().any(|range| range.contains(client)) {
                break;
            }
            match hop {
                Some(address) => client = address,
                None => break,
            }
        }
        Some(client)
    }

    /// Who asked whom, the last one first; `None` is one that is not told, or not so that we understand it. Commas alone
    /// part them: a quotation mark that a client left open must not swallow what a proxy adds.
    fn hops<'a>(&self, headers: &'a HeaderMap) -> impl Iterator<Item = Option<IpAddr>> + use<'a> {
        let (name, read): (HeaderName, fn(&str) -> Option<IpAddr>) = match self.header {
            ClientHeader::XForwardedFor => (HeaderName::from_static("x-forwarded-for"), address),
            ClientHeader::Forwarded => (header::FORWARDED, forwarded_for),
        };
        let lines = headers.get_all(name).iter().rev();
        let parts = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        parts.map(move |part| read(std::str::from_utf8(part).ok()?))
    }
}

/// An address, perhaps with its port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse().ok().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

/// The parameter `for` of an element: `for="[2001:db8::1]:4711";proto=https`.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut parameters = element.split(';').filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    address(value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::{collection::vec, prelude::*};

    const EDGE: &str = "10.0.0.1";
    const INNER: &str = "10.0.0.2";

    fn origins(header: ClientHeader) -> Origins {
        let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap_or_else(|_| unreachable!())];
        Origins::new(&Gateway { trusted_proxies, client_header: header })
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn name(header: ClientHeader) -> &'static str {
        match header {
            ClientHeader::XForwardedFor => "x-forwarded-for",
            ClientHeader::Forwarded => "forwarded",
        }
    }

    fn headers(header: ClientHeader, lines: &[Vec<u8>]) -> HeaderMap {
        let value = |line: &Vec<u8>| HeaderValue::from_bytes(line).unwrap_or_else(|error| panic!("{error}"));
        lines.iter().map(|line| (HeaderName::from_static(name(header)), value(line))).collect()
    }

    fn told(header: ClientHeader, peer: &str, lines: &[&str]) -> Option<IpAddr> {
        let lines: Vec<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
        origins(header).client(Some(ip(peer)), &headers(header, &lines))
    }

    #[test]
    fn the_last_stranger_is_the_client() {
        for (peer, lines, client) in [
            ("192.0.2.7", &["203.0.113.9"][..], "192.0.2.7"),
            (EDGE, &[], EDGE),
            (EDGE, &["203.0.113.9"], "203.0.113.9"),
            (EDGE, &["198.51.100.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
            (EDGE, &["198.51.100.1", "203.0.113.9", "10.0.0.2"], "203.0.113.9"),
            (EDGE, &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (EDGE, &["203.0.113.9:4711"], "203.0.113.9"),
            (EDGE, &["[2001:db8::1]:4711"], "2001:db8::1"),
            (EDGE, &["2001:db8::1"], "2001:db8::1"),
            (EDGE, &["::ffff:203.0.113.9"], "203.0.113.9"),
            (EDGE, &["203.0.113.9, unknown"], EDGE),
            (EDGE, &["203.0.113.9,"], EDGE),
            ("::ffff:10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
        ] {
            assert_eq!(told(ClientHeader::XForwardedFor, peer, lines), Some(ip(client)), "{peer} {lines:?}");
        }
        assert_eq!(origins(ClientHeader::Forwarded).client(None, &HeaderMap::new()), None);
    }

    #[test]
    fn the_standard_header_is_read_alike() {
        for (lines, client) in [
            (&["for=203.0.113.9"][..], "203.0.113.9"),
            (&["For=\"[2001:db8::1]:4711\";proto=https;by=10.0.0.1"], "2001:db8::1"),
            (&["for=198.51.100.1, proto=https; for=\"203.0.113.9:80\""], "203.0.113.9"),
            (&["for=198.51.100.1", "for=203.0.113.9, for=10.0.0.2"], "203.0.113.9"),
            (&["for=\"198.51.100.1, for=203.0.113.9"], "203.0.113.9"),
            (&["for=203.0.113.9, for=_hidden"], EDGE),
            (&["for=203.0.113.9, proto=https"], EDGE),
        ] {
            assert_eq!(told(ClientHeader::Forwarded, EDGE, lines), Some(ip(client)), "{lines:?}");
        }
    }

    #[test]
    fn the_header_that_our_proxies_do_not_write_is_passed_over() {
        let lies = headers(ClientHeader::Forwarded, &[b"for=203.0.113.9".to_vec()]);
        assert_eq!(origins(ClientHeader::XForwardedFor).client(Some(ip(EDGE)), &lies), Some(ip(EDGE)));
    }

    /// What a client may write into a header: anything, and more often than not what looks like an address.
    fn lie() -> impl Strategy<Value = Vec<u8>> {
        let word = prop_oneof![
            Just("10.0.0.2".to_owned()),
            Just("198.51.100.1".to_owned()),
            Just("for=198.51.100.1".to_owned()),
            Just("for=\"".to_owned()),
            Just("\"".to_owned()),
            "[ -~]{0,12}",
        ];
        let words = vec(word, 0..6).prop_map(|words| words.join(", ").into_bytes());
        prop_oneof![words, vec(prop_oneof![0x20_u8..0x7f, 0x80_u8..=0xff], 0..40)]
    }

    proptest! {
        #[test]
        fn a_client_cannot_choose_its_address(
            lies in vec(lie(), 0..4),
            client in any::<u32>().prop_map(|bits| IpAddr::from(bits.to_be_bytes())),
            (standard, new_line, inner) in any::<(bool, bool, bool)>(),
        ) {
            let range: Network = "10.0.0.0/8".parse().unwrap_or_else(|_| unreachable!());
            prop_assume!(!range.contains(client));
            let header = if standard { ClientHeader::Forwarded } else { ClientHeader::XForwardedFor };
            let origins = origins(header);
            prop_assert_eq!(origins.client(Some(client), &headers(header, &lies)), Some(client));

            let mut lines = lies;
            let mut add = |heard: &str| {
                let said = if standard { format!("for={heard};proto=https") } else { heard.to_owned() };
                match lines.last_mut() {
                    Some(line) if !new_line => line.extend([b", ", said.as_bytes()].concat()),
                    Some(_) | None => lines.push(said.into_bytes()),
                }
            };
            add(&client.to_string());
            if inner {
                add(EDGE);
            }
            let peer = ip(if inner { INNER } else { EDGE });
            prop_assert_eq!(origins.client(Some(peer), &headers(header, &lines)), Some(client));
        }
    }
}
