//! Plans of networks: making their bridges where they are missing, taking them away, and their files.

use super::rules::Rules;
use super::{Effect, Plan, Step};
use crate::error::{Error, Result};
use crate::facts::{Address, Facts, Interface};
use crate::model::name::{EnvName, InterfaceName, NetName};
use crate::model::network::{Nat, Network};
use crate::platform::filter::{self, Ways};
use crate::platform::{Platform, PlatformKind};
use crate::programs::ifconfig;
use crate::store::layout::Layout;
use ipnet::IpNet;
use std::collections::BTreeMap;

/// What a network's bridge wants: nothing if it is as it should be.
///
/// # Errors
/// Somebody else's interface has its name, its uplink is not there or in use, or NAT is wanted and nothing passed on.
pub fn up(
    name: &NetName,
    network: &Network,
    layout: &Layout,
    platform: &dyn Platform,
    facts: &Facts,
) -> Result<Option<Plan>> {
    stranger(name, network, platform, facts)?;
    reach(name, network, platform, facts)?;
    forwarding(name, network, facts)?;
    let mut plan = Plan::new("net-up", name);
    plan.steps = platform.bridge_up(network, facts);
    let place = place(name, network, layout, platform);
    let there = facts.interface(platform.bridge(network.unit).as_str()).is_some();
    let loaded = there && facts.filter.as_ref().is_none_or(|f| f.has(&place.place));
    if !loaded && let Some(text) = rules(name, network, platform, facts)? {
        plan.steps.extend(place.fresh(text));
    }
    Ok((!plan.steps.is_empty()).then_some(plan))
}

fn place(name: &NetName, network: &Network, layout: &Layout, platform: &dyn Platform) -> Rules {
    let kind = platform.kind();
    Rules {
        kind,
        place: filter::of_network(kind, network.uuid),
        file: layout.network_rules(name),
        what: format!("the network {name}"),
    }
}

/// The rules that a network wants: for its NAT they are needed; that a dead end is one does not hang on them.
fn rules(
    name: &NetName,
    network: &Network,
    platform: &dyn Platform,
    facts: &Facts,
) -> Result<Option<String>> {
    if network.nat.is_none() && facts.filter.as_ref().is_some_and(|f| !f.works()) {
        return Ok(None);
    }
    let mut ways = Ways { routes: facts.routes.as_ref(), holder: None };
    match &network.nat {
        Some(Nat::Auto) if platform.kind() == PlatformKind::Freebsd => {
            let out = |n: &IpNet| match &facts.routes {
                Some(r) if n.addr().is_ipv4() => r.v4.is_some(),
                Some(r) => r.v6.is_some(),
                None => false,
            };
            if !network.subnets.iter().any(out) {
                return Err(Error::lacks(name, "NAT is wanted, and this host has no default route")
                    .next(format!("jug net-set {name} nat=INTERFACE says where to translate")));
            }
        }
        Some(Nat::Interface(i)) => facts.must_have(name, i)?,
        Some(Nat::Address(a)) => {
            ways.holder = facts.has_address(*a);
            if ways.holder.is_none() {
                return Err(Error::lacks(name, format!("NAT is wanted with {a}, which this host has not"))
                    .next(format!("jug net-set {name} nat=auto, or give {a} to an interface")));
            }
        }
        _ => {}
    }
    let bridge = platform.bridge(network.unit);
    Ok(filter::network(platform.kind(), bridge.as_str(), network, &ways))
}

/// Refuses an interface that has a name of this network's, and not its mark.
fn stranger(name: &NetName, network: &Network, platform: &dyn Platform, facts: &Facts) -> Result<()> {
    for (interface, word) in
        [(platform.bridge(network.unit), "bridge"), (platform.vlan(network.unit), "vlan")]
    {
        let there = facts.interface(interface.as_str());
        let wanted = word == "bridge" || network.vlan.is_some();
        if wanted && there.is_some_and(|i| !i.is(&network.stamp(), Some(network.mac(word)), platform.kind()))
        {
            return Err(Error::conflict(
                name,
                format!("this host has an interface {interface} that is not this network's"),
            )
            .next("look what it is; jug touches only what bears its mark: rename or remove it"));
        }
    }
    Ok(())
}

