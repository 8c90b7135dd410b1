//! snapshot

use super::change;
use super::session::Session;
use super::snapshots::{self, Job};
use super::targets::{Targets, choose};
use crate::error::{Code, Result};
use crate::model::env::{Env, Storage};
use crate::model::name::{EnvName, Label};
use crate::report::results::{self, Style};
use crate::store::lock;

/// Take snapshots of jails: of all datasets of each at one moment
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
    /// A word at the end of the snapshot's name, by which it can be called as well
    #[arg(long, value_name = "LABEL")]
    label: Option<Label>,
    /// Then destroy what the policy of each lets go (snapshots.keep); leaves out what has none, and says nothing while
    /// all is well
    #[arg(long)]
    policy: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let names = choose(s, &args.targets.names, args.targets.all)?;
    // Of those that are not named, only what can be done is meant.
    let meant = |name: &EnvName| {
        let plainly = args.targets.names.iter().any(|w| w == name.as_str());
        plainly || s.env(name).map_or(true, |(_, env)| wanted(s, &env, args.policy))
    };
    let (names, out): (Vec<EnvName>, Vec<EnvName>) = names.into_iter().partition(meant);
    if !args.policy && !s.global.quiet {
        out.iter().for_each(|n| eprintln!("jug: {n}: left out, since its storage has no snapshots"));
    }
    if names.is_empty() {
        return Ok(Code::Done);
    }
    // Two at once would only get into each other's way.
    let _one = match args.policy && s.is_root() && !s.global.dry_run {
        true => Some(lock::exclusive(&s.layout.ensure()?, ".policy", "snapshot --policy")?),
        false => None,
    };
    let job = Job {
        verb: "snapshot",
        take: Some(args.label.as_ref()),
        prune: args.policy.then_some(None),
        foreign: false,
    };
    let outcomes = snapshots::work(s, &names, &job, args.policy);
    if s.global.dry_run || !args.policy {
        return Ok(change::tell(s, &outcomes));
    }
    s.progress(true).finish();
    Ok(results::print(&outcomes, Style { quiet: !s.global.verbose, ..s.style() }))
}

/// Whether one that is not named is meant: it has snapshots, and, if that is asked for, a policy.
fn wanted(s: &Session, env: &Env, policy: bool) -> bool {
    let zfs = env.storage == Storage::Zfs;
    match policy {
        // What says it wants snapshots and can't have any is told so.
        true => match env.snapshots.keep {
            Some(keep) => !keep.is_none(),
            None => zfs && s.config.snapshots.keep.is_some_and(|k| !k.is_none()),
        },
        false => zfs,
    }
}
