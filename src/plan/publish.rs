//! Published ports: to which addresses they lead, what refuses them, and the steps around a start, a stop and a change.

use super::guest::Guest;
use super::rules::{self, Rules};
use super::{Plan, Step};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::env::Env;
use crate::model::name::{EnvName, NetName};
use crate::model::network::Network;
use crate::model::port::Exposure;
use crate::model::redirect::{Inner, Redirect, expand};
use crate::platform::{Platform, PlatformKind, filter};
use crate::store::networks;
use std::collections::BTreeMap;

/// What the packet filter calls them in titles of steps.
const WHAT: &str = "its published ports";

/// The addresses that an environment's ports are published at: of each family the one on the network through which it
/// answers, if the host is the gateway there. On a LAN it is reached by its own address, and a dead end by nobody.
pub fn inners(env: &Env, networks: &BTreeMap<NetName, Network>, platform: &dyn Platform) -> Vec<Inner> {
    let of = |v4: bool| {
        let (nic, network) = env
            .nics()
            .filter_map(|(_, nic)| Some((nic, networks.get(&nic.network)?)))
            .find(|(nic, n)| !n.isolated && !nic.dhcp && n.gateway(v4).is_some())?;
        let address = nic.addresses().find(|a| a.is_ipv4() == v4 && !network.is_bridged())?;
        Some(Inner {
            bridge: platform.bridge(network.unit).to_string(),
            address,
            subnet: *network.subnet(v4)?,
            gateway: network.gateway(v4),
        })
    };
    [true, false].into_iter().filter_map(of).collect()
}

/// Exposures as redirections, with the addresses that they lead to.
#[derive(Debug)]
pub struct Published {
    redirects: Vec<Redirect>,
    inners: Vec<Inner>,
}

/// What an environment's exposures come to.
///
/// # Errors
/// One of them leads nowhere, a port is published by another environment, or a program of the host's listens there.
pub fn meant(guest: &Guest<'_>, facts: &Facts) -> Result<Published> {
    let all = published(guest, guest.env, &guest.env.expose, facts)?;
    for exposure in &guest.env.expose {
        let own = expand(std::slice::from_ref(exposure), &all.inners);
        if own.is_empty() {
            return Err(Error::usage(
                guest.name,
                format!(
                    "the port {exposure} leads nowhere: it has no address of that family on a network whose gateway \
                     is this host"
                ),
            )
            .next(format!("{} net, and jug net-show, say what it has", guest.command("get"))));
        }
        taken(guest.name, exposure, &own, facts)?;
    }
    Ok(all)
}

/// The exposures of `env`, at the addresses that `wired` has.
fn published(guest: &Guest<'_>, wired: &Env, exposures: &[Exposure], facts: &Facts) -> Result<Published> {
    if exposures.is_empty() {
        return Ok(Published { redirects: Vec::new(), inners: Vec::new() });
    }
    let inners = inners(wired, &networks::parse(&facts.networks)?, guest.platform);
    Ok(Published { redirects: expand(exposures, &inners), inners })
}

fn taken(name: &EnvName, exposure: &Exposure, redirects: &[Redirect], facts: &Facts) -> Result<()> {
    if let Some((other, theirs)) = met(name, exposure, &facts.exposed) {
        return Err(Error::conflict(name, format!("the port {exposure} is published by {other}: {theirs}"))
            .next(format!("choose another port or address, or jug unexpose {other} {}", theirs.outer)));
    }
    match facts.listeners.iter().find(|l| redirects.iter().any(|r| l.meets(r))) {
        Some(l) => Err(Error::conflict(
            name,
            format!("port {} of the host is in use over {}: {} listens there", l.port, l.protocol, l.who),
        )
        .next("choose another port, publish it on another address with on=, or stop that program")),
        None => Ok(()),
    }
}

/// Another environment that publishes the same port, and as what.
fn met<'a>(
    name: &EnvName,
    exposure: &Exposure,
    exposed: &'a BTreeMap<String, Vec<Exposure>>,
) -> Option<(&'a String, &'a Exposure)> {
    let others = exposed.iter().filter(|(other, _)| other.as_str() != name.as_str());
    others.flat_map(|(n, all)| all.iter().map(move |e| (n, e))).find(|(_, theirs)| exposure.meets(theirs))
}

/// What is to be known of ports that come with a copy, and that others here publish: its start would be refused. To refuse
/// the copy would help nobody, since only what is registered can be changed.
pub fn warnings(name: &EnvName, env: &Env, exposed: &BTreeMap<String, Vec<Exposure>>) -> Vec<String> {
    let of = |e: &Exposure| {
        let (other, theirs) = met(name, e, exposed)?;
        Some(format!(
            "the port {e} is published by {other} here ({theirs}), so not both can run: jug unexpose {name} {}",
            e.outer
        ))
    };
    env.expose.iter().filter_map(of).collect()
}

