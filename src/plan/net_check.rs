//! net-check: what the host's state proves about a network, what it disproves, and what it can't tell.

use super::wire;
use crate::facts::Facts;
use crate::model::env::Env;
use crate::model::name::NetName;
use crate::model::network::{Network, read_stamp};
use crate::model::schema;
use crate::plan::rules;
use crate::platform::{Platform, PlatformKind, filter};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is as the file says.
    Good,
    /// It is not.
    Wrong,
    /// It can't be known from here.
    Unknown,
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Wrong => "wrong",
            Self::Unknown => "unknown",
        }
    }
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Of what.
    pub what: &'static str,
    /// How it ended.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

fn say(what: &'static str, good: bool, reason: impl Into<String>) -> Check {
    Check { what, verdict: if good { Verdict::Good } else { Verdict::Wrong }, reason: reason.into() }
}

/// All checks of a network.
pub fn check(name: &NetName, net: &Network, platform: &dyn Platform, facts: &Facts) -> Vec<Check> {
    let bridge = platform.bridge(net.unit);
    let envs: Vec<(String, Env)> = facts
        .environments
        .iter()
        .filter_map(|(n, t)| Some((n.clone(), schema::read_env(t, n).ok()?)))
        .collect();
    let runs = |env: &Env| facts.runs(env.uuid);
    let mut all = Vec::new();
    match facts.interface(bridge.as_str()) {
        None => {
            let needed = envs.iter().any(|(_, e)| runs(e) && e.nics().any(|(_, n)| n.network == *name));
            let reason = format!("{bridge} is not there; it is made when a member starts");
            all.push(say("bridge", !needed, reason));
        }
        Some(i) if !i.is(&net.stamp(), Some(net.mac("bridge")), platform.kind()) => {
            all.push(say(
                "bridge",
                false,
                format!("{bridge} does not bear this network's mark: it is somebody else's"),
            ));
        }
        Some(i) => {
            all.push(say("bridge", i.up, format!("{bridge} is {}", if i.up { "up" } else { "down" })));
            let mtu = i.mtu.unwrap_or_default();
            all.push(say("mtu", mtu == u32::from(net.mtu()), format!("{mtu}, wanted {}", net.mtu())));
            all.extend(addresses(net, bridge.as_str(), facts));
            all.extend(members(name, net, platform, i, &envs, &runs));
        }
    }
    if net.isolated {
        all.extend(isolated(name, net, bridge.as_str(), facts, &envs, platform.kind()));
    }
    if facts.interface(bridge.as_str()).is_some() {
        let place = filter::of_network(platform.kind(), net.uuid);
        let loaded = facts.filter.as_ref().is_some_and(|f| f.has(&place));
        all.extend(apart(net, Some(bridge.as_str()), loaded, facts));
    }
    all
}

/// What whoever makes a network private must know of this host.
pub fn warnings(net: &Network, facts: &Facts) -> Vec<String> {
    // Its rules are loaded with its bridge.
    let checks = apart(net, None, true, facts).into_iter();
    checks.filter(|c| c.verdict != Verdict::Good).map(|c| c.reason).collect()
}

/// That members do not reach each other by way of the host. `loaded`: whether its rules are, or will be.
fn apart(net: &Network, bridge: Option<&str>, loaded: bool, facts: &Facts) -> Vec<Check> {
    let families = [true, false].into_iter().filter(|v4| net.parts_members() && net.gateway(*v4).is_some());
    families.map(|v4| between(v4, bridge, loaded, facts)).collect()
}

