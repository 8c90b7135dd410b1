//! jlogin

use super::session::Session;
use super::targets::one_of;
use crate::error::{Code, Result};
use crate::model::env::Kind;
use crate::model::name::UserName;
use crate::platform::Inside;

/// Open a login shell inside
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The jail
    #[arg(value_name = "NAME")]
    name: String,
    /// As this user
    #[arg(short, long, value_name = "USER", default_value = "root")]
    user: UserName,
}

/// Runs it. The shell's exit status is passed on, so what jug itself can't do is told from it, as with jexec.
pub fn run(s: &Session, args: &Args) -> Result<i32> {
    attempt(s, args).map_err(|e| e.code(Code::Exec))
}

fn attempt(s: &Session, args: &Args) -> Result<i32> {
    let name = one_of(s, Kind::Jail, &args.name)?;
    let how = Inside { user: args.user.to_string(), ..Inside::default() };
    let cmd = super::jexec::prepare(s, &name, &how)?;
    if s.global.dry_run {
        crate::report::table::out(&format!("{cmd}\n"));
        return Ok(0);
    }
    Err(s.host.become_program(&cmd).into())
}
