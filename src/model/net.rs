//! How an environment reaches a network: `none`, `inherit` or `alias:IF:ADDR/LEN`.

use super::name::{InterfaceName, printable};
use crate::error::Error;
use ipnet::IpNet;
use std::fmt;
use std::str::FromStr;

/// One attachment to a network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
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
        let rest = s.strip_prefix("alias:").ok_or_else(|| bad("not a network".into()))?;
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

/// An address with its prefix length; without one, a single address (/32 or /128).
pub fn parse_address(s: &str) -> Option<IpNet> {
    s.parse().ok().or_else(|| s.parse::<std::net::IpAddr>().ok().map(IpNet::from))
}

impl TryFrom<String> for Net {
    type Error = Error;
    fn try_from(s: String) -> Result<Self, Error> {
        s.parse()
    }
}

impl From<Net> for String {
    fn from(n: Net) -> String {
        n.to_string()
    }
}

impl fmt::Display for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Inherit => f.write_str("inherit"),
            Self::Alias { interface, address } => write!(f, "alias:{interface}:{address}"),
        }
    }
}

/// Refuses combinations that can't be: `none` or `inherit` beside anything else, one address twice.
pub fn check(nets: &[Net]) -> Result<(), String> {
    if nets.is_empty() {
        return Err("an empty list: write [\"none\"] for no network".into());
    }
    let alone = nets.iter().any(|n| matches!(n, Net::None | Net::Inherit));
    if alone && nets.len() > 1 {
        return Err("`none` and `inherit` stand alone".into());
    }
    let mut seen = std::collections::BTreeSet::new();
    for net in nets {
        if let Net::Alias { address, .. } = net
            && !seen.insert(address.addr())
        {
            return Err(format!("{} is given twice", address.addr()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_the_three_kinds() {
        for s in ["none", "inherit", "alias:em0:192.0.2.1/32", "alias:lo 1:2001:db8::1/64"] {
            assert_eq!(s.parse::<Net>().unwrap().to_string(), s);
        }
        assert_eq!("alias:em0:192.0.2.1".parse::<Net>().unwrap().to_string(), "alias:em0:192.0.2.1/32");
        for bad in [
            "",
            "lan",
            "alias:em0",
            "alias:em0:300.1.1.1/32",
            "alias:a/b:1.2.3.4",
            "alias:em0:0.0.0.0/0",
            "alias:em0:1.2.3.4/33",
        ] {
            assert!(bad.parse::<Net>().is_err(), "{bad:?} was taken");
        }
    }
}
