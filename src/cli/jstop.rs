//! jstop

use super::change::{self, Wish};
use super::session::Session;
use super::targets::{Targets, choose};
use crate::error::{Code, Result};
use crate::model::name::EnvName;
use crate::plan::stop;
use crate::report::results::{Done, Outcome};
use crate::store::started;

/// Stop jails, in bounded time whatever runs in them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let names = choose(s, &args.targets.names, args.targets.all)?;
    let mut groups = super::jstart::by_boot_order(s, names);
    groups.reverse();
    Ok(change::each_group(s, groups, &|name, alone| one(s, name, alone)))
}

/// Stops one.
pub fn one(s: &Session, name: &EnvName, alone: bool) -> Outcome {
    change::one(s, "jstop", name.as_str(), alone, &|| plan(s, name))
}

fn plan(s: &Session, name: &EnvName) -> Result<Wish> {
    let (_, env) = s.env(name)?;
    let started = if s.saved.is_some() { None } else { started::read(&s.layout, name) };
    // What it was started with is what has to be taken down.
    let env = match started.as_ref() {
        Some(st) if st.env.uuid == env.uuid => crate::model::env::Env {
            exec: env.exec.clone(),
            hooks: env.hooks.clone(),
            hook_timeout: env.hook_timeout,
            ..st.env.clone()
        },
        _ => env,
    };
    let base = s.base(&env.base);
    let guest = s.guest(name, &env, base.as_ref());
    let mut wanted = s.wanted(&env);
    (wanted.datasets, wanted.certain) = (None, Some(name.clone()));
    wanted.addresses = false;
    let facts = s.gather(&wanted)?;
    Ok(match stop::plan(&guest, &facts, started.as_ref())? {
        Some(plan) => Wish::Do(vec![plan], Done::changed("stopped")),
        None => Wish::Nothing(Done::unchanged("it does not run")),
    })
}
