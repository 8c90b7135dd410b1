//! Published ports: `8080:80`, `8000-8010:9000-9010/udp`, with `,on=ADDR` and `,from=NET+NET`.

use super::name::printable;
use super::text::as_text;
use crate::error::Error;
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The transport protocols of an exposure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// One rule for each.
    Both,
}

impl Protocol {
    /// The word of pf.conf(5) and nft(8), for each protocol that is meant.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Self::Tcp => &["tcp"],
            Self::Udp => &["udp"],
            Self::Both => &["tcp", "udp"],
        }
    }
    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Both => "both",
        }
    }
}

/// Ports from the first to the last; one port is a range of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    /// The first, 1 to 65535.
    pub first: u16,
    /// The last, not before the first.
    pub last: u16,
}

impl Range {
    /// How many ports it has.
    pub fn count(self) -> u32 {
        u32::from(self.last - self.first) + 1
    }
    /// Whether two have a port in common.
    pub fn meets(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
    /// Whether it holds a port.
    pub fn holds(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first == self.last {
            true => write!(f, "{}", self.first),
            false => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

impl FromStr for Range {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let port = |p: &str| match p.parse::<u16>() {
            Ok(n) if n > 0 && p.bytes().all(|b| b.is_ascii_digit()) => Ok(n),
            _ => Err(format!("{} is no port: 1 to 65535", printable(p))),
        };
        let (first, last) = s.split_once('-').unwrap_or((s, s));
        let range = Self { first: port(first)?, last: port(last)? };
        if range.first > range.last {
            return Err(format!("the range {} goes backwards", printable(s)));
        }
        Ok(range)
    }
}

/// One exposure: ports of the host that lead to ports of an environment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exposure {
    /// Ports of the host.
    pub outer: Range,
    /// As many ports inside, in the same order.
    pub inner: Range,
    /// Over these.
    pub protocol: Protocol,
    /// Only on this address of the host; by default on all of them.
    pub on: Option<IpAddr>,
    /// Only for these; by default for everybody.
    pub from: Vec<IpNet>,
}

impl FromStr for Exposure {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        let bad = |why: String| {
            Error::usage(format!("port {}", printable(s)), why)
                .next("write OUTER:INNER, such as 8080:80, 53:53/both, 8000-8010:9000-9010,from=10.0.0.0/8")
        };
        let mut words = s.split(',');
        let ports = words.next().unwrap_or_default();
        let (ports, protocol) = match ports.split_once('/') {
            None => (ports, Protocol::Tcp),
            Some((p, "tcp")) => (p, Protocol::Tcp),
            Some((p, "udp")) => (p, Protocol::Udp),
            Some((p, "both")) => (p, Protocol::Both),
            Some((_, other)) => return Err(bad(format!("{} is not tcp, udp or both", printable(other)))),
        };
        let (outer, inner) = ports.split_once(':').unwrap_or((ports, ports));
        let (outer, inner): (Range, Range) = (outer.parse().map_err(bad)?, inner.parse().map_err(bad)?);
        if outer.count() != inner.count() {
            return Err(bad(format!(
                "{} ports lead to {}: they must be as many",
                outer.count(),
                inner.count()
            )));
        }
        let (mut on, mut from) = (None, BTreeSet::new());
        for word in words {
            match word.split_once('=') {
                Some(("on", a)) if on.is_none() => on = Some(address(a).map_err(bad)?),
                Some(("from", list)) => {
                    for net in list.split('+') {
                        from.insert(network(net).map_err(bad)?);
                    }
                }
                _ => return Err(bad(format!("{} is not on=ADDR or from=NET+NET", printable(word)))),
            }
        }
        Ok(Self { outer, inner, protocol, on, from: from.into_iter().collect() })
    }
}

/// An address of the host that can be reached from elsewhere.
///
/// # Errors
/// It is none.
pub fn address(s: &str) -> Result<IpAddr, String> {
    let a: IpAddr = s.parse().map_err(|_| format!("{} is no address", printable(s)))?;
    if a.is_unspecified() || a.is_multicast() || a.is_loopback() {
        return Err(format!("nobody outside can reach {a}"));
    }
    Ok(a)
}

/// A network, or one address; the bits of a host are cleared.
///
/// # Errors
/// It is none.
pub fn network(s: &str) -> Result<IpNet, String> {
    super::net::parse_address(s)
        .map(|n| n.trunc())
        .ok_or_else(|| format!("{} is no network such as 10.0.0.0/8", printable(s)))
}

impl Exposure {
    /// Whether both want one port of the host over one protocol on one address.
    pub fn meets(&self, other: &Self) -> bool {
        let protocols = self.protocol.words().iter().any(|p| other.protocol.words().contains(p));
        let addresses = match (self.on, other.on) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        protocols && addresses && self.outer.meets(other.outer)
    }
}

impl fmt::Display for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}", self.outer, self.inner, self.protocol.as_str())?;
        if let Some(on) = self.on {
            write!(f, ",on={on}")?;
        }
        for (i, net) in self.from.iter().enumerate() {
            write!(f, "{}{net}", if i == 0 { ",from=" } else { "+" })?;
        }
        Ok(())
    }
}

