//! `networks/<name>.toml`: a bridge with its subnets, and how far it reaches.

use super::name::{HostName, InterfaceName, NetName, printable};
use super::nic::{Mac, Unit};
use super::text::as_text;
use super::toml_error::{place, position};
use crate::error::{Error, Result};
use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The newest format this jug writes and reads.
pub const VERSION: u32 = 1;
/// The first number of a bridge or a card: lower ones are what others choose by themselves.
pub const FIRST_UNIT: Unit = 1000;

/// A VLAN on an interface of the host (IEEE 802.1Q).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vlan {
    /// 1 to 4094.
    pub id: u16,
    /// On this interface.
    pub parent: InterfaceName,
}

/// Through what its members reach the outside with the host's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nat {
    /// The interface of the host's default route.
    Auto,
    /// This interface.
    Interface(InterfaceName),
    /// This address of the host's.
    Address(IpAddr),
}

impl FromStr for Nat {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        match s.parse() {
            _ if s == "auto" => Ok(Self::Auto),
            Ok(address) => Ok(Self::Address(address)),
            Err(_) => s.parse().map(Self::Interface),
        }
    }
}

impl fmt::Display for Nat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Interface(i) => i.fmt(f),
            Self::Address(a) => a.fmt(f),
        }
    }
}

/// One network.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The format, [`VERSION`].
    pub version: u32,
    /// Its identity; its bridge bears this.
    pub uuid: uuid::Uuid,
    /// When it was made.
    pub created: jiff::Timestamp,
    /// The number of its bridge on this node.
    pub unit: Unit,
    /// One IPv4 subnet, one IPv6 subnet, or both; none only where addresses come from the outside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnets: Vec<IpNet>,
    /// The default gateway of its members, for each subnet that has one. Without uplink and VLAN it is the host itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gateway: Vec<IpAddr>,
    /// An interface of the host that is a member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uplink: Option<InterfaceName>,
    /// Through what its members reach the outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nat: Option<Nat>,
    /// A dead end: no member that leads outside, no NAT, no route.
    #[serde(default)]
    pub isolated: bool,
    /// Whether its members can't see each other.
    #[serde(default)]
    pub private: bool,
    /// The largest packet; 1500 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u16>,
    /// Name servers for its members; else the host's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns: Vec<IpAddr>,
    /// The domain of its members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<HostName>,
    /// Whether members ask the network for their addresses unless they have some.
    #[serde(default)]
    pub dhcp: bool,
    /// A VLAN that is a member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vlan: Option<Vlan>,
}

/// The mark on the host's side of an environment's card.
pub fn stamp(uuid: uuid::Uuid, nic: usize) -> String {
    format!("jug:{uuid}:{nic}")
}

/// What a mark says: whose it is, and which card; a network's has none.
pub fn read_stamp(text: &str) -> Option<(uuid::Uuid, Option<usize>)> {
    let rest = text.strip_prefix("jug:")?;
    match rest.split_once(':') {
        None => Some((rest.parse().ok()?, None)),
        Some((uuid, nic)) => Some((uuid.parse().ok()?, Some(nic.parse().ok()?))),
    }
}

