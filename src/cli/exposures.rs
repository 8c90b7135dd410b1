//! What the commands on published ports have in common: who publishes what, which of it is loaded, and loading it again.

use super::networks;
use super::session::Session;
use crate::error::Result;
use crate::facts::Facts;
use crate::facts::gather::Wanted;
use crate::model::env::Env;
use crate::model::name::{EnvName, NetName};
use crate::model::port::Exposure;
use crate::platform::filter;
use crate::report::results::Outcome;
use crate::store::started;
use std::collections::BTreeMap;

/// Ports of the host that other environments publish.
pub fn of_others(s: &Session, name: &EnvName) -> Result<BTreeMap<String, Vec<Exposure>>> {
    let mut all: BTreeMap<String, Vec<Exposure>> = BTreeMap::new();
    for (other, env) in networks::users(s)? {
        if other != *name && !env.expose.is_empty() {
            all.entry(other.to_string()).or_default().extend(env.expose);
        }
    }
    Ok(all)
}

/// The same, of those that run: the ports of others are free.
pub fn of_running(s: &Session, name: &EnvName, facts: &Facts) -> Result<BTreeMap<String, Vec<Exposure>>> {
    let mut all = BTreeMap::new();
    for (other, entry) in s.registry()? {
        let runs = |e: &Env| facts.runs(e.uuid);
        let env = running_with(s, &other).or(entry.env.ok());
        if let Some(env) = env.filter(|e| other != *name && !e.expose.is_empty() && runs(e)) {
            all.insert(other.to_string(), env.expose);
        }
    }
    Ok(all)
}

/// What it was last started with.
pub fn running_with(s: &Session, name: &EnvName) -> Option<Env> {
    if s.saved.is_some() { None } else { started::read(&s.layout, name).map(|st| st.env) }
}

/// What ought to be loaded and is not: a flush of the packet filter, or the host was started anew.
#[derive(Debug)]
pub enum Lost {
    /// The published ports of an environment that runs.
    Ports(EnvName),
    /// The rules of a network whose bridge is there.
    Network(NetName),
}

/// Looks for that in facts that have the packet filter, containers and interfaces.
pub fn lost(s: &Session, facts: &Facts) -> Result<Vec<Lost>> {
    let Some(loaded) = &facts.filter else { return Ok(Vec::new()) };
    let kind = s.platform.kind();
    let mut all = Vec::new();
    for (name, network) in networks::all(s)? {
        let wanted = network.nat.is_some() || (network.is_fenced() && loaded.works());
        let bridge = facts.interface(s.platform.bridge(network.unit).as_str());
        let ours =
            bridge.is_some_and(|b| b.is(&network.stamp(), Some(network.mac("bridge")), s.platform.kind()));
        if wanted && ours && !loaded.has(&filter::of_network(kind, network.uuid)) {
            all.push(Lost::Network(name));
        }
    }
    for (name, entry) in s.registry()? {
        let Some(env) = running_with(s, &name).or(entry.env.ok()) else { continue };
        let runs = facts.runs(env.uuid);
        if runs && !env.expose.is_empty() && !loaded.has(&filter::of_environment(kind, env.uuid)) {
            all.push(Lost::Ports(name));
        }
    }
    Ok(all)
}

/// Whether anything on this node needs the packet filter.
pub fn needed(s: &Session) -> Result<bool> {
    let networks = networks::all(s)?;
    Ok(networks.values().any(|n| n.nat.is_some() || n.is_fenced())
        || s.registry()?.values().any(|e| e.env.as_ref().is_ok_and(|e| !e.expose.is_empty())))
}

/// Loads what is lost again.
pub fn load(s: &Session, what: &Lost) -> Result<()> {
    match what {
        // A start of what runs sees that its rules are there.
        Lost::Ports(name) => super::jstart::one(s, name, true).result.map(drop),
        Lost::Network(name) => networks::up_one(s, name, true),
    }
}

/// Loads all that is lost again, at boot: what of it fails is said.
pub fn load_all(s: &Session) -> Result<Vec<Outcome>> {
    if s.global.dry_run || !needed(s)? {
        return Ok(Vec::new());
    }
    let facts = s.gather(&Wanted { containers: true, addresses: true, filter: true, ..Wanted::default() })?;
    let mut outcomes = Vec::new();
    for what in lost(s, &facts)? {
        let name = match &what {
            Lost::Ports(name) => name.to_string(),
            Lost::Network(name) => format!("network {name}"),
        };
        if let Err(e) = load(s, &what) {
            outcomes.push(Outcome { name, result: Err(e), warnings: Vec::new() });
        }
    }
    Ok(outcomes)
}
