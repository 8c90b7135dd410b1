//! Reading the host: each kind of fact costs one command, and only what is asked for is read.

use super::{Accounts, Container, Facts};
use crate::error::{Code, Error, Result};
use crate::host::{Host, RunError, fs};
use crate::model::name::{AbsPath, DatasetName, EnvName};
use crate::model::port::Exposure;
use crate::platform::{Platform, PlatformKind, ask, filter, machines, nfs, system_accounts, system_groups};
use crate::programs::{zfs, zfs_snapshot};
use crate::store::layout::{Layout, OCI_STATE};
use crate::store::{networks, registry};
use std::collections::BTreeMap;
use std::path::Path;

/// So many datasets are named in one command: a name has at most 200 characters, and FreeBSD takes 512 KiB of arguments.
pub const ROOTS: usize = 1000;

/// Which facts are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Jails and containers, and VMs if this workdir ever had any.
    pub containers: bool,
    /// VMs in any case, and what this host has to run them with.
    pub machines: bool,
    /// Whose container must not be overlooked, whatever the runtime's list leaves out.
    pub certain: Option<EnvName>,
    /// The mount table.
    pub mounts: bool,
    /// All datasets below this one.
    pub datasets: Option<DatasetName>,
    /// Snapshots at and below these.
    pub snapshots: Vec<DatasetName>,
    /// Interfaces and addresses.
    pub addresses: bool,
    /// Whether the host passes packets on.
    pub forwarding: bool,
    /// The packet filter, and the default routes.
    pub filter: bool,
    /// Who listens on the ports of the host that these want.
    pub listeners: Vec<Exposure>,
    /// jug's networks.
    pub networks: bool,
    /// Rule sets of devfs, where there are such.
    pub rulesets: bool,
    /// What this host can hold environments to.
    pub limits: bool,
    /// What serves NFS; wants the mount table as well.
    pub serving: Option<nfs::Asked>,
    /// System accounts.
    pub accounts: bool,
    /// What stands at these paths.
    pub paths: Vec<AbsPath>,
}

/// Reads what is wanted.
///
/// # Errors
/// A program is not there, says no, or prints what its parser does not know.
pub fn gather(host: &dyn Host, platform: &dyn Platform, layout: &Layout, wanted: &Wanted) -> Result<Facts> {
    let mut facts = Facts { version: 1, platform: platform.kind(), ..Facts::default() };
    if wanted.containers {
        facts.containers = containers(host, platform, layout, wanted)?;
        if wanted.machines || !layout.supervised().is_empty() {
            facts.containers.extend(machines::running(platform.kind(), host, layout)?);
        }
    }
    if wanted.machines {
        facts.hypervisor = Some(machines::host(platform.kind(), host)?);
    }
    if wanted.mounts {
        facts.mounts = platform.mounts(host)?;
    }
    if let Some(root) = &wanted.datasets {
        facts.datasets = zfs::parse_tree(&zfs_says(host, &zfs::get_tree(root, platform.openzfs()))?)?;
    }
    for roots in wanted.snapshots.chunks(ROOTS) {
        let said = zfs_says(host, &zfs_snapshot::get_tree(roots, platform.openzfs()))?;
        facts.snapshots.extend(zfs_snapshot::parse_tree(&said)?);
    }
    if wanted.addresses {
        (facts.interfaces, facts.addresses) =
            platform.parse_addresses(&ask(host, &platform.list_addresses())?)?;
    }
    if wanted.forwarding {
        facts.forwarding = Some(platform.forwarding(host)?);
    }
    // The kernel tells it to root only.
    if wanted.filter && rustix::process::geteuid().is_root() {
        facts.filter = Some(filter::gather(platform.kind(), host)?);
    }
    if wanted.filter {
        facts.routes = filter::routes(platform.kind(), host)?;
    }
    if !wanted.listeners.is_empty() {
        facts.listeners = filter::listeners(platform.kind(), host, &wanted.listeners)?;
    }
    if wanted.networks {
        facts.networks = networks::texts(layout)?;
    }
    // The kernel tells them to root only; for anybody else's dry run they stay unknown.
    if wanted.rulesets && rustix::process::geteuid().is_root() {
        facts.rulesets = platform.rulesets(host)?;
    }
    if wanted.limits {
        facts.limits = Some(platform.limiting(host)?);
    }
    if let Some(asked) = &wanted.serving {
        facts.serving = Some(nfs::gather(host, asked, &facts.mounts, platform.openzfs())?);
    }
    if wanted.accounts {
        facts.accounts = accounts(host);
    }
    // What is mounted is there, and looking at it could hang.
    // So could looking below another host's directory; what lies there is not exported.
    let far = |p: &AbsPath| wanted.serving.is_some() && facts.holder(p.as_str()).is_some_and(nfs::is_remote);
    let looked_at = |p: &&AbsPath| !facts.mounted(p.as_str()) && !far(p);
    let paths: Vec<&AbsPath> = wanted.paths.iter().filter(looked_at).collect();
    for path in paths {
        if let Some(kind) = fs::kind(path.as_path()) {
            facts.paths.insert(path.to_string(), kind);
        }
    }
    Ok(facts)
}

