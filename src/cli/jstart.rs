//! jstart

use super::change::{self, Wish};
use super::session::Session;
use super::targets::{Targets, choose_of};
use crate::error::{Code, Error, Result};
use crate::facts::Facts;
use crate::facts::gather::Wanted;
use crate::host::Host;
use crate::model::env::{Env, Kind};
use crate::model::name::EnvName;
use crate::model::net::Net;
use crate::plan::guest::Guest;
use crate::plan::{Plan, limits, publish, start};
use crate::report::results::{Done, Outcome};
use crate::store::{lock, started};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Start jails
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
}

/// Runs it.
pub fn run(s: &Session, args: &Args, kind: Kind) -> Result<Code> {
    let names = choose_of(s, kind, &args.targets.names, args.targets.all)?;
    Ok(change::each_group(s, by_boot_order(s, names), &|name, alone| one(s, name, alone)))
}

/// In groups of one `boot.order` each, the lowest first; those that are equal stay as they were asked for.
pub fn by_boot_order(s: &Session, names: Vec<EnvName>) -> Vec<Vec<EnvName>> {
    let mut groups: BTreeMap<u32, Vec<EnvName>> = BTreeMap::new();
    for name in names {
        groups.entry(s.env(&name).map_or(u32::MAX, |(_, e)| e.boot.order)).or_default().push(name);
    }
    groups.into_values().collect()
}

/// Starts one.
pub fn one(s: &Session, name: &EnvName, alone: bool) -> Outcome {
    let held = match s.env(name) {
        Ok((_, env)) if s.is_root() && !s.global.dry_run => address_locks(s, name, &env),
        _ => Ok(Vec::new()),
    };
    match held {
        Ok(_held) => {
            if let Err(e) = net_up(s, name, alone) {
                return change::finish(s, &s.verb(name, "start"), name.as_str(), Err(e), Vec::new());
            }
            change::one(s, &s.verb(name, "start"), name.as_str(), alone, &|| plan(s, name))
        }
        Err(e) => change::finish(s, &s.verb(name, "start"), name.as_str(), Err(e), Vec::new()),
    }
}

/// Brings the networks of one that is to be started up, each as a change of its own: others may be about to do the same.
fn net_up(s: &Session, name: &EnvName, alone: bool) -> Result<()> {
    if s.global.dry_run || !s.is_root() {
        return Ok(());
    }
    let Ok((_, env)) = s.env(name) else { return Ok(()) };
    super::networks::up(s, &env, alone).map_err(|e| Error {
        object: name.to_string(),
        reason: format!("network {}: {}", e.object, e.reason),
        ..e
    })
}

/// Two starts must not both find an address free: each of its aliases is locked until it runs.
///
/// # Errors
/// Another start is at it.
pub fn address_locks(s: &Session, name: &EnvName, env: &Env) -> Result<Vec<lock::Lock>> {
    let aliases = env.net.iter().filter_map(|n| match n {
        Net::Alias { address, .. } => Some(address.addr()),
        _ => None,
    });
    aliases
        .map(|a| {
            let layout = s.layout.ensure()?;
            lock::exclusive(&layout, &format!(".address-{a}"), "jstart").map_err(|e| Error {
                object: name.to_string(),
                reason: format!("{a}: {}", e.reason),
                ..e
            })
        })
        .collect()
}

/// What other environments that run have from jug.
fn lent(s: &Session, name: &EnvName, facts: &Facts) -> Result<BTreeMap<IpAddr, String>> {
    let mut lent = BTreeMap::new();
    for other in s.registry()?.into_keys().filter(|n| n != name) {
        if !facts.container(other.as_str()).is_some_and(|c| c.running) {
            continue;
        }
        for net in started::read(&s.layout, &other).map(|s| s.added).unwrap_or_default() {
            if let Net::Alias { address, .. } = net {
                lent.insert(address.addr(), other.to_string());
            }
        }
    }
    Ok(lent)
}

fn plan(s: &Session, name: &EnvName) -> Result<Wish> {
    let (_, env) = s.env(name)?;
    let facts = gather(s, name, &env)?;
    if facts.container(name.as_str()).is_some_and(|c| c.running && !c.alone) {
        return wish(s, name, &env, &facts);
    }
    // It may have ended without jug: killed, or by a reboot. What it left is cleared away first.
    match super::jstop::plan_from(s, name, &env, &facts)? {
        None => wish(s, name, &env, &facts),
        Some(clear) => match wish(s, name, &env, &stopped(s, name, &env, facts))? {
            Wish::Do(start, done) => Ok(Wish::Do([vec![clear], start].concat(), done)),
            other => Ok(other),
        },
    }
}

