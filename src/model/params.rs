//! jail(8) parameters as an environment's TOML names them, with safe defaults.

use super::name::HostName;
use std::collections::BTreeMap;

/// Every `allow.*` that jail(8) of FreeBSD 15.0 knows (freebsd/jail.txt, `jls -h`), without the prefix.
pub const ALLOW: [&str; 28] = [
    "adjtime",
    "chflags",
    "extattr",
    "mlock",
    "mount",
    "mount.devfs",
    "mount.fdescfs",
    "mount.linprocfs",
    "mount.linsysfs",
    "mount.nullfs",
    "mount.p9fs",
    "mount.procfs",
    "mount.tmpfs",
    "mount.zfs",
    "nfsd",
    "quotas",
    "raw_sockets",
    "read_msgbuf",
    "reserved_ports",
    "routing",
    "set_hostname",
    "setaudit",
    "settime",
    "socket_af",
    "suser",
    "sysvipc",
    "unprivileged_parent_tampering",
    "unprivileged_proc_debug",
];

/// Permissions that differ from the defaults below.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "BTreeMap<String, bool>", into = "BTreeMap<String, bool>")]
pub struct Allow(pub BTreeMap<String, bool>);

impl TryFrom<BTreeMap<String, bool>> for Allow {
    type Error = String;
    fn try_from(map: BTreeMap<String, bool>) -> Result<Self, String> {
        for key in map.keys() {
            if !ALLOW.contains(&key.as_str()) {
                return Err(format!("unknown permission `{}`", super::name::printable(key)));
            }
        }
        Ok(Self(map))
    }
}

impl From<Allow> for BTreeMap<String, bool> {
    fn from(a: Allow) -> Self {
        a.0
    }
}

impl Allow {
    /// Whether the permission is given.
    pub fn get(&self, key: &str) -> bool {
        self.0.get(key).copied().unwrap_or_else(|| Self::default_of(key))
    }

    /// jug's default: what jail(8) allows, less `set_hostname`.
    pub fn default_of(key: &str) -> bool {
        matches!(key, "reserved_ports" | "unprivileged_proc_debug" | "suser")
    }
}

/// System V IPC name spaces (jail(8), sysvmsg).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SysV {
    /// Objects of the host's are seen.
    Inherit,
    /// A name space of its own.
    New,
    /// None.
    Disable,
}

impl SysV {
    /// The word of jail(8).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inherit => "inherit",
            Self::New => "new",
            Self::Disable => "disable",
        }
    }
}

/// `host.*` of jail(8).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HostParams {
    /// The host name inside; by default the environment's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<HostName>,
}

/// `children.*` of jail(8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Children {
    /// How many jails it may make itself.
    pub max: u32,
}

/// What is run inside at start and stop.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Exec {
    /// Run inside at start; default on FreeBSD `/bin/sh /etc/rc`, on Linux nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Vec<String>>,
    /// Run inside at stop; default on FreeBSD `/bin/sh /etc/rc.shutdown jail`, on Linux nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Vec<String>>,
    /// Seconds that `start` may take; 0 is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_timeout: Option<u64>,
    /// Seconds that `stop` may take before its processes are killed; 0 is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_timeout: Option<u64>,
    /// Seconds between TERM and KILL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kill_timeout: Option<u64>,
}
