//! Networks on FreeBSD: if_bridge(4), epair(4), a VNET for each jail. What was seen of them is F2.13 and ifconfig.txt.

use crate::facts::{Facts, Interface};
use crate::model::name::InterfaceName;
use crate::model::network::Network;
use crate::model::nic::Unit;
use crate::plan::guest::Guest;
use crate::plan::wire::{self, Card};
use crate::plan::{Effect, Guard, Step, network};
use crate::platform::PlatformKind;
use crate::programs::{ifconfig, route};

/// A network's bridge. The kernel takes the number from the name.
pub fn bridge(unit: Unit) -> InterfaceName {
    InterfaceName::numbered("bridge", unit, "")
}

/// A network's VLAN.
pub fn vlan(unit: Unit) -> InterfaceName {
    InterfaceName::numbered("vlan", unit, "")
}

/// The end of a card that stays with the host.
pub fn host_end(unit: Unit) -> InterfaceName {
    InterfaceName::numbered("epair", unit, "a")
}

/// The end that goes into the jail.
fn jail_end(unit: Unit) -> InterfaceName {
    InterfaceName::numbered("epair", unit, "b")
}

/// The steps that make a network's bridge as it should be; none if it is so.
pub fn bridge_up(net: &Network, facts: &Facts) -> Vec<Step> {
    let (name, mut steps) = (bridge(net.unit), Vec::new());
    let none = Interface::default();
    let known = facts.interface(name.as_str());
    let now = known.unwrap_or(&none);
    if known.is_none() {
        let destroy = Effect::Run(ifconfig::destroy(name.as_str()));
        steps.push(
            Step::run(format!("make the bridge {name}"), ifconfig::create(name.as_str(), &net.stamp()))
                .undo_when(network::there(name.clone(), net, "bridge"), destroy),
        );
    }
    for address in net.host_addresses() {
        if facts.addresses.iter().any(|a| a.interface == name.as_str() && a.address == address.addr()) {
            continue;
        }
        if !address.addr().is_ipv4() {
            // A bridge begins with IPv6 off (ifconfig.txt: nd6 options=9<PERFORMNUD,IFDISABLED>). What jug gives is
            // nobody else's, so that an address need not wait until that is known.
            steps.push(Step::run(
                format!("let {name} speak IPv6"),
                ifconfig::set(name.as_str(), ["inet6", "no_dad", "-ifdisabled"]),
            ));
        }
        let guard = Guard::Address { interface: name.clone(), address: address.addr() };
        steps.push(
            Step::run(format!("give {name} the address {address}"), ifconfig::add(name.as_str(), &address))
                .undo_when(guard, Effect::Run(ifconfig::remove(name.as_str(), &address))),
        );
    }
    steps.extend(members(net, facts, &name, now));
    // The first member gives it its own (if_bridge.c); later than that, it gives its own to all.
    if now.mtu.unwrap_or(1500) != u32::from(net.mtu()) {
        let mtu = net.mtu().to_string();
        steps.push(Step::run(
            format!("let {name} carry packets of {mtu}"),
            ifconfig::set(name.as_str(), ["mtu", &mtu]),
        ));
    }
    if !now.up {
        steps.push(Step::run(format!("bring {name} up"), ifconfig::set(name.as_str(), ["up"])));
    }
    steps
}

/// Its way out: the VLAN is made, and what is no member yet becomes one.
fn members(net: &Network, facts: &Facts, name: &InterfaceName, now: &Interface) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(v) = &net.vlan {
        let own = vlan(net.unit);
        if facts.interface(own.as_str()).is_none() {
            let make = ifconfig::create_vlan(own.as_str(), v.id, v.parent.as_str(), &net.stamp());
            steps.push(Step::run(format!("make {own}, VLAN {} on {}", v.id, v.parent), make).undo_when(
                network::there(own.clone(), net, "vlan"),
                Effect::Run(ifconfig::destroy(own.as_str())),
            ));
        }
    }
    let Some(out) = net.uplink.clone().or_else(|| net.vlan.as_ref().map(|_| vlan(net.unit))) else {
        return steps;
    };
    if now.members.iter().any(|m| m == out.as_str()) {
        return steps;
    }
    let join = ifconfig::set(name.as_str(), ["addm", out.as_str()]);
    let leave = Effect::Run(ifconfig::set(name.as_str(), ["deletem", out.as_str()]));
    let member = Guard::Member { bridge: name.clone(), name: out.clone() };
    steps.push(Step::run(format!("make {out} a member of {name}"), join).undo_when(member, leave));
    let was = facts.interface(out.as_str());
    if !was.is_some_and(|i| i.up) {
        let mut up = Step::run(format!("bring {out} up"), ifconfig::set(out.as_str(), ["up"]));
        if let Some(was) = was {
            let down = Effect::Run(ifconfig::set(out.as_str(), ["down"]));
            up = up.undo_when(network::still(was, out, PlatformKind::Freebsd), down);
        }
        steps.push(up);
    }
    steps
}

