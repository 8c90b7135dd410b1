//! pwd_mkdb(8).

use crate::host::Cmd;

/// What it reads, and what it makes of that (pwd_mkdb(8), FILES).
pub const FILES: [&str; 4] = ["master.passwd", "passwd", "pwd.db", "spwd.db"];

/// Builds the password database in a directory from the master.passwd there.
pub fn build(etc: &str) -> Cmd {
    Cmd::new("pwd_mkdb").args(["-d", etc, "-p"]).arg(format!("{etc}/master.passwd"))
}
