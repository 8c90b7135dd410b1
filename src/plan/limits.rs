//! Limits in plans: what this host can hold, before a start and while it runs.

use super::guest::Guest;
use super::{Plan, Step};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::env::Env;
use crate::model::limits::{Limit, Limits};
use crate::model::name::EnvName;
use crate::platform::PlatformKind;
use crate::programs::rctl;

/// Why a limit can't be held, and what mends it.
fn lacking(guest: &Guest<'_>, facts: &Facts, limit: Limit) -> Option<(String, String)> {
    // Saved by an older jug, or not asked for: what is not known is not refused.
    let host = facts.limits.as_ref()?;
    let (name, key) = (guest.name, limit.key());
    let without = format!("jug jset {name} {key}=, or limits.required=false");
    if let (Limit::Cpuset, Some(wanted), Some(cpus)) = (limit, &guest.env.limits.cpuset, &host.cpus)
        && !wanted.within(cpus)
    {
        let why = format!("{key} is {wanted}, and this host has the CPUs {cpus}");
        return Some((why, format!("jug jset {name} {key}={cpus}")));
    }
    if host.can.contains(&limit) {
        return None;
    }
    Some(match (guest.platform.kind(), limit) {
        (PlatformKind::Freebsd, _) => (
            format!("{key} can't be held: the kernel keeps no account of what jails use"),
            format!("add the line kern.racct.enable=1 to /boot/loader.conf and reboot; or {without}"),
        ),
        (_, Limit::ReadBps | Limit::WriteBps | Limit::ReadIops | Limit::WriteIops) => {
            (format!("{key} can't be held on Linux, where it would need a device of its own"), without)
        }
        _ => (
            format!("{key} can't be held: the kernel has no controller for it"),
            format!("mount it below /sys/fs/cgroup; or {without}"),
        ),
    })
}

/// The environment with those limits only that this host can hold. For those that it can't, and that are not required,
/// the plan gets warnings.
///
/// # Errors
/// They are required (exit 7).
pub fn held(guest: &Guest<'_>, facts: &Facts, plan: &mut Plan) -> Result<Env> {
    let mut env = guest.env.clone();
    for limit in guest.env.limits.set() {
        let Some((why, next)) = lacking(guest, facts, limit) else { continue };
        if env.limits.required {
            return Err(Error::lacks(guest.name, why).next(next));
        }
        plan.warnings.push(why);
        env.limits.clear(limit);
    }
    // Without memory's there is nothing that swap's could be beside.
    if env.limits.memory.is_none() {
        env.limits.clear(Limit::Swap);
    }
    Ok(env)
}

/// Refuses limits whose rules would take the place of somebody else's, or work beside it. `runs` is what it is held to
/// now.
///
/// # Errors
/// There is such a rule (exit 5).
pub fn free(guest: &Guest<'_>, facts: &Facts, wanted: &[Limit], runs: Option<&Limits>) -> Result<()> {
    let Some(host) = &facts.limits else { return Ok(()) };
    let ours = runs.map(|l| rctl::rules(guest.name, l)).unwrap_or_default();
    let theirs: Vec<String> = host.rules.iter().filter(|r| !ours.contains(r)).cloned().collect();
    for limit in wanted.iter().copied() {
        if let Some(rule) = rctl::like(&theirs, guest.name, limit) {
            let why = format!("for {} there is a rule of rctl(8) that is not jug's: {rule}", limit.key());
            let next = format!("rctl -r {rule}; or jug jset {} {}=", guest.name, limit.key());
            return Err(Error::conflict(guest.name, why).next(next));
        }
    }
    Ok(())
}

/// The facts without the rules that a stop takes away.
pub fn forget(name: &EnvName, facts: &mut Facts, runs: &Limits) {
    if let Some(host) = &mut facts.limits {
        let ours = rctl::rules(name, runs);
        host.rules.retain(|r| !ours.contains(r));
    }
}

/// The steps that give a running environment what differs, and the keys that need no restart then. `runs` is what it
/// runs with.
///
/// # Errors
/// This host can't hold what is wanted and required.
pub fn live(
    runs: &Guest<'_>,
    guest: &Guest<'_>,
    facts: &Facts,
    pending: &[String],
    plan: &mut Plan,
) -> Result<(Vec<Step>, Vec<String>)> {
    let differ: Vec<Limit> =
        Limit::ALL.into_iter().filter(|l| pending.iter().any(|k| k == l.key())).collect();
    if differ.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let to = held(guest, facts, plan)?.limits;
    // What this host could not hold then, it does not hold now.
    let could = |l: &Limit| facts.limits.as_ref().is_none_or(|h| h.can.contains(l));
    let (here, never): (Vec<Limit>, Vec<Limit>) = differ.into_iter().partition(could);
    let from = &runs.env.limits;
    // One that only goes takes nobody's place.
    let stay = to.set();
    let kept: Vec<Limit> = here.iter().copied().filter(|l| stay.contains(l)).collect();
    free(guest, facts, &kept, Some(from))?;
    let (steps, given) = guest.platform.limit_live(guest, (from, &to), &here, facts.limits.as_ref());
    Ok((steps, given.into_iter().chain(never).map(|l| l.key().to_string()).collect()))
}
