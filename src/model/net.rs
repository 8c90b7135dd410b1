//! How an environment reaches a network: `none`, `inherit`, `alias:IF:ADDR/LEN`, or a card on a network of jug's.

use super::name::{InterfaceName, printable};
use super::nic::Nic;
use super::text::as_text;
use crate::error::Error;
use ipnet::IpNet;
use std::fmt;
use std::str::FromStr;

/// One attachment to a network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Net {
    /// No address at all.
    None,
    /// The host's own stack and addresses.
    Inherit,
    /// An address that jug adds to an interface of the host while the environment runs.
    Alias {
        /// The host's interface.
        interface: InterfaceName,
        /// The address with its prefix length.
        address: IpNet,
    },
    /// A card of its own on a network of jug's: it then has a network stack of its own.
    Network(Nic),
}

impl Net {
    /// The card, if this is one.
    pub fn nic(&self) -> Option<&Nic> {
        match self {
            Self::Network(nic) => Some(nic),
            _ => None,
        }
    }
}

impl FromStr for Net {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        match s {
            "none" => return Ok(Self::None),
            "inherit" => return Ok(Self::Inherit),
            _ => {}
        }
        let bad = |why: String| {
            Error::usage(format!("network {}", printable(s)), why)
                .next("write none, inherit or alias:IF:ADDR/LEN, such as alias:em0:192.0.2.10/32")
        };
        let Some(rest) = s.strip_prefix("alias:") else { return s.parse().map(Self::Network) };
        let (interface, address) =
            rest.split_once(':').ok_or_else(|| bad("the address is missing".into()))?;
        let interface: InterfaceName = interface.parse().map_err(|e: Error| bad(e.reason))?;
        let address = parse_address(address)
            .ok_or_else(|| bad(format!("{} is not an address with a prefix length", printable(address))))?;
        if address.addr().is_unspecified() || address.addr().is_multicast() {
            return Err(bad(format!("{} can't be an address of a host", address.addr())));
        }
        Ok(Self::Alias { interface, address })
    }
}

/// How many cards an environment can have.
const MAX_CARDS: usize = 64;

/// An address with its prefix length; without one, a single address (/32 or /128).
pub fn parse_address(s: &str) -> Option<IpNet> {
    s.parse().ok().or_else(|| s.parse::<std::net::IpAddr>().ok().map(IpNet::from))
}

impl fmt::Display for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Inherit => f.write_str("inherit"),
            Self::Alias { interface, address } => write!(f, "alias:{interface}:{address}"),
            Self::Network(nic) => nic.fmt(f),
        }
    }
}

/// Splits a list at its commas, but not at those within a card.
pub fn split(list: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for word in list.split(',').filter(|w| !w.is_empty()) {
        match all.last_mut() {
            Some(last) if ["mac=", "unit="].iter().any(|k| word.starts_with(k)) => {
                last.push(',');
                last.push_str(word);
            }
            _ => all.push(word.to_string()),
        }
    }
    all
}

/// Refuses combinations that can't be: `none` or `inherit` beside anything else, aliases beside cards, one address,
/// MAC address or unit twice.
pub fn check(nets: &[Net]) -> Result<(), String> {
    if nets.is_empty() {
        return Err("an empty list: write [\"none\"] for no network".into());
    }
    let alone = nets.iter().any(|n| matches!(n, Net::None | Net::Inherit));
    if alone && nets.len() > 1 {
        return Err("`none` and `inherit` stand alone".into());
    }
    let cards = nets.iter().filter(|n| n.nic().is_some()).count();
    if cards > 0 && cards < nets.len() {
        return Err(
            "with a network it has a stack of its own, which has no part in aliases of the host".into()
        );
    }
    if cards > MAX_CARDS {
        return Err(format!("it can have {MAX_CARDS} cards, not {cards}"));
    }
    let mut seen = std::collections::BTreeSet::new();
    for net in nets {
        let told = match net {
            Net::Alias { address, .. } => vec![address.addr().to_string()],
            Net::Network(nic) => nic
                .addresses()
                .map(|a| a.to_string())
                .chain(nic.mac.map(|m| m.to_string()))
                .chain(nic.unit.map(|u| format!("unit={u}")))
                .collect(),
            _ => Vec::new(),
        };
        if let Some(twice) = told.into_iter().find(|t| !seen.insert(t.clone())) {
            return Err(format!("{twice} is given twice"));
        }
    }
    Ok(())
}

as_text!(Net);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_the_kinds() {
        for s in ["none", "inherit", "alias:em0:192.0.2.1/32", "alias:lo 1:2001:db8::1/64"] {
            assert_eq!(s.parse::<Net>().unwrap().to_string(), s);
        }
        assert_eq!("alias:em0:192.0.2.1".parse::<Net>().unwrap().to_string(), "alias:em0:192.0.2.1/32");
        for bad in [
            "",
            "lan:",
            "alias:em0",
            "alias:em0:300.1.1.1/32",
            "alias:a/b:1.2.3.4",
            "alias:em0:0.0.0.0/0",
            "alias:em0:1.2.3.4/33",
        ] {
            assert!(bad.parse::<Net>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn cards_and_aliases_do_not_mix() {
        let all = |s: &str| split(s).iter().map(|n| n.parse().unwrap()).collect::<Vec<Net>>();
        assert_eq!(all("lan:10.0.0.1,mac=02:00:00:00:00:01,unit=1000,wan").len(), 2);
        for fine in ["lan", "lan,lan", "lan:10.0.0.1,wan:10.1.0.1", "none"] {
            assert_eq!(check(&all(fine)), Ok(()), "{fine}");
        }
        for bad in [
            "lan,none",
            "inherit,lan",
            "lan,alias:em0:192.0.2.1",
            "lan:10.0.0.1,wan:10.0.0.1",
            "a,unit=1000,b,unit=1000",
        ] {
            assert!(check(&all(bad)).is_err(), "{bad} was taken");
        }
    }
}
