//! pwd_mkdb(8).

use crate::host::Cmd;

/// Builds the password database in a directory from the master.passwd there.
pub fn build(etc: &str) -> Cmd {
    Cmd::new("pwd_mkdb").args(["-d", etc, "-p"]).arg(format!("{etc}/master.passwd"))
}