/// On Linux the runtime keeps its state in the workdir: without that there is no container, and nothing to ask.
/// An ordinary user can't ask the runtime; what runs is then seen in /proc.
fn containers(
    host: &dyn Host,
    platform: &dyn Platform,
    layout: &Layout,
    wanted: &Wanted,
) -> Result<Vec<Container>> {
    let certain = wanted.certain.as_ref();
    let linux = platform.kind() == PlatformKind::Linux;
    let state = layout.workdir.join(OCI_STATE);
    if linux && !rustix::process::geteuid().is_root() {
        return registry::all(layout).map(|all| running_in_proc(layout, all));
    }
    if linux && fs::kind(state.as_path()).is_none() {
        return Ok(Vec::new());
    }
    let cmd = platform.list_containers();
    let out = match host.query(&cmd) {
        // VMs need no OCI runtime.
        Err(RunError::Missing(_))
            if linux && wanted.machines && fs::kind(state.as_path()) == Some(fs::Kind::EmptyDir) =>
        {
            return Ok(Vec::new());
        }
        other => other.map_err(Error::from)?,
    };
    if !out.ok() {
        return Err(RunError::failed(&cmd, &out).into());
    }
    let mut all = platform.parse_containers(&out.stdout)?;
    // The runtime leaves out of its list what it can't read; that must not be taken for "does not run".
    if let Some(name) = certain.filter(|n| linux && !all.iter().any(|c| c.name == n.as_str()))
        && fs::kind(state.join(name.as_str()).as_path()).is_some()
    {
        let cmd = platform.one_container(name.as_str());
        let out = host.query(&cmd).map_err(Error::from)?;
        if out.ok() {
            all.extend(platform.parse_one(&out.stdout)?);
        } else if !out.stderr.contains("does not exist") {
            return Err(RunError::failed(&cmd, &out).into());
        }
    }
    Ok(all)
}

/// The identities of which something runs in a control group of jug's, whatever the workdir; none where there is no
/// such /proc.
pub fn running_anywhere() -> std::collections::BTreeSet<uuid::Uuid> {
    control_groups().keys().filter_map(|u| u.parse().ok()).collect()
}

/// The first process in each control group `jug-<uuid>` (proc_pid_cgroup(5)).
fn control_groups() -> BTreeMap<String, u32> {
    let mut first: BTreeMap<String, u32> = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|n| n.parse::<u32>().ok()) else { continue };
        let groups = std::fs::read_to_string(entry.path().join("cgroup")).unwrap_or_default();
        if let Some((_, rest)) = groups.split_once("/jug-") {
            let uuid: String = rest.chars().take(36).collect();
            let known = first.entry(uuid).or_insert(pid);
            *known = (*known).min(pid);
        }
    }
    first
}

/// Environments with a process in their control group.
fn running_in_proc(layout: &Layout, registry: BTreeMap<EnvName, registry::Entry>) -> Vec<Container> {
    let first = control_groups();
    registry
        .into_values()
        .filter_map(|e| {
            let env = e.env.ok()?;
            let pid = first.get(&env.uuid.to_string())?;
            let path = layout.root(&e.name, &env).to_string();
            Some(Container {
                id: pid.to_string(),
                name: e.name.to_string(),
                path,
                uuid: Some(env.uuid),
                running: true,
                vm: false,
                alone: false,
            })
        })
        .collect()
}

/// What a zfs query says; of a dataset that is not there, nothing.
///
/// # Errors
/// There is no zfs, or it says something else.
pub fn zfs_says(host: &dyn Host, cmd: &crate::host::Cmd) -> Result<String> {
    let out = host.query(cmd).map_err(|e| match e {
        RunError::Missing(_) => {
            Error::lacks("zfs", "there is no zfs on this host").next("install it, or use storage = \"dir\"")
        }
        other => other.into(),
    })?;
    if out.ok() {
        return Ok(out.stdout);
    }
    if out.stderr.contains("does not exist") || out.stderr.contains("no such pool") {
        return Ok(out.stdout);
    }
    let mut e: Error = RunError::failed(cmd, &out).into();
    e.code = Code::HostLacks;
    Err(e.next("see that ZFS runs (zpool list) and that you may ask it"))
}

/// System accounts from the world-readable files, so that no hash is ever read.
fn accounts(host: &dyn Host) -> Accounts {
    let passwd = host.read(Path::new("/etc/passwd")).unwrap_or_default();
    let group = host.read(Path::new("/etc/group")).unwrap_or_default();
    let mut kept = String::new();
    for mut fields in system_accounts(&passwd) {
        fields[1] = "*";
        kept.push_str(&fields.join(":"));
        kept.push('\n');
    }
    Accounts { group: system_groups(&group, &passwd), passwd: kept }
}
