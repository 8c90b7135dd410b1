//! Networks on Linux: bridges, veth pairs, a network namespace for each container, which the runtime is told to use.

use super::vnet::gateways;
use crate::facts::{Facts, Forwarding, Interface};
use crate::host::Host;
use crate::model::env::Env;
use crate::model::name::{AbsPath, InterfaceName};
use crate::model::network::Network;
use crate::model::nic::{Mac, Unit};
use crate::plan::guest::Guest;
use crate::plan::wire::{self, Card};
use crate::plan::{Effect, Guard, Step, network};
use crate::platform::PlatformKind;
use crate::programs::{ip, sysctl};
use std::path::Path;

/// A network's bridge.
pub fn bridge(unit: Unit) -> InterfaceName {
    InterfaceName::numbered("jugbr", unit, "")
}

/// A network's VLAN.
pub fn vlan(unit: Unit) -> InterfaceName {
    InterfaceName::numbered("jugvl", unit, "")
}

/// The end of a card that stays with the host.
pub fn host_end(unit: Unit) -> InterfaceName {
    InterfaceName::numbered("jug", unit, "")
}

/// An environment's network namespace: nobody else's is called so.
pub fn namespace(uuid: uuid::Uuid) -> String {
    format!("jug-{uuid}")
}

/// Where the runtime finds it.
pub fn namespace_path(env: &Env) -> AbsPath {
    AbsPath::root().join(ip::NAMESPACES).join(&namespace(env.uuid))
}

/// A new link with its mark, which takes two commands; the MAC address is what it is known by in between.
fn marked(
    title: String,
    make: crate::host::Cmd,
    name: &InterfaceName,
    guard: Guard,
    stamp: &str,
) -> [Step; 2] {
    [Step::run(title, make).undo_when(guard, Effect::Run(ip::delete(name.as_str()))), mark(name, stamp)]
}

fn mark(name: &InterfaceName, stamp: &str) -> Step {
    Step::run(format!("mark {name} as jug's"), ip::set(name.as_str(), ["alias", stamp]))
}

/// The steps that make a network's bridge as it should be; none if it is so.
pub fn bridge_up(net: &Network, facts: &Facts) -> Vec<Step> {
    let (name, mut steps) = (bridge(net.unit), Vec::new());
    let (none, stamp) = (Interface::default(), net.stamp());
    let known = facts.interface(name.as_str());
    let now = known.unwrap_or(&none);
    match known {
        None => {
            let guard = network::there(name.clone(), net, "bridge");
            let make = ip::add_bridge(name.as_str(), net.mac("bridge"));
            steps.extend(marked(format!("make the bridge {name}"), make, &name, guard, &stamp));
        }
        Some(i) if i.description.is_empty() => steps.push(mark(&name, &stamp)),
        Some(_) => {}
    }
    let passes = |f: &Forwarding| f.from.as_ref().is_some_and(|from| from.iter().any(|i| i == name.as_str()));
    if net.isolated && (known.is_none() || facts.forwarding.as_ref().is_some_and(passes)) {
        let title = format!("pass on nothing that comes from {name}");
        steps.push(Step::run(title, sysctl::dead_end(name.as_str())));
    }
    // Only one that is set afterwards stays when the last member goes (as seen on Linux 6).
    if now.mtu.unwrap_or(1500) != u32::from(net.mtu()) {
        let mtu = net.mtu().to_string();
        let set = ip::set(name.as_str(), ["mtu", &mtu]);
        steps.push(Step::run(format!("let {name} carry packets of {mtu}"), set));
    }
    for address in net.host_addresses() {
        if facts.addresses.iter().any(|a| a.interface == name.as_str() && a.address == address.addr()) {
            continue;
        }
        let guard = Guard::Address { interface: name.clone(), address: address.addr() };
        let add = crate::host::Cmd::new("ip").args(ip::address_words(&address, name.as_str()));
        steps.push(
            Step::run(format!("give {name} the address {address}"), add)
                .undo_when(guard, Effect::Run(ip::remove(name.as_str(), &address))),
        );
    }
    steps.extend(members(net, facts, &name, now));
    if !now.up {
        steps.push(Step::run(format!("bring {name} up"), ip::set(name.as_str(), ["up"])));
    }
    steps
}

