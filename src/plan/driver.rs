//! What jug itself mounts for storage external: an environment's directories from a server, by `[external]` of its TOML. On
//! the server they are ROOT/data/NAME, ROOT/system/NAME, ROOT/rcconf/NAME and ROOT/fstab/NAME, as CBSD's sample hook
//! has them.

use super::guest::Guest;
use super::{Effect, Guard, Step, disk, mnt};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::host::Cmd;
use crate::model::external::{Driver, External, Names, Part};
use crate::model::name::AbsPath;
use crate::platform::PlatformKind;
use crate::programs::mount_nfs::{self, Version};
use crate::programs::netfs;

/// What the storage is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To make an environment on it.
    New,
    /// To use what this node owns.
    Ours,
    /// To read whose it is.
    Look,
}

/// Something to be mounted.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    /// For people.
    pub title: String,
    /// How.
    pub cmd: Cmd,
    /// Where.
    pub path: &'a AbsPath,
    /// What the mount table says then.
    pub source: String,
    /// How the kind of file system begins, there.
    pub fstype: &'static str,
}

/// The two steps that mount it, unless it is mounted already, and see that it is what is mounted there.
pub(super) fn mount(guest: &Guest<'_>, facts: &Facts, it: Wanted<'_>) -> [Step; 2] {
    let path = it.path.clone();
    let free = Guard::Not(Box::new(Guard::Mounted { path: path.clone() }));
    let unmount = mnt::unmount(guest, vec![path.clone()], mnt::before(guest, facts));
    let limit = mnt::patience(guest).unwrap_or_default();
    [
        Step::run(it.title, it.cmd.limit(limit)).when(free).undo(unmount),
        Step::new(
            format!("see that it is mounted at {path}"),
            Effect::Expect(Guard::MountedFrom { path, source: it.source, fstype: it.fstype.into() }),
        ),
    ]
}

/// The directory of an environment that a part of its storage is mounted at.
pub(super) fn place(guest: &Guest<'_>, part: Part) -> AbsPath {
    let [data, fstab, rcconf, system] = mnt::places(guest.layout, guest.name);
    match part {
        Part::Data => data,
        Part::System => system,
        Part::Rcconf => rcconf,
        Part::Fstab => fstab,
    }
}

/// The steps that mount all of it, or none.
///
/// # Errors
/// The platform has no such driver.
pub fn start(guest: &Guest<'_>, facts: &Facts, need: Need) -> Result<Vec<Step>> {
    let external = &guest.env.external;
    if external.driver.is_disk() {
        return disk::start(guest, facts, need);
    }
    let mut steps = Vec::new();
    for part in Part::ALL.into_iter().filter(|p| external.mounts.contains(p)) {
        let path = place(guest, part);
        let (cmd, source, fstype) = served(guest, external, part, &path)?;
        let title = format!("mount {source} at {path}");
        let source = shown(external.driver, guest.platform.kind(), source);
        steps.extend(mount(guest, facts, Wanted { title, cmd, path: &path, source, fstype }));
    }
    Ok(steps)
}

/// What the mount table shows as the source. That of CephFS has the monitors' addresses in the place of their names.
fn shown(driver: Driver, kind: PlatformKind, source: String) -> String {
    match (driver, kind) {
        (Driver::Cephfs, PlatformKind::Linux) => {
            source.rsplit_once(':').map_or(source.clone(), |(_, path)| format!(":{path}"))
        }
        (Driver::Cephfs, PlatformKind::Freebsd) => "ceph-fuse".into(),
        _ => source,
    }
}

fn served(
    guest: &Guest<'_>,
    external: &External,
    part: Part,
    path: &AbsPath,
) -> Result<(Cmd, String, &'static str)> {
    let (Some(server), Some(root)) = (&external.server, &external.root) else {
        return Err(Error::usage(guest.name, "external.server and external.root are not said"));
    };
    let kind = guest.platform.kind();
    let there = match external.names {
        Names::Parts => root.join(part.as_str()).join(guest.name.as_str()),
        Names::Workdir => {
            root.join(path.as_str().strip_prefix(guest.layout.workdir.as_str()).unwrap_or_default())
        }
    };
    let source = format!("{server}:{there}");
    let mut options: Vec<String> = match (external.driver, kind) {
        // Locks stay on this node, of which there is one at a time. Over NFSv4 pwd_mkdb(8) could not lock what it only
        // reads, and NFSv3 would need rpc.lockd(8) and rpc.statd(8) on both sides.
        (Driver::Nfs4, PlatformKind::Freebsd) => vec!["nolockd".into(), "hard".into()],
        (Driver::Nfs3, PlatformKind::Freebsd) => vec!["nolockd".into(), "hard".into(), "intr".into()],
        (Driver::Nfs4, PlatformKind::Linux) => vec!["hard".into()],
        (Driver::Nfs3, PlatformKind::Linux) => vec!["nolock".into(), "hard".into()],
        (Driver::Cephfs, PlatformKind::Linux) => {
            let file = external.key_file.iter().map(|f| format!("secretfile={}", f.of(guest.name)));
            file.collect()
        }
        _ => Vec::new(),
    };
    options.extend(external.options().map(str::to_string));
    let words = options.iter().map(String::as_str);
    let (cmd, fstype) = match external.driver {
        Driver::Nfs4 => nfs(kind, Version::V4, words, &source, path),
        Driver::Nfs3 => nfs(kind, Version::V3, words, &source, path),
        Driver::Glusterfs => (
            netfs::glusterfs(kind, &source, path.as_str(), &options),
            if kind == PlatformKind::Linux { "fuse.glusterfs" } else { "fusefs" },
        ),
        Driver::Cephfs => (
            netfs::cephfs(kind, server.as_str(), there.as_str(), path.as_str(), &options),
            if kind == PlatformKind::Linux { "ceph" } else { "fusefs" },
        ),
        Driver::Script | Driver::Iscsi | Driver::Geli => {
            return Err(Error::usage(guest.name, "this driver mounts no directory of a server"));
        }
    };
    Ok((cmd, source, fstype))
}

fn nfs<'a>(
    kind: PlatformKind,
    version: Version,
    options: impl Iterator<Item = &'a str>,
    source: &str,
    path: &AbsPath,
) -> (Cmd, &'static str) {
    (mount_nfs::mount(kind, version, options, source, path.as_str()), version.fstype(kind))
}