fn between(v4: bool, bridge: Option<&str>, loaded: bool, facts: &Facts) -> Check {
    let family = if v4 { "IPv4" } else { "IPv6" };
    let Some(f) = &facts.forwarding else {
        let reason = format!("whether this host passes {family} from member to member is not known");
        return Check { what: "private", verdict: Verdict::Unknown, reason };
    };
    // Linux has a switch at each interface (ip-sysctl, "forwarding").
    let on = match (&f.from, bridge) {
        (Some(from), Some(bridge)) if v4 => from.iter().any(|i| i == bridge),
        _ if v4 => f.v4,
        _ => f.v6,
    };
    if !on {
        return say("private", true, format!("this host passes no {family} from member to member"));
    }
    let why = format!("this host passes {family} on, so members reach each other through it");
    match rules::ready(&"", &why, facts) {
        Err(e) => say("private", false, format!("{}: {}", e.reason, e.next.unwrap_or_default())),
        Ok(()) if loaded => {
            say("private", true, format!("jug's rules let no {family} pass from member to member"))
        }
        Ok(()) => {
            say("private", false, format!("{why}: its rules are not loaded; jug doctor --fix loads them"))
        }
    }
}

fn addresses(net: &Network, bridge: &str, facts: &Facts) -> Vec<Check> {
    let on: Vec<_> = facts.addresses.iter().filter(|a| a.interface == bridge).collect();
    let mut all = Vec::new();
    for wanted in net.host_addresses() {
        let there = on
            .iter()
            .any(|a| a.address == wanted.addr() && a.length.is_none_or(|l| l == wanted.prefix_len()));
        let reason = format!("{wanted} is {}on {bridge}", if there { "" } else { "not " });
        all.push(say("address", there, reason));
    }
    for other in on {
        let local = matches!(other.address, std::net::IpAddr::V6(a) if a.segments()[0] & 0xffc0 == 0xfe80);
        if !local && !net.host_addresses().iter().any(|w| w.addr() == other.address) {
            all.push(say(
                "address",
                false,
                format!("{bridge} has {}, which the file does not know", other.address),
            ));
        }
    }
    all
}

fn members(
    name: &NetName,
    net: &Network,
    platform: &dyn Platform,
    bridge: &crate::facts::Interface,
    envs: &[(String, Env)],
    runs: &dyn Fn(&Env) -> bool,
) -> Vec<Check> {
    let mut all = Vec::new();
    let mut known: Vec<String> = Vec::new();
    let vlan = net.vlan.as_ref().map(|_| platform.vlan(net.unit));
    for out in net.uplink.iter().chain(vlan.iter()) {
        let there = bridge.members.iter().any(|m| m == out.as_str());
        all.push(say("uplink", there, format!("{out} is {}a member", if there { "" } else { "not " })));
        known.push(out.to_string());
    }
    for (env_name, env) in envs.iter().filter(|(_, e)| runs(e)) {
        for (_, nic) in env.nics().filter(|(_, n)| n.network == *name) {
            let Some(end) = nic.unit.map(|u| wire::host_end(platform, env, u).to_string()) else { continue };
            let there = bridge.members.contains(&end);
            all.push(say(
                "member",
                there,
                format!("{env_name}: {end} is {}a member", if there { "" } else { "not " }),
            ));
            if there && net.private {
                let alone = bridge.private.contains(&end);
                let reason = format!(
                    "{env_name}: {end} {} the others",
                    if alone { "is kept from" } else { "can see" }
                );
                all.push(say("private", alone, reason));
            }
            known.push(end);
        }
    }
    let strangers: Vec<&String> = bridge.members.iter().filter(|m| !known.contains(m)).collect();
    for m in strangers {
        let reason = format!("{m} is a member, and no running environment of this node's has it");
        all.push(say("member", false, reason));
    }
    all
}

