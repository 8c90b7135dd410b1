//! pfctl(8) and pf.conf(5) of FreeBSD: rules in anchors of jug's own, `jug/n-<uuid>` and `jug/e-<uuid>`. A path has at
//! most 63 characters, and `jug/*` reaches one level only (F3.1, F3.3); the uuid's digits make it 38.

use crate::error::Result;
use crate::host::Cmd;
use crate::model::network::{Network, nth};
use crate::model::port::Range;
use crate::model::redirect::{Inner, Redirect};
use crate::programs::surprise;
use ipnet::IpNet;
use std::net::IpAddr;

/// The lines that the main rule set needs, in pf's order (F3.6): translation before filtering.
pub const MAIN: [&str; 3] = ["nat-anchor \"jug/*\"", "rdr-anchor \"jug/*\"", "anchor \"jug/*\""];

/// The anchor of an environment's published ports.
pub fn exposure_anchor(uuid: uuid::Uuid) -> String {
    format!("jug/e-{}", uuid.simple())
}

/// The anchor of a network.
pub fn network_anchor(uuid: uuid::Uuid) -> String {
    format!("jug/n-{}", uuid.simple())
}

/// Reads rules without loading them; needs pf.ko (F3.6).
pub fn check(anchor: &str, file: &str) -> Cmd {
    Cmd::new("pfctl").args(["-a", anchor, "-nf", file])
}

/// Reads a main rule set without loading it.
pub fn check_main(file: &str) -> Cmd {
    Cmd::new("pfctl").args(["-nf", file])
}

/// Replaces all rules of an anchor.
pub fn load(anchor: &str, file: &str) -> Cmd {
    Cmd::new("pfctl").args(["-q", "-a", anchor, "-f", file])
}

/// Empties an anchor. `-F all` fails with 1 after having done it, so each kind is named (F3.6).
pub fn flush(anchor: &str, what: &str) -> Cmd {
    Cmd::new("pfctl").args(["-q", "-a", anchor, "-F", what])
}

/// The translation rules of an anchor, with numbers for ports; exit 0 also where there is no such anchor (F3.6).
pub fn translations(anchor: &str) -> Cmd {
    Cmd::new("pfctl").args(["-P", "-a", anchor, "-s", "nat"])
}

/// Whether pf runs; exit 1 without pf.ko.
pub fn info() -> Cmd {
    Cmd::new("pfctl").args(["-s", "info"])
}

/// The translation rules of the main set.
pub fn main_translations() -> Cmd {
    Cmd::new("pfctl").args(["-s", "nat"])
}

/// The filter rules of the main set.
pub fn main_rules() -> Cmd {
    Cmd::new("pfctl").args(["-s", "rules"])
}

/// All anchors that hold rules, to the last level.
pub fn anchors() -> Cmd {
    Cmd::new("pfctl").args(["-v", "-s", "Anchors"])
}

/// The anchors of jug's in the output of [`anchors`].
pub fn parse_anchors(text: &str) -> Vec<String> {
    let ours = |l: &&str| l.starts_with("jug/n-") || l.starts_with("jug/e-");
    text.lines().map(str::trim).filter(ours).map(str::to_string).collect()
}

/// Whether pf is not there at all: pf.ko is not loaded (pf.txt).
pub fn is_absent(stderr: &str) -> bool {
    stderr.contains("/dev/pf: No such file or directory")
}

/// The lines of [`MAIN`] that the main set lacks, as [`main_translations`] and [`main_rules`] print it.
pub fn missing(translations: &str, rules: &str) -> Vec<String> {
    let there = |line: &str| translations.lines().chain(rules.lines()).any(|l| l.trim().starts_with(line));
    MAIN.into_iter().filter(|m| !there(m)).map(str::to_string).collect()
}

/// Rules of the main set that come before jug's anchors and match whatever comes, so that nothing is left to those: no
/// translation, or a block that is the last word.
pub fn swallowing(translations: &str, rules: &str) -> Vec<String> {
    let before = |text: &str, anchor: &str, all: &dyn Fn(&str) -> bool| {
        let lines = || text.lines().map(str::trim);
        match lines().position(|l| l.starts_with(anchor)) {
            Some(at) => lines().take(at).filter(|l| all(l)).map(str::to_string).collect(),
            None => Vec::new(),
        }
    };
    let whole = |l: &str| l.ends_with(" all") || l.ends_with(" from any to any");
    let block = |l: &str| l.starts_with("block ") && l.contains(" quick") && whole(l);
    let mut found: Vec<String> = before(rules, MAIN[2], &block);
    found.extend(before(translations, MAIN[0], &|l| l.starts_with("no nat ") && whole(l)));
    found.extend(before(translations, MAIN[1], &|l| l.starts_with("no rdr ") && whole(l)));
    found
}

