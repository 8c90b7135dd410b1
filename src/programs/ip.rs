//! ip(8) of Linux (iproute2), read as JSON.

use super::{json, surprise};
use crate::error::Result;
use crate::facts::Address;
use crate::host::Cmd;
use ipnet::IpNet;

/// All interfaces with their addresses.
pub fn list() -> Cmd {
    Cmd::new("ip").args(["-j", "address"])
}

/// Reads the output of [`list`]: interfaces and their addresses.
pub fn parse(text: &str) -> Result<(Vec<String>, Vec<Address>)> {
    let (mut names, mut addresses) = (Vec::new(), Vec::new());
    for link in json("ip", text)?.as_array().ok_or_else(|| surprise("ip", "no array"))? {
        let Some(name) = link.get("ifname").and_then(|n| n.as_str()) else { continue };
        names.push(name.to_string());
        for a in link.get("addr_info").and_then(|a| a.as_array()).into_iter().flatten() {
            if let Some(address) = a.get("local").and_then(|l| l.as_str()).and_then(|l| l.parse().ok()) {
                addresses.push(Address { interface: name.to_string(), address });
            }
        }
    }
    Ok((names, addresses))
}

/// Adds an address.
pub fn add(interface: &str, address: &IpNet) -> Cmd {
    Cmd::new("ip").args(["address", "add", &address.to_string(), "dev", interface])
}

/// Takes an address away.
pub fn remove(interface: &str, address: &IpNet) -> Cmd {
    Cmd::new("ip").args(["address", "del", &address.to_string(), "dev", interface])
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_addresses() {
        let (names, addresses) = super::parse(r#"[{"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8},{"family":"inet6","local":"::1"}]},{}]"#).unwrap();
        assert_eq!((names.len(), addresses.len()), (1, 2));
        assert!(super::parse("{}").is_err());
    }
}
