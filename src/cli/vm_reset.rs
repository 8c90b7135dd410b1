//! vm-reset

use super::change::{self, Wish};
use super::session::Session;
use super::targets::{Targets, choose_of};
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::model::env::Kind;
use crate::model::name::EnvName;
use crate::plan::Plan;
use crate::platform::machine;
use crate::report::results::Done;

/// Press the reset button of VMs that run
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let names = choose_of(s, Kind::Vm, &args.targets.names, args.targets.all)?;
    Ok(change::each(s, &names, &|name, alone| {
        change::one(s, "vm-reset", name.as_str(), alone, &|| plan(s, name))
    }))
}

fn plan(s: &Session, name: &EnvName) -> Result<Wish> {
    let (_, env) = s.env(name)?;
    let guest = s.guest(name, &env, None);
    let facts = s.gather(&Wanted { containers: true, ..Wanted::default() })?;
    let runs = facts.container(name.as_str()).is_some_and(|c| c.running && guest.is_its_own(c));
    if !runs || facts.container(name.as_str()).is_some_and(|c| c.uuid != Some(env.uuid)) {
        return Err(Error::busy(name, "it does not run").next(format!("jug vm-start {name}")));
    }
    let mut plan = Plan::new("vm-reset", name);
    // A guest that was reset was.
    plan.point_of_no_return();
    plan.push(machine::reset(&guest));
    Ok(Wish::Do(vec![plan], Done::changed("reset")))
}