/// Refuses an uplink that is not there, that is a member of something else, or whose addresses the host would lose.
fn reach(name: &NetName, network: &Network, platform: &dyn Platform, facts: &Facts) -> Result<()> {
    if let Some(vlan) = &network.vlan {
        facts.must_have(name, &vlan.parent)?;
        return same_size(name, network, &vlan.parent, platform, facts);
    }
    let Some(uplink) = &network.uplink else { return Ok(()) };
    facts.must_have(name, uplink)?;
    same_size(name, network, uplink, platform, facts)?;
    let member = |i: &&Interface| i.members.iter().any(|m| m == uplink.as_str());
    let bridge = facts.interfaces.iter().find(member);
    if let Some(bridge) = bridge.filter(|b| b.name != platform.bridge(network.unit).as_str()) {
        return Err(Error::conflict(name, format!("{uplink} is a member of {} already", bridge.name))
            .next("an interface can be in one bridge: choose another, or a VLAN on it"));
    }
    let own = |a: &&Address| a.interface == uplink.as_str();
    match platform.kind() {
        PlatformKind::Linux => match facts.addresses.iter().find(|a| own(a) && !link_local(a.address)) {
            Some(a) => Err(Error::conflict(
                name,
                format!("{uplink} has the address {}, with which the host could no more be reached", a.address),
            )
            .next("use an interface without addresses, or a VLAN on it")),
            None => Ok(()),
        },
        // addm says EINVAL, also of one with nothing but a link-local address.
        PlatformKind::Freebsd if facts.forwarding.as_ref().is_some_and(|f| !f.member_addresses) => {
            match facts.addresses.iter().find(own) {
                Some(a) if bridge.is_none() => Err(Error::conflict(
                    name,
                    format!("{uplink} has the address {}, and a member of a bridge may have none here", a.address),
                )
                .next("sysctl net.link.bridge.member_ifaddrs=1; or use an interface without addresses, or a VLAN on it")),
                _ => Ok(()),
            }
        }
        PlatformKind::Freebsd => Ok(()),
    }
}

/// On FreeBSD all members of a bridge have the size of its packets, the administrator's interface too: it is left as it
/// is, and a VLAN has its parent's.
fn same_size(
    name: &NetName,
    network: &Network,
    out: &InterfaceName,
    platform: &dyn Platform,
    facts: &Facts,
) -> Result<()> {
    let theirs = facts.interface(out.as_str()).and_then(|i| i.mtu).unwrap_or(u32::from(network.mtu()));
    if platform.kind() == PlatformKind::Linux || theirs == u32::from(network.mtu()) {
        return Ok(());
    }
    let (ours, mend) = (network.mtu(), ifconfig::set(out.as_str(), ["mtu", &network.mtu().to_string()]));
    Err(Error::lacks(name, format!("{out} carries packets of {theirs}, and the network those of {ours}"))
        .next(format!("{mend}; or give the network an mtu of {theirs}")))
}

fn link_local(address: std::net::IpAddr) -> bool {
    matches!(address, std::net::IpAddr::V6(a) if a.segments()[0] & 0xffc0 == 0xfe80)
}

/// Refuses NAT on a host that passes nothing on or has no packet filter, with the line that mends it.
pub fn forwarding(name: &NetName, network: &Network, facts: &Facts) -> Result<()> {
    if network.nat.is_none() {
        return Ok(());
    }
    for v4 in [true, false].into_iter().filter(|v4| network.subnet(*v4).is_some()) {
        passes_on(name, "NAT is wanted", v4, facts)?;
    }
    super::rules::ready(name, "NAT is wanted", facts)
}

