//! snapshot-hold and snapshot-release

use super::change::{self, Wish};
use super::session::Session;
use super::snapshots::facts;
use super::targets::one;
use crate::error::{Code, Result};
use crate::plan::snapshot;
use crate::report::results::Done;

/// Hold snapshots of a jail, so that nothing destroys them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
}

/// Let held snapshots of a jail go again
#[derive(Debug, clap::Args)]
pub struct Release {
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The jail
    #[arg(value_name = "NAME")]
    name: String,
    /// Their names, or labels
    #[arg(value_name = "SNAPSHOT", required = true)]
    snapshots: Vec<String>,
}

/// Runs snapshot-hold.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    change(s, &args.which, true)
}

/// Runs snapshot-release.
pub fn release(s: &Session, args: &Release) -> Result<Code> {
    change(s, &args.which, false)
}

fn change(s: &Session, which: &Which, hold: bool) -> Result<Code> {
    let name = one(s, &which.name)?;
    let (verb, done, already) = match hold {
        true => ("snapshot-hold", "held", "held already"),
        false => ("snapshot-release", "released", "jug holds none of them"),
    };
    let outcome = change::one(s, verb, name.as_str(), true, &|| {
        let (_, env) = s.env(&name)?;
        let guest = s.guest(&name, &env, None);
        snapshot::dataset(&name, &env)?;
        let facts = facts(s, &[(&name, &env)], false)?;
        let mut plan = snapshot::hold(&guest, &facts, &which.snapshots, hold)?;
        if s.saved.is_none() {
            plan.steps = still_to_do(s, plan.steps)?;
        }
        Ok(match plan.steps.is_empty() {
            true => Wish::Nothing(Done::unchanged(already)),
            false => Wish::Do(vec![plan], Done::changed(done)),
        })
    });
    Ok(change::report(s, outcome))
}

/// The steps whose guards hold now.
fn still_to_do(s: &Session, steps: Vec<crate::plan::Step>) -> Result<Vec<crate::plan::Step>> {
    let mut left = Vec::new();
    for step in steps {
        if step.action.when.as_ref().map_or(Ok(true), |g| crate::apply::guards::holds(&s.ctx(true), g))? {
            left.push(step);
        }
    }
    Ok(left)
}
