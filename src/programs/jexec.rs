//! jexec(8). It execs in place, so exit statuses and signals are the command's own (F2.10).

use crate::host::Cmd;

/// Runs a command inside with a clean login environment.
pub fn run(jail: &str, user: &str, dir: Option<&str>, argv: &[String]) -> Cmd {
    let mut cmd = Cmd::new("jexec").args(["-l", "-U", user]);
    if let Some(dir) = dir {
        cmd = cmd.args(["-d", dir]);
    }
    cmd.arg(jail).args(argv.iter().cloned())
}