/// Refuses what this host can't do now: it passes nothing on, or has no packet filter that works.
///
/// # Errors
/// With the line that mends it (exit 7).
pub fn ready(name: &EnvName, all: &Published, facts: &Facts) -> Result<()> {
    if all.redirects.is_empty() {
        return Ok(());
    }
    for v4 in [true, false] {
        if all.redirects.iter().any(|r| r.is_ipv4() == v4) {
            super::network::passes_on(name, "ports are published", v4, facts)?;
        }
    }
    rules::ready(name, "ports are published", facts)
}

fn place(guest: &Guest<'_>) -> Rules {
    let kind = guest.platform.kind();
    Rules {
        kind,
        place: filter::of_environment(kind, guest.env.uuid),
        file: guest.layout.rules(guest.name),
        what: WHAT.into(),
    }
}

fn text(guest: &Guest<'_>, all: &Published) -> String {
    filter::exposures(guest.platform.kind(), guest.env.uuid, &all.redirects, &all.inners)
}

/// The steps once its cards are in it.
pub fn begin(guest: &Guest<'_>, all: &Published) -> Vec<Step> {
    if all.redirects.is_empty() { Vec::new() } else { place(guest).fresh(text(guest, all)) }
}

/// The steps before its cards go, if rules of its may be there.
pub fn end(guest: &Guest<'_>, facts: &Facts) -> Vec<Step> {
    let there = facts.path(guest.layout.rules(guest.name).as_str()).is_some();
    if there { [place(guest).gone(), cut(guest, None)].concat() } else { Vec::new() }
}

/// Once the rules are gone nothing new comes by them, and what came before ends too.
fn cut(guest: &Guest<'_>, gone: Option<&[Redirect]>) -> Vec<Step> {
    let all = filter::cut(guest.platform.kind(), guest.env.uuid, gone);
    let title = "end the connections that came by them";
    all.into_iter().map(|(there, cmd)| Step::run(title, cmd).when(there)).collect()
}

/// The plan that loads the rules of one that runs again.
///
/// # Errors
/// This host can't do it.
pub fn again(guest: &Guest<'_>, facts: &Facts) -> Result<Option<Plan>> {
    let all = published(guest, guest.env, &guest.env.expose, facts)?;
    if all.redirects.is_empty() || facts.filter.as_ref().is_none_or(|f| f.has(&place(guest).place)) {
        return Ok(None);
    }
    ready(guest.name, &all, facts)?;
    let mut plan = Plan::new("expose", guest.name);
    plan.steps = place(guest).fresh(text(guest, &all));
    Ok(Some(plan))
}

/// The steps that give a running environment other published ports; none if it has no card yet that they could lead
/// to. `runs` is what it runs with.
///
/// # Errors
/// This host can't do it now.
pub fn live(runs: &Guest<'_>, guest: &Guest<'_>, facts: &Facts) -> Result<Option<Vec<Step>>> {
    let old = published(guest, runs.env, &runs.env.expose, facts)?;
    let new = published(guest, runs.env, &guest.env.expose, facts)?;
    if new.redirects.is_empty() && !guest.env.expose.is_empty() {
        return Ok(None);
    }
    ready(guest.name, &new, facts)?;
    let place = place(guest);
    Ok(Some(match (old.redirects.is_empty(), new.redirects.is_empty()) {
        (true, true) => Vec::new(),
        (true, false) => place.fresh(text(guest, &new)),
        (false, true) => [place.withdrawn(text(guest, &old)), cut(guest, None)].concat(),
        (false, false) => {
            let mut gone = old.redirects.clone();
            gone.retain(|r| !new.redirects.contains(r));
            [place.replaced(text(guest, &old), text(guest, &new)), cut(guest, Some(&gone))].concat()
        }
    }))
}

/// What whoever publishes ports on this host must know: pf does not redirect what comes from the host itself (F3.4).
pub fn from_here(guest: &Guest<'_>, facts: &Facts) -> Option<String> {
    if guest.platform.kind() != PlatformKind::Freebsd {
        return None;
    }
    let all = published(guest, guest.env, &guest.env.expose, facts).ok()?;
    let first = all.redirects.first()?;
    Some(format!(
        "from this host itself pf leads nobody to a published port: there use {} port {}",
        first.to, first.inner
    ))
}
