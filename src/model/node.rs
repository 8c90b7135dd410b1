//! `jug.toml`: this node.

use super::env::{Mode, Storage};
use super::external::External;
use super::name::{AbsPath, BaseName, DatasetName, HostName, InterfaceName};
use super::net::Net;
use super::replica::Job;
use super::snapshot::Snapshots;

/// The node's configuration. Everything has a default.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NodeConfig {
    /// The format; 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The tree that jug owns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workdir: Option<AbsPath>,
    /// The dataset below which jug makes its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zfs_root: Option<DatasetName>,
    /// Directories whose programs and files an environment that comes to this node may use without --trust.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trust: Vec<AbsPath>,
    /// Defaults of new environments.
    pub defaults: Defaults,
    /// Which snapshots are kept of environments that don't say it themselves.
    pub snapshots: Snapshots,
    /// Where environments are replicated to that don't say it themselves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replicate: Vec<Job>,
    /// Where base-fetch and image-fetch get what they fetch.
    pub fetch: Fetch,
    /// Where programs are looked for.
    pub programs: Programs,
    /// What jug tells the NFS server.
    pub nfs: Nfs,
}

/// What jug tells the NFS server.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Nfs {
    /// jug's own file of exports. By default /usr/local/etc/jug.exports on FreeBSD, and on Linux
    /// /etc/exports.d/jug.exports, or /etc/ganesha/jug.conf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exports: Option<AbsPath>,
    /// The server of a Linux host. By default nfs-ganesha if it runs, else the kernel's where exportfs(8) is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<Server>,
    /// nfs-ganesha's configuration, which includes jug's file. By default /etc/ganesha/ganesha.conf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ganesha_conf: Option<AbsPath>,
    /// The file that nfs-ganesha writes its process id to. By default /var/run/ganesha/ganesha.pid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ganesha_pid: Option<AbsPath>,
    /// The file that nfs-ganesha logs to. By default /var/log/ganesha/ganesha.log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ganesha_log: Option<AbsPath>,
    /// The root of the tree that NFSv4 shows, where no other file says it. By default `/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<AbsPath>,
    /// What clients call this host. By default its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<HostName>,
}

impl NodeConfig {
    /// Combinations that no type can refuse. The first part of the answer is the key.
    ///
    /// # Errors
    /// There is one.
    pub fn check(&self) -> Result<(), (String, String)> {
        let of_defaults = |(key, why): (&str, String)| (format!("defaults.{key}"), why);
        self.defaults.external.as_ref().map_or(Ok(()), |e| e.check().map_err(of_defaults))
    }
}

/// Defaults of new environments.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// The base of `jcreate` without --base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<BaseName>,
    /// The mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The storage; zfs where `zfs_root` is set, else dir.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage: Option<Storage>,
    /// The interface for addresses of environments that come from nodes with other interfaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<InterfaceName>,
    /// The networks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net: Option<Vec<Net>>,
    /// What mounts storage external, of environments that are made here and of those that come here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external: Option<External>,
}

/// Where base-fetch and image-fetch get what they fetch.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fetch {
    /// A directory with `<release>/base.txz` and `<release>/MANIFEST` below it: http, https or file.
    pub mirror: String,
    /// A catalogue of images beside the one that jug has with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<AbsPath>,
    /// Seconds without a byte after which a transfer is given up.
    pub timeout: u64,
}

impl Default for Fetch {
    fn default() -> Self {
        Self { mirror: "https://download.freebsd.org/releases/amd64".into(), catalogue: None, timeout: 60 }
    }
}

/// Where programs are looked for, and which OCI runtime is used on Linux.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Programs {
    /// Directories, in order. PATH of the caller is never used.
    pub path: Vec<AbsPath>,
    /// The OCI runtime: a name looked up in `path`, or an absolute path. By default runc, else crun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oci: Option<String>,
}

/// The search path of base systems (hier(7)) and of packages.
pub const PROGRAM_PATH: [&str; 6] =
    ["/sbin", "/bin", "/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];

impl Default for Programs {
    fn default() -> Self {
        let path = PROGRAM_PATH.iter().filter_map(|p| p.parse().ok()).collect();
        Self { path, oci: None }
    }
}
/// What serves NFS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Server {
    /// The kernel of FreeBSD, as mountd(8) tells it.
    #[default]
    Mountd,
    /// The kernel of Linux, as exportfs(8) tells it.
    Kernel,
    /// nfs-ganesha(8), in user space.
    Ganesha,
}