/// What a start wants to know.
///
/// # Errors
/// The host can't be asked.
pub fn gather(s: &Session, name: &EnvName, env: &Env) -> Result<Facts> {
    let mut wanted = s.wanted(name, env);
    (wanted.datasets, wanted.certain) = (None, Some(name.clone()));
    wanted.paths.extend([s.layout.root(name, env), s.layout.oci_state(name)]);
    let left = match started::read(&s.layout, name) {
        Some(last) if s.saved.is_none() && last.env.uuid == env.uuid => last.added,
        _ => Vec::new(),
    };
    wanted.addresses |= !left.is_empty();
    wanted.rulesets = !env.is_vm();
    wanted.limits = !env.limits.set().is_empty();
    // A dry run shows how its networks come up as well.
    let filtered = !env.expose.is_empty() || (s.global.dry_run && env.has_nics());
    (wanted.filter, wanted.forwarding) = (filtered, filtered);
    wanted.listeners.clone_from(&env.expose);
    let mut facts = s.gather(&wanted)?;
    facts.left = left;
    if s.saved.is_none() && !env.addresses().is_empty() {
        facts.lent = lent(s, name, &facts)?;
    }
    if !env.expose.is_empty() {
        facts.exposed = super::exposures::of_running(s, name, &facts)?;
    }
    if s.saved.is_none() && (env.has_nics() || env.is_vm()) {
        facts.environments = s.registry()?.into_iter().map(|(n, e)| (n.to_string(), e.text)).collect();
    }
    Ok(facts)
}

fn wish(s: &Session, name: &EnvName, env: &Env, facts: &Facts) -> Result<Wish> {
    let base = s.base_of(env);
    let guest = s.guest(name, env, base.as_ref());
    Ok(match start::plan(&guest, facts, s.host.now())? {
        Some(plan) => {
            let mut plans = super::networks::up_plans(s, env, facts)?;
            plans.push(plan);
            Wish::Do(plans, Done::changed("started"))
        }
        None => match ports_again(s, name, &guest, facts)? {
            Some(plan) => Wish::Do(vec![plan], Done::changed("its published ports are loaded again")),
            None => Wish::Nothing(Done::unchanged("it runs already")),
        },
    })
}

/// What of one that runs a flush of the packet filter has taken away.
fn ports_again(s: &Session, name: &EnvName, guest: &Guest<'_>, facts: &Facts) -> Result<Option<Plan>> {
    match super::exposures::running_with(s, name) {
        Some(runs) if runs.uuid == guest.env.uuid => publish::again(&guest.with(&runs), facts),
        _ => publish::again(guest, facts),
    }
}

/// Whether it runs.
pub fn runs(s: &Session, name: &EnvName) -> Result<bool> {
    let facts = s.gather(&Wanted { containers: true, ..Wanted::default() })?;
    Ok(facts.container(name.as_str()).is_some_and(|c| c.running))
}

/// The plan of a start as it will be once it is stopped.
pub fn after_stop(s: &Session, name: &EnvName) -> Result<Wish> {
    let (_, env) = s.env(name)?;
    let facts = gather(s, name, &env)?;
    wish(s, name, &env, &stopped(s, name, &env, facts))
}

/// The facts as they will be once it is stopped.
pub fn stopped(s: &Session, name: &EnvName, env: &Env, mut facts: Facts) -> Facts {
    let root = s.layout.root(name, env).to_string();
    let thin = env.is_thin();
    facts.containers.retain(|c| c.name != name.as_str());
    facts.mounts.retain(|m| !(thin && m.target == root || m.target.starts_with(&format!("{root}/"))));
    facts.paths.remove(&root);
    facts.paths.remove(s.layout.rules(name).as_str());
    facts.left.clear();
    let mark = format!("jug:{}:", env.uuid);
    facts.interfaces.retain(|i| !i.mark(s.platform.kind()).starts_with(&mark));
    let started = started::read(&s.layout, name);
    if let Some(started) = &started {
        limits::forget(name, &mut facts, &started.env.limits);
    }
    for net in started.map(|s| s.added).unwrap_or_default() {
        if let Net::Alias { address, .. } = net {
            facts.addresses.retain(|a| a.address != address.addr());
        }
    }
    facts
}

/// Notes that another node has taken an environment over.
pub fn fence(s: &Session, name: &EnvName) -> Result<()> {
    set_fence(s, name, true)
}

/// Notes that, or that this node has it still.
///
/// # Errors
/// Its file can't be read or written.
pub fn set_fence(s: &Session, name: &EnvName, fenced: bool) -> Result<()> {
    let (text, env) = s.env(name)?;
    if env.owner.fenced == fenced || !s.is_root() || s.global.dry_run {
        return Ok(());
    }
    let text = crate::model::schema::fence(&text, name, fenced)?;
    crate::host::fs::write_atomic(s.layout.env_file(name).as_path(), &text, 0o644)
}
