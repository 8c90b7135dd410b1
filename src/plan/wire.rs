//! The cards of an environment on their networks: which there are, and the steps around its start and stop.

use super::guest::Guest;
use super::{Effect, Guard, Plan, Step, mnt};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::env::Env;
use crate::model::name::{AbsPath, EnvName, InterfaceName};
use crate::model::network::{Network, missing, stamp};
use crate::model::nic::{Mac, Nic, Unit};
use crate::model::schema;
use crate::platform::{Platform, PlatformKind, machine};
use crate::store::networks;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// One card, with its network.
#[derive(Debug)]
pub struct Card<'a> {
    /// Whose.
    pub uuid: uuid::Uuid,
    /// Its number inside.
    pub index: usize,
    /// What is wanted.
    pub nic: &'a Nic,
    /// Its number on this node.
    pub unit: Unit,
    /// Its network.
    pub network: Network,
}

impl Card<'_> {
    /// The mark on the host's side.
    pub fn stamp(&self) -> String {
        stamp(self.uuid, self.index)
    }
    /// The MAC address inside.
    pub fn mac(&self) -> Mac {
        self.nic.mac(self.uuid, self.index)
    }
    /// The MAC address of the host's side.
    pub fn host_mac(&self) -> Mac {
        host_mac(self.uuid, self.index)
    }
    /// Its addresses with the lengths of their subnets.
    pub fn addresses(&self) -> impl Iterator<Item = ipnet::IpNet> {
        self.nic.addresses().filter_map(|a| self.network.with_length(a))
    }
}

/// What the host's end of an environment's card is called.
pub fn host_end(platform: &dyn Platform, env: &Env, unit: Unit) -> InterfaceName {
    if env.is_vm() { machine::tap(platform.kind(), unit) } else { platform.host_end(unit) }
}

/// The MAC address of the host's side of a card.
pub fn host_mac(uuid: uuid::Uuid, index: usize) -> Mac {
    Mac::derive(uuid, index, "outside")
}

/// The cards of an environment that is to be started.
///
/// # Errors
/// A network is not there, a card has no number or address, or an interface of that name is somebody else's.
pub fn cards<'a>(guest: &Guest<'a>, facts: &Facts) -> Result<Vec<Card<'a>>> {
    let (name, env) = (guest.name, guest.env);
    let networks = networks::parse(&facts.networks)?;
    let mut all = Vec::new();
    for (index, nic) in env.nics() {
        let network = networks.get(&nic.network).cloned().ok_or_else(|| Error {
            object: name.to_string(),
            reason: format!("its network {} is not there", nic.network),
            ..missing(&nic.network, networks.keys())
        })?;
        let again = format!("{} net={}", guest.command("set"), nets(env));
        let Some(unit) = nic.unit else {
            return Err(Error::usage(name, format!("its card on {} was never given a number", nic.network))
                .next(again));
        };
        if !nic.dhcp && network.subnets.iter().any(|s| !nic.addresses().any(|a| s.contains(&a))) {
            return Err(Error::usage(
                name,
                format!("its card on {} has no address in each of its subnets", nic.network),
            )
            .next(again));
        }
        let end = host_end(guest.platform, env, unit);
        if let Some(there) =
            facts.interface(end.as_str()).filter(|i| !ours(env, index, i, guest.platform.kind()))
        {
            return Err(Error::conflict(
                name,
                format!("this host has an interface {} that jug did not make", there.name),
            )
            .next(format!(
                "rename it; or {set} net=none and then {set} net={}",
                nets(env),
                set = guest.command("set")
            )));
        }
        all.push(Card { uuid: env.uuid, index, nic, unit, network });
    }
    Ok(all)
}

/// Whether an interface of the host is that end of a card.
pub fn ours(env: &Env, index: usize, interface: &crate::facts::Interface, kind: PlatformKind) -> bool {
    interface.is(&stamp(env.uuid, index), Some(host_mac(env.uuid, index)), kind)
}

fn nets(env: &Env) -> String {
    env.nics().map(|(_, n)| n.network.to_string()).collect::<Vec<_>>().join(",")
}

/// That the host's end of a card is there, and is ours.
pub fn there(name: InterfaceName, uuid: uuid::Uuid, index: usize) -> Guard {
    Guard::Interface { name, stamp: stamp(uuid, index), mac: Some(host_mac(uuid, index)) }
}

/// That a network's bridge is there, and is jug's.
pub fn bridge_there(guest: &Guest<'_>, network: &Network) -> Guard {
    Guard::Interface {
        name: guest.platform.bridge(network.unit),
        stamp: network.stamp(),
        mac: Some(network.mac("bridge")),
    }
}

/// The steps before the container is made.
pub fn before(guest: &Guest<'_>, facts: &Facts, cards: &[Card<'_>], plan: &mut Plan) {
    if cards.is_empty() {
        return;
    }
    if !guest.env.is_vm() {
        files(guest, facts, cards, plan);
        let may = ["raw_sockets", "routing"].iter().all(|a| guest.env.allow.get(a));
        for card in
            cards.iter().filter(|c| c.nic.dhcp && !may && guest.platform.kind() == PlatformKind::Linux)
        {
            plan.warnings.push(format!(
                "its eth{} gets no address: a DHCP client inside needs allow.raw_sockets and allow.routing",
                card.index
            ));
        }
    }
    let mut seen = BTreeSet::new();
    for card in cards.iter().filter(|c| seen.insert(c.network.uuid)) {
        plan.push(Step::new(
            format!("see that the bridge of {} is there", card.nic.network),
            Effect::Expect(bridge_there(guest, &card.network)),
        ));
    }
    for card in cards {
        let end = host_end(guest.platform, guest.env, card.unit);
        if facts.interface(end.as_str()).is_some() {
            // Its jail went without jug.
            plan.push(
                Step::run(
                    format!("remove {end}, which an earlier start left"),
                    guest.platform.remove_link(&end),
                )
                .when(there(end, card.uuid, card.index)),
            );
        }
    }
    if guest.env.is_vm() {
        let kind = guest.platform.kind();
        plan.steps.extend(cards.iter().flat_map(|c| machine::attach(kind, c)));
    } else {
        plan.steps.extend(guest.platform.attach(guest, cards));
    }
}

