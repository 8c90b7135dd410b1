//! The keys of an environment: which there are, and what their values look like on the command line.

use super::env::Kind;
use super::name::{nearest, printable};
use super::params::ALLOW;
use super::words;
use crate::error::{Error, Result};

/// What a key's value looks like on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Number,
    Flag,
    /// Split at commas.
    Words,
    /// The same, but for the commas within a network card.
    Nets,
    /// Each value is one element, commas and all.
    Lines,
    /// The same, of published ports, which can be written in several ways.
    Ports,
    /// A command, split as sh(1) would.
    Argv,
    /// The disks of a VM, which have commands of their own.
    Disks,
    /// Chosen at creation.
    Fixed,
}

impl Shape {
    /// Whether there are several values.
    pub(super) fn is_list(self) -> bool {
        matches!(self, Self::Words | Self::Nets | Self::Lines | Self::Ports | Self::Argv | Self::Disks)
    }
}

pub(super) const KEYS: [(&str, Shape); 102] = [
    ("version", Shape::Fixed),
    ("kind", Shape::Fixed),
    ("uuid", Shape::Fixed),
    ("created", Shape::Fixed),
    ("base", Shape::Fixed),
    ("mode", Shape::Fixed),
    ("storage", Shape::Fixed),
    ("dataset", Shape::Fixed),
    ("description", Shape::Text),
    ("tags", Shape::Words),
    ("protected", Shape::Flag),
    ("trusted", Shape::Flag),
    ("net", Shape::Nets),
    ("expose", Shape::Ports),
    ("devfs_ruleset", Shape::Number),
    ("enforce_statfs", Shape::Number),
    ("securelevel", Shape::Number),
    ("sysvmsg", Shape::Text),
    ("sysvsem", Shape::Text),
    ("sysvshm", Shape::Text),
    ("osrelease", Shape::Text),
    ("mnt_start", Shape::Text),
    ("mnt_stop", Shape::Text),
    ("external.driver", Shape::Text),
    ("external.server", Shape::Text),
    ("external.root", Shape::Text),
    ("external.names", Shape::Text),
    ("external.mounts", Shape::Words),
    ("external.portal", Shape::Text),
    ("external.target", Shape::Text),
    ("external.device", Shape::Text),
    ("external.key_file", Shape::Text),
    ("external.passphrase_file", Shape::Text),
    ("external.options", Shape::Words),
    ("external.force", Shape::Flag),
    ("fstab", Shape::Lines),
    ("hook_timeout", Shape::Number),
    ("boot.auto", Shape::Flag),
    ("boot.order", Shape::Number),
    ("boot.after", Shape::Words),
    ("boot.delay", Shape::Number),
    ("boot.wait_for", Shape::Words),
    ("boot.wait_limit", Shape::Number),
    ("vm.cpus", Shape::Text),
    ("vm.memory", Shape::Text),
    ("vm.wired", Shape::Flag),
    ("vm.firmware", Shape::Text),
    ("vm.firmware_file", Shape::Text),
    ("vm.kernel", Shape::Text),
    ("vm.initrd", Shape::Text),
    ("vm.cmdline", Shape::Text),
    ("vm.disks", Shape::Disks),
    ("vm.cd", Shape::Text),
    ("vm.boot", Shape::Text),
    ("vm.image", Shape::Fixed),
    ("vm.seed", Shape::Text),
    ("vm.nic_model", Shape::Text),
    ("vm.vnc", Shape::Text),
    ("vm.passthru", Shape::Words),
    ("vm.shares", Shape::Lines),
    ("vm.localtime", Shape::Flag),
    ("vm.stop_timeout", Shape::Number),
    ("vm.on_crash", Shape::Text),
    ("vm.restarts", Shape::Number),
    ("vm.accel", Shape::Text),
    ("vm.bhyve_flags", Shape::Words),
    ("vm.ssh_user", Shape::Text),
    ("host.hostname", Shape::Text),
    ("children.max", Shape::Number),
    ("allow.*", Shape::Flag),
    ("limits.memory", Shape::Text),
    ("limits.swap", Shape::Text),
    ("limits.cpu", Shape::Number),
    ("limits.cpuset", Shape::Text),
    ("limits.processes", Shape::Number),
    ("limits.open_files", Shape::Number),
    ("limits.read_bps", Shape::Text),
    ("limits.write_bps", Shape::Text),
    ("limits.read_iops", Shape::Number),
    ("limits.write_iops", Shape::Number),
    ("limits.required", Shape::Flag),
    ("exec.start", Shape::Argv),
    ("exec.stop", Shape::Argv),
    ("exec.start_timeout", Shape::Number),
    ("exec.stop_timeout", Shape::Number),
    ("exec.kill_timeout", Shape::Number),
    ("hooks.created", Shape::Lines),
    ("hooks.prestart", Shape::Lines),
    ("hooks.poststart", Shape::Lines),
    ("hooks.prestop", Shape::Lines),
    ("hooks.poststop", Shape::Lines),
    ("hooks.removed", Shape::Lines),
    ("hooks.clone", Shape::Lines),
    ("hooks.presnapshot", Shape::Lines),
    ("hooks.postsnapshot", Shape::Lines),
    ("snapshots.keep", Shape::Text),
    ("replicate", Shape::Lines),
    ("origin", Shape::Fixed),
    ("owner.epoch", Shape::Fixed),
    ("owner.fenced", Shape::Fixed),
    ("cbsd", Shape::Fixed),
    ("name", Shape::Fixed),
];

