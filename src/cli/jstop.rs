//! jstop

use super::change::{self, Wish};
use super::session::Session;
use super::targets::{Targets, choose};
use crate::error::{Code, Result};
use crate::facts::Facts;
use crate::model::env::Env;
use crate::model::external::External;
use crate::model::name::EnvName;
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
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    s.force.store(args.force, Ordering::Relaxed);
    let names = choose(s, &args.targets.names, args.targets.all)?;
    let mut groups = super::jstart::by_boot_order(s, names);
    groups.reverse();
    Ok(change::each_group(s, groups, &|name, alone| one(s, name, alone)))
}

/// Stops one.
pub fn one(s: &Session, name: &EnvName, alone: bool) -> Outcome {
    change::one(s, "jstop", name.as_str(), alone, &|| plan(s, name, None))
}

/// Stops one with its limits cut to the time until then.
pub fn within(s: &Session, name: &EnvName, by: Instant) -> Outcome {
    change::one(s, "jstop", name.as_str(), false, &|| plan(s, name, Some(by)))
}

fn plan(s: &Session, name: &EnvName, by: Option<Instant>) -> Result<Wish> {
    let mut env = known(s, name)?;
    if let Some(by) = by {
        hurry::hurry(&mut env, by.saturating_duration_since(Instant::now()).as_secs());
    }
    let mut wanted = s.wanted(name, &env);
    (wanted.datasets, wanted.certain, wanted.addresses) = (None, Some(name.clone()), false);
    let facts = s.gather(&wanted)?;
    Ok(match plan_from(s, name, &env, &facts)? {
        Some(plan) => Wish::Do(vec![plan], Done::changed("stopped")),
        None => Wish::Nothing(Done::unchanged("it does not run")),
    })
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
            ..st.env.clone()
        },
        _ => env.clone(),
    };
    let base = s.base(&env.base);
    stop::plan(&s.guest(name, &env, base.as_ref()), facts, started.as_ref())
}
