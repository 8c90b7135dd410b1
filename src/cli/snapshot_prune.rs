//! snapshot-prune

use super::change;
use super::session::Session;
use super::snapshots::{self, Job};
use super::targets::{Targets, choose};
use crate::error::{Code, Result};
use crate::model::env::{Env, Storage};
use crate::model::keep::Keep;

/// Destroy the snapshots of jails that a policy lets go; -n shows each with the reason
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
    /// What is kept, such as last=3,hourly=24,daily=7,weekly=4,monthly=12,yearly=2; by default snapshots.keep of each
    #[arg(long, value_name = "POLICY")]
    keep: Option<Keep>,
    /// Also destroy what jug did not take
    #[arg(long)]
    foreign: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let mut names = choose(s, &args.targets.names, args.targets.all)?;
    names.retain(|name| {
        let policy =
            |env: &Env| args.keep.is_some() || snapshots::policy(s, env).is_some_and(|k| !k.is_none());
        args.targets.names.iter().any(|w| w == name.as_str())
            || s.env(name).map_or(true, |(_, env)| env.storage == Storage::Zfs && policy(&env))
    });
    let job = Job { verb: "snapshot-prune", take: None, prune: Some(args.keep), foreign: args.foreign };
    Ok(change::tell(s, &snapshots::work(s, &names, &job, false)))
}
