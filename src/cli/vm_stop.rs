//! vm-stop

use super::change;
use super::session::Session;
use super::targets::{Targets, choose_of};
use crate::error::{Code, Result};
use crate::model::env::Kind;

/// Power VMs down: by their power button, and when that does not help in time, by taking their power away
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
    /// Wait so long before taking the power away (vm.stop_timeout)
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Take the power away at once
    #[arg(long, conflicts_with = "timeout")]
    force: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let names = choose_of(s, Kind::Vm, &args.targets.names, args.targets.all)?;
    let mut groups = super::jstart::by_boot_order(s, names);
    groups.reverse();
    let grace = if args.force { Some(0) } else { args.timeout };
    Ok(change::each_group(s, groups, &|name, alone| super::jstop::with_grace(s, name, alone, grace)))
}
