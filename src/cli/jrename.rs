//! jrename

use super::change::{self, Wish};
use super::session::Session;
use super::targets::one_of;
use crate::error::{Code, Result};
use crate::model::env::{Env, Kind};
use crate::model::name::EnvName;
use crate::plan::guest::verb_of;
use crate::plan::{mnt, rename};
use crate::report::results::Done;
use crate::store::{journal, lock};

/// Give a jail another name; its data moves with it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name
    #[arg(value_name = "NAME")]
    name: String,
    /// What it is to be called
    #[arg(value_name = "NEW")]
    new: EnvName,
    /// Stop it if it runs, and start it again
    #[arg(long)]
    restart: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args, kind: Kind) -> Result<Code> {
    let verb = verb_of(kind, "rename");
    let name = one_of(s, kind, &args.name)?;
    if name == args.new {
        let done = Done::unchanged("it is called so already");
        return Ok(change::report(s, change::finish(s, &verb, name.as_str(), Ok(done), Vec::new())));
    }
    if let Err(e) = super::exports::none_of(s, &name) {
        return Ok(change::report(s, change::finish(s, &verb, name.as_str(), Err(e), Vec::new())));
    }
    // An interrupted renaming is carried to its end or undone before this one is planned.
    let was = journal::read(&s.layout, name.as_str()).ok().flatten().filter(|p| p.plan.verb == verb);
    let real = s.is_root() && !s.global.dry_run;
    let held = match real {
        true => Some(s.layout.ensure().and_then(|l| lock::exclusive(&l, args.new.as_str(), &verb))?),
        false => None,
    };
    let mut restart = false;
    if args.restart && real {
        let stopped = super::jstop::one(s, &name, true);
        match &stopped.result {
            Err(_) => return Ok(change::report(s, stopped)),
            Ok(done) => restart = done.changed,
        }
    }
    super::jstop::clear(s, &name, true)?;
    let mut outcome =
        change::one(s, &verb, name.as_str(), true, &|| plan(s, &name, &args.new, was.is_some()));
    drop(held);
    super::boot::warn_of_missing(s, &name, &[], &mut outcome);
    if restart {
        let again = if outcome.result.is_ok() { &args.new } else { &name };
        let started = super::jstart::one(s, again, true);
        outcome.warnings.extend(started.warnings);
        if let (Ok(_), Err(e)) = (&outcome.result, started.result) {
            outcome.result = Err(super::jrestart::halfway("renamed, but not started", e));
        }
    }
    Ok(change::report(s, outcome))
}

fn plan(s: &Session, name: &EnvName, to: &EnvName, again: bool) -> Result<Wish> {
    // Recovery may have carried an interrupted one to its end.
    let (_, env) = match s.env(name) {
        Err(e) if e.code == Code::NotFound && s.env(to).is_ok() && again => {
            return Ok(Wish::Nothing(Done::changed(format!("renamed to {to}"))));
        }
        other => other?,
    };
    let mut renamed = Env { ..env.clone() };
    if let Some(dataset) = &env.dataset {
        let parent = dataset.as_str().rsplit_once('/').map_or("", |p| p.0);
        renamed.dataset = Some(format!("{parent}/{to}").parse()?);
    }
    let base = s.base_of(&env);
    let (old, new) = (s.guest(name, &env, base.as_ref()), s.guest(to, &renamed, base.as_ref()));
    let mut wanted = s.wanted(name, &env);
    wanted.addresses = false;
    wanted.datasets = env.dataset.as_ref().and(s.zfs_root().cloned());
    wanted.paths.extend(mnt::places(&s.layout, to));
    let mut facts = s.gather(&wanted)?;
    facts.environments = s.registry()?.into_iter().map(|(n, e)| (n.to_string(), e.text)).collect();
    Ok(Wish::Do(vec![rename::plan(&old, &new, &facts)?], Done::changed(format!("renamed to {to}"))))
}
