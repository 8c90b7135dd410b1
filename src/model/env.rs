//! The TOML of one environment: what is wanted of it.

use super::boot::Boot;
use super::external::{Driver, External};
use super::fstab::Mount;
use super::hook::{Hook, Point};
use super::limits::Limits;
use super::name::{AbsPath, BaseName, DatasetName, EnvName, HostName, Tag};
use super::net::Net;
use super::nic::Nic;
use super::params::{Allow, Children, Exec, HostParams, SysV};
use super::port::Exposure;
use super::replica::Job;
use super::snapshot::Snapshots;
use super::vm::Vm;
use std::collections::{BTreeMap, BTreeSet};

/// The newest format this jug writes and reads.
pub const VERSION: u32 = 1;

/// The kind of an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A jail (a container on Linux).
    #[default]
    Jail,
    /// A virtual machine.
    Vm,
}

impl Kind {
    /// The word in TOML.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jail => "jail",
            Self::Vm => "vm",
        }
    }
}

/// How the root file system is put together.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The base is mounted read-only; only etc, root, tmp, home, usr/local and var are its own.
    #[default]
    Thin,
    /// A ZFS clone of the base.
    Clone,
    /// A copy of the base.
    Full,
}

/// Where the data lies.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Storage {
    /// ZFS datasets.
    Zfs,
    /// Whatever `[external]` or `mnt_start` mounts, while it is needed.
    External,
    /// Plain directories.
    #[default]
    Dir,
}

impl Mode {
    /// The word in TOML.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Thin => "thin",
            Self::Clone => "clone",
            Self::Full => "full",
        }
    }
}

impl Storage {
    /// The word in TOML.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zfs => "zfs",
            Self::External => "external",
            Self::Dir => "dir",
        }
    }
}

/// One environment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Env {
    /// The format, [`VERSION`].
    pub version: u32,
    /// Jail or VM.
    #[serde(default)]
    pub kind: Kind,
    /// Its identity for life; what jug makes for it bears this.
    pub uuid: uuid::Uuid,
    /// When it was created.
    pub created: jiff::Timestamp,
    /// The base it stands on, if it is a jail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<BaseName>,
    /// How its root is put together.
    #[serde(default)]
    pub mode: Mode,
    /// Where its data lies.
    #[serde(default)]
    pub storage: Storage,
    /// Its dataset, with storage zfs; local to this node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<DatasetName>,
    /// What it was cloned from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<EnvName>,
    /// A line for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Tags, for `@tag`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<Tag>,
    /// Whether verbs that remove refuse it.
    #[serde(default)]
    pub protected: bool,
    /// Whether what lies in its system directory may be run on this host; local to this node.
    #[serde(default = "default_trusted")]
    pub trusted: bool,
    /// Its networks.
    #[serde(default = "default_net")]
    pub net: Vec<Net>,
    /// Ports of the host that lead to ports of its.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expose: Vec<Exposure>,
    /// The devfs(8) rule set of its /dev.
    #[serde(default = "default_devfs")]
    pub devfs_ruleset: u16,
    /// jail(8), enforce_statfs: 0 to 2.
    #[serde(default = "default_statfs")]
    pub enforce_statfs: u8,
    /// jail(8), securelevel: -1 to 3.
    #[serde(default = "default_securelevel")]
    pub securelevel: i8,
    /// jail(8), sysvmsg.
    #[serde(default = "default_sysv")]
    pub sysvmsg: SysV,
    /// jail(8), sysvsem.
    #[serde(default = "default_sysv")]
    pub sysvsem: SysV,
    /// jail(8), sysvshm.
    #[serde(default = "default_sysv")]
    pub sysvshm: SysV,
    /// jail(8), osrelease: what uname(1) says inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub osrelease: Option<String>,
    /// With storage external: the executable that mounts its data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mnt_start: Option<AbsPath>,
    /// The executable that unmounts it; without one jug unmounts what `mnt_start` mounted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mnt_stop: Option<AbsPath>,
    /// Extra mounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fstab: Vec<Mount>,
    /// Seconds a hook may take; 0 is no limit.
    #[serde(default = "default_hook_timeout")]
    pub hook_timeout: u64,
    /// With storage external: what jug itself mounts; local to this node.
    #[serde(default, skip_serializing_if = "External::is_default")]
    pub external: External,
    /// Whether, when and after what it is started at boot.
    #[serde(default)]
    pub boot: Boot,
    /// What it is made of, if it is a VM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vm: Option<Vm>,
    /// `host.*`.
    #[serde(default)]
    pub host: HostParams,
    /// `children.*`.
    #[serde(default)]
    pub children: Children,
    /// `allow.*`.
    #[serde(default)]
    pub allow: Allow,
    /// How much of the host it may use.
    #[serde(default)]
    pub limits: Limits,
    /// What runs inside.
    #[serde(default)]
    pub exec: Exec,
    /// Which snapshots are kept.
    #[serde(default, skip_serializing_if = "Snapshots::is_default")]
    pub snapshots: Snapshots,
    /// Where it is replicated to; local to this node.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replicate: Vec<Job>,
    /// Hooks by point.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hooks: BTreeMap<Point, Vec<Hook>>,
    /// What this node knows of its ownership; local to this node.
    #[serde(default, skip_serializing_if = "Owned::is_new")]
    pub owner: Owned,
    /// Variables of a CBSD file that mean nothing to jug, kept for `junregister --format cbsd`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cbsd: BTreeMap<String, String>,
}

