//! jstart

use super::change::{self, Wish};
use super::session::Session;
use super::targets::{Targets, choose};
use crate::error::{Code, Result};
use crate::host::Host;
use crate::model::name::EnvName;
use crate::model::net::Net;
use crate::plan::start;
use crate::report::results::{Done, Outcome};
use crate::store::lock;

/// Start jails
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let mut names = choose(s, &args.targets.names, args.targets.all)?;
    by_boot_order(s, &mut names);
    Ok(change::each(s, &names, &|name, alone| one(s, name, alone)))
}

/// The lower `boot.order`, the earlier; those that are equal stay as they were asked for.
pub fn by_boot_order(s: &Session, names: &mut [EnvName]) {
    names.sort_by_cached_key(|n| s.env(n).map_or(u32::MAX, |(_, e)| e.boot.order));
}

/// Starts one.
pub fn one(s: &Session, name: &EnvName, alone: bool) -> Outcome {
    // Who adds addresses must not be surprised by another who does.
    let aliases = s.env(name).is_ok_and(|(_, e)| e.net.iter().any(|n| matches!(n, Net::Alias { .. })));
    let held = if aliases && s.is_root() && !s.global.dry_run {
        match s.layout.ensure().and_then(|l| lock::waiting(&l, ".addresses")) {
            Ok(lock) => Some(lock),
            Err(e) => return change::finish(s, "jstart", name.as_str(), Err(e), Vec::new()),
        }
    } else {
        None
    };
    let outcome = change::one(s, "jstart", name.as_str(), alone, &|| plan(s, name));
    drop(held);
    outcome
}

fn plan(s: &Session, name: &EnvName) -> Result<Wish> {
    let (_, env) = s.env(name)?;
    let base = s.base(&env.base);
    let guest = s.guest(name, &env, base.as_ref());
    let mut wanted = s.wanted(&env);
    wanted.datasets = None;
    wanted.paths.push(guest.root());
    let facts = s.gather(&wanted)?;
    Ok(match start::plan(&guest, &facts, s.host.now())? {
        Some(plan) => Wish::Do(vec![plan], Done::changed("started")),
        None => Wish::Nothing(Done::unchanged("it runs already")),
    })
}
