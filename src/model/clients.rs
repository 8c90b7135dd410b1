//! The clients of an export: addresses and networks, or everybody.

use super::name::printable;
use super::text::as_text;
use crate::error::{Error, Result};
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Who may mount: everybody, or these addresses and networks. It is never empty, and names of hosts are none of it: what
/// they mean is only known when the server looks them up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientSet(Set);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Set {
    World,
    Only(BTreeSet<IpNet>),
}

impl ClientSet {
    /// Everybody.
    pub fn world() -> Self {
        Self(Set::World)
    }
    /// These; without any there is no set. A network of all addresses is everybody.
    pub fn only(nets: impl IntoIterator<Item = IpNet>) -> Option<Self> {
        let nets: BTreeSet<IpNet> = nets.into_iter().map(|n| n.trunc()).collect();
        if nets.iter().any(|n| n.prefix_len() == 0) {
            return Some(Self::world());
        }
        if nets.is_empty() { None } else { Some(Self(Set::Only(nets))) }
    }
    /// Whether it is everybody.
    pub fn is_world(&self) -> bool {
        self.0 == Set::World
    }
    /// Whether there is nobody else, by one word or by networks that together have all addresses of a family.
    pub fn has_everybody(&self) -> bool {
        self.is_world() || IpNet::aggregate(&self.nets().collect()).iter().any(|n| n.prefix_len() == 0)
    }
    /// The addresses and networks, single addresses as /32 and /128; none for everybody.
    pub fn nets(&self) -> impl Iterator<Item = IpNet> + '_ {
        match &self.0 {
            Set::World => None,
            Set::Only(nets) => Some(nets.iter().copied()),
        }
        .into_iter()
        .flatten()
    }
    /// The single addresses.
    pub fn addresses(&self) -> impl Iterator<Item = std::net::IpAddr> + '_ {
        self.nets().filter(is_address).map(|n| n.addr())
    }
    /// The networks.
    pub fn networks(&self) -> impl Iterator<Item = IpNet> + '_ {
        self.nets().filter(|n| !is_address(n))
    }
    /// Both together.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Set::Only(a), Set::Only(b)) => Self(Set::Only(a.union(b).copied().collect())),
            _ => Self::world(),
        }
    }
    /// What is left without the others, word for word: a network does not lose an address in it.
    pub fn without(&self, other: &Self) -> Option<Self> {
        match (&self.0, &other.0) {
            (Set::World, Set::World) => None,
            (Set::Only(a), Set::Only(b)) => Self::only(a.difference(b).copied()),
            _ => Some(self.clone()),
        }
    }
    /// What both name, word for word: such a client would be listed twice, which mountd(8) refuses.
    pub fn both(&self, other: &Self) -> Option<Self> {
        match (&self.0, &other.0) {
            (Set::World, Set::World) => Some(Self::world()),
            (Set::Only(a), Set::Only(b)) => Self::only(a.intersection(b).copied()),
            _ => None,
        }
    }
}

/// Whether it is a single address.
pub fn is_address(net: &IpNet) -> bool {
    net.prefix_len() == net.max_prefix_len()
}

/// A client as people write it: an address, or a network with its length.
pub fn client(net: &IpNet) -> String {
    if is_address(net) { net.addr().to_string() } else { net.to_string() }
}

impl fmt::Display for ClientSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Set::World => f.write_str("*"),
            Set::Only(nets) => f.write_str(&nets.iter().map(client).collect::<Vec<_>>().join(",")),
        }
    }
}

impl FromStr for ClientSet {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        if s == "*" {
            return Ok(Self::world());
        }
        let bad = |why: String| {
            Error::usage(format!("clients {}", printable(s)), why)
                .next("write addresses and networks, such as 192.0.2.10,10.0.0.0/8,2001:db8::/64")
        };
        let mut nets = Vec::new();
        for word in s.split(',') {
            let net = super::net::parse_address(word)
                .ok_or_else(|| bad(format!("{} is no address and no network", printable(word))))?;
            if net.addr().is_multicast() || (is_address(&net) && net.addr().is_unspecified()) {
                return Err(bad(format!("{word} can't be an address of a client")));
            }
            if net.trunc().addr() != net.addr() {
                return Err(bad(format!("{word} is an address in {}", net.trunc())));
            }
            nets.push(net);
        }
        Self::only(nets).ok_or_else(|| bad("there is no client".into()))
    }
}

as_text!(ClientSet);

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any set of clients.
    pub fn client_sets() -> impl Strategy<Value = ClientSet> {
        let net = prop_oneof![
            (0x0100_0000u32..0xdfff_ffff, 1u8..=32).prop_map(|(a, l)| IpNet::new(
                std::net::IpAddr::V4(a.into()),
                l
            )
            .unwrap()
            .trunc()),
            (1u128 << 100..0xfe00u128 << 112, 8u8..=128).prop_map(|(a, l)| IpNet::new(
                std::net::IpAddr::V6(a.into()),
                l
            )
            .unwrap()
            .trunc()),
        ];
        prop_oneof![
            1 => Just(ClientSet::world()),
            8 => prop::collection::vec(net, 1..5).prop_map(|n| ClientSet::only(n).unwrap()),
        ]
    }

    #[test]
    fn reads_clients_as_people_write_them() {
        for (text, full) in [
            ("192.0.2.10", "192.0.2.10"),
            ("192.0.2.10/32,10.0.0.0/8", "10.0.0.0/8,192.0.2.10"),
            ("2001:db8::/64,2001:db8::1", "2001:db8::/64,2001:db8::1"),
            ("192.0.2.1,192.0.2.1", "192.0.2.1"),
            ("0.0.0.0/0", "*"),
            ("10.0.0.1,::/0", "*"),
            ("*", "*"),
        ] {
            assert_eq!(text.parse::<ClientSet>().unwrap().to_string(), full, "{text}");
        }
        for bad in [
            "",
            ",",
            "host",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "224.0.0.1",
            "0.0.0.0",
            "-ro",
            "10.0.0.1 ",
            "*,10.0.0.1",
        ] {
            let e = bad.parse::<ClientSet>().unwrap_err();
            assert_eq!(e.code, crate::error::Code::Usage, "{bad:?}");
        }
    }

    #[test]
    fn sets_are_added_and_taken_apart_word_for_word() {
        let set = |s: &str| s.parse::<ClientSet>().unwrap();
        assert_eq!(set("10.0.0.1").with(&set("10.0.0.2")), set("10.0.0.1,10.0.0.2"));
        assert_eq!(set("10.0.0.0/8,10.0.0.2").without(&set("10.0.0.2")), Some(set("10.0.0.0/8")));
        assert_eq!(set("10.0.0.2").without(&set("10.0.0.2")), None);
        assert_eq!(set("10.0.0.0/8").without(&set("10.0.0.2")), Some(set("10.0.0.0/8")));
        assert_eq!(set("10.0.0.0/8").both(&set("10.0.0.2")), None);
        assert_eq!(set("*").both(&set("*")), Some(set("*")));
        assert_eq!(set("*").both(&set("10.0.0.2")), None);
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(clients in client_sets()) {
            prop_assert_eq!(clients.to_string().parse::<ClientSet>().unwrap(), clients);
        }
    }
}
