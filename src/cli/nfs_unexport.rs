//! nfs-unexport

use super::change::{self, Wish as Change};
use super::exports::{self, LOCK, Object, PATIENCE};
use super::session::Session;
use crate::error::{Code, Result};
use crate::model::export::ClientSet;
use crate::plan::export::{Unwish, unexport};
use crate::plan::exported::Here;
use crate::report::results::Done;

/// Export over NFS no more
///
/// What others export stays, and is named.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An environment, a dataset, or an absolute path
    #[arg(value_name = "NAME|DATASET|PATH")]
    object: String,
    /// Only to these clients, named as they were
    #[arg(long, value_name = "CLIENTS")]
    to: Option<ClientSet>,
    /// And what is exported below it
    #[arg(long)]
    children: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let object = Object::read(s, &args.object)?;
    let mut outcome = change::patiently(s, "nfs-unexport", LOCK, true, PATIENCE, &|| plan(s, args, &object));
    outcome.name.clone_from(&args.object);
    Ok(change::report(s, outcome))
}

fn plan(s: &Session, args: &Args, object: &Object) -> Result<Change> {
    let facts = s.gather(&exports::asked(s, Some(object), &[], &[])?)?;
    let here = Here::new(&facts, &s.config)?;
    let wish = Unwish {
        targets: match object {
            Object::Environment(..) => Vec::new(),
            // What is exported is taken back, mounted or not.
            Object::Dataset(name) => vec![here.place(name.as_str())?],
            Object::Path(path) => vec![path.clone()],
        },
        owner: matches!(object, Object::Environment(..)).then(|| object.owner()),
        clients: args.to.clone(),
        children: args.children,
    };
    let whom = args.to.as_ref().map(|to| format!(" to {to}")).unwrap_or_default();
    // In the log all changes of exports are of one object.
    let done = |word: &str| format!("{word}{whom}: {}", args.object);
    Ok(match unexport(&args.object, &wish, &here, exports::mark(s))? {
        Some(plan) => Change::Do(vec![plan], Done::changed(done("exported no more"))),
        None => Change::Nothing(Done::unchanged(done("it is not exported"))),
    })
}
