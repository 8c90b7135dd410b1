//! perform: does one action, for a jug that must not hang where storage does not answer. Hidden.

use super::session::Session;
use crate::apply::perform::{CHANGED_NOTHING, action};
use crate::error::{Error, Result};
use crate::plan::Action;

/// Do one action of a plan
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The action, as the journal has it
    #[arg(value_name = "JSON")]
    action: String,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<i32> {
    s.need_root("perform")?;
    let it: Action = serde_json::from_str(&args.action).map_err(|e| Error::usage("perform", e))?;
    let mut warnings = Vec::new();
    let changed = action(&s.ctx(true), &it, &mut |_| {}, &mut warnings)?;
    Ok(if changed { 0 } else { CHANGED_NOTHING })
}