/// The keys and tables that only a jail has.
const JAIL: [&str; 16] = [
    "base",
    "mode",
    "devfs_ruleset",
    "enforce_statfs",
    "securelevel",
    "sysvmsg",
    "sysvsem",
    "sysvshm",
    "osrelease",
    "fstab",
    "host",
    "children",
    "allow",
    "exec",
    "limits",
    "cbsd",
];

/// The kind that alone has a key or table; `None` if both have it.
pub fn kind_of(key: &str) -> Option<Kind> {
    let table = key.split('.').next().unwrap_or_default();
    if table == "vm" {
        return Some(Kind::Vm);
    }
    JAIL.contains(&table).then_some(Kind::Jail)
}

/// Every key an environment has, `allow.*` written out.
pub fn keys() -> Vec<String> {
    let mut all: Vec<String> =
        KEYS.iter().filter(|(k, _)| *k != "allow.*").map(|(k, _)| (*k).to_string()).collect();
    all.extend(ALLOW.iter().map(|a| format!("allow.{a}")));
    all
}

/// Every key that an environment of a kind has.
pub fn keys_of(kind: Kind) -> impl Iterator<Item = String> {
    keys().into_iter().filter(move |k| kind_of(k).is_none_or(|of| of == kind))
}

pub(super) fn shape(key: &str) -> Result<Shape> {
    let key = words::current(key);
    if let Some(permission) = key.strip_prefix("allow.")
        && ALLOW.contains(&permission)
    {
        return Ok(Shape::Flag);
    }
    if let Some((_, shape)) = KEYS.iter().find(|(k, _)| *k == key && *k != "allow.*") {
        return Ok(*shape);
    }
    let all = keys();
    let mut e = Error::usage(printable(key), "no such key");
    // `kill_timeout` is meant to be `exec.kill_timeout`.
    let last = all.iter().find(|k| k.rsplit('.').next() == Some(key)).map(String::as_str);
    e.next = last
        .or_else(|| nearest(key, all.iter().map(String::as_str)))
        .map(|n| format!("did you mean {n}? jug.toml(5) has them all"));
    Err(e)
}

/// Whether an environment has such a key; otherwise an error that names the nearest.
pub fn check_key(key: &str) -> Result<()> {
    shape(key).map(|_| ())
}
