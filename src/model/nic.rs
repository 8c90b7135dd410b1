//! A network card of an environment: on which network it is, with which addresses, and under which number.

use super::name::{NetName, printable};
use super::text::as_text;
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The address of a card on its wire: six bytes, not those of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac([u8; 6]);

impl Mac {
    /// One that is always the same for the same identity, number and word, and that no maker of cards gives away.
    pub fn derive(uuid: uuid::Uuid, nic: usize, word: &str) -> Self {
        let sum = Sha256::digest(format!("jug {uuid} {nic} {word}"));
        let mut bytes = [0; 6];
        bytes.copy_from_slice(&sum[..6]);
        // Locally administered, and of one card.
        bytes[0] = (bytes[0] & 0xfc) | 0x02;
        Self(bytes)
    }
}

impl FromStr for Mac {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let bad = |why: &str| {
            Error::usage(printable(s), why.to_string()).next("write it as 02:00:5e:10:00:01, for example")
        };
        let parts: Vec<&str> = s.split(':').collect();
        if parts.len() != 6 {
            return Err(bad("not six bytes in hexadecimal, with colons between"));
        }
        let mut bytes = [0; 6];
        for (byte, part) in bytes.iter_mut().zip(parts) {
            let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit());
            *byte = u8::from_str_radix(part, 16)
                .ok()
                .filter(|_| digits)
                .ok_or_else(|| bad("not six bytes in hexadecimal, with colons between"))?;
        }
        if bytes[0] & 1 == 1 {
            return Err(bad("it is the address of a group, not of one card"));
        }
        if bytes == [0; 6] {
            return Err(bad("it is no address at all"));
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// The number by which the host's side of a card, or a bridge, is called.
pub type Unit = u16;

/// `NETWORK[:ADDR[+ADDR6]|:dhcp][,mac=MAC][,unit=N]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nic {
    /// The network.
    pub network: NetName,
    /// Its IPv4 address there.
    pub v4: Option<Ipv4Addr>,
    /// Its IPv6 address there.
    pub v6: Option<Ipv6Addr>,
    /// Whether what runs inside asks the network for its addresses.
    pub dhcp: bool,
    /// Its MAC address, if it is not to be the one that comes from the environment's identity.
    pub mac: Option<Mac>,
    /// Its number on this node; chosen by jug, and never part of the copy that travels.
    pub unit: Option<Unit>,
}

impl Nic {
    /// The addresses that jug gives it.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + use<> {
        self.v4.map(IpAddr::V4).into_iter().chain(self.v6.map(IpAddr::V6))
    }
    /// Its MAC address in an environment, as the `index`-th of its cards.
    pub fn mac(&self, uuid: uuid::Uuid, index: usize) -> Mac {
        self.mac.unwrap_or_else(|| Mac::derive(uuid, index, "inside"))
    }
}

impl FromStr for Nic {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let bad = |why: String| {
            Error::usage(format!("network {}", printable(s)), why).next(
                "write NETWORK, NETWORK:ADDRESS, NETWORK:ADDRESS+ADDRESS6 or NETWORK:dhcp, then ,mac=MAC if need be",
            )
        };
        let mut words = s.split(',');
        let place = words.next().unwrap_or_default();
        let (network, rest) = place.split_once(':').map_or((place, None), |(n, r)| (n, Some(r)));
        let network = network.parse().map_err(|e: Error| bad(e.reason))?;
        let mut nic = Self { network, v4: None, v6: None, dhcp: rest == Some("dhcp"), mac: None, unit: None };
        for address in rest.filter(|_| !nic.dhcp).iter().flat_map(|r| r.split('+')) {
            let parsed: IpAddr =
                address.parse().map_err(|_| bad(format!("{} is not an address", printable(address))))?;
            let twice = match parsed {
                IpAddr::V4(a) => nic.v4.replace(a).is_some(),
                IpAddr::V6(a) => nic.v6.replace(a).is_some(),
            };
            if twice {
                return Err(bad("a card has one IPv4 and one IPv6 address on a network".into()));
            }
        }
        for word in words {
            match word.split_once('=') {
                Some(("mac", mac)) if nic.mac.is_none() => {
                    nic.mac = Some(mac.parse().map_err(|e: Error| bad(e.reason))?);
                }
                Some(("unit", unit)) if nic.unit.is_none() => {
                    let unit = unit.parse().ok().filter(|u| *u >= super::network::FIRST_UNIT);
                    nic.unit = Some(unit.ok_or_else(|| bad("unit= is a number that jug chooses".into()))?);
                }
                _ => return Err(bad(format!("{} is not understood", printable(word)))),
            }
        }
        Ok(nic)
    }
}

impl fmt::Display for Nic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.network)?;
        match (self.v4, self.v6) {
            _ if self.dhcp => f.write_str(":dhcp")?,
            (Some(a), Some(b)) => write!(f, ":{a}+{b}")?,
            (Some(a), None) => write!(f, ":{a}")?,
            (None, Some(b)) => write!(f, ":{b}")?,
            (None, None) => {}
        }
        if let Some(mac) = self.mac {
            write!(f, ",mac={mac}")?;
        }
        if let Some(unit) = self.unit {
            write!(f, ",unit={unit}")?;
        }
        Ok(())
    }
}

as_text!(Mac);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cards_are_read_and_printed() {
        let long = format!("{}:10.0.0.5", "n".repeat(63));
        for s in [
            "lan",
            "lan:10.10.0.5",
            "lan:fd00::5",
            "lan:10.10.0.5+fd00::5",
            "lan:dhcp,mac=02:00:00:00:00:01",
            "lan:10.10.0.5,mac=02:00:5e:10:00:01,unit=1003",
            &long,
        ] {
            assert_eq!(s.parse::<Nic>().unwrap().to_string(), s);
        }
        for bad in [
            "",
            "none",
            "dhcp",
            "a b",
            "lan:",
            "lan:10.0.0",
            "lan:10.0.0.1+10.0.0.2",
            "lan:10.0.0.1/24",
            "lan,mac=01:00:5e:00:00:01",
            "lan,mac=00:00:00:00:00:00",
            "lan,mac=2:0:0:0:0:1",
            "lan,unit=7",
            "lan,x=1",
            "lan,mac=02:00:00:00:00:01,mac=02:00:00:00:00:02",
        ] {
            assert!(bad.parse::<Nic>().is_err(), "{bad:?} was taken");
        }
    }

    proptest! {
        #[test]
        fn derived_addresses_are_of_one_card(a in any::<u128>(), nic in 0usize..9) {
            let mac = Mac::derive(uuid::Uuid::from_u128(a), nic, "inside");
            prop_assert_eq!(mac.0[0] & 3, 2);
            prop_assert_eq!(mac.to_string().parse::<Mac>().unwrap(), mac);
            prop_assert_eq!(mac, Mac::derive(uuid::Uuid::from_u128(a), nic, "inside"));
        }
    }
}
