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
use super::port::{self, Exposure};
use super::snapshot::Snapshots;
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
    /// The base it stands on.
    pub base: BaseName,
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
    /// A new environment with the defaults.
    pub fn new(uuid: uuid::Uuid, created: jiff::Timestamp, base: BaseName) -> Self {
        Self {
            version: VERSION,
            kind: Kind::Jail,
            uuid,
            created,
            base,
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
            host: HostParams::default(),
            children: Children::default(),
            allow: Allow::default(),
            limits: Limits::default(),
            exec: Exec::default(),
            snapshots: Snapshots::default(),
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

    /// Combinations that no type can refuse. The first part of the answer is the key.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if self.version > VERSION {
            return Err((
                "version",
                format!("the format {} is newer than this jug ({VERSION}): use a newer jug", self.version),
            ));
        }
        if self.version == 0 {
            return Err(("version", "there is no format 0".into()));
        }
        super::net::check(&self.net).map_err(|e| ("net", e))?;
        port::check(&self.expose).map_err(|e| ("expose", e))?;
        if !self.expose.is_empty() && !self.has_nics() {
            return Err((
                "expose",
                "only what has a card on a network has ports of its own: with none there are none, and with \
                 inherit and alias they are the host's already"
                    .into(),
            ));
        }
        self.limits.check()?;
        if self.enforce_statfs > 2 {
            return Err(("enforce_statfs", "it is 0, 1 or 2".into()));
        }
        if !(-1..=3).contains(&self.securelevel) {
            return Err(("securelevel", "it is -1 to 3".into()));
        }
        match (self.mode, self.storage, self.base.is_host()) {
            (Mode::Clone | Mode::Full, _, true) => {
                return Err((
                    "mode",
                    "the base `host` is the running system itself: it can only be used thin".into(),
                ));
            }
            (Mode::Clone, Storage::Dir | Storage::External, _) => {
                return Err((
                    "mode",
                    "a clone needs storage = \"zfs\": use mode = \"full\" or \"thin\" with storage = \"dir\""
                        .into(),
                ));
            }
            _ => {}
        }
        if (self.storage == Storage::Zfs) != self.dataset.is_some() {
            return Err(("dataset", "storage = \"zfs\" needs a dataset, and only that has one".into()));
        }
        if self.storage != Storage::External && (self.mnt_start.is_some() || self.mnt_stop.is_some()) {
            return Err(("mnt_start", "mnt_start and mnt_stop need storage = \"external\"".into()));
        }
        if self.storage != Storage::External && !self.external.is_default() {
            return Err(("external.driver", "it needs storage = \"external\"".into()));
        }
        if self.external.driver != Driver::Script && (self.mnt_start.is_some() || self.mnt_stop.is_some()) {
            return Err(("external.driver", "mnt_start and mnt_stop are of the driver script".into()));
        }
        self.external.check()?;
        for (key, argv) in [("exec.start", &self.exec.start), ("exec.stop", &self.exec.stop)] {
            if let Some(argv) = argv
                && let Some(program) = argv.first()
                && !program.starts_with('/')
            {
                return Err((key, "the first word is the absolute path of a program".into()));
            }
        }
        if self.description.chars().any(char::is_control) {
            return Err(("description", "it holds a control character".into()));
        }
        if let Some(r) = &self.osrelease
            && (r.is_empty() || r.len() > 31 || !r.chars().all(|c| c.is_ascii_graphic()))
        {
            return Err(("osrelease", "it has 1 to 31 printable characters, such as 14.3-RELEASE".into()));
        }
        if self.allow.get("mount") && self.enforce_statfs > 1 {
            return Err(("allow.mount", "it has no effect unless enforce_statfs is 0 or 1 (jail(8))".into()));
        }
        let mut targets = BTreeSet::new();
        for m in &self.fstab {
            if !targets.insert(m.target.as_str()) {
                return Err(("fstab", format!("{} is mounted on twice", m.target)));
            }
        }
        Ok(())
    }
}
