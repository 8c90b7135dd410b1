//! jremove

use super::change::{self, Wish};
use super::session::Session;
use super::targets::{Targets, choose_of};
use crate::error::{Code, Result};
use crate::host::fs;
use crate::model::env::{Env, Kind};
use crate::model::name::{AbsPath, EnvName};
use crate::model::schema;
use crate::plan::remove;
use crate::report::results::Done;
use crate::store::started;

/// Remove jails with all their data
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
    /// Stop those that run first
    #[arg(long)]
    stop: bool,
    /// Let clones of theirs stand by themselves first
    #[arg(long)]
    promote: bool,
    /// Only forget them, where their storage is lost; touches no data
    #[arg(long, conflicts_with = "promote")]
    forget: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args, kind: Kind) -> Result<Code> {
    let names = choose_of(s, kind, &args.targets.names, args.targets.all)?;
    if names.is_empty() {
        return Ok(Code::Done);
    }
    let list: Vec<&str> = names.iter().map(EnvName::as_str).collect();
    change::confirm(s, &format!("Remove {} with all their data?", list.join(", ")))?;
    Ok(change::each(s, &names, &|name, alone| {
        if let Err(e) = super::exports::none_of(s, name) {
            return change::finish(s, &s.verb(name, "remove"), name.as_str(), Err(e), Vec::new());
        }
        let mut stopped = false;
        if args.stop && !s.global.dry_run {
            let protected = s.env(name).is_ok_and(|(_, e)| e.protected);
            if !protected {
                let outcome = super::jstop::one(s, name, alone);
                match &outcome.result {
                    Err(_) => return outcome,
                    Ok(done) => stopped = done.changed,
                }
            }
        }
        if let Err(e) = super::jstop::clear(s, name, alone) {
            return change::finish(s, &s.verb(name, "remove"), name.as_str(), Err(e), Vec::new());
        }
        let mut outcome =
            change::one(s, &s.verb(name, "remove"), name.as_str(), alone, &|| plan(s, name, args));
        if stopped {
            outcome.result =
                outcome.result.map_err(|e| super::jrestart::halfway("stopped, but not removed", e));
        }
        super::boot::warn_of_missing(s, name, &names, &mut outcome);
        outcome
    }))
}

fn plan(s: &Session, name: &EnvName, args: &Args) -> Result<Wish> {
    // Recovery may have carried an interrupted removal to its end.
    let (_, mut env) = match s.env(name) {
        Err(e) if e.code == Code::NotFound && !s.global.dry_run && s.is_root() => {
            return Ok(Wish::Nothing(Done::changed("removed")));
        }
        other => other?,
    };
    // What it was last started with may have left rules, of which its file says nothing any more.
    if let Some(last) = started::read(&s.layout, name).filter(|l| s.saved.is_none() && l.env.uuid == env.uuid)
    {
        env.limits = last.env.limits.or(&env.limits);
    }
    let base = s.base_of(&env);
    let guest = s.guest(name, &env, base.as_ref());
    let mut wanted = s.wanted(name, &env);
    (wanted.addresses, wanted.certain) = (false, Some(name.clone()));
    wanted.snapshots = wanted.datasets.clone().into_iter().collect();
    // The whole pool, so that clones of its snapshots are seen, wherever they were made.
    wanted.datasets = wanted.datasets.map(|d| d.pool());
    let mut facts = s.gather(&wanted)?;
    if s.saved.is_none() {
        facts.identity = identity(&guest.system());
    }
    let done = Done::changed(if args.forget { "forgotten; its data was not touched" } else { "removed" });
    if args.forget {
        return Ok(Wish::Do(vec![remove::forget(&guest, &facts)?], done));
    }
    let mut plans = Vec::new();
    if args.stop && s.global.dry_run {
        plans.extend(super::jstop::plan_from(s, name, &env, &facts)?);
        facts = super::jstart::stopped(s, name, &env, facts);
    }
    plans.push(remove::plan(&s.guest(name, &env, base.as_ref()), &facts, args.promote)?);
    Ok(Wish::Do(plans, done))
}

/// Whose the files are that lie there, if they say so.
fn identity(system: &AbsPath) -> Option<uuid::Uuid> {
    let text = fs::read_foreign(system.join("env.toml").as_path(), schema::MAX_FILE).ok()?;
    schema::read::<Env>(&text, "env.toml").ok().map(|e| e.uuid)
}
