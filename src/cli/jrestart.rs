//! jrestart

use super::change;
use super::session::Session;
use super::targets::{Targets, choose};
use crate::error::{Code, Result};
use crate::report::results::Done;

/// Stop jails and start them again
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let names = choose(s, &args.targets.names, args.targets.all)?;
    Ok(change::each(s, &names, &|name, alone| {
        let mut stopped = super::jstop::one(s, name, alone);
        if stopped.result.is_err() || s.global.dry_run {
            return stopped;
        }
        let started = super::jstart::one(s, name, alone);
        stopped.warnings.extend(started.warnings);
        stopped.result = started
            .result
            .map(|d| Done { changed: true, what: if d.changed { "restarted".into() } else { d.what } });
        stopped
    }))
}