/// The name servers, and the names of those on the same networks, so that what is started finds them at once.
fn files(guest: &Guest<'_>, facts: &Facts, cards: &[Card<'_>], plan: &mut Plan) {
    let texts = [
        ("etc/hosts", "tell it its neighbours and name servers", hosts(guest, facts, cards)),
        ("etc/resolv.conf", "tell it its neighbours and name servers", resolv(guest, cards)),
        (RC_CONF, "let it ask for its addresses", clients(guest)),
    ];
    for (file, what, text) in texts.into_iter().filter(|(_, _, t)| !t.is_empty()) {
        let (root, path) = (guest.data(), AbsPath::root().join(file));
        let block = |text| Effect::Block { root: root.clone(), path: path.clone(), text };
        plan.push(
            Step::new(format!("{what} in /{file}"), block(text))
                .undo(block(String::new()))
                .within(mnt::patience(guest)),
        );
    }
}

/// Where rc(8) finds that a card asks for its addresses.
const RC_CONF: &str = "etc/rc.conf";

/// The cards that ask for their addresses, for netif of rc(8), which waits until they have one (rc.conf(5), SYNCDHCP). What
/// the file says below is read later, and wins.
fn clients(guest: &Guest<'_>) -> String {
    if guest.platform.kind() != PlatformKind::Freebsd {
        return String::new();
    }
    let asks = guest.env.nics().filter(|(_, n)| n.dhcp);
    asks.map(|(index, _)| format!("ifconfig_vnet{index}=\"SYNCDHCP\"\n")).collect()
}

fn hosts(guest: &Guest<'_>, facts: &Facts, cards: &[Card<'_>]) -> String {
    // Not every base has such a file.
    let mut text = String::from("127.0.0.1\tlocalhost\n::1\tlocalhost\n");
    let mut add = |name: &str, env: &Env, only: &dyn Fn(&Nic) -> bool| {
        for (_, nic) in env.nics().filter(|(_, n)| only(n)) {
            let domain =
                cards.iter().find(|c| c.nic.network == nic.network).and_then(|c| c.network.domain.as_ref());
            for address in nic.addresses() {
                let full =
                    domain.filter(|_| !name.contains('.')).map_or(String::new(), |d| format!("{name}.{d} "));
                text.push_str(&format!("{address}\t{full}{name}\n"));
            }
        }
    };
    add(&guest.env.hostname(guest.name), guest.env, &|_| true);
    for (other, toml) in facts.environments.iter().filter(|(n, _)| n.as_str() != guest.name.as_str()) {
        let (Ok(env), Ok(name)) = (schema::read_env(toml, other), other.parse::<EnvName>()) else { continue };
        add(name.as_str(), &env, &|n| cards.iter().any(|c| c.nic.network == n.network && !c.network.private));
    }
    text
}

fn resolv(guest: &Guest<'_>, cards: &[Card<'_>]) -> String {
    let mut servers: Vec<&IpAddr> = Vec::new();
    for server in cards.iter().flat_map(|c| &c.network.dns) {
        if !servers.contains(&server) {
            servers.push(server);
        }
    }
    let mut text = String::new();
    if let Some(domain) = cards.iter().find_map(|c| c.network.domain.as_ref()) {
        text.push_str(&format!("search {domain}\n"));
    }
    for server in &servers {
        text.push_str(&format!("nameserver {server}\n"));
    }
    let alone = cards.iter().all(|c| c.network.isolated || c.nic.dhcp);
    for line in guest.host_resolv_conf.iter().filter(|_| servers.is_empty() && !alone).flat_map(|t| t.lines())
    {
        // A server on the host's own loopback is not within reach of another network stack.
        let mut words = line.split_whitespace();
        let server = (words.next() == Some("nameserver")).then(|| words.next()).flatten();
        if !server.and_then(|s| s.parse::<IpAddr>().ok()).is_some_and(|a| a.is_loopback()) {
            text.push_str(&format!("{line}\n"));
        }
    }
    text
}

/// The steps while it is still there: on FreeBSD the host's ends go before the jail does, or they come back under the
/// names they had inside (F2.13).
pub fn end(guest: &Guest<'_>, plan: &mut Plan) {
    for (index, nic) in guest.env.nics() {
        let Some(unit) = nic.unit else { continue };
        let end = host_end(guest.platform, guest.env, unit);
        plan.push(Step::run(format!("remove {end}"), guest.platform.remove_link(&end)).when(there(
            end,
            guest.env.uuid,
            index,
        )));
    }
}

/// The steps once it is gone.
pub fn after(guest: &Guest<'_>, plan: &mut Plan) {
    if !guest.env.has_nics() || guest.env.is_vm() {
        return;
    }
    plan.steps.extend(guest.platform.detach(guest));
    let asks = !clients(guest).is_empty();
    for file in ["etc/hosts", "etc/resolv.conf"].into_iter().chain(asks.then_some(RC_CONF)) {
        let (root, path) = (guest.data(), AbsPath::root().join(file));
        let gone = Effect::Block { root, path, text: String::new() };
        plan.push(Step::new(format!("take jug's lines out of /{file}"), gone).within(mnt::patience(guest)));
    }
}
