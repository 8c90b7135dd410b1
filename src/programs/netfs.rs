//! The programs that mount GlusterFS and CephFS: mount.glusterfs(8) and mount.ceph(8) on Linux, on FreeBSD mount_glusterfs(8)
//! and ceph-fuse(8) of the packages.

use crate::host::Cmd;
use crate::platform::PlatformKind;

fn with_options(cmd: Cmd, options: &[String]) -> Cmd {
    if options.is_empty() { cmd } else { cmd.arg("-o").arg(options.join(",")) }
}

/// Mounts `source`, SERVER:/VOLUME or SERVER:/VOLUME/DIRECTORY.
pub fn glusterfs(kind: PlatformKind, source: &str, target: &str, options: &[String]) -> Cmd {
    match kind {
        PlatformKind::Linux => with_options(Cmd::new("mount.glusterfs").args([source, target]), options),
        PlatformKind::Freebsd => with_options(Cmd::new("mount_glusterfs"), options).args([source, target]),
    }
}

/// Mounts the directory `path` of a cluster with these monitors.
pub fn cephfs(kind: PlatformKind, monitors: &str, path: &str, target: &str, options: &[String]) -> Cmd {
    match kind {
        PlatformKind::Linux => {
            with_options(Cmd::new("mount.ceph").args([&format!("{monitors}:{path}"), target]), options)
        }
        PlatformKind::Freebsd => {
            with_options(Cmd::new("ceph-fuse").args(["-m", monitors, "-r", path]), options).arg(target)
        }
    }
}