/// Refuses a host that does not pass on packets of a family.
pub fn passes_on(object: &dyn std::fmt::Display, why: &str, v4: bool, facts: &Facts) -> Result<()> {
    let Some(on) = &facts.forwarding else { return Ok(()) };
    let key = match (facts.platform, v4) {
        (PlatformKind::Freebsd, true) => "net.inet.ip.forwarding",
        (PlatformKind::Freebsd, false) => "net.inet6.ip6.forwarding",
        (PlatformKind::Linux, true) => "net.ipv4.ip_forward",
        (PlatformKind::Linux, false) => "net.ipv6.conf.all.forwarding",
    };
    if if v4 { on.v4 } else { on.v6 } {
        return Ok(());
    }
    Err(Error::lacks(object, format!("{why}, and this host passes nothing on: {key} is 0"))
        .next(format!("sysctl {key}=1")))
}

/// Refuses subnets that others have: another network, or the host itself. `facts` are without this network's bridge.
///
/// # Errors
/// They overlap, or the interfaces it wants are not there.
pub fn check(
    name: &NetName,
    network: &Network,
    others: &BTreeMap<NetName, Network>,
    platform: &dyn Platform,
    facts: &Facts,
) -> Result<()> {
    let overlap = |a: &ipnet::IpNet, b: &ipnet::IpNet| a.contains(b) || b.contains(a);
    for subnet in &network.subnets {
        for (other, theirs) in others.iter().filter(|(n, _)| *n != name) {
            if let Some(b) = theirs.subnets.iter().find(|b| overlap(subnet, b)) {
                return Err(Error::conflict(name, format!("{subnet} overlaps {b}, the network {other}"))
                    .next("choose another subnet"));
            }
        }
        let bridge = platform.bridge(network.unit);
        for a in facts.addresses.iter().filter(|a| a.interface != bridge.as_str()) {
            // On a real LAN the host is a member of it itself, elsewhere it would not know where to send.
            if overlap(subnet, &a.net().trunc()) && !network.is_bridged() {
                return Err(Error::conflict(
                    name,
                    format!("{subnet} overlaps {}, which this host has on {}", a.net(), a.interface),
                )
                .next("choose another subnet"));
            }
        }
    }
    for (other, theirs) in others.iter().filter(|(n, _)| *n != name) {
        let same_uplink = network.uplink.is_some() && network.uplink == theirs.uplink;
        let same_vlan = network.vlan.is_some() && network.vlan == theirs.vlan;
        if same_uplink || same_vlan {
            return Err(Error::conflict(name, format!("the network {other} has the same way out already"))
                .next(format!("use {other}")));
        }
    }
    reach(name, network, platform, facts)?;
    forwarding(name, network, facts)
}

/// The plan that makes it known. Its bridge is made when it is first used.
pub fn create(name: &NetName, text: String, layout: &Layout) -> Plan {
    let mut plan = Plan::new("net-create", name);
    let path = layout.network_file(name);
    plan.push(
        Step::new("write its file", Effect::Write { path: path.clone(), text, mode: 0o644 })
            .undo(Effect::Remove { path }),
    );
    plan
}

/// The plan of a change: `old` is what it was, with its text. A bridge that nobody uses is made anew at the next start.
///
/// # Errors
/// Its bridge would have to go, and has members that jug did not put there.
pub fn set(
    name: &NetName,
    old: (&str, &Network),
    new: (String, &Network),
    layout: &Layout,
    platform: &dyn Platform,
    facts: &Facts,
) -> Result<Plan> {
    let mut plan = Plan::new("net-set", name);
    let path = layout.network_file(name);
    let write = |text: String| Effect::Write { path: path.clone(), text, mode: 0o644 };
    plan.push(Step::new("write its file", write(new.0)).undo(write(old.0.to_string())));
    if facts.interface(platform.bridge(old.1.unit).as_str()).is_none() {
        return Ok(plan);
    }
    let place = place(name, old.1, layout, platform);
    let loaded = facts.path(place.file.as_str()).is_some();
    if shape(old.1) != shape(new.1) {
        let gone = down(name, old.1, platform, facts)?;
        if !gone.is_empty() {
            // Nothing makes it again but a start.
            plan.point_of_no_return();
        }
        plan.steps.extend(gone);
        plan.steps.extend(if loaded { place.gone() } else { Vec::new() });
        return Ok(plan);
    }
    // What it was may have stood on a route that is gone.
    let was = if loaded { rules(name, old.1, platform, facts).ok().flatten() } else { None };
    plan.steps.extend(match (was, rules(name, new.1, platform, facts)?) {
        (Some(was), Some(now)) if was == now => Vec::new(),
        (Some(was), Some(now)) => place.replaced(was, now),
        (Some(was), None) => place.withdrawn(was),
        (None, Some(now)) => place.fresh(now),
        (None, None) if loaded => place.gone(),
        (None, None) => Vec::new(),
    });
    Ok(plan)
}