/// The filter rules of an anchor.
pub fn rules(anchor: &str) -> Cmd {
    Cmd::new("pfctl").args(["-a", anchor, "-s", "rules"])
}

/// Whether [`info`] says that pf is enabled.
///
/// # Errors
/// It says something else.
pub fn enabled(text: &str) -> Result<bool> {
    match text.lines().find_map(|l| l.strip_prefix("Status: ")) {
        Some(status) => Ok(status.starts_with("Enabled")),
        None => Err(surprise("pfctl", "no line `Status:`")),
    }
}

fn family(v4: bool) -> &'static str {
    if v4 { "inet" } else { "inet6" }
}

/// As pf writes ranges: `8000:8010`.
fn ports(range: Range) -> String {
    if range.first == range.last {
        range.first.to_string()
    } else {
        format!("{}:{}", range.first, range.last)
    }
}

/// `any`, one network, or a list.
fn from(nets: &[IpNet]) -> String {
    match nets {
        [] => "any".into(),
        [one] => one.to_string(),
        many => format!("{{ {} }}", many.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// What all states of an environment's published ports are called by. A label has at most 63 characters.
pub fn label(uuid: uuid::Uuid) -> String {
    format!("jug-e-{}", uuid.simple())
}

/// What the states of one redirection are called by; another one of the same ports, on another address of the host, has
/// the same.
pub fn label_of(uuid: uuid::Uuid, r: &Redirect) -> String {
    format!("{}-{}{}-{}", label(uuid), r.protocol, if r.is_ipv4() { 4 } else { 6 }, r.outer)
}

/// Ends all connections that rules with this label let in, whether or not they are loaded still (pfctl(8), `-k`).
pub fn cut(label: &str) -> Cmd {
    Cmd::new("pfctl").args(["-q", "-k", "label", "-k", label])
}

/// The rules of published ports. `rdr pass` would let the packet in by itself, but states of it have no label to end them
/// by: so it is tagged, and let in by a rule that has one. The leg out of the bridge needs a rule of its own where the main
/// set blocks (F3.5), and a neighbour that comes through the host's address must be answered through the host.
pub fn exposure_rules(uuid: uuid::Uuid, redirects: &[Redirect], inners: &[Inner]) -> String {
    let (mut nat, mut rdr, mut filter) = (String::new(), String::new(), String::new());
    for r in redirects {
        let (family, protocol, to) = (family(r.is_ipv4()), r.protocol, r.to);
        let on = r.on.map_or("(self)".into(), |a: IpAddr| a.to_string());
        let (inside, one) = (ports(r.inner), label_of(uuid, r));
        let labels = format!("label \"{}\" label \"{one}\"", label(uuid));
        let target = match r.inner.first == r.inner.last {
            true => inside.clone(),
            // The offset within the range is kept (pf.conf(5), rdr).
            false => format!("{}:*", r.inner.first),
        };
        rdr.push_str(&format!(
            "rdr {family} proto {protocol} from {} to {on} port {} tag {one} -> {to} port {target}\n",
            from(&r.from),
            ports(r.outer)
        ));
        filter.push_str(&format!(
            "pass in quick {family} proto {protocol} from any to {to} port {inside} tagged {one} {labels}\n"
        ));
        let Some(inner) = inners.iter().find(|i| i.address == to) else { continue };
        let bridge = &inner.bridge;
        if let Some(gateway) = inner.gateway {
            nat.push_str(&format!(
                "nat on {bridge} {family} proto {protocol} from {} to {to} port {inside} -> {gateway}\n",
                inner.subnet.trunc()
            ));
        }
        // Only those it is for: others would come this way past what the main set blocks. A neighbour has the gateway's
        // address by then.
        let mut may = r.from.clone();
        may.extend(inner.gateway.filter(|_| !may.is_empty()).map(IpNet::from));
        filter.push_str(&format!(
            "pass out quick on {bridge} {family} proto {protocol} from {} to {to} port {inside} {labels}\n",
            from(&may)
        ));
    }
    nat + &rdr + &filter
}

/// Through what a network's members reach the outside.
#[derive(Debug)]
pub enum Outside<'a> {
    /// This interface, with its first address.
    Interface(&'a str),
    /// This interface, with this address.
    Address(&'a str, IpAddr),
}

/// The rules of a network: its NAT, that it is a dead end, and that its members are kept apart. `outside` says through
/// what a subnet is translated.
pub fn network_rules<'a>(
    bridge: &str,
    net: &Network,
    outside: impl Fn(&IpNet) -> Option<Outside<'a>>,
) -> String {
    let (mut nat, mut filter) = (String::new(), String::new());
    for subnet in net.subnets.iter().map(IpNet::trunc) {
        let v4 = subnet.addr().is_ipv4();
        let family = family(v4);
        match outside(&subnet) {
            Some(Outside::Interface(i)) => {
                nat.push_str(&format!("nat on {i} {family} from {subnet} to ! {subnet} -> ({i}:0)\n"));
            }
            Some(Outside::Address(i, a)) if a.is_ipv4() == v4 => {
                nat.push_str(&format!("nat on {i} {family} from {subnet} to ! {subnet} -> {a}\n"));
            }
            _ => {}
        }
        if net.parts_members()
            && let Some(gateway) = net.gateway(v4)
        {
            // What is published has been let in by then: anchors of environments come first (pf.conf(5): in alphabetical
            // order).
            filter.push_str(&format!(
                "block drop in quick on {bridge} {family} from any to {}\n",
                all_but(&subnet, gateway)
            ));
        }
        if net.isolated {
            filter.push_str(&format!(
                "block drop in quick on {bridge} {family} from any to ! {subnet}\n\
                 block drop out quick on {bridge} {family} from ! {subnet} to any\n"
            ));
        }
    }
    nat + &filter
}

/// The addresses of a subnet but its gateway's and the broadcast address, as ranges (pf.conf(5), PARAMETERS): a list with
/// `!` in it would mean all addresses there are.
fn all_but(subnet: &IpNet, gateway: IpAddr) -> String {
    let number = |a: IpAddr| match a {
        IpAddr::V4(a) => u128::from(u32::from(a)),
        IpAddr::V6(a) => u128::from(a),
    };
    let within = |a: IpAddr| number(a) - number(subnet.network());
    let last = within(subnet.broadcast()) - u128::from(gateway.is_ipv4());
    let range = |first, last| Some(format!("{} - {}", nth(subnet, first)?, nth(subnet, last)?));
    let ranges = [(1, within(gateway) - 1), (within(gateway) + 1, last)].into_iter().filter(|(a, b)| a <= b);
    format!("{{ {} }}", ranges.filter_map(|(a, b)| range(a, b)).collect::<Vec<_>>().join(", "))
}

/// The redirections among translation rules, written by us or printed by pfctl: it repeats a rule for each member of a
/// list, and writes `port = 80`.
///
/// # Errors
/// A rule that is not one of ours.
pub fn parse_redirects(text: &str) -> Result<Vec<Redirect>> {
    text.lines().filter(|l| l.starts_with("rdr ")).map(redirect).collect()
}

fn redirect(line: &str) -> Result<Redirect> {
    let bad = || surprise("pfctl", line);
    let words = line.strip_prefix("rdr ").ok_or_else(bad)?.replace(['{', '}', ','], " ").replace(" = ", " ");
    let mut words = words.split_whitespace();
    let mut after = |key: &str| words.by_ref().find(|w| *w == key).map(|_| ()).ok_or_else(bad);
    after("proto")?;
    let protocol = match words.next() {
        Some("tcp") => "tcp",
        Some("udp") => "udp",
        _ => return Err(bad()),
    };
    let rest: Vec<&str> = words.collect();
    let at = |key: &str| rest.iter().position(|w| *w == key).ok_or_else(bad);
    let (to, arrow) = (at("to")?, at("->")?);
    let from = match rest.get(1..to).ok_or_else(bad)? {
        ["any"] => Vec::new(),
        nets => {
            nets.iter().map(|n| crate::model::port::network(n).map_err(|_| bad())).collect::<Result<_>>()?
        }
    };
    let get = |i: usize| rest.get(i).copied().ok_or_else(bad);
    let on = match get(to + 1)? {
        "(self)" => None,
        address => Some(address.parse().map_err(|_| bad())?),
    };
    let range = |text: &str| text.replace(':', "-").parse::<Range>().map_err(|_| bad());
    let outer = range(get(to + 3)?)?;
    let inner = match get(arrow + 3)?.strip_suffix(":*") {
        None => range(get(arrow + 3)?)?,
        Some(first) => {
            let first: u16 = first.parse().map_err(|_| bad())?;
            let more = outer.last - outer.first;
            Range { first, last: first.checked_add(more).ok_or_else(bad)? }
        }
    };
    Ok(Redirect { protocol, on, from, outer, to: get(arrow + 1)?.parse().map_err(|_| bad())?, inner })
}

#[cfg(test)]
#[path = "pfctl_tests.rs"]
mod tests;
