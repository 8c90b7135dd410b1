//! nft(8) of Linux: tables of jug's own, `jug_n_<uuid>` and `jug_e_<uuid>`. No other table is read or written.

use crate::error::Result;
use crate::host::Cmd;
use crate::model::network::Network;
use crate::model::port::Range;
use crate::model::redirect::{Inner, Redirect};
use crate::programs::surprise;
use ipnet::IpNet;
use std::net::IpAddr;

/// The table of an environment's published ports.
pub fn exposure_table(uuid: uuid::Uuid) -> String {
    format!("jug_e_{}", uuid.simple())
}

/// The table of a network.
pub fn network_table(uuid: uuid::Uuid) -> String {
    format!("jug_n_{}", uuid.simple())
}

/// Reads rules without loading them.
pub fn check(file: &str) -> Cmd {
    Cmd::new("nft").args(["-c", "-f", file])
}

/// Loads rules, all or nothing.
pub fn load(file: &str) -> Cmd {
    Cmd::new("nft").args(["-f", file])
}

/// Removes a table that is there.
pub fn delete(table: &str) -> Cmd {
    Cmd::new("nft").args(["delete", "table", "inet", table])
}

/// Shows a table; exit 1 if there is none.
pub fn list(table: &str) -> Cmd {
    Cmd::new("nft").args(["-n", "list", "table", "inet", table])
}

/// The names of all tables.
pub fn tables() -> Cmd {
    Cmd::new("nft").args(["list", "tables"])
}

/// The tables of jug's in the output of [`tables`].
pub fn parse_tables(text: &str) -> Vec<String> {
    let ours = |t: &&str| t.starts_with("jug_n_") || t.starts_with("jug_e_");
    text.lines()
        .filter_map(|l| l.trim().strip_prefix("table inet "))
        .filter(ours)
        .map(str::to_string)
        .collect()
}

/// Whether an error is that there is no such table.
pub fn is_missing(stderr: &str) -> bool {
    stderr.contains("No such file or directory")
}

fn family(v4: bool) -> &'static str {
    if v4 { "ip" } else { "ip6" }
}

/// `{ a, b }`, or one alone.
fn set(nets: &[IpNet]) -> String {
    let words: Vec<String> = nets.iter().map(ToString::to_string).collect();
    if words.len() == 1 { words.concat() } else { format!("{{ {} }}", words.join(", ")) }
}

/// A table's text that replaces the one that is there, in one transaction.
fn whole(table: &str, chains: &[(&str, String)]) -> String {
    let mut text = format!("table inet {table}\ndelete table inet {table}\ntable inet {table} {{\n");
    for (head, rules) in chains {
        text.push_str(&format!("\tchain {head}\n{rules}\t}}\n"));
    }
    text + "}\n"
}

/// Names and hooks of chains; the priorities are those of `dstnat`, `srcnat` and `filter`, whose names nft does not
/// take in every hook (shared/linux.md).
const IN: &str = "prerouting {\n\t\ttype nat hook prerouting priority -100; policy accept;";
const OWN: &str = "output {\n\t\ttype nat hook output priority -100; policy accept;";
const OUT: &str = "postrouting {\n\t\ttype nat hook postrouting priority 100; policy accept;";
const THROUGH: &str = "forward {\n\t\ttype filter hook forward priority 0; policy accept;";

/// The rules of published ports. What comes from the host itself is redirected too, but not what it sends to its
/// loopback addresses; a neighbour that comes through the host's address must be answered through the host.
pub fn exposure_rules(table: &str, redirects: &[Redirect], inners: &[Inner]) -> String {
    let (mut incoming, mut own, mut out) = (String::new(), String::new(), String::new());
    for r in redirects {
        let family = family(r.is_ipv4());
        let local = if r.is_ipv4() { "ip daddr != 127.0.0.0/8" } else { "ip6 daddr != ::1" };
        for rule in rules(r) {
            incoming.push_str(&format!("\t\t{rule}\n"));
            own.push_str(&format!("\t\t{local} {rule}\n"));
        }
        if let Some(inner) = inners.iter().find(|i| i.address == r.to) {
            out.push_str(&format!(
                "\t\t{family} saddr {} {family} daddr {} {} dport {} ct status dnat masquerade\n",
                inner.subnet.trunc(),
                r.to,
                r.protocol,
                r.inner
            ));
        }
    }
    whole(table, &[(IN, incoming), (OWN, own), (OUT, out)])
}

