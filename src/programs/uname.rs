//! uname(1).

use crate::host::Cmd;

/// The release of the running system.
pub fn release() -> Cmd {
    Cmd::new("uname").arg("-r")
}

/// System, release and machine.
pub fn system() -> Cmd {
    Cmd::new("uname").arg("-srm")
}
