//! snapshot-remove

use super::change::{self, Wish};
use super::session::Session;
use super::snapshots::facts;
use super::targets::one;
use crate::error::{Code, Result};
use crate::plan::{moment, snapshot};
use crate::report::results::Done;

/// Destroy snapshots of a jail
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The jail
    #[arg(value_name = "NAME")]
    name: String,
    /// Their names, or labels
    #[arg(value_name = "SNAPSHOT", required = true)]
    snapshots: Vec<String>,
    /// Also those that jug did not take
    #[arg(long)]
    foreign: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let name = one(s, &args.name)?;
    let list = moment::list(args.snapshots.iter().map(String::as_str));
    change::confirm(s, &format!("Destroy snapshots of {name}: {list}?"))?;
    let outcome = change::one(s, "snapshot-remove", name.as_str(), true, &|| {
        let (_, env) = s.env(&name)?;
        let guest = s.guest(&name, &env, None);
        snapshot::dataset(&name, &env)?;
        let facts = facts(s, &[(&name, &env)], false)?;
        let plan = snapshot::remove(&guest, &facts, &args.snapshots, args.foreign)?;
        Ok(Wish::Do(vec![plan], Done::changed(format!("{list} destroyed"))))
    });
    Ok(change::report(s, outcome))
}