/// nft maps a range to a range in no order that it promises: unless the numbers stay, each port has its rule.
fn rules(r: &Redirect) -> Vec<String> {
    let family = family(r.is_ipv4());
    let on = match r.on {
        Some(address) => format!("{family} daddr {address}"),
        None => "fib daddr type local".into(),
    };
    let from = if r.from.is_empty() { String::new() } else { format!("{family} saddr {} ", set(&r.from)) };
    let protocol = if r.is_ipv4() { "ipv4" } else { "ipv6" };
    let head = format!("meta nfproto {protocol} {on} {from}{} dport", r.protocol);
    let to = if r.is_ipv4() { r.to.to_string() } else { format!("[{}]", r.to) };
    if r.outer == r.inner && r.outer.count() > 1 {
        return vec![format!("{head} {} dnat {family} to {}", r.outer, r.to)];
    }
    (r.outer.first..=r.outer.last)
        .zip(r.inner.first..=r.inner.last)
        .map(|(outer, inner)| format!("{head} {outer} dnat {family} to {to}:{inner}"))
        .collect()
}

/// Through what a network's members reach the outside.
#[derive(Debug)]
pub enum Outside<'a> {
    /// Whatever the route is, with its address.
    Route,
    /// This interface, with its address.
    Interface(&'a str),
    /// This address.
    Address(IpAddr),
}

/// The rules of a network: its NAT, that it is a dead end, and that its members are kept apart.
pub fn network_rules(table: &str, bridge: &str, net: &Network, outside: Option<&Outside<'_>>) -> String {
    let (mut out, mut through) = (String::new(), String::new());
    for subnet in net.subnets.iter().map(IpNet::trunc) {
        let family = family(subnet.addr().is_ipv4());
        let leaves = format!("\t\t{family} saddr {subnet} {family} daddr != {subnet}");
        match outside {
            Some(Outside::Route) => out.push_str(&format!("{leaves} masquerade\n")),
            Some(Outside::Interface(i)) => out.push_str(&format!("{leaves} oifname \"{i}\" masquerade\n")),
            Some(Outside::Address(a)) if a.is_ipv4() == subnet.addr().is_ipv4() => {
                out.push_str(&format!("{leaves} snat {family} to {a}\n"));
            }
            _ => {}
        }
    }
    if net.parts_members() {
        // What is published is open to all, members too.
        through.push_str(&format!(
            "\t\tiifname \"{bridge}\" oifname \"{bridge}\" ct status dnat accept\n\
             \t\tiifname \"{bridge}\" oifname \"{bridge}\" drop\n"
        ));
    }
    if net.isolated {
        // What goes from member to member may pass here too (br_netfilter), and stays free.
        through.push_str(&format!(
            "\t\tiifname \"{bridge}\" oifname != \"{bridge}\" drop\n\
             \t\toifname \"{bridge}\" iifname != \"{bridge}\" drop\n"
        ));
    }
    whole(table, &[(OUT, out), (THROUGH, through)])
}

