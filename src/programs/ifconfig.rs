//! ifconfig(8) of FreeBSD.

use crate::facts::Address;
use crate::host::Cmd;
use ipnet::IpNet;
use std::net::IpAddr;

/// All interfaces with their addresses.
pub fn list() -> Cmd {
    Cmd::new("ifconfig").arg("-a")
}

/// Reads the output of [`list`]: interfaces and their addresses. Names may hold blanks (F2.13).
pub fn parse(text: &str) -> (Vec<String>, Vec<Address>) {
    let (mut names, mut addresses) = (Vec::new(), Vec::new());
    for line in text.lines() {
        if !line.starts_with(['\t', ' ']) {
            if let Some((name, _)) = line.split_once(": flags=") {
                names.push(name.to_string());
            }
            continue;
        }
        let mut words = line.split_whitespace();
        if !matches!(words.next(), Some("inet" | "inet6")) {
            continue;
        }
        let address = words.next().and_then(|w| w.split('%').next()).and_then(|w| w.parse::<IpAddr>().ok());
        if let (Some(interface), Some(address)) = (names.last(), address) {
            addresses.push(Address { interface: interface.clone(), address });
        }
    }
    (names, addresses)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_with_blanks_and_both_families() {
        let (names, addresses) = parse(
            "lo0: flags=8049<UP> metric 0\n\tinet6 fe80::1%lo0 prefixlen 64\n\tinet 127.0.0.1 netmask 0xff000000\na b: flags=1<UP> metric 0\n\tether 58:9c\n",
        );
        assert_eq!(names, ["lo0", "a b"]);
        assert_eq!(addresses.len(), 2);
        assert_eq!(addresses[1].address.to_string(), "127.0.0.1");
    }
}
