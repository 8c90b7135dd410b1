//! bhyvectl(8). It takes any name, slashes and all, and exits with 0 (F9.5): the names given here are checked types.

use crate::host::Cmd;
use crate::model::name::EnvName;

fn ctl(name: &EnvName, what: &str) -> Cmd {
    Cmd::new("bhyvectl").args([format!("--vm={name}"), what.to_string()])
}

/// Exits with 0 if there is such a machine, whether a process runs it or not.
pub fn there(name: &EnvName) -> Cmd {
    ctl(name, "--get-active-cpus")
}

/// Takes a machine away; a bhyve(8) that runs it ends with status 4.
pub fn destroy(name: &EnvName) -> Cmd {
    ctl(name, "--destroy")
}

/// Takes its power away: bhyve(8) ends with status 1.
pub fn power_off(name: &EnvName) -> Cmd {
    ctl(name, "--force-poweroff")
}

/// Presses its reset button: bhyve(8) ends with status 0.
pub fn reset(name: &EnvName) -> Cmd {
    ctl(name, "--force-reset")
}
