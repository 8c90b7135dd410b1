//! ifconfig(8) of FreeBSD.

use crate::facts::{Address, Interface};
use crate::host::Cmd;
use ipnet::IpNet;
use std::net::IpAddr;

/// All interfaces with their addresses.
pub fn list() -> Cmd {
    Cmd::new("ifconfig").args(["-f", "inet:cidr,inet6:cidr", "-a"])
}

/// Reads the output of [`list`]: interfaces and their addresses. Names may hold blanks (F2.13).
pub fn parse(text: &str) -> (Vec<Interface>, Vec<Address>) {
    let (mut all, mut addresses): (Vec<Interface>, Vec<Address>) = (Vec::new(), Vec::new());
    for line in text.lines() {
        if !line.starts_with(['\t', ' ']) {
            if let Some((name, rest)) = line.split_once(": flags=") {
                let flags = rest.split_once('<').and_then(|(_, f)| f.split_once('>')).map_or("", |f| f.0);
                let mtu = rest.split_once(" mtu ").and_then(|(_, m)| m.split(' ').next()?.parse().ok());
                let up = flags.split(',').any(|f| f == "UP");
                all.push(Interface { name: name.to_string(), mtu, up, ..Interface::default() });
            }
            continue;
        }
        let Some(at) = all.last_mut() else { continue };
        let line = line.trim();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "inet" | "inet6" => addresses.extend(address(&at.name, rest)),
            "description:" => at.description = rest.to_string(),
            "groups:" => at.groups = rest.split_whitespace().map(str::to_string).collect(),
            "ether" => at.mac = rest.parse().ok(),
            "member:" => {
                // The name may hold blanks; what follows it begins so.
                let Some((name, flags)) = rest.rsplit_once(" flags=") else { continue };
                at.members.push(name.to_string());
                if flags.contains("PRIVATE") {
                    at.private.push(name.to_string());
                }
            }
            _ => {}
        }
    }
    (all, addresses)
}

/// `10.0.2.15/24 broadcast 10.0.2.255`, `fe80::1%lo0/64 scopeid 0x2`, or, without [`list`]'s format, a mask behind it.
fn address(interface: &str, text: &str) -> Option<Address> {
    let word = text.split_whitespace().next()?;
    let (address, length) = word.split_once('/').map_or((word, None), |(a, l)| (a, l.parse().ok()));
    let address = address.split('%').next()?.parse().ok()?;
    Some(Address { interface: interface.to_string(), address, length })
}

fn family(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "inet" } else { "inet6" }
}

/// Adds an address.
pub fn add(interface: &str, address: &IpNet) -> Cmd {
    Cmd::new("ifconfig").args([interface, family(address.addr()), &address.to_string(), "alias"])
}

/// Takes an address away.
pub fn remove(interface: &str, address: &IpNet) -> Cmd {
    Cmd::new("ifconfig").args([interface, family(address.addr()), &address.addr().to_string(), "-alias"])
}

/// Makes a bridge, or an epair, with the mark on it (on the `a` end): what follows `create` is done to the new one.
pub fn create(interface: &str, stamp: &str) -> Cmd {
    Cmd::new("ifconfig").args([interface, "create", "group", GROUP, "descr", stamp])
}

/// Makes a VLAN on an interface of the host.
pub fn create_vlan(interface: &str, id: u16, parent: &str, stamp: &str) -> Cmd {
    let id = id.to_string();
    Cmd::new("ifconfig")
        .args([interface, "create", "vlan", &id, "vlandev", parent, "group", GROUP, "descr", stamp])
}

/// The group that all of jug's are in on the host's side.
pub const GROUP: &str = "jug";

/// Away with an interface; with an end of an epair both go, wherever the other one is (F2.13).
pub fn destroy(interface: &str) -> Cmd {
    Cmd::new("ifconfig").args([interface, "destroy"])
}

/// Sets words such as `up`, or pairs such as `mtu 1400`.
pub fn set<S: Into<String>>(interface: &str, words: impl IntoIterator<Item = S>) -> Cmd {
    Cmd::new("ifconfig").arg(interface).args(words)
}

/// The same in the network stack of a jail, with the host's own program.
pub fn set_inside<S: Into<String>>(jail: &str, interface: &str, words: impl IntoIterator<Item = S>) -> Cmd {
    Cmd::new("ifconfig").args(["-j", jail, interface]).args(words)
}

/// Adds an address in the network stack of a jail.
pub fn add_inside(jail: &str, interface: &str, address: &IpNet) -> Cmd {
    set_inside(jail, interface, [family(address.addr()), &address.to_string(), "alias"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::PlatformKind;

    #[test]
    fn reads_names_with_blanks_and_both_families() {
        let (all, addresses) = parse(
            "lo0: flags=8049<UP> metric 0\n\tinet6 fe80::1%lo0 prefixlen 64\n\tinet 127.0.0.1 netmask 0xff000000\na b: flags=1<UP> metric 0\n\tether 58:9c\n",
        );
        assert_eq!(all.iter().map(|i| i.name.as_str()).collect::<Vec<_>>(), ["lo0", "a b"]);
        assert_eq!(addresses.len(), 2);
        assert_eq!(addresses[1].address.to_string(), "127.0.0.1");
    }

    #[test]
    fn reads_marks_groups_and_members() {
        let (all, addresses) = parse(
            "bridge1000: flags=1008843<UP,BROADCAST> metric 0 mtu 1400\n\tdescription: jug:7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\n\
             \tether 58:9c:fc:10:07:cf\n\tinet 10.10.0.1/24 broadcast 10.10.0.255\n\
             \tmember: epair1001a flags=943<LEARNING,DISCOVER,PRIVATE,AUTOEDGE>\n\t        port 7 priority 128\n\
             \tmember: a b flags=143<LEARNING,DISCOVER>\n\tgroups: bridge jug\n",
        );
        let it = &all[0];
        assert!(it.up && it.mtu == Some(1400) && it.mac.is_some());
        assert_eq!(it.mark(PlatformKind::Freebsd), "jug:7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60");
        assert_eq!(
            (it.members.join(","), it.private.join(",")),
            ("epair1001a,a b".into(), "epair1001a".into())
        );
        assert_eq!(it.groups, ["bridge", "jug"]);
        assert_eq!(addresses[0].net().to_string(), "10.10.0.1/24");
    }
}
