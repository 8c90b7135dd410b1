//! snapshot-rollback

use super::change::{self, Wish};
use super::session::Session;
use super::snapshots::facts;
use super::targets::one;
use crate::error::{Code, Error, Result};
use crate::host::Host;
use crate::model::name::EnvName;
use crate::plan::rollback::{self, Consent};
use crate::plan::snapshot;
use crate::report::results::Done;

/// Set a jail back to what it was when a snapshot was taken
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The jail
    #[arg(value_name = "NAME")]
    name: String,
    /// The snapshot's name, or label
    #[arg(value_name = "SNAPSHOT")]
    snapshot: String,
    /// Stop it if it runs, and start it again
    #[arg(long)]
    stop: bool,
    /// Destroy the snapshots that were taken since
    #[arg(long)]
    destroy_newer: bool,
    /// Of those, also what jug did not take
    #[arg(long, requires = "destroy_newer")]
    foreign: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let name = one(s, &args.name)?;
    let real = s.is_root() && !s.global.dry_run;
    if args.stop && real {
        // What will refuse is better known while it still runs.
        if let Err(e) = plan(s, &name, args) {
            let outcome = change::finish(s, "snapshot-rollback", name.as_str(), Err(e), Vec::new());
            return Ok(change::report(s, outcome));
        }
    }
    change::confirm(s, &format!("Set {name} back to {}, and lose what has changed since?", args.snapshot))?;
    let mut stopped = false;
    if args.stop && real {
        let outcome = super::jstop::one(s, &name, true);
        match &outcome.result {
            Err(_) => return Ok(change::report(s, outcome)),
            Ok(done) => stopped = done.changed,
        }
    }
    let mut outcome = change::one(s, "snapshot-rollback", name.as_str(), true, &|| plan(s, &name, args));
    // What is half done must not run.
    if stopped && !outcome.result.as_ref().is_err_and(|e| e.code == Code::Left) {
        let started = super::jstart::one(s, &name, true);
        outcome.warnings.extend(started.warnings);
        outcome.result = match (outcome.result, started.result) {
            (Ok(done), Ok(_)) => Ok(Done::changed(format!("{}, and started again", done.what))),
            (Ok(_), Err(e)) => Err(super::jrestart::halfway("set back, but not started again", e)),
            (Err(e), Ok(_)) => Err(e),
            (Err(e), Err(start)) => {
                let reason = format!("{}; and it was stopped, and could not be started: {start}", e.reason);
                Err(Error { code: Code::Left, reason, ..e })
            }
        };
    }
    Ok(change::report(s, outcome))
}

fn plan(s: &Session, name: &EnvName, args: &Args) -> Result<Wish> {
    let (_, env) = s.env(name)?;
    snapshot::dataset(name, &env)?;
    let mut facts = facts(s, &[(name, &env)], true)?;
    let mut plans = Vec::new();
    if args.stop {
        plans.extend(super::jstop::plan_from(s, name, &env, &facts)?);
        facts = super::jstart::stopped(s, name, &env, facts);
    }
    let consent = Consent { newer: args.destroy_newer, foreign: args.foreign };
    let back = rollback::plan(&s.guest(name, &env, None), &facts, &args.snapshot, consent, s.host.now())?;
    plans.push(back);
    Ok(Wish::Do(plans, Done::changed(format!("set back to {}", args.snapshot))))
}
