//! mtree(8).

use crate::host::Cmd;

/// Makes the directories of /var as the base system has them. Exit status 2: something was not as it says, and now is.
pub fn var(target: &str) -> Cmd {
    Cmd::new("mtree").args(["-deUq", "-f", "/etc/mtree/BSD.var.dist", "-p", target]).accept(2)
}