/// What a node knows of an environment's owner without asking the storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Owned {
    /// The epoch this node took.
    pub epoch: u64,
    /// Whether another node was seen to have taken it over.
    pub fenced: bool,
}

impl Owned {
    fn is_new(&self) -> bool {
        *self == Self::default()
    }
}

fn default_trusted() -> bool {
    true
}
fn default_net() -> Vec<Net> {
    vec![Net::Inherit]
}
fn default_devfs() -> u16 {
    4
}
fn default_statfs() -> u8 {
    2
}
fn default_securelevel() -> i8 {
    2
}
fn default_sysv() -> SysV {
    SysV::New
}
fn default_hook_timeout() -> u64 {
    60
}

impl Env {
    /// A new jail with the defaults.
    pub fn new(uuid: uuid::Uuid, created: jiff::Timestamp, base: BaseName) -> Self {
        Self {
            version: VERSION,
            kind: Kind::Jail,
            uuid,
            created,
            base: Some(base),
            mode: Mode::default(),
            storage: Storage::default(),
            dataset: None,
            origin: None,
            description: String::new(),
            tags: BTreeSet::new(),
            protected: false,
            trusted: default_trusted(),
            net: default_net(),
            expose: Vec::new(),
            devfs_ruleset: default_devfs(),
            enforce_statfs: default_statfs(),
            securelevel: default_securelevel(),
            sysvmsg: default_sysv(),
            sysvsem: default_sysv(),
            sysvshm: default_sysv(),
            osrelease: None,
            fstab: Vec::new(),
            hook_timeout: default_hook_timeout(),
            boot: Boot::default(),
            vm: None,
            host: HostParams::default(),
            children: Children::default(),
            allow: Allow::default(),
            limits: Limits::default(),
            exec: Exec::default(),
            snapshots: Snapshots::default(),
            replicate: Vec::new(),
            hooks: BTreeMap::new(),
            mnt_start: None,
            mnt_stop: None,
            external: External::default(),
            owner: Owned::default(),
            cbsd: BTreeMap::new(),
        }
    }

    /// Whether its storage is mounted when it is needed.
    pub fn is_mounted(&self) -> bool {
        self.storage == Storage::External
            && (self.mnt_start.is_some() || self.external.driver != Driver::Script)
    }

    /// A new VM with the defaults.
    pub fn new_vm(uuid: uuid::Uuid, created: jiff::Timestamp, vm: Vm) -> Self {
        let jail = Self::new(uuid, created, BaseName::host());
        Self { kind: Kind::Vm, base: None, vm: Some(vm), net: vec![Net::None], ..jail }
    }

    /// Whether it is a VM.
    pub fn is_vm(&self) -> bool {
        self.kind == Kind::Vm
    }

    /// Its base's name; empty for a VM.
    pub fn base_name(&self) -> &str {
        self.base.as_ref().map_or("", BaseName::as_str)
    }

    /// Whether its base is the running system itself.
    pub fn on_host(&self) -> bool {
        self.base.as_ref().is_some_and(BaseName::is_host)
    }

    /// Whether its root is put together at each start.
    pub fn is_thin(&self) -> bool {
        !self.is_vm() && self.mode == Mode::Thin
    }

    /// The host name inside.
    pub fn hostname(&self, name: &EnvName) -> String {
        self.host.hostname.as_ref().map(HostName::to_string).unwrap_or_else(|| name.to_string())
    }

    /// Addresses that jug itself gives it.
    pub fn addresses(&self) -> Vec<String> {
        self.net
            .iter()
            .flat_map(|n| match n {
                Net::Alias { address, .. } => vec![address.addr().to_string()],
                Net::Network(nic) => nic.addresses().map(|a| a.to_string()).collect(),
                _ => Vec::new(),
            })
            .collect()
    }

    /// Its cards on networks of jug's, with their numbers inside.
    pub fn nics(&self) -> impl Iterator<Item = (usize, &Nic)> {
        self.net.iter().filter_map(Net::nic).enumerate()
    }

    /// Whether it has a network stack of its own with cards in it.
    pub fn has_nics(&self) -> bool {
        self.nics().next().is_some()
    }
}