impl Network {
    /// The mark on its bridge and its VLAN.
    pub fn stamp(&self) -> String {
        format!("jug:{}", self.uuid)
    }
    /// The MAC address of its bridge where it has to be given one.
    pub fn mac(&self, word: &str) -> Mac {
        Mac::derive(self.uuid, 0, word)
    }
    /// The largest packet.
    pub fn mtu(&self) -> u16 {
        self.mtu.unwrap_or(1500)
    }
    /// Whether an interface of the host is a member, so that others live on it whom jug does not know.
    pub fn is_bridged(&self) -> bool {
        self.uplink.is_some() || self.vlan.is_some()
    }
    /// Whether the host itself has to keep its members apart: it is their gateway, and would pass on what one of them
    /// sends to another by way of it. Bridges keep apart only what is not for the host.
    pub fn parts_members(&self) -> bool {
        self.private && !self.is_bridged()
    }
    /// Whether it has rules that keep packets out, which a packet filter that does not work makes useless.
    pub fn is_fenced(&self) -> bool {
        self.isolated || self.parts_members()
    }
    /// The subnet of that family.
    pub fn subnet(&self, v4: bool) -> Option<&IpNet> {
        self.subnets.iter().find(|n| n.addr().is_ipv4() == v4)
    }
    /// The gateway of that family.
    pub fn gateway(&self, v4: bool) -> Option<IpAddr> {
        self.gateway.iter().copied().find(|g| g.is_ipv4() == v4)
    }
    /// What the host's bridge gets: the gateways, unless those are somebody else's.
    pub fn host_addresses(&self) -> Vec<IpNet> {
        let ours = self.gateway.iter().filter(|_| !self.is_bridged());
        ours.filter_map(|g| IpNet::new(*g, self.subnet(g.is_ipv4())?.prefix_len()).ok()).collect()
    }
    /// An address with the length of its subnet.
    pub fn with_length(&self, address: IpAddr) -> Option<IpNet> {
        let subnet = self.subnet(address.is_ipv4())?;
        IpNet::new(address, subnet.prefix_len()).ok()
    }
    /// Gives it the first address of each subnet as gateway, where that is the host and none was chosen.
    pub fn default_gateways(&mut self) {
        for subnet in self.subnets.iter().filter(|_| self.uplink.is_none() && self.vlan.is_none()) {
            if !self.gateway.iter().any(|g| g.is_ipv4() == subnet.addr().is_ipv4()) {
                self.gateway.extend(nth(subnet, 1));
            }
        }
    }

    /// Combinations that no type can refuse. The first part of the answer is the key.
    pub fn check(&self) -> std::result::Result<(), (&'static str, String)> {
        if self.version == 0 || self.version > VERSION {
            return Err(("version", format!("this jug reads format {VERSION}")));
        }
        if self.unit < FIRST_UNIT {
            return Err(("unit", format!("jug's begin at {FIRST_UNIT}")));
        }
        self.check_addresses()?;
        let v6 = self.subnet(false).is_some();
        if self.mtu.is_some_and(|m| !(576..=9216).contains(&m) || (v6 && m < 1280)) {
            return Err(("mtu", "it is 576 to 9216, with IPv6 at least 1280".into()));
        }
        if self.vlan.as_ref().is_some_and(|v| !(1..=4094).contains(&v.id)) {
            return Err(("vlan", "its id is 1 to 4094".into()));
        }
        let contradicts = |a: &str, b: &str| Err(("isolated", format!("{a} and {b} contradict each other")));
        match self {
            _ if self.uplink.is_some() && self.vlan.is_some() => {
                Err(("vlan", "it has an uplink already: one or the other".into()))
            }
            _ if self.isolated && self.uplink.is_some() => contradicts("isolated", "an uplink"),
            _ if self.isolated && self.vlan.is_some() => contradicts("isolated", "a VLAN"),
            _ if self.isolated && self.nat.is_some() => contradicts("isolated", "NAT"),
            _ if self.nat.is_some() && self.is_bridged() => {
                Err(("nat", "its members are bridged to the outside: there is nothing to translate".into()))
            }
            _ if self.dhcp && !self.is_bridged() => {
                Err(("dhcp", "nobody would answer: it needs an uplink or a VLAN".into()))
            }
            _ if self.subnets.is_empty() && !self.dhcp => {
                Err(("subnets", "it needs a subnet, or dhcp with an uplink or a VLAN".into()))
            }
            Self { nat: Some(Nat::Address(a)), .. } if self.subnet(a.is_ipv4()).is_none() => {
                Err(("nat", format!("{a} is of another family than its subnets")))
            }
            _ => Ok(()),
        }
    }