/// Its way out: the VLAN is made, and what is no member yet becomes one.
fn members(net: &Network, facts: &Facts, name: &InterfaceName, now: &Interface) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(v) = &net.vlan {
        let own = vlan(net.unit);
        match facts.interface(own.as_str()) {
            None => {
                let make = ip::add_vlan(own.as_str(), net.mac("vlan"), v.parent.as_str(), v.id);
                let title = format!("make {own}, VLAN {} on {}", v.id, v.parent);
                steps.extend(marked(
                    title,
                    make,
                    &own,
                    network::there(own.clone(), net, "vlan"),
                    &net.stamp(),
                ));
            }
            Some(i) if i.description.is_empty() => steps.push(mark(&own, &net.stamp())),
            Some(_) => {}
        }
    }
    let Some(out) = net.uplink.clone().or_else(|| net.vlan.as_ref().map(|_| vlan(net.unit))) else {
        return steps;
    };
    if now.members.iter().any(|m| m == out.as_str()) {
        return steps;
    }
    let leave = Effect::Run(ip::set(out.as_str(), ["nomaster"]));
    let member = Guard::Member { bridge: name.clone(), name: out.clone() };
    steps.push(
        Step::run(format!("make {out} a member of {name}"), ip::set(out.as_str(), ["master", name.as_str()]))
            .undo_when(member, leave),
    );
    let was = facts.interface(out.as_str());
    if !was.is_some_and(|i| i.up) {
        let mut up = Step::run(format!("bring {out} up"), ip::set(out.as_str(), ["up"]));
        if let Some(was) = was {
            let down = Effect::Run(ip::set(out.as_str(), ["down"]));
            up = up.undo_when(network::still(was, out, PlatformKind::Linux), down);
        }
        steps.push(up);
    }
    steps
}

/// The steps that take it away; a member that is not jug's only leaves it.
pub fn bridge_down(net: &Network) -> Vec<Step> {
    [(bridge(net.unit), "bridge"), (vlan(net.unit), "vlan")]
        .map(|(name, word)| {
            Step::run(format!("remove {name}"), ip::delete(name.as_str()))
                .when(network::there(name, net, word))
        })
        .into()
}

/// The steps that make a container's namespace with all its cards, so that what is started finds its network up.
pub fn attach(guest: &Guest<'_>, cards: &[Card<'_>]) -> Vec<Step> {
    let space = namespace(guest.env.uuid);
    let there = || Guard::Namespace { name: space.clone() };
    let gone = || Effect::Run(ip::delete_namespace(&space));
    let mut steps = vec![
        Step::new("remove the network namespace that an earlier start may have left", gone()).when(there()),
        Step::run("make its network namespace", ip::add_namespace(&space)).undo_when(there(), gone()),
    ];
    for card in cards {
        steps.extend(one(&space, card));
    }
    steps.push(Step::run("bring lo up", ip::within(&space, ["link", "set", "dev", "lo", "up"])));
    for gateway in gateways(cards) {
        let route = ["route", "add", "default", "via", &gateway.to_string()];
        let title = format!("let it reach others through {gateway}");
        steps.push(Step::run(title, ip::within(&space, route)));
    }
    steps
}

fn one(space: &str, card: &Card<'_>) -> Vec<Step> {
    let (end, inside, bridge) =
        (host_end(card.unit), format!("eth{}", card.index), bridge(card.network.unit));
    let peer: (&str, Mac, &str) = (&inside, card.mac(), space);
    let make = ip::add_pair(end.as_str(), card.host_mac(), card.network.mtu(), peer);
    let guard = wire::there(end.clone(), card.uuid, card.index);
    let mut steps: Vec<Step> =
        marked(format!("make {end} and its {inside}"), make, &end, guard, &card.stamp()).into();
    let set = |words: &[&str]| ip::set(end.as_str(), words.iter().copied());
    steps.push(Step::run(format!("make {end} a member of {bridge}"), set(&["master", bridge.as_str()])));
    if card.network.private {
        let alone = set(&["type", "bridge_slave", "isolated", "on"]);
        steps.push(Step::run("keep it from the other members", alone));
    }
    if !card.network.isolated && !card.network.private && !card.network.is_bridged() {
        // With br_netfilter it is the bridge that leads a packet to a published port, and a bridge sends nothing back
        // where it came from.
        let back = set(&["type", "bridge_slave", "hairpin", "on"]);
        steps.push(Step::run("let it reach the ports that it publishes itself", back));
    }
    steps.push(Step::run(format!("bring {end} up"), set(&["up"])));
    for address in card.addresses() {
        let words = ip::address_words(&address, &inside);
        let add = ip::within(space, words.iter().map(String::as_str));
        steps.push(Step::run(format!("give {inside} the address {address}"), add));
    }
    let up = ip::within(space, ["link", "set", "dev", inside.as_str(), "up"]);
    steps.push(Step::run(format!("bring {inside} up"), up));
    steps
}

/// The interfaces from which the kernel passes IPv4 on: each has a switch of its own (ip-sysctl, "forwarding").
pub fn forwards(host: &dyn Host) -> Vec<String> {
    let conf = Path::new("/proc/sys/net/ipv4/conf");
    let names = std::fs::read_dir(conf).into_iter().flatten().flatten();
    names
        .filter_map(|e| e.file_name().into_string().ok())
        .filter(|n| host.read(&conf.join(n).join("forwarding")).is_some_and(|t| t.trim() != "0"))
        .collect()
}

/// The steps once the container is gone.
pub fn detach(guest: &Guest<'_>) -> Vec<Step> {
    let name = namespace(guest.env.uuid);
    let gone = ip::delete_namespace(&name);
    vec![Step::run("remove its network namespace", gone).when(Guard::Namespace { name })]
}
