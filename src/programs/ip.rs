//! ip(8) of Linux (iproute2), read as JSON.

use super::{json, surprise};
use crate::error::Result;
use crate::facts::{Address, Interface};
use crate::host::Cmd;
use crate::model::nic::Mac;
use ipnet::IpNet;
use serde_json::Value;

/// All interfaces with their addresses, and what they are.
pub fn list() -> Cmd {
    Cmd::new("ip").args(["-j", "-d", "address"])
}

/// Reads the output of [`list`]: interfaces and their addresses.
pub fn parse(text: &str) -> Result<(Vec<Interface>, Vec<Address>)> {
    let (mut all, mut addresses): (Vec<Interface>, Vec<Address>) = (Vec::new(), Vec::new());
    let mut members = Vec::new();
    for link in json("ip", text)?.as_array().ok_or_else(|| surprise("ip", "no array"))? {
        let word = |key: &str| link.get(key).and_then(Value::as_str);
        let Some(name) = word("ifname") else { continue };
        for a in link.get("addr_info").and_then(Value::as_array).into_iter().flatten() {
            if let Some(address) = a.get("local").and_then(Value::as_str).and_then(|l| l.parse().ok()) {
                let length = a.get("prefixlen").and_then(Value::as_u64).and_then(|l| l.try_into().ok());
                addresses.push(Address { interface: name.to_string(), address, length });
            }
        }
        if let Some(master) = word("master") {
            let isolated = link.pointer("/linkinfo/info_slave_data/isolated").and_then(Value::as_bool);
            members.push((master.to_string(), name.to_string(), isolated == Some(true)));
        }
        let flags = link.get("flags").and_then(Value::as_array);
        all.push(Interface {
            name: name.to_string(),
            description: word("ifalias").unwrap_or_default().to_string(),
            mtu: link.get("mtu").and_then(Value::as_u64).and_then(|m| m.try_into().ok()),
            mac: word("address").and_then(|m| m.parse().ok()),
            up: flags.is_some_and(|f| f.iter().any(|f| f == "UP")),
            ..Interface::default()
        });
    }
    for (master, name, isolated) in members {
        let Some(bridge) = all.iter_mut().find(|i| i.name == master) else { continue };
        if isolated {
            bridge.private.push(name.clone());
        }
        bridge.members.push(name);
    }
    Ok((all, addresses))
}

/// Adds an address.
pub fn add(interface: &str, address: &IpNet) -> Cmd {
    Cmd::new("ip").args(["address", "add", &address.to_string(), "dev", interface])
}

/// Takes an address away.
pub fn remove(interface: &str, address: &IpNet) -> Cmd {
    Cmd::new("ip").args(["address", "del", &address.to_string(), "dev", interface])
}

/// Makes a bridge. The mark can't be set in the same command (the kernel leaves IFLA_IFALIAS of a new link aside, as
/// seen on 6.x), so its MAC address is one by which it is known until then.
pub fn add_bridge(name: &str, mac: Mac) -> Cmd {
    link(["add", "name", name, "address", &mac.to_string(), "type", "bridge"])
}

/// Makes a VLAN on an interface of the host.
pub fn add_vlan(name: &str, mac: Mac, parent: &str, id: u16) -> Cmd {
    let (mac, id) = (mac.to_string(), id.to_string());
    link(["add", "link", parent, "name", name, "address", &mac, "type", "vlan", "id", &id])
}

/// Makes a pair: one end here, one in a network namespace.
pub fn add_pair(name: &str, mac: Mac, mtu: u16, inside: (&str, Mac, &str)) -> Cmd {
    let (peer, peer_mac, namespace) = inside;
    let (mac, peer_mac, mtu) = (mac.to_string(), peer_mac.to_string(), mtu.to_string());
    link(["add", "name", name, "address", &mac, "mtu", &mtu, "type", "veth"])
        .args(["peer", "name", peer, "address", &peer_mac, "mtu", &mtu, "netns", namespace])
}

/// Makes a tap, which stays when the process that uses it ends. ip-tuntap(8) can give it neither address nor mark: one
/// process does all three.
pub fn add_tap(name: &str, mac: Mac, stamp: &str) -> Cmd {
    let lines = format!("tuntap add dev {name} mode tap\nlink set dev {name} address {mac} alias {stamp}\n");
    Cmd::new("ip").args(["-batch", "-"]).input(lines)
}

/// Sets words such as `up`, or pairs such as `mtu 1400`.
pub fn set<'a>(name: &'a str, words: impl IntoIterator<Item = &'a str>) -> Cmd {
    link(["set", "dev", name]).args(words)
}

/// Away with an interface; of a pair both ends go.
pub fn delete(name: &str) -> Cmd {
    link(["delete", "dev", name])
}

fn link<'a>(words: impl IntoIterator<Item = &'a str>) -> Cmd {
    Cmd::new("ip").arg("link").args(words)
}

/// Where ip-netns(8) keeps namespaces by name.
pub const NAMESPACES: &str = "/run/netns";

/// All network namespaces that have names.
pub fn list_namespaces() -> Cmd {
    Cmd::new("ip").args(["netns", "list"])
}

/// Reads the output of [`list_namespaces`]: a name a line, and perhaps its number behind it.
pub fn parse_namespaces(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|l| l.split_whitespace().next())
}

/// Makes a network namespace.
pub fn add_namespace(name: &str) -> Cmd {
    Cmd::new("ip").args(["netns", "add", name])
}

/// Away with a network namespace, once nothing runs in it.
pub fn delete_namespace(name: &str) -> Cmd {
    Cmd::new("ip").args(["netns", "delete", name])
}

/// The same words in a network namespace.
pub fn within<'a>(namespace: &str, words: impl IntoIterator<Item = &'a str>) -> Cmd {
    Cmd::new("ip").args(["-n", namespace]).args(words)
}

/// The words that add an address. What jug gives is nobody else's: an IPv6 address need not wait until that is known.
pub fn address_words(address: &IpNet, interface: &str) -> Vec<String> {
    let mut words: Vec<String> =
        ["address", "add", &address.to_string(), "dev", interface].map(String::from).to_vec();
    words.extend((!address.addr().is_ipv4()).then(|| "nodad".to_string()));
    words
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_addresses() {
        let (names, addresses) = super::parse(r#"[{"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8},{"family":"inet6","local":"::1"}]},{}]"#).unwrap();
        assert_eq!((names.len(), addresses.len()), (1, 2));
        assert!(super::parse("{}").is_err());
    }

    #[test]
    fn reads_members_and_aliases() {
        let (all, addresses) = super::parse(
            r#"[{"ifname":"jug1003","flags":["UP"],"mtu":1400,"master":"jugbr1000","address":"02:00:00:00:00:01","ifalias":"jug:a:0",
                "linkinfo":{"info_kind":"veth","info_slave_data":{"isolated":true}},"addr_info":[]},
               {"ifname":"x","master":"jugbr1000"},
               {"ifname":"jugbr1000","addr_info":[{"local":"10.1.0.1","prefixlen":24}]}]"#,
        )
        .unwrap();
        assert!(
            all[0].up
                && all[0].mtu == Some(1400)
                && all[0].mark(crate::platform::PlatformKind::Linux) == "jug:a:0"
        );
        assert_eq!(
            (all[2].members.join(","), all[2].private.join(",")),
            ("jug1003,x".into(), "jug1003".into())
        );
        assert_eq!(addresses[0].net().to_string(), "10.1.0.1/24");
    }
}