/// The steps that take its bridge and VLAN away; none if they are not there. Others' members would lose their network.
fn down(name: &NetName, network: &Network, platform: &dyn Platform, facts: &Facts) -> Result<Vec<Step>> {
    let own = [Some(platform.vlan(network.unit)), network.uplink.clone()];
    let mine = |m: &String| {
        own.iter().flatten().any(|o| o.as_str() == m)
            || facts.interface(m).is_some_and(|i| i.mark(platform.kind()).starts_with("jug:"))
    };
    let there = |interface: InterfaceName, word: &str| {
        facts
            .interface(interface.as_str())
            .filter(|i| i.is(&network.stamp(), Some(network.mac(word)), platform.kind()))
    };
    let bridge = there(platform.bridge(network.unit), "bridge");
    if let Some(member) = bridge.and_then(|b| b.members.iter().find(|m| !mine(m))) {
        return Err(Error::busy(
            name,
            format!("{member} is a member of its bridge, and jug did not put it there"),
        )
        .next(format!("take {member} out of {} first", platform.bridge(network.unit))));
    }
    let any = bridge.is_some() || there(platform.vlan(network.unit), "vlan").is_some();
    Ok(if any { platform.bridge_down(network) } else { Vec::new() })
}

/// What of a network shows in its bridge.
fn shape(n: &Network) -> impl PartialEq + use<> {
    (n.host_addresses(), n.uplink.clone(), n.vlan.clone(), n.isolated, n.mtu())
}

/// The keys of a network in which two differ that those who are on it can't be given while they run.
pub fn contradicted(old: &Network, new: &Network) -> Vec<&'static str> {
    let mut keys = Vec::new();
    for (key, differs) in [
        ("subnets", old.subnets != new.subnets),
        ("gateway", old.gateway != new.gateway),
        ("uplink", old.uplink != new.uplink),
        ("vlan", old.vlan != new.vlan),
        ("isolated", old.isolated != new.isolated),
        ("mtu", old.mtu() != new.mtu()),
    ] {
        if differs {
            keys.push(key);
        }
    }
    keys
}

/// The plan of its end.
///
/// # Errors
/// Environments are on it, or its bridge has members that jug did not put there.
pub fn remove(
    name: &NetName,
    network: &Network,
    users: &[EnvName],
    layout: &Layout,
    platform: &dyn Platform,
    facts: &Facts,
) -> Result<Plan> {
    if !users.is_empty() {
        let list: Vec<&str> = users.iter().map(EnvName::as_str).collect();
        return Err(Error::busy(name, format!("environments have cards on it: {}", list.join(", ")))
            .next(format!("give them others first, with net-={name}, for example")));
    }
    stranger(name, network, platform, facts)?;
    let mut plan = Plan::new("net-remove", name);
    plan.point_of_no_return();
    plan.steps.extend(down(name, network, platform, facts)?);
    let place = place(name, network, layout, platform);
    if facts.path(place.file.as_str()).is_some() {
        plan.steps.extend(place.gone());
    }
    plan.push(Step::new("forget it", Effect::Remove { path: layout.network_file(name) }));
    Ok(plan)
}

/// That one of a network's interfaces is there, and is its own.
pub fn there(interface: InterfaceName, network: &Network, word: &str) -> super::Guard {
    super::Guard::Interface { name: interface, stamp: network.stamp(), mac: Some(network.mac(word)) }
}

/// That an interface is there, and is the one that it was.
pub fn still(was: &Interface, name: InterfaceName, kind: PlatformKind) -> super::Guard {
    super::Guard::Interface { name, stamp: was.mark(kind).to_string(), mac: None }
}