/// That nothing leads out of a dead end.
fn isolated(
    name: &NetName,
    net: &Network,
    bridge: &str,
    facts: &Facts,
    envs: &[(String, Env)],
    kind: PlatformKind,
) -> Vec<Check> {
    let mut all = Vec::new();
    let empty = Vec::new();
    let members = facts.interface(bridge).map_or(&empty, |i| &i.members);
    let ours =
        |m: &str| facts.interface(m).is_some_and(|i| matches!(read_stamp(i.mark(kind)), Some((_, Some(_)))));
    let foreign: Vec<&str> = members.iter().map(String::as_str).filter(|m| !ours(m)).collect();
    let reason = match foreign.is_empty() {
        true => "every member is the end of a card of jug's".into(),
        false => format!("{} may lead outside", foreign.join(", ")),
    };
    all.push(say("isolated", foreign.is_empty(), reason));
    all.push(passes(net, bridge, facts));
    if net.subnet(false).is_some() {
        let on = facts.forwarding.as_ref().is_some_and(|f| f.v6);
        let reason = match on {
            true if forbidden(net, facts) => "jug's rules let no IPv6 pass",
            true => {
                "this host passes IPv6 on, from every interface: a member that sets a route of its own gets out"
            }
            false => "this host passes no IPv6 on",
        };
        all.push(say("isolated", !on || forbidden(net, facts), reason));
    }
    let two: Vec<&str> = envs
        .iter()
        .filter(|(_, e)| {
            e.nics().any(|(_, n)| n.network == *name) && e.nics().any(|(_, n)| n.network != *name)
        })
        .map(|(n, _)| n.as_str())
        .collect();
    if !two.is_empty() {
        let reason = format!("on other networks too, and may pass packets on: {}", two.join(", "));
        all.push(Check { what: "isolated", verdict: Verdict::Unknown, reason });
    }
    all
}

/// Whether the packet filter keeps what comes from a network from going on.
fn forbidden(net: &Network, facts: &Facts) -> bool {
    let place = filter::of_network(facts.platform, net.uuid);
    facts.filter.as_ref().is_some_and(|f| f.works() && f.has(&place) && f.swallowing.is_empty())
}

