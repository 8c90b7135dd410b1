//! sysrc(8).

use crate::host::Cmd;

/// The value of a variable of rc.conf(5).
pub fn get(name: &str) -> Cmd {
    Cmd::new("sysrc").args(["-n", name])
}

/// Sets a variable of rc.conf(5).
pub fn set(name: &str, value: &str) -> Cmd {
    Cmd::new("sysrc").arg(format!("{name}={value}"))
}