/// Refuses two exposures of one environment that want the same port of the host.
///
/// # Errors
/// Names both.
pub fn check(all: &[Exposure]) -> Result<(), String> {
    for (i, a) in all.iter().enumerate() {
        if let Some(b) = all[i + 1..].iter().find(|b| a.meets(b)) {
            return Err(format!("{a} and {b} want the same port of the host"));
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any exposure.
    pub fn exposures() -> impl Strategy<Value = Exposure> {
        let protocol = prop_oneof![Just(Protocol::Tcp), Just(Protocol::Udp), Just(Protocol::Both)];
        let on = prop_oneof![
            Just(None),
            Just(Some("192.0.2.1".parse().unwrap())),
            Just(Some("2001:db8::1".parse().unwrap()))
        ];
        let net = prop_oneof![
            (any::<u32>(), 0u8..=32).prop_map(|(a, l)| IpNet::new(IpAddr::V4(a.into()), l).unwrap().trunc()),
            (any::<u128>(), 0u8..=128)
                .prop_map(|(a, l)| IpNet::new(IpAddr::V6(a.into()), l).unwrap().trunc()),
        ];
        (1u16.., 1u16.., 0u16..20, protocol, on, prop::collection::btree_set(net, 0..3)).prop_map(
            |(outer, inner, more, protocol, on, from)| {
                let more = more.min(u16::MAX - outer).min(u16::MAX - inner);
                let range = |first| Range { first, last: first + more };
                Exposure {
                    outer: range(outer),
                    inner: range(inner),
                    protocol,
                    on,
                    from: from.into_iter().collect(),
                }
            },
        )
    }

    #[test]
    fn reads_what_people_write() {
        for (text, full) in [
            ("80", "80:80/tcp"),
            ("8080:80", "8080:80/tcp"),
            ("53:53/both,on=192.0.2.1", "53:53/both,on=192.0.2.1"),
            (
                "8000-8010:9000-9010/udp,from=10.1.2.3/8+192.0.2.1",
                "8000-8010:9000-9010/udp,from=10.0.0.0/8+192.0.2.1/32",
            ),
        ] {
            assert_eq!(text.parse::<Exposure>().unwrap().to_string(), full);
        }
        for bad in [
            "",
            "0:80",
            "80:0",
            "65536:80",
            "8080:80/sctp",
            "90-80:90-80",
            "1-3:1-2",
            "-1:2",
            "+1:2",
            "80:80,on=0.0.0.0",
            "80:80,on=127.0.0.1",
            "80:80,from=x",
            "80:80,to=y",
            "80:80:80",
            "80 :80",
            "80:80,on=192.0.2.1,on=192.0.2.2",
        ] {
            assert!(bad.parse::<Exposure>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn finds_what_meets() {
        let meets = |a: &str, b: &str| a.parse::<Exposure>().unwrap().meets(&b.parse().unwrap());
        assert!(meets("80-90:80-90", "85:1/both") && meets("80:1,on=192.0.2.1", "80:2"));
        assert!(!meets("80:1", "80:1/udp") && !meets("80:1,on=192.0.2.1", "80:1,on=192.0.2.2"));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(e in exposures()) {
            prop_assert_eq!(e.to_string().parse::<Exposure>().unwrap(), e);
        }
    }
}

as_text!(Exposure);
