//! service(8) of FreeBSD.

use crate::host::Cmd;

/// Has a daemon read its files again, whether rc.conf(5) enables it or not; 1 if it does not run.
pub fn reload(name: &str) -> Cmd {
    Cmd::new("service").args([name, "onereload"]).limit(30)
}