/// The redirections in the chain `prerouting` of a table, written by us or printed by nft; ports that follow each other
/// are a range again.
///
/// # Errors
/// A rule that is not one of ours.
pub fn parse_redirects(text: &str) -> Result<Vec<Redirect>> {
    let mut all: Vec<Redirect> = Vec::new();
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        match line {
            _ if line.starts_with("chain ") => inside = line.starts_with("chain prerouting"),
            _ if inside && line.contains(" dnat ") => {
                let r = redirect(line)?;
                match all.last_mut() {
                    Some(last) if follows(last, &r) => {
                        (last.outer.last, last.inner.last) = (r.outer.last, r.inner.last);
                    }
                    _ => all.push(r),
                }
            }
            _ => {}
        }
    }
    Ok(all)
}

fn follows(last: &Redirect, next: &Redirect) -> bool {
    let same = (last.protocol, last.on, &last.from, last.to) == (next.protocol, next.on, &next.from, next.to);
    same && last.outer.last.checked_add(1) == Some(next.outer.first)
        && last.inner.last.checked_add(1) == Some(next.inner.first)
}

fn redirect(line: &str) -> Result<Redirect> {
    let bad = || surprise("nft", line);
    let clean = line.replace(['{', '}', ','], " ");
    let words: Vec<&str> = clean.split_whitespace().collect();
    let at = |key: &str| words.iter().position(|w| *w == key);
    let after = |key: &str| at(key).and_then(|i| words.get(i + 1)).copied();
    let dport = at("dport").ok_or_else(bad)?;
    let protocol = match words.get(dport.wrapping_sub(1)) {
        Some(&"tcp") => "tcp",
        Some(&"udp") => "udp",
        _ => return Err(bad()),
    };
    let outer: Range = after("dport").and_then(|p| p.parse().ok()).ok_or_else(bad)?;
    let from = match at("saddr") {
        None => Vec::new(),
        Some(i) => words
            .get(i + 1..dport - 1)
            .ok_or_else(bad)?
            .iter()
            .map(|n| crate::model::port::network(n).map_err(|_| bad()))
            .collect::<Result<_>>()?,
    };
    let on = match after("daddr") {
        None | Some("type") => None,
        Some(address) => Some(address.parse().map_err(|_| bad())?),
    };
    let target = words.last().copied().ok_or_else(bad)?;
    let (to, inner) = match target.parse::<IpAddr>() {
        Ok(to) => (to, outer),
        Err(_) => {
            let socket: std::net::SocketAddr = target.parse().map_err(|_| bad())?;
            (socket.ip(), Range { first: socket.port(), last: socket.port() })
        }
    };
    Ok(Redirect { protocol, on, from, outer, to, inner })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::network;
    use crate::model::port::tests::exposures;
    use crate::model::redirect::expand;
    use proptest::prelude::*;

    fn inners() -> Vec<Inner> {
        [("10.0.0.7", "10.0.0.0/24"), ("fd00::7", "fd00::/64")]
            .map(|(address, subnet)| Inner {
                bridge: "jugbr1000".into(),
                address: address.parse().unwrap(),
                subnet: subnet.parse().unwrap(),
                gateway: None,
            })
            .to_vec()
    }

    #[test]
    fn writes_what_nft_reads() {
        let exposed = ["8080:80", "8000-8001:9000-9001/udp,on=192.0.2.1,from=192.0.2.0/24+198.51.100.7"]
            .map(|e| e.parse().unwrap());
        let inners = &inners()[..1];
        insta::assert_snapshot!(exposure_rules("jug_e_1", &expand(&exposed, inners), inners), @r#"
        table inet jug_e_1
        delete table inet jug_e_1
        table inet jug_e_1 {
        	chain prerouting {
        		type nat hook prerouting priority -100; policy accept;
        		meta nfproto ipv4 fib daddr type local tcp dport 8080 dnat ip to 10.0.0.7:80
        		meta nfproto ipv4 ip daddr 192.0.2.1 ip saddr { 192.0.2.0/24, 198.51.100.7/32 } udp dport 8000 dnat ip to 10.0.0.7:9000
        		meta nfproto ipv4 ip daddr 192.0.2.1 ip saddr { 192.0.2.0/24, 198.51.100.7/32 } udp dport 8001 dnat ip to 10.0.0.7:9001
        	}
        	chain output {
        		type nat hook output priority -100; policy accept;
        		ip daddr != 127.0.0.0/8 meta nfproto ipv4 fib daddr type local tcp dport 8080 dnat ip to 10.0.0.7:80
        		ip daddr != 127.0.0.0/8 meta nfproto ipv4 ip daddr 192.0.2.1 ip saddr { 192.0.2.0/24, 198.51.100.7/32 } udp dport 8000 dnat ip to 10.0.0.7:9000
        		ip daddr != 127.0.0.0/8 meta nfproto ipv4 ip daddr 192.0.2.1 ip saddr { 192.0.2.0/24, 198.51.100.7/32 } udp dport 8001 dnat ip to 10.0.0.7:9001
        	}
        	chain postrouting {
        		type nat hook postrouting priority 100; policy accept;
        		ip saddr 10.0.0.0/24 ip daddr 10.0.0.7 tcp dport 80 ct status dnat masquerade
        		ip saddr 10.0.0.0/24 ip daddr 10.0.0.7 udp dport 9000-9001 ct status dnat masquerade
        	}
        }
        "#);
    }

    #[test]
    fn a_network_is_translated_a_dead_end_or_keeps_its_members_apart() {
        let rules = |more: &str, outside: Option<&Outside<'_>>| {
            let head = "version = 1\nuuid = \"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\"\ncreated = \"2026-01-02T03:04:05Z\"\nunit = 1000\nsubnets = [\"10.0.0.0/24\"]\n";
            let net = network::read(&format!("{head}{more}"), "lan").unwrap();
            network_rules("jug_n_1", "jugbr1000", &net, outside)
        };
        insta::assert_snapshot!(rules("private = true\nnat = \"auto\"\n", Some(&Outside::Route)), @r#"
        table inet jug_n_1
        delete table inet jug_n_1
        table inet jug_n_1 {
        	chain postrouting {
        		type nat hook postrouting priority 100; policy accept;
        		ip saddr 10.0.0.0/24 ip daddr != 10.0.0.0/24 masquerade
        	}
        	chain forward {
        		type filter hook forward priority 0; policy accept;
        		iifname "jugbr1000" oifname "jugbr1000" ct status dnat accept
        		iifname "jugbr1000" oifname "jugbr1000" drop
        	}
        }
        "#);
        insta::assert_snapshot!(rules("isolated = true\n", None), @r#"
        table inet jug_n_1
        delete table inet jug_n_1
        table inet jug_n_1 {
        	chain postrouting {
        		type nat hook postrouting priority 100; policy accept;
        	}
        	chain forward {
        		type filter hook forward priority 0; policy accept;
        		iifname "jugbr1000" oifname != "jugbr1000" drop
        		oifname "jugbr1000" iifname != "jugbr1000" drop
        	}
        }
        "#);
        let lan = rules("private = true\nuplink = \"em0\"\n", None);
        assert!(!lan.contains("drop"), "bridged through the packet filter, others would be dropped: {lan}");
    }

    proptest! {
        /// Whatever is exposed, the rules parsed back lead the same ports to the same places.
        #[test]
        fn rules_say_what_was_meant(all in prop::collection::vec(exposures(), 0..6)) {
            let inners = inners();
            let redirects = expand(&all, &inners);
            let single = |all: &[Redirect]| -> std::collections::BTreeSet<Redirect> {
                all.iter().flat_map(|r| {
                    (r.outer.first..=r.outer.last).zip(r.inner.first..=r.inner.last).map(|(o, i)| Redirect {
                        outer: Range { first: o, last: o }, inner: Range { first: i, last: i }, ..r.clone()
                    })
                }).collect()
            };
            let read = parse_redirects(&exposure_rules("t", &redirects, &inners)).unwrap();
            prop_assert_eq!(single(&read), single(&redirects));
        }
    }
}
