//! pkill(1) and pgrep(1). Those of FreeBSD know jails.

use crate::host::Cmd;

/// Sends a signal to all processes of a jail. Exit status 1: there was none.
pub fn signal(jail: &str, signal: &str) -> Cmd {
    Cmd::new("pkill").arg(format!("-{signal}")).args(["-j", jail]).accept(1)
}

/// Exits 0 while the jail has a process.
pub fn any(jail: &str) -> Cmd {
    Cmd::new("pgrep").args(["-j", jail])
}

/// Sends a signal to the processes whose command line matches. Exit status 1: there was none.
pub fn signal_matching(pattern: &str, signal: &str) -> Cmd {
    Cmd::new("pkill").arg(format!("-{signal}")).args(["-f", pattern]).accept(1)
}

/// Exits 0 while there is such a process.
pub fn any_matching(pattern: &str) -> Cmd {
    Cmd::new("pgrep").args(["-f", pattern])
}
