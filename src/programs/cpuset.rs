//! cpuset(1) of FreeBSD: the CPUs of a jail. The set goes with the jail.

use crate::host::Cmd;
use crate::model::limits::CpuSet;
use crate::model::name::EnvName;

/// Gives a running jail these CPUs, or all. One that the host has not: `setaffinity: Invalid argument` (F2.12).
pub fn of_jail(name: &EnvName, cpus: Option<&CpuSet>) -> Cmd {
    let list = cpus.map_or_else(|| "all".to_string(), CpuSet::to_string);
    Cmd::new("cpuset").args(["-l", &list, "-j", name.as_str()])
}
