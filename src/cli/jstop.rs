//! jstop

use super::change::{self, Wish};
use super::session::Session;
use super::targets::{Targets, choose_of};
use crate::error::{Code, Result};
use crate::facts::Facts;
use crate::model::env::{Env, Kind};
use crate::model::external::External;
use crate::model::name::EnvName;
use crate::model::vm::Vm;
use crate::plan::{Plan, hurry, stop};
use crate::report::results::{Done, Outcome};
use crate::store::started;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Stop jails, in bounded time whatever runs in them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
    /// Unmount by force what does not answer: what was not written yet is lost
    #[arg(long)]
    force: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args, kind: Kind) -> Result<Code> {
    s.force.store(args.force, Ordering::Relaxed);
    let names = choose_of(s, kind, &args.targets.names, args.targets.all)?;
    let mut groups = super::jstart::by_boot_order(s, names);
    groups.reverse();
    Ok(change::each_group(s, groups, &|name, alone| one(s, name, alone)))
}

/// Stops one.
pub fn one(s: &Session, name: &EnvName, alone: bool) -> Outcome {
    change::one(s, &s.verb(name, "stop"), name.as_str(), alone, &|| plan(s, name, None))
}

/// Stops a VM, which has so many seconds to power itself down.
pub fn with_grace(s: &Session, name: &EnvName, alone: bool, seconds: Option<u64>) -> Outcome {
    change::one(s, &s.verb(name, "stop"), name.as_str(), alone, &|| {
        let mut env = known(s, name)?;
        if let (Some(vm), Some(seconds)) = (&mut env.vm, seconds) {
            vm.stop_timeout = seconds;
        }
        plan_of(s, name, &env)
    })
}

/// Stops one with its limits cut to the time until then.
pub fn within(s: &Session, name: &EnvName, by: Instant) -> Outcome {
    change::one(s, &s.verb(name, "stop"), name.as_str(), false, &|| plan(s, name, Some(by)))
}

/// The plan of a stop, within that time.
pub fn plan(s: &Session, name: &EnvName, by: Option<Instant>) -> Result<Wish> {
    let mut env = known(s, name)?;
    if let Some(by) = by {
        hurry::hurry(&mut env, by.saturating_duration_since(Instant::now()).as_secs());
    }
    plan_of(s, name, &env)
}

fn plan_of(s: &Session, name: &EnvName, env: &Env) -> Result<Wish> {
    let mut wanted = s.wanted(name, env);
    (wanted.datasets, wanted.certain, wanted.addresses) = (None, Some(name.clone()), false);
    let facts = s.gather(&wanted)?;
    Ok(match plan_from(s, name, env, &facts)? {
        Some(plan) => Wish::Do(vec![plan], Done::changed("stopped")),
        None => Wish::Nothing(Done::unchanged("it does not run")),
    })
}

/// Clears away what a VM has left that was killed with its supervisor, before something else is done to it.
///
/// # Errors
/// It can't be cleared away.
pub fn clear(s: &Session, name: &EnvName, alone: bool) -> Result<()> {
    let Ok((_, env)) = s.env(name) else { return Ok(()) };
    let began = env.is_vm() && started::read(&s.layout, name).is_some_and(|st| st.env.uuid == env.uuid);
    if !began || s.global.dry_run || !s.is_root() || super::jstart::runs(s, name)? {
        return Ok(());
    }
    one(s, name, alone).result.map(|_| ())
}

/// The environment as its file says; if that is broken, as it was started: what runs must stay within reach.
pub fn known(s: &Session, name: &EnvName) -> Result<Env> {
    match s.env(name) {
        Ok((_, env)) => Ok(env),
        Err(e) => started::read(&s.layout, name).filter(|_| s.saved.is_none()).map(|s| s.env).ok_or(e),
    }
}

/// The plan of a stop, given the facts; nothing if there is nothing to stop or to clear away.
pub fn plan_from(s: &Session, name: &EnvName, env: &Env, facts: &Facts) -> Result<Option<Plan>> {
    let started = if s.saved.is_some() { None } else { started::read(&s.layout, name) };
    // What it was started with is what has to be taken down.
    let env = match started.as_ref() {
        Some(st) if st.env.uuid == env.uuid => Env {
            exec: env.exec.clone(),
            hooks: env.hooks.clone(),
            hook_timeout: env.hook_timeout,
            trusted: env.trusted,
            external: External { force: env.external.force, ..st.env.external.clone() },
            vm: st.env.vm.clone().map(|vm| Vm {
                stop_timeout: env.vm.as_ref().map_or(vm.stop_timeout, |v| v.stop_timeout),
                ..vm
            }),
            ..st.env.clone()
        },
        _ => env.clone(),
    };
    let base = s.base_of(&env);
    stop::plan(&s.guest(name, &env, base.as_ref()), facts, started.as_ref())
}
