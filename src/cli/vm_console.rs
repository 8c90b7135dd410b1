//! vm-console

use super::session::Session;
use super::targets::one_of;
use crate::error::{Code, Error, Result};
use crate::host::{console, signal};
use crate::model::env::Kind;
use crate::platform::machine;
use crate::report::table::out;

/// Be at a VM's console; Return, ~ and . ends that
///
/// The end of standard input does not end it: what the VM prints is shown until the VM is off, or those keys were typed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The VM
    #[arg(value_name = "NAME")]
    name: String,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let name = one_of(s, Kind::Vm, &args.name)?;
    let path = machine::console(s.platform.kind(), &s.layout, &name);
    if s.global.dry_run {
        out(&format!("{path}\n"));
        return Ok(Code::Done);
    }
    s.need_root("vm-console")?;
    // A device is there though nobody is at its other end.
    if !super::jstart::runs(s, &name)? {
        return Err(Error::busy(&name, "it does not run").next(format!("jug vm-start {name}")));
    }
    match console::attach(&path, &signal::stopped) {
        Ok(Some(())) => Ok(Code::Done),
        Ok(None) => Err(Error::busy(&name, "it does not run").next(format!("jug vm-start {name}"))),
        Err(e) => Err(Error { object: name.to_string(), reason: format!("{}: {}", e.object, e.reason), ..e }),
    }
}