    fn check_addresses(&self) -> std::result::Result<(), (&'static str, String)> {
        for subnet in &self.subnets {
            sane(subnet).map_err(|e| ("subnets", e))?;
            if self.subnets.iter().filter(|o| o.addr().is_ipv4() == subnet.addr().is_ipv4()).count() > 1 {
                return Err(("subnets", "one IPv4 and one IPv6 subnet at most".into()));
            }
        }
        for gateway in &self.gateway {
            let Some(subnet) = self.subnet(gateway.is_ipv4()) else {
                return Err(("gateway", format!("there is no subnet for {gateway}")));
            };
            usable(subnet, *gateway).map_err(|e| ("gateway", e))?;
            if self.gateway.iter().filter(|o| o.is_ipv4() == gateway.is_ipv4()).count() > 1 {
                return Err(("gateway", "one for each subnet at most".into()));
            }
        }
        match self.dns.iter().find(|a| a.is_unspecified() || a.is_multicast()) {
            Some(a) => Err(("dns", format!("{a} can't be the address of a name server"))),
            None => Ok(()),
        }
    }
}

/// Refuses subnets that can't be one: of loopbacks, groups and the like, too small or absurdly large, with an address
/// in the place of the network's.
fn sane(subnet: &IpNet) -> std::result::Result<(), String> {
    if subnet.trunc() != *subnet {
        return Err(format!("{subnet} is an address in a subnet; that is {}", subnet.trunc()));
    }
    let (least, most) = if subnet.addr().is_ipv4() { (8, 30) } else { (16, 126) };
    if !(least..=most).contains(&subnet.prefix_len()) {
        return Err(format!("{subnet}: the length is /{least} to /{most}"));
    }
    let special = match subnet.addr() {
        IpAddr::V4(a) => a.is_loopback() || a.is_multicast() || a.is_link_local() || a.octets()[0] == 0,
        IpAddr::V6(a) => a.is_multicast() || a.is_unspecified() || a.segments()[0] & 0xffc0 == 0xfe80,
    };
    if special { Err(format!("{subnet} is not for networks")) } else { Ok(()) }
}

/// The n-th address of a subnet.
pub fn nth(subnet: &IpNet, n: u128) -> Option<IpAddr> {
    let address = match subnet.network() {
        IpAddr::V4(a) => IpAddr::V4(u32::try_from(u128::from(u32::from(a)) + n).ok()?.into()),
        IpAddr::V6(a) => IpAddr::V6(u128::from(a).checked_add(n)?.into()),
    };
    subnet.contains(&address).then_some(address)
}

/// Refuses addresses that no host can have in a subnet: one outside, the network's own, the broadcast address.
pub fn usable(subnet: &IpNet, address: IpAddr) -> std::result::Result<(), String> {
    if !subnet.contains(&address) {
        return Err(format!("{address} is not in {subnet}"));
    }
    if address == subnet.network() {
        return Err(format!("{address} is the subnet itself, not an address in it"));
    }
    if address.is_ipv4() && address == subnet.broadcast() {
        return Err(format!("{address} is the broadcast address of {subnet}"));
    }
    Ok(())
}

/// Reads and checks a network's TOML.
pub fn read(text: &str, file: &str) -> Result<Network> {
    let network: Network = super::schema::read(text, file)?;
    network.check().map_err(|(key, why)| {
        Error::usage(place(file, text, position(text, key)), format!("{key}: {why}"))
    })?;
    Ok(network)
}

/// `10.10.0.0/24` or `10.10.0.0/24,fd00::/64`.
pub fn parse_subnets(text: &str) -> Result<Vec<IpNet>> {
    text.split(',')
        .map(|w| {
            w.parse().map_err(|_| {
                Error::usage(printable(w), "not a subnet")
                    .next("write 10.10.0.0/24 or 10.10.0.0/24,fd00::/64")
            })
        })
        .collect()
}

/// The error for a network that is not there.
pub fn missing<'a>(name: &NetName, known: impl Iterator<Item = &'a NetName>) -> Error {
    let near = super::name::nearest(name.as_str(), known.map(NetName::as_str));
    Error::not_found(format!("network {name}"), "there is no such network")
        .next(near.map_or_else(|| "jug net-ls shows what there is".into(), |n| format!("did you mean {n}?")))
}

as_text!(Nat);