/// The steps that take it away; a member that is not jug's only leaves it.
pub fn bridge_down(net: &Network) -> Vec<Step> {
    [(bridge(net.unit), "bridge"), (vlan(net.unit), "vlan")]
        .map(|(name, word)| {
            Step::run(format!("remove {name}"), ifconfig::destroy(name.as_str()))
                .when(network::there(name, net, word))
        })
        .into()
}

/// The steps that make a jail's cards, up to the host's end on its bridge.
pub fn attach(cards: &[Card<'_>]) -> Vec<Step> {
    let mut steps = Vec::new();
    for card in cards {
        let (a, b, bridge) = (host_end(card.unit), jail_end(card.unit), bridge(card.network.unit));
        let pair = a.as_str().trim_end_matches('a');
        let destroy = Effect::Run(ifconfig::destroy(a.as_str()));
        steps.push(
            Step::run(format!("make {a} and {b}"), ifconfig::create(pair, &card.stamp()))
                .undo_when(wire::there(a.clone(), card.uuid, card.index), destroy),
        );
        for (end, mac) in [(&a, card.host_mac()), (&b, card.mac())] {
            let (mac, mtu) = (mac.to_string(), card.network.mtu().to_string());
            steps.push(Step::run(
                format!("give {end} its address and the network's size of packets"),
                ifconfig::set(end.as_str(), ["ether", mac.as_str(), "mtu", mtu.as_str()]),
            ));
        }
        let mut words = vec!["addm", a.as_str()];
        if card.network.private {
            words.extend(["private", a.as_str()]);
        }
        let title = format!("make {a} a member of {bridge}");
        steps.push(Step::run(title, ifconfig::set(bridge.as_str(), words)));
        steps.push(Step::run(format!("bring {a} up"), ifconfig::set(a.as_str(), ["up"])));
    }
    steps
}

/// The steps that bring the cards into a jail that is there, all by the host's own programs: whatever is inside, its
/// network is up before anything of it runs.
pub fn attach_inside(guest: &Guest<'_>, cards: &[Card<'_>]) -> Vec<Step> {
    let name = guest.name.as_str();
    let mut steps = Vec::new();
    for card in cards {
        let (a, b) = (host_end(card.unit), jail_end(card.unit));
        // On the way back the host's end goes before the jail, or the other one would come back to the host under the
        // name it has inside (F2.13).
        steps.push(
            Step::run(format!("move {b} into the jail"), ifconfig::set(b.as_str(), ["vnet", name]))
                .undo_when(
                    wire::there(a.clone(), card.uuid, card.index),
                    Effect::Run(ifconfig::destroy(a.as_str())),
                ),
        );
    }
    for card in cards {
        let (b, inside) = (jail_end(card.unit), format!("vnet{}", card.index));
        steps.push(Step::run(
            format!("call it {inside}"),
            ifconfig::set_inside(name, b.as_str(), ["name", &inside]),
        ));
        for address in card.addresses() {
            if !address.addr().is_ipv4() {
                steps.push(Step::run(
                    format!("let {inside} speak IPv6"),
                    ifconfig::set_inside(name, &inside, ["inet6", "auto_linklocal", "no_dad", "-ifdisabled"]),
                ));
            }
            steps.push(Step::run(
                format!("give {inside} the address {address}"),
                ifconfig::add_inside(name, &inside, &address),
            ));
        }
        steps.push(Step::run(format!("bring {inside} up"), ifconfig::set_inside(name, &inside, ["up"])));
    }
    if cards.is_empty() {
        return steps;
    }
    let lo = ["inet", "127.0.0.1/8", "up"];
    steps.push(Step::run("bring lo0 up", ifconfig::set_inside(name, "lo0", lo)));
    for gateway in gateways(cards) {
        steps.push(Step::run(
            format!("let it reach others through {gateway}"),
            route::add_default(name, gateway),
        ));
    }
    steps
}

/// The default gateways: of each family the first card's that has one and leads anywhere.
pub fn gateways(cards: &[Card<'_>]) -> Vec<std::net::IpAddr> {
    let open = || cards.iter().filter(|c| !c.network.isolated && !c.nic.dhcp);
    [true, false].iter().filter_map(|v4| open().find_map(|c| c.network.gateway(*v4))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit() {
        for unit in [1000, Unit::MAX] {
            for name in [bridge(unit), vlan(unit), host_end(unit), jail_end(unit)] {
                assert!(name.as_str().len() <= 15 && name.as_str().parse::<InterfaceName>().is_ok());
            }
        }
    }
}