fn passes(net: &Network, bridge: &str, facts: &Facts) -> Check {
    let Some(f) = &facts.forwarding else {
        let reason = "whether this host passes packets on is not known".into();
        return Check { what: "isolated", verdict: Verdict::Unknown, reason };
    };
    if net.subnet(true).is_none() && net.subnet(false).is_some() {
        return say("isolated", true, "there is no IPv4 on it");
    }
    match &f.from {
        Some(_) if facts.interface(bridge).is_none() => {
            say("isolated", true, "there is no bridge to come from")
        }
        Some(from) if !f.v4 && !from.iter().any(|i| i == bridge) => {
            say("isolated", true, "this host passes no IPv4 on")
        }
        Some(from) => {
            let on = from.iter().any(|i| i == bridge);
            let reason = match on {
                true => format!(
                    "this host passes on IPv4 that comes from {bridge}: sysctl net.ipv4.conf.{bridge}.forwarding=0"
                ),
                false => format!("this host passes on no IPv4 that comes from {bridge}"),
            };
            say("isolated", !on, reason)
        }
        None if f.v4 && forbidden(net, facts) => say("isolated", true, "jug's rules let no IPv4 pass"),
        None if f.v4 => say(
            "isolated",
            false,
            "this host passes IPv4 on (net.inet.ip.forwarding=1), from every interface: a member that sets a route of its own gets out, unless pf forbids it",
        ),
        None => say("isolated", true, "this host passes no IPv4 on"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::filter::Filter;
    use crate::facts::{Forwarding, Interface};
    use crate::model::network;
    use crate::platform::of;
    use crate::programs::runc::Runtime;

    fn san() -> Network {
        let text = "version = 1\nuuid = \"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\"\ncreated = \"2026-01-02T03:04:05Z\"\n\
                    unit = 1000\nsubnets = [\"10.66.0.0/24\"]\ngateway = [\"10.66.0.1\"]\nisolated = true\n";
        network::read(text, "san").unwrap()
    }

    /// The checks of an isolated network that are not good, given members and what the host passes on.
    fn bad(kind: PlatformKind, members: &[&str], forwarding: Forwarding) -> Vec<String> {
        let (net, name) = (san(), "san".parse().unwrap());
        let platform = of(kind, Runtime { program: "runc".into(), root: String::new() });
        let card = Interface {
            name: "card".into(),
            description: network::stamp(uuid::Uuid::nil(), 0),
            groups: vec!["jug".into()],
            ..Interface::default()
        };
        let bridge = Interface {
            name: platform.bridge(net.unit).to_string(),
            description: net.stamp(),
            groups: vec!["jug".into()],
            members: members.iter().map(|m| (*m).to_string()).collect(),
            mtu: Some(1500),
            up: true,
            ..Interface::default()
        };
        let address = crate::facts::Address {
            interface: bridge.name.clone(),
            address: "10.66.0.1".parse().unwrap(),
            length: Some(24),
        };
        let facts = Facts {
            interfaces: vec![card, bridge],
            addresses: vec![address],
            forwarding: Some(forwarding),
            ..Facts::default()
        };
        check(&name, &net, platform.as_ref(), &facts)
            .into_iter()
            .filter(|c| c.verdict != Verdict::Good && c.what == "isolated")
            .map(|c| c.reason)
            .collect()
    }

    /// What is said of a private network's members, by a host that passes IPv4 on unless `on` is false.
    fn between_members(
        kind: PlatformKind,
        on: bool,
        filter: Option<Filter>,
        loaded: bool,
    ) -> (Verdict, String) {
        let text = "version = 1\nuuid = \"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\"\ncreated = \"2026-01-02T03:04:05Z\"\n\
                    unit = 1000\nsubnets = [\"10.66.0.0/24\"]\ngateway = [\"10.66.0.1\"]\nprivate = true\n";
        let net = network::read(text, "san").unwrap();
        let forwarding = Some(Forwarding { v4: on, ..Forwarding::default() });
        let facts = Facts { platform: kind, forwarding, filter, ..Facts::default() };
        let mut all = apart(&net, None, loaded, &facts);
        assert_eq!((all.len(), all[0].what), (1, "private"));
        let it = all.remove(0);
        (it.verdict, it.reason)
    }

    #[test]
    fn members_are_kept_apart_by_the_host_too() {
        let works = || Filter { there: true, enabled: true, ..Filter::default() };
        for kind in [PlatformKind::Freebsd, PlatformKind::Linux] {
            let said = |on, filter, loaded| between_members(kind, on, Some(filter), loaded);
            assert_eq!(said(false, Filter::default(), false).0, Verdict::Good);
            assert_eq!(said(true, works(), true).0, Verdict::Good);
            let (verdict, reason) = said(true, works(), false);
            assert!(verdict == Verdict::Wrong && reason.contains("jug doctor --fix"), "{reason}");
            assert_eq!(said(true, Filter::default(), false).0, Verdict::Wrong);
        }
        let freebsd = |filter| between_members(PlatformKind::Freebsd, true, Some(filter), false).1;
        assert!(freebsd(Filter::default()).ends_with("kldload pf"));
        assert!(freebsd(Filter { there: true, ..Filter::default() }).contains("service pf start"));
        let lacks = Filter { missing: vec!["anchor".into()], ..works() };
        assert!(freebsd(lacks).contains("jug init --write"));
    }

    #[test]
    fn a_dead_end_is_proved_or_disproved() {
        let off = || Forwarding::default();
        let all = |from: Option<&[&str]>| Forwarding {
            v4: true,
            v6: true,
            from: from.map(|f| f.iter().map(|i| (*i).to_string()).collect()),
            ..Forwarding::default()
        };
        for kind in [PlatformKind::Freebsd, PlatformKind::Linux] {
            assert!(bad(kind, &["card"], off()).is_empty());
            assert!(bad(kind, &["card", "em0"], off())[0].contains("em0 may lead outside"));
        }
        assert!(bad(PlatformKind::Freebsd, &[], all(None))[0].contains("net.inet.ip.forwarding=1"));
        // Linux has a switch at each interface.
        assert!(bad(PlatformKind::Linux, &[], all(Some(&["eth0", "all"]))).is_empty());
        assert!(
            bad(PlatformKind::Linux, &[], all(Some(&["jugbr1000"])))[0].contains("jugbr1000.forwarding=0")
        );
    }
}
